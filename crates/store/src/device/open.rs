//! Opening a device's files: key, header, chain tail.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

use handoff_cipherdb::{
    Ballast, CipherDbError, Create, Database, DbKey, Disposition, Durability, ReadOnlyDatabase,
    ReadTx,
};
use handoff_vault::DeviceSecret;

use super::{DeviceReader, DeviceStore, Me, Shared};
use crate::db::Db;
use crate::device_key::{self, DeviceKeyError};
use crate::error::{StorageError, Stored};
use crate::folder::{DEVICE, Folder, FolderError};
use crate::lane::{self, LaneKey};
use crate::{enrolment, journal, quarantine, schema};

/// Why a device's files did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes them.
    #[error("the device is in use by another process")]
    InUse,
    /// No device is enrolled here.
    #[error("no device is enrolled in this folder")]
    NotEnrolled,
    /// A later version of the program has written them. Nothing was touched.
    #[error("the files have schema {found}, this program knows up to {known}")]
    Newer {
        /// The schema of the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// They were damaged. They lie in quarantine now, and what reads of the
    /// journal can still be uploaded.
    #[error("the device's database was damaged and was set aside")]
    Damaged {
        /// Where it lies.
        set_aside: PathBuf,
    },
    /// No room on the disk, and none left to give up. Nothing was touched.
    #[error("no space is left on the disk")]
    DiskFull,
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The key of the files.
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    /// The files.
    #[error(transparent)]
    Storage(StorageError),
}

impl OpenError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::InUse | Self::DiskFull => Disposition::Retry,
            Self::NotEnrolled | Self::Newer { .. } | Self::Damaged { .. } | Self::Folder(_) => {
                Disposition::AskUser
            }
            Self::Key(error) => error.disposition(),
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl From<StorageError> for OpenError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Db(CipherDbError::NewerSchema { found, known, .. }) => {
                Self::Newer { found, known }
            }
            StorageError::Db(CipherDbError::DiskFull { .. }) => Self::DiskFull,
            StorageError::Db(CipherDbError::Missing { .. }) => Self::NotEnrolled,
            error => Self::Storage(error),
        }
    }
}

impl DeviceStore {
    /// Opens a device's files to write. This is the one process that does.
    ///
    /// # Errors
    /// [`OpenError`]. Damaged files are moved to `quarantine/`; nothing is ever
    /// deleted.
    pub fn open(folder: &Folder, secret: &DeviceSecret) -> Result<Self, OpenError> {
        if !folder.path().is_dir() {
            return Err(OpenError::NotEnrolled);
        }
        let locked = folder.lock()?.ok_or(OpenError::InUse)?;
        let key = device_key::read(folder, secret)?.ok_or(OpenError::NotEnrolled)?;
        // A page that did not come looks like one that is damaged: only what is
        // found twice is moved out of the way.
        let opened = match open_checked(folder, &key) {
            Err(error) if is_damage(&error) => open_checked(folder, &key),
            opened => opened,
        };
        match opened {
            Ok((db, Some((me, lane)))) => Ok(store(folder, db, me, lane, locked)),
            Ok((_, None)) => Err(OpenError::NotEnrolled),
            Err(error) if is_damage(&error) => Err(set_aside(folder)?),
            Err(error) => Err(error.into()),
        }
    }
}

type Found = Option<(Me, LaneKey)>;

/// Opens the file and checks what it holds. It is closed again on an error: its
/// files may be moved only then.
fn open_checked(folder: &Folder, key: &DbKey) -> Stored<(Database, Found)> {
    let db = open_file(folder, key).map_err(StorageError::Db)?;
    let found = db.read(check)?;
    Ok((db, found))
}

fn open_file(folder: &Folder, key: &DbKey) -> Result<Database, CipherDbError> {
    let options = folder.open_options(Create::Never, Durability::EveryCommit);
    let open = || Database::open(&folder.file(DEVICE), key, &schema::DEVICE, options);
    match open() {
        // A log cannot even be opened when no page can be added.
        Err(CipherDbError::DiskFull { file }) => {
            let mode = folder.access().mode();
            let (ballast, _) = Ballast::ensure(folder.path(), folder.ballast(), mode)?;
            match ballast.release()? {
                0 => Err(CipherDbError::DiskFull { file }),
                _ => open(),
            }
        }
        opened => opened,
    }
}

/// Checks what a file that was made just now holds, and makes the handle.
pub(super) fn finish(
    folder: &Folder,
    db: Database,
    locked: File,
) -> Result<DeviceStore, OpenError> {
    match db.read(check)? {
        Some((me, lane)) => Ok(store(folder, db, me, lane, locked)),
        None => Err(OpenError::NotEnrolled),
    }
}

fn store(folder: &Folder, db: Database, me: Me, lane: LaneKey, locked: File) -> DeviceStore {
    let mode = folder.access().mode();
    let ballast = match folder.ballast() {
        0 => None,
        bytes => Ballast::ensure(folder.path(), bytes, mode)
            .ok()
            .map(|(ballast, _)| ballast),
    };
    DeviceStore::of(Shared {
        ballast,
        _lock: Some(locked),
        ..shared(folder, Db::Write(db), me, lane)
    })
}

/// Opens a device's files to read, beside a process that writes them.
///
/// # Errors
/// [`OpenError`]. Nothing is changed and nothing is moved.
pub fn open_reader(folder: &Folder, secret: &DeviceSecret) -> Result<DeviceReader, OpenError> {
    let key = device_key::read(folder, secret)?.ok_or(OpenError::NotEnrolled)?;
    let db = ReadOnlyDatabase::open(&folder.file(DEVICE), &key, &schema::DEVICE)
        .map_err(StorageError::Db)?;
    let (me, lane) = db.read(check)?.ok_or(OpenError::NotEnrolled)?;
    Ok(DeviceReader {
        shared: Arc::new(shared(folder, Db::Read(db), me, lane)),
    })
}

fn shared(folder: &Folder, db: Db, me: Me, lane: LaneKey) -> Shared {
    Shared {
        folder: folder.clone(),
        db,
        me,
        lane: RwLock::new(lane),
        context_age: AtomicU64::new(0),
        read_through: Mutex::new(BTreeMap::new()),
        open: Mutex::new(BTreeMap::new()),
        ballast: None,
        _lock: None,
    }
}

/// Enrolment, lanes and the end of each chain.
fn check(tx: &ReadTx<'_>) -> Stored<Option<(Me, LaneKey)>> {
    let Some(enrolment) = enrolment::read(tx)? else {
        return Ok(None);
    };
    for lane in lane::all(tx)? {
        if !journal::is_tail_whole(tx, &lane)? {
            return Err(journal::BAD);
        }
    }
    let current = lane::current(tx)?.ok_or(StorageError::Row { table: "lane" })?;
    let me = Me {
        pin: enrolment.site.pin(),
        site: enrolment.site,
        device: enrolment.device,
    };
    Ok(Some((me, current.key)))
}

fn is_damage(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::Row { .. }
            | StorageError::Codec(_)
            | StorageError::Db(CipherDbError::Damaged { .. } | CipherDbError::NotADatabase { .. })
    )
}

fn set_aside(folder: &Folder) -> Result<OpenError, FolderError> {
    let set_aside = quarantine::set_aside(folder, DEVICE)?;
    Ok(OpenError::Damaged { set_aside })
}
