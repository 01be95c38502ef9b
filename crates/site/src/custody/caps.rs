//! What a device may hand in on a day.

use chrono::{DateTime, Utc};
use handoff_protocol::ids::DeviceId;
use handoff_protocol::message::Outcome;

use super::NotTaken;
use crate::site::Site;
use crate::storage::{Reads, StorageError, Usage, Writes};

/// Seconds after which a device above its caps may come again.
pub(super) const CAPPED_FOR: u32 = 900;
/// What an unknown or revoked device gets of what others get: one part of this.
const TIGHTER: u64 = 10;

impl Site {
    /// What a device may hand in of attachments: half of what it may hand in at
    /// all, so that they never keep an entry back.
    pub(super) fn room_for_pieces(
        &self,
        reads: &dyn Reads,
        device: DeviceId,
        now: DateTime<Utc>,
    ) -> Result<u64, StorageError> {
        let limit = self.settings.limits.bytes_per_day / self.part_of(reads, device)? / 2;
        let used = reads.usage(device, day_of(now))?;
        Ok(limit.saturating_sub(used.bytes))
    }

    /// A device that is not known or was revoked gets one part in so many.
    fn part_of(&self, reads: &dyn Reads, device: DeviceId) -> Result<u64, StorageError> {
        let known = reads.device(device)?;
        let is_trusted = known.is_some_and(|row| !row.vouched && row.revoked_at.is_none());
        Ok(if is_trusted { 1 } else { TIGHTER })
    }

    /// Above a cap nothing is taken: the device keeps everything.
    pub(super) fn charge(
        &self,
        writes: &dyn Writes,
        device: DeviceId,
        more: Usage,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        if more == Usage::default() {
            return Ok(());
        }
        let day = day_of(now);
        let part = self.part_of(writes, device)?;
        let used = writes.usage(device, day)?;
        let limits = &self.settings.limits;
        let lanes = limits.lanes_per_day / part;
        let fits = used.items + more.items <= limits.items_per_day / part
            && used.bytes + more.bytes <= limits.bytes_per_day / part
            && used.lanes + more.lanes <= lanes.max(1)
            && used.branches + more.branches <= lanes.max(1);
        if !fits {
            tracing::warn!(%device, "a device is above what it may hand in on a day");
            let retry_after_seconds = CAPPED_FOR;
            return Err(NotTaken::Answer(Outcome::Busy {
                retry_after_seconds,
            }));
        }
        writes.use_up(device, day, more)?;
        Ok(())
    }
}

/// Days since 1970.
fn day_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(86_400)
}
