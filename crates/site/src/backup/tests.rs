use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::TimeDelta;
use handoff_domain::VerificationMove;
use handoff_protocol::message::{FeedPosition, NotServed, Outcome};
use handoff_vault::{OsRandom, RecoveryKey};

use super::*;
use crate::control_log::ControlLogError;
use crate::enrol::InviteError;
use crate::testing::{ADMIN, OFFICER, OTHER, PROSECUTOR, TestDevice, TestSite};

fn back_up(site: &TestSite, name: &str) -> PathBuf {
    let file = site.folder.path().join(name);
    site.site.back_up(&file).unwrap();
    file
}

fn restore_to(
    site: &TestSite,
    file: &Path,
    name: &str,
    control_log: Option<&Path>,
) -> Result<(Restored, TestSite), RestoreError> {
    let data = site.folder.path().join(name);
    let options = RestoreOptions {
        data: &data,
        file,
        recovery_key: &site.recovery_key,
        control_log,
    };
    let restored = restore(&options, &site.host())?;
    Ok((restored, site.open(&data)))
}

#[test]
fn a_restored_site_gets_everything_back_without_being_confirmed() {
    let site = TestSite::found();
    let mut known = TestDevice::enrol(&site, OTHER);
    known.refer();
    site.sync(&known.request(known.everything()));
    let file = back_up(&site, "backup");
    // Behind the backup: an entry, a whole device, and a decision.
    let first = known.refer();
    site.sync(&known.request(known.everything()));
    let mut unknown = TestDevice::enrol(&site, OFFICER);
    unknown.refer();
    site.sync(&unknown.request(unknown.everything()));
    site.site
        .decide(first, PROSECUTOR, VerificationMove::Approve, "")
        .unwrap();

    let (restored, again) = restore_to(&site, &file, "again", None).unwrap();
    assert!(restored.awaiting);
    let status = again.site.status().unwrap();
    assert_eq!(status.epoch_id, restored.epoch);
    assert_ne!(status.epoch_id, site.site.status().unwrap().epoch_id);
    assert_eq!(again.site.referrals().unwrap().len(), 1);

    let answer = again.sync(&known.request(known.everything()));
    assert_eq!(again.receipt(&answer, &known.lane).through, known.head());
    // The device that it does not know is asked for its certificates once.
    let outcome = again.refused(&unknown.request(unknown.everything()));
    assert_eq!(outcome, Outcome::SendCertificates);
    let answer = again.sync(&unknown.introduction(unknown.everything()));
    let receipt = again.receipt(&answer, &unknown.lane);
    assert_eq!((receipt.through, receipt.parked), (unknown.head(), vec![]));
    assert_eq!(receipt.epoch, restored.epoch);
    assert_eq!(again.site.referrals().unwrap().len(), 3);
    let devices = again.site.devices().unwrap();
    assert_eq!(devices.iter().filter(|device| device.vouched).count(), 1);
}

#[test]
fn somebody_whom_the_restored_site_forgot_keeps_their_devices() {
    let site = TestSite::found();
    let file = back_up(&site, "backup");
    site.site
        .add_person("Ann", [handoff_domain::Role::Officer].into(), "")
        .unwrap();
    let mut device = TestDevice::enrol(&site, "Ann");
    device.refer();
    let (_, again) = restore_to(&site, &file, "again", None).unwrap();
    let answer = again.sync(&device.introduction(device.everything()));
    assert_eq!(again.receipt(&answer, &device.lane).parked, []);
    again.site.confirm(ADMIN).unwrap();
    device.pull = Some(FeedPosition::Start);
    let answer = again.sync(&device.request(Vec::new()));
    assert_eq!(answer.not_served, [(device.user, NotServed::Unknown)]);
    let ann = again
        .site
        .add_person("Ann", [handoff_domain::Role::Officer].into(), "");
    assert_eq!(ann.unwrap().user, device.user);
    let answer = again.sync(&device.request(Vec::new()));
    assert_eq!((answer.not_served.len(), answer.leases.len()), (0, 1));
}

