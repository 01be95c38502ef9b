//! Applying: opening what is in custody, judging it, folding it.
//!
//! **What.** One applier per site (a lease row says which) works behind
//! custody: each item after a line's `applied_through` is opened and judged
//! ([`judge`]), then kept and folded into views and feeds ([`views`]), or parked
//! with a code.
//!
//! **Why.** Custody must never wait for, or depend on, what an entry says. One
//! bad entry never blocks its lane.
//!
//! **How data moves through.** Items are opened and judged against a view of
//! one moment; then one transaction keeps what was judged, gives positions, and
//! moves `applied_through`, while the next items of a long queue are opened.
//! What is parked is judged again at every start and whenever a key, a
//! certificate or the roster changes.
//!
//! **What it does not do.** It takes nothing out of custody, whatever it finds.
//!
//! **Where decided.** `docs/adr/0004-custody-apart-from-validity.md`.

mod judge;
mod open;
pub(crate) mod views;

pub use open::Opener;

use std::collections::VecDeque;
use std::panic::resume_unwind;

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{AttachmentAddress, Body, Entry, Record};
use handoff_protocol::ids::{ItemId, Seq};
use handoff_protocol::receipt::ParkCode;

use crate::control_log::ControlEvent;
use crate::planted;
use crate::site::Site;
use crate::storage::{
    EntryRow, ErasureRow, HeldItem, LineId, LineRow, NamedAttachment, NewErasure, ParkedRow,
    StorageError, Writes,
};

/// Items of one transaction.
const CHUNK: usize = 250;
/// How long the one applier may be silent before another takes over.
const LEASE: TimeDelta = TimeDelta::seconds(10);

/// What became of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Items that were judged.
    pub judged: usize,
    /// Another process applies.
    pub is_elsewhere: bool,
}

/// What an item amounts to.
#[derive(Debug)]
enum Verdict {
    /// Nothing to keep: a context, or a place whose content is gone.
    Nothing,
    /// An entry.
    Keep(Box<Kept>),
    /// A person has to look.
    Park(ParkCode),
    /// One more entry of something that this order has erased.
    Erase {
        order: ErasureRow,
        /// The attachment that it names.
        named: Option<AttachmentAddress>,
        /// The places of what it was sealed again for.
        stands_for: Vec<(LineId, Seq)>,
    },
}

impl Verdict {
    /// The places of what the item was sealed again for.
    fn stands_for(&self) -> &[(LineId, Seq)] {
        match self {
            Self::Keep(kept) => &kept.stands_for,
            Self::Erase { stands_for, .. } => stands_for,
            Self::Nothing | Self::Park(_) => &[],
        }
    }
}

/// An entry that may be kept.
#[derive(Debug)]
struct Kept {
    row: EntryRow,
    entry: Entry,
    /// The places of what it was sealed again for.
    stands_for: Vec<(LineId, Seq)>,
}

/// A judged item.
#[derive(Debug)]
struct Judged {
    line: LineId,
    seq: Seq,
    verdict: Verdict,
}

/// Judged items of one line, and the line as it is behind them.
#[derive(Debug)]
struct Chunk {
    line: LineRow,
    judged: Vec<Judged>,
}

impl Chunk {
    /// A planted bug: ends in front of the first item that is parked.
    fn end_at_parked(&mut self) -> bool {
        let parks = |judged: &Judged| matches!(judged.verdict, Verdict::Park(_));
        let Some(at) = self.judged.iter().position(parks) else {
            return false;
        };
        self.line.applied_through -= (self.judged.len() - at) as Seq;
        self.judged.truncate(at);
        true
    }
}

impl Site {
    /// Applies everything that is in custody and not applied, and judges
    /// again what is parked when something changed. `opener` keeps opened
    /// contexts between runs; it names the applier.
    ///
    /// # Errors
    /// [`StorageError`]; custody stands, and the next run goes on.
    pub fn apply(&self, opener: &mut Opener) -> Result<Applied, StorageError> {
        let mut applied = Applied::default();
        loop {
            let mut lines = VecDeque::from(self.storage.reading(|reads| reads.unapplied())?);
            if lines.is_empty() {
                break;
            }
            let mut ready = self.judge_chunk(opener, &mut lines)?;
            while let Some(mut chunk) = ready {
                if planted::poison_blocks_lane() && chunk.end_at_parked() {
                    self.keep_chunk(*opener.holder(), chunk)?;
                    return Ok(applied);
                }
                let count = chunk.judged.len();
                let (kept, next) = self.keep_beside(opener, chunk, &mut lines);
                if !kept? {
                    applied.is_elsewhere = true;
                    return Ok(applied);
                }
                applied.judged += count;
                self.wake.ring();
                ready = next?;
            }
        }
        applied.is_elsewhere = !self.judge_again(opener, Again::IfAsked)?;
        Ok(applied)
    }

