//! Pieces of attachments.
//!
//! A piece is taken where it continues what is here, in the transaction of its
//! request; anything else is answered with how much is here, and the device goes
//! on from there. What is whole is checked against its address before it counts.
//! Each device has its own: nobody can put bytes under what another one sends.

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{AttachmentAddress, MAX_ATTACHMENT};
use handoff_protocol::ids::DeviceId;
use handoff_protocol::message::{AttachmentHeld, Piece, SyncRequest};
use handoff_vault::sealed_attachment_len;

use crate::storage::{AttachmentRow, Reads, StorageError, Usage, Writes};

/// Pieces of one request.
pub(super) const MOST_PIECES: usize = 64;
/// Least bytes of a piece that is not the last one.
const LEAST: usize = 32;
/// For how long pieces are kept that no opened entry names.
pub(crate) const UNNAMED_FOR: TimeDelta = TimeDelta::days(30);

/// Takes the pieces of a request, as far as a device may hand in so many bytes:
/// what is left is answered with what is here.
pub(super) fn take(
    writes: &dyn Writes,
    device: DeviceId,
    pieces: &[Piece],
    most_bytes: u64,
    now: DateTime<Utc>,
    used: &mut Usage,
) -> Result<(), StorageError> {
    let mut taken = 0;
    for piece in pieces {
        if taken + piece.bytes.len() as u64 <= most_bytes {
            taken += take_one(writes, device, piece, now)?;
        }
    }
    used.bytes += taken;
    Ok(())
}

/// Takes a piece that continues what is here; how many bytes it took up.
fn take_one(
    writes: &dyn Writes,
    device: DeviceId,
    piece: &Piece,
    now: DateTime<Utc>,
) -> Result<u64, StorageError> {
    let Piece {
        address,
        total,
        offset,
        bytes,
    } = piece;
    let row = writes.attachment(device, *address)?;
    let is_first = row.is_none();
    let row = row.unwrap_or(AttachmentRow {
        device,
        address: *address,
        total: *total,
        held: 0,
    });
    let len = bytes.len() as u64;
    let end = offset.saturating_add(len);
    let continues = len > 0 && row.total == *total && row.held == *offset && end <= *total;
    // A short one that is not the last costs more than it brings.
    let is_long_enough = bytes.len() >= LEAST || end == *total;
    let fits = *total <= sealed_attachment_len(MAX_ATTACHMENT) as u64;
    if !continues || !is_long_enough || !fits {
        return Ok(0);
    }
    if is_first {
        writes.forget_unnamed(now - UNNAMED_FOR)?;
    }
    if end == *total {
        let mut whole = writes.attachment_bytes(device, *address)?;
        whole.extend_from_slice(bytes);
        if AttachmentAddress::of(&whole) != *address {
            tracing::warn!(%device, "an attachment is not what its address says: dropped");
            writes.drop_attachment(device, *address)?;
            return Ok(len);
        }
    }
    writes.keep_piece(&row, bytes, now)?;
    // Rows take room too.
    Ok(len.max(LEAST as u64))
}

/// What there is now of the attachments of a request.
pub(crate) fn held(
    reads: &dyn Reads,
    request: &SyncRequest,
) -> Result<Vec<AttachmentHeld>, StorageError> {
    let mut said: Vec<AttachmentHeld> = Vec::new();
    for Piece { address, .. } in &request.pieces {
        if said.iter().all(|held| held.address != *address) {
            let row = reads.attachment(request.device, *address)?;
            said.push(AttachmentHeld {
                address: *address,
                held: row.map_or(0, |row| row.held),
            });
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests;
