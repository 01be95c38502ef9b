//! Opening: one writer, readers beside it, damage set aside, a full disk.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{Lab, NOW, save};
use handoff_cipherdb::{Create, Database, Durability, Migrations, OpenOptions};
use handoff_protocol::chain;
use handoff_protocol::ids::ItemId;
use handoff_store::{
    CreateError, DeviceStore, Disposition, OpenError, open_reader, salvage, salvage_with,
};
use handoff_vault::{DeviceSecret, OsRandom, open_device_recovery};

const PAGE: usize = 4096;

fn fails(lab: &Lab) -> OpenError {
    DeviceStore::open(&lab.folder, &lab.secret).unwrap_err()
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    let session = lab.unlock(&device);
    save(&session, &entry);
    assert!(matches!(fails(&lab), OpenError::InUse));
    assert_eq!(fails(&lab).disposition(), Disposition::Retry);
    let reader = open_reader(&lab.folder, &lab.secret).unwrap();
    assert_eq!(reader.counts().unwrap().waiting, 1);
    assert!(reader.place(ItemId(entry.id.0)).unwrap().is_some());
    let officer = &lab.officers[0];
    let theirs = reader.read_as(officer.slot, &officer.keys).unwrap();
    let seen = theirs.referral(entry.id.into()).unwrap().unwrap();
    assert_eq!(seen.entries[0].entry, entry);
    // What is saved meanwhile is seen.
    save(&session, &lab.referral());
    assert_eq!(reader.counts().unwrap().waiting, 2);
    assert_eq!(theirs.referrals(10, None).unwrap().len(), 2);
    drop((session, device));
    lab.open();
}

#[test]
fn a_person_signs_in_once_at_a_time() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let keys = handoff_store::SessionKeys::Reading(lab.officers[0].keys.clone());
    assert!(device.unlock(lab.officers[0].slot, keys).is_err());
    session.lock();
    lab.unlock(&device);
}

#[test]
fn enrolling_twice_and_enrolling_under_a_forged_word_is_refused() {
    let lab = Lab::new();
    let (person, _) = lab.person(3);
    let new = lab.new_device(person.clone());
    let again = DeviceStore::create(&lab.folder, &lab.secret, &OsRandom, &new).unwrap_err();
    assert!(matches!(again, CreateError::Exists));

    let elsewhere = handoff_store::Folder::new(
        &lab.home.path().join("elsewhere"),
        handoff_store::Access::Owner,
    );
    let mut forged = new.clone();
    forged.enrolment.certificate.signature.0[9] ^= 1;
    let error = DeviceStore::create(&elsewhere, &lab.secret, &OsRandom, &forged).unwrap_err();
    assert!(matches!(error, CreateError::NotSigned { .. }));
    let mut other = new;
    other.device_key = handoff_vault::SigningKey::make(&OsRandom);
    let error = DeviceStore::create(&elsewhere, &lab.secret, &OsRandom, &other).unwrap_err();
    assert!(matches!(error, CreateError::NotOurs { .. }));
    assert!(!elsewhere.path().exists());

    let device = lab.open();
    let (mut known, _) = lab.person(1);
    known.name = "The same again".into();
    let error = device.add_person(&OsRandom, &known).unwrap_err();
    assert!(matches!(error, CreateError::PersonExists(_)));
}

#[test]
fn an_enrolment_that_was_cut_short_is_made_again() {
    let lab = Lab::new();
    let folder =
        handoff_store::Folder::new(&lab.home.path().join("b"), handoff_store::Access::Owner)
            .with_ballast(0);
    // Killed after the key and before the database.
    std::fs::create_dir_all(folder.path()).unwrap();
    let key = handoff_vault::DatabaseKey::make(&OsRandom);
    let wrapped = handoff_vault::wrap_device_key(&OsRandom, &lab.secret, &key).unwrap();
    let file = folder.path().join("device.key");
    handoff_vault::private_file::make(&file, folder.access(), &wrapped).unwrap();
    let error = DeviceStore::open(&folder, &lab.secret).unwrap_err();
    assert!(matches!(error, OpenError::NotEnrolled), "{error}");
    let (person, _) = lab.person(1);
    let new = lab.new_device(person);
    let device = DeviceStore::create(&folder, &lab.secret, &OsRandom, &new).unwrap();
    assert_eq!(device.enrolment().unwrap(), new.enrolment);
    // The key that was there is never replaced.
    assert_eq!(std::fs::read(file).unwrap(), wrapped);
}

