//! Checking an answer before any file is touched.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose, Lease};
use handoff_protocol::epoch::Kinship;
use handoff_protocol::ids::{EpochId, KeyId};
use handoff_protocol::message::{Answer, ErasureOrder};
use handoff_protocol::receipt::Receipt;
use handoff_protocol::{PublicKey, Signed, UserId, from_cbor};

use super::{ApplyError, Ignored, ReceiptProblem};
use crate::device::DeviceStore;
use crate::enrolment;
use crate::error::{StorageError, Stored};
use crate::person::{Person, Slot};

/// What of an answer holds.
pub(super) struct Verified<'a> {
    pub epoch: EpochId,
    pub is_new_epoch: bool,
    pub keys: Vec<(&'a Signed<KeyCertificate>, KeyCertificate)>,
    pub new_sealing_key: bool,
    pub receipts: Vec<(&'a Signed<Receipt>, Receipt)>,
    pub leases: Vec<(Slot, &'a Signed<Lease>)>,
    pub erasures: Option<ErasureOrder>,
    pub ignored: Vec<Ignored>,
}

pub(super) fn verify<'a>(
    device: &DeviceStore,
    answer: &'a Answer,
) -> Result<Verified<'a>, ApplyError> {
    let me = &device.shared.me;
    let identity = &me.site.key;
    let ours = device.enrolment()?.epoch;
    let epoch = answer.epoch.open(identity).map_err(ApplyError::Epoch)?;
    if epoch.site != me.pin {
        return Err(ApplyError::OtherSite);
    }
    let current = ours.open(identity).map_err(ApplyError::Epoch)?;
    let is_new_epoch = match current.kinship(&epoch) {
        Kinship::Same => false,
        Kinship::Descendant | Kinship::Sibling => true,
        Kinship::Ancestor => {
            return Err(ApplyError::OldEpoch {
                answered: epoch.id,
                current: current.id,
            });
        }
    };
    let mut verified = Verified {
        epoch: epoch.id,
        is_new_epoch,
        keys: Vec::new(),
        new_sealing_key: false,
        receipts: Vec::new(),
        leases: Vec::new(),
        erasures: None,
        ignored: Vec::new(),
    };
    for signed in &answer.keys {
        match signed.open(identity) {
            Ok(key) if key.site == me.pin => {
                verified.new_sealing_key |= key.purpose == KeyPurpose::Sealing;
                verified.keys.push((signed, key));
            }
            _ => verified.ignored.push(Ignored::Key(signed.key)),
        }
    }
    let keys = receipt_keys(device, answer, &verified.keys)?;
    for signed in &answer.receipts {
        let opened = match keys.get(&signed.key) {
            Some(key) => signed.open(key).map_err(ReceiptProblem::Signed),
            None => Err(ReceiptProblem::UnknownKey(signed.key)),
        };
        match opened {
            Ok(receipt) => verified.receipts.push((signed, receipt)),
            Err(why) => {
                // What it says is not believed; it only names the refusal.
                let said: Option<Receipt> = from_cbor(&signed.bytes, "a receipt").ok();
                let lane = said.map(|receipt| receipt.lane);
                verified.ignored.push(Ignored::Receipt { lane, why });
            }
        }
    }
    if let Some(signed) = &answer.erasures {
        let order = keys.get(&signed.key).and_then(|key| signed.open(key).ok());
        verified.erasures = order.filter(|order| {
            order.site == me.pin && order.device == me.device && order.epoch == epoch.id
        });
        if verified.erasures.is_none() {
            verified.ignored.push(Ignored::Erasures);
        }
    }
    let mut newest = issued(&device.people()?);
    for signed in &answer.leases {
        let lease = keys.get(&signed.key).and_then(|key| signed.open(key).ok());
        let lease = lease.filter(|lease| lease.site == me.pin && lease.device == me.device);
        let kept = lease
            .as_ref()
            .and_then(|lease| Some((lease.issued_at, newest.get_mut(&lease.user)?)));
        match kept {
            Some((issued_at, (slot, kept))) if kept.is_none_or(|kept| issued_at >= kept) => {
                *kept = Some(issued_at);
                verified.leases.push((*slot, signed));
            }
            _ => verified.ignored.push(Ignored::Lease),
        }
    }
    Ok(verified)
}

/// When the lease of each person was issued that is kept.
fn issued(people: &[Person]) -> BTreeMap<UserId, (Slot, Option<DateTime<Utc>>)> {
    let issued_at = |signed: &Signed<Lease>| {
        let lease: Option<Lease> = from_cbor(&signed.bytes, "a lease").ok();
        lease.map(|lease| lease.issued_at)
    };
    people
        .iter()
        .map(|person| {
            let kept = person.lease.as_ref().and_then(issued_at);
            (person.user, (person.slot, kept))
        })
        .collect()
}

/// Certified receipt keys that the answer's receipts and leases name.
fn receipt_keys(
    device: &DeviceStore,
    answer: &Answer,
    announced: &[(&Signed<KeyCertificate>, KeyCertificate)],
) -> Result<BTreeMap<KeyId, PublicKey>, ApplyError> {
    let mut keys = BTreeMap::new();
    for (_, key) in announced {
        if key.purpose == KeyPurpose::Receipt {
            keys.insert(key.key.id(), key.key);
        }
    }
    let named = answer
        .receipts
        .iter()
        .map(|signed| signed.key)
        .chain(answer.leases.iter().map(|signed| signed.key))
        .chain(answer.erasures.iter().map(|signed| signed.key));
    for id in named {
        if keys.contains_key(&id) {
            continue;
        }
        let kept = device
            .shared
            .db
            .read(|tx| -> Stored<_> { enrolment::key(tx, KeyPurpose::Receipt, id) })?;
        if let Some(signed) = kept {
            let certificate = signed
                .open(&device.shared.me.site.key)
                .map_err(|_| StorageError::Row { table: "site_key" })?;
            keys.insert(id, certificate.key);
        }
    }
    Ok(keys)
}
