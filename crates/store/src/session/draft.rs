//! Drafts: durable on every change, dropped when they are saved.

use handoff_cipherdb::{CipherDbError, Disposition};
use handoff_domain::EntryId;

use super::UserSession;
use crate::drafts::{self, Draft};
use crate::error::StorageError;

/// Why a draft was not kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// A later change of it is kept already.
    #[error("draft {0} has a later change")]
    Stale(EntryId),
    /// Its ids do not begin with its own.
    #[error("draft {0} does not become the entry of its own id")]
    Ids(EntryId),
    /// No room on the disk. The last change that was kept stays.
    #[error("no space is left on the disk: the draft was not kept")]
    DiskFull,
    /// The files.
    #[error(transparent)]
    Storage(StorageError),
}

impl DraftError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Stale(_) | Self::Ids(_) => Disposition::Stop,
            Self::DiskFull => Disposition::Retry,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl From<StorageError> for DraftError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Db(CipherDbError::DiskFull { .. }) => Self::DiskFull,
            error => Self::Storage(error),
        }
    }
}

impl UserSession {
    /// Keeps a change of a draft. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn put_draft(&self, draft: &Draft) -> Result<(), DraftError> {
        if draft.entries.first() != Some(&draft.id) {
            return Err(DraftError::Ids(draft.id));
        }
        let put = || self.drafts.write(|tx| drafts::put(tx, draft));
        let kept = match put() {
            Err(error) if error.is_disk_full() && self.shared.gives_way() => put()?,
            done => done?,
        };
        if kept {
            Ok(())
        } else {
            Err(DraftError::Stale(draft.id))
        }
    }

    /// This person's drafts, the newest first.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn drafts(&self) -> Result<Vec<Draft>, DraftError> {
        Ok(self.drafts.read(drafts::all)?)
    }

    /// Drops a draft; `false` when there is none.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn discard_draft(&self, id: EntryId) -> Result<bool, DraftError> {
        Ok(self.drafts.write(|tx| drafts::delete(tx, id))?)
    }
}