    /// Opens and judges the next items of the first of these lines, which then
    /// stands behind the others.
    fn judge_chunk(
        &self,
        opener: &mut Opener,
        lines: &mut VecDeque<LineRow>,
    ) -> Result<Option<Chunk>, StorageError> {
        let Some(mut line) = lines.pop_front() else {
            return Ok(None);
        };
        let from = line.applied_through + 1;
        let items = self
            .storage
            .reading(|reads| reads.items(line.id, from, CHUNK))?;
        let Some(through) = items.last().map(|item| item.seq) else {
            // The line's head is beyond what is held of it.
            return Err(StorageError::Absent { table: "item" });
        };
        let judged = self.judge_items(opener, &line, items)?;
        line.applied_through = through;
        if through < line.head.seq {
            lines.push_back(line.clone());
        }
        Ok(Some(Chunk { line, judged }))
    }

    /// Keeps a chunk, and judges the next. Behind a long queue both at once: a
    /// site has a second processor.
    fn keep_beside(
        &self,
        opener: &mut Opener,
        chunk: Chunk,
        lines: &mut VecDeque<LineRow>,
    ) -> (
        Result<bool, StorageError>,
        Result<Option<Chunk>, StorageError>,
    ) {
        let holder = *opener.holder();
        if chunk.judged.len() < CHUNK || lines.is_empty() {
            let kept = self.keep_chunk(holder, chunk);
            let next = match kept {
                Ok(true) => self.judge_chunk(opener, lines),
                Ok(false) | Err(_) => Ok(None),
            };
            return (kept, next);
        }
        std::thread::scope(|scope| {
            let next = scope.spawn(|| self.judge_chunk(opener, lines));
            let kept = self.keep_chunk(holder, chunk);
            let next = next.join();
            (kept, next.unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }

    fn keep_chunk(&self, holder: [u8; 16], chunk: Chunk) -> Result<bool, StorageError> {
        self.keep_judged(holder, chunk.judged, Some(&chunk.line), None)
    }

    /// Judges everything that is parked once more. At every start: the program
    /// may be a newer one.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn judge_parked(&self, opener: &mut Opener) -> Result<(), StorageError> {
        self.judge_again(opener, Again::Anyway).map(|_| ())
    }

    /// Empties the views and sets all of them again from the entries that are
    /// kept.
    ///
    /// # Errors
    /// [`StorageError`]; the views are then as they were.
    pub fn rebuild_views(&self) -> Result<(), StorageError> {
        self.storage.writing(|writes| views::rebuild(writes))
    }

    fn judge_again(&self, opener: &mut Opener, again: Again) -> Result<bool, StorageError> {
        let (site, parked) = self
            .storage
            .reading(|reads| Ok::<_, StorageError>((reads.site()?, reads.parked()?)))?;
        if again == Again::IfAsked && site.judge_round == site.judged_round {
            return Ok(true);
        }
        let mut chunks = parked.chunks(CHUNK).peekable();
        if chunks.peek().is_none() && site.judge_round == site.judged_round {
            return Ok(true);
        }
        for rows in chunks {
            let judged = self.judge_rows(opener, rows)?;
            if !self.keep_judged(*opener.holder(), judged, None, None)? {
                return Ok(false);
            }
        }
        let round = Some(site.judge_round);
        let is_ours = self.keep_judged(*opener.holder(), Vec::new(), None, round)?;
        self.wake.ring();
        Ok(is_ours)
    }

    fn judge_rows(
        &self,
        opener: &mut Opener,
        rows: &[ParkedRow],
    ) -> Result<Vec<Judged>, StorageError> {
        let mut judged = Vec::new();
        for row in rows {
            let found = self.storage.reading(|reads| {
                Ok::<_, StorageError>((reads.line(row.line)?, reads.item(row.line, row.seq)?))
            })?;
            if let (Some(line), Some(item)) = found {
                judged.extend(self.judge_items(opener, &line, vec![item])?);
            }
        }
        Ok(judged)
    }

    fn judge_items(
        &self,
        opener: &mut Opener,
        line: &LineRow,
        items: Vec<HeldItem>,
    ) -> Result<Vec<Judged>, StorageError> {
        self.storage.reading(|reads| {
            let bench = judge::Bench::of(self, reads)?;
            items
                .into_iter()
                .map(|item| {
                    Ok(Judged {
                        line: line.id,
                        seq: item.seq,
                        verdict: contained(|| bench.judge(opener, line, &item))?
                            .unwrap_or(Verdict::Park(ParkCode::Other)),
                    })
                })
                .collect()
        })
    }

    /// Keeps what was judged, in one transaction, with how far a line now is;
    /// false when another process applies.
    fn keep_judged(
        &self,
        holder: [u8; 16],
        judged: Vec<Judged>,
        line: Option<&LineRow>,
        round: Option<u64>,
    ) -> Result<bool, StorageError> {
        let keep_all = |each: Each| self.keep_each(holder, &judged, line, round, each);
        match contained(|| keep_all(Each::Together)) {
            Ok(Some(is_ours)) => Ok(is_ours),
            Err(error) if error.is_transient() || error.is_damage() => Err(error),
            // One of them does not go through: find it, and keep the others.
            // Savepoints for all would make the ordinary case many times slower.
            Ok(None) | Err(_) => keep_all(Each::ByItself),
        }
    }

    fn keep_each(
        &self,
        holder: [u8; 16],
        judged: &[Judged],
        line: Option<&LineRow>,
        round: Option<u64>,
        each: Each,
    ) -> Result<bool, StorageError> {
        let now = self.host.now();
        self.storage.writing(|writes| {
            if let Some(line) = line {
                writes.lock_lane(&line.lane)?;
            }
            for (line, _) in judged.iter().flat_map(|judged| judged.verdict.stands_for()) {
                if let Some(line) = writes.line(*line)? {
                    writes.lock_lane(&line.lane)?;
                }
            }
            writes.lock_head()?;
            if !writes.lease_applier(&holder, now, now + LEASE)? {
                return Ok(false);
            }
            for judged in judged {
                keep(self, writes, judged, each, now)?;
            }
            if let Some(line) = line {
                writes.applied(line.id, line.applied_through)?;
            }
            if let Some(round) = round {
                writes.judged(round)?;
            }
            Ok(true)
        })
    }
}

/// How the entries of a chunk are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Each {
    /// All or none.
    Together,
    /// Each behind a savepoint: what does not go through is parked.
    ByItself,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    IfAsked,
    Anyway,
}

/// A program error over one entry parks that entry (`None`) and stops nothing.
fn contained<T>(work: impl FnOnce() -> Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(done) => done.map(Some),
        Err(_) => {
            tracing::error!("a program error over one entry: it is parked");
            Ok(None)
        }
    }
}

