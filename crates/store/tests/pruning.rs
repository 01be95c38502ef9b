//! Sealed contents that a backup of the site holds: what goes, what stays, and how
//! it comes back.

#![allow(clippy::unwrap_used)]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::answers::{apply, epoch};
use common::{Lab, NOW, now, save, sign_epoch};
use handoff_domain::Entry;
use handoff_protocol::certificate::Context;
use handoff_protocol::from_cbor;
use handoff_protocol::ids::{ItemId, Seq};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::message::{Answer, ErasureOrder};
use handoff_protocol::receipt::{ParkCode, Receipt};
use handoff_store::DeviceStore;
use handoff_sync::Standing;
use handoff_vault::OsRandom;

const DAYS: u16 = 30;

/// The least time at which it has been kept for long enough.
fn in_time() -> DateTime<Utc> {
    now() + TimeDelta::days(i64::from(DAYS)) + TimeDelta::milliseconds(1)
}

/// A device with entries behind one context, all applied by a receipt.
fn applied(lab: &Lab, entries: usize) -> (DeviceStore, Vec<Entry>) {
    let device = lab.open();
    let session = lab.unlock(&device);
    let saved: Vec<Entry> = (0..entries).map(|_| lab.referral()).collect();
    for some in saved.chunks(50) {
        session.save(&OsRandom, some, None, NOW).unwrap();
    }
    lab.send_all(&device);
    let receipt = lab.receipt(&device, 1);
    apply(&device, &lab.answer(vec![lab.sign(&receipt)]));
    (device, saved)
}

/// The receipt once a backup holds everything.
fn backed_up(lab: &Lab, device: &DeviceStore, revision: u64) -> Receipt {
    let receipt = lab.receipt(device, revision);
    let backed_up_through = receipt.through.seq;
    Receipt {
        backed_up_through,
        ..receipt
    }
}

fn answered(lab: &Lab, device: &DeviceStore, receipt: &Receipt, at: DateTime<Utc>) {
    let answer = Answer {
        keep_sealed_days: Some(DAYS),
        ..lab.answer(vec![lab.sign(receipt)])
    };
    device.apply(&answer, at).unwrap();
}

/// Positions whose content is gone.
fn gone(device: &DeviceStore) -> Vec<Seq> {
    let lane = device.lane_reports().unwrap()[0].lane;
    let mut gone = Vec::new();
    let mut from = 1;
    loop {
        let (_, items) = device.read_items(&lane, from, 500).unwrap();
        if items.is_empty() {
            return gone;
        }
        for item in items {
            if item.gone() == Some(Gone::Pruned) {
                gone.push(from);
            }
            from += 1;
        }
    }
}

#[test]
fn what_a_backup_holds_goes_in_time_and_is_still_received_and_readable() {
    let lab = Lab::new();
    let (device, saved) = applied(&lab, 2);
    let lane = device.lane_reports().unwrap().remove(0);
    let (_, before) = device.read_items(&lane.lane, 1, 10).unwrap();
    answered(&lab, &device, &backed_up(&lab, &device, 2), in_time());
    assert_eq!(gone(&device), [2, 3]);
    let (_, after) = device.read_items(&lane.lane, 1, 10).unwrap();
    assert_eq!(after[0], before[0], "the context stays");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((after.id(), after.digest()), (before.id(), before.digest()));
    }
    // The file opens, and its chain links.
    drop(device);
    let device = lab.open();
    assert_eq!(device.lane_reports().unwrap()[0].head, lane.head);
    let session = lab.unlock(&device);
    for entry in &saved {
        let place = device.place(ItemId(entry.id.0)).unwrap().unwrap();
        assert_eq!(place.standing, Standing::Received);
        assert!(session.referral(entry.id.into()).unwrap().is_some());
    }
    assert_eq!(device.counts().unwrap().received, 2);
    save(&session, &lab.referral());
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn what_is_not_proven_or_not_old_enough_stays() {
    type Change = fn(&mut Receipt);
    let early = in_time() - TimeDelta::milliseconds(1);
    for (what, at, change, expected) in [
        ("in time", in_time(), (|_| ()) as Change, vec![2, 3]),
        ("not old enough", early, |_| (), vec![]),
        (
            "in no backup",
            in_time(),
            |of| of.backed_up_through = 0,
            vec![],
        ),
        ("in part", in_time(), |of| of.backed_up_through = 2, vec![2]),
        (
            "not applied",
            in_time(),
            |of| of.applied_through = 1,
            vec![],
        ),
        (
            "applied in part",
            in_time(),
            |of| of.applied_through = 2,
            vec![2],
        ),
        (
            "parked",
            in_time(),
            |of| of.parked = vec![(2, ParkCode::KeyMissing)],
            vec![3],
        ),
        (
            "an attachment is missing",
            in_time(),
            |of| of.blobs_missing = vec![3],
            vec![2],
        ),
    ] {
        let lab = Lab::new();
        let (device, _) = applied(&lab, 2);
        let mut receipt = backed_up(&lab, &device, 2);
        change(&mut receipt);
        answered(&lab, &device, &receipt, at);
        assert_eq!(gone(&device), expected, "{what}");
    }
}

#[test]
fn without_a_word_of_the_site_nothing_goes() {
    let lab = Lab::new();
    let (device, _) = applied(&lab, 2);
    let receipt = lab.sign(&backed_up(&lab, &device, 2));
    device.apply(&lab.answer(vec![receipt]), in_time()).unwrap();
    assert_eq!(gone(&device), [0; 0]);
}

