//! Clocks that people are held to: the warm handoff and the intake.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Minutes within which a handoff should happen, where a site says nothing else.
pub const HANDOFF_TARGET_MINUTES: u16 = 30;

/// The warm handoff, from the call to the handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoffClock {
    /// When the case manager or peer was called.
    pub called_at: DateTime<FixedOffset>,
    /// When the person was handed over.
    pub handed_off_at: Option<DateTime<FixedOffset>>,
}

impl HandoffClock {
    /// Whole minutes from the call to the handover, or to `now`. `None` when
    /// the clock would run backwards (one of the two times is wrong).
    #[must_use]
    pub fn minutes(&self, now: DateTime<Utc>) -> Option<u64> {
        let end = self.handed_off_at.map_or(now, |at| at.to_utc());
        u64::try_from((end - self.called_at.to_utc()).num_minutes())
            .ok()
            .filter(|_| end >= self.called_at.to_utc())
    }
}

/// The intake assessment: due at the end of the local day, so many days after
/// the day of the referral (day 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntakeClock {
    /// The local day of the referral.
    pub referred_on: NaiveDate,
    /// Days until it is due.
    pub due_days: u16,
    /// The site's time zone.
    pub zone: Tz,
}

impl IntakeClock {
    /// The first instant after the due day: due is everything before it.
    /// `None` beyond the calendar.
    #[must_use]
    pub fn due_before(&self) -> Option<DateTime<Utc>> {
        let morning_after = self
            .referred_on
            .checked_add_days(Days::new(u64::from(self.due_days) + 1))?;
        let midnight = morning_after.and_time(NaiveTime::MIN);
        // Some zones skip midnight on one day a year: the day then begins at
        // the first local time that exists.
        (0..=3 * 60)
            .find_map(|minutes| {
                let local = midnight + chrono::TimeDelta::minutes(minutes);
                self.zone.from_local_datetime(&local).earliest()
            })
            .map(|at| at.to_utc())
    }

    /// Whether it is overdue.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.due_before().is_some_and(|due| now >= due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(day: (i32, u32, u32), days: u16, zone: Tz) -> String {
        let referred_on = NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap();
        let due = IntakeClock {
            referred_on,
            due_days: days,
            zone,
        }
        .due_before()
        .unwrap();
        due.to_rfc3339()
    }

    #[test]
    fn intake_is_due_at_the_end_of_the_local_day() {
        use chrono_tz::America::{Chicago, New_York, Santiago};
        for (day, days, zone, expected) in [
            ((2026, 1, 1), 14, New_York, "2026-01-16T05:00:00+00:00"),
            // Across the change to summer time (8 March 2026) and back.
            ((2026, 3, 1), 14, New_York, "2026-03-16T04:00:00+00:00"),
            ((2026, 10, 25), 14, Chicago, "2026-11-09T06:00:00+00:00"),
            ((2026, 10, 31), 0, Chicago, "2026-11-01T05:00:00+00:00"),
            // Day 0 is 29 February.
            ((2028, 2, 29), 30, New_York, "2028-03-31T04:00:00+00:00"),
            // A zone that skips midnight when summer time begins.
            ((2026, 9, 5), 0, Santiago, "2026-09-06T04:00:00+00:00"),
        ] {
            assert_eq!(due(day, days, zone), expected, "{day:?} + {days}");
        }
    }

    #[test]
    fn the_handoff_clock_never_runs_backwards() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let called_at = at("2026-11-22T21:00:00-05:00");
        let now = at("2026-11-22T21:31:59-05:00").to_utc();
        let clock = HandoffClock {
            called_at,
            handed_off_at: None,
        };
        assert_eq!(clock.minutes(now), Some(31));
        let early = HandoffClock {
            called_at,
            handed_off_at: Some(at("2026-11-22T20:59:59-05:00")),
        };
        assert_eq!(early.minutes(now), None);
        // 22:10 in another zone's clock is still before 21:31 here.
        let done = HandoffClock {
            called_at,
            handed_off_at: Some(at("2026-11-22T22:10:00-04:00")),
        };
        assert_eq!(done.minutes(now), Some(10));
    }
}
