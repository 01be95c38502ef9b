//! The settings of a connection: each is set, read back, and an opening fails
//! unless it holds.
//!
//! Where decided: `docs/adr/` (settings of encrypted databases), after
//! measurements: temporary tables on disk are plaintext, `NORMAL` loses
//! acknowledged commits at a power cut, SQLCipher keeps plaintext in freed
//! memory unless told otherwise.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, config::DbConfig};

use crate::error::CipherDbError;
use crate::planted;

/// Kilobytes of pages that a writer keeps: a transaction of a few hundred entries
/// does not spill into the log and is not encrypted twice.
const WRITERS_CACHE: &str = "-4096";
/// Statements kept prepared per connection.
const STATEMENTS: usize = 128;

/// How soon a commit is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When `write` returns: `synchronous=FULL`. For everything that is called
    /// saved.
    EveryCommit,
    /// At the next checkpoint: `synchronous=NORMAL`. A power cut may take the
    /// last commits back, in order and whole. For views that can be rebuilt.
    Checkpoint,
}

impl Durability {
    pub(crate) fn pragma(self) -> &'static str {
        match self.or_planted() {
            Self::EveryCommit => "PRAGMA synchronous = FULL",
            Self::Checkpoint => "PRAGMA synchronous = NORMAL",
        }
    }

    fn level(self) -> &'static str {
        match self.or_planted() {
            Self::EveryCommit => "2",
            Self::Checkpoint => "1",
        }
    }

    fn or_planted(self) -> Self {
        if planted::journal_wal_normal() {
            Self::Checkpoint
        } else {
            self
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handle {
    Write(Durability),
    Read,
}

/// Set on every connection, and what reading them back must say.
const PRAGMAS: &[(&str, &str, &str)] = &[
    ("temp_store", "PRAGMA temp_store = MEMORY", "2"),
    ("secure_delete", "PRAGMA secure_delete = ON", "1"),
    ("foreign_keys", "PRAGMA foreign_keys = ON", "1"),
    ("trusted_schema", "PRAGMA trusted_schema = OFF", "0"),
    ("cell_size_check", "PRAGMA cell_size_check = ON", "1"),
    ("mmap_size", "PRAGMA mmap_size = 0", "0"),
    (
        "wal_autocheckpoint",
        "PRAGMA wal_autocheckpoint = 500",
        "500",
    ),
    (
        "journal_size_limit",
        "PRAGMA journal_size_limit = 4194304",
        "4194304",
    ),
];

/// Not set, and what they must say.
const GIVEN: &[(&str, &str)] = &[
    ("cipher_status", "1"),
    ("cipher_memory_security", "1"),
    ("cipher_plaintext_header_size", "0"),
    ("cipher_page_size", "4096"),
    ("cipher_hmac_algorithm", "HMAC_SHA512"),
    ("cipher_use_hmac", "1"),
    ("journal_mode", "wal"),
];

/// Switches outside SQL, and how they must stand.
const SWITCHES: &[(&str, DbConfig, bool)] = &[
    ("DEFENSIVE", DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    ("DQS_DML", DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ("DQS_DDL", DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    (
        "TRUSTED_SCHEMA",
        DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        false,
    ),
    ("ENABLE_FKEY", DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    (
        "WRITABLE_SCHEMA",
        DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA,
        false,
    ),
];

/// Settings that read no page of the file: called before the first page.
pub(crate) fn set_switches(file: &Path, connection: &Connection) -> Result<(), CipherDbError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(|error| CipherDbError::from_setting(file, "busy_timeout", &error))?;
    for (name, switch, on) in SWITCHES {
        connection
            .set_db_config(*switch, *on)
            .map_err(|error| CipherDbError::from_setting(file, name, &error))?;
    }
    Ok(())
}

/// Settings in SQL, which may read the first page.
pub(crate) fn set(
    file: &Path,
    connection: &Connection,
    handle: Handle,
) -> Result<(), CipherDbError> {
    for (name, sql, _) in PRAGMAS {
        run(file, connection, name, sql)?;
    }
    match handle {
        Handle::Write(durability) => {
            let cache = format!("PRAGMA cache_size = {WRITERS_CACHE}");
            run(file, connection, "cache_size", &cache)?;
            run(file, connection, "synchronous", durability.pragma())
        }
        Handle::Read => run(file, connection, "query_only", "PRAGMA query_only = ON"),
    }
}

/// Reads every setting back.
pub(crate) fn check(
    file: &Path,
    connection: &Connection,
    handle: Handle,
) -> Result<(), CipherDbError> {
    let is = |name: &'static str, expected: &str| {
        let found = read(connection, name)
            .map_err(|error| CipherDbError::from_setting(file, name, &error))?;
        if found.eq_ignore_ascii_case(expected) {
            Ok(())
        } else {
            Err(CipherDbError::Setting {
                file: file.to_owned(),
                setting: name,
            })
        }
    };
    for (name, _, expected) in PRAGMAS {
        is(name, expected)?;
    }
    for (name, expected) in GIVEN {
        if planted::no_file_cipher() && name.starts_with("cipher") {
            continue;
        }
        is(name, expected)?;
    }
    match handle {
        Handle::Write(durability) => {
            is("cache_size", WRITERS_CACHE)?;
            is("synchronous", durability.level())?;
        }
        Handle::Read => is("query_only", "1")?,
    }
    is("busy_timeout", "5000")?;
    for (name, switch, on) in SWITCHES {
        if connection.db_config(*switch).ok() != Some(*on) {
            return Err(CipherDbError::Setting {
                file: file.to_owned(),
                setting: name,
            });
        }
    }
    Ok(())
}

/// Runs a statement that sets something, whether or not it returns a row.
pub(crate) fn run(
    file: &Path,
    connection: &Connection,
    name: &'static str,
    sql: &str,
) -> Result<(), CipherDbError> {
    let run = || {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    };
    run().map_err(|error| CipherDbError::from_setting(file, name, &error))
}

/// A setting as text.
fn read(connection: &Connection, name: &str) -> rusqlite::Result<String> {
    connection.pragma_query_value(None, name, |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str()?.to_owned(),
        })
    })
}
