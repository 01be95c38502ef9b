//! What a log has lost, told apart: to a power cut, and to a turned bit.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{Chance, Lab, SCHEMA, key};
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

/// The smallest that a disk writes.
const SECTOR: usize = 512;

/// A log before its last commit and behind it.
struct Last {
    database: Vec<u8>,
    before: Vec<u8>,
    behind: Vec<u8>,
    /// Rows with it.
    all: i64,
}

/// Rows of the last commit.
const ROWS: u32 = 9;

impl Last {
    /// In a log that has begun anew in place, the commit goes over remains.
    fn written(over_remains: bool) -> Self {
        let lab = Lab::with_rows(3);
        let db = lab.open();
        let read = |suffix: &str| fs::read(format!("{}{suffix}", lab.path.display())).unwrap();
        let mut next = 10;
        let mut add = |rows| {
            common::add(&db, next..next + rows);
            next += rows;
        };
        add(1);
        let salt = read("-wal")[16..24].to_vec();
        while over_remains && read("-wal")[16..24] == salt {
            add(40);
        }
        (0..3).for_each(|_| add(1));
        let before = read("-wal");
        add(ROWS);
        let behind = read("-wal");
        assert_eq!(over_remains, before.len() == behind.len());
        Self {
            database: read(""),
            before,
            behind,
            all: common::count(&db),
        }
    }

    /// The sectors that the commit changed.
    fn sectors(&self) -> BTreeSet<usize> {
        let changed = |at: &usize| self.before.get(*at) != self.behind.get(*at);
        let changed = (0..self.behind.len()).filter(changed);
        changed.map(|at| at / SECTOR).collect()
    }

    /// The log with some of them.
    fn torn(&self, kept: impl Iterator<Item = usize>, fill: u8) -> Vec<u8> {
        let mut torn = self.before.clone();
        for at in kept.map(|sector| sector * SECTOR) {
            let to = (at + SECTOR).min(self.behind.len());
            if torn.len() < to {
                torn.resize(to, fill);
            }
            torn[at..to].copy_from_slice(&self.behind[at..to]);
        }
        torn
    }
}

/// Before a sync sectors reach the disk in any order, or not.
#[test]
fn a_last_commit_that_was_torn_in_any_way_is_not_damage() {
    for over_remains in [false, true] {
        let last = Last::written(over_remains);
        let sectors = last.sectors();
        assert!(sectors.len() > 30, "{}", sectors.len());
        let without = last.all - i64::from(ROWS);
        let check = |what: &str, kept: &mut dyn FnMut(usize) -> bool, fill| {
            let kept = sectors.iter().copied().filter(|at| kept(*at));
            let held = rows(&last.database, &last.torn(kept, fill));
            assert_eq!(
                held.unwrap(),
                without,
                "{what}, over remains: {over_remains}"
            );
        };
        for sector in sectors.iter().step_by(sectors.len().div_ceil(16)) {
            check("all but one", &mut |at| at != *sector, 0);
            check("one", &mut |at| at == *sector, 0xa5);
        }
        let mut chance = Chance(5);
        for odds in [25, 128, 230].repeat(8) {
            check("some", &mut |_| chance.is(odds), 0xa5);
        }
        assert_eq!(rows(&last.database, &last.behind).unwrap(), last.all);
    }
}
