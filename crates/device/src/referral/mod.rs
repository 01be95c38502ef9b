//! The officer's form: from what was typed to a report that can be saved, and
//! from facts to what the five pages show.

mod checklist;
mod form;
mod reported;
mod verdict;

pub use checklist::{Given, answer_question, as_of, checklist};
pub use form::{FormErrors, contract_path, day_of, form_of, report_of};
pub use reported::reported;
pub use verdict::{advice_of, days_between, verdict_view, words_of};
