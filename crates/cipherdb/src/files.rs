//! The files of a database: made with the right access, told apart before
//! SQLite touches them, and put under their names durably.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::error::CipherDbError;
use crate::{log, planted};

/// What lies where a database should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lies {
    Nothing,
    /// A file without content: a database that was about to be made.
    Empty,
    /// Some of a first page, beside the journal that takes it back: power went
    /// while the database was made. A finished one is in its log and has no
    /// such journal.
    Begun,
    Something,
}

const PAGE: usize = 4096;

/// The path with its folder resolved, so that SQLite can be told to follow no
/// link.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, CipherDbError> {
    let name = path.file_name().ok_or_else(|| CipherDbError::Missing {
        file: path.to_owned(),
    })?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder
        .canonicalize()
        .map_err(|error| CipherDbError::from_io(path, error))?;
    Ok(folder.join(name))
}

/// Looks before SQLite does: it would throw away the log of an empty database,
/// and take a text for a wrong key.
pub(crate) fn look(path: &Path) -> Result<Lies, CipherDbError> {
    let len = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => {
            return Err(CipherDbError::NotADatabase {
                file: path.to_owned(),
            });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return if has_log(path) {
                Err(CipherDbError::Damaged {
                    file: path.to_owned(),
                })
            } else {
                Ok(Lies::Nothing)
            };
        }
        Err(error) => return Err(CipherDbError::from_io(path, error)),
    };
    if len == 0 {
        return if has_log(path) {
            Err(CipherDbError::Damaged {
                file: path.to_owned(),
            })
        } else {
            Ok(Lies::Empty)
        };
    }
    let mut start = [0; PAGE];
    let mut file = File::open(path).map_err(|error| CipherDbError::from_io(path, error))?;
    match file.read_exact(&mut start) {
        Ok(()) if looks_encrypted(&start) || planted::no_file_cipher() => Ok(Lies::Something),
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => {
            Err(CipherDbError::from_io(path, error))
        }
        _ if has_content(&beside(path, "-journal")) => Ok(Lies::Begun),
        _ => Err(CipherDbError::NotADatabase {
            file: path.to_owned(),
        }),
    }
}

/// Whether a page may have come out of a cipher: of 4,096 random bytes fewer
/// than 230 different ones are never seen (expected: 256, less 0.00003).
fn looks_encrypted(page: &[u8; PAGE]) -> bool {
    let mut seen = [false; 256];
    for byte in page {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count() >= 230
}

/// Looks whether the log beside a database has lost commits that were synced:
/// SQLite would open it and say nothing.
pub(crate) fn look_into_log(path: &Path) -> Result<(), CipherDbError> {
    let read = || match fs::read(beside(path, "-wal")) {
        Ok(log) => Ok(log),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(CipherDbError::from_io(path, error)),
    };
    let log = read()?;
    // Twice: another process that begins its log anew at this moment shows half
    // of the old one.
    if log::has_lost_commits(&log) && read()? == log {
        return Err(CipherDbError::Damaged {
            file: path.to_owned(),
        });
    }
    Ok(())
}

/// Whether a write-ahead log with content lies beside the database.
fn has_log(path: &Path) -> bool {
    has_content(&beside(path, "-wal"))
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// `name` with something behind it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes an empty file with exactly this access, whatever the umask.
pub(crate) fn make(path: &Path, mode: u32) -> Result<File, CipherDbError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode & 0o600);
    let file = options
        .open(path)
        .map_err(|error| CipherDbError::from_io(path, error))?;
    #[cfg(unix)]
    {
        let access = std::os::unix::fs::PermissionsExt::from_mode(mode);
        file.set_permissions(access)
            .map_err(|error| CipherDbError::from_io(path, error))?;
    }
    #[cfg(not(unix))]
    let _ = mode;
    Ok(file)
}

/// Puts a finished file under its name: both are on the disk afterwards, or
/// the name is as it was.
pub(crate) fn publish(from: &Path, to: &Path) -> Result<(), CipherDbError> {
    File::open(from)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(from, to))
        .map_err(|error| CipherDbError::from_io(to, error))?;
    sync_folder(to)
}

/// Makes the folder's list of names durable.
pub(crate) fn sync_folder(path: &Path) -> Result<(), CipherDbError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| CipherDbError::from_io(path, error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Removes a file that this crate has made; one that is gone is fine.
pub(crate) fn remove(path: &Path) -> Result<(), CipherDbError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(CipherDbError::from_io(path, error))
        }
        _ => Ok(()),
    }
}
