//! The board of devices: how each of them is doing, in numbers.
//!
//! No name of a person and nothing about one: an administrator sees which
//! device has not been heard of, what waits on it, since when, whether two
//! copies of it are at work, and what it has not yet let go of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_protocol::ids::DeviceId;

use crate::people::{self, PersonError};
use crate::site::Site;
use crate::storage::{
    AlarmCode, AlarmRow, DeviceRow, DeviceStateRow, FeedReaderRow, PersonRow, Reads, Scope,
    SiteRow, StorageError,
};

/// Erasure orders that are counted at most.
const COUNTED: usize = 10_000;

/// How many machines seem to be this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// One, as far as anybody has seen.
    One,
    /// It went on from an earlier copy of its files: an image was put back, or
    /// its disk was cloned.
    PutBack,
    /// Two copies both go on: two machines have the same key.
    TwoAtWork,
}

impl Copies {
    /// The word that scripts see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::PutBack => "put_back",
            Self::TwoAtWork => "two_at_work",
        }
    }
}

/// How a device is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceOnBoard {
    /// The device.
    pub row: DeviceRow,
    /// What it last said of itself.
    pub state: Option<DeviceStateRow>,
    /// Entries that it had and this site did not, when it last asked.
    pub waiting: Option<u64>,
    /// When the oldest of them was saved, to the minute, by its own clock.
    pub oldest_waiting_at: Option<DateTime<Utc>>,
    /// Lives of its journal that this site has seen.
    pub lanes: usize,
    /// Branches of them.
    pub branches: usize,
    /// How many machines it seems to be.
    pub copies: Copies,
    /// Since when somebody should look at that.
    pub copies_since: Option<DateTime<Utc>>,
    /// Items of it that are parked.
    pub parked: usize,
    /// Erasure orders that it has not carried out.
    pub erasures_pending: usize,
    /// People whose vault on it holds more than they may have now.
    pub evictions_pending: usize,
}

impl Site {
    /// The devices, in the order in which they came.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn board(&self) -> Result<Vec<DeviceOnBoard>, StorageError> {
        self.storage.reading(|reads| {
            let site = reads.site()?;
            let alarms = reads.alarms()?;
            let people = reads.people()?;
            let readers = reads.feed_readers()?;
            let mut parked: BTreeMap<_, usize> = BTreeMap::new();
            for row in reads.parked()? {
                *parked.entry(row.line).or_default() += 1;
            }
            let mut board = Vec::new();
            for row in reads.devices()? {
                let lines = reads.lines_of(row.device)?;
                let state = reads.device_state(row.device)?;
                let is_here = state.as_ref().is_some_and(|state| state.missing == 0);
                let done = state.as_ref().map_or(0, |state| state.erased_through);
                let lanes = lines.iter().filter(|line| line.from.is_none()).count();
                let (copies, copies_since) = copies(&alarms, row.device, lanes);
                let mut evictions_pending = 0;
                for reader in readers.iter().filter(|reader| reader.device == row.device) {
                    let holds = holds_too_much(reads, &site, &people, &row, reader)?;
                    evictions_pending += usize::from(holds);
                }
                let mut incomplete = 0;
                for line in &lines {
                    incomplete += reads.attachments_missing(line.id)?.len() as u64;
                }
                board.push(DeviceOnBoard {
                    // What was reported has come since, but for what is attached.
                    waiting: state
                        .as_ref()
                        .map(|state| if is_here { incomplete } else { state.waiting }),
                    oldest_waiting_at: state
                        .as_ref()
                        .filter(|_| !is_here)
                        .and_then(|state| state.oldest_minute)
                        .and_then(|minute| DateTime::from_timestamp(minute.checked_mul(60)?, 0)),
                    lanes,
                    branches: lines.len() - lanes,
                    copies,
                    copies_since,
                    parked: lines.iter().filter_map(|line| parked.get(&line.id)).sum(),
                    erasures_pending: reads.erasures_for(row.device, done, COUNTED)?.len(),
                    evictions_pending,
                    state,
                    row,
                });
            }
            Ok(board)
        })
    }

    /// Somebody who may says that they have seen to the copies of a device:
    /// the alarms about it are settled. False when there were none.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed.
    pub fn settle_copies(&self, device: DeviceId, by: &str) -> Result<bool, PersonError> {
        self.storage.writing(|writes| {
            people::administrator(writes, by)?;
            if writes.device(device)?.is_none() {
                return Err(StorageError::Absent { table: "device" }.into());
            }
            Ok(writes.settle_alarms_of(device)? > 0)
        })
    }
}

fn copies(alarms: &[AlarmRow], device: DeviceId, lanes: usize) -> (Copies, Option<DateTime<Utc>>) {
    let since = |code| {
        let about = |alarm: &&AlarmRow| alarm.code == code && alarm.device == Some(device);
        alarms.iter().find(about).map(|alarm| alarm.raised_at)
    };
    if let Some(at) = since(AlarmCode::TwoCopies) {
        return (Copies::TwoAtWork, Some(at));
    }
    match since(AlarmCode::Forked) {
        Some(at) => (Copies::PutBack, Some(at)),
        None if lanes > 1 => (Copies::PutBack, None),
        None => (Copies::One, None),
    }
}

/// Whether a vault has not yet said that it let go of what its reader may no
/// longer hold.
fn holds_too_much(
    reads: &dyn Reads,
    site: &SiteRow,
    people: &[PersonRow],
    device: &DeviceRow,
    reader: &FeedReaderRow,
) -> Result<bool, StorageError> {
    let is_disabled = people
        .iter()
        .any(|person| person.user == reader.user && person.roles.is_empty());
    if is_disabled || device.revoked_at.is_some() {
        return Ok(reader.version != 0);
    }
    if reader.version == 0 {
        return Ok(false);
    }
    let scope = reads.scope(Scope::User(reader.user))?;
    let is_current = reader.epoch == site.epoch_id
        && scope.is_some_and(|scope| !scope.stale && scope.version == reader.version);
    Ok(!is_current)
}

#[cfg(test)]
mod tests;
