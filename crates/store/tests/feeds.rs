//! Feeds: what the site lets somebody hold, and what it takes away.

#![allow(clippy::unwrap_used)]

mod common;

use common::answers::apply;
use common::{Lab, logged, report, save};
use handoff_domain::{VerificationMove, VerificationState};
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane};
use handoff_protocol::message::{Answer, FeedItem, FeedPart, FeedPosition};
use handoff_protocol::receipt::{ParkCode, Receipt};
use handoff_store::{Ignored, SessionKeys};
use handoff_sync::Standing;

fn other_lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([0xd2; 16]),
        incarnation: Incarnation::from_bytes([0x12; 16]),
    }
}

#[test]
fn a_decision_reaches_the_officer_and_is_told_once() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    lab.sync(&device, 1);
    let own = lab.include(&entry, device.lane_reports().unwrap()[0].lane, 2);
    let first = apply(&device, &lab.user_feed(lab.part(1, true, vec![own])));
    assert!(first.decided.is_empty());

    let ask = lab.decision(entry.id.into(), VerificationMove::NeedInformation);
    let items = vec![lab.include(&ask, lab.site_lane(), 1)];
    let applied = apply(&device, &lab.user_feed(lab.part(2, false, items.clone())));
    let asked = (entry.id.into(), VerificationState::NeedsInformation);
    assert_eq!(applied.decided, [asked]);
    // The number shows while locked.
    session.lock();
    assert_eq!(device.counts().unwrap().needs_you, 1);
    let session = lab.unlock(&device);
    let again = apply(&device, &lab.user_feed(lab.part(2, false, items)));
    assert!(again.decided.is_empty());

    let mut approve = lab.decision(entry.id.into(), VerificationMove::Approve);
    approve.record.based_on = vec![ask.id];
    let items = vec![lab.include(&approve, lab.site_lane(), 2)];
    let applied = apply(&device, &lab.user_feed(lab.part(3, false, items)));
    let approved = (entry.id.into(), VerificationState::Approved);
    assert_eq!(applied.decided, [approved]);
    assert_eq!(device.counts().unwrap().needs_you, 0);
    let view = session.referral(entry.id.into()).unwrap().unwrap();
    assert_eq!(view.entries.len(), 3);
    assert_eq!(view.standing(), Some(Standing::Received));
    let (position, with_own) = session.position().unwrap().unwrap();
    assert_eq!(
        position,
        FeedPosition::After(lab.part(3, false, Vec::new()).next)
    );
    assert!(!with_own);
}

#[test]
fn a_locked_persons_feed_is_left_for_later() {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.entry(lab.next_id(), common::answers::user(9), logged("x"));
    let items = vec![lab.include(&entry, other_lane(), 1)];
    let applied = apply(&device, &lab.user_feed(lab.part(1, true, items)));
    assert!(matches!(
        applied.ignored.as_slice(),
        [Ignored::Feed(Some(_))]
    ));
    let session = lab.unlock(&device);
    let start = (FeedPosition::Start, true);
    assert_eq!(session.position().unwrap(), Some(start));
}

#[test]
fn a_snapshot_swaps_the_content_and_keeps_what_the_site_has_not_applied() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (applied, waiting) = (lab.referral(), lab.referral());
    save(&session, &applied);
    lab.sync(&device, 1);
    save(&session, &waiting);
    let others = lab.entry(lab.next_id(), common::answers::user(9), logged("x"));
    let items = vec![
        lab.include(&others, other_lane(), 1),
        lab.include(&applied, device.lane_reports().unwrap()[0].lane, 2),
    ];
    // A new vault asks for its own entries too.
    assert!(session.position().unwrap().unwrap().1);
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    assert_eq!(session.referrals(10, None).unwrap().len(), 3);
    let view = session.referral(applied.id.into()).unwrap().unwrap();
    assert!(view.entries[0].received_at.is_some());

    // One that nobody asked for: what others wrote goes, and all is asked anew.
    let unasked = apply(&device, &lab.user_feed(lab.part(2, true, Vec::new())));
    assert!(unasked.more);
    assert!(session.referral(others.id.into()).unwrap().is_none());
    assert!(session.referral(applied.id.into()).unwrap().is_some());
    let (position, with_own) = session.position().unwrap().unwrap();
    assert_eq!((position, with_own), (FeedPosition::Start, true));

    // Asked for with own entries: one that is not in it may no longer be held.
    apply(&device, &lab.user_feed(lab.part(3, true, Vec::new())));
    assert!(session.referral(applied.id.into()).unwrap().is_none());
    assert!(session.referral(waiting.id.into()).unwrap().is_some());
    assert!(!session.position().unwrap().unwrap().1);
    drop((session, device));
    let device = lab.open();
    let session = lab.unlock(&device);
    assert!(session.referral(applied.id.into()).unwrap().is_none());
    assert!(session.referral(waiting.id.into()).unwrap().is_some());
}

