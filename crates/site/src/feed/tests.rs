use std::collections::BTreeSet;

use handoff_domain::{Role, VerificationMove};
use handoff_protocol::certificate::LeaseMark;
use handoff_protocol::ids::Lane;
use handoff_protocol::message::{Answer, NotServed, Outcome};
use handoff_vault::{OsRandom, SigningKey};

use super::*;
use crate::testing::{OFFICER, OTHER, PROSECUTOR, TestDevice, TestSite};

/// Asks for everything that is new, until nothing is.
fn pull(site: &TestSite, device: &mut TestDevice) -> Vec<FeedItem> {
    let mut items = Vec::new();
    device.pull.get_or_insert(FeedPosition::Start);
    loop {
        let answer = site.sync(&device.request(Vec::new()));
        let (user, part) = &answer.user_feeds[0];
        assert_eq!(*user, device.user);
        if part.snapshot {
            items.clear();
        }
        items.extend(part.items.clone());
        device.pull = Some(FeedPosition::After(part.next.clone()));
        if !part.more {
            return items;
        }
    }
}

fn ask(site: &TestSite, device: &TestDevice) -> Answer {
    site.sync(&device.request(Vec::new()))
}

#[test]
fn a_decision_reaches_its_referrer_and_nobody_elses_device() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let mut other = TestDevice::enrol(&site, OTHER);
    let mut prosecutor = TestDevice::enrol(&site, PROSECUTOR);
    let referral = device.refer();
    site.sync(&device.request(device.everything()));
    device.pull = Some(FeedPosition::Start);
    let part = ask(&site, &device).user_feeds.remove(0).1;
    assert!(part.without_own && part.items.is_empty(), "not echoed");
    assert_eq!(pull(&site, &mut device), []);
    let part = ask(&site, &device).user_feeds.remove(0).1;
    assert!(!part.without_own, "nothing was left out");
    assert_eq!(pull(&site, &mut other), []);
    assert_eq!(pull(&site, &mut prosecutor).len(), 1);

    let approve = VerificationMove::Approve;
    site.site.decide(referral, PROSECUTOR, approve, "").unwrap();
    let news = pull(&site, &mut device);
    let [FeedItem::Include(entry)] = &news[..] else {
        panic!("{news:?}");
    };
    assert!(matches!(entry.lane, Lane::Site { .. }));
    assert_eq!(entry.author, prosecutor.user);
    assert_eq!(pull(&site, &mut device), [], "once");
    assert_eq!(pull(&site, &mut other), []);
    // A vault that is rebuilt gets everything, its own too.
    device.pull = Some(FeedPosition::Start);
    assert_eq!(pull(&site, &mut device).len(), 1);
}

#[test]
fn what_a_person_wrote_on_one_device_reaches_their_other_one() {
    let site = TestSite::found();
    let mut car = TestDevice::enrol(&site, OFFICER);
    let mut tablet = TestDevice::enrol(&site, OFFICER);
    car.refer();
    site.sync(&car.request(car.everything()));
    assert_eq!(pull(&site, &mut car), []);
    assert_eq!(pull(&site, &mut tablet).len(), 1);
    tablet.refer();
    site.sync(&tablet.request(tablet.everything()));
    assert_eq!(pull(&site, &mut car).len(), 1);
    assert_eq!(pull(&site, &mut tablet), []);
}

#[test]
fn a_change_of_role_makes_the_feed_anew_as_a_snapshot() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let mut other = TestDevice::enrol(&site, OTHER);
    device.refer();
    device.refer();
    site.sync(&device.request(device.everything()));
    assert_eq!(pull(&site, &mut other), []);
    site.site
        .set_roles(OTHER, [Role::Officer, Role::Supervisor].into())
        .unwrap();
    let part = ask(&site, &other).user_feeds.remove(0).1;
    assert!(part.snapshot);
    assert_eq!(part.items.len(), 2);
    other.pull = Some(FeedPosition::After(part.next));
    site.site.set_roles(OTHER, [Role::Officer].into()).unwrap();
    let part = ask(&site, &other).user_feeds.remove(0).1;
    assert!(part.snapshot && part.items.is_empty());
}

