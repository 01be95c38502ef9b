//! Eligibility: a site's rules as data, and the screening that explains itself.
//!
//! *What*: rule packs (TOML), their parser, and [`screen`]. *Why*: every LEAD
//! site excludes something else, and an officer with no signal must see which
//! rule of which version looked at which answer and what to ask next. *How data
//! moves*: `RulePack::parse(text)` once; `screen(pack, facts, door, as_of)` for
//! each change of an answer; the [`handoff_domain::Screening`] goes into the
//! referral's entry. *What it does not do*: no IO, clock, randomness or panic;
//! no final decision; no rule of any site in code. *Decided in* ADR 0010 to
//! 0013.
//!
//! ```
//! use handoff_domain::{Door, Facts, Outcome};
//! use handoff_eligibility::{builtin_pack, screen};
//!
//! let pack = builtin_pack("md-baltimore-2017").ok_or("ships")?;
//! let today = chrono::NaiveDate::from_ymd_opt(2017, 3, 1).ok_or("a date")?;
//! let screening = screen(pack, &Facts::default(), Door::ArrestDiversion, today);
//! assert_eq!(screening.outcome, Outcome::NeedsVerification);
//! assert!(!screening.open_questions.is_empty());
//! # Ok::<(), &str>(())
//! ```

mod alone;
mod amount;
mod ask;
mod builtin;
mod citation;
mod compare;
mod complete;
mod diff;
mod evidence;
mod explain;
mod expr;
mod hours;
mod kind;
mod kind_table;
mod lint;
mod offence_effects;
mod offence_list;
mod open;
mod pack;
mod pack_test;
mod parse;
mod plan;
mod predicate;
mod question;
mod schema;
mod screen;
mod seen;
mod shape;
pub mod shorthand;
mod simulate;
mod span;
mod suppress;
mod verdict;

pub use alone::Tally;
pub use amount::{AmountLimit, ExemptDrug};
pub use ask::{Ask, NoSuchQuestion, Plain, is_name as is_pack_id};
pub use builtin::{Builtin, builtin, builtin_pack};
pub use diff::{FieldChange, PackDiff, RowChange, RowChangeKind, Stops, diff};
pub use evidence::Wanted;
pub use explain::{Explanation, PolicyRow, RuleRow, explain};
pub use hours::Window;
pub use kind::{ListedOffence, RuleKind};
pub use kind_table::{KINDS, Kind, Param, Takes};
pub use lint::{Warning, WarningKind, lint};
pub use pack::{NamedZone, PackQuestion, Rule, RulePack};
pub use pack_test::{PackTest, PackTestFailure, PackTestResult, run_pack_tests};
pub use parse::{Meant, Names, PackError, PackMistake, question_ids};
pub use question::{AnswerKind, Area, Question};
pub use schema::pack_schema;
pub use screen::{DOOR_NOT_OFFERED, screen};
pub use shape::Shape;
pub use simulate::{Counts, GroupCounts, NoOutcome, PastScreening, Simulation, simulate};
pub use span::Span;
