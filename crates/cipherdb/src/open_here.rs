//! Which files this process has open.
//!
//! On Unix a process loses its locks on a file when it closes *any* handle to
//! it. So a file is looked at only while no database in this process has it
//! open; otherwise another process could take the log away from under it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::CipherDbError;
use crate::files::{self, Lies};

static OPEN: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// What is known of the commits in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    /// Each was synced before the next began.
    WereSynced,
    /// The last ones may be gone.
    MayBeGone,
}

/// A file counts as open while this lives.
pub(crate) struct OpenHere(PathBuf);

/// Looks what lies there, if that does no harm, and counts the file as open. A
/// log is looked into where each commit was to be synced: elsewhere its end
/// may be gone in good order.
pub(crate) fn enter(file: &Path, log: Commits) -> Result<(Lies, OpenHere), CipherDbError> {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    let lies = if open.contains_key(file) {
        Lies::Something
    } else {
        let lies = files::look(file)?;
        if log == Commits::WereSynced && lies == Lies::Something {
            files::look_into_log(file)?;
        }
        lies
    };
    *open.entry(file.to_owned()).or_insert(0) += 1;
    Ok((lies, OpenHere(file.to_owned())))
}

impl Drop for OpenHere {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.0);
            }
        }
    }
}
