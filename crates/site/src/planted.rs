//! Planted bugs (feature `mutants`); without the feature nothing of them is left.

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// Receipts do not name what is parked.
#[cfg(feature = "mutants")]
pub(crate) fn receipt_hides_parked() -> bool {
    Mutant::ReceiptHidesParked.lives()
}

/// Receipts do not name what is parked.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn receipt_hides_parked() -> bool {
    false
}

/// What an order erases stays.
#[cfg(feature = "mutants")]
pub(crate) fn erasure_skipped() -> bool {
    Mutant::ErasureSkipped.lives()
}

/// What an order erases stays.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn erasure_skipped() -> bool {
    false
}
