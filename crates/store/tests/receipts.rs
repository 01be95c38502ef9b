//! What a receipt proves, and what changes nothing.

#![allow(clippy::unwrap_used)]

mod common;

use common::answers::{apply, epoch};
use common::{Lab, save, sign_epoch};
use handoff_domain::EntryId;
use handoff_protocol::Signed;
use handoff_protocol::certificate::KeyPurpose;
use handoff_protocol::chain::Head;
use handoff_protocol::ids::{Incarnation, ItemId, Lane};
use handoff_protocol::message::Answer;
use handoff_protocol::receipt::{Branch, ParkCode, Receipt};
use handoff_store::{Applied, ApplyError, DeviceStore, Ignored, Outlived, ReceiptProblem};
use handoff_sync::{ReceiptRefused, Standing};
use handoff_vault::{OsRandom, SigningKey, SiteKeys};

fn standing(device: &DeviceStore, entry: EntryId) -> Standing {
    device.place(ItemId(entry.0)).unwrap().unwrap().standing
}

/// A device with one entry that was sent.
fn sent() -> (Lab, DeviceStore, EntryId) {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    assert_eq!(standing(&device, entry.id), Standing::OnDevice);
    lab.send_all(&device);
    assert_eq!(standing(&device, entry.id), Standing::Sent);
    (lab, device, entry.id)
}

fn go_on(device: &DeviceStore, from: Lane, n: u8) -> Option<Lane> {
    let incarnation = Incarnation::from_bytes([n; 16]);
    device
        .go_on(&from, Outlived::Behind, incarnation, common::NOW)
        .unwrap()
}

