//! What follows from receipts and feeds for redo and for the lock screen.

use std::collections::{BTreeMap, BTreeSet};

use handoff_protocol::ids::{ItemId, Lane, Seq};

use crate::device::Shared;
use crate::enrolment;
use crate::error::Stored;
use crate::journal;
use crate::lane;
use crate::person::{self, Slot};
use crate::view::Vault;

/// What the site has applied of this device's lanes, in its current epoch.
pub(crate) struct AppliedHere(BTreeMap<Lane, (Seq, BTreeSet<Seq>)>);

impl AppliedHere {
    /// Whether the site has applied what stands here. What another device saved
    /// is here only because the site has.
    pub fn covers(&self, lane: &Lane, seq: Seq) -> bool {
        self.0
            .get(lane)
            .is_none_or(|(through, parked)| seq <= *through && !parked.contains(&seq))
    }
}

impl Shared {
    /// What the site has applied.
    pub(crate) fn applied(&self) -> Stored<AppliedHere> {
        self.db.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut lanes = BTreeMap::new();
            for row in lane::all(tx)? {
                let parked = lane::parked(tx, row.key.number)?;
                let parked = parked.into_iter().map(|(seq, _)| seq).collect();
                lanes.insert(row.key.lane, (row.covered(epoch).1, parked));
            }
            Ok(AppliedHere(lanes))
        })
    }

    /// Erases redo that nobody needs any more: the vault has the entry durably,
    /// and a receipt of the current epoch says that the site has applied it.
    /// The content for the site stays.
    pub(crate) fn settle_redo(&self, slot: Slot, vault: &Vault) -> Stored<()> {
        let finished = self.finished_redo(slot)?;
        let held = vault.db.read(|tx| -> Stored<_> {
            let mut held = Vec::with_capacity(finished.len());
            for id in finished {
                if vault.holds(tx, id)? {
                    held.push(id);
                }
            }
            Ok(held)
        })?;
        if held.is_empty() {
            return Ok(());
        }
        vault.make_durable()?;
        self.erase_redo(&held)
    }

    /// Erases redo of everything that the site has applied, whether the vault
    /// has it or not.
    pub(crate) fn erase_applied_redo(&self, slot: Slot) -> Stored<()> {
        let finished = self.finished_redo(slot)?;
        if finished.is_empty() {
            return Ok(());
        }
        self.erase_redo(&finished)
    }

    fn finished_redo(&self, slot: Slot) -> Stored<Vec<ItemId>> {
        self.db.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut finished = Vec::new();
            for row in lane::all(tx)? {
                finished.extend(journal::finished_redo(tx, slot, &row, epoch)?);
            }
            Ok(finished)
        })
    }

    fn erase_redo(&self, ids: &[ItemId]) -> Stored<()> {
        self.write(|tx| {
            for id in ids {
                journal::erase_redo(tx, *id)?;
            }
            Ok(())
        })
    }

    /// Keeps the number of things that wait for a person where it can be shown
    /// while they are locked out.
    pub(crate) fn keep_needs_you(&self, slot: Slot, vault: &Vault) -> Stored<()> {
        let count = vault.needs_you()?;
        let kept = self.db.read(person::needs_you)?;
        if kept.iter().any(|(of, kept)| *of == slot && *kept == count) {
            return Ok(());
        }
        self.write(|tx| person::set_needs_you(tx, slot, count))
    }
}
