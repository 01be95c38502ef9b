//! What devices report and what people order.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use handoff_cipherdb::{Row, WriteTx, params};
use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::ids::{DeviceId, EpochId, ItemId, Seq};

use super::columns::{Columns, ms, name, signed};
use super::{Handle, Readable, SITE, kind};
use crate::storage::{
    DeviceStateRow, ErasureRow, FeedReaderRow, LineId, NewErasure, OrderReads, OrderWrites,
    StorageError,
};

type Read<T> = Result<T, StorageError>;

impl<T> OrderReads for Handle<T>
where
    Self: Readable,
{
    fn device_state(&self, device: DeviceId) -> Read<Option<DeviceStateRow>> {
        let sql = include_str!("read/device_state.sql");
        let found = self
            .tx()
            .query_optional(sql, params![SITE, device.as_bytes()], |row| {
                Ok(device_state(row))
            })?;
        found.transpose()
    }

    fn feed_reader(&self, user: UserId, device: DeviceId) -> Read<Option<FeedReaderRow>> {
        let sql = include_str!("read/feed_reader.sql");
        let params = params![SITE, user.as_bytes(), device.as_bytes()];
        let found = self
            .tx()
            .query_optional(sql, params, |row| Ok(feed_reader(row)))?;
        found.transpose()
    }

    fn feed_readers(&self) -> Read<Vec<FeedReaderRow>> {
        const SQL: &str =
            "SELECT user, device, epoch, version, read_at FROM feed_reader WHERE site_id = ?1";
        self.tx()
            .query_all(SQL, [SITE], |row| Ok(feed_reader(row)))?
            .into_iter()
            .collect()
    }

    fn erasures_for(&self, device: DeviceId, after: u64, max: usize) -> Read<Vec<ErasureRow>> {
        let params = params![SITE, device.as_bytes(), signed(after), signed(max as u64)];
        self.tx()
            .query_all(include_str!("read/erasures_for.sql"), params, |row| {
                Ok(erasure(row))
            })?
            .into_iter()
            .collect()
    }

    fn erasure(&self, item: ItemId) -> Read<Option<ErasureRow>> {
        let params = params![SITE, item.as_bytes()];
        let found = self
            .tx()
            .query_optional(include_str!("read/erasure.sql"), params, |row| {
                Ok(erasure(row))
            })?;
        found.transpose()
    }

    fn has_erasures(&self) -> Read<bool> {
        const SQL: &str = "SELECT EXISTS (SELECT 1 FROM erasure WHERE site_id = ?1)";
        Ok(self.tx().query_one(SQL, [SITE], |row| row.get(0))?)
    }

    fn erased_among(&self, items: &[ItemId]) -> Read<BTreeSet<ItemId>> {
        // In the ordinary case nothing was ever erased.
        if !self.has_erasures()? {
            return Ok(BTreeSet::new());
        }
        let mut erased = BTreeSet::new();
        for item in items {
            if self.erasure(*item)?.is_some() {
                erased.insert(*item);
            }
        }
        Ok(erased)
    }

    fn is_released(&self, item: ItemId) -> Read<bool> {
        const SQL: &str = "SELECT 1 FROM released WHERE site_id = ?1 AND item_id = ?2";
        let params = params![SITE, item.as_bytes()];
        Ok(self.tx().query_optional(SQL, params, |_| Ok(()))?.is_some())
    }
}

