use handoff_domain::Role;
use handoff_protocol::certificate::KeyCertificate;
use handoff_protocol::ids::ItemId;
use handoff_protocol::item::Gone;
use handoff_protocol::message::{Answer, Outcome};
use handoff_protocol::receipt::ParkCode;

use super::*;
use crate::testing::{ADMIN, OFFICER, PROSECUTOR, TestDevice, TestSite, id, logged};

fn back_up(site: &TestSite) {
    let name = format!("{}.backup", id());
    site.site.back_up(&site.folder.path().join(name)).unwrap();
}

/// The newest certificate for a purpose in an answer.
fn told(site: &TestSite, answer: &Answer, purpose: KeyPurpose) -> Option<KeyCertificate> {
    let identity = site.site.keys().identity().public();
    let keys = answer.keys.iter().map(|key| key.open(&identity).unwrap());
    keys.filter(|key| key.purpose == purpose)
        .max_by_key(|key| key.issued_at)
}

#[test]
fn a_new_key_is_announced_and_used_once_it_lies_in_a_backup() {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    let before = site.receipt_key();
    site.pass(chrono::TimeDelta::minutes(1));
    assert!(site.site.rotate_key(Rotated::Receipt, PROSECUTOR).is_err());
    let receipt = site.site.rotate_key(Rotated::Receipt, ADMIN).unwrap();
    let sealing = site.site.rotate_key(Rotated::Sealing, ADMIN).unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    assert!(answer.keys.is_empty());
    assert_eq!(site.receipt_key(), before);
    back_up(&site);
    let answer = site.sync(&device.request(Vec::new()));
    let announced = |purpose| told(&site, &answer, purpose).map(|key| key.key.id());
    assert_eq!(announced(KeyPurpose::Sealing), Some(sealing));
    assert_eq!(announced(KeyPurpose::Receipt), Some(receipt));
    assert_eq!(site.receipt_key().id(), receipt);
    assert!(answer.receipts.iter().all(|signed| signed.key == receipt));
    let known = site.site.known_keys().unwrap();
    assert!(known.iter().all(|key| key.announced));
    // A server that runs beside the command finds the key by itself, and the
    // old one still opens what was sealed to it.
    let again = site.open(site.site.paths().data());
    assert_eq!(again.receipt_key().id(), receipt);
    assert!(site.site.keys().sealing(sealing).is_some());
    assert!(again.site.keys().sealing(device.sealing.id()).is_some());
}

#[test]
fn a_device_that_enrolled_between_a_key_and_its_announcement_is_told_of_it() {
    let site = TestSite::found();
    site.pass(chrono::TimeDelta::minutes(1));
    let receipt = site.site.rotate_key(Rotated::Receipt, ADMIN).unwrap();
    site.pass(chrono::TimeDelta::minutes(1));
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    site.sync(&device.request(device.everything()));
    back_up(&site);
    let answer = site.sync(&device.request(Vec::new()));
    assert!(answer.receipts.iter().all(|signed| signed.key == receipt));
    let told = told(&site, &answer, KeyPurpose::Receipt);
    assert_eq!(told.map(|key| key.key.id()), Some(receipt));
}

#[test]
fn an_entry_that_was_sealed_again_is_applied_and_the_first_is_no_longer_parked() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    // The key that devices seal to is lost.
    let data = site.site.paths().data().to_owned();
    let lost = site.site.paths().sealing_key(device.sealing.id());
    std::fs::remove_file(lost).unwrap();
    let site = TestSite {
        folder: site.folder,
        ..TestSite::reopen(&data, site.recovery_key, site.clock)
    };
    let record = device.record(Role::Officer, logged("Fayette & Greene"));
    let bytes = record.to_bytes().unwrap();
    let entry = ItemId(id());
    let first = device.seal(entry, &bytes);
    device.items.push(first.clone());
    let answer = site.sync(&device.request(device.everything()));
    let parked = site.receipt(&answer, &device.lane).parked;
    assert_eq!(parked, [(2, ParkCode::KeyMissing)]);

    site.pass(chrono::TimeDelta::minutes(1));
    site.site.rotate_key(Rotated::Sealing, ADMIN).unwrap();
    back_up(&site);
    let answer = site.sync(&device.request(Vec::new()));
    device.sealing = told(&site, &answer, KeyPurpose::Sealing).unwrap().key;
    device.unlock();
    device.seal_again((entry, first.digest()), &bytes);
    let answer = site.sync(&device.request(vec![device.batch(3, 4)]));
    assert_eq!(site.receipt(&answer, &device.lane).parked, []);
    let referrals = site.site.referrals().unwrap();
    assert_eq!(referrals[0].referral.0, entry.0);
    // Judged once more, it is the same.
    site.judge_parked();
    assert_eq!(site.site.referrals().unwrap(), referrals);
}