fn why(applied: &Applied) -> &ReceiptProblem {
    match applied.ignored.as_slice() {
        [Ignored::Receipt { why, .. }] => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_receipt_makes_an_entry_received_and_survives_opening_again() {
    let (lab, device, entry) = sent();
    let receipt = lab.receipt(&device, 1);
    let applied = apply(&device, &lab.answer(vec![lab.sign(&receipt)]));
    assert_eq!(applied.received, 1);
    assert!(!applied.restarted && applied.ignored.is_empty());
    drop(device);
    let device = lab.open();
    let place = device.place(ItemId(entry.0)).unwrap().unwrap();
    assert_eq!(place.standing, Standing::Received);
    assert_eq!(place.receipt, Some(receipt.short_code()));
    let counts = device.counts().unwrap();
    assert_eq!((counts.waiting, counts.received), (0, 1));
    assert!(device.outlook().unwrap().lanes.is_empty());
    // It is shown to the site again, so that a site that was put back notices.
    let reports = device.lane_reports().unwrap();
    assert_eq!(reports[0].receipt, Some(lab.sign(&receipt)));
    // The same once more changes nothing.
    let again = apply(&device, &lab.answer(vec![lab.sign(&receipt)]));
    assert_eq!(again.received, 0);
}

#[test]
fn an_entry_keeps_the_receipt_that_first_covered_it() {
    let (lab, device, first) = sent();
    let early = lab.receipt(&device, 1);
    apply(&device, &lab.answer(vec![lab.sign(&early)]));
    let second = lab.referral();
    save(&lab.unlock(&device), &second);
    lab.send_all(&device);
    let late = Receipt {
        received_at: early.received_at + chrono::TimeDelta::hours(1),
        ..lab.receipt(&device, 2)
    };
    apply(&device, &lab.answer(vec![lab.sign(&late)]));
    assert_ne!(early.short_code(), late.short_code());
    // One more through the same position, as the site answers when asked again.
    let again = Receipt {
        received_at: late.received_at + chrono::TimeDelta::hours(1),
        revision: 3,
        ..late.clone()
    };
    apply(&device, &lab.answer(vec![lab.sign(&again)]));
    drop(device);
    let device = lab.open();
    for (entry, receipt) in [(first, &early), (second.id, &late)] {
        let place = device.place(ItemId(entry.0)).unwrap().unwrap();
        assert_eq!(place.receipt, Some(receipt.short_code()));
        assert_eq!(place.received_at, Some(receipt.received_at));
    }
}

#[test]
fn a_receipt_that_was_taken_back_is_not_shown() {
    let (lab, device, first) = sent();
    let early = lab.receipt(&device, 1);
    let second = lab.referral();
    save(&lab.unlock(&device), &second);
    lab.send_all(&device);
    let late = lab.receipt(&device, 2);
    for receipt in [&late, &early_again(&early)] {
        apply(&device, &lab.answer(vec![lab.sign(receipt)]));
    }
    let code = |entry: EntryId| device.place(ItemId(entry.0)).unwrap().unwrap().receipt;
    assert_eq!(code(first), Some(early.short_code()));
    assert_eq!(code(second.id), None);
}

/// A site that lost what came last says so in a later revision.
fn early_again(early: &Receipt) -> Receipt {
    Receipt {
        revision: 3,
        ..early.clone()
    }
}

#[test]
fn what_another_copy_let_go_and_the_site_lost_goes_out_again_from_the_one_that_has_it() {
    let (lab, device, first) = sent();
    let second = lab.referral();
    save(&lab.unlock(&device), &second);
    lab.send_all(&device);
    let whole = lab.receipt(&device, 1);
    apply(&device, &lab.answer(vec![lab.sign(&whole)]));
    let lost = [(whole.through.seq, ParkCode::Lost)];
    let of_a_copy = Receipt {
        revision: 2,
        parked: lost.to_vec(),
        ..whole.clone()
    };
    apply(&device, &lab.answer(vec![lab.sign(&of_a_copy)]));
    let standings = || (standing(&device, first), standing(&device, second.id));
    assert_eq!(standings(), (Standing::Received, Standing::Sent));
    let outlook = device.outlook().unwrap();
    assert_eq!(outlook.lanes[0].covered, whole.through.seq - 1);
    let filled = Receipt {
        revision: 3,
        ..whole
    };
    apply(&device, &lab.answer(vec![lab.sign(&filled)]));
    assert_eq!(standings(), (Standing::Received, Standing::Received));
}

#[test]
fn a_receipt_with_any_bit_changed_is_refused_and_the_standing_stays_sent() {
    let (lab, device, entry) = sent();
    let good = lab.sign(&lab.receipt(&device, 1));
    let bits = good.bytes.len() * 8;
    for bit in (0..bits).step_by(37) {
        let mut changed: Signed<Receipt> = good.clone();
        changed.bytes[bit / 8] ^= 1 << (bit % 8);
        let applied = apply(&device, &lab.answer(vec![changed]));
        assert!(matches!(why(&applied), ReceiptProblem::Signed(_)), "{bit}");
        assert_eq!(standing(&device, entry), Standing::Sent);
    }
    for bit in (0..512).step_by(37) {
        let mut changed = good.clone();
        changed.signature.0[bit / 8] ^= 1 << (bit % 8);
        let applied = apply(&device, &lab.answer(vec![changed]));
        assert!(matches!(why(&applied), ReceiptProblem::Signed(_)), "{bit}");
        assert_eq!(standing(&device, entry), Standing::Sent);
    }
    assert_eq!(apply(&device, &lab.answer(vec![good])).received, 1);
}

#[test]
fn a_receipt_of_a_key_that_nobody_vouches_for_is_refused() {
    let (lab, device, entry) = sent();
    let receipt = lab.receipt(&device, 1);
    let other = SigningKey::make(&OsRandom);
    let forged = other.sign_statement(&receipt).unwrap();
    let applied = apply(&device, &lab.answer(vec![forged.clone()]));
    assert!(matches!(why(&applied), ReceiptProblem::UnknownKey(_)));

    // Nor with a certificate of its own, or as a key for something else.
    let stranger = SiteKeys::make(&OsRandom);
    let vouched = stranger
        .certify(KeyPurpose::Receipt, other.public(), common::now())
        .unwrap();
    let wrong_purpose = lab
        .site
        .certify(KeyPurpose::Sealing, other.public(), common::now())
        .unwrap();
    for key in [vouched, wrong_purpose] {
        let answer = Answer {
            keys: vec![key],
            ..lab.answer(vec![forged.clone()])
        };
        let applied = apply(&device, &answer);
        assert_eq!(applied.received, 0);
        assert_eq!(standing(&device, entry), Standing::Sent);
    }

    // With the identity key's word it holds, in the same answer and later.
    let other = SigningKey::make(&OsRandom);
    let announced = lab
        .site
        .certify(KeyPurpose::Receipt, other.public(), common::now())
        .unwrap();
    let answer = Answer {
        keys: vec![announced],
        ..lab.answer(vec![other.sign_statement(&receipt).unwrap()])
    };
    assert_eq!(apply(&device, &answer).received, 1);
    let later = Receipt {
        revision: 2,
        ..receipt
    };
    let later = other.sign_statement(&later).unwrap();
    assert!(apply(&device, &lab.answer(vec![later])).ignored.is_empty());
}

#[test]
fn receipts_that_do_not_fit_this_device_are_refused() {
    let (lab, device, entry) = sent();
    let good = lab.receipt(&device, 5);
    let refuse = |receipt: Receipt, expected: ReceiptRefused| {
        let applied = apply(&device, &lab.answer(vec![lab.sign(&receipt)]));
        assert_eq!(why(&applied), &ReceiptProblem::Refused(expected));
        assert_eq!(standing(&device, entry), Standing::Sent);
        assert_eq!(device.counts().unwrap().received, 0);
    };
    let beyond = Head {
        seq: good.through.seq + 1,
        hash: good.through.hash,
    };
    refuse(
        Receipt {
            through: beyond,
            ..good.clone()
        },
        ReceiptRefused::Beyond(beyond.seq),
    );
    let wrong = Head {
        hash: [9; 32],
        ..good.through
    };
    refuse(
        Receipt {
            through: wrong,
            ..good.clone()
        },
        ReceiptRefused::Diverged(wrong.seq),
    );
    refuse(
        Receipt {
            epoch: epoch(0x99),
            ..good.clone()
        },
        ReceiptRefused::OtherEpoch,
    );
    refuse(
        Receipt {
            site: SiteKeys::make(&OsRandom).pin(),
            ..good.clone()
        },
        ReceiptRefused::OtherSite,
    );
    refuse(
        Receipt {
            device: handoff_protocol::DeviceId::from_bytes([0xdd; 16]),
            ..good.clone()
        },
        ReceiptRefused::OtherLane,
    );
    let strange = handoff_protocol::Lane::Device {
        device: lab.device,
        incarnation: Incarnation::from_bytes([0x99; 16]),
    };
    let other_lane = Receipt {
        lane: strange,
        ..good.clone()
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&other_lane)]));
    assert_eq!(why(&applied), &ReceiptProblem::UnknownLane);
}

