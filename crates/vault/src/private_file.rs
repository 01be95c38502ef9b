//! Small secret files: made whole or not at all, for nobody else to read.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use zeroize::Zeroizing;

/// More than any secret file is long.
const MOST_BYTES: u64 = 64 * 1024;

/// Who may read a secret file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner (0600).
    Owner,
    /// Its owner and its group (0660): a device that several accounts share.
    Group,
}

/// Why a secret file was not read or made.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// There is none.
    #[error("{file}: there is no such file")]
    Missing {
        /// Which file.
        file: PathBuf,
    },
    /// There is one, and it is not replaced.
    #[error("{file}: the file exists")]
    Exists {
        /// Which file.
        file: PathBuf,
    },
    /// More people may read it than should.
    #[error("{file}: others may read this file (mode {mode:o}, at most {most:o})")]
    TooOpen {
        /// Which file.
        file: PathBuf,
        /// What it allows.
        mode: u32,
        /// What it may allow.
        most: u32,
    },
    /// It is not what it should be.
    #[error("{file}: the file is damaged, or something else")]
    Damaged {
        /// Which file.
        file: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{file}: reading or writing failed")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Access {
    /// The mode of files that are made.
    #[must_use]
    pub fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Group => 0o660,
        }
    }
}

/// Reads a secret file.
///
/// # Errors
/// [`PrivateFileError`]; a file that others may read is refused: what lay open
/// may have been read.
pub fn read(file: &Path, access: Access) -> Result<Zeroizing<Vec<u8>>, PrivateFileError> {
    let io = |source| from_io(file, source);
    let opened = File::open(file).map_err(io)?;
    let metadata = opened.metadata().map_err(io)?;
    if !metadata.is_file() || metadata.len() > MOST_BYTES {
        return Err(PrivateFileError::Damaged {
            file: file.to_owned(),
        });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let (mode, most) = (metadata.permissions().mode() & 0o7777, access.mode());
        if mode & 0o777 & !most != 0 {
            return Err(PrivateFileError::TooOpen {
                file: file.to_owned(),
                mode,
                most,
            });
        }
    }
    #[cfg(not(unix))]
    let _ = access;
    let room = usize::try_from(metadata.len()).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    opened
        .take(MOST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    Ok(bytes)
}

/// Makes a secret file: it has all its bytes and is on the disk, name and all,
/// when this returns; or there is none. A file that exists is never replaced.
///
/// # Errors
/// [`PrivateFileError`]; [`PrivateFileError::Exists`] also when another process
/// was faster.
pub fn make(file: &Path, access: Access, bytes: &[u8]) -> Result<(), PrivateFileError> {
    let io = |source| from_io(file, source);
    if fs::symlink_metadata(file).is_ok() {
        return Err(PrivateFileError::Exists {
            file: file.to_owned(),
        });
    }
    let partial = partial_name(file);
    // One that a killed process of this number has left.
    remove(&partial).map_err(io)?;
    let made = write(&partial, access, bytes)
        .and_then(|()| publish(&partial, file))
        .and_then(|()| sync_folder(file));
    let removed = remove(&partial);
    made.and(removed).map_err(io)
}

/// A name that no other thread or process uses at the same time.
fn partial_name(file: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}-{number}.partial", std::process::id()));
    PathBuf::from(name)
}

/// A link, unlike a new name, never replaces a file. Where a file system has no
/// links, a new name has to do.
fn publish(partial: &Path, file: &Path) -> std::io::Result<()> {
    match fs::hard_link(partial, file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(file).is_ok() {
                return Err(ErrorKind::AlreadyExists.into());
            }
            fs::rename(partial, file)
        }
        linked => linked,
    }
}

fn write(partial: &Path, access: Access, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(partial)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(access.mode()))?;
    #[cfg(not(unix))]
    let _ = access;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn from_io(file: &Path, source: std::io::Error) -> PrivateFileError {
    let file = file.to_owned();
    match source.kind() {
        ErrorKind::NotFound => PrivateFileError::Missing { file },
        ErrorKind::AlreadyExists => PrivateFileError::Exists { file },
        _ => PrivateFileError::Io { file, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for (access, fine, open) in [
            (
                Access::Owner,
                &[0o600, 0o400][..],
                &[0o640, 0o660, 0o604, 0o601, 0o777][..],
            ),
            (
                Access::Group,
                &[0o660, 0o640, 0o600][..],
                &[0o664, 0o661, 0o602][..],
            ),
        ] {
            let file = folder.path().join(format!("{access:?}"));
            make(&file, access, b"secret").unwrap();
            let found = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, access.mode());
            for mode in fine {
                fs::set_permissions(&file, fs::Permissions::from_mode(*mode)).unwrap();
                assert_eq!(read(&file, access).unwrap().as_slice(), b"secret");
            }
            for mode in open {
                fs::set_permissions(&file, fs::Permissions::from_mode(*mode)).unwrap();
                let error = read(&file, access).unwrap_err();
                assert!(
                    matches!(error, PrivateFileError::TooOpen { .. }),
                    "{mode:o}"
                );
            }
        }
    }

    #[test]
    fn a_file_is_never_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        assert!(matches!(
            read(&file, Access::Owner),
            Err(PrivateFileError::Missing { .. })
        ));
        make(&file, Access::Owner, b"first").unwrap();
        let again = make(&file, Access::Owner, b"second").unwrap_err();
        assert!(matches!(again, PrivateFileError::Exists { .. }));
        assert_eq!(read(&file, Access::Owner).unwrap().as_slice(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("no folder").join("secret");
        assert!(make(&nowhere, Access::Owner, b"x").is_err());
    }
}
