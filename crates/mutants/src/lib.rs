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
    /// The site acknowledges what it could not commit.
    ReceiptBeforeCommit,
    /// The site takes again what it holds.
    NoDeduplication,
    /// A place in a feed is a place in the author's lane.
    FeedCursorBySequence,
    /// The cursor of a feed is kept before what it brought.
    CursorBeforeApply,
    /// A vault keeps what its reader may no longer hold.
    EvictionSkipped,
    /// What an eviction or an order takes goes from the vault, and the journal
    /// can make it again.
    EvictionSparesJournal,
    /// A device lets go of what no backup of the site holds.
    LetGoUnproven,
    /// A receipt of another epoch proves as much as one of this.
    EpochIgnored,
    /// Epochs are counted.
    EpochCounter,
    /// A device that a restored site does not know is refused.
    UnknownDeviceRefused,
    /// The site's receipts do not name what is parked.
    ReceiptHidesParked,
    /// The site's receipts do not name what it holds as taken back.
    ReceiptHidesElided,
    /// The site's receipts do not name attachments that are not here.
    ReceiptHidesMissing,
    /// What cannot be judged is dropped.
    ParkedDropped,
    /// An entry that is parked stops those behind it.
    PoisonBlocksLane,
    /// A draft that is read again becomes new entries.
    DraftWithNewId,
    /// Of two edits of one thing the one that arrives later is dropped.
    MergeByArrival,
    /// A device whose journal went two ways is taken for one that repeats itself.
    ForkNotDetected,
    /// A device that is told of another copy of itself goes on in its old lane.
    ForkUnnoticed,
    /// The site keeps what an order erases.
    ErasureSkipped,
    /// A commit that is called saved is not synced.
    JournalWalNormal,
}

impl Mutant {
    /// Every bug.
    pub const ALL: [Self; 24] = [
        Self::NoFileCipher,
        Self::NoSealing,
        Self::EarlySaved,
        Self::ReceiptBeforeCommit,
        Self::NoDeduplication,
        Self::FeedCursorBySequence,
        Self::CursorBeforeApply,
        Self::EvictionSkipped,
        Self::EvictionSparesJournal,
        Self::LetGoUnproven,
        Self::EpochIgnored,
        Self::EpochCounter,
        Self::UnknownDeviceRefused,
        Self::ReceiptHidesParked,
        Self::ReceiptHidesElided,
        Self::ReceiptHidesMissing,
        Self::ParkedDropped,
        Self::PoisonBlocksLane,
        Self::DraftWithNewId,
        Self::MergeByArrival,
        Self::ForkNotDetected,
        Self::ForkUnnoticed,
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
            Self::ReceiptBeforeCommit => "receipt_before_commit",
            Self::NoDeduplication => "no_deduplication",
            Self::FeedCursorBySequence => "feed_cursor_by_sequence",
            Self::CursorBeforeApply => "cursor_before_apply",
            Self::EvictionSkipped => "eviction_skipped",
            Self::EvictionSparesJournal => "eviction_spares_journal",
            Self::LetGoUnproven => "let_go_unproven",
            Self::EpochIgnored => "epoch_ignored",
            Self::EpochCounter => "epoch_counter",
            Self::UnknownDeviceRefused => "unknown_device_refused",
            Self::ReceiptHidesParked => "receipt_hides_parked",
            Self::ReceiptHidesElided => "receipt_hides_elided",
            Self::ReceiptHidesMissing => "receipt_hides_missing",
            Self::ParkedDropped => "parked_dropped",
            Self::PoisonBlocksLane => "poison_blocks_lane",
            Self::DraftWithNewId => "draft_with_new_id",
            Self::MergeByArrival => "merge_by_arrival",
            Self::ForkNotDetected => "fork_not_detected",
            Self::ForkUnnoticed => "fork_unnoticed",
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
