//! How many entries wait and how many have arrived, without reading history.
//!
//! Each row carries the number of entries of its lane up to itself, so that a
//! queue is the difference of two rows, less what was taken back.

use handoff_cipherdb::{ReadTx, params};
use handoff_protocol::ids::{EpochId, Seq};

use super::row::{JournalRow, columns};
use crate::error::Stored;
use crate::lane::{self, LaneRow};
use crate::numbers::{column, seq};
use crate::person::Slot;

/// The entries of one lane, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Saved here and not yet proved to be at the site.
    pub waiting: u64,
    /// At the site, by a receipt of the current epoch.
    pub received: u64,
    /// At the site, and a person has to look.
    pub parked: u64,
}

pub(crate) fn tally(tx: &ReadTx<'_>, lane: &LaneRow, epoch: EpochId) -> Stored<Tally> {
    let (covered, _) = lane.covered(epoch);
    let head = super::tail(tx, &lane.key)?;
    let there = entries_through(tx, lane.key.number, covered)?;
    let gone = |from, to| gone_between(tx, lane.key.number, from, to);
    let (parked, missing) = if covered > 0 {
        (
            lane::parked_entries(tx, lane.key.number)?,
            lane::blobs_missing(tx, lane.key.number)?,
        )
    } else {
        (0, 0)
    };
    let waiting = head.entries.saturating_sub(there);
    Ok(Tally {
        waiting: waiting.saturating_sub(gone(covered, head.head.seq)?) + missing,
        received: there
            .saturating_sub(gone(0, covered)?)
            .saturating_sub(parked + missing),
        parked,
    })
}

fn entries_through(tx: &ReadTx<'_>, number: i64, through: Seq) -> Stored<u64> {
    const SQL: &str = "SELECT entries FROM journal WHERE lane = ?1 AND seq = ?2";
    let entries: Option<i64> =
        tx.query_optional(SQL, params![number, column(through)], |row| row.get(0))?;
    Ok(entries.map_or(0, seq))
}

fn gone_between(tx: &ReadTx<'_>, number: i64, behind: Seq, through: Seq) -> Stored<u64> {
    let count: i64 = tx.query_one(
        include_str!("gone_between.sql"),
        params![number, column(behind), column(through)],
        |row| row.get(0),
    )?;
    Ok(seq(count))
}

/// Waiting entries of a lane: somebody's, or everybody's but theirs.
pub(crate) fn waiting(
    tx: &ReadTx<'_>,
    lane: &LaneRow,
    epoch: EpochId,
    slot: Slot,
    of_others: bool,
) -> Stored<u64> {
    let (covered, _) = lane.covered(epoch);
    let count: i64 = tx.query_one(
        include_str!("waiting.sql"),
        params![lane.key.number, column(covered), slot.0, of_others],
        |row| row.get(0),
    )?;
    Ok(seq(count))
}

/// The oldest waiting entries of a lane: those that the site has without all that
/// they name, then those that it has not.
pub(crate) fn waiting_items(
    tx: &ReadTx<'_>,
    lane: &LaneRow,
    epoch: EpochId,
    max: usize,
) -> Stored<Vec<JournalRow>> {
    const INCOMPLETE: &str = include_str!("incomplete_items.sql");
    const BEHIND: &str = include_str!("waiting_items.sql");
    let (covered, _) = lane.covered(epoch);
    let mut rows = Vec::new();
    for sql in [INCOMPLETE, BEHIND] {
        let left = i64::try_from(max - rows.len()).unwrap_or(i64::MAX);
        let params = params![lane.key.number, column(covered), left];
        let more = tx.query_all(sql, params, |row| Ok(columns!(row)))?;
        for row in more {
            rows.push(row.into_row()?);
        }
    }
    Ok(rows)
}