#[test]
fn a_vault_of_yesterday_asks_for_everything_again() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    apply(&device, &lab.user_feed(lab.part(1, true, Vec::new())));
    assert!(!session.position().unwrap().unwrap().1);
    drop((session, device));
    let yesterday = lab.keep("vault");

    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    // Its redo goes: the vault has it, and the site has applied it.
    lab.sync(&device, 1);
    drop((session, device));
    yesterday.put_back();

    let device = lab.open();
    let session = lab.unlock(&device);
    let start = (FeedPosition::Start, true);
    assert_eq!(session.position().unwrap(), Some(start));
    let own = lab.include(&entry, device.lane_reports().unwrap()[0].lane, 2);
    apply(&device, &lab.user_feed(lab.part(2, true, vec![own])));
    assert!(session.referral(entry.id.into()).unwrap().is_some());
    drop((session, device));
    // Once: it is today's vault again.
    let device = lab.open();
    let session = lab.unlock(&device);
    assert!(!session.position().unwrap().unwrap().1);
}

#[test]
fn a_snapshot_does_not_take_a_parked_entry_from_its_author() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    lab.send_all(&device);
    let good = lab.receipt(&device, 1);
    let parked = Receipt {
        parked: vec![(good.through.seq, ParkCode::KeyMissing)],
        ..good
    };
    let answer = Answer {
        receipts: vec![lab.sign(&parked)],
        ..lab.user_feed(lab.part(1, true, Vec::new()))
    };
    apply(&device, &answer);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
    drop((session, device));
    // Its redo is kept: nobody has it as a record but its author.
    let path = lab.file("vault-");
    std::fs::remove_file(path).unwrap();
    let device = lab.open();
    let session = lab.unlock(&device);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
}

#[test]
fn redo_goes_once_it_is_applied_and_durable_and_the_sealed_bytes_stay() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    lab.send_all(&device);
    let good = lab.receipt(&device, 1);
    let lane = good.lane;
    let (_, before) = device.read_items(&lane, 1, 500).unwrap();
    let taken = Receipt {
        applied_through: 0,
        ..good.clone()
    };
    apply(&device, &lab.answer(vec![lab.sign(&taken)]));
    assert_eq!(redo_left(&lab), 1);
    assert_eq!(device.outlook().unwrap().lanes.len(), 1);
    let applied = Receipt {
        revision: 2,
        ..good
    };
    apply(&device, &lab.answer(vec![lab.sign(&applied)]));
    assert_eq!(redo_left(&lab), 0);
    let (_, after) = device.read_items(&lane, 1, 500).unwrap();
    assert_eq!(before, after);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
}

#[test]
fn a_locked_vault_keeps_its_redo() {
    let lab = Lab::new();
    let device = lab.open();
    save(&lab.unlock_to_write(&device), &lab.referral());
    lab.sync(&device, 1);
    assert_eq!(redo_left(&lab), 1);
    let session = lab.unlock(&device);
    assert_eq!(session.referrals(10, None).unwrap().len(), 1);
    // Caught up: nobody needs it any more.
    assert_eq!(redo_left(&lab), 0);
}

/// Rows with redo, read as somebody with the machine's secret can.
fn redo_left(lab: &Lab) -> i64 {
    const SQL: &str = "SELECT count(*) FROM journal WHERE redo IS NOT NULL";
    common::peek(lab, SQL)
}

#[test]
fn an_eviction_erases_the_view_and_the_redo_and_never_the_sealed_bytes() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    let others = lab.entry(
        lab.next_id(),
        common::answers::user(9),
        logged("Someone Else"),
    );
    let items = vec![lab.include(&others, other_lane(), 1)];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    let lane = device.outlook().unwrap().lanes[0].lane;
    let (_, before) = device.read_items(&lane, 1, 500).unwrap();

    let evict = vec![
        FeedItem::Evict(ItemId(entry.id.0)),
        FeedItem::Evict(ItemId(others.id.0)),
    ];
    apply(&device, &lab.user_feed(lab.part(2, false, evict)));
    assert!(session.referrals(10, None).unwrap().is_empty());
    assert_eq!(redo_left(&lab), 0);
    let (_, after) = device.read_items(&lane, 1, 500).unwrap();
    assert_eq!(before, after);
    assert_eq!(device.counts().unwrap().waiting, 1);
    drop((session, device));
    // Catch-up does not bring it back.
    let device = lab.open();
    assert!(lab.unlock(&device).referrals(10, None).unwrap().is_empty());
}

#[test]
fn an_answer_to_an_earlier_question_brings_nothing_back() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let others = lab.entry(lab.next_id(), common::answers::user(9), logged("x"));
    let include = vec![lab.include(&others, other_lane(), 1)];
    apply(&device, &lab.user_feed(lab.part(1, true, Vec::new())));
    let evict = vec![FeedItem::Evict(ItemId(others.id.0))];
    apply(&device, &lab.user_feed(lab.part(3, false, evict)));
    apply(&device, &lab.user_feed(lab.part(2, false, include)));
    assert!(session.referrals(10, None).unwrap().is_empty());
    let (position, _) = session.position().unwrap().unwrap();
    assert_eq!(
        position,
        FeedPosition::After(lab.part(3, false, Vec::new()).next)
    );
}

