//! Operations about what devices report and what people order: states,
//! acknowledged evictions, erasures, releases.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::ids::{DeviceId, EpochId, ItemId, Seq};
use serde::{Deserialize, Serialize};

use super::{LineId, StorageError};

/// What a device last said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStateRow {
    /// Which device.
    pub device: DeviceId,
    /// The version of its program.
    pub version: String,
    /// Entries that no receipt covered when it asked.
    pub waiting: u64,
    /// Items that it reported and this site did not have after it had asked.
    pub missing: u64,
    /// The minute (since 1970) in which the oldest waiting one was saved.
    pub oldest_minute: Option<i64>,
    /// Erasure orders of this epoch that it has carried out.
    pub erased_through: u64,
    /// When.
    pub reported_at: DateTime<Utc>,
}

/// What a person's vault on a device holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedReaderRow {
    /// Whose.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// Of which epoch.
    pub epoch: EpochId,
    /// Which version of the scope; 0 when it was emptied.
    pub version: u64,
    /// When it said so.
    pub read_at: DateTime<Utc>,
}

/// Why a content was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// A court said so.
    CourtOrder,
    /// The site's retention rule.
    Retention,
    /// The person it is about asked, and the law or the site grants it.
    Request,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

/// An item whose content was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureRow {
    /// Counts the orders.
    pub position: u64,
    /// Which item.
    pub item: ItemId,
    /// Whose journal holds it; absent for the site's own entries.
    pub device: Option<DeviceId>,
    /// Why.
    pub reason: ErasureReason,
    /// Who ordered it.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An erasure that is being ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewErasure {
    /// Which item.
    pub item: ItemId,
    /// Whose journal holds it.
    pub device: Option<DeviceId>,
    /// Why.
    pub reason: ErasureReason,
    /// Who orders it.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Reading what was reported and ordered.
pub trait OrderReads {
    /// What a device last said of itself.
    fn device_state(&self, device: DeviceId) -> Result<Option<DeviceStateRow>, StorageError>;
    /// What a person's vault on a device holds, if it ever said so.
    fn feed_reader(
        &self,
        user: UserId,
        device: DeviceId,
    ) -> Result<Option<FeedReaderRow>, StorageError>;
    /// What every vault holds.
    fn feed_readers(&self) -> Result<Vec<FeedReaderRow>, StorageError>;
    /// Orders for a device behind a position, in order.
    fn erasures_for(
        &self,
        device: DeviceId,
        after: u64,
        max: usize,
    ) -> Result<Vec<ErasureRow>, StorageError>;
    /// An order, by its item.
    fn erasure(&self, item: ItemId) -> Result<Option<ErasureRow>, StorageError>;
    /// Whether anything was ever erased.
    fn has_erasures(&self) -> Result<bool, StorageError>;
    /// Which of these items were erased.
    fn erased_among(&self, items: &[ItemId]) -> Result<BTreeSet<ItemId>, StorageError>;
    /// Whether somebody has let an item through.
    fn is_released(&self, item: ItemId) -> Result<bool, StorageError>;
}

/// Writing it.
pub trait OrderWrites: OrderReads {
    /// Keeps what a device says of itself.
    fn keep_device_state(&self, state: &DeviceStateRow) -> Result<(), StorageError>;
    /// Keeps what a vault holds.
    fn keep_feed_reader(&self, reader: &FeedReaderRow) -> Result<(), StorageError>;
    /// Keeps an order. One about the same item stays as it was, but that it
    /// gets its device, and a new position, when that was not known.
    fn order_erasure(&self, order: &NewErasure) -> Result<(), StorageError>;
    /// Gives an order a new position: its device has brought the content again
    /// since it carried the order out.
    fn order_again(&self, item: ItemId) -> Result<(), StorageError>;
    /// Erases the content of a held item: its place in the chain stays.
    fn erase_item(&self, line: LineId, seq: Seq) -> Result<(), StorageError>;
    /// Erases an opened entry.
    fn erase_entry(&self, entry: EntryId) -> Result<(), StorageError>;
    /// Takes the view of a referral away of which no entry is left.
    fn drop_referral(&self, referral: ReferralId) -> Result<(), StorageError>;
    /// Lets a parked item through.
    fn release(&self, item: ItemId, by: UserId, at: DateTime<Utc>) -> Result<(), StorageError>;
    /// Somebody has seen to what alarms about a device are about; how many.
    fn settle_alarms_of(&self, device: DeviceId) -> Result<usize, StorageError>;
}
