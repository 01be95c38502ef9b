//! A small database to try things on.

#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use handoff_cipherdb::{CipherDbError, Database, DbKey, Migrations, OpenOptions};
use tempfile::TempDir;

pub const SCHEMA: Migrations = Migrations::new(&[(
    1,
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
     CREATE VIRTUAL TABLE word USING fts5 (text);",
)]);

pub fn key(n: u8) -> DbKey {
    DbKey::from_bytes(&[n; 32])
}

pub struct Lab {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Lab {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.db");
        Self { folder, path }
    }

    pub fn open(&self) -> Database {
        self.try_open(1).unwrap()
    }

    pub fn try_open(&self, n: u8) -> Result<Database, CipherDbError> {
        Database::open(&self.path, &key(n), &SCHEMA, OpenOptions::durable())
    }

    /// A closed database with this many rows of about 500 bytes.
    pub fn with_rows(rows: u32) -> Self {
        let lab = Self::new();
        let db = lab.open();
        add(&db, 0..rows);
        drop(db);
        lab
    }
}

pub fn text(n: u32) -> String {
    format!("row {n} {}", "abcdefghij".repeat(50))
}

pub fn add(db: &Database, rows: std::ops::Range<u32>) {
    db.write(|tx| {
        for n in rows {
            tx.execute("INSERT INTO note (text) VALUES (?1)", [text(n)])?;
        }
        Ok::<_, CipherDbError>(())
    })
    .unwrap();
}

pub fn count(db: &Database) -> i64 {
    db.read(|tx| tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0)))
        .unwrap()
}

/// Every file of a folder with its content.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    found.sort();
    found
}

/// Chance that is the same in every run (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    /// True so many times of 256.
    pub fn is(&mut self, odds: u64) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 256 < odds
    }
}
