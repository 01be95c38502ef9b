//! Taking back what has not left the device.

use std::collections::BTreeMap;

use handoff_cipherdb::{Disposition, ReadTx};
use handoff_domain::EntryId;
use handoff_protocol::ids::{ItemId, Seq};

use super::UserSession;
use crate::attachment;
use crate::device::lock;
use crate::error::{StorageError, Stored};
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

impl UserSession {
    /// Takes an entry back that has not been sent: its content and its redo are
    /// erased, and a placeholder keeps its place in the chain. What this person has
    /// attached to it goes the same way, as far as it has not been sent either.
    ///
    /// # Errors
    /// [`TakeBackError`].
    pub fn take_back(&self, entry: EntryId) -> Result<(), TakeBackError> {
        // Nobody reads them for the wire meanwhile.
        let read_through = lock(&self.shared.read_through);
        let taken = self.shared.write(|tx| {
            if let Some(refused) = self.stays(tx, &read_through, entry)? {
                return Ok(Err(refused));
            }
            let mut taken = vec![ItemId(entry.0)];
            for item in attachment::of_referral(tx, entry.into())? {
                if self.stays(tx, &read_through, EntryId(item.0))?.is_none() {
                    taken.push(item);
                }
            }
            for item in &taken {
                journal::elide(tx, *item)?;
            }
            attachment::forget_unnamed(tx)?;
            Ok(Ok(taken))
        })?;
        drop(read_through);
        let taken = taken?;
        // What was erased leaves the log too, now or at a later checkpoint.
        let _ = self.shared.db.writer()?.checkpoint_truncate();
        if let Some(vault) = &self.vault {
            for item in taken {
                // A view that still shows it loses it at the next catch-up.
                let _ = vault.drop_own(item);
            }
        }
        Ok(())
    }

    /// Why an entry cannot be taken back.
    fn stays(
        &self,
        tx: &ReadTx<'_>,
        read_through: &BTreeMap<i64, Seq>,
        entry: EntryId,
    ) -> Stored<Option<TakeBackError>> {
        let row = journal::by_item(tx, ItemId(entry.0))?;
        let Some(row) = row.filter(|row| row.slot == self.slot && row.is_entry()) else {
            return Ok(Some(TakeBackError::NotTheirs(entry)));
        };
        if row.kind == kind::ELIDED {
            return Ok(Some(TakeBackError::AlreadyTakenBack(entry)));
        }
        let lane = lane::by_number(tx, row.lane)?;
        let has_left = may_have_left(&lane, read_through.get(&row.lane), row.seq);
        Ok(has_left.then_some(TakeBackError::AlreadySent(entry)))
    }
}
