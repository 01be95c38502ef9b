//! The settings of SQLCipher and SQLite, read back.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{Lab, key};
use handoff_cipherdb::{CipherDbError, Constraint, Database, OpenOptions, StatementProblem};

fn pragma(db: &Database, sql: &'static str) -> String {
    db.write(|tx| {
        tx.query_one(sql, [], |row| {
            Ok(match row.get_ref(0)? {
                handoff_cipherdb::types::ValueRef::Integer(n) => n.to_string(),
                other => other.as_str()?.to_owned(),
            })
        })
    })
    .map_err(|error: CipherDbError| error)
    .unwrap()
}

#[test]
fn every_setting_holds_on_the_writing_connection() {
    let lab = Lab::new();
    let db = lab.open();
    for (sql, expected) in [
        ("PRAGMA cipher_status", "1"),
        ("PRAGMA cipher_memory_security", "1"),
        ("PRAGMA cipher_plaintext_header_size", "0"),
        ("PRAGMA cipher_page_size", "4096"),
        ("PRAGMA cipher_hmac_algorithm", "HMAC_SHA512"),
        ("PRAGMA cipher_log_level", "NONE"),
        ("PRAGMA journal_mode", "wal"),
        ("PRAGMA synchronous", "2"),
        ("PRAGMA temp_store", "2"),
        ("PRAGMA secure_delete", "1"),
        ("PRAGMA foreign_keys", "1"),
        ("PRAGMA trusted_schema", "0"),
        ("PRAGMA cell_size_check", "1"),
        ("PRAGMA mmap_size", "0"),
        ("PRAGMA wal_autocheckpoint", "500"),
        ("PRAGMA journal_size_limit", "4194304"),
        ("PRAGMA busy_timeout", "5000"),
    ] {
        assert_eq!(pragma(&db, sql), expected, "{sql}");
    }
}

#[test]
fn the_library_is_the_one_that_was_measured() {
    let lab = Lab::new();
    let db = lab.open();
    let version = pragma(&db, "PRAGMA cipher_version");
    assert!(
        version.starts_with("4.") && version.ends_with("community"),
        "{version}"
    );
    assert_eq!(pragma(&db, "PRAGMA cipher_provider"), "openssl");
    let options: Vec<String> = db
        .read(|tx| tx.query_all("PRAGMA compile_options", [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    for wanted in ["HAS_CODEC", "TEMP_STORE=2", "THREADSAFE=1", "ENABLE_FTS5"] {
        assert!(
            options.iter().any(|option| option == wanted),
            "{wanted} missing: {options:?}"
        );
    }
}

#[test]
fn no_extension_is_loaded_and_no_table_of_sqlite_is_written() {
    let lab = Lab::new();
    let db = lab.open();
    for sql in [
        "SELECT load_extension('libm.so.6')",
        "UPDATE sqlite_schema SET sql = ''",
        "PRAGMA writable_schema = ON",
        "UPDATE word_data SET block = x'00'",
        "SELECT \"not a column\"",
    ] {
        let ran: Result<usize, CipherDbError> = db.write(|tx| tx.execute(sql, []));
        if sql == "PRAGMA writable_schema = ON" {
            assert_eq!(pragma(&db, "PRAGMA writable_schema"), "0");
        } else {
            assert!(
                matches!(ran, Err(CipherDbError::Statement { .. })),
                "{sql}: {ran:?}"
            );
        }
    }
}

#[test]
fn a_view_commits_at_the_checkpoint_and_durably_when_asked() {
    let lab = Lab::new();
    let view = OpenOptions {
        durability: handoff_cipherdb::Durability::Checkpoint,
        ..OpenOptions::durable()
    };
    let db = Database::open(&lab.path, &key(1), &common::SCHEMA, view).unwrap();
    assert_eq!(pragma(&db, "PRAGMA synchronous"), "1");
    let level: i64 = db
        .write_durably(|tx| tx.query_one("PRAGMA synchronous", [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    assert_eq!(level, 2);
    assert_eq!(pragma(&db, "PRAGMA synchronous"), "1");
}

#[test]
fn a_read_handle_cannot_write() {
    let lab = Lab::with_rows(1);
    let db = lab.open();
    for sql in [
        "DELETE FROM note",
        "PRAGMA query_only = OFF",
        "CREATE TEMP TABLE t (x)",
    ] {
        let tried: Result<Vec<i64>, CipherDbError> =
            db.read(|tx| tx.query_all(sql, [], |row| row.get(0)));
        if let Err(error) = tried {
            let read_handle = StatementProblem::ReadHandle;
            assert!(
                matches!(&error, CipherDbError::Statement { problem, .. } if *problem == read_handle),
                "{error}"
            );
        }
        let deleted: Result<Vec<i64>, CipherDbError> =
            db.read(|tx| tx.query_all("DELETE FROM note RETURNING id", [], |row| row.get(0)));
        assert!(deleted.is_err());
    }
    assert_eq!(common::count(&db), 1);
}

#[test]
fn errors_say_which_constraint_and_no_value() {
    let lab = Lab::with_rows(1);
    let db = lab.open();
    let twice: CipherDbError = db
        .write(|tx| tx.execute("INSERT INTO note (text) VALUES (?1)", [common::text(0)]))
        .unwrap_err();
    assert!(twice.is_duplicate());
    assert!(!format!("{twice} {twice:?}").contains("row 0"));

    let null: CipherDbError = db
        .write(|tx| tx.execute("INSERT INTO note (text) VALUES (NULL)", []))
        .unwrap_err();
    let not_null = StatementProblem::Constraint(Constraint::NotNull);
    assert!(matches!(&null, CipherDbError::Statement { problem, .. } if *problem == not_null));

    let search: CipherDbError = db
        .read(|tx| {
            tx.query_all(
                "SELECT text FROM word WHERE word MATCH ?1",
                ["canary AND ("],
                |row| row.get::<_, String>(0),
            )
        })
        .unwrap_err();
    assert!(
        !format!("{search} {search:?}").contains("canary"),
        "{search:?}"
    );
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone_or_as_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    for mode in [0o600, 0o660] {
        let lab = Lab::new();
        let options = OpenOptions {
            mode,
            ..OpenOptions::durable()
        };
        let db = Database::open(&lab.path, &key(1), &common::SCHEMA, options).unwrap();
        common::add(&db, 0..3);
        db.backup_to(&lab.folder.path().join("copy"), &key(2))
            .unwrap();
        let mut names = Vec::new();
        for entry in std::fs::read_dir(lab.folder.path()).unwrap() {
            let entry = entry.unwrap();
            let found = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{:?}", entry.file_name());
            names.push(entry.file_name());
        }
        assert!(names.len() >= 4, "database, log, index and copy: {names:?}");
    }
}
