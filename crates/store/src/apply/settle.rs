//! What follows from receipts and feeds for redo and for the lock screen.

use std::sync::Arc;

use crate::device::Shared;
use crate::enrolment;
use crate::error::Stored;
use crate::journal;
use crate::lane;
use crate::person::{self, Slot};
use crate::view::Vault;

impl Shared {
    /// Erases redo that nobody needs any more: the vault has the entry durably,
    /// and a receipt of the current epoch says that the site has applied it.
    /// The content for the site stays.
    pub(crate) fn settle_redo(&self, vaults: &[(Slot, Arc<Vault>)]) -> Stored<()> {
        for (slot, vault) in vaults {
            let finished = self.db.read(|tx| -> Stored<_> {
                let epoch = enrolment::epoch(tx)?;
                let mut finished = Vec::new();
                for row in lane::all(tx)? {
                    finished.extend(journal::finished_redo(tx, *slot, &row, epoch)?);
                }
                Ok(finished)
            })?;
            if finished.is_empty() {
                continue;
            }
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
                continue;
            }
            vault.make_durable()?;
            self.write(|tx| {
                for id in &held {
                    journal::erase_redo(tx, *id)?;
                }
                Ok(())
            })?;
        }
        Ok(())
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