#[test]
fn an_older_revision_and_another_branch_with_less_take_nothing_back() {
    let (lab, device, entry) = sent();
    let good = lab.receipt(&device, 5);
    apply(&device, &lab.answer(vec![lab.sign(&good)]));
    let parked = vec![(good.through.seq, ParkCode::NotPermitted)];
    let older = Receipt {
        revision: 4,
        parked: parked.clone(),
        ..good.clone()
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&older)]));
    assert_eq!(
        why(&applied),
        &ReceiptProblem::Refused(ReceiptRefused::Older)
    );
    let (before, _) = device.read_items(&good.lane, 2, 1).unwrap();
    let branch = Receipt {
        branch: Branch([3; 32]),
        through: before,
        applied_through: 0,
        revision: 9,
        ..good.clone()
    };
    apply(&device, &lab.answer(vec![lab.sign(&branch)]));
    assert_eq!(standing(&device, entry), Standing::Received);

    // A newer one may say that a person has to look, and later that it is fine.
    let newer = Receipt {
        revision: 6,
        parked,
        ..good.clone()
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&newer)]));
    assert_eq!(applied.parked, [(entry, ParkCode::NotPermitted)]);
    assert_eq!(
        standing(&device, entry),
        Standing::Parked(ParkCode::NotPermitted)
    );
    let counts = device.counts().unwrap();
    assert_eq!(
        (counts.parked, counts.needs_you, counts.received),
        (1, 1, 0)
    );
    assert_eq!(device.queue(10).unwrap().len(), 1);
    assert!(!device.lane_reports().unwrap().is_empty());
    let applied = apply(&device, &lab.answer(vec![lab.sign(&newer)]));
    assert!(applied.parked.is_empty(), "told once");
    let fine = Receipt {
        revision: 7,
        ..good
    };
    apply(&device, &lab.answer(vec![lab.sign(&fine)]));
    assert_eq!(standing(&device, entry), Standing::Received);
    assert_eq!(device.counts().unwrap().needs_you, 0);
}

