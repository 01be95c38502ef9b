//! A database file, opened to write or only to read.

use handoff_cipherdb::{CipherDbError, Database, ReadOnlyDatabase, ReadTx, WriteTx};

use crate::error::{StorageError, Stored};

pub(crate) enum Db {
    Write(Database),
    Read(ReadOnlyDatabase),
}

impl Db {
    pub fn read<T, E: From<CipherDbError>>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Write(db) => db.read(read),
            Self::Read(db) => db.read(read),
        }
    }

    pub fn write<T>(&self, write: impl FnOnce(&WriteTx<'_>) -> Stored<T>) -> Stored<T> {
        self.writer()?.write(write)
    }

    /// The database, if this handle may write.
    pub fn writer(&self) -> Stored<&Database> {
        match self {
            Self::Write(db) => Ok(db),
            Self::Read(_) => Err(StorageError::ReadOnly),
        }
    }
}
