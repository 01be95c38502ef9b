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
