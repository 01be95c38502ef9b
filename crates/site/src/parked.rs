//! What is parked, for the people who have to look.
//!
//! A list without a word of content: which item of which device, since when,
//! and why, as a code. Most codes are cured elsewhere (an account enabled, a key
//! brought back, the program upgraded), and the item is then judged again by
//! itself. What only lacks somebody's right may be let through by a person who
//! may say so: then it is applied as if its author had had it.

use chrono::{DateTime, Utc};
use handoff_domain::EntryId;
use handoff_protocol::ids::{DeviceId, ItemId, Lane, Seq};
use handoff_protocol::receipt::{Branch, ParkCode};

use crate::control_log::ControlEvent;
use crate::people::{self, PersonError};
use crate::site::Site;
use crate::storage::StorageError;

/// A parked item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The entry.
    pub entry: EntryId,
    /// Whose journal it came from; absent for the site's own.
    pub device: Option<DeviceId>,
    /// Its lane.
    pub lane: Lane,
    /// The main line or a branch.
    pub branch: Branch,
    /// Its position there.
    pub seq: Seq,
    /// Why.
    pub code: ParkCode,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Why a parked item was not let through.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Whoever says so may not.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// Nothing of this id is parked.
    #[error("entry {0} is not parked")]
    NotParked(EntryId),
    /// Its code is not one that a person may set aside.
    #[error("entry {entry} is parked as `{}`, which no word of a person cures", code.as_str())]
    NotTheirs {
        /// Which.
        entry: EntryId,
        /// Its code.
        code: ParkCode,
    },
}

/// Whether a person may let an item through that is parked with this code: it
/// opens, its author is proven, and only a right is missing.
#[must_use]
pub fn may_be_released(code: ParkCode) -> bool {
    matches!(code, ParkCode::AuthorDisabled | ParkCode::NotPermitted)
}

impl Site {
    /// Everything that is parked, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn parked(&self) -> Result<Vec<Parked>, StorageError> {
        self.storage.reading(|reads| {
            let mut parked = Vec::new();
            for row in reads.parked()? {
                let absent = StorageError::Absent { table: "line" };
                let line = reads.line(row.line)?.ok_or(absent)?;
                let absent = StorageError::Absent { table: "item" };
                let item = reads.item(row.line, row.seq)?.ok_or(absent)?;
                parked.push(Parked {
                    entry: EntryId(item.item.id().0),
                    device: line.lane.device(),
                    lane: line.lane,
                    branch: line.branch,
                    seq: row.seq,
                    code: row.code,
                    since: row.parked_at,
                });
            }
            parked.sort_by_key(|parked| (parked.since, parked.entry));
            Ok(parked)
        })
    }

    /// Lets a parked entry through on the word of somebody who may: it is
    /// judged again, and what its author lacked is no longer held against it.
    ///
    /// # Errors
    /// [`ReleaseError`]; nothing was changed.
    pub fn release(&self, entry: EntryId, by: &str) -> Result<(), ReleaseError> {
        let now = self.host.now();
        let found = self.parked()?;
        self.storage.writing(|writes| {
            let (user, _) = people::administrator(writes, by)?;
            let parked = found
                .iter()
                .find(|parked| parked.entry == entry)
                .ok_or(ReleaseError::NotParked(entry))?;
            if !may_be_released(parked.code) {
                let code = parked.code;
                return Err(ReleaseError::NotTheirs { entry, code });
            }
            let item = ItemId(entry.0);
            self.log_control(now, ControlEvent::Released(item, user))?;
            writes.release(item, user, now)?;
            writes.ask_to_judge()?;
            Ok(())
        })?;
        self.wake.ring();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
