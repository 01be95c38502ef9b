//! Calls that are made to fail.

/// A call to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A file is opened or made.
    Open,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// A file is cut.
    Truncate,
    /// A file is made durable.
    Sync,
    /// A file is deleted.
    Delete,
    /// The index of a log is mapped, perhaps grown.
    Share,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Read,
        Self::Write,
        Self::Truncate,
        Self::Sync,
        Self::Delete,
        Self::Share,
    ];

    /// Its name in a report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Truncate => "truncate",
            Self::Sync => "sync",
            Self::Delete => "delete",
            Self::Share => "share",
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// What the call says instead of doing its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Input or output failed. Half of a write may have been done.
    Failed,
    /// No space is left.
    Full,
}

/// For how long calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// This one call.
    Once,
    /// It and every later one of its kind.
    Until,
}

/// The n-th call of a kind fails, counted from 1 since it was armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Which kind.
    pub call: Call,
    /// Which one.
    pub nth: u64,
    /// What it says.
    pub answer: Answer,
    /// For how long.
    pub lasts: Lasts,
}

impl Fault {
    /// One call that fails with an I/O error.
    #[must_use]
    pub fn once(call: Call, nth: u64) -> Self {
        Self {
            call,
            nth,
            answer: Answer::Failed,
            lasts: Lasts::Once,
        }
    }

    /// Whether the `count`-th call fails.
    pub(super) fn hits(&self, call: Call, count: u64) -> bool {
        call == self.call
            && match self.lasts {
                Lasts::Once => count == self.nth,
                Lasts::Until => count >= self.nth,
            }
    }
}
