//! What follows from receipts and feeds for redo and for the lock screen.

use std::collections::{BTreeMap, BTreeSet};

use handoff_protocol::ids::{ItemId, Lane, Seq};

use crate::device::Shared;
use crate::enrolment;
use crate::error::Stored;
use crate::journal;
use crate::lane;
use crate::person::{self, Slot};
use crate::preference;
use crate::view::Vault;

/// How often a person's vault was made durable when redo was last erased for
/// it: kept beside what they chose, and theirs as that is.
const VAULT_TICKS: &str = "vault.ticks";

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
        let ticks = vault.ticks()?;
        self.write(|tx| {
            for id in &held {
                journal::erase_redo(tx, *id)?;
            }
            preference::set(tx, Some(slot), VAULT_TICKS, &ticks.to_string())
        })
    }

    /// A vault that is older than the one for which redo was erased (a file of
    /// yesterday, a log that lost its end) lacks what nothing here brings back:
    /// it asks for its whole feed again.
    pub(crate) fn rebuild_if_older(&self, slot: Slot, vault: &Vault) -> Stored<()> {
        let kept = self.db.read(|tx| preference::all(tx, Some(slot)))?;
        let noted = kept.get(VAULT_TICKS).and_then(|text| text.parse().ok());
        match noted {
            Some(noted) if vault.ticks()? < noted => vault.ask_anew(noted),
            _ => Ok(()),
        }
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

    /// Entries of somebody's that only their vault and the site can have, and of
    /// which this site, perhaps put back, has not said that it has applied them.
    pub(crate) fn unproven(&self, slot: Slot) -> Stored<Vec<ItemId>> {
        self.db.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut unproven = Vec::new();
            for row in lane::all(tx)? {
                unproven.extend(journal::unproven(tx, slot, &row, epoch)?);
            }
            Ok(unproven)
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
