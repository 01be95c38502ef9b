//! The journal: everything saved on this device, in chained lanes.
//!
//! The head of a lane is its newest row: it is never written down a second
//! time, so nothing can disagree with it.

mod count;
mod redo;
mod row;

pub(crate) use count::{tally, waiting, waiting_items};
pub(crate) use redo::{
    RedoRow, UnopenedRow, erase_redo, erase_redo_of, finished_redo, lost, redo_of, unopened,
    unproven,
};
pub(crate) use row::{JournalRow, kind};

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::Hlc;
use handoff_protocol::chain::{self, ChainHash, Head};
use handoff_protocol::ids::{ItemId, Seq};
use handoff_protocol::item::Item;

use crate::error::{StorageError, Stored};
use crate::lane::{Known, LaneKey, LaneRow};
use crate::numbers::{column, seq};
use crate::person::Slot;
use crate::planted;
use row::columns;

/// An item to append.
pub(crate) struct NewItem<'a> {
    pub item: &'a Item,
    pub redo: Option<&'a [u8]>,
}

/// The end of a lane: what the next row builds on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    pub head: Head,
    pub entries: u64,
}

/// The end of a lane; its genesis while nothing was saved.
pub(crate) fn tail(tx: &ReadTx<'_>, lane: &LaneKey) -> Stored<Tail> {
    let row = tx.query_optional(include_str!("tail.sql"), [lane.number], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, ChainHash>(1)?,
            row.get::<_, i64>(2)?,
        ))
    })?;
    Ok(match row {
        Some((at, hash, entries)) => Tail {
            head: Head { seq: seq(at), hash },
            entries: seq(entries),
        },
        None => Tail {
            head: chain::genesis(&lane.lane, lane.parent.as_ref()),
            entries: 0,
        },
    })
}

/// Appends one item and says where the lane ends now.
pub(crate) fn append(
    tx: &WriteTx<'_>,
    lane: &LaneKey,
    tail: Tail,
    slot: Slot,
    new: &NewItem<'_>,
    saved_at_ms: i64,
    hlc: Hlc,
) -> Stored<Tail> {
    let digest = new.item.digest();
    let head = chain::link(&lane.lane, &tail.head, &digest);
    let (context, of, content) = match new.item {
        Item::Context { bytes, .. } => (None, None, Some(bytes)),
        Item::Entry {
            context, sealed, ..
        } => (Some(context), None, Some(sealed)),
        Item::Resealed {
            context,
            of,
            sealed,
            ..
        } => (Some(context), Some(of), Some(sealed)),
        Item::Placeholder { .. } => (None, None, None),
    };
    let is_entry = matches!(new.item, Item::Entry { .. } | Item::Resealed { .. });
    let entries = tail.entries + u64::from(is_entry);
    tx.execute(
        include_str!("append.sql"),
        params![
            lane.number,
            column(head.seq),
            new.item.id().as_bytes(),
            slot.0,
            new.item.kind(),
            context.map(ItemId::as_bytes),
            of.map(|(id, _)| id.as_bytes()),
            of.map(|(_, digest)| digest),
            digest,
            head.hash,
            column(entries),
            content,
            new.redo,
            saved_at_ms,
            hlc.wall_ms,
            hlc.count
        ],
    )?;
    Ok(Tail { head, entries })
}

/// The chain hash at a position of a lane, if it is held.
pub(crate) fn hash_at(tx: &ReadTx<'_>, lane: &LaneKey, at: Seq) -> Stored<Option<ChainHash>> {
    const SQL: &str = "SELECT hash FROM journal WHERE lane = ?1 AND seq = ?2";
    if at == 0 {
        return Ok(Some(chain::genesis(&lane.lane, lane.parent.as_ref()).hash));
    }
    Ok(tx.query_optional(SQL, params![lane.number, column(at)], |row| row.get(0))?)
}

/// The head before the first of some positions, in their order, whose content
/// is here.
pub(crate) fn before_kept(
    tx: &ReadTx<'_>,
    lane: &LaneKey,
    positions: &[Seq],
) -> Stored<Option<Head>> {
    const SQL: &str = "SELECT 1 FROM journal WHERE lane = ?1 AND seq = ?2 AND sealed IS NOT NULL";
    for &at in positions {
        let kept = tx.query_optional(SQL, params![lane.number, column(at)], |_| Ok(()))?;
        let Some(seq) = at.checked_sub(1).filter(|_| kept.is_some()) else {
            continue;
        };
        return Ok(hash_at(tx, lane, seq)?.map(|hash| Head { seq, hash }));
    }
    Ok(None)
}

/// Where an item stands, by its id.
pub(crate) fn by_item(tx: &ReadTx<'_>, item: ItemId) -> Stored<Option<JournalRow>> {
    tx.query_optional(include_str!("by_item.sql"), [item.as_bytes()], |row| {
        Ok(columns!(row))
    })?
    .map(row::Columns::into_row)
    .transpose()
}

/// Whether the redo of an entry is still here.
pub(crate) fn keeps_redo(tx: &ReadTx<'_>, item: ItemId) -> Stored<bool> {
    const SQL: &str = "SELECT redo IS NOT NULL FROM journal WHERE item = ?1";
    let kept = tx.query_optional(SQL, [item.as_bytes()], |row| row.get(0))?;
    Ok(kept.unwrap_or(false))
}