#[test]
fn a_feed_of_another_epoch_than_the_answers_is_left_alone() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let mut part = lab.part(1, true, Vec::new());
    part.next.epoch = common::answers::epoch(0x99);
    let answer = Answer {
        site_feed: Some(part.clone()),
        ..lab.user_feed(part)
    };
    let applied = apply(&device, &answer);
    assert_eq!(applied.ignored.len(), 2, "{:?}", applied.ignored);
    assert_eq!(session.position().unwrap().unwrap().0, FeedPosition::Start);
    assert_eq!(device.site_position().unwrap(), FeedPosition::Start);
}

#[test]
fn packs_and_roster_come_while_everybody_is_locked_out() {
    let lab = Lab::new();
    let device = lab.open();
    let (first, second) = (
        lab.roster_change("A. Okafor"),
        lab.roster_change("A. Okafor-Lee"),
    );
    let items = vec![
        lab.include(&first, lab.site_lane(), 1),
        lab.include(&second, lab.site_lane(), 2),
    ];
    apply(&device, &lab.site_feed(lab.part(2, true, items)));
    let names = || -> Vec<String> {
        let roster = device.roster().unwrap();
        roster.into_values().map(|change| change.name).collect()
    };
    assert_eq!(names(), ["A. Okafor-Lee"]);
    let evict = vec![FeedItem::Evict(ItemId(second.id.0))];
    apply(&device, &lab.site_feed(lab.part(3, false, evict)));
    assert_eq!(names(), ["A. Okafor"]);
    assert_eq!(
        device.site_position().unwrap(),
        FeedPosition::After(lab.part(3, false, Vec::new()).next)
    );
}

#[test]
fn nothing_about_a_person_served_enters_by_the_site_scope_feed() {
    let lab = Lab::new();
    let device = lab.open();
    let referral = lab.referral();
    let mut disguised = lab.roster_change("x");
    disguised.record.body =
        handoff_domain::Body::ReferralAmended(handoff_domain::ReferralAmended {
            referral: referral.id.into(),
            report: report(common::NAME),
            reason: common::NAME.into(),
        });
    let items = vec![
        lab.include(&referral, lab.site_lane(), 1),
        lab.include(&disguised, lab.site_lane(), 2),
        lab.include(&lab.roster_change("B. Ionescu"), other_lane(), 3),
    ];
    let applied = apply(&device, &lab.site_feed(lab.part(3, true, items)));
    let left_out = |ignored: &Ignored| matches!(ignored, Ignored::SiteEntry(_));
    assert_eq!(applied.ignored.iter().filter(|i| left_out(i)).count(), 3);
    assert_eq!(common::peek(&lab, "SELECT count(*) FROM site_entry"), 0);
}

#[test]
fn logical_time_follows_what_was_seen_by_at_most_five_minutes() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let mut wild = lab.decision(lab.next_id().into(), VerificationMove::Approve);
    wild.record.captured_at.hlc.wall_ms = common::NOW + 86_400_000;
    let items = vec![lab.include(&wild, lab.site_lane(), 1)];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    let hlc = device.hlc().unwrap();
    assert_eq!(hlc.wall_ms, common::NOW + 5 * 60_000);
    let mut entry = lab.referral();
    entry.record.captured_at.hlc = hlc.next(common::NOW, Some(common::NOW));
    save(&session, &entry);
    assert_eq!(device.hlc().unwrap(), entry.record.captured_at.hlc);
}

#[test]
fn a_snapshot_in_parts_wants_own_entries_to_its_end() {
    let lab = Lab::new();
    let device = lab.open();
    let officer = &lab.officers[0];
    let keys = SessionKeys::Reading(officer.keys.clone());
    let session = device.unlock(officer.slot, keys).unwrap();
    let first = FeedPart {
        more: true,
        ..lab.part(1, true, Vec::new())
    };
    assert!(apply(&device, &lab.user_feed(first)).more);
    assert!(session.position().unwrap().unwrap().1);
    assert!(!apply(&device, &lab.user_feed(lab.part(2, false, Vec::new()))).more);
    assert!(!session.position().unwrap().unwrap().1);
}

/// A part without own entries was asked for and is on its way while the vault comes
/// to want them: it is not taken for one that has them.
#[test]
fn a_part_that_left_own_entries_out_ends_no_wish_for_them() {
    for snapshot in [true, false] {
        let lab = Lab::new();
        let device = lab.open();
        let session = lab.unlock(&device);
        let entry = lab.referral();
        save(&session, &entry);
        lab.sync(&device, 1);
        let position = || session.position().unwrap().unwrap();
        let lane = device.lane_reports().unwrap()[0].lane;
        let first = FeedPart {
            more: true,
            ..lab.part(1, true, vec![lab.include(&entry, lane, 2)])
        };
        apply(&device, &lab.user_feed(first));
        assert!(matches!(position(), (FeedPosition::After(_), true)));
        let without_own = FeedPart {
            without_own: true,
            ..lab.part(2, snapshot, Vec::new())
        };
        assert!(apply(&device, &lab.user_feed(without_own)).more);
        assert_eq!(position(), (FeedPosition::Start, true), "{snapshot}");
        assert!(session.referral(entry.id.into()).unwrap().is_some());
    }
}