#[test]
fn a_missing_attachment_is_not_received() {
    let (lab, device, entry) = sent();
    let good = lab.receipt(&device, 1);
    let missing = Receipt {
        blobs_missing: vec![good.through.seq],
        ..good
    };
    apply(&device, &lab.answer(vec![lab.sign(&missing)]));
    assert_eq!(standing(&device, entry), Standing::Sent);
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn a_new_epoch_returns_what_it_lacks_to_the_device() {
    let (lab, device, entry) = sent();
    let receipt = lab.sign(&lab.receipt(&device, 1));
    apply(&device, &lab.answer(vec![receipt.clone()]));
    let restored = epoch(0xe2);
    let answer = Answer {
        epoch: sign_epoch(&lab.site, restored, &[lab.epoch_id]),
        ..lab.answer(vec![receipt])
    };
    // Even with a good receipt of the epoch before beside it.
    let applied = apply(&device, &answer);
    assert!(applied.restarted);
    assert_eq!(
        why(&applied),
        &ReceiptProblem::Refused(ReceiptRefused::OtherEpoch)
    );
    assert_eq!(standing(&device, entry), Standing::OnDevice);
    let counts = device.counts().unwrap();
    assert_eq!((counts.waiting, counts.received), (1, 0));
    let lanes = device.outlook().unwrap().lanes;
    assert_eq!((lanes[0].covered, lanes[0].applied), (0, 0));

    // It went to the site once, so it cannot be taken back.
    let session = lab.unlock(&device);
    assert!(session.take_back(entry).is_err());

    // An answer of the epoch before that was held up changes nothing now.
    let held_up = device.apply(&lab.answer(Vec::new()), common::now());
    assert!(matches!(held_up, Err(ApplyError::OldEpoch { .. })));
    assert_eq!(standing(&device, entry), Standing::OnDevice);

    // Sent and received again in the new epoch.
    lab.send_all(&device);
    assert_eq!(standing(&device, entry), Standing::Sent);
    let receipt = Receipt {
        epoch: restored,
        ..lab.receipt(&device, 1)
    };
    let answer = Answer {
        receipts: vec![lab.sign(&receipt)],
        ..answer
    };
    let applied = apply(&device, &answer);
    assert!(!applied.restarted);
    assert_eq!(standing(&device, entry), Standing::Received);
}

#[test]
fn an_epoch_that_the_pinned_site_has_not_signed_changes_nothing() {
    let (lab, device, entry) = sent();
    let stranger = SiteKeys::make(&OsRandom);
    let answer = Answer {
        epoch: sign_epoch(&stranger, epoch(0xe2), &[lab.epoch_id]),
        ..lab.answer(vec![lab.sign(&lab.receipt(&device, 1))])
    };
    let error = device.apply(&answer, common::now()).unwrap_err();
    assert!(matches!(error, ApplyError::Epoch(_)), "{error}");
    assert_eq!(standing(&device, entry), Standing::Sent);
}

#[test]
fn a_receipt_with_less_takes_coverage_back_and_says_so() {
    let (lab, device, entry) = sent();
    let good = lab.receipt(&device, 1);
    apply(&device, &lab.answer(vec![lab.sign(&good)]));
    let (before, _) = device.read_items(&good.lane, 2, 1).unwrap();
    let less = Receipt {
        through: before,
        applied_through: before.seq,
        revision: 2,
        ..good
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&less)]));
    assert!(applied.restarted);
    assert_eq!(standing(&device, entry), Standing::Sent);
    assert_eq!(device.outlook().unwrap().lanes[0].covered, 1);
}