#[test]
fn another_machines_secret_opens_nothing_and_changes_nothing() {
    let lab = Lab::new();
    let before = lab.files();
    let other = DeviceSecret::random(&OsRandom);
    let error = DeviceStore::open(&lab.folder, &other).unwrap_err();
    assert!(matches!(error, OpenError::Key(_)));
    assert_eq!(lab.files(), before);
}

#[test]
fn a_dead_machines_disk_is_read_with_the_recovery_key() {
    let lab = Lab::new();
    save(&lab.unlock(&lab.open()), &lab.referral());
    let bytes = std::fs::read(lab.path().join("device.recovery")).unwrap();
    let key = open_device_recovery(&lab.recovery, &bytes).unwrap();
    let found = salvage_with(&lab.path().join("device.db"), &key).unwrap();
    assert_eq!(found.runs.len(), 1);
    assert_eq!(found.runs[0].items.len(), 2);
}

#[test]
fn a_file_of_a_later_version_is_refused_untouched() {
    let lab = Lab::new();
    {
        const LATER: Migrations = Migrations::new(&[
            (1, ""),
            (2, ""),
            (3, ""),
            (4, ""),
            (5, ""),
            (6, "CREATE TABLE later (x INT) STRICT"),
        ]);
        let options = OpenOptions {
            create: Create::Never,
            durability: Durability::EveryCommit,
            mode: 0o660,
        };
        let path = lab.path().join("device.db");
        Database::open(&path, &lab.device_db_key(), &LATER, options).unwrap();
    }
    let before = std::fs::read(lab.path().join("device.db")).unwrap();
    let error = fails(&lab);
    assert!(matches!(error, OpenError::Newer { found: 6, known: 5 }));
    assert_eq!(error.disposition(), Disposition::AskUser);
    assert_eq!(std::fs::read(lab.path().join("device.db")).unwrap(), before);
    assert!(!lab.path().join("quarantine").exists());
}

/// A closed device with many entries, and its database's bytes.
fn full(entries: usize) -> (Lab, Vec<u8>) {
    let lab = Lab::new();
    {
        let device = lab.open();
        let session = lab.unlock(&device);
        for _ in 0..entries {
            save(&session, &lab.referral());
        }
    }
    let bytes = std::fs::read(lab.path().join("device.db")).unwrap();
    (lab, bytes)
}

