//! A device's own files: who it is, who uses it, and its journal.

mod create;
mod open;
mod read;
mod settings;

pub use create::{CreateError, NewDevice};
pub use open::{OpenError, open_reader};
pub(crate) use read::place_of;
pub use read::{Counts, ItemPlace, ReadError, WaitingItem};

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Deref;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use handoff_cipherdb::{Ballast, WriteTx};
use handoff_protocol::certificate::SiteIdentity;
use handoff_protocol::ids::{DeviceId, Seq, SitePin};

use crate::db::Db;
use crate::error::Stored;
use crate::folder::Folder;
use crate::lane::LaneKey;
use crate::person::Slot;
use crate::view::Vault;

/// The device's files, opened to read: while another process writes them, or
/// by this one.
#[derive(Clone)]
pub struct DeviceReader {
    pub(crate) shared: Arc<Shared>,
}

/// The device's files, opened to write: by one process at a time.
///
/// Cheap to clone; every clone is the same device. Threads may use it at once.
#[derive(Clone)]
pub struct DeviceStore {
    reader: DeviceReader,
}

impl Deref for DeviceStore {
    type Target = DeviceReader;

    fn deref(&self) -> &DeviceReader {
        &self.reader
    }
}

/// What every handle of an open device shares.
pub(crate) struct Shared {
    pub folder: Folder,
    pub db: Db,
    pub me: Me,
    /// The lane that is written to: held to read while a save is under way.
    pub lane: RwLock<LaneKey>,
    /// Rises when a save has to make a new context: another sealing key came.
    pub context_age: AtomicU64,
    /// Read for the wire up to here, by lane: content that may be on its way.
    pub read_through: Mutex<BTreeMap<i64, Seq>>,
    /// Vaults that are open in this process.
    pub open: Mutex<BTreeMap<Slot, Weak<Vault>>>,
    pub ballast: Option<Ballast>,
    pub _lock: Option<File>,
}

/// What never changes about a device.
#[derive(Debug, Clone)]
pub(crate) struct Me {
    pub site: SiteIdentity,
    pub pin: SitePin,
    pub device: DeviceId,
}

impl Shared {
    /// Vaults that are open now.
    pub fn open_vaults(&self) -> Vec<(Slot, Arc<Vault>)> {
        lock(&self.open)
            .iter()
            .filter_map(|(slot, vault)| Some((*slot, vault.upgrade()?)))
            .collect()
    }

    /// Writes to device.db. On a full disk the ballast is given up and the
    /// write tried once more.
    pub fn write<T>(&self, write: impl Fn(&WriteTx<'_>) -> Stored<T>) -> Stored<T> {
        let first = self.db.write(&write);
        match first {
            Err(error) if error.is_disk_full() && self.gives_way() => self.db.write(&write),
            done => done,
        }
    }

    /// Gives the ballast up; `false` when there was nothing left to give.
    pub fn gives_way(&self) -> bool {
        self.ballast
            .as_ref()
            .is_some_and(|ballast| ballast.release().is_ok_and(|bytes| bytes > 0))
    }
}

impl DeviceStore {
    pub(crate) fn of(shared: Shared) -> Self {
        Self {
            reader: DeviceReader {
                shared: Arc::new(shared),
            },
        }
    }

    /// A handle of the same device that cannot write.
    #[must_use]
    pub fn reader(&self) -> DeviceReader {
        self.reader.clone()
    }
}

/// What these locks guard is whole after a panic: it is set in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for DeviceReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceReader({})", self.shared.folder.path().display())
    }
}

impl std::fmt::Debug for DeviceStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceStore({})", self.shared.folder.path().display())
    }
}
