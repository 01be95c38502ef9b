//! The crash filesystem under a real encrypted database.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

use handoff_cipherdb::{
    CipherDbError, Database, DbKey, Durability, Migrations, OpenOptions, params,
};
use handoff_testkit::crash_fs::{Answer, Call, Disk, Fault, Kind, Lasts, Recording, install};

const SCHEMA: Migrations = Migrations::new(&[(
    1,
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT",
)]);

fn open(folder: &Path, durability: Durability) -> Result<Database, CipherDbError> {
    let options = OpenOptions {
        durability,
        ..OpenOptions::durable()
    };
    let key = DbKey::from_bytes(&[7; 32]);
    Database::open(&folder.join("notes.db"), &key, &SCHEMA, options)
}

fn put(db: &Database, id: u32) -> Result<usize, CipherDbError> {
    db.write(|tx| {
        let text = vec![u8::try_from(id % 251).unwrap(); 900];
        tx.execute("INSERT INTO note VALUES (?1, ?2)", params![id, text])
    })
}

fn held(folder: &Path) -> BTreeSet<u32> {
    let db = open(folder, Durability::EveryCommit).unwrap();
    let ids = db.read(|tx| tx.query_all("SELECT id FROM note", [], |row| row.get(0)));
    let ids: Result<Vec<u32>, CipherDbError> = ids;
    ids.unwrap().into_iter().collect()
}

/// Twelve notes, two openings; and the step behind which each was written.
fn twelve(folder: &Path, durability: Durability) -> (Recording, Vec<(usize, u32)>) {
    install();
    let disk = Disk::watch(folder).unwrap();
    let mut written = Vec::new();
    for opening in 0..2 {
        let db = open(folder, durability).unwrap();
        for id in opening * 6..opening * 6 + 6 {
            put(&db, id).unwrap();
            written.push((disk.mark(), id));
        }
    }
    (disk.stop(), written)
}

/// Surveys losses behind every step; how many notes were gone that should not be.
fn missing(recording: &Recording, written: &[(usize, u32)]) -> usize {
    let mut missing = 0;
    let mut replay = recording.replay();
    while let Some(moment) = replay.step() {
        for seed in [0, 1, 2, 3] {
            let folder = tempfile::tempdir().unwrap();
            moment.lose(seed).write_to(folder.path()).unwrap();
            let held = held(folder.path());
            let known = written.iter().filter(|(at, _)| *at <= moment.at);
            missing += known.filter(|(_, id)| !held.contains(id)).count();
        }
    }
    missing
}

#[test]
fn what_was_synced_survives_every_loss() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, written) = twelve(folder.path(), Durability::EveryCommit);
    assert!(recording.len() > 100, "{}", recording.len());
    assert_eq!(missing(&recording, &written), 0);
}

#[test]
fn a_commit_that_waits_for_a_checkpoint_is_lost_by_some() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, written) = twelve(folder.path(), Durability::Checkpoint);
    assert!(missing(&recording, &written) > 0);
}

#[test]
fn the_same_seed_loses_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, _) = twelve(folder.path(), Durability::EveryCommit);
    let mut replay = recording.replay();
    let (mut losses, mut distinct) = (0, 0);
    while let Some(moment) = replay.step() {
        let once = moment.lose(5);
        let again = moment.lose(5);
        assert_eq!(once.kept, again.kept);
        assert_eq!(once.files(), again.files());
        losses += 1;
        distinct += usize::from(moment.lose(9).kept != once.kept);
    }
    assert!(distinct * 4 > losses, "{distinct} of {losses}");
}

#[test]
fn every_kind_of_step_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (recording, _) = twelve(folder.path(), Durability::EveryCommit);
    let mut kinds = BTreeSet::new();
    let mut replay = recording.replay();
    while let Some(moment) = replay.step() {
        kinds.insert(moment.kind);
    }
    for kind in [
        Kind::Make,
        Kind::Write,
        Kind::Sync,
        Kind::Delete,
        Kind::Mark,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} is missing: {kinds:?}");
    }
}

#[test]
fn a_commit_whose_sync_failed_is_not_acknowledged() {
    install();
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::watch(folder.path()).unwrap();
    let db = open(folder.path(), Durability::EveryCommit).unwrap();
    put(&db, 1).unwrap();
    disk.arm(Fault::once(Call::Sync, 1));
    assert!(matches!(put(&db, 2), Err(CipherDbError::Io { .. })));
    assert_eq!(disk.disarm(), 1);
    put(&db, 3).unwrap();
    drop(db);
    let held = held(folder.path());
    assert!(held.contains(&1) && held.contains(&3), "{held:?}");
}

#[test]
fn a_failed_sync_is_not_made_up_for_by_a_later_one() {
    install();
    let folder = tempfile::tempdir().unwrap();
    let db = open(folder.path(), Durability::EveryCommit).unwrap();
    put(&db, 1).unwrap();
    drop(db);
    let disk = Disk::watch(folder.path()).unwrap();
    let db = open(folder.path(), Durability::EveryCommit).unwrap();
    disk.arm(Fault::once(Call::Sync, 1));
    assert!(put(&db, 2).is_err());
    disk.disarm();
    let behind_the_failure = disk.mark();
    put(&db, 3).unwrap();
    let written = [(0, 1), (disk.mark(), 3)];
    let recording = disk.stop();
    let mut replay = recording.replay();
    let mut saw_it_open = false;
    while let Some(moment) = replay.step() {
        saw_it_open |= moment.at > behind_the_failure && !moment.is_settled();
    }
    assert!(saw_it_open);
    assert_eq!(missing(&recording, &written), 0);
}

#[test]
fn a_full_disk_takes_nothing_more() {
    install();
    let folder = tempfile::tempdir().unwrap();
    let spare = folder.path().join("spare");
    std::fs::write(&spare, vec![1; 256 * 1024]).unwrap();
    let disk = Disk::watch(folder.path()).unwrap();
    let db = open(folder.path(), Durability::EveryCommit).unwrap();
    disk.limit(Some(disk.used().unwrap() + 64 * 1024));
    let mut id = 0;
    let full = loop {
        id += 1;
        match put(&db, id) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(full, CipherDbError::DiskFull { .. }), "{full:?}");
    std::fs::remove_file(&spare).unwrap();
    put(&db, id).unwrap();
}

#[test]
fn a_fault_lasts_as_long_as_was_asked() {
    install();
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::watch(folder.path()).unwrap();
    let db = open(folder.path(), Durability::EveryCommit).unwrap();
    disk.arm(Fault {
        call: Call::Write,
        nth: 1,
        answer: Answer::Full,
        lasts: Lasts::Until,
    });
    for id in 0..3 {
        assert!(matches!(put(&db, id), Err(CipherDbError::DiskFull { .. })));
    }
    assert!(disk.disarm() >= 3);
    put(&db, 9).unwrap();
}
