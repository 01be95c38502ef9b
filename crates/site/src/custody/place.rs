//! Finding the line that a batch continues.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_protocol::batch::VerifiedBatch;
use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::ids::{ItemId, Seq};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::receipt::{Branch, ParkCode};
use handoff_sync::site::Line;

use crate::storage::{LineId, LineRow, NewErasure, NewLine, Reads, StorageError, Writes};

/// A line, with what it holds of a batch's positions.
pub(super) type Placed = (Option<LineRow>, Line);

/// The line that shares most with a batch, with what it holds from the batch's
/// first position on. The row is absent for a lane of which nothing is held.
/// `None`: the site lacks what comes before.
pub(super) fn place(
    reads: &dyn Reads,
    lines: &[LineRow],
    batch: &VerifiedBatch,
) -> Result<Option<Placed>, StorageError> {
    let head = &batch.head;
    let before = Head {
        seq: head.first - 1,
        hash: head.before,
    };
    if lines.is_empty() {
        let line = Line {
            branch: Branch::MAIN,
            head: before,
            held: Vec::new(),
        };
        return Ok((before.seq == 0).then_some((None, line)));
    }
    // In the ordinary case the batch goes on where a line ends.
    if let Some(row) = lines.iter().find(|line| line.head == before) {
        return Ok(Some((Some(row.clone()), held(row, Vec::new()))));
    }
    let mut best: Option<(usize, Placed)> = None;
    for row in lines {
        let hashes = path(reads, row, before.seq, head.through.seq)?;
        let Some((first, hashes)) = hashes.split_first() else {
            continue;
        };
        // Another beginning of the same lane is a fork at its first item.
        if *first != before.hash && before.seq != 0 {
            continue;
        }
        let shared = hashes
            .iter()
            .zip(&batch.items)
            .take_while(|(held, (_, at))| **held == at.hash)
            .count();
        let rank = 2 * shared + usize::from(*first == before.hash);
        if best.as_ref().is_none_or(|(known, _)| rank > *known) {
            let line = held(row, hashes.to_vec());
            best = Some((rank, (Some(row.clone()), line)));
        }
    }
    Ok(best.map(|(_, placed)| placed))
}

fn held(row: &LineRow, held: Vec<ChainHash>) -> Line {
    Line {
        branch: row.branch,
        head: row.head,
        held,
    }
}

/// Chain hashes along a line, through what it branched from: those of the
/// positions `from..=through` as far as they are held. Position 0 is the hash
/// before the lane's first item. Empty when the line does not reach `from`.
pub(crate) fn path(
    reads: &dyn Reads,
    line: &LineRow,
    from: Seq,
    through: Seq,
) -> Result<Vec<ChainHash>, StorageError> {
    let through = through.min(line.head.seq);
    if from > through {
        return Ok(Vec::new());
    }
    let mut hashes = Vec::new();
    if from <= line.from_seq {
        match line.from.filter(|_| line.from_seq > 0) {
            Some(parent) => {
                let parent = reads
                    .line(parent)?
                    .ok_or(StorageError::Absent { table: "line" })?;
                hashes = path(reads, &parent, from, through.min(line.from_seq))?;
            }
            None => hashes.push(line.start_hash),
        }
    }
    let own = reads.hashes(line.id, from.max(line.from_seq + 1), through)?;
    hashes.extend(own.into_iter().map(|(_, hash)| hash));
    Ok(hashes)
}

/// A line that begins at item `from` of a batch.
pub(super) fn new_line(
    batch: &VerifiedBatch,
    branch: Branch,
    leaves: Option<LineId>,
    from: usize,
    at: DateTime<Utc>,
) -> NewLine {
    let head = &batch.head;
    let start = match from.checked_sub(1).and_then(|last| batch.items.get(last)) {
        Some((_, head)) => *head,
        None => Head {
            seq: head.first - 1,
            hash: head.before,
        },
    };
    NewLine {
        lane: head.lane,
        branch,
        parent: head.parent,
        from: leaves,
        start,
        at,
    }
}

