//! One connection: opened, keyed, set, probed.

use std::io::Read as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig, ffi::ErrorCode};

use crate::error::CipherDbError;
use crate::key::DbKey;
use crate::planted;
use crate::process;
use crate::settings::{self, Handle};

/// Bytes of a page.
const PAGE: u64 = 4096;

/// Opens a database; if that says "another key" or "damaged", once more.
///
/// The cipher takes a salt that could not be read for one that is not there, and
/// a page that did not come for one that is not its own: a single failed read
/// looks like either. So neither is believed before the file can be read and a
/// second try says the same.
///
/// # Errors
/// Those of the second try; [`CipherDbError::Io`] when the file cannot be read.
pub(crate) fn opened_twice<T>(
    path: &Path,
    open: impl Fn() -> Result<T, CipherDbError>,
) -> Result<T, CipherDbError> {
    match open() {
        Err(
            error @ (CipherDbError::WrongKey { .. }
            | CipherDbError::Damaged { .. }
            | CipherDbError::NotADatabase { .. }),
        ) => {
            // Something else than a file lies there, or nothing any more.
            if !path.is_file() {
                return Err(error);
            }
            read_beginning(path).map_err(|error| CipherDbError::from_io(path, error))?;
            open()
        }
        done => done,
    }
}

/// Reads where the salt and the first page lie.
fn read_beginning(path: &Path) -> std::io::Result<()> {
    let mut beginning = Vec::new();
    std::fs::File::open(path)?
        .take(PAGE)
        .read_to_end(&mut beginning)?;
    Ok(())
}

/// Opens a connection to an existing file under its key. Nothing is written
/// before the key has opened the first page.
pub(crate) fn connect(
    file: &Path,
    key: &DbKey,
    handle: Handle,
) -> Result<Connection, CipherDbError> {
    let connection = open(file, key, handle)?;
    probe(file, &connection)?;
    settings::set(file, &connection, handle)?;
    // A wrong key never gets as far as to move the log into the database.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(|error| CipherDbError::from_setting(file, "NO_CKPT_ON_CLOSE", &error))?;
    if let Handle::Write(_) = handle {
        if connection.is_readonly("main").unwrap_or(true) {
            let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
            return Err(CipherDbError::from_io(file, denied));
        }
        settings::run(
            file,
            &connection,
            "journal_mode",
            "PRAGMA journal_mode = WAL",
        )?;
    }
    settings::check(file, &connection, handle)?;
    Ok(connection)
}

/// Opens and keys, and reads nothing.
pub(crate) fn open(file: &Path, key: &DbKey, handle: Handle) -> Result<Connection, CipherDbError> {
    process::prepare().map_err(|setting| CipherDbError::Setting {
        file: file.to_owned(),
        setting,
    })?;
    let access = match handle {
        Handle::Write(_) => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Handle::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(file, flags)
        .map_err(|error| CipherDbError::from_setting(file, "open", &error))?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(|error| CipherDbError::from_setting(file, "NO_CKPT_ON_CLOSE", &error))?;
    if !planted::no_file_cipher() {
        settings::run(file, &connection, "key", &key.pragma())?;
    }
    settings::set_switches(file, &connection)?;
    Ok(connection)
}

/// Reads the first page: the key opens it, or the file is told what it is.
fn probe(file: &Path, connection: &Connection) -> Result<(), CipherDbError> {
    let read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    let Err(error) = read else { return Ok(()) };
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            let len = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
            let pages = len / PAGE;
            let file = file.to_owned();
            match bad_pages(connection) {
                // With the wrong key no page verifies.
                Ok(bad) if bad < pages => Err(CipherDbError::Damaged { file }),
                Ok(_) => Err(CipherDbError::WrongKey { file }),
                Err(_) => Err(CipherDbError::Damaged { file }),
            }
        }
        _ => Err(CipherDbError::from_setting(file, "key", &error)),
    }
}

/// How many pages do not carry the seal of the key.
pub(crate) fn bad_pages(connection: &Connection) -> rusqlite::Result<u64> {
    let mut bad = 0;
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {
        bad += 1;
    }
    Ok(bad)
}
