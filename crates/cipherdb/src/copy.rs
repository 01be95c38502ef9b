//! A whole, encrypted copy of a database, made while it is in use.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::error::CipherDbError;
use crate::key::DbKey;
use crate::settings::{self, Durability, Handle};
use crate::{connect, files};

/// Copies what `source` sees at one moment to a new file under `key`. The name
/// appears when the copy is whole and on the disk; a file under that name is
/// replaced.
pub(crate) fn copy(
    file: &Path,
    source: &Connection,
    to: &Path,
    key: &DbKey,
    mode: u32,
) -> Result<(), CipherDbError> {
    let partial = files::beside(to, ".partial");
    clear(&partial)?;
    let copied = fill(file, source, &partial, key, mode);
    if copied.is_ok() {
        return files::publish(&partial, to);
    }
    // What was begun only takes space.
    clear(&partial)?;
    copied
}

fn fill(
    file: &Path,
    source: &Connection,
    partial: &Path,
    key: &DbKey,
    mode: u32,
) -> Result<(), CipherDbError> {
    drop(files::make(partial, mode)?);
    let handle = Handle::Write(Durability::EveryCommit);
    let mut target = connect::open(partial, key, handle)?;
    settings::set(partial, &target, handle)?;
    let backup = Backup::new(source, &mut target)
        .map_err(|error| CipherDbError::from_setting(partial, "backup", &error))?;
    loop {
        let step = backup.step(-1);
        match step.map_err(|error| CipherDbError::from_setting(partial, "backup", &error))? {
            StepResult::Done => break,
            StepResult::More => {}
            _ => {
                return Err(CipherDbError::Busy {
                    file: file.to_owned(),
                });
            }
        }
    }
    drop(backup);
    match connect::bad_pages(&target) {
        Ok(0) => Ok(()),
        _ => Err(CipherDbError::Damaged {
            file: partial.to_owned(),
        }),
    }
}

/// Removes an unfinished copy and what lies beside it.
fn clear(partial: &Path) -> Result<(), CipherDbError> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        files::remove(&files::beside(partial, suffix))?;
    }
    Ok(())
}
