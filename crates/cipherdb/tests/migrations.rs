//! Schemas move forward, with a copy of what was before.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{Lab, key};
use handoff_cipherdb::{
    CipherDbError, Database, Disposition, Migrations, OpenOptions, ReadOnlyDatabase,
};

const ONE: Migrations = Migrations::new(&[(1, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)")]);
const THREE: Migrations = Migrations::new(&[
    (1, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)"),
    (
        2,
        "CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b SELECT id FROM a",
    ),
    (
        3,
        "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'y of ' || x",
    ),
]);
const FAILS: Migrations = Migrations::new(&[
    (1, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)"),
    (
        2,
        "CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b SELECT id FROM a",
    ),
    (3, "UPDATE a SET x = 'half'; INSERT INTO nowhere VALUES (1)"),
]);
const DANGLES: Migrations = Migrations::new(&[
    (1, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT)"),
    (
        2,
        "CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (99)",
    ),
]);

fn open(lab: &Lab, migrations: &Migrations) -> Result<Database, CipherDbError> {
    Database::open(&lab.path, &key(1), migrations, OpenOptions::durable())
}

fn at_one() -> Lab {
    let lab = Lab::new();
    let db = open(&lab, &ONE).unwrap();
    db.write(|tx| tx.execute("INSERT INTO a (x) VALUES ('kept')", []))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    lab
}

fn texts(db: &Database, sql: &'static str) -> Vec<String> {
    db.read(|tx| tx.query_all(sql, [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap()
}

#[test]
fn an_old_file_goes_through_every_step_and_a_new_one_too() {
    let lab = at_one();
    let db = open(&lab, &THREE).unwrap();
    assert_eq!(texts(&db, "SELECT y FROM a"), ["y of kept"]);
    let schema = "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name";
    let fresh = Lab::new();
    assert_eq!(
        texts(&open(&fresh, &THREE).unwrap(), schema),
        texts(&db, schema)
    );
    let left: Vec<_> = common::files(lab.folder.path())
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert!(
        left.iter()
            .all(|path| !path.display().to_string().contains("before")),
        "{left:?}"
    );
}

#[test]
fn a_step_that_fails_leaves_the_file_before_it_and_a_copy() {
    let lab = at_one();
    let error = open(&lab, &FAILS).unwrap_err();
    assert!(
        matches!(error, CipherDbError::Migration { version: 3, .. }),
        "{error:?}"
    );
    assert_eq!(error.disposition(), Disposition::Stop);
    let copy = lab.folder.path().join("notes.db.before-1");
    let db = Database::open(&copy, &key(1), &ONE, OpenOptions::durable()).unwrap();
    assert_eq!(texts(&db, "SELECT x FROM a"), ["kept"]);
    drop(db);
    // The repaired program finishes, and the copy goes.
    let db = open(&lab, &THREE).unwrap();
    assert_eq!(texts(&db, "SELECT x || y FROM a"), ["kepty of kept"]);
    assert!(!copy.exists());
}

#[test]
fn a_step_that_leaves_a_dangling_reference_is_undone() {
    let lab = at_one();
    assert!(matches!(
        open(&lab, &DANGLES),
        Err(CipherDbError::Migration { version: 2, .. })
    ));
    assert_eq!(
        texts(&open(&lab, &ONE).unwrap(), "SELECT x FROM a"),
        ["kept"]
    );
}

#[test]
fn versions_that_do_not_rise_are_refused() {
    const FALLING: Migrations =
        Migrations::new(&[(2, "CREATE TABLE a (x)"), (2, "CREATE TABLE b (x)")]);
    assert!(matches!(
        open(&Lab::new(), &FALLING),
        Err(CipherDbError::Setting { .. })
    ));
}

#[test]
fn a_reader_waits_for_the_migration() {
    let lab = at_one();
    let error = ReadOnlyDatabase::open(&lab.path, &key(1), &THREE).unwrap_err();
    assert!(
        matches!(
            error,
            CipherDbError::OlderSchema {
                found: 1,
                known: 3,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(matches!(
        {
            drop(open(&lab, &THREE).unwrap());
            open(&lab, &ONE)
        },
        Err(CipherDbError::NewerSchema {
            found: 3,
            known: 1,
            ..
        })
    ));
}
