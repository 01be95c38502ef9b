//! How often a password may be tried: a decision over numbers, without a clock
//! and without a store.
//!
//! The caller asks before each attempt and writes the answer durably *before*
//! the password is stretched, so that a killed process has used up its attempt.
//! It locks one person, never the device.

use serde::{Deserialize, Serialize};

/// So many failures within [`WINDOW_MS`] lock.
pub const MOST_FAILURES: usize = 5;
/// Fifteen minutes, in milliseconds.
pub const WINDOW_MS: i64 = 15 * 60 * 1000;
/// So many failures in a row lock however long they took: the clock of a device
/// can be set by whoever holds it.
pub const MOST_IN_A_ROW: u32 = 10;

/// What is kept for each person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attempts {
    /// When attempts began that have not succeeded, newest last, in
    /// milliseconds since 1970.
    failures: Vec<i64>,
    /// How many there were in a row.
    in_a_row: u32,
    /// Locked until an administrator releases it.
    locked: bool,
}

/// What to do with an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lockout {
    /// Write these attempts durably, then try the password.
    Try(Attempts),
    /// Nothing is tried until an administrator releases it.
    Locked,
}

impl Attempts {
    /// Before an attempt: counts it as failed.
    #[must_use]
    pub fn before_attempt(&self, now_ms: i64) -> Lockout {
        if self.locked {
            return Lockout::Locked;
        }
        // A clock that was set back makes no failure older than it is.
        let now_ms = self
            .failures
            .last()
            .map_or(now_ms, |last| now_ms.max(*last));
        let mut failures: Vec<i64> = self
            .failures
            .iter()
            .copied()
            .filter(|at| now_ms.saturating_sub(*at) < WINDOW_MS)
            .collect();
        failures.push(now_ms);
        let in_a_row = self.in_a_row.saturating_add(1);
        let locked = failures.len() >= MOST_FAILURES || in_a_row >= MOST_IN_A_ROW;
        Lockout::Try(Self {
            failures,
            in_a_row,
            locked,
        })
    }

    /// After the password was right, or after a release.
    #[must_use]
    pub fn cleared() -> Self {
        Self::default()
    }

    /// How many attempts are left before the next lock, if they come at once.
    #[must_use]
    pub fn left(&self) -> u32 {
        if self.locked {
            return 0;
        }
        let in_window = u32::try_from(MOST_FAILURES - self.failures.len().min(MOST_FAILURES));
        in_window
            .unwrap_or(0)
            .min(MOST_IN_A_ROW - self.in_a_row.min(MOST_IN_A_ROW))
    }

    /// Whether an administrator has to release it.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(attempts: &Attempts, now_ms: i64) -> Attempts {
        match attempts.before_attempt(now_ms) {
            Lockout::Try(next) => next,
            Lockout::Locked => panic!("locked"),
        }
    }

    #[test]
    fn the_fifth_failure_in_fifteen_minutes_locks_until_released() {
        let mut attempts = Attempts::default();
        for (n, left) in [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)] {
            assert!(!attempts.is_locked());
            attempts = fail(&attempts, n * 60_000);
            assert_eq!(attempts.left(), left);
        }
        assert!(attempts.is_locked());
        assert_eq!(attempts.before_attempt(i64::MAX), Lockout::Locked);
        assert!(matches!(
            Attempts::cleared().before_attempt(0),
            Lockout::Try(_)
        ));
    }

    #[test]
    fn slow_failures_lock_at_the_tenth() {
        let mut attempts = Attempts::default();
        for n in 0..9 {
            attempts = fail(&attempts, n * WINDOW_MS);
            assert!(!attempts.is_locked(), "{n}");
        }
        assert!(fail(&attempts, 9 * WINDOW_MS).is_locked());
    }

    #[test]
    fn a_clock_set_back_wins_nothing() {
        let mut attempts = Attempts::default();
        for n in 0..4 {
            attempts = fail(&attempts, 1_000_000_000 - n * 400_000_000);
        }
        assert!(fail(&attempts, -5).is_locked());
    }
}
