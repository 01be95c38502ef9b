//! Telling a disk that was put back from two copies that both go on.
//!
//! A device that learns that it is behind, or on a branch, goes on in a new lane
//! whose beginning names where it left the old one. So one machine, put back as
//! often as anybody likes, writes only to its newest lane, and completes older
//! ones as far as newer ones name them. A line that grows otherwise was written
//! by another machine that has the same key.

use handoff_protocol::chain::{Head, Parent};

use super::place;
use crate::storage::{LineRow, Reads, StorageError};

/// Whether a line, as it is now that it has grown, shows that two copies of its
/// device are at work.
pub(super) fn show_two(reads: &dyn Reads, grown: &LineRow) -> Result<bool, StorageError> {
    let Some(device) = grown.lane.device() else {
        return Ok(false);
    };
    let lines = reads.lines_of(device)?;
    for later in &lines {
        // A branch that begins now is younger than every lane that is here: its
        // machine has not learnt of the others yet.
        let is_later = later.lane != grown.lane && later.id > grown.id;
        if is_later && later.from.is_none() && !is_behind(reads, &lines, later, grown)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether everything on `grown` lies in front of the beginning of `later`.
fn is_behind(
    reads: &dyn Reads,
    lines: &[LineRow],
    later: &LineRow,
    grown: &LineRow,
) -> Result<bool, StorageError> {
    let mut parent = later.parent;
    // Lanes name their parents by hash, so there is no circle; a device that
    // writes nonsense is not followed for ever.
    for _ in 0..=lines.len() {
        match parent {
            None => return Ok(false),
            Some(left) if left.lane == grown.lane => return leads_to(reads, lines, grown, &left),
            Some(left) => {
                let of_lane = lines.iter().find(|line| line.lane == left.lane);
                parent = of_lane.and_then(|line| line.parent);
            }
        }
    }
    Ok(false)
}

/// Whether the newest item of a line lies on the way to the place where its
/// lane was left.
fn leads_to(
    reads: &dyn Reads,
    lines: &[LineRow],
    grown: &LineRow,
    left: &Parent,
) -> Result<bool, StorageError> {
    let Head { seq, hash } = grown.head;
    if seq > left.seq {
        return Ok(false);
    }
    for line in lines.iter().filter(|line| line.lane == left.lane) {
        let way = place::path(reads, line, seq, left.seq)?;
        let reaches = way.len() as u64 == left.seq - seq + 1;
        if reaches && way.last() == Some(&left.hash) {
            return Ok(way.first() == Some(&hash));
        }
    }
    // The place itself has not come yet.
    Ok(true)
}

#[cfg(test)]
mod tests;
