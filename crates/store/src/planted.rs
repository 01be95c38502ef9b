//! Planted bugs (feature `mutants`); without the feature nothing of them is left.

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// Another copy of this device is not noticed.
#[cfg(feature = "mutants")]
pub(crate) fn fork_unnoticed() -> bool {
    Mutant::ForkUnnoticed.lives()
}

/// Another copy of this device is not noticed.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn fork_unnoticed() -> bool {
    false
}

/// What an eviction or an order takes can be made again from the journal.
#[cfg(feature = "mutants")]
pub(crate) fn eviction_spares_journal() -> bool {
    Mutant::EvictionSparesJournal.lives()
}

/// What an eviction or an order takes can be made again from the journal.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn eviction_spares_journal() -> bool {
    false
}

/// As `journal/erase.sql` with that bug.
pub(crate) const ERASE_SPARING_REDO: &str =
    "UPDATE journal SET kind = ?2, sealed = NULL WHERE item = ?1 AND kind = 2";

/// What no backup holds is let go.
#[cfg(feature = "mutants")]
pub(crate) fn let_go_unproven() -> bool {
    Mutant::LetGoUnproven.lives()
}

/// What no backup holds is let go.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn let_go_unproven() -> bool {
    false
}

/// What a reader may no longer hold stays.
#[cfg(feature = "mutants")]
pub(crate) fn eviction_skipped() -> bool {
    Mutant::EvictionSkipped.lives()
}

/// What a reader may no longer hold stays.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn eviction_skipped() -> bool {
    false
}