#[test]
fn what_its_authors_vault_lacks_stays_until_it_has_it() {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock_to_write(&device), &entry);
    lab.send_all(&device);
    let receipt = backed_up(&lab, &device, 1);
    for _ in 0..2 {
        answered(&lab, &device, &receipt, in_time());
        assert_eq!(gone(&device), [0; 0]);
    }
    let _session = lab.unlock(&device);
    // The vault has it with the first answer, and the next one lets it go.
    answered(&lab, &device, &receipt, in_time());
    answered(&lab, &device, &receipt, in_time());
    assert_eq!(gone(&device), [2]);
}

#[test]
fn a_receipt_of_an_epoch_that_was_left_proves_nothing() {
    let lab = Lab::new();
    let (device, _) = applied(&lab, 1);
    let receipt = lab.sign(&backed_up(&lab, &device, 2));
    device.apply(&lab.answer(vec![receipt]), in_time()).unwrap();
    let answer = Answer {
        epoch: sign_epoch(&lab.site, epoch(0xe2), &[lab.epoch_id]),
        keep_sealed_days: Some(DAYS),
        ..lab.answer(Vec::new())
    };
    device.apply(&answer, in_time()).unwrap();
    assert_eq!(gone(&device), [0; 0]);
}

#[test]
fn a_long_history_goes_in_parts_and_what_was_passed_over_has_another_turn() {
    const ENTRIES: usize = 2_300;
    let lab = Lab::new();
    let (device, _) = applied(&lab, ENTRIES);
    let all = backed_up(&lab, &device, 2);
    let parked = Receipt {
        parked: vec![(5, ParkCode::AuthorDisabled)],
        ..all.clone()
    };
    let mut had = 0;
    let mut answers = 0;
    while had < ENTRIES - 1 {
        answered(&lab, &device, &parked, in_time());
        let has = gone(&device).len();
        assert!(has > had && has - had <= 1_000, "{had} and then {has}");
        had = has;
        answers += 1;
    }
    assert_eq!(answers, 3);
    assert!(!gone(&device).contains(&5));
    let judged = Receipt { revision: 3, ..all };
    for _ in 0..3 {
        answered(&lab, &device, &judged, in_time());
    }
    assert_eq!(gone(&device).len(), ENTRIES);
}

/// A device whose content was let go, and a site in a new epoch that has lost it.
fn lost(lab: &Lab) -> (DeviceStore, Entry, Receipt) {
    let (device, mut saved) = applied(lab, 1);
    answered(lab, &device, &backed_up(lab, &device, 2), in_time());
    assert_eq!(gone(&device), [2]);
    let epoch = epoch(0xe2);
    let answer = Answer {
        epoch: sign_epoch(&lab.site, epoch, &[lab.epoch_id]),
        ..lab.answer(Vec::new())
    };
    apply(&device, &answer);
    lab.send_all(&device);
    let parked = Receipt {
        epoch,
        parked: vec![(2, ParkCode::Lost)],
        ..lab.receipt(&device, 1)
    };
    let answer = Answer {
        receipts: vec![lab.sign(&parked)],
        ..answer
    };
    apply(&device, &answer);
    (device, saved.remove(0), parked)
}

#[test]
fn what_the_site_has_lost_is_sealed_again_from_its_authors_vault_once() {
    let lab = Lab::new();
    let (device, entry, parked) = lost(&lab);
    let place = device.place(ItemId(entry.id.0)).unwrap().unwrap();
    assert_eq!(place.standing, Standing::Parked(ParkCode::Lost));
    // Whoever may only write opens no vault.
    let to_write = lab.unlock_to_write(&device);
    assert_eq!(to_write.reseal(&OsRandom, NOW).unwrap(), 0);
    drop(to_write);
    let session = lab.unlock(&device);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
    assert_eq!(session.reseal(&OsRandom, NOW).unwrap(), 1);
    assert_eq!(session.reseal(&OsRandom, NOW).unwrap(), 0);

    let (_, items) = device.read_items(&parked.lane, 2, 10).unwrap();
    let [first, Item::Context { bytes, .. }, again] = &items[..] else {
        panic!("{items:?}");
    };
    let Item::Resealed { id, of, sealed, .. } = again else {
        panic!("{again:?}");
    };
    // What it stands for is what the placeholder says.
    assert_eq!(*of, (ItemId(entry.id.0), first.digest()));
    let signed: handoff_protocol::Signed<Context> = from_cbor(bytes, "a context").unwrap();
    let context = signed.open(&lab.officers[0].keys.signing.public()).unwrap();
    let opened = handoff_vault::open_context(&lab.site.sealing, &context).unwrap();
    let packed = opened.open(id, sealed).unwrap();
    let plain = handoff_protocol::pack::Unpacker::new()
        .unpack(&packed)
        .unwrap();
    assert_eq!(plain, entry.record.to_bytes().unwrap());
}

#[test]
fn an_order_reaches_what_was_let_go() {
    let lab = Lab::new();
    let (device, entry, parked) = lost(&lab);
    let order = ErasureOrder {
        site: lab.pin(),
        device: lab.device,
        epoch: parked.epoch,
        items: vec![ItemId(entry.id.0)],
        through: 7,
        more: false,
    };
    let session = lab.unlock(&device);
    let answer = Answer {
        epoch: sign_epoch(&lab.site, parked.epoch, &[lab.epoch_id]),
        erasures: Some(lab.site.receipt.sign_statement(&order).unwrap()),
        ..lab.answer(Vec::new())
    };
    assert_eq!(apply(&device, &answer).erased, 1);
    let (_, items) = device.read_items(&parked.lane, 2, 1).unwrap();
    assert_eq!(items[0].gone(), Some(Gone::Erased));
    assert!(session.referral(entry.id.into()).unwrap().is_none());
    assert_eq!(session.reseal(&OsRandom, NOW).unwrap(), 0);
}
