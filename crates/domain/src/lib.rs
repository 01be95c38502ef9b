//! The words and rules of LEAD, pure.
//!
//! **What.** Entries and their bodies ([`Entry`], [`Body`]), the referral as an
//! officer reports it, the three tracks as state machines, roles and who may
//! write and receive what ([`rights`]), the clocks people are held to
//! ([`timers`]), facts and screenings, and [`fold()`], the only way from entries
//! to a current state.
//!
//! **Why.** Device, site and evaluator must mean the same by the same word, for
//! as long as the records live.
//!
//! **How data moves through.** A form becomes a [`ReferralReport`], a report and
//! a [`Screening`] become an [`Entry`], its [`Record`] becomes bytes that are
//! sealed; on the other side the same bytes become an entry and are folded.
//!
//! **What it does not do.** No IO, no clock, no randomness, no SQL: times and
//! ids come in as arguments.
//!
//! **Where decided.** `docs/adr/0001-layout-and-arrows.md`.

mod age;
mod answer;
mod attachment;
pub mod calendar;
mod door;
mod drug;
mod entry;
mod facts;
mod facts_check;
mod fold;
mod ids;
mod offence;
mod person;
mod policy;
mod referral;
mod referral_check;
pub mod rights;
mod role;
mod roster;
mod screening;
mod time;
pub mod timers;
mod tracks;

pub use age::{Age, AgeBasis, ESTIMATE_MARGIN};
pub use answer::{
    Answer, AnswerSource, Answered, Complainant, ComplainantAnswer, EvidenceKind, HistoryAnswer,
    HistoryBasis, Involvement, InvolvementAnswer, MatterAnswer, MatterPlace, Nexus, Supervision,
    Zone, ZoneAnswer,
};
pub use attachment::{
    AttachmentAdded, AttachmentAddress, AttachmentKey, AttachmentKind, MAX_ATTACHMENT,
    media_type_of,
};
pub use calendar::PartialDate;
pub use door::Door;
pub use drug::{DrugAmount, DrugForm, DrugType, DrugUnit, Quantity};
pub use entry::{Body, Decided, Entry, Moved, Origin, Record, RecordError};
pub use facts::{Facts, Position};
pub use facts_check::{FieldError, FieldErrorCode};
pub use fold::{Held, Referral, Shown, State, charge_moves, fold, verification_moves};
pub use ids::{EntryId, PersonId, ReferralId, SiteId, SiteIdError, UserId};
pub use offence::{NibrsOffence, OffenceLevel, SuspectedOffence, nibrs_offences, offence_by_code};
pub use person::{
    ContactDetails, IdBasis, MAX_LINE, MAX_NARRATIVE, ObservedDemographics, ObservedEthnicity,
    ObservedRace, ObservedSex, PersonDescription,
};
pub use policy::{
    ChargeOnFailure, ChargeOnSuccess, ChargePolicy, ChargeSuccess, ChargeUntilDecision,
    HandoffPolicy, IntakePolicy, SitePolicy, Words,
};
pub use referral::{
    DeclinedReason, HandoffRecorded, Need, NotMadeReason, Offer, Overdose, Place, ReferralAmended,
    ReferralLogged, ReferralReport, ReferralWithdrawn, Response, Trigger,
};
pub use role::Role;
pub use roster::{PackPublished, RosterChanged};
pub use screening::{
    Finding, FindingResult, OpenQuestion, Outcome, PackHash, PackRef, Screening, Seen, SeenOffence,
    SeenValue, Severity,
};
pub use time::{CapturedAt, Hlc, MAX_DRIFT_MS, OccurredAt, ReceivedAt};
pub use tracks::{
    Authority, ChargeMove, ChargeState, CloseReason, EngagementMove, EngagementState, IllegalMove,
    Track, VerificationMove, VerificationState, Written,
};
