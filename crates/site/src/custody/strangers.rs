//! People and keys that a request names and this site does not know.
//!
//! A database that was put back may know a device and not somebody who was
//! added to it since. The device sends certificates in full only when it is
//! asked; without them what that person wrote would be parked, and nothing
//! served to them, for ever.
//!
//! A whole machine that was put back may not know the key that signed the
//! receipts which prove it.

use handoff_protocol::certificate::Context;
use handoff_protocol::codec;
use handoff_protocol::ids::EpochId;
use handoff_protocol::item::Item;
use handoff_protocol::message::{SyncRequest, UserPull};
use handoff_protocol::receipt::Receipt;
use handoff_protocol::signed::{PublicKey, Signed};
use handoff_sync::site::AcceptedRequest;

use crate::storage::{Reads, StorageError};

/// Whether a request that brings no certificates names somebody whose key is
/// not known here. What it says of them is not believed: it is only asked for proof.
pub(super) fn are_named(
    reads: &dyn Reads,
    accepted: &AcceptedRequest,
) -> Result<bool, StorageError> {
    let request = &accepted.request;
    if request.certificates.is_some() {
        return Ok(false);
    }
    let pulls = request.pulls.iter().filter_map(|signed| {
        let pull: UserPull = codec::from_cbor(&signed.bytes, "a pull").ok()?;
        Some((pull.user, signed.key))
    });
    let batches = accepted.batches.iter();
    let items = batches.flat_map(|batch| batch.items.iter().map(|(item, _)| item));
    let contexts = items.filter_map(|item| {
        let Item::Context { bytes, .. } = item else {
            return None;
        };
        let signed: Signed<Context> = codec::from_cbor(bytes, "a context").ok()?;
        let context: Context = codec::from_cbor(&signed.bytes, "a context").ok()?;
        (context.device == request.device).then_some((context.author, signed.key))
    });
    for (user, key) in pulls.chain(contexts) {
        let known = reads.authors(user, request.device)?;
        if known.iter().all(|author| author.signing_key.id() != key) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a request that brings no certificates shows a receipt which says that
/// it is of this epoch, signed by a key that is not known here. It is not
/// believed: it is only asked for proof.
pub(super) fn sign_receipts(known: &[PublicKey], epoch: EpochId, request: &SyncRequest) -> bool {
    if request.certificates.is_some() {
        return false;
    }
    let mut receipts = request
        .lanes
        .iter()
        .filter_map(|report| report.receipt.as_ref());
    receipts.any(|signed| {
        let receipt: Result<Receipt, _> = codec::from_cbor(&signed.bytes, "a receipt");
        known.iter().all(|key| key.id() != signed.key)
            && receipt.is_ok_and(|receipt| receipt.epoch == epoch)
    })
}
