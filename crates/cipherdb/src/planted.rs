//! Planted bugs (feature `mutants`); without the feature nothing of them is left.

#[cfg(feature = "mutants")]
use handoff_mutants::Mutant;

/// Files are opened without a key.
#[cfg(feature = "mutants")]
pub(crate) fn no_file_cipher() -> bool {
    Mutant::NoFileCipher.lives()
}

/// Files are opened without a key.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn no_file_cipher() -> bool {
    false
}

/// A write returns before its commit, which comes with the next one or when the
/// database is closed.
#[cfg(feature = "mutants")]
pub(crate) fn early_saved() -> bool {
    Mutant::EarlySaved.lives()
}

/// A write returns before its commit.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn early_saved() -> bool {
    false
}

/// Commits that have to be durable are left to the next checkpoint.
#[cfg(feature = "mutants")]
pub(crate) fn journal_wal_normal() -> bool {
    Mutant::JournalWalNormal.lives()
}

/// Commits that have to be durable are left to the next checkpoint.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn journal_wal_normal() -> bool {
    false
}