fn keep(
    site: &Site,
    writes: &dyn Writes,
    judged: &Judged,
    each: Each,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let code = match &judged.verdict {
        Verdict::Nothing => None,
        Verdict::Park(code) => Some(*code),
        Verdict::Keep(kept) => match erased_since(writes, &kept.row)? {
            Some(order) => {
                let named = attachment_of(&kept.entry.record);
                erase_late(site, writes, judged, named, &order, now)?;
                Some(ParkCode::Erased)
            }
            None => keep_opened(writes, judged, kept, each)?,
        },
        Verdict::Erase { order, named, .. } => {
            erase_late(site, writes, judged, *named, order, now)?;
            Some(ParkCode::Erased)
        }
    };
    match code {
        Some(_) if planted::parked_dropped() => Ok(()),
        Some(code) => writes.park(judged.line, judged.seq, code, now),
        None => writes.unpark(judged.line, judged.seq),
    }
}

fn keep_opened(
    writes: &dyn Writes,
    judged: &Judged,
    kept: &Kept,
    each: Each,
) -> Result<Option<ParkCode>, StorageError> {
    let code = keep_entry(writes, &kept.row, &kept.entry, each)?;
    if code.is_none() {
        // It is read now, under another key.
        for (line, seq) in &kept.stands_for {
            writes.unpark(*line, *seq)?;
        }
        // It may stand in several places: none of them is received without it.
        for place in kept.stands_for.iter().chain([&(judged.line, judged.seq)]) {
            name_attachment(writes, &kept.entry, *place)?;
        }
    }
    Ok(code)
}