#[test]
fn a_cursor_that_this_feed_did_not_give_rewinds_to_a_snapshot() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let referral = device.refer();
    site.sync(&device.request(device.everything()));
    site.site
        .decide(referral, PROSECUTOR, VerificationMove::Approve, "")
        .unwrap();
    pull(&site, &mut device);
    let Some(FeedPosition::After(cursor)) = device.pull.clone() else {
        panic!("a cursor was given");
    };
    let mut forged = vec![
        cursor.clone(),
        cursor.clone(),
        cursor.clone(),
        cursor.clone(),
    ];
    forged[0].feed_hash[3] ^= 1;
    forged[1].position += 7;
    forged[2].scope_version += 1;
    forged[3].epoch = handoff_protocol::ids::EpochId(crate::testing::id());
    for cursor in forged {
        device.pull = Some(FeedPosition::After(cursor));
        let part = ask(&site, &device).user_feeds.remove(0).1;
        assert!(part.snapshot);
        assert_eq!(part.items.len(), 1);
    }
    device.pull = Some(FeedPosition::After(cursor));
    assert!(!ask(&site, &device).user_feeds[0].1.snapshot);
}

#[test]
fn every_device_gets_packs_and_roster_by_its_certificate_alone() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.site_feed = Some(FeedPosition::Start);
    let part = ask(&site, &device).site_feed.unwrap();
    assert!(part.snapshot);
    assert_eq!(part.items.len(), 5);
    device.site_feed = Some(FeedPosition::After(part.next));
    site.site
        .add_person("Ann", [Role::Officer].into(), "")
        .unwrap();
    let part = ask(&site, &device).site_feed.unwrap();
    assert_eq!((part.snapshot, part.items.len()), (false, 1));
}

#[test]
fn a_lease_is_sent_again_once_it_would_say_something_else() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.pull = Some(FeedPosition::Start);
    let first = ask(&site, &device).leases[0].clone();
    // Without a word of what it has a device is sent it again.
    assert_eq!(ask(&site, &device).leases, std::slice::from_ref(&first));
    device.lease = LeaseMark::of(&first);
    assert_eq!(ask(&site, &device).leases, []);
    let roles = [Role::Officer, Role::Sergeant].into();
    site.site.set_roles(OFFICER, roles).unwrap();
    let second = ask(&site, &device).leases[0].clone();
    assert_ne!(second.bytes, first.bytes);
    device.lease = LeaseMark::of(&second);
    assert_eq!(ask(&site, &device).leases, []);
    site.pass(chrono::TimeDelta::minutes(59));
    assert_eq!(ask(&site, &device).leases, []);
    site.pass(chrono::TimeDelta::minutes(1));
    let third = ask(&site, &device).leases[0].open(&site.receipt_key());
    let second = second.open(&site.receipt_key()).unwrap();
    assert_eq!(
        third.unwrap().issued_at - second.issued_at,
        chrono::TimeDelta::hours(1)
    );
}

#[test]
fn a_person_is_served_with_their_own_key_while_their_account_is_enabled() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.pull = Some(FeedPosition::Start);
    let answer = ask(&site, &device);
    let lease = answer.leases[0].open(&site.receipt_key()).unwrap();
    assert_eq!((lease.user, lease.device), (device.user, device.device));
    assert_eq!(
        lease.not_after - lease.issued_at,
        chrono::TimeDelta::hours(72)
    );

    let right = device.signing.clone();
    device.signing = SigningKey::make(&OsRandom);
    let refused = |answer: &Answer| {
        let mut parts = answer.user_feeds.iter().map(|(_, part)| part);
        assert!(parts.all(|part| part.items.is_empty()) && answer.leases.is_empty());
        answer.not_served[0].1
    };
    // A key that the site does not know: it asks for certificates first.
    let asked = site.refused(&device.request(Vec::new()));
    assert_eq!(asked, Outcome::SendCertificates);
    let answer = site.sync(&device.introduction(Vec::new()));
    assert_eq!(refused(&answer), NotServed::BadSignature);
    device.signing = right;
    // A pull that was signed for another request.
    let mut request = device.unsigned(Vec::new());
    request.nonce = [9; 16];
    let answer = site.sync(&device.sign(&request));
    assert_eq!(refused(&answer), NotServed::BadSignature);
    site.site.set_roles(OFFICER, BTreeSet::new()).unwrap();
    assert_eq!(refused(&ask(&site, &device)), NotServed::Disabled);
}
