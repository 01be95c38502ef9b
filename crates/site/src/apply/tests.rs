use std::collections::BTreeSet;

use chrono::TimeDelta;
use handoff_domain::{Body, Role, VerificationMove};
use handoff_protocol::ids::{ItemId, Lane};
use handoff_protocol::item::Item;
use handoff_protocol::message::Outcome;
use handoff_protocol::receipt::Receipt;
use handoff_vault::{OsRandom, SigningKey};

use super::*;
use crate::testing::{ADMIN, OFFICER, OTHER, PROSECUTOR, TestDevice, TestSite, id, logged};

fn officer() -> (TestSite, TestDevice) {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    (site, device)
}

/// Sends everything; says what is parked.
fn send(site: &TestSite, device: &TestDevice) -> Receipt {
    let answer = site.sync(&device.request(device.everything()));
    let receipt = site.receipt(&answer, &device.lane);
    assert_eq!(receipt.through, device.head());
    assert_eq!(receipt.applied_through, receipt.through.seq);
    receipt
}

fn referrals(site: &TestSite) -> usize {
    site.site.referrals().unwrap().len()
}

#[test]
fn an_entry_that_does_not_open_is_parked_and_those_behind_it_are_applied() {
    let (site, mut device) = officer();
    device.refer();
    for spoil in [0usize, 20] {
        let mut item = device.seal(ItemId(id()), b"");
        if let Item::Entry { sealed, .. } = &mut item {
            sealed[spoil] ^= 1;
        }
        device.items.push(item);
    }
    let not_a_record = device.seal(ItemId(id()), b"hello");
    device.items.push(not_a_record);
    let mut short = device.seal(ItemId(id()), b"");
    if let Item::Entry { sealed, .. } = &mut short {
        sealed.truncate(5);
    }
    device.items.push(short);
    device.refer();
    use ParkCode::{CannotOpen, Unreadable};
    let expected = [
        (3, CannotOpen),
        (4, CannotOpen),
        (5, Unreadable),
        (6, CannotOpen),
    ];
    assert_eq!(send(&site, &device).parked, expected);
    assert_eq!(referrals(&site), 2);
}

#[test]
fn an_entry_without_its_context_or_under_one_of_another_lane_is_parked() {
    let (site, mut device) = officer();
    let mut elsewhere = device.clone();
    elsewhere.lane = TestDevice::enrol(&site, OTHER).lane;
    elsewhere.unlock();
    // A context that was made for another lane, and an entry under it.
    device.items.push(elsewhere.items[0].clone());
    let moved = elsewhere.seal(ItemId(id()), b"");
    device.items.push(moved);
    // An entry in front of its own context.
    let mut later = device.clone();
    later.unlock();
    later.refer();
    let [.., context, entry] = &later.items[..] else {
        panic!("two items were made");
    };
    device.items.extend([entry.clone(), context.clone()]);
    let forged = ParkCode::ContextForged;
    assert_eq!(send(&site, &device).parked, [(2, forged), (3, forged)]);
}

#[test]
fn an_entry_written_in_anothers_name_is_parked() {
    let (site, mut device) = officer();
    // A colleague with the device's key and files, but not the author's.
    device.unlock_with(&SigningKey::make(&OsRandom));
    device.refer();
    // And one who names a colleague that never was on this device.
    let mut other = device.clone();
    other.user = site.user(OTHER);
    other.unlock();
    other.refer();
    // Asked for certificates, it can only show those that it has.
    let asked = site.refused(&other.request(other.everything()));
    assert_eq!(asked, Outcome::SendCertificates);
    let answer = site.sync(&other.introduction(other.everything()));
    let expected = [(2, ParkCode::AuthorMismatch), (4, ParkCode::AuthorUnknown)];
    assert_eq!(site.receipt(&answer, &other.lane).parked, expected);
    assert_eq!(referrals(&site), 0);
}

#[test]
fn a_role_that_may_not_write_a_kind_is_parked() {
    let (site, mut device) = officer();
    // Not theirs to claim.
    device.save(Role::ProsecutorLiaison, logged("x"));
    // Theirs, and not allowed.
    let referral = device.refer();
    let decided = Body::VerificationDecided(handoff_domain::Decided {
        referral,
        decision: VerificationMove::Approve,
        reason: String::new(),
    });
    device.save(Role::Officer, decided);
    let not = ParkCode::NotPermitted;
    assert_eq!(send(&site, &device).parked, [(2, not), (4, not)]);
}

