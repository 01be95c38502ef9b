//! Answers of the checklist: yes, no or unknown, and where each comes from.
//!
//! Why: "no" from a records query and "no" from the person are different facts,
//! and "not checked" is the commonest honest answer at night. How they move:
//! the officer answers rows; the answers stand in [`crate::Facts`]; rules read
//! them three-valued. What they do not do: an answer never stands for "no"
//! because it is missing, and an answer whose source is
//! [`AnswerSource::NotChecked`] counts as unknown whatever it says.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::PartialDate;
use crate::offence::OffenceLevel;

/// Yes, no, or unknown.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody knows yet.
    #[default]
    Unknown,
}

impl From<bool> for Answer {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

/// Where an answer comes from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum AnswerSource {
    /// A query of criminal-justice records; the record itself is never stored.
    RecordsQuery,
    /// What the officer knows or saw.
    OfficerKnowledge,
    /// What the person said.
    ParticipantStatement,
    /// What a dispatcher said.
    Dispatcher,
    /// Nobody has checked.
    NotChecked,
}

/// A yes, no or unknown, with its provenance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
}

impl Answered {
    /// An answer from `source`.
    #[must_use]
    pub const fn new(answer: Answer, source: AnswerSource) -> Self {
        Self {
            answer,
            source: Some(source),
            checked_at: None,
        }
    }

    /// What rules may rely on: an answer that nobody checked is unknown.
    #[must_use]
    pub const fn relied_on(self) -> Answer {
        rely(self.answer, self.source)
    }
}

pub(crate) const fn rely(answer: Answer, source: Option<AnswerSource>) -> Answer {
    match source {
        Some(AnswerSource::NotChecked) => Answer::Unknown,
        _ => answer,
    }
}

/// What a history answer is about. Sites test different ones, and they imply
/// one another: who was convicted was charged, who was charged has a history.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HistoryBasis {
    /// A conviction.
    Convicted,
    /// A charge, whatever came of it.
    Charged,
    /// Any history, however it is known.
    HistoryOf,
}

/// Whether the person has a history of a class of offences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct HistoryAnswer {
    /// The answer.
    pub answer: Answer,
    /// What was looked at; absent = exactly what the checklist row asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<HistoryBasis>,
    /// The most recent one, if any; the year alone is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_recent: Option<PartialDate>,
    /// Where the answer comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
}

impl HistoryAnswer {
    /// What the answer says about `asked`: yes carries to the wider basis, no to
    /// the narrower one, everything else is unknown.
    #[must_use]
    pub fn relied_on(self, asked: HistoryBasis) -> Answer {
        let basis = self.basis.unwrap_or(asked);
        match rely(self.answer, self.source) {
            Answer::Yes if basis <= asked => Answer::Yes,
            Answer::No if basis >= asked => Answer::No,
            _ => Answer::Unknown,
        }
    }
}

/// Where an open case or warrant is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum MatterPlace {
    /// In the site's own courts.
    Local,
    /// Only elsewhere.
    Elsewhere,
}

/// Whether the person has an open case or an open warrant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct MatterAnswer {
    /// The answer.
    pub answer: Answer,
    /// The level of the most serious one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_serious: Option<OffenceLevel>,
    /// Whether any of them is local.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<MatterPlace>,
    /// Where the answer comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
}

impl MatterAnswer {
    /// What rules may rely on: an answer that nobody checked is unknown.
    #[must_use]
    pub const fn relied_on(self) -> Answer {
        rely(self.answer, self.source)
    }
}

/// Kinds of supervision that sites ask about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Supervision {
    /// Probation.
    Probation,
    /// Parole.
    Parole,
    /// Pretrial supervision.
    Pretrial,
    /// Any other court or corrections supervision.
    Other,
}

/// What may lie behind the conduct.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Nexus {
    /// Opioid misuse or opioid use disorder.
    Opioid,
    /// Any substance use.
    Substance,
    /// Behavioural health: substance use or mental health.
    #[serde(rename = "behavioral_health", alias = "behavioural_health")]
    BehaviouralHealth,
    /// Mental illness.
    MentalHealth,
    /// Poverty, homelessness included.
    Poverty,
}

/// In which of the site's named areas the encounter was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct ZoneAnswer {
    /// The answer.
    pub answer: Zone,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
}

/// Inside which named areas of the site's pack a place is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Inside exactly these areas, by their id in the pack.
    Inside(BTreeSet<String>),
    /// Inside none of the pack's areas.
    Outside,
    /// Nobody knows yet.
    #[default]
    Unknown,
}

/// Whether somebody was harmed who may want prosecution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct ComplainantAnswer {
    /// The answer.
    pub answer: Complainant,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
}

/// A complainant's stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Complainant {
    /// There is no complainant.
    None,
    /// There is one, and they decline prosecution.
    DeclinesProsecution,
    /// There is one, and they want prosecution.
    WantsProsecution,
    /// Not known, or they have not decided.
    #[default]
    Unknown,
}

/// Whether the person has been involved before in what the site diverts, and
/// what shows it (social contacts).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct InvolvementAnswer {
    /// The answer.
    pub answer: Answer,
    /// What shows it, when the answer is yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Involvement>,
}

/// One piece of evidence of prior involvement. Who told it is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Involvement {
    /// The kind of evidence.
    pub evidence: EvidenceKind,
    /// When the involvement was; month or year is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<PartialDate>,
    /// Whether it was inside the site's area.
    #[serde(default)]
    pub in_zone: Answer,
    /// Whether it is written down anywhere.
    #[serde(default)]
    pub documented: Answer,
    /// The role of who reported it (for example "outreach worker"), never a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_role: Option<String>,
    /// The basis in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// Kinds of evidence of prior involvement.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Police reports, arrests, bookings, charges, convictions.
    Record,
    /// The officer saw it on an earlier occasion.
    DirectObservation,
    /// A reliable account: another first responder, a professional, a credible
    /// community member.
    ReliableInformation,
}