#[test]
fn a_new_life_of_the_journal_goes_on_from_the_old_one() {
    let (lab, device, old) = sent();
    let first = device.outlook().unwrap().lanes[0];
    let session = lab.unlock(&device);
    let lane = go_on(&device, first.lane, 0x12).unwrap();
    // Told twice, it goes on once.
    assert_eq!(go_on(&device, first.lane, 0x13), None);
    let entry = lab.referral();
    let saved = save(&session, &entry);
    assert_eq!(saved.entries[0].lane, lane);
    // Its own context comes first.
    assert_eq!(saved.entries[0].seq, 2);
    let lanes = device.outlook().unwrap().lanes;
    assert_eq!(lanes.len(), 2);
    let parent = lanes[1].parent.unwrap();
    assert_eq!((parent.lane, parent.seq), (first.lane, first.head.seq));
    assert_eq!(parent.hash, first.head.hash);
    assert_eq!(device.counts().unwrap().waiting, 2);
    assert_eq!(standing(&device, old), Standing::Sent);
    assert_eq!(standing(&device, entry.id), Standing::OnDevice);
}

#[test]
fn a_device_that_is_behind_learns_it_and_keeps_what_it_has() {
    let (lab, device, entry) = sent();
    let head = device.outlook().unwrap().lanes[0].head;
    let lane = device.outlook().unwrap().lanes[0].lane;
    assert_eq!(device.went_on().unwrap(), None);
    // The site covers what is here and has more that the same key signed.
    let here = lab.receipt_for(lane, head, 3);
    let more = Receipt {
        through: Head {
            seq: head.seq + 4,
            hash: [8; 32],
        },
        ..here.clone()
    };
    let answer = lab.answer(vec![lab.sign(&here), lab.sign(&more)]);
    let applied = apply(&device, &answer);
    assert_eq!(applied.received, 1);
    assert_eq!(applied.outlived, Some((lane, Outlived::Behind)));
    assert_eq!(standing(&device, entry), Standing::Received);
    let next = go_on(&device, lane, 0x12).unwrap();
    let went_on = device.went_on().unwrap().unwrap();
    assert_eq!(
        (went_on.at_ms, went_on.why),
        (common::NOW, Outlived::Behind)
    );
    // Said again of a lane that nobody writes to: nothing to do.
    assert_eq!(apply(&device, &answer).outlived, None);
    drop(device);
    let device = lab.open();
    let session = lab.unlock(&device);
    let saved = save(&session, &lab.referral());
    assert_eq!(saved.entries[0].lane, next);
    assert!(session.take_back(entry).is_err());
}

#[test]
fn a_receipt_on_a_branch_or_with_another_hash_says_that_the_lane_forked() {
    let (lab, device, entry) = sent();
    let good = lab.receipt(&device, 1);
    let diverged = Receipt {
        through: Head {
            hash: [8; 32],
            ..good.through
        },
        ..good.clone()
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&diverged)]));
    let forked = Some((good.lane, Outlived::Forked));
    assert_eq!(applied.outlived, forked);
    assert_eq!(standing(&device, entry), Standing::Sent);
    let on_branch = Receipt {
        branch: Branch([7; 32]),
        ..good
    };
    let applied = apply(&device, &lab.answer(vec![lab.sign(&on_branch)]));
    assert_eq!(applied.outlived, forked);
    assert_eq!(standing(&device, entry), Standing::Received);
}

#[test]
fn a_lease_holds_only_from_the_site_and_never_gets_older() {
    let (lab, device, _) = sent();
    let user = lab.officers[0].user;
    let issued = |ms: i64| common::now() + chrono::TimeDelta::milliseconds(ms);
    let lease_of = || device.person(user).unwrap().unwrap().lease.unwrap();
    let newer = lab.lease(user, issued(5000));
    let answer = Answer {
        leases: vec![newer.clone(), lab.lease(user, issued(1000))],
        ..lab.answer(Vec::new())
    };
    let applied = apply(&device, &answer);
    assert_eq!(lease_of(), newer, "{:?}", applied.ignored);
    let mut forged = lab.lease(user, issued(9000));
    forged.signature.0[5] ^= 1;
    let answer = Answer {
        leases: vec![forged],
        ..lab.answer(Vec::new())
    };
    let applied = apply(&device, &answer);
    assert!(matches!(applied.ignored.as_slice(), [Ignored::Lease]));
    assert_eq!(lease_of(), newer);
}
