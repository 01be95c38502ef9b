//! How far back something counts: calendar months, or days.
//!
//! Why: policies write "within ten years", "six months" and "the 30 days
//! before", and 30 days is no month. How it moves: the parser makes a [`Span`],
//! look-backs of histories and of involvement count with it. What it does not
//! do: it puts no days and months in order that change places with the
//! calendar; the parser refuses those at one question. Decided in ADR 0010 and
//! 0019.

use chrono::NaiveDate;
use handoff_domain::calendar::{days_before, months_before};

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// Calendar months.
    Months(u32),
    /// Days.
    Days(u32),
}

impl Span {
    /// The day that lies exactly so far back.
    pub(crate) fn before(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Months(months) => months_before(date, months),
            Self::Days(days) => days_before(date, days),
        }
    }

    /// Whether something on `date` counts from `as_of`; `exactly` says whether
    /// it does when it is exactly so long ago.
    pub(crate) fn reaches(self, date: NaiveDate, as_of: NaiveDate, exactly: bool) -> bool {
        let cutoff = self.before(as_of);
        date > cutoff || exactly && date == cutoff
    }

    /// Its length in thousandths of a day, for the order of spans.
    pub(crate) fn length(self) -> u64 {
        match self {
            Self::Months(months) => u64::from(months) * 30_437,
            Self::Days(days) => u64::from(days) * 1000,
        }
    }

    /// Whether, on some day of the calendar, this may be the longer one and on
    /// another the shorter.
    pub(crate) fn crosses(self, other: Self) -> bool {
        /// No month is further from the mean than this, nor are several.
        const MARGIN: u64 = 4_000;
        match (self, other) {
            (Self::Months(_), Self::Days(_)) | (Self::Days(_), Self::Months(_)) => {
                self.length().abs_diff(other.length()) <= MARGIN
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spans_that_do_not_cross_keep_their_order_on_every_day(
            days in 1u32..2000, months in 1u32..70, since in 0u64..4000,
        ) {
            let (days, months) = (Span::Days(days), Span::Months(months));
            prop_assume!(!days.crosses(months));
            let as_of = NaiveDate::default() + chrono::Days::new(since);
            prop_assert_eq!(
                days.length() < months.length(),
                days.before(as_of) > months.before(as_of)
            );
        }
    }
}
