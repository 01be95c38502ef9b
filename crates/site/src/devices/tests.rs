use chrono::TimeDelta;
use handoff_domain::Role;
use handoff_protocol::message::{FeedItem, FeedPosition, NotServed};

use super::*;
use crate::testing::{ADMIN, OFFICER, OTHER, PROSECUTOR, TestDevice, TestSite};

fn on_board(site: &TestSite, device: &TestDevice) -> DeviceOnBoard {
    let board = site.site.board().unwrap();
    let of = |known: &DeviceOnBoard| known.row.device == device.device;
    board.into_iter().find(of).unwrap()
}

/// Asks for the feed once and keeps the cursor.
fn pull(site: &TestSite, device: &mut TestDevice) -> Vec<FeedItem> {
    device.pull.get_or_insert(FeedPosition::Start);
    let mut answer = site.sync(&device.request(Vec::new()));
    let (_, part) = answer.user_feeds.remove(0);
    device.pull = Some(FeedPosition::After(part.next));
    part.items
}

#[test]
fn the_board_says_what_waits_on_a_device_and_since_when() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    assert_eq!(on_board(&site, &device).waiting, None);
    device.refer();
    device.refer();
    device.state.waiting = 2;
    device.state.oldest_waiting_minute = Some(site.now().timestamp() / 60);
    device.state.version = "0.2.0 <b>".to_owned();
    site.sync(&device.request(Vec::new()));
    let board = on_board(&site, &device);
    assert_eq!(board.waiting, Some(2));
    let age = site.now() - board.oldest_waiting_at.unwrap();
    assert!(age < TimeDelta::minutes(1) && age >= TimeDelta::zero());
    let state = board.state.unwrap();
    assert_eq!((state.version.as_str(), state.missing), ("0.2.0b", 3));
    // Taken with this very request.
    site.sync(&device.request(device.everything()));
    let board = on_board(&site, &device);
    assert_eq!((board.waiting, board.oldest_waiting_at), (Some(0), None));
    assert_eq!((board.lanes, board.branches), (1, 0));
}

#[test]
fn the_board_tells_copies_apart_and_somebody_settles_them() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    let mut copy = device.clone();
    device.refer();
    site.sync(&device.request(device.everything()));
    assert_eq!(on_board(&site, &device).copies, Copies::One);
    copy.go_on();
    copy.refer();
    site.sync(&copy.request(copy.everything()));
    assert_eq!(on_board(&site, &device).copies, Copies::PutBack);
    device.refer();
    site.sync(&device.request(device.everything()));
    let board = on_board(&site, &device);
    assert_eq!(board.copies, Copies::TwoAtWork);
    assert_eq!(board.copies_since, Some(site.now()));
    assert!(site.site.settle_copies(device.device, PROSECUTOR).is_err());
    assert!(site.site.settle_copies(device.device, ADMIN).unwrap());
    assert_eq!(on_board(&site, &device).copies, Copies::PutBack);
    assert!(!site.site.settle_copies(device.device, ADMIN).unwrap());
}

#[test]
fn a_disabled_persons_vault_is_emptied_and_says_so() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    pull(&site, &mut device);
    pull(&site, &mut device);
    assert_eq!(on_board(&site, &device).evictions_pending, 0);
    site.site.disable_person(OFFICER, ADMIN).unwrap();
    assert_eq!(on_board(&site, &device).evictions_pending, 1);
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(answer.not_served, [(device.user, NotServed::Disabled)]);
    assert!(answer.leases.is_empty());
    let part = &answer.user_feeds[0].1;
    assert!(part.snapshot && part.items.is_empty() && !part.more);
    device.pull = Some(FeedPosition::After(part.next.clone()));
    // Said again it is no news, so that nobody asks in circles.
    let again = site.sync(&device.request(Vec::new()));
    assert!(!again.user_feeds[0].1.snapshot);
    assert_eq!(on_board(&site, &device).evictions_pending, 0);
    // Enabled again: everything comes back, as a snapshot.
    site.site.enable_person(OFFICER, ADMIN).unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    assert!(answer.user_feeds[0].1.snapshot);
    assert_eq!(answer.leases.len(), 1);
}

#[test]
fn a_revoked_device_is_emptied_whoever_uses_it() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    pull(&site, &mut device);
    site.site
        .revoke_device_by(device.device, PROSECUTOR)
        .unwrap_err();
    site.site.revoke_device_by(device.device, ADMIN).unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(answer.not_served, [(device.user, NotServed::Disabled)]);
    assert!(answer.user_feeds[0].1.snapshot);
    assert!(on_board(&site, &device).row.revoked_at.is_some());
}

#[test]
fn an_account_is_enabled_with_the_roles_that_it_had() {
    let site = TestSite::found();
    let roles = [Role::Officer, Role::Supervisor].into();
    site.site.set_roles(OTHER, roles).unwrap();
    let before = site.site.people().unwrap();
    assert!(site.site.disable_person(OTHER, OFFICER).is_err());
    assert!(site.site.enable_person(OTHER, ADMIN).is_err());
    let disabled = site.site.disable_person(OTHER, ADMIN).unwrap();
    assert!(disabled.roles.is_empty());
    assert!(site.site.disable_person(OTHER, ADMIN).is_err());
    site.site.enable_person(OTHER, ADMIN).unwrap();
    assert_eq!(site.site.people().unwrap(), before);
}

#[test]
fn a_lease_alone_may_be_asked_for_by_somebody_who_may_not_read() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.pull = Some(FeedPosition::Start);
    device.lease_only = true;
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(answer.leases.len(), 1);
    assert!(answer.user_feeds.is_empty());
}
