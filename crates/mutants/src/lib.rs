//! Planted bugs.
//!
//! **What.** [`Mutant`] names each bug; [`Mutant::lives`] says whether it is the
//! one of this run.
//!
//! **Why.** A check that never failed may be blind. A test switches a bug on
//! and requires that the check notices it.
//!
//! **How.** `HANDOFF_MUTANT` holds the name; it is read once in a process.
//!
//! **What it does not do.** It is in no shipped build: crates depend on it
//! behind their feature `mutants`, and `cargo xtask tidy` looks for that.

use std::sync::OnceLock;

/// The variable that holds the name of the bug that lives.
pub const VARIABLE: &str = "HANDOFF_MUTANT";

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Database files are not encrypted.
    NoFileCipher,
    /// Entries and redo are sealed with nothing.
    NoSealing,
    /// A write to a database returns before its commit.
    EarlySaved,
    /// A device that is told of another copy of itself goes on in its old lane.
    ForkUnnoticed,
    /// A vault keeps what its reader may no longer hold.
    EvictionSkipped,
    /// The site's receipts do not name what is parked.
    ReceiptHidesParked,
    /// The site keeps what an order erases.
    ErasureSkipped,
    /// A commit that is called saved is not synced.
    JournalWalNormal,
}

impl Mutant {
    /// Every bug.
    pub const ALL: [Self; 8] = [
        Self::NoFileCipher,
        Self::NoSealing,
        Self::EarlySaved,
        Self::ForkUnnoticed,
        Self::EvictionSkipped,
        Self::ReceiptHidesParked,
        Self::ErasureSkipped,
        Self::JournalWalNormal,
    ];

    /// Its name, as the variable gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoFileCipher => "no_file_cipher",
            Self::NoSealing => "no_sealing",
            Self::EarlySaved => "early_saved",
            Self::ForkUnnoticed => "fork_unnoticed",
            Self::EvictionSkipped => "eviction_skipped",
            Self::ReceiptHidesParked => "receipt_hides_parked",
            Self::ErasureSkipped => "erasure_skipped",
            Self::JournalWalNormal => "journal_wal_normal",
        }
    }

    /// Whether this is the bug of this run.
    ///
    /// # Panics
    /// When the variable names no bug: a test that asks for a bug by a wrong
    /// name would pass without it.
    #[must_use]
    pub fn lives(self) -> bool {
        static LIVING: OnceLock<Option<Mutant>> = OnceLock::new();
        let living = LIVING.get_or_init(|| {
            let name = std::env::var(VARIABLE).ok()?;
            let found = Mutant::ALL.into_iter().find(|mutant| mutant.name() == name);
            assert!(found.is_some(), "{VARIABLE}={name} names no planted bug");
            found
        });
        *living == Some(self)
    }
}
