//! How many items go into one batch.
//!
//! What is in flight when a line breaks is sent again. So a batch holds what the
//! line takes in about a second: few items on a slow line, many on a good one.
//! Where two are in flight, they share what one may hold at most.
//! Nothing is known of a line at first, and it may be another one in the next
//! street; each answer says what it takes now.

use std::time::Duration;

/// How large the next batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    items: usize,
    took: Duration,
}

/// Before anything is known of the line: some 30 kB.
const FIRST: usize = 100;
/// Fewer cost more in requests than a break does.
pub const LEAST_ITEMS: usize = 20;
/// More gain nothing.
pub const MOST_ITEMS: usize = 500;
/// An item on the wire, more or less.
const ITEM_BYTES: usize = 310;
/// How long a batch may be on its way.
const AIM: Duration = Duration::from_secs(1);
/// An answer that comes sooner leaves nothing to gain from a second request in
/// flight, and two of them may change places at the site.
const QUICK: Duration = Duration::from_millis(200);
/// One answer says no more than that: it may have waited for something else.
const MOST_CHANGE: usize = 5;

impl Default for Pace {
    fn default() -> Self {
        Self {
            items: FIRST,
            took: Duration::ZERO,
        }
    }
}

impl Pace {
    /// Most items of the next batch.
    #[must_use]
    pub fn items(&self) -> usize {
        if self.is_one_at_a_time() {
            self.items
        } else {
            self.items.min(MOST_ITEMS / 2)
        }
    }

    /// Most bytes of the next piece of an attachment: as long as a batch would be.
    #[must_use]
    pub fn piece_bytes(&self) -> usize {
        self.items.saturating_mul(ITEM_BYTES)
    }

    /// How many items would have been as long as these bytes.
    #[must_use]
    pub fn as_items(bytes: usize) -> usize {
        bytes.div_ceil(ITEM_BYTES)
    }

    /// The next batch had better wait until the one before it has landed.
    #[must_use]
    pub fn is_one_at_a_time(&self) -> bool {
        self.took < QUICK
    }

    /// A batch of so many items was answered after so long.
    pub fn answered(&mut self, items: usize, took: Duration) {
        let millis = |time: Duration| usize::try_from(time.as_millis()).unwrap_or(usize::MAX);
        let fits = items.saturating_mul(millis(AIM)) / millis(took).max(1);
        // In time, it says nothing against a larger one, and a small one that was
        // quick does not speak for one of any size.
        let next = if took <= AIM {
            self.items.max(fits.min(items.saturating_mul(MOST_CHANGE)))
        } else {
            fits.max(self.items / MOST_CHANGE)
        };
        self.items = next.clamp(LEAST_ITEMS, MOST_ITEMS);
        self.took = took;
    }

    /// A batch was not answered.
    pub fn failed(&mut self) {
        self.items = (self.items / 2).max(LEAST_ITEMS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(pace: &mut Pace, per_item: Duration, trip: Duration) {
        let items = pace.items();
        pace.answered(items, trip + per_item * u32::try_from(items).unwrap());
    }

    #[test]
    fn a_good_line_gets_whole_batches_at_once() {
        let mut pace = Pace::default();
        after(
            &mut pace,
            Duration::from_micros(200),
            Duration::from_millis(5),
        );
        assert_eq!(pace.items(), MOST_ITEMS);
        assert!(pace.is_one_at_a_time());
    }

    #[test]
    fn a_slow_line_gets_what_it_takes_in_a_second() {
        // 300 bytes an item at 1 Mbit/s, and a round trip of 100 ms.
        let mut pace = Pace::default();
        for _ in 0..20 {
            after(
                &mut pace,
                Duration::from_micros(2_400),
                Duration::from_millis(100),
            );
        }
        assert!(!pace.is_one_at_a_time());
        assert_eq!(pace.items(), MOST_ITEMS / 2);
        // Half of that.
        for _ in 0..20 {
            after(
                &mut pace,
                Duration::from_micros(4_800),
                Duration::from_millis(100),
            );
        }
        assert!((150..=220).contains(&pace.items()), "{pace:?}");
        // Another street.
        for _ in 0..20 {
            after(
                &mut pace,
                Duration::from_millis(40),
                Duration::from_millis(500),
            );
        }
        assert_eq!(pace.items(), LEAST_ITEMS);
    }

    #[test]
    fn a_piece_is_as_long_as_a_batch() {
        let mut pace = Pace::default();
        let before = pace.piece_bytes();
        assert_eq!(Pace::as_items(before), FIRST);
        pace.failed();
        assert!(pace.piece_bytes() < before);
    }

    #[test]
    fn an_entry_that_is_alone_says_little_of_a_line() {
        let mut pace = Pace::default();
        pace.answered(1, Duration::from_millis(400));
        assert_eq!(pace.items(), FIRST);
        pace.answered(1, Duration::from_millis(2));
        assert_eq!(pace.items(), FIRST);
    }

    proptest! {
        #[test]
        fn it_stays_within_its_bounds(
            answers in prop::collection::vec((any::<bool>(), 0..2_000usize, any::<u64>()), 1..100)
        ) {
            let mut pace = Pace::default();
            for (is_answered, items, millis) in answers {
                if is_answered {
                    pace.answered(items, Duration::from_millis(millis));
                } else {
                    pace.failed();
                }
                prop_assert!((LEAST_ITEMS..=MOST_ITEMS).contains(&pace.items()));
            }
        }
    }
}
