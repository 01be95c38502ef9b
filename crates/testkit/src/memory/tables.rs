//! The tables, and what both reading and writing need of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, EntryId, Hlc, ReferralId, UserId};
use handoff_protocol::ids::{DeviceId, ItemId, KeyId, Seq};
use handoff_protocol::receipt::ParkCode;
use handoff_site::storage::{
    AlarmRow, AttachmentRow, AuthorRow, DeviceRow, DeviceStateRow, EntryRow, ErasureRow,
    FeedReaderRow, FeedRow, HeldItem, InvitationRow, LineId, LineRow, NamedAttachment, PersonRow,
    ReferralRow, Scope, ScopeRow, SiteKeyRow, SiteRow, Usage,
};

/// A table that is copied when it is written to and shared otherwise.
pub(super) type Table<K, V> = Arc<BTreeMap<K, V>>;

/// What is here of an attachment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attachment {
    pub(super) row: AttachmentRow,
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) touched_at: DateTime<Utc>,
}

/// Everything that a store in memory holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    pub(super) site: Option<SiteRow>,
    pub(super) clock: Hlc,
    pub(super) site_keys: Arc<Vec<SiteKeyRow>>,
    pub(super) devices: Table<DeviceId, DeviceRow>,
    pub(super) authors: Table<(UserId, DeviceId, KeyId), AuthorRow>,
    pub(super) wraps: Table<(UserId, DeviceId), Vec<u8>>,
    pub(super) invitations: Table<[u8; 16], InvitationRow>,
    pub(super) nonces: Table<(DeviceId, [u8; 16]), DateTime<Utc>>,
    pub(super) usage: Table<(DeviceId, i64), Usage>,
    pub(super) lines: Table<LineId, LineRow>,
    pub(super) items: Table<(LineId, Seq), Arc<HeldItem>>,
    pub(super) by_id: Table<(ItemId, LineId, Seq), ()>,
    pub(super) parked: Table<(LineId, Seq), (ParkCode, DateTime<Utc>)>,
    pub(super) entries: Table<EntryId, Arc<EntryRow>>,
    pub(super) of_referral: Table<(ReferralId, EntryId), ()>,
    pub(super) referrals: Table<ReferralId, ReferralRow>,
    pub(super) people: Table<UserId, PersonRow>,
    pub(super) scopes: Table<Scope, ScopeRow>,
    pub(super) feed: Table<(Scope, u64), FeedRow>,
    pub(super) applier: Option<([u8; 16], DateTime<Utc>)>,
    pub(super) alarms: Arc<Vec<AlarmRow>>,
    pub(super) states: Table<DeviceId, DeviceStateRow>,
    pub(super) readers: Table<(UserId, DeviceId), FeedReaderRow>,
    pub(super) erasures: Table<u64, ErasureRow>,
    pub(super) released: Table<ItemId, ()>,
    pub(super) attachments: Table<(DeviceId, AttachmentAddress), Attachment>,
    pub(super) named: Table<(LineId, Seq), NamedAttachment>,
}

impl Tables {
    /// Entries in the order in which they were taken.
    pub(super) fn entries_in_order(&self) -> Vec<Arc<EntryRow>> {
        let mut rows: Vec<_> = self.entries.values().cloned().collect();
        rows.sort_by_key(|row| (row.received_at, row.line, row.seq));
        rows
    }
}
