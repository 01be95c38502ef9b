use chrono::DateTime;
use handoff_protocol::ids::Incarnation;
use handoff_protocol::receipt::Branch;
use proptest::prelude::*;

use super::*;

const EPOCH: EpochId = EpochId(uuid::Uuid::from_bytes([5; 16]));

fn lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([1; 16]),
        incarnation: Incarnation::from_bytes([2; 16]),
    }
}

fn receipt() -> Receipt {
    Receipt {
        site: SitePin([4; 32]),
        device: DeviceId::from_bytes([1; 16]),
        lane: lane(),
        branch: Branch::MAIN,
        through: Head {
            seq: 7,
            hash: [7; 32],
        },
        applied_through: 6,
        epoch: EPOCH,
        revision: 3,
        parked: vec![(2, ParkCode::CannotOpen)],
        blobs_missing: vec![4],
        elided: Vec::new(),
        backed_up_through: 0,
        received_at: DateTime::UNIX_EPOCH,
    }
}

fn own() -> Own<'static> {
    Own {
        site: SitePin([4; 32]),
        device: DeviceId::from_bytes([1; 16]),
        lane: lane(),
        head: Head {
            seq: 9,
            hash: [9; 32],
        },
        hash_at_through: Some([7; 32]),
        epoch: EPOCH,
        before_kept: None,
        attached: &[],
        before: None,
    }
}

#[test]
fn a_receipt_that_holds_covers_and_names_what_it_does_not() {
    let coverage = judge(own(), &receipt()).unwrap();
    let standings: Vec<Standing> = (1..=9)
        .map(|seq| standing(seq, EPOCH, Some(&coverage), Some((8, EPOCH))))
        .collect();
    use Standing::{OnDevice, Parked, Received, Sent};
    assert_eq!(
        standings,
        [
            Received,
            Parked(ParkCode::CannotOpen),
            Received,
            Sent,
            Received,
            Received,
            Received,
            Sent,
            OnDevice
        ]
    );
}

/// A site that has not opened an entry cannot know what it names.
#[test]
fn an_attachment_is_missing_until_its_entry_is_applied() {
    let applied_through = 3;
    let receipt = Receipt {
        applied_through,
        blobs_missing: vec![4],
        ..receipt()
    };
    let attached = &[1, 3, 4, 6, 9];
    let coverage = judge(Own { attached, ..own() }, &receipt).unwrap();
    assert_eq!(coverage.blobs_missing, [4, 6]);
    let stands = |seq| standing(seq, EPOCH, Some(&coverage), Some((8, EPOCH)));
    assert_eq!(stands(6), Standing::Sent);
    assert_eq!(stands(3), Standing::Received);
    let receipt = Receipt {
        applied_through: 7,
        blobs_missing: vec![],
        ..receipt
    };
    let coverage = judge(Own { attached, ..own() }, &receipt).unwrap();
    assert!(coverage.blobs_missing.is_empty());
}

/// Another copy of the device took the entry at 5 back, and its placeholder
/// reached the site first.
#[test]
fn what_another_copy_took_back_is_not_covered() {
    let own = Own {
        before_kept: Some(Head {
            seq: 4,
            hash: [4; 32],
        }),
        ..own()
    };
    let coverage = judge(own, &receipt()).unwrap();
    assert_eq!(
        (coverage.through, coverage.applied_through),
        (own.before_kept.unwrap(), 4)
    );
    let standings: Vec<Standing> = (1..=7)
        .map(|seq| standing(seq, EPOCH, Some(&coverage), Some((7, EPOCH))))
        .collect();
    use Standing::{Parked, Received, Sent};
    assert_eq!(
        standings,
        [
            Received,
            Parked(ParkCode::CannotOpen),
            Received,
            Sent,
            Sent,
            Sent,
            Sent
        ]
    );
    // The same receipt says the same again; one that has the content covers all.
    let before = Some(&coverage);
    assert_eq!(judge(Own { before, ..own }, &receipt()).unwrap(), coverage);
    let filled = Receipt {
        revision: 4,
        ..receipt()
    };
    let own = Own {
        before_kept: None,
        before,
        ..own
    };
    assert_eq!(judge(own, &filled).unwrap().through.seq, 7);
}

#[test]
fn a_new_epoch_takes_coverage_and_sent_back() {
    let coverage = judge(own(), &receipt()).unwrap();
    let other = EpochId(uuid::Uuid::from_bytes([6; 16]));
    for seq in 1..=9 {
        assert_eq!(
            standing(seq, other, Some(&coverage), Some((8, EPOCH))),
            Standing::OnDevice
        );
    }
}

#[test]
fn each_thing_that_is_off_is_refused_by_name() {
    let check = |change: &dyn Fn(&mut Receipt), refused: ReceiptRefused| {
        let mut receipt = receipt();
        change(&mut receipt);
        assert_eq!(judge(own(), &receipt), Err(refused));
    };
    check(&|r| r.site = SitePin([0; 32]), ReceiptRefused::OtherSite);
    check(
        &|r| r.device = DeviceId::from_bytes([0; 16]),
        ReceiptRefused::OtherLane,
    );
    check(
        &|r| r.lane = Lane::Site { epoch: EPOCH },
        ReceiptRefused::OtherLane,
    );
    check(
        &|r| r.epoch = EpochId::from_bytes([0; 16]),
        ReceiptRefused::OtherEpoch,
    );
    check(&|r| r.through.seq = 10, ReceiptRefused::Beyond(10));
    check(&|r| r.through.hash = [0; 32], ReceiptRefused::Diverged(7));

    let before = judge(own(), &receipt()).unwrap();
    let own = Own {
        before: Some(&before),
        ..own()
    };
    let mut older = receipt();
    older.revision = 2;
    assert_eq!(judge(own, &older), Err(ReceiptRefused::Older));
    assert!(judge(own, &receipt()).is_ok());
    let mut further = receipt();
    further.through.seq = 9;
    let before = judge(
        Own {
            hash_at_through: Some([7; 32]),
            before: None,
            ..own
        },
        &further,
    )
    .unwrap();
    let own = Own {
        before: Some(&before),
        ..own
    };
    // As new as the one before and says less: it was held up.
    assert_eq!(judge(own, &receipt()), Err(ReceiptRefused::Older));
}

#[test]
fn only_what_this_device_has_not_written_proves_a_copy() {
    use ReceiptRefused::{Beyond, Diverged, Older, OtherEpoch, OtherLane, OtherSite};
    assert!(
        [Beyond(3), Diverged(3)]
            .into_iter()
            .all(ReceiptRefused::is_of_a_copy)
    );
    let others = [OtherSite, OtherLane, OtherEpoch, Older];
    assert!(!others.into_iter().any(ReceiptRefused::is_of_a_copy));
}

proptest! {
    #[test]
    fn received_is_never_shown_without_a_receipt_of_the_current_epoch(
        seq in 1u64..20, through in 0u64..20, sent in prop::option::of(0u64..20), same in any::<bool>(),
    ) {
        let mut receipt = receipt();
        receipt.through.seq = through.min(9);
        let coverage = judge(own(), &receipt).unwrap();
        let epoch = if same { EPOCH } else { EpochId::from_bytes([6; 16]) };
        let got = standing(seq, epoch, Some(&coverage), sent.map(|sent| (sent, epoch)));
        if got == Standing::Received {
            prop_assert!(same && seq <= through.min(9));
        }
    }
}
