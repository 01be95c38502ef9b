//! What a screening says: never a bare yes or no.
//!
//! Why: an officer, a prosecutor and, years later, an evaluator must be able to
//! see which rule of which version of the site's policy looked at which answer.
//! How it moves: `handoff_eligibility::screen` makes it, the referral's entry
//! keeps it for ever, screens and `--json` show it. What it does not do: it is
//! provisional and decides nothing; the final decision is the site's alone.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::age::Age;
use crate::answer::{
    Answer, AnswerSource, Complainant, HistoryBasis, Involvement, MatterPlace, Zone,
};
use crate::calendar::PartialDate;
use crate::door::Door;
use crate::drug::DrugAmount;
use crate::offence::OffenceLevel;
use crate::role::Role;

/// A screening of some facts against one version of one site's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Screening {
    /// The provisional outcome.
    pub outcome: Outcome,
    /// Whether the outcome is ineligible by rules that somebody may waive.
    #[serde(default)]
    pub waivable: bool,
    /// What each rule for this door found, in the order of the pack.
    pub findings: Vec<Finding>,
    /// Questions that can still change outcome or waivability, most useful first.
    pub open_questions: Vec<OpenQuestion>,
    /// When this door is closed: a door of the site that these facts leave open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_door: Option<Door>,
    /// The rules that were used.
    pub pack: PackRef,
    /// The door that was screened.
    pub door: Door,
    /// The date from which ages and look-backs were counted.
    pub as_of: NaiveDate,
}

/// A provisional outcome.
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
pub enum Outcome {
    /// Nothing known stands in the way.
    PresumptivelyEligible,
    /// Something that matters is unknown, or is for somebody else to decide.
    NeedsVerification,
    /// A rule stands in the way.
    PresumptivelyIneligible,
}

/// How much a rule weighs.
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
pub enum Severity {
    /// The site's text says ineligible.
    Hard,
    /// Ineligible unless somebody waives it.
    Presumptive,
    /// A prosecutor or a records unit decides.
    ReferUp,
    /// For information; changes no outcome.
    Advisory,
}

/// What one rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Finding {
    /// The rule's id in its pack.
    pub rule: String,
    /// The clause of the site's policy that the rule stands for.
    pub clause: String,
    /// How much the rule weighs.
    pub severity: Severity,
    /// What came out.
    pub result: FindingResult,
    /// What the rule looked at.
    #[serde(default)]
    pub saw: Vec<Seen>,
    /// Where the answer that settled it came from, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// Who decides next; empty when the rule passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decides: Vec<Role>,
    /// Who may waive the hit; empty when there is none or nobody may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivable_by: Vec<Role>,
    /// Whether the rule was checked against the site's own text.
    #[serde(default)]
    pub verified: bool,
}

/// Pass, hit or unknown.
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
pub enum FindingResult {
    /// The rule does not stand in the way.
    Pass,
    /// The rule stands in the way.
    Hit,
    /// The answers do not say.
    Unknown,
}

/// One answer that a rule looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Seen {
    /// The question's id, its path in [`crate::Facts`].
    pub question: String,
    /// The answer as it was.
    pub value: SeenValue,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<AnswerSource>,
    /// When it was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<FixedOffset>>,
    /// The date as it was counted, when only its year or month is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_as: Option<NaiveDate>,
}

/// The answer to a question, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeenValue {
    /// Nobody answered.
    Unanswered,
    /// Yes, no or unknown.
    Answer(Answer),
    /// An age.
    Age(Age),
    /// Suspected offences.
    #[serde(rename = "offenses", alias = "offences")]
    Offences(Vec<SeenOffence>),
    /// A history of a class of offences.
    History {
        /// The answer.
        answer: Answer,
        /// What was looked at, if it was not exactly what was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        basis: Option<HistoryBasis>,
        /// The most recent one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most_recent: Option<PartialDate>,
    },
    /// An open case or warrant.
    Matter {
        /// The answer.
        answer: Answer,
        /// The level of the most serious one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most_serious: Option<OffenceLevel>,
        /// Whether any of them is local.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<MatterPlace>,
    },
    /// An area.
    Zone(Zone),
    /// A complainant's stand.
    Complainant(Complainant),
    /// Amounts of drugs.
    Drugs(Vec<DrugAmount>),
    /// Prior involvement.
    Involvement {
        /// The answer.
        answer: Answer,
        /// What shows it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Involvement>,
    },
    /// A number.
    Count(u32),
    /// A local time.
    Time(DateTime<FixedOffset>),
}

/// A suspected offence as a rule saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct SeenOffence {
    /// The NIBRS code, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The level, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<OffenceLevel>,
    /// Whether the rule's list names it.
    pub listed: Answer,
}

/// A question that can still change the outcome or whether it can be waived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct OpenQuestion {
    /// The question's id, its path in [`crate::Facts`].
    pub question: String,
    /// The undecided rules that it feeds.
    pub rules: Vec<String>,
}

/// Which version of which rule pack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct PackRef {
    /// The pack's id.
    pub id: String,
    /// The pack's version, as it calls itself.
    pub version: String,
    /// SHA-256 of the pack's exact bytes.
    pub hash: PackHash,
}

/// SHA-256 of a pack's exact bytes: hexadecimal in text, bytes in CBOR.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackHash(pub [u8; 32]);

impl fmt::Display for PackHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PackHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackHash({self})")
    }
}

impl Serialize for PackHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for PackHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = PackHash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a SHA-256 as 64 hexadecimal digits or 32 bytes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PackHash, E> {
                let nibble = |byte: u8| char::from(byte).to_digit(16);
                let mut hash = [0u8; 32];
                if text.len() != 64 {
                    return Err(E::invalid_length(text.len(), &self));
                }
                for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                    *byte = pair
                        .iter()
                        .try_fold(0u8, |acc, digit| {
                            nibble(*digit)
                                .and_then(|n| u8::try_from(n).ok())
                                .map(|n| acc << 4 | n)
                        })
                        .ok_or_else(|| E::custom("not a hexadecimal digit"))?;
                }
                Ok(PackHash(hash))
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<PackHash, E> {
                let hash = bytes
                    .try_into()
                    .map_err(|_| E::invalid_length(bytes.len(), &self))?;
                Ok(PackHash(hash))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Visitor)
        } else {
            deserializer.deserialize_bytes(Visitor)
        }
    }
}

impl JsonSchema for PackHash {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PackHash".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}
