use chrono::TimeDelta;
use handoff_domain::{Body, Role, VerificationMove};
use handoff_protocol::ids::ItemId;

use super::*;
use crate::testing::{ADMIN, OFFICER, PROSECUTOR, TestDevice, TestSite, id};

/// An officer who was disabled, and the referral that they saved afterwards.
fn disabled() -> (TestSite, TestDevice, EntryId) {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    site.pass(TimeDelta::minutes(1));
    site.site.disable_person(OFFICER, ADMIN).unwrap();
    site.pass(TimeDelta::minutes(1));
    let referral = device.refer();
    site.sync(&device.request(device.everything()));
    (site, device, referral.into())
}

#[test]
fn what_is_parked_is_listed_with_its_reason_and_nothing_of_its_content() {
    let (site, device, entry) = disabled();
    let [parked] = &site.site.parked().unwrap()[..] else {
        panic!("one is parked");
    };
    assert_eq!((parked.entry, parked.device), (entry, Some(device.device)));
    assert_eq!((parked.lane, parked.seq), (device.lane, 2));
    assert_eq!(parked.code, ParkCode::AuthorDisabled);
    assert_eq!(parked.since, site.now());
}

#[test]
fn what_only_lacks_a_right_is_let_through_by_somebody_who_may() {
    let (site, device, entry) = disabled();
    let refused = site.site.release(entry, PROSECUTOR).unwrap_err();
    let not = ReleaseError::Person(PersonError::NotPermitted);
    assert_eq!(refused.to_string(), not.to_string());
    site.site.release(entry, ADMIN).unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(site.receipt(&answer, &device.lane).parked, []);
    assert_eq!(site.site.referrals().unwrap().len(), 1);
    assert!(matches!(
        site.site.release(entry, ADMIN),
        Err(ReleaseError::NotParked(_))
    ));
}

#[test]
fn what_does_not_open_is_let_through_by_nobody() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let item = device.seal(ItemId(id()), b"no record");
    let entry = EntryId(item.id().0);
    device.items.push(item);
    site.sync(&device.request(device.everything()));
    assert!(matches!(
        site.site.release(entry, ADMIN),
        Err(ReleaseError::NotTheirs {
            code: ParkCode::Unreadable,
            ..
        })
    ));
}

#[test]
fn a_decision_that_was_not_its_authors_to_make_stays_parked() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let referral = device.refer();
    let decided = Body::VerificationDecided(handoff_domain::Decided {
        referral,
        decision: VerificationMove::Approve,
        reason: String::new(),
    });
    let entry = device.save(Role::Officer, decided);
    site.sync(&device.request(device.everything()));
    site.site.release(entry, ADMIN).unwrap();
    site.apply();
    assert_eq!(site.site.parked().unwrap()[0].entry, entry);
}

#[test]
fn a_restored_site_still_lets_through_what_was_let_through() {
    let (site, device, entry) = disabled();
    let before = site.open_copy();
    std::fs::copy(
        site.site.paths().control_log(),
        before.site.paths().control_log(),
    )
    .unwrap();
    site.site.release(entry, ADMIN).unwrap();
    site.apply();
    let log = crate::control_log::read(
        &site.site.paths().control_log(),
        &site.site.keys().identity().public(),
    )
    .unwrap();
    let news = &log[log.len() - 1..];
    let lines: Vec<_> = news.iter().map(|(line, _)| line.clone()).collect();
    before
        .site
        .storage()
        .writing(|writes| before.site.replay(writes, &lines))
        .unwrap();
    let answer = before.sync(&device.request(Vec::new()));
    assert_eq!(before.receipt(&answer, &device.lane).parked, []);
}