#[test]
fn a_kind_that_this_version_does_not_know_is_kept_and_parked() {
    let (site, mut device) = officer();
    let unknown = Body::Unknown {
        kind: "moon_landed".to_owned(),
        raw: ciborium_null(),
    };
    device.save(Role::Officer, unknown);
    assert_eq!(send(&site, &device).parked, [(2, ParkCode::UnknownKind)]);
    let held = site.site.storage().reading(|reads| {
        let line = reads.lines(&device.lane)?.remove(0);
        reads.item(line.id, 2)
    });
    assert_eq!(held.unwrap().unwrap().item, device.items[1]);
}

fn ciborium_null() -> ciborium::Value {
    ciborium::Value::Null
}

#[test]
fn what_was_written_before_an_account_was_disabled_is_applied_and_after_it_parked() {
    let (site, mut device) = officer();
    device.refer();
    site.pass(TimeDelta::minutes(1));
    site.site.set_roles(OFFICER, BTreeSet::new()).unwrap();
    site.pass(TimeDelta::minutes(1));
    device.refer();
    assert_eq!(send(&site, &device).parked, [(3, ParkCode::AuthorDisabled)]);
    assert_eq!(referrals(&site), 1);
    // The account is enabled again: what was parked is judged again.
    site.site
        .set_roles(OFFICER, [Role::Officer].into())
        .unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(site.receipt(&answer, &device.lane).parked, []);
    assert_eq!(referrals(&site), 2);
}

#[test]
fn the_later_word_about_a_person_counts_when_the_clock_was_put_back() {
    let site = TestSite::found();
    site.site.set_roles(OFFICER, BTreeSet::new()).unwrap();
    site.pass(-TimeDelta::days(400));
    site.site
        .set_roles(OFFICER, [Role::Sergeant].into())
        .unwrap();
    let people = site.site.people().unwrap();
    let officer = people.iter().find(|person| person.name == OFFICER).unwrap();
    assert_eq!(officer.roles, [Role::Sergeant].into());
}

#[test]
fn what_an_officer_wrote_before_changing_roles_stays_theirs() {
    let (site, mut device) = officer();
    device.refer();
    site.pass(TimeDelta::minutes(1));
    site.site
        .set_roles(OFFICER, [Role::PeerSpecialist].into())
        .unwrap();
    site.pass(TimeDelta::minutes(1));
    device.refer();
    assert_eq!(send(&site, &device).parked, [(3, ParkCode::NotPermitted)]);
}

#[test]
fn an_id_that_other_bytes_have_taken_is_parked_and_the_same_bytes_change_nothing() {
    let (site, mut device) = officer();
    let record = device.record(Role::Officer, logged("first"));
    let other = device.record(Role::Officer, logged("second"));
    let id = ItemId(id());
    for record in [&record, &other, &record] {
        let item = device.seal(id, &record.to_bytes().unwrap());
        device.items.push(item);
    }
    assert_eq!(send(&site, &device).parked, [(3, ParkCode::IdTaken)]);
    assert_eq!(referrals(&site), 1);
}

#[test]
fn what_is_parked_is_judged_again_at_every_start() {
    let (site, mut device) = officer();
    let referral = device.refer();
    send(&site, &device);
    // As if this version had not known the kind: kept, parked, not applied.
    let park = |writes: &dyn Writes| {
        let line = writes.lines(&device.lane)?.remove(0);
        writes.park(line.id, 2, ParkCode::UnknownKind, site.now())
    };
    site.site.storage().writing(park).unwrap();
    let parked = || {
        site.receipt(&site.sync(&device.request(Vec::new())), &device.lane)
            .parked
    };
    assert_eq!(parked(), [(2, ParkCode::UnknownKind)]);
    site.judge_parked();
    assert_eq!(parked(), []);
    assert_eq!(site.site.referrals().unwrap()[0].referral, referral);
}

