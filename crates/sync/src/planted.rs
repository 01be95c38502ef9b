//! Planted bugs (feature `mutants`); without the feature nothing of them is left.

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// The site takes again what it holds.
#[cfg(feature = "mutants")]
pub(crate) fn no_deduplication() -> bool {
    Mutant::NoDeduplication.lives()
}

/// The site takes again what it holds.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn no_deduplication() -> bool {
    false
}

/// A receipt of another epoch proves as much as one of this.
#[cfg(feature = "mutants")]
pub(crate) fn epoch_ignored() -> bool {
    Mutant::EpochIgnored.lives()
}

/// A receipt of another epoch proves as much as one of this.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn epoch_ignored() -> bool {
    false
}

/// A device that a restored site does not know is refused.
#[cfg(feature = "mutants")]
pub(crate) fn unknown_device_refused() -> bool {
    Mutant::UnknownDeviceRefused.lives()
}

/// A device that a restored site does not know is refused.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn unknown_device_refused() -> bool {
    false
}

/// A device whose journal went two ways is taken for one that repeats itself.
#[cfg(feature = "mutants")]
pub(crate) fn fork_not_detected() -> bool {
    Mutant::ForkNotDetected.lives()
}

/// A device whose journal went two ways is taken for one that repeats itself.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn fork_not_detected() -> bool {
    false
}
