//! What can be wrong with a file whatever the operation was.
//!
//! Each operation has its own error; all of them end in this one where the
//! files are to blame. No variant holds a value of somebody's record.

use handoff_cipherdb::CipherDbError;
pub use handoff_cipherdb::Disposition;
use handoff_domain::RecordError;
use handoff_protocol::CodecError;

/// A file did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database.
    #[error(transparent)]
    Db(#[from] CipherDbError),
    /// The files were opened to read only.
    #[error("the files were opened to read only")]
    ReadOnly,
    /// A row is not what this program writes.
    #[error("a row of {table} does not read")]
    Row {
        /// Which table.
        table: &'static str,
    },
    /// A message could not be encoded or decoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A record could not be encoded or decoded.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl StorageError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Db(error) => error.disposition(),
            Self::ReadOnly | Self::Row { .. } | Self::Codec(_) | Self::Record(_) => {
                Disposition::Stop
            }
        }
    }

    /// Whether there was no room on the disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Db(CipherDbError::DiskFull { .. }))
    }
}

/// Shorthand for what a table's functions return.
pub(crate) type Stored<T> = Result<T, StorageError>;
