//! The store in a folder: one SQLCipher file.
//!
//! One writer at a time (`BEGIN IMMEDIATE`), so the locks of lanes and of the
//! head are those of the transaction. Other processes (the command line beside
//! a server) write in turn.

mod attachments;
mod columns;
mod map;
mod orders;
mod read;
mod write;

use std::path::Path;

use handoff_cipherdb::{
    Create, Database, DbKey, Durability, Health, Migrations, OpenOptions, ReadTx, WriteTx,
};

use super::{Reads, Soundness, Storage, StorageError, Writes};

/// Schemas, oldest first. A released step is never edited.
const SCHEMA: Migrations = Migrations::new(&[
    (1, include_str!("schema.sql")),
    (2, include_str!("schema_2.sql")),
    (3, include_str!("schema_3.sql")),
    (4, include_str!("schema_4.sql")),
    (5, include_str!("schema_5.sql")),
]);

/// The site of this database; PostgreSQL will hold many.
const SITE: i64 = 1;

/// Kind bytes of the protocol, as they are kept.
mod kind {
    pub const CONTEXT: u8 = 1;
    pub const ENTRY: u8 = 2;
    pub const RESEALED: u8 = 3;
    pub const ELIDED: u8 = 0x11;
    pub const ERASED: u8 = 0x12;
    pub const PRUNED: u8 = 0x13;
}

/// A store in one SQLCipher file.
#[derive(Debug)]
pub struct SqliteStorage {
    database: Database,
}

impl SqliteStorage {
    /// The schema that this build writes.
    #[must_use]
    pub fn schema_version() -> u32 {
        SCHEMA.head()
    }

    /// Makes the file.
    ///
    /// # Errors
    /// [`StorageError`] when it cannot be made.
    pub fn make(file: &Path, key: &[u8; 32]) -> Result<Self, StorageError> {
        Self::with(file, key, Create::IfMissing)
    }

    /// Opens an existing file.
    ///
    /// # Errors
    /// [`StorageError`] when there is none, or the key is another, or it is
    /// damaged.
    pub fn open(file: &Path, key: &[u8; 32]) -> Result<Self, StorageError> {
        Self::with(file, key, Create::Never)
    }

    fn with(file: &Path, key: &[u8; 32], create: Create) -> Result<Self, StorageError> {
        let options = OpenOptions {
            create,
            durability: Durability::EveryCommit,
            mode: 0o600,
        };
        let database = Database::open(file, &DbKey::from_bytes(key), &SCHEMA, options)?;
        Ok(Self { database })
    }

    /// The newest schema that this program knows.
    #[must_use]
    pub fn schema() -> u32 {
        SCHEMA.head()
    }
}

impl Storage for SqliteStorage {
    fn read(
        &self,
        work: &mut dyn FnMut(&dyn Reads) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.database.read(|tx| work(&Handle { tx }))
    }

    fn write(
        &self,
        work: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.database.write(|tx| work(&Handle { tx }))
    }

    fn check(&self) -> Result<Soundness, StorageError> {
        Ok(match self.database.quick_check()? {
            Health::Sound => Soundness::Sound,
            Health::Damaged { .. } => Soundness::Damaged,
        })
    }

    fn sweep(&self) -> Result<(), StorageError> {
        Ok(self.database.checkpoint_truncate()?)
    }

    fn copy_to(&self, file: &Path, key: &[u8; 32]) -> Result<(), StorageError> {
        Ok(self.database.backup_to(file, &DbKey::from_bytes(key))?)
    }
}

/// A transaction, reading or writing.
struct Handle<T> {
    tx: T,
}

/// What can read.
trait Readable {
    fn tx(&self) -> &ReadTx<'_>;
}

impl Readable for Handle<&ReadTx<'_>> {
    fn tx(&self) -> &ReadTx<'_> {
        self.tx
    }
}

impl Readable for Handle<&WriteTx<'_>> {
    fn tx(&self) -> &ReadTx<'_> {
        self.tx
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance;

    #[test]
    fn sqlite_keeps_every_promise_of_a_store() {
        for (name, promise) in conformance::ALL {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("site.db");
            let storage = SqliteStorage::make(&file, &[7; 32]).unwrap();
            let kept = std::panic::catch_unwind(|| conformance::check(&storage, *promise));
            assert!(kept.is_ok(), "{name}");
        }
    }

    /// Statements for one request, one entry or one reader: none of them may
    /// cost more when the site holds more. (The others list everything.)
    const PLANS: &[&str] = &[
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/attachment.sql")),
        concat!(
            "EXPLAIN QUERY PLAN ",
            include_str!("read/attachment_bytes.sql")
        ),
        concat!(
            "EXPLAIN QUERY PLAN ",
            include_str!("read/attachment_lines.sql")
        ),
        concat!(
            "EXPLAIN QUERY PLAN ",
            include_str!("read/attachments_missing.sql")
        ),
        concat!(
            "EXPLAIN QUERY PLAN ",
            include_str!("read/attachments_of.sql")
        ),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/authors.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/device.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/device_state.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/elided.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/erasure.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/erasures_for.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/feed_reader.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/entries_of.sql")),
        concat!(
            "EXPLAIN QUERY PLAN ",
            include_str!("read/entries_of_kind.sql")
        ),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/entry.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/feed.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/feed_hash.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/hashes.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/invitation.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/items.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/items_by_id.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/line.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/lines.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/lines_of.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/parked_on.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/placeholders.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/referral.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/scope.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/site.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/unapplied.sql")),
        concat!("EXPLAIN QUERY PLAN ", include_str!("read/usage.sql")),
    ];

    #[test]
    fn no_statement_on_the_way_of_an_entry_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let storage = SqliteStorage::make(&folder.path().join("site.db"), &[7; 32]).unwrap();
        let mut whole = Vec::new();
        for sql in PLANS {
            // Every key of every table begins with the site: a step that uses
            // nothing but that reads all of it.
            let plan = storage.database.read(|tx| {
                let params = vec![Option::<i64>::None; sql.matches('?').count().min(4)];
                let wanted = (1..=4).filter(|n| sql.contains(&format!("?{n}"))).count();
                let params = handoff_cipherdb::params_from_iter(params.into_iter().take(wanted));
                tx.query_all(sql, params, |row| row.get::<_, String>(3))
            });
            for step in plan.unwrap() {
                // An index of only those lines that are not applied.
                let is_small = step.contains("line_unapplied");
                let is_whole = step.starts_with("SCAN") || step.ends_with("(site_id=?)");
                if is_whole && !is_small {
                    whole.push(format!("{step} in {sql}"));
                }
            }
        }
        assert!(whole.is_empty(), "{}", whole.join("\n"));
    }

    #[test]
    fn a_copy_is_whole_and_opens_under_its_own_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let storage = SqliteStorage::make(&folder.path().join("site.db"), &[7; 32]).unwrap();
        conformance::check(&storage, |_| {});
        let copy = folder.path().join("copy.db");
        storage.copy_to(&copy, &[8; 32]).unwrap();
        assert!(SqliteStorage::open(&copy, &[7; 32]).is_err());
        let copy = SqliteStorage::open(&copy, &[8; 32]).unwrap();
        assert_eq!(copy.check().unwrap(), Soundness::Sound);
        let (copy, storage): (&dyn Storage, &dyn Storage) = (&copy, &storage);
        let site = |storage: &dyn Storage| storage.reading(|reads| reads.site()).unwrap();
        assert_eq!(site(copy), site(storage));
    }
}