impl OrderWrites for Handle<&WriteTx<'_>> {
    fn keep_device_state(&self, state: &DeviceStateRow) -> Read<()> {
        self.tx.execute(
            include_str!("write/keep_device_state.sql"),
            params![
                SITE,
                state.device.as_bytes(),
                state.version,
                signed(state.waiting),
                signed(state.missing),
                state.oldest_minute,
                signed(state.erased_through),
                ms(state.reported_at),
            ],
        )?;
        Ok(())
    }

    fn keep_feed_reader(&self, reader: &FeedReaderRow) -> Read<()> {
        self.tx.execute(
            include_str!("write/keep_feed_reader.sql"),
            params![
                SITE,
                reader.user.as_bytes(),
                reader.device.as_bytes(),
                reader.epoch.as_bytes(),
                signed(reader.version),
                ms(reader.read_at),
            ],
        )?;
        Ok(())
    }

    fn order_erasure(&self, order: &NewErasure) -> Read<()> {
        self.tx.execute(
            include_str!("write/order_erasure.sql"),
            params![
                SITE,
                order.item.as_bytes(),
                order.device.map(|device| *device.as_bytes()),
                name(&order.reason, "erasure")?,
                order.by.as_bytes(),
                ms(order.at),
            ],
        )?;
        Ok(())
    }

    fn order_again(&self, item: ItemId) -> Read<()> {
        const SQL: &str = include_str!("write/order_again.sql");
        self.tx.execute(SQL, params![SITE, item.as_bytes()])?;
        Ok(())
    }

    fn erase_item(&self, line: LineId, seq: Seq) -> Read<()> {
        const BODY: &str = "DELETE FROM item_body WHERE site_id = ?1 AND line_id = ?2 AND seq = ?3";
        let place = params![SITE, line.0, signed(seq), kind::ERASED, kind::CONTEXT];
        let erased = self
            .tx
            .execute(include_str!("write/erase_item.sql"), place)?;
        if erased != 1 {
            return Err(StorageError::Absent { table: "item" });
        }
        self.tx.execute(BODY, params![SITE, line.0, signed(seq)])?;
        self.revise(line)
    }

    fn erase_entry(&self, entry: EntryId) -> Read<()> {
        const SQL: &str = "DELETE FROM entry WHERE site_id = ?1 AND entry_id = ?2";
        self.tx.execute(SQL, params![SITE, entry.as_bytes()])?;
        Ok(())
    }

    fn drop_referral(&self, referral: ReferralId) -> Read<()> {
        const SQL: &str = "DELETE FROM referral WHERE site_id = ?1 AND referral = ?2";
        self.tx.execute(SQL, params![SITE, referral.as_bytes()])?;
        Ok(())
    }

    fn release(&self, item: ItemId, by: UserId, at: DateTime<Utc>) -> Read<()> {
        self.tx.execute(
            include_str!("write/release.sql"),
            params![SITE, item.as_bytes(), by.as_bytes(), ms(at)],
        )?;
        Ok(())
    }

    fn settle_alarms_of(&self, device: DeviceId) -> Read<usize> {
        const SQL: &str = "DELETE FROM alarm WHERE site_id = ?1 AND device = ?2 \
                           AND code IN ('forked', 'two_copies')";
        Ok(self.tx.execute(SQL, params![SITE, device.as_bytes()])?)
    }
}

fn device_state(row: &Row<'_>) -> Read<DeviceStateRow> {
    let c = Columns::of(row, "device_state");
    Ok(DeviceStateRow {
        device: DeviceId::from_bytes(c.get(0)?),
        version: c.get(1)?,
        waiting: c.count(2)?,
        missing: c.count(3)?,
        oldest_minute: c.get(4)?,
        erased_through: c.count(5)?,
        reported_at: c.time(6)?,
    })
}

fn feed_reader(row: &Row<'_>) -> Read<FeedReaderRow> {
    let c = Columns::of(row, "feed_reader");
    Ok(FeedReaderRow {
        user: UserId::from_bytes(c.get(0)?),
        device: DeviceId::from_bytes(c.get(1)?),
        epoch: EpochId::from_bytes(c.get(2)?),
        version: c.count(3)?,
        read_at: c.time(4)?,
    })
}

fn erasure(row: &Row<'_>) -> Read<ErasureRow> {
    let c = Columns::of(row, "erasure");
    Ok(ErasureRow {
        position: c.count(0)?,
        item: ItemId::from_bytes(c.get(1)?),
        device: c.get::<Option<[u8; 16]>>(2)?.map(DeviceId::from_bytes),
        reason: c.name(3)?,
        by: UserId::from_bytes(c.get(4)?),
        at: c.time(5)?,
    })
}
