//! A site's store in memory: every promise of the real ones, except that it
//! forgets when the program ends.
//!
//! Tables are shared maps that are copied when they are written to, so that a
//! transaction, a savepoint and a backup are each a handful of counted
//! references.

mod attachments;
mod orders;
mod reads;
mod tables;
mod writes;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use handoff_cipherdb::{CipherDbError, Constraint, StatementProblem};
use handoff_site::storage::{Reads, Soundness, Storage, StorageError, Writes};

pub use tables::Tables;

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    tables: Mutex<Tables>,
    copies: Mutex<BTreeMap<PathBuf, Tables>>,
}

/// A transaction, or a view of one moment.
struct Handle {
    tables: RefCell<Tables>,
}

impl MemoryStorage {
    /// A store that holds what another held.
    #[must_use]
    pub fn of(tables: Tables) -> Self {
        Self {
            tables: Mutex::new(tables),
            copies: Mutex::default(),
        }
    }

    /// Everything that is committed.
    #[must_use]
    pub fn tables(&self) -> Tables {
        lock(&self.tables).clone()
    }
}

impl Storage for MemoryStorage {
    fn read(
        &self,
        work: &mut dyn FnMut(&dyn Reads) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let tables = RefCell::new(self.tables());
        work(&Handle { tables })
    }

    fn write(
        &self,
        work: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let handle = Handle {
            tables: RefCell::new(self.tables()),
        };
        work(&handle)?;
        *lock(&self.tables) = handle.tables.into_inner();
        Ok(())
    }

    fn check(&self) -> Result<Soundness, StorageError> {
        Ok(Soundness::Sound)
    }

    fn sweep(&self) -> Result<(), StorageError> {
        Ok(())
    }

    fn copy_to(&self, file: &Path, _key: &[u8; 32]) -> Result<(), StorageError> {
        let mut copies = lock(&self.copies);
        if copies.contains_key(file) {
            let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            let failed = CipherDbError::Io {
                file: file.to_owned(),
                code: 0,
                source: Some(exists),
            };
            return Err(failed.into());
        }
        copies.insert(file.to_owned(), self.tables());
        Ok(())
    }
}

/// What a database says of a row that is there already.
fn duplicate(sql: &'static str) -> StorageError {
    let problem = StatementProblem::Constraint(Constraint::Unique);
    CipherDbError::Statement { sql, problem }.into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