#[test]
fn what_was_let_go_and_sealed_again_takes_the_place_of_what_is_lost() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let record = device.record(Role::Officer, logged("Fayette & Greene"));
    let bytes = record.to_bytes().unwrap();
    let entry = ItemId(id());
    let first = device.seal(entry, &bytes);
    device
        .items
        .push(first.clone().into_placeholder(Gone::Pruned));
    let answer = site.sync(&device.request(device.everything()));
    let parked = site.receipt(&answer, &device.lane).parked;
    assert_eq!(parked, [(2, ParkCode::Lost)]);
    device.seal_again((entry, first.digest()), &bytes);
    let answer = site.sync(&device.request(vec![device.batch(3, 3)]));
    assert_eq!(site.receipt(&answer, &device.lane).parked, []);
    let referrals = site.site.referrals().unwrap();
    assert_eq!(referrals[0].referral.0, entry.0);
    // Judged once more, it is the same.
    site.judge_parked();
    assert_eq!(site.site.referrals().unwrap(), referrals);
    assert_eq!(site.site.parked().unwrap().len(), 0);
}

#[test]
fn what_stands_for_nothing_that_is_here_is_parked() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let bytes = device
        .record(Role::Officer, logged("x"))
        .to_bytes()
        .unwrap();
    device.seal_again((ItemId(crate::testing::id()), [7; 32]), &bytes);
    let answer = site.sync(&device.request(device.everything()));
    let parked = site.receipt(&answer, &device.lane).parked;
    assert_eq!(parked, [(2, ParkCode::Other)]);
}

/// A machine that was put back, with its keys, to before a receipt key was made,
/// and a device that shows a receipt which that key has signed.
fn put_back_to_before_a_key() -> (TestSite, TestDevice, TestSite) {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    site.sync(&device.request(device.everything()));
    let old = site.open_copy();
    site.pass(chrono::TimeDelta::minutes(1));
    site.site.rotate_key(Rotated::Receipt, ADMIN).unwrap();
    back_up(&site);
    device.refer();
    let answer = site.sync(&device.request(vec![device.batch(3, 3)]));
    device.receipt = answer.receipts.first().cloned();
    device.certificates.receipt_keys = answer.keys;
    (site, device, old)
}

#[test]
fn a_machine_that_was_put_back_to_before_a_receipt_key_is_told_of_it() {
    let (site, device, old) = put_back_to_before_a_key();
    let epoch = |site: &TestSite| site.site.status().unwrap().epoch_id;
    let signer = device.receipt.as_ref().unwrap().key;
    assert!(device.certificates.receipt_keys.iter().any(|signed| {
        let key = signed.open(&site.site.keys().identity().public());
        key.is_ok_and(|key: KeyCertificate| key.key.id() == signer)
    }));
    let outcome = old.refused(&device.request(Vec::new()));
    assert_eq!(outcome, Outcome::SendCertificates);
    assert_eq!(epoch(&site), epoch(&old));
    old.sync(&device.introduction(Vec::new()));
    assert_ne!(epoch(&site), epoch(&old));
    assert!(old.site.status().unwrap().awaiting);
    // Receipts of the epoch that was left are no reason to ask again.
    old.sync(&device.request(device.everything()));
    assert_eq!(old.site.referrals().unwrap().len(), 2);
}

#[test]
fn a_key_that_the_identity_key_does_not_vouch_for_proves_no_rollback() {
    let (site, mut device, old) = put_back_to_before_a_key();
    let epoch = |site: &TestSite| site.site.status().unwrap().epoch_id;
    for keys in &mut device.certificates.receipt_keys {
        let last = keys.bytes.len() - 1;
        keys.bytes[last] ^= 1;
    }
    old.sync(&device.introduction(Vec::new()));
    device.certificates.receipt_keys.clear();
    old.sync(&device.introduction(Vec::new()));
    assert_eq!(epoch(&site), epoch(&old));
}
