//! Redo: the same content once more, for its author's own vault.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_protocol::ids::{EpochId, ItemId, Seq};
use handoff_protocol::item::ItemDigest;
use handoff_protocol::receipt::ParkCode;

use super::kind;
use crate::error::Stored;
use crate::lane::LaneRow;
use crate::numbers::{column, seq};
use crate::person::Slot;

/// A content that its author's vault may still lack.
pub(crate) struct RedoRow {
    pub lane: i64,
    pub seq: Seq,
    pub id: ItemId,
    pub redo: Vec<u8>,
    pub context: ItemId,
}

/// What of somebody's is still there, behind a position, oldest first.
pub(crate) fn redo_of(
    tx: &ReadTx<'_>,
    slot: Slot,
    behind: (i64, Seq),
    max: u32,
) -> Stored<Vec<RedoRow>> {
    let params = params![slot.0, behind.0, column(behind.1), max];
    Ok(tx.query_all(include_str!("redo_of.sql"), params, |row| {
        Ok(RedoRow {
            lane: row.get(0)?,
            seq: seq(row.get(1)?),
            id: ItemId::from_bytes(row.get(2)?),
            redo: row.get(3)?,
            context: ItemId::from_bytes(row.get(4)?),
        })
    })?)
}

/// Entries whose redo nobody at the site will ask for again: applied by a
/// receipt of the current epoch, not parked, no attachment missing.
pub(crate) fn finished_redo(
    tx: &ReadTx<'_>,
    slot: Slot,
    lane: &LaneRow,
    epoch: EpochId,
) -> Stored<Vec<ItemId>> {
    let (_, applied) = lane.covered(epoch);
    let params = params![slot.0, lane.key.number, column(applied)];
    Ok(
        tx.query_all(include_str!("finished_redo.sql"), params, |row| {
            row.get(0).map(ItemId::from_bytes)
        })?,
    )
}

/// Entries of somebody's that only their vault and the site can have, and of
/// which the site has not proven in this epoch that it has applied them.
pub(crate) fn unproven(
    tx: &ReadTx<'_>,
    slot: Slot,
    lane: &LaneRow,
    epoch: EpochId,
) -> Stored<Vec<ItemId>> {
    let (_, applied) = lane.covered(epoch);
    let params = params![slot.0, lane.key.number, column(applied)];
    Ok(tx.query_all(include_str!("unproven.sql"), params, |row| {
        row.get(0).map(ItemId::from_bytes)
    })?)
}

/// Erases one; never the content for the site.
pub(crate) fn erase_redo(tx: &WriteTx<'_>, item: ItemId) -> Stored<()> {
    const SQL: &str = "UPDATE journal SET redo = NULL WHERE item = ?1";
    tx.execute(SQL, [item.as_bytes()])?;
    Ok(())
}

/// As [`erase_redo`], if it is this person's.
pub(crate) fn erase_redo_of(tx: &WriteTx<'_>, item: ItemId, slot: Slot) -> Stored<()> {
    tx.execute(
        include_str!("erase_redo_of.sql"),
        params![item.as_bytes(), slot.0],
    )?;
    Ok(())
}

/// An entry of somebody's that the site has and cannot open.
pub(crate) struct UnopenedRow {
    pub redo: RedoRow,
    pub digest: ItemDigest,
}

/// Entries of somebody's whose content was let go here, that a site which was put
/// back has lost too, and that were not sealed again.
pub(crate) fn lost(tx: &ReadTx<'_>, slot: Slot) -> Stored<Vec<(ItemId, ItemDigest)>> {
    let params = params![slot.0, ParkCode::Lost.as_str(), kind::PRUNED];
    Ok(tx.query_all(include_str!("let_go.sql"), params, |row| {
        Ok((ItemId::from_bytes(row.get(0)?), row.get(1)?))
    })?)
}

/// Entries of somebody's that are parked with this code, have redo, and were
/// not sealed again.
pub(crate) fn unopened(tx: &ReadTx<'_>, slot: Slot, code: ParkCode) -> Stored<Vec<UnopenedRow>> {
    let params = params![slot.0, code.as_str()];
    let mut rows = tx.query_all(include_str!("unopened.sql"), params, |row| {
        Ok(UnopenedRow {
            redo: RedoRow {
                lane: row.get(0)?,
                seq: seq(row.get(1)?),
                id: ItemId::from_bytes(row.get(2)?),
                redo: row.get(3)?,
                context: ItemId::from_bytes(row.get(4)?),
            },
            digest: row.get(5)?,
        })
    })?;
    rows.sort_by_key(|row: &UnopenedRow| (row.redo.lane, row.redo.seq));
    Ok(rows)
}