/// A content that arrives for a place where only a placeholder was held is
/// kept: its digest is the one that the chain links. The place may lie on what
/// the line branched from. Where it was judged already, as a place without
/// content, it is parked until it is judged again.
pub(super) fn keep_bodies(
    writes: &dyn Writes,
    line: LineId,
    batch: &VerifiedBatch,
    at: DateTime<Utc>,
) -> Result<(), StorageError> {
    let Some((_, first)) = batch.items.first() else {
        return Ok(());
    };
    let mut through = batch.head.through.seq;
    let mut on = writes.line(line)?;
    while let Some(row) = on {
        for seq in writes.placeholders(row.id, first.seq, through)? {
            let brought = batch.items.iter().find(|(_, head)| head.seq == seq);
            if let Some((item, _)) = brought
                && !matches!(item, Item::Placeholder { .. })
                && writes.erasure(item.id())?.is_none()
            {
                writes.keep_body(row.id, seq, item)?;
                if seq <= row.applied_through {
                    writes.park(row.id, seq, ParkCode::CannotOpen, at)?;
                }
                writes.ask_to_judge()?;
            }
        }
        through = through.min(row.from_seq);
        on = match row.from {
            Some(parent) if through >= first.seq => writes.line(parent)?,
            _ => None,
        };
    }
    Ok(())
}

/// Placeholders for items of a batch whose content was erased by an order. Their
/// device is told to erase them too, if it was not known before, and once more
/// if it brings a content though it has acknowledged the order (`erased_through`):
/// a form that was begun before is saved under the ids that it had then.
///
/// An order that this database does not know was given before it was put back.
/// What it took is kept as if its author had taken it back: another copy of the
/// device that has the content brings it, and it is judged by what is known here.
pub(super) fn erased(
    writes: &dyn Writes,
    batch: &VerifiedBatch,
    erased_through: u64,
    at: DateTime<Utc>,
) -> Result<BTreeMap<ItemId, Item>, StorageError> {
    let ids: Vec<ItemId> = batch.items.iter().map(|(item, _)| item.id()).collect();
    let mut placeholders = BTreeMap::new();
    for (item, _) in &batch.items {
        if item.gone() == Some(Gone::Erased) {
            placeholders.insert(item.id(), item.clone().into_placeholder(Gone::Elided));
        }
    }
    for id in writes.erased_among(&ids)? {
        let brought = batch.items.iter().find(|(item, _)| item.id() == id);
        let (Some((item, _)), Some(order)) = (brought, writes.erasure(id)?) else {
            continue;
        };
        if matches!(item, Item::Context { .. }) {
            continue;
        }
        writes.order_erasure(&NewErasure {
            item: id,
            device: batch.head.lane.device(),
            reason: order.reason,
            by: order.by,
            at,
        })?;
        if item.gone().is_none() && order.position <= erased_through {
            writes.order_again(id)?;
        }
        placeholders.insert(id, item.clone().into_placeholder(Gone::Erased));
    }
    Ok(placeholders)
}

/// What an item counts against a device's cap.
pub(super) fn weight(item: &Item) -> u64 {
    match item {
        Item::Context { bytes, .. } => bytes.len() as u64,
        Item::Entry { sealed, .. } | Item::Resealed { sealed, .. } => sealed.len() as u64,
        Item::Placeholder { .. } => 0,
    }
}

/// The row of whatever line a position of a lane lies on.
pub(crate) fn owner(reads: &dyn Reads, line: &LineRow, seq: Seq) -> Result<LineRow, StorageError> {
    let mut at = line.clone();
    while seq <= at.from_seq {
        let Some(parent) = at.from else { break };
        at = reads
            .line(parent)?
            .ok_or(StorageError::Absent { table: "line" })?;
    }
    Ok(at)
}
