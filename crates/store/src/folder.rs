//! The data folder: whose it is, what lies in it, and who writes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use handoff_cipherdb::{Create, Durability};
use handoff_vault::Access;

pub(crate) const DEVICE: &str = "device.db";
pub(crate) const DEVICE_KEY: &str = "device.key";
pub(crate) const DEVICE_RECOVERY: &str = "device.recovery";
pub(crate) const LOCK: &str = "lock";
pub(crate) const QUARANTINE: &str = "quarantine";

/// Bytes set aside for the day when the disk is full.
const BALLAST: u64 = 4 * 1024 * 1024;

fn folder_mode(access: Access) -> u32 {
    match access {
        Access::Group => 0o2770,
        Access::Owner => 0o700,
    }
}

/// A data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
    access: Access,
    ballast: u64,
}

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct FolderError {
    /// Which file or folder.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

impl Folder {
    /// A folder that need not be there yet. For one account: folder 0700, files
    /// 0600; for a group: folder 2770, files 0660.
    #[must_use]
    pub fn new(path: &Path, access: Access) -> Self {
        Self {
            path: path.to_owned(),
            access,
            ballast: BALLAST,
        }
    }

    /// Sets so many bytes aside instead of 4 MiB; 0 for none.
    #[must_use]
    pub fn with_ballast(self, bytes: u64) -> Self {
        Self {
            ballast: bytes,
            ..self
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who may open its files.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    pub(crate) fn ballast(&self) -> u64 {
        self.ballast
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether something of a device lies here.
    #[must_use]
    pub fn holds_a_device(&self) -> bool {
        self.file(DEVICE).exists() || self.file(DEVICE_KEY).exists()
    }

    /// Makes the folder, with exactly its access, if it is not there.
    pub fn make(&self) -> Result<(), FolderError> {
        if self.path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.path).map_err(|source| self.failed(&self.path, source))?;
        #[cfg(unix)]
        {
            let access = std::os::unix::fs::PermissionsExt::from_mode(folder_mode(self.access));
            fs::set_permissions(&self.path, access)
                .map_err(|source| self.failed(&self.path, source))?;
        }
        #[cfg(not(unix))]
        let _ = folder_mode(self.access);
        Ok(())
    }

    /// Makes this the one writing process; `None` when another is.
    pub(crate) fn lock(&self) -> Result<Option<File>, FolderError> {
        let path = self.file(LOCK);
        let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => {
                // Whatever the umask: the next writer may be another account.
                #[cfg(unix)]
                file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(
                    self.access.mode(),
                ))
                .map_err(|source| self.failed(&path, source))?;
                file
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new()
                .write(true)
                .open(&path)
                .map_err(|source| self.failed(&path, source))?,
            Err(source) => return Err(self.failed(&path, source)),
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.failed(&path, source)),
        }
    }

    pub(crate) fn open_options(
        &self,
        create: Create,
        durability: Durability,
    ) -> handoff_cipherdb::OpenOptions {
        handoff_cipherdb::OpenOptions {
            create,
            durability,
            mode: self.access.mode(),
        }
    }

    pub(crate) fn failed(&self, path: &Path, source: io::Error) -> FolderError {
        FolderError {
            path: path.to_owned(),
            source,
        }
    }
}

/// Makes a folder's list of names durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
