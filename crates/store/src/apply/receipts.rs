//! Receipts: judged against this device's own hashes, and kept.

use std::collections::BTreeSet;

use handoff_cipherdb::WriteTx;
use handoff_domain::EntryId;
use handoff_protocol::ids::Seq;
use handoff_protocol::receipt::{Branch, Receipt};
use handoff_sync::ReceiptRefused;
use handoff_sync::standing::{Own, judge};

use super::verify::Verified;
use super::{Applied, Ignored, ReceiptProblem};
use crate::attachment;
use crate::device::Me;
use crate::error::Stored;
use crate::journal;
use crate::lane::{self, LaneRow};
use crate::lives::Outlived;
use crate::planted;

/// Judges receipts whose signature was verified. One that proves nothing
/// changes nothing and is named.
pub(super) fn take(
    tx: &WriteTx<'_>,
    me: &Me,
    verified: &Verified<'_>,
    applied: &mut Applied,
) -> Stored<()> {
    for (signed, receipt) in &verified.receipts {
        let Some(before) = lane::by_lane(tx, &receipt.lane)? else {
            applied.ignored.push(Ignored::Receipt {
                lane: Some(receipt.lane),
                why: ReceiptProblem::UnknownLane,
            });
            continue;
        };
        let known = before.coverage(receipt.branch);
        let (number, through) = (before.key.number, receipt.through.seq);
        let attached = attachment::positions(tx, number, receipt.applied_through, through)?;
        let own = Own {
            site: me.pin,
            device: me.device,
            lane: before.key.lane,
            head: journal::tail(tx, &before.key)?.head,
            hash_at_through: journal::hash_at(tx, &before.key, receipt.through.seq)?,
            epoch: verified.epoch,
            before_kept: journal::before_kept(tx, &before.key, &receipt.without_content())?,
            attached: &attached,
            before: known.as_ref(),
        };
        let coverage = match judge(own, receipt) {
            Ok(coverage) => coverage,
            Err(refused) => {
                if refused.is_of_a_copy() && is_current(tx, &before)? {
                    let why = match refused {
                        ReceiptRefused::Beyond(_) => Outlived::Behind,
                        _ => Outlived::Forked,
                    };
                    applied.outlived = Some((receipt.lane, why));
                }
                applied.ignored.push(Ignored::Receipt {
                    lane: Some(receipt.lane),
                    why: refused.into(),
                });
                continue;
            }
        };
        let (covered, _) = before.covered(verified.epoch);
        if known.is_none() && receipt.through.seq < covered {
            // Another branch that shares a beginning with this line.
            applied.ignored.push(Ignored::Receipt {
                lane: Some(receipt.lane),
                why: ReceiptRefused::Older.into(),
            });
            continue;
        }
        let had = journal::tally(tx, &before, verified.epoch)?;
        let was_parked = parked_before(tx, &before, covered)?;
        lane::set_receipt(tx, before.key.number, signed, receipt.branch, &coverage)?;
        let after = lane::by_number(tx, before.key.number)?;
        let has = journal::tally(tx, &after, verified.epoch)?;
        applied.restarted |= coverage.through.seq < covered;
        applied.received += has.received.saturating_sub(had.received);
        newly_parked(tx, &after, receipt, &was_parked, applied)?;
        if receipt.branch != Branch::MAIN && is_current(tx, &after)? {
            applied.outlived = Some((receipt.lane, Outlived::Forked));
        }
    }
    Ok(())
}

/// Whether saves go to this lane.
fn is_current(tx: &WriteTx<'_>, lane: &LaneRow) -> Stored<bool> {
    if planted::fork_unnoticed() {
        return Ok(false);
    }
    let current = lane::current(tx)?;
    Ok(current.is_some_and(|current| current.key.number == lane.key.number))
}

fn parked_before(tx: &WriteTx<'_>, lane: &LaneRow, covered: Seq) -> Stored<BTreeSet<Seq>> {
    if covered == 0 {
        return Ok(BTreeSet::new());
    }
    let parked = lane::parked(tx, lane.key.number)?;
    Ok(parked.into_iter().map(|(seq, _)| seq).collect())
}

fn newly_parked(
    tx: &WriteTx<'_>,
    lane: &LaneRow,
    receipt: &Receipt,
    before: &BTreeSet<Seq>,
    applied: &mut Applied,
) -> Stored<()> {
    for (seq, code) in &receipt.parked {
        if before.contains(seq) {
            continue;
        }
        let rows = journal::rows(tx, lane.key.number, *seq, 1)?;
        if let Some(row) = rows
            .first()
            .filter(|row| row.seq == *seq && row.is_live_entry())
        {
            applied.parked.push((EntryId(row.id.0), *code));
        }
    }
    Ok(())
}
