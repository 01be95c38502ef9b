//! What was done to a disk, in order.

use std::path::PathBuf;

/// A file, whatever its name.
pub(super) type FileId = u64;

/// What a step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file was made.
    Make,
    /// Bytes were written.
    Write,
    /// A file was cut.
    Truncate,
    /// A file was made durable.
    Sync,
    /// A sync was made to fail.
    FailedSync,
    /// A file was deleted.
    Delete,
    /// Something happened past SQLite.
    Outside,
    /// The test made a mark.
    Mark,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A file came into view with what it holds, which is durable, and perhaps
    /// a new name, which is not.
    Open {
        file: FileId,
        path: PathBuf,
        bytes: Vec<u8>,
        is_new: bool,
    },
    Write {
        file: FileId,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: FileId,
        len: usize,
    },
    Sync {
        file: FileId,
        /// The folder's names too.
        names: bool,
    },
    FailedSync {
        file: FileId,
    },
    Delete {
        path: PathBuf,
        /// The folder was synced.
        is_durable: bool,
    },
    /// A file of SQLite's got another name.
    Renamed {
        file: FileId,
        path: PathBuf,
    },
    /// A file that SQLite has not opened.
    Put {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    Gone {
        path: PathBuf,
    },
    Mark,
}

impl Step {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Open { .. } => Kind::Make,
            Self::Write { .. } => Kind::Write,
            Self::Truncate { .. } => Kind::Truncate,
            Self::Sync { .. } => Kind::Sync,
            Self::FailedSync { .. } => Kind::FailedSync,
            Self::Delete { .. } => Kind::Delete,
            Self::Renamed { .. } | Self::Put { .. } | Self::Gone { .. } => Kind::Outside,
            Self::Mark => Kind::Mark,
        }
    }
}