/// Rows of a lane from a position on.
pub(crate) fn rows(tx: &ReadTx<'_>, number: i64, from: Seq, max: usize) -> Stored<Vec<JournalRow>> {
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    tx.query_all(
        include_str!("rows.sql"),
        params![number, column(from), max],
        |row| Ok(columns!(row)),
    )?
    .into_iter()
    .map(row::Columns::into_row)
    .collect()
}

/// A row by its number in the table: for a journal whose indexes do not read.
pub(crate) fn by_row(tx: &ReadTx<'_>, number: i64) -> Stored<Option<JournalRow>> {
    tx.query_optional(include_str!("by_row.sql"), [number], |row| {
        Ok(columns!(row))
    })?
    .map(row::Columns::into_row)
    .transpose()
}

/// The content and redo of an entry go; its place in the chain stays.
pub(crate) fn elide(tx: &WriteTx<'_>, item: ItemId) -> Stored<()> {
    tx.execute(
        include_str!("elide.sql"),
        params![item.as_bytes(), kind::ELIDED],
    )?;
    Ok(())
}

/// Carries an erasure order out: the content and redo of an entry go, and of
/// what was sealed again for it; their places in the chain stay.
pub(crate) fn erase(tx: &WriteTx<'_>, item: ItemId) -> Stored<u64> {
    let sql = if planted::eviction_spares_journal() {
        planted::ERASE_SPARING_REDO
    } else {
        include_str!("erase.sql")
    };
    let erased = tx.execute(sql, params![item.as_bytes(), kind::ERASED])?;
    if by_item(tx, item)?.is_none() {
        const KEEP: &str = "INSERT INTO erased (item) VALUES (?1) ON CONFLICT DO NOTHING";
        tx.execute(KEEP, [item.as_bytes()])?;
    }
    Ok(erased as u64)
}

/// Items that orders of this epoch have erased and that are in no lane here.
pub(crate) fn erased_elsewhere(tx: &ReadTx<'_>) -> Stored<Vec<ItemId>> {
    const SQL: &str = "SELECT item FROM erased";
    Ok(tx.query_all(SQL, [], |row| row.get(0).map(ItemId::from_bytes))?)
}

/// A new epoch gives its orders again, if it knows of them.
pub(crate) fn forget_erased_elsewhere(tx: &WriteTx<'_>) -> Stored<()> {
    tx.execute("DELETE FROM erased", [])?;
    Ok(())
}

/// Lets the content of entries go that were saved before this, whose redo is
/// not needed any more and at which nobody has to look; their places in the
/// chain stay.
pub(crate) fn prune(
    tx: &WriteTx<'_>,
    number: i64,
    (first, last): (Seq, Seq),
    saved_before_ms: i64,
) -> Stored<()> {
    tx.execute(
        include_str!("prune.sql"),
        params![
            number,
            column(first),
            column(last),
            saved_before_ms,
            kind::PRUNED
        ],
    )?;
    Ok(())
}

/// Entries of somebody's that were taken back or erased. There are few.
pub(crate) fn gone_of(tx: &ReadTx<'_>, slot: Slot) -> Stored<Vec<ItemId>> {
    Ok(tx.query_all(include_str!("gone_of.sql"), [slot.0], |row| {
        row.get(0).map(ItemId::from_bytes)
    })?)
}

/// The newest logical time that was saved here.
pub(crate) fn hlc(tx: &ReadTx<'_>, lanes: &[LaneRow]) -> Stored<Hlc> {
    let mut newest = Hlc::default();
    for lane in lanes {
        let row = tx.query_optional(include_str!("hlc.sql"), [lane.key.number], |row| {
            Ok(Hlc {
                wall_ms: row.get(0)?,
                count: row.get(1)?,
            })
        })?;
        newest = newest.max(row.unwrap_or_default());
    }
    Ok(newest)
}

/// Rows at the end of a lane that are checked whenever the file is opened.
const CHECKED_AT_OPENING: u64 = 64;

/// Whether the end of a lane links, and its contents are what was linked.
pub(crate) fn is_tail_whole(tx: &ReadTx<'_>, row: &LaneRow) -> Stored<bool> {
    let lane = &row.key;
    let tail = tail(tx, lane)?;
    let from = tail.head.seq.saturating_sub(CHECKED_AT_OPENING) + 1;
    let Some(hash) = hash_at(tx, lane, from - 1)? else {
        return Ok(false);
    };
    let mut head = Head {
        seq: from - 1,
        hash,
    };
    let mut last = None;
    for kept in rows(tx, lane.number, from, usize::MAX)? {
        last = Some((kept.id, kept.seq));
        head = chain::link(&lane.lane, &head, &kept.digest);
        let Ok(item) = kept.item() else {
            return Ok(false);
        };
        if head != kept.head() || item.digest() != kept.digest {
            return Ok(false);
        }
    }
    // The index by id reaches as far: it may be of yesterday by itself.
    if let Some((id, seq)) = last
        && by_item(tx, id)?.is_none_or(|found| found.seq != seq)
    {
        return Ok(false);
    }
    let reaches = |known: &Known| known.through.seq <= head.seq;
    Ok(head == tail.head && row.receipt.as_ref().is_none_or(reaches))
}

/// What [`StorageError::Row`] says of this table.
pub(crate) const BAD: StorageError = StorageError::Row { table: "journal" };

#[cfg(test)]
mod tests;