fn set_aside(error: OpenError) -> std::path::PathBuf {
    match error {
        OpenError::Damaged { set_aside } => set_aside,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_database_is_set_aside_whole_and_what_reads_is_listed() {
    let (lab, bytes) = full(150);
    // Some page that holds rows of the journal, not at its end.
    let mut found = None;
    for page in (8..bytes.len() / PAGE - 8).rev() {
        let mut damaged = bytes.clone();
        for byte in &mut damaged[page * PAGE + 100..page * PAGE + 200] {
            *byte ^= 0x3c;
        }
        std::fs::write(lab.path().join("device.db"), &damaged).unwrap();
        match DeviceStore::open(&lab.folder, &lab.secret) {
            Err(error) => {
                // A page of the enrolment itself is another test's.
                let path = set_aside(error);
                if salvage(&lab.folder, &lab.secret, &path).is_ok() {
                    found = Some((path, damaged));
                    break;
                }
            }
            Ok(device) => drop(device),
        }
    }
    let (path, damaged) = found.unwrap();
    assert!(path.starts_with(lab.path().join("quarantine")));
    assert_eq!(std::fs::read(&path).unwrap(), damaged);
    assert!(!lab.path().join("device.db").exists());
    assert!(matches!(fails(&lab), OpenError::NotEnrolled));

    let salvaged = salvage(&lab.folder, &lab.secret, &path).unwrap();
    assert_eq!(salvaged.enrolment.unwrap().device, lab.device);
    assert!(salvaged.device_key.is_some());
    let items: usize = salvaged.runs.iter().map(|run| run.items.len()).sum();
    assert!(
        items >= 100,
        "{items} of 151, {} do not read",
        salvaged.unreadable
    );
    for run in &salvaged.runs {
        let mut head = run.before;
        for item in &run.items {
            head = chain::link(&run.lane, &head, &item.digest());
        }
        assert_eq!(head.seq, run.before.seq + run.items.len() as u64);
    }
    // The device is enrolled again beside it; the old file stays.
    let (person, _) = lab.person(1);
    let new = lab.new_device(person);
    let device = DeviceStore::create(&lab.folder, &lab.secret, &OsRandom, &new).unwrap();
    assert!(device.quarantined().contains(&path));
}

#[test]
fn every_damaged_page_is_noticed_or_harmless() {
    let (lab, bytes) = full(20);
    let path = lab.path().join("device.db");
    for page in 1..bytes.len() / PAGE {
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 77] ^= 1;
        std::fs::write(&path, &damaged).unwrap();
        match DeviceStore::open(&lab.folder, &lab.secret) {
            Err(error) => {
                set_aside(error);
            }
            Ok(device) => {
                // A page that opening does not read: reading it fails, or it
                // holds nothing that is asked for.
                let lane = device.lane_reports().unwrap()[0].lane;
                if let Ok((_, items)) = device.read_items(&lane, 1, 500) {
                    assert_eq!(items.len(), 21);
                }
            }
        }
    }
}

#[test]
fn a_row_that_does_not_link_is_damage() {
    let (lab, _) = full(5);
    edit(&lab, "UPDATE journal SET sealed = x'00' WHERE seq = 4");
    set_aside(fails(&lab));
}

#[test]
fn a_journal_that_ends_before_its_receipt_is_damage() {
    let lab = Lab::new();
    {
        let device = lab.open();
        save(&lab.unlock(&device), &lab.referral());
        lab.sync(&device, 1);
    }
    edit(&lab, "DELETE FROM journal WHERE seq = 2");
    set_aside(fails(&lab));
}

fn edit(lab: &Lab, sql: &'static str) {
    let options = OpenOptions {
        create: Create::Never,
        durability: Durability::EveryCommit,
        mode: 0o660,
    };
    let path = lab.path().join("device.db");
    let db = Database::open(&path, &lab.device_db_key(), &common::DEVICE_SCHEMA, options).unwrap();
    db.write(|tx| tx.execute(sql, [])).unwrap();
}

#[test]
fn a_log_without_its_database_is_set_aside_too() {
    let (lab, _) = full(3);
    let path = lab.path().join("device.db");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(lab.path().join("device.db-wal"), vec![7; 5000]).unwrap();
    let moved = set_aside(fails(&lab));
    assert!(log_of(&moved).exists());
    assert!(matches!(fails(&lab), OpenError::NotEnrolled));
}

fn log_of(database: &Path) -> std::path::PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

#[test]
fn attempts_wraps_and_preferences_survive() {
    use handoff_vault::lockout::{Attempts, Lockout};
    let lab = Lab::with_two();
    let device = lab.open();
    let slot = lab.officers[0].slot;
    let Lockout::Try(attempts) = device.attempts(slot).unwrap().before_attempt(NOW) else {
        panic!("locked");
    };
    device.set_attempts(slot, &attempts).unwrap();
    device.set_wrap(slot, b"another wrap").unwrap();
    device.set_recovery_wrap(slot, b"for the site").unwrap();
    device.set_preference(Some(slot), "theme", "night").unwrap();
    device.set_preference(None, "language", "es").unwrap();
    device.set_preference(Some(slot), "theme", "day").unwrap();
    drop(device);
    let device = lab.open();
    assert_eq!(device.attempts(slot).unwrap(), attempts);
    assert_eq!(
        device.attempts(lab.officers[1].slot).unwrap(),
        Attempts::default()
    );
    assert_eq!(device.people().unwrap()[0].wrap, b"another wrap");
    assert_eq!(device.certificates().unwrap().recovery_wraps.len(), 1);
    assert_eq!(device.preferences(Some(slot)).unwrap()["theme"], "day");
    assert_eq!(device.preferences(None).unwrap()["language"], "es");
    assert_eq!(
        device.device_key().unwrap().public(),
        lab.device_key.public()
    );
}
