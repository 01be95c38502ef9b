//! How old a person is, as well as the field can know it.
//!
//! Why: many people stopped at night carry nothing with a birth date on it. A
//! stated or estimated age and an age band are honest answers; a band that lies
//! across a rule's limit, and an estimate near one, are unknown, never a guess.
//! How it moves: captured with the referral, read by rules of the kinds
//! `min_age` and `max_age`. What it does not do: it is not identity; the person
//! record has its own birth date. Decided in ADR 0010 and 0019.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, AnswerSource};
use crate::calendar::birthday;

/// An age: a birth date, years, or a band of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Age {
    /// The birth date.
    BirthDate(NaiveDate),
    /// Completed years, with where the number comes from.
    Years {
        /// Completed years at the encounter.
        years: u16,
        /// Whether the person said it or somebody judged it.
        basis: AgeBasis,
    },
    /// Somewhere within these years, both included.
    Band {
        /// The lowest age that is possible.
        from: u16,
        /// The highest age that is possible; absent = and over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u16>,
    },
}

/// Where an age in years comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum AgeBasis {
    /// The person said so.
    Stated,
    /// Somebody judged it by sight.
    Estimated,
}

/// How far off an age judged by sight may be, in years, either way.
pub const ESTIMATE_MARGIN: u16 = 5;

impl Age {
    /// Whether the person has reached `years` on `as_of`; unknown where the age
    /// is known too roughly to say.
    #[must_use]
    pub fn at_least(self, years: u16, as_of: NaiveDate) -> Answer {
        let (from, to) = match self {
            Self::BirthDate(birth) => return Answer::from(birthday(birth, years) <= as_of),
            Self::Years {
                years: known,
                basis: AgeBasis::Stated,
            } => (known, Some(known)),
            Self::Years {
                years: known,
                basis: AgeBasis::Estimated,
            } => (
                known.saturating_sub(ESTIMATE_MARGIN),
                Some(known.saturating_add(ESTIMATE_MARGIN)),
            ),
            Self::Band { from, to } => (from, to),
        };
        if from >= years {
            Answer::Yes
        } else if to.is_some_and(|to| to < years) {
            Answer::No
        } else {
            Answer::Unknown
        }
    }

    /// Who the age comes from, where that is known.
    #[must_use]
    pub const fn source(self) -> Option<AnswerSource> {
        match self {
            Self::BirthDate(_) => None,
            Self::Years {
                basis: AgeBasis::Stated,
                ..
            } => Some(AnswerSource::ParticipantStatement),
            Self::Years {
                basis: AgeBasis::Estimated,
                ..
            }
            | Self::Band { .. } => Some(AnswerSource::OfficerKnowledge),
        }
    }
}
