//! Looking at a whole database for damage.

use std::path::Path;

use rusqlite::Connection;

use crate::connect;
use crate::error::CipherDbError;

/// What a full look at a database found.
///
/// It does not find an older version of a page put back in its place: that page
/// carries a good seal. Whoever needs to know links its rows in a hash chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing.
    Sound,
    /// Damage: set the file aside, salvage what reads, never delete.
    Damaged {
        /// Pages that do not carry the seal of the key.
        bad_pages: u64,
        /// Things that do not hang together.
        findings: u64,
    },
}

pub(crate) fn check(file: &Path, connection: &Connection) -> Result<Health, CipherDbError> {
    let bad_pages = connect::bad_pages(connection)
        .map_err(|error| CipherDbError::from_setting(file, "cipher_integrity_check", &error))?;
    let findings = match findings(connection) {
        Ok(findings) => findings,
        Err(error) => match CipherDbError::from_setting(file, "quick_check", &error) {
            CipherDbError::Damaged { .. } => 1,
            other => return Err(other),
        },
    };
    Ok(match (bad_pages, findings) {
        (0, 0) => Health::Sound,
        (bad_pages, findings) => Health::Damaged {
            bad_pages,
            findings,
        },
    })
}

/// SQLite's own words about damage are counted and not kept.
fn findings(connection: &Connection) -> rusqlite::Result<u64> {
    let mut found = 0;
    let mut statement = connection.prepare("PRAGMA quick_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get_ref(0)?.as_str()? != "ok" {
            found += 1;
        }
    }
    Ok(found)
}
