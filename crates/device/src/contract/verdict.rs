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
    /// In force since.
    pub effective: Option<NaiveDate>,
    /// Days since this device last learned which packs are in force; `None`
    /// when the pack is the one that came with the enrolment and no newer feed
    /// was ever read.
    pub checked_days_ago: Option<u32>,
}

/// One row of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionRow {
    /// Question id within the pack.
    pub id: String,
    /// The question in words.
    pub words: PackWords,
    /// The answer so far.
    pub answer: Option<Answer>,
    /// Where it came from.
    pub source: Option<AnswerSource>,
    /// True when records answer it (supervision, history, open matters), so
    /// that its source is never assumed.
    pub of_records: bool,
    /// True when a date can narrow it (a look-back).
    pub asks_date: bool,
    /// The most recent date, `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as typed.
    pub most_recent: String,
    /// 1 for the question that is most useful to answer now; `None` when it
    /// can change nothing any more.
    pub rank: Option<u32>,
}
