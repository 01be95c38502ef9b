//! Handoff: `domain`.

mod age;
mod answer;
pub mod calendar;
mod door;
mod drug;
mod facts;
mod facts_check;
mod offence;
mod policy;
mod role;
mod screening;

pub use age::{Age, AgeBasis};
pub use answer::{
    Answer, AnswerSource, Answered, Complainant, ComplainantAnswer, EvidenceKind, HistoryAnswer,
    HistoryBasis, Involvement, InvolvementAnswer, MatterAnswer, MatterPlace, Nexus, Supervision,
    Zone, ZoneAnswer,
};
pub use calendar::PartialDate;
pub use door::Door;
pub use drug::{DrugAmount, DrugForm, DrugType, DrugUnit, Quantity};
pub use facts::{Facts, Position};
pub use facts_check::{FieldError, FieldErrorCode};
pub use offence::{NibrsOffence, OffenceLevel, SuspectedOffence, nibrs_offences, offence_by_code};
pub use policy::{
    ChargeOnFailure, ChargeOnSuccess, ChargePolicy, ChargeSuccess, ChargeUntilDecision,
    HandoffPolicy, IntakePolicy, SitePolicy, Words,
};
pub use role::Role;
pub use screening::{
    Finding, FindingResult, OpenQuestion, Outcome, PackHash, PackRef, Screening, Seen, SeenOffence,
    SeenValue, Severity,
};
