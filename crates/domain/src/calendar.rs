//! Calendar arithmetic of look-backs and birthdays, and dates that are only
//! partly known.
//!
//! Why: "within ten years" must mean the same on every device, on leap days
//! too. Comparisons are on calendar dates, never on durations. A date that
//! would fall on 29 February of a common year is 28 February. A date of which
//! only the year (or month) is known counts as its last day, the reading that
//! keeps an old event inside a look-back longest; whoever shows it says so.
//! What it does not do: it reads no clock; "today" is always an argument.
//! Decided in ADR 0010.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `date` minus `months` calendar months; 29 February maps to 28 February.
///
/// Saturates at the first date that can be represented.
#[must_use]
pub fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    date.checked_sub_months(Months::new(months))
        .unwrap_or(NaiveDate::MIN)
}

/// `date` minus `days` days.
///
/// Saturates at the first date that can be represented.
#[must_use]
pub fn days_before(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(days)))
        .unwrap_or(NaiveDate::MIN)
}

/// The day on which somebody born on `birth` turns `years`; a birthday of
/// 29 February falls on 28 February in a common year.
///
/// Saturates at the last date that can be represented.
#[must_use]
pub fn birthday(birth: NaiveDate, years: u16) -> NaiveDate {
    birth
        .checked_add_months(Months::new(u32::from(years) * 12))
        .unwrap_or(NaiveDate::MAX)
}

/// A date that may be known only to the month or the year.
///
/// In records it is a string: `"2019"`, `"2019-05"` or `"2019-05-03"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartialDate {
    /// Only the year is known.
    Year(i32),
    /// The year and the month are known; the month is 1 to 12.
    Month(i32, u32),
    /// The day is known.
    Day(NaiveDate),
}

impl PartialDate {
    /// The first day it can stand for.
    #[must_use]
    pub fn earliest(self) -> NaiveDate {
        match self {
            Self::Year(year) => NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN),
            Self::Month(year, month) => {
                NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MIN)
            }
            Self::Day(date) => date,
        }
    }

    /// The last day it can stand for, which is how look-backs count it.
    #[must_use]
    pub fn latest(self) -> NaiveDate {
        match self {
            Self::Year(year) => NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX),
            Self::Month(year, month) => NaiveDate::from_ymd_opt(year, month, 1)
                .and_then(|first| first.checked_add_months(Months::new(1)))
                .and_then(|next| next.pred_opt())
                .unwrap_or(NaiveDate::MAX),
            Self::Day(date) => date,
        }
    }

    /// Whether the day is known.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Day(_))
    }
}

/// Why a text is not a [`PartialDate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date: write YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct NotADate;

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let digits = |part: &str, len: usize| -> Result<u32, NotADate> {
            if part.len() == len && part.bytes().all(|b| b.is_ascii_digit()) {
                part.parse().map_err(|_| NotADate)
            } else {
                Err(NotADate)
            }
        };
        let mut parts = text.split('-');
        let year =
            i32::try_from(digits(parts.next().unwrap_or_default(), 4)?).map_err(|_| NotADate)?;
        let Some(month) = parts.next() else {
            return Ok(Self::Year(year));
        };
        let month = digits(month, 2)?;
        let first = NaiveDate::from_ymd_opt(year, month, 1).ok_or(NotADate)?;
        let Some(day) = parts.next() else {
            return Ok(Self::Month(year, month));
        };
        let day = first.with_day(digits(day, 2)?).ok_or(NotADate)?;
        if parts.next().is_some() {
            Err(NotADate)
        } else {
            Ok(Self::Day(day))
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(date) => write!(f, "{}", date.format("%Y-%m-%d")),
        }
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for PartialDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PartialDate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A date known to the day, the month or only the year.",
            "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
        })
    }
}