/// Keeps which attachment an entry names.
fn name_attachment(
    writes: &dyn Writes,
    entry: &Entry,
    (line, seq): (LineId, Seq),
) -> Result<(), StorageError> {
    let Body::AttachmentAdded(added) = &entry.record.body else {
        return Ok(());
    };
    let absent = StorageError::Absent { table: "line" };
    let Some(device) = writes.line(line)?.ok_or(absent)?.lane.device() else {
        return Ok(());
    };
    writes.name_attachment(&NamedAttachment {
        line,
        seq,
        entry: entry.id,
        device,
        address: added.address,
        total: added.sealed_len,
    })
}

fn attachment_of(record: &Record) -> Option<AttachmentAddress> {
    match &record.body {
        Body::AttachmentAdded(added) => Some(added.address),
        _ => None,
    }
}

/// The order that has erased an entry, or its referral, since it was judged.
fn erased_since(writes: &dyn Writes, row: &EntryRow) -> Result<Option<ErasureRow>, StorageError> {
    if !writes.has_erasures()? {
        return Ok(None);
    }
    let own = writes.erasure(ItemId(row.id.0))?;
    match row.referral.filter(|_| own.is_none()) {
        Some(referral) => writes.erasure(ItemId(referral.0)),
        None => Ok(own),
    }
}

/// What comes in of a referral after it was erased goes the same way, and what it
/// was sealed again for with it.
fn erase_late(
    site: &Site,
    writes: &dyn Writes,
    judged: &Judged,
    named: Option<AttachmentAddress>,
    order: &ErasureRow,
    now: DateTime<Utc>,
) -> Result<(), StorageError> {
    let here = (judged.line, judged.seq);
    let first = judged.verdict.stands_for();
    for (line, seq) in first.iter().copied().chain([here]) {
        let absent = StorageError::Absent { table: "item" };
        let item = writes.item(line, seq)?.ok_or(absent)?.item.id();
        let absent = StorageError::Absent { table: "line" };
        let device = writes.line(line)?.ok_or(absent)?.lane.device();
        // A database that is put back may never read what it is about again: the
        // device that has it is told all the same.
        let event = ControlEvent::Erased {
            item,
            device,
            reason: order.reason,
            by: order.by,
        };
        site.log_control(now, event)?;
        writes.order_erasure(&NewErasure {
            item,
            device,
            reason: order.reason,
            by: order.by,
            at: now,
        })?;
        writes.erase_item(line, seq)?;
        if let (Some(device), Some(address)) = (device, named)
            && !writes.is_attachment_named(device, address)?
        {
            writes.drop_attachment(device, address)?;
        }
        if (line, seq) != here {
            writes.park(line, seq, ParkCode::Erased, now)?;
        }
    }
    Ok(())
}

fn keep_entry(
    writes: &dyn Writes,
    row: &EntryRow,
    entry: &Entry,
    each: Each,
) -> Result<Option<ParkCode>, StorageError> {
    if let Some(held) = writes.entry(row.id)? {
        // The same entry came on another way: a reply was lost and the device
        // goes on in a new lane.
        let is_same = held.author == row.author && views::is_same(&held.record, &row.record);
        return Ok((!is_same).then_some(ParkCode::IdTaken));
    }
    if each == Each::Together {
        return views::keep(writes, row, entry).map(|()| None);
    }
    match contained(|| writes.part(|writes| views::keep(writes, row, entry))) {
        Ok(Some(())) => Ok(None),
        Ok(None) => Ok(Some(ParkCode::Other)),
        Err(error) if error.is_transient() || error.is_damage() => Err(error),
        Err(_) => {
            tracing::error!(entry = %row.id, "an entry could not be folded");
            Ok(Some(ParkCode::Other))
        }
    }
}

#[cfg(test)]
mod tests;
