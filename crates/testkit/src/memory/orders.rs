//! What devices report and what people order.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::ids::{DeviceId, ItemId, Seq};
use handoff_protocol::item::{Gone, Item};
use handoff_site::storage::{
    AlarmCode, AlarmRow, DeviceStateRow, ErasureRow, FeedReaderRow, LineId, NewErasure, OrderReads,
    OrderWrites, StorageError,
};

use super::Handle;

type Read<T> = Result<T, StorageError>;

impl OrderReads for Handle {
    fn device_state(&self, device: DeviceId) -> Read<Option<DeviceStateRow>> {
        Ok(self.tables.borrow().states.get(&device).cloned())
    }

    fn feed_reader(&self, user: UserId, device: DeviceId) -> Read<Option<FeedReaderRow>> {
        Ok(self.tables.borrow().readers.get(&(user, device)).copied())
    }

    fn feed_readers(&self) -> Read<Vec<FeedReaderRow>> {
        Ok(self.tables.borrow().readers.values().copied().collect())
    }

    fn erasures_for(&self, device: DeviceId, after: u64, max: usize) -> Read<Vec<ErasureRow>> {
        let tables = self.tables.borrow();
        let rows = tables.erasures.values();
        let rows = rows.filter(|row| row.device == Some(device) && row.position > after);
        Ok(rows.take(max).copied().collect())
    }

    fn erasure(&self, item: ItemId) -> Read<Option<ErasureRow>> {
        let tables = self.tables.borrow();
        let mut rows = tables.erasures.values();
        Ok(rows.find(|row| row.item == item).copied())
    }

    fn has_erasures(&self) -> Read<bool> {
        Ok(!self.tables.borrow().erasures.is_empty())
    }

    fn erased_among(&self, items: &[ItemId]) -> Read<BTreeSet<ItemId>> {
        let tables = self.tables.borrow();
        let erased = tables.erasures.values().map(|row| row.item);
        Ok(erased.filter(|item| items.contains(item)).collect())
    }

    fn is_released(&self, item: ItemId) -> Read<bool> {
        Ok(self.tables.borrow().released.contains_key(&item))
    }
}

impl OrderWrites for Handle {
    fn keep_device_state(&self, state: &DeviceStateRow) -> Read<()> {
        self.change(|tables| {
            Arc::make_mut(&mut tables.states).insert(state.device, state.clone());
        })
    }

    fn keep_feed_reader(&self, reader: &FeedReaderRow) -> Read<()> {
        let place = (reader.user, reader.device);
        self.change(|tables| {
            Arc::make_mut(&mut tables.readers).insert(place, *reader);
        })
    }

    fn order_erasure(&self, order: &NewErasure) -> Read<()> {
        let known = self.erasure(order.item)?;
        let gets_its_device = |row: ErasureRow| row.device.is_none() && order.device.is_some();
        if known.is_some_and(|row| !gets_its_device(row)) {
            return Ok(());
        }
        self.change(|tables| {
            let rows = Arc::make_mut(&mut tables.erasures);
            let position = rows.last_key_value().map_or(0, |(last, _)| *last) + 1;
            let mut row = known.unwrap_or(ErasureRow {
                position,
                item: order.item,
                device: order.device,
                reason: order.reason,
                by: order.by,
                at: order.at,
            });
            rows.remove(&row.position);
            row.position = position;
            row.device = order.device;
            rows.insert(position, row);
        })
    }

    fn order_again(&self, item: ItemId) -> Read<()> {
        let Some(mut row) = self.erasure(item)? else {
            return Ok(());
        };
        self.change(|tables| {
            let rows = Arc::make_mut(&mut tables.erasures);
            rows.remove(&row.position);
            row.position = rows
                .last_key_value()
                .map_or(row.position, |(last, _)| row.position.max(*last))
                + 1;
            rows.insert(row.position, row);
        })
    }

    fn erase_item(&self, line: LineId, seq: Seq) -> Read<()> {
        let held = self.tables.borrow().items.get(&(line, seq)).cloned();
        let absent = StorageError::Absent { table: "item" };
        let held = held
            .filter(|held| !matches!(held.item, Item::Context { .. }))
            .ok_or(absent)?;
        let mut erased = (*held).clone();
        erased.item = erased.item.into_placeholder(Gone::Erased);
        self.change(|tables| {
            Arc::make_mut(&mut tables.items).insert((line, seq), Arc::new(erased));
        })?;
        self.revise(line)
    }

    fn erase_entry(&self, entry: EntryId) -> Read<()> {
        self.change(|tables| {
            let gone = Arc::make_mut(&mut tables.entries).remove(&entry);
            if let Some(referral) = gone.and_then(|row| row.referral) {
                Arc::make_mut(&mut tables.of_referral).remove(&(referral, entry));
            }
        })
    }

    fn drop_referral(&self, referral: ReferralId) -> Read<()> {
        self.change(|tables| {
            Arc::make_mut(&mut tables.referrals).remove(&referral);
        })
    }

    fn release(&self, item: ItemId, _by: UserId, _at: DateTime<Utc>) -> Read<()> {
        self.change(|tables| {
            Arc::make_mut(&mut tables.released).insert(item, ());
        })
    }

    fn settle_alarms_of(&self, device: DeviceId) -> Read<usize> {
        let is_settled = |row: &AlarmRow| {
            row.device == Some(device)
                && matches!(row.code, AlarmCode::Forked | AlarmCode::TwoCopies)
        };
        let settled = self
            .tables
            .borrow()
            .alarms
            .iter()
            .filter(|row| is_settled(row))
            .count();
        self.change(|tables| Arc::make_mut(&mut tables.alarms).retain(|row| !is_settled(row)))?;
        Ok(settled)
    }
}
