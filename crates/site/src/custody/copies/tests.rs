use handoff_protocol::receipt::{Branch, Receipt};

use crate::storage::AlarmCode;
use crate::testing::{OFFICER, TestDevice, TestSite};

fn alarms(site: &TestSite) -> Vec<AlarmCode> {
    let alarms = site.site.storage().reading(|reads| reads.alarms()).unwrap();
    alarms.into_iter().map(|alarm| alarm.code).collect()
}

/// Sends everything of the lane that a device is on.
fn send(site: &TestSite, device: &TestDevice) {
    site.sync(&device.request(device.everything()));
}

/// A device that has sent two entries of three, and a copy of it that has one.
fn put_back() -> (TestSite, TestDevice, TestDevice) {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    let copy = device.clone();
    device.refer();
    device.refer();
    send(&site, &device);
    (site, device, copy)
}

#[test]
fn a_device_that_is_behind_gets_a_receipt_for_what_it_has_and_proof_that_there_is_more() {
    let (site, device, copy) = put_back();
    let answer = site.sync(&copy.request(Vec::new()));
    let key = site.receipt_key();
    let receipts: Vec<Receipt> = answer
        .receipts
        .iter()
        .map(|signed| signed.open(&key).unwrap())
        .collect();
    let through: Vec<_> = receipts.iter().map(|receipt| receipt.through).collect();
    assert_eq!(through, [copy.head(), device.head()]);
    assert_eq!(receipts[0].applied_through, copy.head().seq);
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.branch == Branch::MAIN)
    );
    // A device that is not behind gets one.
    assert_eq!(site.sync(&device.request(Vec::new())).receipts.len(), 1);
}

#[test]
fn a_disk_that_was_put_back_again_and_again_is_one_machine() {
    let (site, _, mut copy) = put_back();
    let image = copy.clone();
    copy.go_on();
    copy.refer();
    send(&site, &copy);
    copy.refer();
    send(&site, &copy);
    // From the same image once more, with something written before it learnt.
    let mut again = image;
    again.refer();
    send(&site, &again);
    assert_eq!(alarms(&site), [AlarmCode::Forked]);
    again.go_on();
    again.refer();
    send(&site, &again);
    again.refer();
    send(&site, &again);
    assert_eq!(alarms(&site), [AlarmCode::Forked]);
}

#[test]
fn two_copies_that_both_go_on_are_flagged() {
    let (site, mut device, mut copy) = put_back();
    copy.go_on();
    copy.refer();
    send(&site, &copy);
    assert_eq!(alarms(&site), []);
    device.refer();
    send(&site, &device);
    assert_eq!(alarms(&site), [AlarmCode::TwoCopies]);
    // Nothing of either is lost.
    assert_eq!(site.site.referrals().unwrap().len(), 5);
}

#[test]
fn of_two_lanes_that_left_one_only_the_newer_may_grow() {
    let (site, _, copy) = put_back();
    let (mut first, mut second) = (copy.clone(), copy);
    first.go_on();
    first.refer();
    send(&site, &first);
    second.go_on();
    second.refer();
    send(&site, &second);
    assert_eq!(alarms(&site), []);
    first.refer();
    send(&site, &first);
    assert_eq!(alarms(&site), [AlarmCode::TwoCopies]);
}
