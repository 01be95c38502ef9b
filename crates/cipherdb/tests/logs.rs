//! What a log has lost, told apart: to a power cut, and to a turned bit.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;

use common::{Lab, SCHEMA, key};
use handoff_cipherdb::{CipherDbError, Database, OpenOptions};

/// Commits in the log.
const COMMITS: u32 = 8;

/// A database and its log as a killed process leaves them.
fn left() -> (Vec<u8>, Vec<u8>) {
    let lab = Lab::with_rows(3);
    let db = lab.open();
    for n in 0..COMMITS {
        common::add(&db, 10 + n..11 + n);
    }
    let read = |suffix: &str| fs::read(format!("{}{suffix}", lab.path.display())).unwrap();
    (read(""), read("-wal"))
}

/// Opens a database with this log; says how many rows it has.
fn rows(database: &[u8], log: &[u8]) -> Result<i64, CipherDbError> {
    let lab = Lab::new();
    fs::write(&lab.path, database).unwrap();
    fs::write(lab.path.with_extension("db-wal"), log).unwrap();
    let db = Database::open(&lab.path, &key(1), &SCHEMA, OpenOptions::durable())?;
    Ok(common::count(&db))
}

#[test]
fn a_turned_bit_in_a_log_does_not_take_later_commits_away() {
    let (database, log) = left();
    let all = 3 + i64::from(COMMITS);
    assert_eq!(rows(&database, &log).unwrap(), all);
    let frame = 24 + 4096;
    // Each field of the header and of every frame's, and places in its page.
    let places = (0..32).chain((0..(log.len() - 32) / frame).flat_map(|n| {
        let at = 32 + n * frame;
        (0..24)
            .map(move |byte| at + byte)
            .chain([at + 24, at + 2000, at + frame - 1])
    }));
    let (mut noticed, mut last) = (0, 0);
    for (turn, place) in places.enumerate() {
        let mut spoiled = log.clone();
        spoiled[place] ^= 1 << (turn % 8);
        match rows(&database, &spoiled) {
            Err(CipherDbError::Damaged { .. }) => noticed += 1,
            Ok(held) if held == all => {}
            // The last commit cannot be told from one that was cut short.
            Ok(held) if held == all - 1 => last += 1,
            other => panic!("byte {place}: {other:?}"),
        }
    }
    assert!(noticed > 100, "{noticed}");
    assert!(last > 0, "{last}");
}

#[test]
fn a_log_that_was_cut_short_is_not_damage() {
    let (database, log) = left();
    for len in (0..log.len()).step_by(511) {
        let held = rows(&database, &log[..len]).unwrap();
        assert!(
            (3..=3 + i64::from(COMMITS)).contains(&held),
            "{len}: {held}"
        );
    }
}