#[test]
fn until_it_is_confirmed_a_restored_site_serves_no_feed_and_signs_no_lease() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.pull = Some(FeedPosition::Start);
    device.site_feed = Some(FeedPosition::Start);
    let file = back_up(&site, "backup");
    let (_, again) = restore_to(&site, &file, "again", None).unwrap();
    let answer = again.sync(&device.request(Vec::new()));
    assert!(answer.site_feed.is_none() && answer.user_feeds.is_empty());
    assert!(answer.leases.is_empty());
    let why = (device.user, NotServed::AwaitingConfirmation);
    assert_eq!(answer.not_served, [why]);
    let invited = again.site.invite(OFFICER);
    assert!(matches!(invited, Err(InviteError::AwaitingConfirmation)));

    let refused = again.site.confirm(OFFICER);
    assert!(matches!(refused, Err(ConfirmError::NotPermitted)));
    assert!(again.site.confirm(ADMIN).unwrap());
    assert!(!again.site.confirm(ADMIN).unwrap(), "once");
    let answer = again.sync(&device.request(Vec::new()));
    assert!(answer.site_feed.is_some_and(|part| part.snapshot));
    assert_eq!((answer.user_feeds.len(), answer.leases.len()), (1, 1));
    again.site.invite(OFFICER).unwrap();
}

#[test]
fn devices_are_told_to_let_go_only_where_the_site_says_so_and_is_confirmed() {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    let file = back_up(&site, "backup");
    let said = |site: &TestSite| {
        let answer = site.sync(&device.request(Vec::new()));
        (answer.keep_sealed_days, answer.keep_vault_days)
    };
    assert_eq!(said(&site), (None, None));
    let (_, again) = restore_to(&site, &file, "again", None).unwrap();
    let settings = again.site.paths().settings();
    std::fs::write(
        settings,
        "[devices]\nkeep_sealed_days = 90\nkeep_vault_days = 7\n",
    )
    .unwrap();
    let again = again.open(again.site.paths().data());
    assert_eq!(said(&again), (None, Some(7)));
    again.site.confirm(ADMIN).unwrap();
    assert_eq!(said(&again), (Some(90), Some(7)));
}

#[test]
fn two_restores_of_one_backup_are_two_epochs_and_no_rollback_of_each_other() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    let file = back_up(&site, "backup");
    let (one, first) = restore_to(&site, &file, "one", None).unwrap();
    let (two, second) = restore_to(&site, &file, "two", None).unwrap();
    assert_ne!(one.epoch, two.epoch);
    let answer = first.sync(&device.request(device.everything()));
    device.receipt = answer.receipts.first().cloned();
    device.epoch = answer.epoch;
    second.sync(&device.request(device.everything()));
    assert_eq!(second.site.status().unwrap().epoch_id, two.epoch);
    // The first site, not told of its restore, would be proven old.
    site.sync(&device.request(Vec::new()));
    assert!(site.site.status().unwrap().awaiting);
}

#[test]
fn a_control_log_is_replayed_and_spares_the_confirmation() {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    let code = site.site.invite(OTHER).unwrap().code;
    let file = back_up(&site, "backup");
    let now = site.now();
    site.site.set_roles(OFFICER, BTreeSet::new()).unwrap();
    site.site.revoke_device(device.device).unwrap();
    let used = crate::testing::enrol_anew(&site, &code);
    assert!(used.is_ok());

    let log = site.site.paths().control_log();
    let (restored, again) = restore_to(&site, &file, "again", Some(&log)).unwrap();
    assert_eq!((restored.awaiting, restored.replayed), (false, 3));
    assert!(!again.site.status().unwrap().awaiting);
    let people = again.site.people().unwrap();
    let officer = people.iter().find(|person| person.name == OFFICER);
    assert!(officer.unwrap().roles.is_empty());
    let devices = again.site.devices().unwrap();
    assert_eq!(devices[0].revoked_at, Some(now));
    let again_used = crate::testing::enrol_anew(&again, &code).map(|_| ());
    assert_eq!(
        again_used,
        Err(handoff_protocol::enrolment::EnrolRefusal::Used)
    );
}

