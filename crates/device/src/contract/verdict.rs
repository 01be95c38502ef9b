//! The live verdict and the checklist rows: a screening with the words of its pack.

use chrono::NaiveDate;
use handoff_domain::{Answer, AnswerSource, Door, FindingResult, Outcome, Severity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A text in the languages of the pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackWords {
    /// English.
    pub en: String,
    /// Spanish; empty when the pack has none.
    pub es: String,
}

/// A screening as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VerdictView {
    /// The provisional outcome. The site alone decides.
    pub outcome: Outcome,
    /// True when the rules that were hit may be waived by the site.
    pub waivable: bool,
    /// Which of the four sentences to show.
    pub advice: Advice,
    /// Every rule of this door, hits first, then unknowns, then passes.
    pub findings: Vec<FindingRow>,
    /// Ids of the questions that can still change the outcome, most useful first.
    pub open_questions: Vec<String>,
    /// Another door where this person would not be turned away.
    pub other_door: Option<Door>,
    /// The rules that were used.
    pub pack: PackLine,
}

/// What the officer is advised to do. Never a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// "Looks eligible"
    LooksEligible,
    /// "Refer, records check needed"
    RecordsCheckNeeded,
    /// "Refer, staff will review"
    StaffWillReview,
    /// "Use the other route"
    UseOtherRoute,
}

/// One rule and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingRow {
    /// Rule id within the pack.
    pub rule: String,
    /// The rule in words.
    pub words: PackWords,
    /// Where the site's text says so.
    pub clause: String,
    /// What a hit means.
    pub severity: Severity,
    /// Pass, hit or unknown.
    pub result: FindingResult,
    /// The question whose answer decides it, if one does.
    pub question: Option<String>,
    /// The answer that it saw.
    pub answer: Option<Answer>,
    /// Where that answer came from.
    pub source: Option<AnswerSource>,
    /// Role (snake_case) that decides next on a hit or unknown.
    pub decides: Option<String>,
    /// False when the rule's source has not been checked with the site.
    pub verified: bool,
}

/// Which rules were used, and how old they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PackLine {
    /// Id of the pack.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its exact bytes, in hexadecimal.
    pub hash: String,
    /// In force since.
    pub effective: Option<NaiveDate>,
    /// Days since this device last learned which packs are in force; `None`
    /// when the pack is the one that came with the enrolment and no newer feed
    /// was ever read.
    pub checked_days_ago: Option<u32>,
}

/// One question that the pack asks at a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionRow {
    /// Question id within the pack.
    pub id: String,
    /// The question in words.
    pub words: PackWords,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// The page that asks it, 1 to 4.
    pub page: u8,
    /// True when records answer it (supervision, history, open matters), so
    /// that its source is never assumed.
    pub of_records: bool,
    /// 1 for the question that is most useful to answer now; `None` when it
    /// can change nothing any more.
    pub rank: Option<u32>,
}

/// What kind of answer a question takes, and which parts of it some rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionKind {
    /// Yes, no or unknown.
    YesNo,
    /// A history of a class of offences.
    History {
        /// Some rule looks at the date.
        asks_date: bool,
    },
    /// An open case or warrant.
    Matter {
        /// Some rule looks at the level.
        asks_level: bool,
        /// Some rule looks at the place.
        asks_place: bool,
    },
    /// How often.
    Count,
    /// Page 1: how old the person is.
    Age,
    /// Page 2: when it was.
    Time,
    /// Page 2: in which area.
    Zone,
    /// Page 2: suspected offences.
    Offences,
    /// Page 2: drugs and amounts, or none.
    Drugs {
        /// Some rule looks at the form that a drug comes in.
        asks_form: bool,
    },
    /// Page 2: somebody who was harmed.
    Complainant,
    /// Page 2: prior involvement, with what shows it, or none.
    Involvement {
        /// Some rule looks at the date.
        asks_date: bool,
        /// Some rule looks at the place.
        asks_place: bool,
        /// Some rule looks at whether it is written down.
        asks_documented: bool,
    },
    /// Page 3: what the person said to the offer.
    Offer,
}

impl QuestionKind {
    /// The page that asks it, 1 to 4.
    #[must_use]
    pub const fn page(self) -> u8 {
        match self {
            Self::Age => 1,
            Self::Time
            | Self::Zone
            | Self::Offences
            | Self::Drugs { .. }
            | Self::Complainant
            | Self::Involvement { .. } => 2,
            Self::Offer => 3,
            Self::YesNo | Self::History { .. } | Self::Matter { .. } | Self::Count => 4,
        }
    }
}
