//! Connections that only read, as many as are needed at once.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::connect;
use crate::error::CipherDbError;
use crate::files::{self, Lies};
use crate::key::DbKey;
use crate::migrate::{self, Migrations};
use crate::open_here::{self, Commits, OpenHere};
use crate::settings::Handle;
use crate::tx::ReadTx;

/// Connections kept open for the next reader.
const IDLE: usize = 4;

/// A database that another process writes, opened to read only: without the
/// folder's lock, without a migration, without a write of any kind.
pub struct ReadOnlyDatabase {
    readers: Readers,
    _open: OpenHere,
}

impl ReadOnlyDatabase {
    /// Opens an existing database to read.
    ///
    /// # Errors
    /// [`CipherDbError`]; [`CipherDbError::OlderSchema`] when it still has to
    /// be migrated.
    pub fn open(path: &Path, key: &DbKey, migrations: &Migrations) -> Result<Self, CipherDbError> {
        connect::opened_twice(path, || Self::try_open(path, key, migrations))
    }

    fn try_open(path: &Path, key: &DbKey, migrations: &Migrations) -> Result<Self, CipherDbError> {
        let file = files::resolve(path)?;
        let (lies, open) = open_here::enter(&file, Commits::MayBeGone)?;
        match lies {
            Lies::Something => {}
            Lies::Nothing => return Err(CipherDbError::Missing { file }),
            Lies::Empty | Lies::Begun => return Err(CipherDbError::Damaged { file }),
        }
        let readers = Readers::of(file, key.clone());
        let connection = readers.take()?;
        let (found, known) = (
            migrate::version(&readers.file, &connection, migrations)?,
            migrations.head(),
        );
        if found < known {
            return Err(CipherDbError::OlderSchema {
                file: readers.file,
                found,
                known,
            });
        }
        readers.put_back(connection);
        Ok(Self {
            readers,
            _open: open,
        })
    }

    /// Reads at one moment: what is committed meanwhile is not seen.
    ///
    /// # Errors
    /// Those of `read`, and [`CipherDbError`] when the view cannot be had.
    pub fn read<T, E: From<CipherDbError>>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.read(read)
    }
}

impl std::fmt::Debug for ReadOnlyDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadOnlyDatabase({})", self.readers.file.display())
    }
}

/// Reading connections of one file.
pub(crate) struct Readers {
    pub(crate) file: PathBuf,
    key: DbKey,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn of(file: PathBuf, key: DbKey) -> Self {
        Self {
            file,
            key,
            idle: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn read<T, E: From<CipherDbError>>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        const BEGIN: &str = "BEGIN";
        let connection = self.take()?;
        let tx = Transaction::new_unchecked(&connection, TransactionBehavior::Deferred)
            .map_err(|error| CipherDbError::from_sql(&self.file, BEGIN, &error))?;
        let found = read(&ReadTx {
            connection: &connection,
            file: &self.file,
        });
        drop(tx);
        self.put_back(connection);
        found
    }

    pub(crate) fn take(&self) -> Result<Connection, CipherDbError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connect::opened_twice(&self.file, || {
                connect::connect(&self.file, &self.key, Handle::Read)
            }),
        }
    }

    pub(crate) fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.is_autocommit() && idle.len() < IDLE {
            idle.push(connection);
        }
    }
}
