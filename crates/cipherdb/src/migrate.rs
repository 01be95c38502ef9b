//! Schemas move forward only: a table of steps, one transaction each.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::CipherDbError;
use crate::key::DbKey;
use crate::{copy, files, settings};

/// The steps that lead to the schema of this program, oldest first.
///
/// A released step is never edited: its SQL is what existing files went
/// through. The newest version is derived from the table.
#[derive(Debug, Clone, Copy)]
pub struct Migrations(&'static [(u32, &'static str)]);

impl Migrations {
    /// From a table of `(version, sql)`: versions begin with 1 and rise. The
    /// SQL of a step may hold several statements; it holds no `BEGIN` or
    /// `COMMIT`. Foreign keys are checked behind each step, not during it.
    #[must_use]
    pub const fn new(steps: &'static [(u32, &'static str)]) -> Self {
        Self(steps)
    }

    /// The schema that this program knows; 0 without any step.
    #[must_use]
    pub fn head(&self) -> u32 {
        self.0.last().map_or(0, |(version, _)| *version)
    }

    fn rise(&self) -> bool {
        let mut before = 0;
        self.0
            .iter()
            .all(|(version, _)| std::mem::replace(&mut before, *version) < *version)
    }
}

/// The schema of a file, refused when this program does not know it.
pub(crate) fn version(
    file: &Path,
    connection: &Connection,
    migrations: &Migrations,
) -> Result<u32, CipherDbError> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| CipherDbError::from_setting(file, "user_version", &error))?;
    let found = u32::try_from(found).map_err(|_| CipherDbError::Damaged {
        file: file.to_owned(),
    })?;
    let known = migrations.head();
    if found > known {
        return Err(CipherDbError::NewerSchema {
            file: file.to_owned(),
            found,
            known,
        });
    }
    Ok(found)
}

/// Brings a file to the newest schema. Before the first step of a file that
/// holds something, `name.before-N` is made, a whole copy under the same key; it
/// goes when every step is done.
pub(crate) fn upgrade(
    file: &Path,
    connection: &Connection,
    key: &DbKey,
    migrations: &Migrations,
    mode: u32,
) -> Result<(), CipherDbError> {
    if !migrations.rise() {
        return Err(CipherDbError::Setting {
            file: file.to_owned(),
            setting: "migrations",
        });
    }
    let found = version(file, connection, migrations)?;
    if found < migrations.head() {
        if found > 0 {
            copy::copy(file, connection, &before(file, found), key, mode)?;
        }
        settings::run(
            file,
            connection,
            "foreign_keys",
            "PRAGMA foreign_keys = OFF",
        )?;
        let done = migrations
            .0
            .iter()
            .filter(|(version, _)| *version > found)
            .try_for_each(|(version, sql)| {
                step(file, connection, *version, sql).map_err(|source| CipherDbError::Migration {
                    file: file.to_owned(),
                    version: *version,
                    source: Box::new(source),
                })
            });
        settings::run(file, connection, "foreign_keys", "PRAGMA foreign_keys = ON")?;
        done?;
    }
    // Also those that a killed upgrade left behind: the file is whole now.
    for (version, _) in migrations.0 {
        if *version < migrations.head() {
            files::remove(&before(file, *version))?;
        }
    }
    Ok(())
}

fn before(file: &Path, version: u32) -> std::path::PathBuf {
    files::beside(file, &format!(".before-{version}"))
}

fn step(
    file: &Path,
    connection: &Connection,
    version: u32,
    sql: &'static str,
) -> Result<(), CipherDbError> {
    const CHECK: &str = "SELECT count(*) FROM pragma_foreign_key_check";
    let run = || {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        let now: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if now >= version {
            return Ok(0);
        }
        tx.execute_batch(sql)?;
        let dangling: i64 = tx.query_row(CHECK, [], |row| row.get(0))?;
        if dangling == 0 {
            tx.pragma_update(None, "user_version", version)?;
            tx.commit()?;
        }
        Ok(dangling)
    };
    match run() {
        Ok(0) => Ok(()),
        Ok(_) => Err(CipherDbError::Statement {
            sql,
            problem: crate::StatementProblem::Constraint(crate::Constraint::ForeignKey),
        }),
        Err(error) => Err(CipherDbError::from_sql(file, sql, &error)),
    }
}
