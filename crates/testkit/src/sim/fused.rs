//! A site's store behind a fuse: each commit asks whether it fails.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use handoff_cipherdb::CipherDbError;
use handoff_site::storage::{Reads, Soundness, Storage, StorageError, Writes};

use super::fuse::{Fuse, Gate};

/// A store whose commits go through a fuse. The store behind it can be put
/// away and another put in its place, as a restore does.
#[derive(Clone)]
pub(super) struct Fused {
    inner: Arc<Mutex<Option<Arc<dyn Storage>>>>,
    fuse: Fuse,
}

impl Fused {
    pub fn new(inner: Arc<dyn Storage>, fuse: Fuse) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Some(inner))),
            fuse,
        }
    }

    /// Closes the store; it is gone when nobody else holds it.
    pub fn close(&self) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn put(&self, inner: Arc<dyn Storage>) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = Some(inner);
    }

    fn inner(&self) -> Result<Arc<dyn Storage>, StorageError> {
        if self.fuse.is_blown() {
            return Err(StorageError::Abandoned);
        }
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clone().ok_or(StorageError::Abandoned)
    }
}

impl Storage for Fused {
    fn read(
        &self,
        work: &mut dyn FnMut(&dyn Reads) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.inner()?.read(work)
    }

    fn write(
        &self,
        work: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let mut gate = Gate::Passes;
        let written = self.inner()?.write(&mut |writes| {
            work(writes)?;
            gate = self.fuse.at_commit();
            match gate {
                Gate::Passes | Gate::DiesAfter => Ok(()),
                Gate::DiesBefore => Err(StorageError::Abandoned),
                Gate::Full => {
                    let file = PathBuf::from("site.db");
                    Err(CipherDbError::DiskFull { file }.into())
                }
            }
        });
        if gate == Gate::DiesAfter {
            return Err(StorageError::Abandoned);
        }
        written
    }

    fn check(&self) -> Result<Soundness, StorageError> {
        self.inner()?.check()
    }

    fn sweep(&self) -> Result<(), StorageError> {
        self.inner()?.sweep()
    }

    fn copy_to(&self, file: &Path, key: &[u8; 32]) -> Result<(), StorageError> {
        self.inner()?.copy_to(file, key)
    }
}
