//! A database: one writer, several readers.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use parking_lot::{FairMutex, FairMutexGuard};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::check::{self, Health};
use crate::error::CipherDbError;
use crate::files::{self, Lies};
use crate::key::DbKey;
use crate::migrate::{self, Migrations};
use crate::open_here::{self, Commits, OpenHere};
use crate::planted;
use crate::readers::Readers;
use crate::settings::{self, Durability, Handle};
use crate::tx::{ReadTx, WriteTx};
use crate::{connect, copy};

/// Whether opening may make the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// When there is none.
    IfMissing,
    /// Never: a missing file is an error, and so is an empty one.
    Never,
}

/// How to open a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether opening may make the file.
    pub create: Create,
    /// How soon a commit is on the disk.
    pub durability: Durability,
    /// Access to files that are made, as on Unix: `0o600`, or `0o660` in a
    /// folder shared by a group.
    pub mode: u32,
}

impl OpenOptions {
    /// Every commit durable, files for their owner alone, made when missing.
    #[must_use]
    pub fn durable() -> Self {
        Self {
            create: Create::IfMissing,
            durability: Durability::EveryCommit,
            mode: 0o600,
        }
    }
}

/// An open encrypted database. Shared between threads by reference.
pub struct Database {
    // Closed before the writer, which then puts the log into the database.
    readers: Readers,
    // In the order in which they ask: who writes chunk after chunk would keep
    // everybody else away, and two requests that came one behind the other could
    // change places.
    writer: FairMutex<Connection>,
    writing: Mutex<Option<ThreadId>>,
    durability: Durability,
    mode: u32,
    made: bool,
    _open: OpenHere,
}

impl Database {
    /// Opens a database, makes it if that is wanted, and brings it to the
    /// newest schema.
    ///
    /// # Errors
    /// [`CipherDbError`] tells a wrong key, a file that is something else,
    /// damage, a newer schema, a full disk, a busy database and failures of the
    /// system apart. No error leaves the file changed, except that migrations
    /// done before a failed one stay.
    pub fn open(
        path: &Path,
        key: &DbKey,
        migrations: &Migrations,
        options: OpenOptions,
    ) -> Result<Self, CipherDbError> {
        connect::opened_twice(path, || Self::try_open(path, key, migrations, options))
    }

    fn try_open(
        path: &Path,
        key: &DbKey,
        migrations: &Migrations,
        options: OpenOptions,
    ) -> Result<Self, CipherDbError> {
        let file = files::resolve(path)?;
        let handle = Handle::Write(options.durability);
        let commits = match options.durability {
            Durability::EveryCommit => Commits::WereSynced,
            Durability::Checkpoint => Commits::MayBeGone,
        };
        let (lies, open) = open_here::enter(&file, commits)?;
        match (lies, options.create) {
            (Lies::Nothing, Create::IfMissing) => drop(files::make(&file, options.mode)?),
            (Lies::Nothing, Create::Never) => return Err(CipherDbError::Missing { file }),
            (Lies::Empty | Lies::Begun, Create::Never) => {
                return Err(CipherDbError::Damaged { file });
            }
            (Lies::Something, _) | (Lies::Empty | Lies::Begun, Create::IfMissing) => {}
        }
        let made = lies != Lies::Something;
        let writer = connect::connect(&file, key, handle)?;
        migrate::upgrade(&file, &writer, key, migrations, options.mode)?;
        if made {
            files::sync_folder(&file)?;
        }
        Ok(Self {
            readers: Readers::of(file, key.clone()),
            writer: FairMutex::new(writer),
            writing: Mutex::new(None),
            durability: options.durability,
            mode: options.mode,
            made,
            _open: open,
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.readers.file
    }

    /// Whether this opening made it.
    #[must_use]
    pub fn was_made(&self) -> bool {
        self.made
    }

    /// Reads at one moment: what is committed meanwhile is not seen. Several
    /// threads may read at once, and while another writes.
    ///
    /// # Errors
    /// Those of `read`, and [`CipherDbError`] when the view cannot be had.
    pub fn read<T, E: From<CipherDbError>>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.read(read)
    }

    /// Writes all of it or nothing: commits when `write` returns `Ok`, undoes
    /// everything when it returns an error or panics. Writers wait for each
    /// other.
    ///
    /// # Errors
    /// Those of `write`, and [`CipherDbError`] when it cannot begin or commit.
    /// After an error nothing may be called saved.
    pub fn write<T, E: From<CipherDbError>>(
        &self,
        write: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let writer = self.writer()?;
        self.commit(&writer, write)
    }

    /// As [`Self::write`], and on the disk when it returns, whatever the
    /// database was opened with.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_durably<T, E: From<CipherDbError>>(
        &self,
        write: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        const NAME: &str = "synchronous";
        let writer = self.writer()?;
        let _again = Again(&writer, self.durability);
        settings::run(self.file(), &writer, NAME, Durability::EveryCommit.pragma())?;
        self.commit(&writer, write)
    }

