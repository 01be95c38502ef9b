//! Taking back what has not left the device.

use handoff_cipherdb::Disposition;
use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;

use super::UserSession;
use crate::device::lock;
use crate::error::StorageError;
use crate::journal::{self, kind};
use crate::lane;
use crate::sync::may_have_left;

/// Why an entry was not taken back. It stays.
#[derive(Debug, thiserror::Error)]
pub enum TakeBackError {
    /// It may have left the device, in this epoch or an earlier one: withdraw
    /// or amend it instead.
    #[error("entry {0} has been sent")]
    AlreadySent(EntryId),
    /// It was taken back before.
    #[error("entry {0} was taken back before")]
    AlreadyTakenBack(EntryId),
    /// This person has not saved it on this device.
    #[error("entry {0} was not saved here by this person")]
    NotTheirs(EntryId),
    /// The files.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl TakeBackError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::AlreadySent(_) | Self::AlreadyTakenBack(_) => Disposition::AskUser,
            Self::NotTheirs(_) => Disposition::Stop,
            Self::Storage(error) => error.disposition(),
        }
    }
}

enum Done {
    TakenBack,
    Sent,
    Before,
    NotTheirs,
}

impl UserSession {
    /// Takes an entry back that has not been sent: its content and its redo are
    /// erased, and a placeholder keeps its place in the chain.
    ///
    /// # Errors
    /// [`TakeBackError`].
    pub fn take_back(&self, entry: EntryId) -> Result<(), TakeBackError> {
        let id = ItemId(entry.0);
        // Nobody reads it for the wire meanwhile.
        let read_through = lock(&self.shared.read_through);
        let done = self.shared.write(|tx| {
            let Some(row) = journal::by_item(tx, id)? else {
                return Ok(Done::NotTheirs);
            };
            if row.slot != self.slot || !row.is_entry() {
                return Ok(Done::NotTheirs);
            }
            if row.kind == kind::ELIDED {
                return Ok(Done::Before);
            }
            let lane = lane::by_number(tx, row.lane)?;
            if may_have_left(&lane, read_through.get(&row.lane), row.seq) {
                return Ok(Done::Sent);
            }
            journal::elide(tx, id)?;
            Ok(Done::TakenBack)
        })?;
        drop(read_through);
        match done {
            Done::TakenBack => {
                // What was erased leaves the log too, now or at a later checkpoint.
                let _ = self.shared.db.writer()?.checkpoint_truncate();
                if let Some(vault) = &self.vault {
                    // A view that still shows it loses it at the next catch-up.
                    let _ = vault.drop_own(id);
                }
                Ok(())
            }
            Done::Sent => Err(TakeBackError::AlreadySent(entry)),
            Done::Before => Err(TakeBackError::AlreadyTakenBack(entry)),
            Done::NotTheirs => Err(TakeBackError::NotTheirs(entry)),
        }
    }
}
