//! Pages on their way from the log into the file: torn by a power cut there,
//! they are whole in the log, and no damage.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;

use common::{Chance, Lab};
use handoff_cipherdb::{CipherDbError, Database, Health};

const PAGE: usize = 4096;
/// The smallest that a disk writes.
const SECTOR: usize = 512;
const ROWS: i64 = 90;

/// A file, the log beside it, and the file once the log was moved into it.
struct Moving {
    old: Vec<u8>,
    log: Vec<u8>,
    new: Vec<u8>,
}

impl Moving {
    fn recorded() -> Self {
        let lab = Lab::with_rows(60);
        let db = lab.open();
        common::add(&db, 60..90);
        let read = |suffix: &str| fs::read(format!("{}{suffix}", lab.path.display())).unwrap();
        let (old, log) = (read(""), read("-wal"));
        db.checkpoint_truncate().unwrap();
        let new = read("");
        assert!(new.len() > old.len() + PAGE);
        Self { old, log, new }
    }

    /// The file with the sectors that `moved` picks, which grow it by rubbish
    /// where one is missing.
    fn torn(&self, mut moved: impl FnMut(usize) -> bool) -> Vec<u8> {
        let mut bytes = self.old.clone();
        for (number, sector) in self.new.chunks(SECTOR).enumerate() {
            let at = number * SECTOR;
            if self.old.get(at..at + SECTOR) != Some(sector) && moved(number) {
                if bytes.len() < at + SECTOR {
                    bytes.resize(at + SECTOR, 0xa5);
                }
                bytes[at..at + SECTOR].copy_from_slice(sector);
            }
        }
        bytes
    }
}

/// A folder with these files, opened.
fn opened(database: &[u8], log: &[u8]) -> (Lab, Result<Database, CipherDbError>) {
    let lab = Lab::new();
    fs::write(&lab.path, database).unwrap();
    fs::write(lab.path.with_extension("db-wal"), log).unwrap();
    let db = lab.try_open(1);
    (lab, db)
}

#[test]
fn a_page_that_was_torn_on_its_way_out_of_the_log_is_no_damage() {
    let moving = Moving::recorded();
    let mut chance = Chance(3);
    for odds in [0, 25, 128, 230, 256].repeat(8) {
        let torn = moving.torn(|_| chance.is(odds));
        let (_lab, db) = opened(&torn, &moving.log);
        let db = db.unwrap();
        assert_eq!(db.quick_check().unwrap(), Health::Sound, "{odds}");
        assert_eq!(common::count(&db), ROWS);
    }
}

/// A page that was written once more behind a reader's moment stays in the log
/// until the reader goes: that is no answer, and no damage.
#[test]
fn a_reader_that_stays_does_not_make_a_torn_page_look_damaged() {
    let moving = Moving::recorded();
    let torn = moving.torn(|number| number.is_multiple_of(2));
    let (_lab, db) = opened(&torn, &moving.log);
    let db = db.unwrap();
    db.read(|tx| {
        let rows: i64 = tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0))?;
        assert_eq!(rows, ROWS);
        common::add(&db, 200..201);
        assert!(matches!(db.quick_check(), Err(CipherDbError::Busy { .. })));
        Ok::<_, CipherDbError>(())
    })
    .unwrap();
    assert_eq!(db.quick_check().unwrap(), Health::Sound);
    assert_eq!(common::count(&db), ROWS + 1);
}

#[test]
fn the_same_pages_without_their_log_are_damage() {
    let moving = Moving::recorded();
    let torn = moving.torn(|number| number.is_multiple_of(2));
    let (_lab, db) = opened(&torn, &[]);
    let noticed = match db {
        Ok(db) => db.quick_check().unwrap() != Health::Sound,
        Err(error) => matches!(error, CipherDbError::Damaged { .. }),
    };
    assert!(noticed);
}

#[test]
fn a_damaged_page_that_the_log_does_not_hold_is_damage() {
    let moving = Moving::recorded();
    let is_same = |page: &usize| {
        let range = page * PAGE..(page + 1) * PAGE;
        moving.old.get(range.clone()) == moving.new.get(range)
    };
    let page = (1..moving.old.len() / PAGE).find(is_same).unwrap();
    let mut torn = moving.torn(|number| number.is_multiple_of(2));
    torn[page * PAGE + 99] ^= 1;
    let (_lab, db) = opened(&torn, &moving.log);
    assert!(matches!(
        db.unwrap().quick_check().unwrap(),
        Health::Damaged { bad_pages: 1, .. }
    ));
}