    fn commit<T, E: From<CipherDbError>>(
        &self,
        connection: &Connection,
        write: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        const BEGIN: &str = "BEGIN IMMEDIATE";
        const COMMIT: &str = "COMMIT";
        let failed =
            |sql, error: &rusqlite::Error| CipherDbError::from_sql(self.file(), sql, error);
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
            .map_err(|error| failed(BEGIN, &error))?;
        let handle = WriteTx {
            read: ReadTx {
                connection,
                file: self.file(),
            },
        };
        let done = write(&handle)?;
        handle.check(COMMIT)?;
        if planted::early_saved() {
            // Left open: `writer` and `drop` commit it.
            std::mem::forget(tx);
            return Ok(done);
        }
        tx.commit().map_err(|error| failed(COMMIT, &error))?;
        Ok(done)
    }

    /// A consistent copy under another key, made while the database is in use.
    /// The name appears when the copy is whole and on the disk.
    ///
    /// # Errors
    /// [`CipherDbError`]; `AlreadyExists` when there is such a file.
    pub fn backup_to(&self, path: &Path, key: &DbKey) -> Result<(), CipherDbError> {
        let to = files::resolve(path)?;
        if to.symlink_metadata().is_ok() {
            let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(CipherDbError::from_io(&to, exists));
        }
        let source = self.readers.take()?;
        let copied = copy::copy(self.file(), &source, &to, key, self.mode);
        self.readers.put_back(source);
        copied
    }

    /// Moves the whole log into the database and empties it: what was deleted
    /// is then in no file.
    ///
    /// # Errors
    /// [`CipherDbError::Busy`] when a reader still needs the log.
    pub fn checkpoint_truncate(&self) -> Result<(), CipherDbError> {
        self.checkpoint(&*self.writer()?, "PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn checkpoint(&self, writer: &Connection, sql: &'static str) -> Result<(), CipherDbError> {
        let busy: i64 = writer
            .query_row(sql, [], |row| row.get(0))
            .map_err(|error| CipherDbError::from_sql(self.file(), sql, &error))?;
        if busy == 0 {
            Ok(())
        } else {
            Err(CipherDbError::Busy {
                file: self.file().to_owned(),
            })
        }
    }

    /// Reads the whole file: every page must carry the seal of the key, and
    /// the tables must hang together. Reads and writes go on meanwhile; only a
    /// suspicion is looked at again with writers waiting.
    ///
    /// A page that lies whole in the log is not damaged, whatever the file has
    /// in its place: a power cut tears pages on their way from the one to the
    /// other, and every reading takes them from the log. The seals are looked
    /// for in the file alone; so on a suspicion the whole log is moved first.
    ///
    /// # Errors
    /// [`CipherDbError`] when it cannot be looked at, [`CipherDbError::Busy`]
    /// when a reader stays who keeps the log from being moved. Damage is an
    /// answer.
    pub fn quick_check(&self) -> Result<Health, CipherDbError> {
        const MOVE: &str = "PRAGMA wal_checkpoint(FULL)";
        let reader = self.readers.take()?;
        let health = check::check(self.file(), &reader)?;
        self.readers.put_back(reader);
        if health == Health::Sound {
            return Ok(health);
        }
        let writer = self.writer()?;
        self.checkpoint(&writer, MOVE)?;
        check::check(self.file(), &writer)
    }

    fn writer(&self) -> Result<Writer<'_>, CipherDbError> {
        let me = thread::current().id();
        if *self.writing.lock().unwrap_or_else(PoisonError::into_inner) == Some(me) {
            return Err(CipherDbError::NestedWrite {
                file: self.file().to_owned(),
            });
        }
        // A panic in a write has undone it: the connection is fine.
        let connection = self.writer.lock();
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = Some(me);
        let writer = Writer {
            connection,
            writing: &self.writing,
        };
        if !writer.is_autocommit() {
            let sql = if planted::early_saved() {
                "COMMIT"
            } else {
                "ROLLBACK"
            };
            writer
                .execute_batch(sql)
                .map_err(|error| CipherDbError::from_sql(self.file(), sql, &error))?;
        }
        Ok(writer)
    }
}

#[cfg(feature = "mutants")]
impl Drop for Database {
    fn drop(&mut self) {
        if planted::early_saved() {
            // Commits what the last write left open.
            drop(self.writer());
        }
    }
}

// A panic in a write has undone it, and who asks next finds it so.
impl std::panic::UnwindSafe for Database {}
impl std::panic::RefUnwindSafe for Database {}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({})", self.file().display())
    }
}

/// The writing connection, for one thread.
struct Writer<'a> {
    connection: FairMutexGuard<'a, Connection>,
    writing: &'a Mutex<Option<ThreadId>>,
}

impl Deref for Writer<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Puts the durability of the database back.
struct Again<'a>(&'a Connection, Durability);

impl Drop for Again<'_> {
    fn drop(&mut self) {
        // Failing here leaves the connection safer than asked for.
        let _ = self.0.execute_batch(self.1.pragma());
    }
}
