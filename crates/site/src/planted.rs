//! Planted bugs (feature `mutants`); without the feature nothing of them is left.

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// The site acknowledges what it could not commit.
#[cfg(feature = "mutants")]
pub(crate) fn receipt_before_commit() -> bool {
    Mutant::ReceiptBeforeCommit.lives()
}

/// The site acknowledges what it could not commit.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn receipt_before_commit() -> bool {
    false
}

/// A place in a feed is a place in the author's lane.
#[cfg(feature = "mutants")]
pub(crate) fn feed_cursor_by_sequence() -> bool {
    Mutant::FeedCursorBySequence.lives()
}

/// A place in a feed is a place in the author's lane.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn feed_cursor_by_sequence() -> bool {
    false
}

/// Epochs are counted.
#[cfg(feature = "mutants")]
pub(crate) fn epoch_counter() -> bool {
    Mutant::EpochCounter.lives()
}

/// Epochs are counted.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn epoch_counter() -> bool {
    false
}

/// The site's receipts do not name what is parked.
#[cfg(feature = "mutants")]
pub(crate) fn receipt_hides_parked() -> bool {
    Mutant::ReceiptHidesParked.lives()
}

/// The site's receipts do not name what is parked.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn receipt_hides_parked() -> bool {
    false
}

/// The site's receipts do not name what it holds as taken back.
#[cfg(feature = "mutants")]
pub(crate) fn receipt_hides_elided() -> bool {
    Mutant::ReceiptHidesElided.lives()
}

/// The site's receipts do not name what it holds as taken back.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn receipt_hides_elided() -> bool {
    false
}

/// The site's receipts do not name attachments that are not here.
#[cfg(feature = "mutants")]
pub(crate) fn receipt_hides_missing() -> bool {
    Mutant::ReceiptHidesMissing.lives()
}

/// The site's receipts do not name attachments that are not here.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn receipt_hides_missing() -> bool {
    false
}

/// What cannot be judged is dropped.
#[cfg(feature = "mutants")]
pub(crate) fn parked_dropped() -> bool {
    Mutant::ParkedDropped.lives()
}

/// What cannot be judged is dropped.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn parked_dropped() -> bool {
    false
}

/// An entry that is parked stops those behind it.
#[cfg(feature = "mutants")]
pub(crate) fn poison_blocks_lane() -> bool {
    Mutant::PoisonBlocksLane.lives()
}

/// An entry that is parked stops those behind it.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn poison_blocks_lane() -> bool {
    false
}

/// Of two edits of one thing the one that arrives later is dropped.
#[cfg(feature = "mutants")]
pub(crate) fn merge_by_arrival() -> bool {
    Mutant::MergeByArrival.lives()
}

/// Of two edits of one thing the one that arrives later is dropped.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn merge_by_arrival() -> bool {
    false
}

/// The site keeps what an order erases.
#[cfg(feature = "mutants")]
pub(crate) fn erasure_skipped() -> bool {
    Mutant::ErasureSkipped.lives()
}

/// The site keeps what an order erases.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn erasure_skipped() -> bool {
    false
}
