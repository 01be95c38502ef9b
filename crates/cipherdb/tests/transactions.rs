//! All or nothing, from several threads.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::{Lab, SCHEMA, add, count, key};
use handoff_cipherdb::{
    CipherDbError, Database, DbKey, Disposition, OpenOptions, ReadOnlyDatabase, StatementProblem,
};

const INSERT: &str = "INSERT INTO note (text) VALUES (?1)";

#[test]
fn an_error_and_a_panic_undo_the_whole_write() {
    let lab = Lab::new();
    let db = lab.open();
    let failed = db.write(|tx| {
        tx.execute(INSERT, ["one"])?;
        tx.execute(INSERT, ["one"])
    });
    assert!(failed.unwrap_err().is_duplicate());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        db.write(|tx| {
            tx.execute(INSERT, ["two"])?;
            if tx.last_row_id() > 0 {
                panic!("in the middle of a write");
            }
            Ok::<_, CipherDbError>(())
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(count(&db), 0);
    add(&db, 0..2);
    assert_eq!(count(&db), 2);
}

#[test]
fn a_part_may_fail_without_the_rest() {
    let lab = Lab::new();
    let db = lab.open();
    db.write(|tx| {
        tx.execute(INSERT, ["before"])?;
        let part: Result<(), CipherDbError> = tx.savepoint(|tx| {
            tx.execute(INSERT, ["inside"])?;
            let nested: Result<(), CipherDbError> = tx.savepoint(|tx| {
                tx.execute(INSERT, ["deeper"])?;
                tx.execute(INSERT, ["deeper"]).map(drop)
            });
            assert!(nested.is_err());
            tx.execute(INSERT, ["inside"]).map(drop)
        });
        assert!(part.unwrap_err().is_duplicate());
        tx.savepoint(|tx| tx.execute(INSERT, ["good part"]))?;
        tx.execute(INSERT, ["after"])
    })
    .unwrap();
    let texts: Vec<String> = db
        .read(|tx| tx.query_all("SELECT text FROM note ORDER BY id", [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    assert_eq!(texts, ["before", "good part", "after"]);
}

/// SQLite undoes everything when the disk is full; what follows in the same
/// write must not be committed alone.
#[test]
fn nothing_is_committed_behind_a_write_that_was_undone() {
    let lab = Lab::with_rows(1);
    let db = lab.open();
    let written: Result<(), CipherDbError> = db.write(|tx| {
        tx.execute(INSERT, ["lost with the rest"])?;
        tx.execute_batch("ROLLBACK")?;
        let alone = tx.execute(INSERT, ["alone"]);
        let undone = StatementProblem::Undone;
        assert!(
            matches!(&alone, Err(CipherDbError::Statement { problem, .. }) if *problem == undone)
        );
        Ok(())
    });
    assert!(
        written.is_err(),
        "a write that was undone said that it was done"
    );
    assert_eq!(count(&db), 1);
}

#[test]
fn a_full_database_says_so_and_keeps_what_it_has() {
    let lab = Lab::with_rows(10);
    let db = lab.open();
    let full: Result<(), CipherDbError> = db.write(|tx| {
        tx.query_one("PRAGMA max_page_count = 1", [], |_| Ok(()))?;
        for n in 100..400 {
            tx.execute(INSERT, [common::text(n)])?;
        }
        Ok(())
    });
    let error = full.unwrap_err();
    assert!(matches!(error, CipherDbError::DiskFull { .. }), "{error:?}");
    assert_eq!(error.disposition(), Disposition::Retry);
    assert_eq!(count(&db), 10);
    drop(db);
    let db = lab.open();
    add(&db, 100..400);
    assert_eq!(count(&db), 310);
}

#[test]
fn a_write_inside_a_write_is_an_error_and_not_a_standstill() {
    let lab = Lab::new();
    let db = lab.open();
    let nested: Result<(), CipherDbError> =
        db.write(|_| db.write(|tx| tx.execute(INSERT, ["x"]).map(drop)));
    assert!(matches!(nested, Err(CipherDbError::NestedWrite { .. })));
    add(&db, 0..1);
}

#[test]
fn readers_see_one_moment_while_others_write() {
    let lab = Lab::with_rows(10);
    let db = lab.open();
    db.read(|tx| {
        let before: i64 = tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0))?;
        std::thread::scope(|scope| {
            scope.spawn(|| add(&db, 10..20)).join().unwrap();
        });
        let same: i64 = tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0))?;
        assert_eq!((before, same), (10, 10));
        Ok::<_, CipherDbError>(())
    })
    .unwrap();
    assert_eq!(count(&db), 20);
}

#[test]
fn many_threads_write_and_read_and_nothing_is_lost() {
    let lab = Lab::new();
    let db = lab.open();
    std::thread::scope(|scope| {
        for thread in 0..8_u32 {
            let db = &db;
            scope.spawn(move || {
                for n in 0..20 {
                    add(db, thread * 100 + n..thread * 100 + n + 1);
                    assert!(count(db) > i64::from(n));
                }
            });
        }
    });
    assert_eq!(count(&db), 160);
}

#[test]
fn another_process_may_read_along() {
    let lab = Lab::with_rows(3);
    let db = lab.open();
    let reader = ReadOnlyDatabase::open(&lab.path, &key(1), &SCHEMA).unwrap();
    add(&db, 3..5);
    let seen: i64 = reader
        .read(|tx| tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    assert_eq!(seen, 5);
    drop(db);
    let reader = ReadOnlyDatabase::open(&lab.path, &key(1), &SCHEMA).unwrap();
    reader
        .read(|tx| tx.query_one("SELECT count(*) FROM note", [], |row| row.get::<_, i64>(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
}

/// Closing a second handle must not give up the locks of the first: another
/// process could then take the log away.
#[cfg(target_os = "linux")]
#[test]
fn a_second_opening_does_not_take_the_locks_of_the_first() {
    use std::os::unix::fs::MetadataExt as _;
    let lab = Lab::new();
    let db = lab.open();
    add(&db, 0..2);
    let inode = format!(":{} ", lab.path.metadata().unwrap().ino());
    let is_locked = || {
        std::fs::read_to_string("/proc/locks")
            .unwrap()
            .contains(&inode)
    };
    assert!(is_locked());
    drop(lab.open());
    drop(ReadOnlyDatabase::open(&lab.path, &key(1), &SCHEMA).unwrap());
    assert!(is_locked());
    drop(db);
    assert!(!is_locked());
}

#[test]
fn a_busy_database_says_so() {
    let lab = Lab::new();
    let (first, second) = (lab.open(), lab.open());
    let error = first
        .write(|_| second.write(|tx| tx.execute(INSERT, ["x"])))
        .map_err(|error: CipherDbError| error)
        .unwrap_err();
    assert!(matches!(error, CipherDbError::Busy { .. }), "{error:?}");
    assert_eq!(error.disposition(), Disposition::Retry);
}

#[test]
fn what_was_deleted_is_in_no_file_after_a_checkpoint() {
    let lab = Lab::with_rows(50);
    let db = lab.open();
    db.write(|tx| tx.execute("DELETE FROM note", []))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    db.checkpoint_truncate().unwrap();
    assert_eq!(
        lab.path.with_extension("db-wal").metadata().unwrap().len(),
        0
    );
    // Opened with its own key: the free pages are zeros.
    let free: i64 = db
        .read(|tx| tx.query_one("PRAGMA freelist_count", [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    assert!(free > 0);
}

#[test]
fn a_backup_is_whole_and_opens_only_under_its_own_key() {
    let lab = Lab::with_rows(100);
    let db = lab.open();
    let to = lab.folder.path().join("backup.db");
    let other = DbKey::from_bytes(&[9; 32]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 1000..1100 {
                add(&db, n..n + 1);
            }
        });
        db.backup_to(&to, &other).unwrap();
    });
    let again = db.backup_to(&to, &other).unwrap_err();
    assert!(matches!(again, CipherDbError::Io { .. }), "{again:?}");
    assert!(matches!(
        Database::open(&to, &key(1), &SCHEMA, OpenOptions::durable()),
        Err(CipherDbError::WrongKey { .. })
    ));
    let copy = Database::open(&to, &other, &SCHEMA, OpenOptions::durable()).unwrap();
    assert!((100..=200).contains(&count(&copy)));
    assert_eq!(copy.quick_check().unwrap(), handoff_cipherdb::Health::Sound);
    assert_eq!(count(&db), 200);
}
