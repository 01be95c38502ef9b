//! When to try the site again.

use std::time::Duration;

/// Grows while the site does not answer, starts anew when it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

/// The longest wait while the link is up: a flapping link must not be missed.
pub const LONGEST_UP: Duration = Duration::from_secs(2);
/// The longest wait while there is no link at all.
pub const LONGEST_DOWN: Duration = Duration::from_secs(60);

impl Backoff {
    /// The site answered.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// The site did not answer. How long to wait: between half and the whole of
    /// a time that doubles; `jitter` is in 0..=255.
    pub fn failed(&mut self, link_is_up: bool, jitter: u8) -> Duration {
        let longest = if link_is_up { LONGEST_UP } else { LONGEST_DOWN };
        let whole = Duration::from_millis(250)
            .saturating_mul(1u32.checked_shl(self.failures.min(10)).unwrap_or(u32::MAX))
            .min(longest);
        self.failures = self.failures.saturating_add(1);
        whole / 2 + whole * u32::from(jitter) / 510
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_wait_stays_within_its_bounds(jitters in prop::collection::vec(any::<(bool, u8)>(), 1..200)) {
            let mut backoff = Backoff::default();
            for (up, jitter) in jitters {
                let wait = backoff.failed(up, jitter);
                prop_assert!(wait >= Duration::from_millis(125));
                let longest = if up { LONGEST_UP } else { LONGEST_DOWN };
                prop_assert!(wait <= longest);
            }
            backoff.succeeded();
            prop_assert!(backoff.failed(true, 255) <= Duration::from_millis(250));
        }
    }
}