#[test]
fn a_control_log_that_is_older_or_anothers_is_refused() {
    let site = TestSite::found();
    let old = site.folder.path().join("old.log");
    std::fs::copy(site.site.paths().control_log(), &old).unwrap();
    site.site.set_roles(OTHER, BTreeSet::new()).unwrap();
    let file = back_up(&site, "backup");
    let refused = restore_to(&site, &file, "a", Some(&old)).map(|_| ());
    assert!(matches!(refused, Err(RestoreError::OtherControlLog(_))));
    let stranger = TestSite::found().site.paths().control_log();
    let missing = restore_to(&site, &file, "a", Some(&stranger)).map(|_| ());
    assert!(
        matches!(missing, Err(RestoreError::OtherControlLog(_))),
        "gone with its folder"
    );
    let stranger = TestSite::found();
    let log = stranger.site.paths().control_log();
    let forged = restore_to(&site, &file, "a", Some(&log)).map(|_| ());
    assert!(matches!(
        forged,
        Err(RestoreError::ControlLog(ControlLogError::Line { .. }))
    ));
    assert!(
        !site.folder.path().join("a").exists(),
        "nothing was left behind"
    );
}

#[test]
fn a_backup_that_was_changed_or_is_sealed_to_another_key_is_refused() {
    let site = TestSite::found();
    let file = back_up(&site, "backup");
    let bytes = std::fs::read(&file).unwrap();
    let data = site.folder.path().join("again");
    let try_it = |file: &Path, key: &str| {
        let options = RestoreOptions {
            data: &data,
            file,
            recovery_key: key,
            control_log: None,
        };
        let refused = restore(&options, &site.host()).map(|_| ()).unwrap_err();
        assert!(!data.exists(), "nothing was left behind");
        refused
    };
    for at in [3, 40, 400, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let file = site.folder.path().join("changed");
        std::fs::write(&file, &changed).unwrap();
        let refused = try_it(&file, &site.recovery_key);
        assert!(
            matches!(refused, RestoreError::Backup { .. }),
            "{at}: {refused}"
        );
    }
    let short = site.folder.path().join("short");
    std::fs::write(&short, &bytes[..bytes.len() - 20]).unwrap();
    assert!(matches!(
        try_it(&short, &site.recovery_key),
        RestoreError::Backup { .. }
    ));
    let other = RecoveryKey::make(&OsRandom).to_text();
    assert!(matches!(try_it(&file, &other), RestoreError::Backup { .. }));
    assert!(matches!(
        try_it(&file, "nonsense"),
        RestoreError::RecoveryKey(_)
    ));
}

#[test]
fn a_backup_counts_only_once_it_was_restored_and_never_replaces_a_file() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    device.refer();
    let answer = site.sync(&device.request(device.everything()));
    assert_eq!(site.receipt(&answer, &device.lane).backed_up_through, 0);
    let file = back_up(&site, "backup");
    let answer = site.sync(&device.request(Vec::new()));
    assert_eq!(site.receipt(&answer, &device.lane).backed_up_through, 2);
    let bytes = std::fs::read(&file).unwrap();
    let refused = site.site.back_up(&file);
    assert!(matches!(refused, Err(BackupError::Exists(_))));
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    // Neither beside the file nor in the data folder is anything left.
    let beside = std::fs::read_dir(site.folder.path()).unwrap().count();
    assert_eq!(beside, 2);
    let left = std::fs::read_dir(site.site.paths().data()).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.starts_with("scratch")));

    let lost = site.folder.path().join("no folder").join("backup");
    assert!(site.site.back_up(&lost).is_err());
}

#[test]
fn a_confirmed_restore_forgets_its_alarm() {
    let site = TestSite::found();
    site.pass(TimeDelta::minutes(1));
    let raise = |writes: &dyn crate::storage::Writes| {
        writes.raise_alarm(crate::storage::AlarmCode::RolledBack, None, site.now())
    };
    site.site.storage().writing(raise).unwrap();
    assert!(!site.site.examine().unwrap().is_well());
    site.site.confirm(ADMIN).unwrap();
    assert!(site.site.examine().unwrap().is_well());
}