#[test]
fn views_made_again_from_the_journal_are_the_same() {
    let (site, mut device) = officer();
    let mut other = TestDevice::enrol(&site, OTHER);
    let first = device.refer();
    let second = device.refer();
    other.refer();
    device.save(
        Role::Officer,
        Body::ReferralWithdrawn(handoff_domain::ReferralWithdrawn {
            referral: first,
            reason: String::new(),
        }),
    );
    send(&site, &device);
    send(&site, &other);
    let decision = VerificationMove::NeedInformation;
    site.site
        .decide(second, PROSECUTOR, decision, "which one?")
        .unwrap();
    site.site.set_roles(OTHER, BTreeSet::new()).unwrap();
    let views = |site: &TestSite| (site.site.referrals().unwrap(), site.site.people().unwrap());
    let before = views(&site);
    assert!(before.0.iter().any(|row| row.withdrawn));
    site.site.rebuild_views().unwrap();
    assert_eq!(views(&site), before);
}

#[test]
fn queues_longer_than_a_chunk_are_applied_to_the_end_and_in_order() {
    let (site, mut device) = officer();
    let mut other = TestDevice::enrol(&site, OTHER);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for n in 0..2 * CHUNK + 7 {
        first.push(device.refer());
        if n == CHUNK + 3 {
            // Parked, in a chunk that was opened while the one before was kept.
            let spoilt = device.seal(ItemId(id()), b"hello");
            device.items.push(spoilt);
        }
        if n < CHUNK + 5 {
            second.push(other.refer());
        }
    }
    for device in [&device, &other] {
        let end = device.items.len() as Seq;
        for from in (1..=end).step_by(CHUNK) {
            let batch = device.batch(from, end.min(from + CHUNK as Seq - 1));
            let taken = site.site.take(&device.request(vec![batch]));
            taken.map_err(|(reply, _)| reply).unwrap();
        }
    }
    site.apply();
    let kept = site
        .site
        .storage()
        .reading(|reads| reads.entries_of_kind("referral_logged"))
        .unwrap();
    for (device, saved) in [(&device, &first), (&other, &second)] {
        let of_lane = kept.iter().filter(|row| row.lane == device.lane);
        let order: Vec<_> = of_lane.filter_map(|row| row.referral).collect();
        assert_eq!(&order, saved);
    }
    assert_eq!(site.site.parked().unwrap().len(), 1);
    assert_eq!(referrals(&site), first.len() + second.len());
}

#[test]
fn one_applier_works_at_a_time_and_another_takes_over_when_it_is_silent() {
    let (site, mut device) = officer();
    device.refer();
    site.apply();
    let mut second = Opener::new(&site.host());
    let request = device.request(device.everything());
    site.site
        .take(&request)
        .map_err(|(reply, _)| reply)
        .unwrap();
    // The first has just worked.
    let mut first = site.opener.lock().unwrap();
    site.site
        .keep_judged(*first.holder(), Vec::new(), None, None)
        .unwrap();
    assert!(site.site.apply(&mut second).unwrap().is_elsewhere);
    assert_eq!(referrals(&site), 0);
    site.pass(LEASE);
    assert_eq!(site.site.apply(&mut second).unwrap().judged, 2);
    assert!(
        !site
            .site
            .keep_judged(*first.holder(), Vec::new(), None, None)
            .unwrap()
    );
    assert_eq!(site.site.apply(&mut first).unwrap().judged, 0);
    assert_eq!(referrals(&site), 1);
}

#[test]
fn the_sites_own_lane_is_chained_and_goes_on_across_epochs() {
    use handoff_protocol::chain::{genesis, link};
    let site = TestSite::found();
    let check = |lane: &Lane| {
        site.site
            .storage()
            .reading(|reads| {
                let line = reads.lines(lane)?.remove(0);
                let mut head = genesis(lane, line.parent.as_ref());
                for held in reads.items(line.id, 1, 1000)? {
                    head = link(lane, &head, &held.item.digest());
                    assert_eq!((held.seq, held.hash), (head.seq, head.hash));
                }
                assert_eq!(head, line.head);
                Ok::<_, StorageError>(line)
            })
            .unwrap()
    };
    let first = site.site.status().unwrap().lane();
    let before = check(&first);
    // Pack, and four people.
    assert_eq!((before.head.seq, before.parent), (5, None));
    let open = |writes: &dyn Writes| crate::epoch::open(&site.site, writes, site.now());
    site.site.storage().writing(open).unwrap();
    site.site
        .set_roles(ADMIN, [Role::ProjectManager].into())
        .unwrap();
    let after = check(&site.site.status().unwrap().lane());
    let parent = after.parent.unwrap();
    assert_eq!(
        (parent.lane, parent.seq, parent.hash),
        (first, 5, before.head.hash)
    );
}
