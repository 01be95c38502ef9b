//! Windows of weekdays and hours in the site's local time.
//!
//! Why: a programme that takes people from noon to eight on workdays takes
//! nobody at 11:59, and the clock that counts is the wall's at the site, on the
//! days on which it is set forward or back too. How it moves: the parser reads
//! `"Mon-Fri 12:00-20:00"` into a [`Window`]; `predicate.rs` asks
//! [`is_open`]. What it does not do: it knows no holidays; a site asks for
//! those in a question of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use chrono_tz::Tz;

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Some weekdays, each from one minute to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it begins, Monday = 0.
    pub days: BTreeSet<u32>,
    /// The first minute of the day that is inside.
    pub from: u32,
    /// The first minute that is outside again; up to the next day's.
    pub to: u32,
}

impl Window {
    /// Reads `"Mon-Fri 12:00-20:00"`, `"Sat,Sun 22:00-02:00"` or `"daily 00:00-24:00"`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (days, hours) = text.trim().rsplit_once(' ')?;
        let (from, to) = hours.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        if from == to || from == DAY {
            return None;
        }
        Some(Self {
            days: self::days(days.trim())?,
            from,
            to: if to < from { to + DAY } else { to },
        })
    }

    /// Whether a minute of the week, or past its end, is inside.
    fn holds(&self, minute: u32) -> bool {
        self.days.iter().any(|day| {
            let since = (minute + WEEK - (day * DAY + self.from)) % WEEK;
            since < self.to - self.from
        })
    }

    /// The minutes at which it begins or ends, past the end of the week too.
    fn edges(&self) -> impl Iterator<Item = u32> {
        self.days
            .iter()
            .flat_map(|day| [self.from, self.to].map(|minute| day * DAY + minute))
    }
}

fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (hour, minute): (u32, u32) = (number(hour)?, number(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= DAY).then_some(all)
}

fn days(text: &str) -> Option<BTreeSet<u32>> {
    if text == "daily" {
        return Some((0..7).collect());
    }
    let day = |name: &str| {
        let place = DAYS.iter().position(|day| *day == name)?;
        u32::try_from(place).ok()
    };
    let mut days = BTreeSet::new();
    for part in text.split(',').map(str::trim) {
        match part.split_once('-') {
            None => {
                days.insert(day(part)?);
            }
            Some((first, last)) => {
                let (first, last) = (day(first.trim())?, day(last.trim())?);
                days.extend((0..=(last + 7 - first) % 7).map(|n| (first + n) % 7));
            }
        }
    }
    Some(days)
}

/// Whether any window is open at a moment, by the clock on the wall in `zone`.
///
/// Where the clock is set back an hour happens twice and both count; where it
/// is set forward an hour never happens.
pub(crate) fn is_open(windows: &[Window], at: DateTime<FixedOffset>, zone: Tz) -> bool {
    let there = at.with_timezone(&zone);
    let minute = there.weekday().num_days_from_monday() * DAY + there.hour() * 60 + there.minute();
    holds(windows, minute)
}

pub(crate) fn holds(windows: &[Window], minute: u32) -> bool {
    windows.iter().any(|window| window.holds(minute))
}

/// Minutes of the week, one at least on each side of each edge.
pub(crate) fn turning_points<'a>(windows: impl Iterator<Item = &'a Window>) -> BTreeSet<u32> {
    windows.flat_map(Window::edges).chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_with_two_digits_each() {
        for (text, expected) in [
            ("00:00", Some(0)),
            ("09:05", Some(545)),
            ("23:59", Some(1439)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("12:60", None),
            ("9:00", None),
            ("009:00", None),
            ("09:5", None),
            ("+9:00", None),
            ("09:+5", None),
            ("0900", None),
            ("", None),
        ] {
            assert_eq!(minute(text), expected, "{text}");
        }
    }
}
