//! Erasing what a court, a rule or a person's right says must go.
//!
//! **What.** Every entry of a referral loses its content: at the site, in the
//! feeds of those who have it, in the journals of the devices that saved it. Its
//! places in the chains stay, as digests, so that everything else still proves
//! itself.
//!
//! **Why.** An order is not carried out by hiding a row. And a device that comes
//! back after a year, or a database that is put back, must not bring it back.
//!
//! **How data moves through.** The order is in the control log before anything
//! else, then in one transaction: items become placeholders, opened entries go,
//! evictions go out, each device gets an order that it acknowledges once it has
//! carried it out. What arrives later of the same items or the same referral goes
//! the same way.
//!
//! **What it does not do.** Backups that were made before still hold it: they go
//! by the site's retention.
//!
//! **Where decided.** `docs/adr/0031-erasure-leaves-digests.md`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::ids::{DeviceId, ItemId, Lane};
use handoff_protocol::item::Item;

use crate::apply::views;
use crate::control_log::ControlEvent;
use crate::custody::pieces::UNNAMED_FOR;
use crate::feed;
use crate::people::{self, PersonError};
use crate::planted;
use crate::site::Site;
use crate::storage::{EntryRow, ErasureReason, NewErasure, StorageError, Writes};

/// What an order has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Items whose content went.
    pub items: usize,
    /// Devices that have to erase it too, at their next sync.
    pub devices: BTreeSet<DeviceId>,
    /// Nothing of it is left in this database's files. False while another
    /// process still reads an earlier moment: then it goes a little later.
    pub is_swept: bool,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Whoever orders it may not.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// There is no such referral.
    #[error("there is no referral {0}")]
    NotFound(ReferralId),
}

/// What is said about each item that goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub reason: ErasureReason,
    pub by: UserId,
    pub at: DateTime<Utc>,
}

impl Site {
    /// Erases a referral, on the word of somebody who may.
    ///
    /// # Errors
    /// [`EraseError`]; nothing was changed.
    pub fn erase_referral(
        &self,
        referral: ReferralId,
        by: &str,
        reason: ErasureReason,
    ) -> Result<Erased, EraseError> {
        let at = self.host.now();
        let (items, devices) = self.storage.writing(|writes| {
            let (by, _) = people::administrator(writes, by)?;
            let order = Order { reason, by, at };
            let rows = writes.entries_of(referral)?;
            if rows.is_empty() {
                return Err(EraseError::NotFound(referral));
            }
            let logged = ItemId(referral.0);
            let mut lanes: BTreeSet<Lane> = rows.iter().map(|row| row.lane).collect();
            // What logged it may be parked, and then no entry stands for it.
            let mut logged_on = BTreeSet::new();
            for (line, _) in writes.items_by_id(logged)? {
                logged_on.extend(writes.line(line)?.map(|line| line.lane));
            }
            lanes.extend(&logged_on);
            for lane in &lanes {
                writes.lock_lane(lane)?;
            }
            writes.lock_head()?;
            let mut items: BTreeSet<(ItemId, Option<DeviceId>)> = BTreeSet::new();
            for row in &rows {
                items.insert((ItemId(row.id.0), row.lane.device()));
                // An entry that was sealed again stands in an item of another id.
                if let Some(held) = writes.item(row.line, row.seq)? {
                    items.insert((held.item.id(), row.lane.device()));
                }
            }
            items.extend(logged_on.iter().map(|lane| (logged, lane.device())));
            if logged_on.is_empty() {
                // It may still come.
                items.insert((logged, None));
            }
            // The entry that logged it goes last: it says whose the others are.
            let (last, first): (Vec<_>, Vec<_>) =
                items.iter().partition(|(item, _)| *item == logged);
            for (item, device) in first.into_iter().chain(last) {
                let event = ControlEvent::Erased {
                    item,
                    device,
                    reason,
                    by,
                };
                self.log_control(at, event)?;
                erase(writes, item, device, order)?;
            }
            // What else is about it may be parked: it goes when it is judged.
            writes.ask_to_judge()?;
            // And bytes that came when nothing named them any more.
            writes.forget_unnamed(at - UNNAMED_FOR)?;
            let devices = items.iter().filter_map(|(_, device)| *device).collect();
            Ok((items.len(), devices))
        })?;
        self.wake.ring();
        Ok(Erased {
            items,
            devices,
            is_swept: self.storage.sweep().is_ok(),
        })
    }
}

/// Erases one item wherever it is held, with the entry that was opened from it.
pub(crate) fn erase(
    writes: &dyn Writes,
    item: ItemId,
    device: Option<DeviceId>,
    order: Order,
) -> Result<(), StorageError> {
    writes.order_erasure(&NewErasure {
        item,
        device,
        reason: order.reason,
        by: order.by,
        at: order.at,
    })?;
    if planted::erasure_skipped() {
        return Ok(());
    }
    for (line, held) in writes.items_by_id(item)? {
        if !matches!(held.item, Item::Context { .. }) {
            writes.erase_item(line, held.seq)?;
            writes.unpark(line, held.seq)?;
        }
    }
    if let Some(row) = writes.entry(EntryId(item.0))? {
        forget(writes, &row)?;
    }
    Ok(())
}

/// An opened entry goes, from the views and from everybody's feed.
fn forget(writes: &dyn Writes, row: &EntryRow) -> Result<(), StorageError> {
    let site = writes.site()?.name;
    let entry = views::read(&site, row)?;
    let referrer = match row.referral {
        Some(referral) => writes.entry(referral.into())?.map(|logged| logged.author),
        None => None,
    };
    feed::evict(writes, &entry, referrer)?;
    writes.erase_attachment(row.id)?;
    writes.erase_entry(row.id)?;
    if let Some(referral) = row.referral {
        views::set_referral(writes, &site, referral)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
