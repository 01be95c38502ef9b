//! Where damaged files go. Nothing here deletes anything.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::folder::{Folder, FolderError, QUARANTINE, sync_folder};

/// Moves a database with its log into a fresh folder `quarantine/<n>` and says
/// where it lies now.
///
/// The database goes first: a log that is left behind is noticed at the next
/// opening, a database without its log would be an older one in disguise.
pub(crate) fn set_aside(folder: &Folder, name: &str) -> Result<PathBuf, FolderError> {
    let base = folder.file(QUARANTINE);
    let moved = || -> io::Result<PathBuf> {
        let to = place(&base, folder, name)?;
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{name}{suffix}");
            match fs::rename(folder.file(&file), to.join(&file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        sync_folder(&to)?;
        sync_folder(folder.path())?;
        Ok(to.join(name))
    };
    moved().map_err(|source| folder.failed(&base, source))
}

/// A fresh folder, or the one of a move that was cut short: it has the
/// database, and the log is still outside.
fn place(base: &Path, folder: &Folder, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(base)?;
    let newest = numbers(base)?.into_iter().max().unwrap_or(0);
    let last = base.join(newest.to_string());
    let log = format!("{name}-wal");
    let was_cut_short =
        !folder.file(name).exists() && last.join(name).exists() && !last.join(&log).exists();
    if was_cut_short {
        return Ok(last);
    }
    let fresh = base.join((newest + 1).to_string());
    fs::create_dir(&fresh)?;
    #[cfg(unix)]
    for made in [base, &fresh] {
        let access = fs::metadata(folder.path())?.permissions();
        fs::set_permissions(made, access)?;
    }
    Ok(fresh)
}

/// Databases that were set aside, oldest first.
pub(crate) fn list(folder: &Folder) -> Result<Vec<PathBuf>, FolderError> {
    let base = folder.file(QUARANTINE);
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        if !base.is_dir() {
            return Ok(found);
        }
        let mut all = numbers(&base)?;
        all.sort_unstable();
        for number in all {
            for file in fs::read_dir(base.join(number.to_string()))? {
                let path = file?.path();
                if path.extension().is_some_and(|extension| extension == "db") {
                    found.push(path);
                }
            }
        }
        Ok(found)
    };
    read().map_err(|source| folder.failed(&base, source))
}

fn numbers(base: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for file in fs::read_dir(base)? {
        if let Some(number) = file?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            numbers.push(number);
        }
    }
    Ok(numbers)
}
