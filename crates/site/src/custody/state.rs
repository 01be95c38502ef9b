//! What a device says of itself, for the board of devices.

use chrono::{DateTime, Utc};
use handoff_protocol::message::{DeviceState, LaneReport, SyncRequest};

use super::place;
use crate::storage::{DeviceStateRow, Reads, StorageError};

/// Most characters that are kept of a version.
const MOST_VERSION: usize = 40;

/// The row, as things stand once the request is in custody.
pub(super) fn row(
    reads: &dyn Reads,
    request: &SyncRequest,
    state: &DeviceState,
    now: DateTime<Utc>,
) -> Result<DeviceStateRow, StorageError> {
    let mut missing = 0;
    for report in &request.lanes {
        if report.lane.device() == Some(request.device) {
            missing += missing_of(reads, report)?;
        }
    }
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || ".-+".contains(*c);
    Ok(DeviceStateRow {
        device: request.device,
        version: state
            .version
            .chars()
            .filter(is_plain)
            .take(MOST_VERSION)
            .collect(),
        waiting: state.waiting,
        missing,
        oldest_minute: state.oldest_waiting_minute,
        erased_through: state.erased_through,
        reported_at: now,
    })
}

/// Items of a lane that the device has and this site does not.
fn missing_of(reads: &dyn Reads, report: &LaneReport) -> Result<u64, StorageError> {
    let at = report.head.seq;
    let mut nearest = 0;
    for line in reads.lines(&report.lane)? {
        let held = place::path(reads, &line, at, at)?;
        if at == 0 || held.first() == Some(&report.head.hash) {
            return Ok(0);
        }
        nearest = nearest.max(line.head.seq.min(at.saturating_sub(1)));
    }
    Ok(at - nearest)
}
