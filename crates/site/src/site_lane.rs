//! What the site itself writes: decisions, packs, the roster.
//!
//! The site lane has the same hash chain as a device's. Its entries are not
//! sealed (nobody between could read them: the database is encrypted), so their
//! context is zeros. Positions are given under the head, in the transaction
//! that makes everything visible.

use chrono::{DateTime, Utc};
use handoff_domain::{
    Body, CapturedAt, Entry, EntryId, OccurredAt, Record, RecordError, Role, UserId,
};
use handoff_protocol::CodecError;
use handoff_protocol::chain::{self, Head, Parent};
use handoff_protocol::ids::{ItemId, Lane};
use handoff_protocol::item::Item;
use handoff_protocol::receipt::Branch;
use uuid::Uuid;

use crate::apply::views;
use crate::site::Site;
use crate::storage::{EntryRow, LineRow, NewLine, Reads, SiteRow, StorageError, Writes};

/// The author of what the installation itself writes: an administrator at its
/// machine, by name unknown.
pub const INSTALLATION: UserId = UserId(Uuid::nil());

/// A lane as people and scripts see it.
#[must_use]
pub fn lane_name(lane: &Lane) -> String {
    match lane {
        Lane::Device {
            device,
            incarnation,
        } => format!("{device}/{incarnation}"),
        Lane::Site { epoch } => format!("site/{epoch}"),
    }
}

/// Why the site did not write an entry.
#[derive(Debug, thiserror::Error)]
pub enum SiteLaneError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The entry does not encode.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// No memory to pack it.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Writes an entry of the site within a transaction.
pub(crate) fn write(
    site: &Site,
    writes: &dyn Writes,
    by: (UserId, Role),
    based_on: Vec<EntryId>,
    body: Body,
) -> Result<EntryId, SiteLaneError> {
    let now = site.host.now();
    let id = EntryId(site.host.new_id());
    let (author, role) = by;
    let lane = writes.site()?.lane();
    writes.lock_lane(&lane)?;
    let head = writes.lock_head()?;
    let line = line(writes, &head, &lane, now)?;
    let record = Record {
        occurred_at: OccurredAt(now.fixed_offset()),
        captured_at: CapturedAt {
            clock_ms: now.timestamp_millis(),
            hlc: writes.next_reading(now)?,
        },
        role,
        based_on,
        body,
    };
    let bytes = record.to_bytes()?;
    let item = Item::Entry {
        id: ItemId(id.0),
        context: ItemId(Uuid::nil()),
        sealed: bytes.clone(),
    };
    let at = chain::link(&lane, &line.head, &item.digest());
    writes.append(line.id, &[(&item, at)], now)?;
    writes.applied(line.id, at.seq)?;
    let row = EntryRow {
        id,
        line: line.id,
        lane,
        seq: at.seq,
        author,
        kind: record.body.kind().to_owned(),
        referral: record.body.referral(id),
        received_at: now,
        record: site.pack(&bytes)?,
    };
    let entry = Entry {
        id,
        site: head.name,
        author,
        record,
    };
    views::keep(writes, &row, &entry)?;
    Ok(id)
}

/// The line of the epoch's lane; begun where the lane of the epoch before ends.
fn line(
    writes: &dyn Writes,
    head: &SiteRow,
    lane: &Lane,
    now: DateTime<Utc>,
) -> Result<LineRow, StorageError> {
    if let Some(line) = writes.lines(lane)?.into_iter().next() {
        return Ok(line);
    }
    let parent = parent(writes, head)?;
    writes.begin_line(&NewLine {
        lane: *lane,
        branch: Branch::MAIN,
        parent,
        from: None,
        start: chain::genesis(lane, parent.as_ref()),
        at: now,
    })
}

fn parent(reads: &dyn Reads, head: &SiteRow) -> Result<Option<Parent>, StorageError> {
    let record = head
        .epoch
        .open(&head.identity)
        .map_err(|_| StorageError::Row { table: "site_head" })?;
    for ancestor in record.ancestors {
        let lane = Lane::Site { epoch: ancestor };
        if let Some(line) = reads.lines(&lane)?.into_iter().next() {
            let Head { seq, hash } = line.head;
            return Ok(Some(Parent { lane, seq, hash }));
        }
    }
    Ok(None)
}
