//! Three times that are three types: when something happened, when it was
//! captured, when the site received it. None of them orders entries by itself.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

/// When it happened, as the author states it: local time with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OccurredAt(pub DateTime<FixedOffset>);

/// When the device captured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CapturedAt {
    /// What the device's clock said, milliseconds since 1970 (UTC). May be wild.
    pub clock_ms: i64,
    /// The hybrid logical clock: never behind anything this device has seen.
    pub hlc: Hlc,
}

/// When the site took it into custody, site time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceivedAt(pub DateTime<Utc>);

/// A hybrid logical clock reading: wall time that never runs backwards, and a
/// counter for what happens within one millisecond.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Hlc {
    /// Milliseconds since 1970 (UTC).
    pub wall_ms: i64,
    /// Order within that millisecond.
    pub count: u32,
}

/// How far ahead of site time a device's clock may pull its readings.
pub const MAX_DRIFT_MS: i64 = 5 * 60 * 1000;

impl Hlc {
    /// The next reading on this device. `site_ms` is site time as well as the
    /// device knows it: a clock more than [`MAX_DRIFT_MS`] ahead of it counts
    /// as that far ahead and no further.
    #[must_use]
    pub fn next(self, clock_ms: i64, site_ms: Option<i64>) -> Self {
        let clock_ms = match site_ms {
            Some(site_ms) => clock_ms.min(site_ms.saturating_add(MAX_DRIFT_MS)),
            None => clock_ms,
        };
        if clock_ms > self.wall_ms {
            Self {
                wall_ms: clock_ms,
                count: 0,
            }
        } else if let Some(count) = self.count.checked_add(1) {
            Self {
                wall_ms: self.wall_ms,
                count,
            }
        } else {
            Self {
                wall_ms: self.wall_ms.saturating_add(1),
                count: 0,
            }
        }
    }

    /// What this device knows after it has seen another's reading.
    #[must_use]
    pub fn seen(self, other: Self) -> Self {
        self.max(other)
    }
}

impl CapturedAt {
    /// Whether the device's clock was so far from its logical time that a
    /// person should know. Never a reason to drop anything.
    #[must_use]
    pub fn is_clock_suspect(&self) -> bool {
        self.clock_ms.abs_diff(self.hlc.wall_ms) > MAX_DRIFT_MS.unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn readings_rise_whatever_the_clock_does(
            clocks in prop::collection::vec(any::<i32>(), 1..50),
        ) {
            let mut hlc = Hlc::default();
            for clock in clocks {
                let next = hlc.next(i64::from(clock), None);
                prop_assert!(next > hlc);
                hlc = next;
            }
        }

        #[test]
        fn a_wild_clock_pulls_at_most_five_minutes_ahead(clock in 0..i64::MAX, site in 0i64..4_000_000_000_000) {
            let next = Hlc::default().next(clock, Some(site));
            prop_assert!(next.wall_ms <= site + MAX_DRIFT_MS);
        }
    }
}
