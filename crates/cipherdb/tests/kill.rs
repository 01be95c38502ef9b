//! A writer is killed at any moment: everything that it called saved is there.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use common::{Lab, SCHEMA, key};
use handoff_cipherdb::{CipherDbError, Database, Health, OpenOptions};

const CHILD: &str = "HANDOFF_CIPHERDB_KILL";
const RUNS: usize = 25;

/// Writes rows for ever and prints the number of each when it is committed.
fn write_until_killed(path: &std::ffi::OsStr) {
    let db = Database::open(path.as_ref(), &key(1), &SCHEMA, OpenOptions::durable()).unwrap();
    let next = "SELECT coalesce(max(id), 0) + 1 FROM note";
    let first: u32 = db
        .read(|tx| tx.query_one(next, [], |row| row.get(0)))
        .map_err(|error: CipherDbError| error)
        .unwrap();
    for n in first.. {
        db.write(|tx| {
            let id = tx.execute(
                "INSERT INTO note (id, text) VALUES (?1, ?2)",
                (n, common::text(n)),
            )?;
            tx.execute("INSERT INTO word (text) VALUES (?1)", [common::text(n)])?;
            Ok::<_, CipherDbError>(id)
        })
        .unwrap();
        println!("saved {n}");
    }
}

#[test]
fn what_was_called_saved_survives_a_kill() {
    if let Some(path) = std::env::var_os(CHILD) {
        write_until_killed(&path);
        return;
    }
    let lab = Lab::new();
    let mut saved = 0_u32;
    for run in 0..RUNS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "what_was_called_saved_survives_a_kill",
                "--nocapture",
            ])
            .env(CHILD, &lab.path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed behind a different number of saves each time; what it still
        // says while dying counts.
        let mut left = 1 + (run * 37) % 61;
        let mut killed = false;
        while let Some(Ok(line)) = lines.next() {
            if let Some(n) = line.rsplit_once("saved ").and_then(|(_, n)| n.parse().ok()) {
                saved = n;
                left = left.saturating_sub(1);
            }
            if left == 0 && !killed {
                child.kill().unwrap();
                killed = true;
            }
        }
        child.wait().unwrap();
        assert!(killed, "the writer ended by itself");

        let db = lab.open();
        assert_eq!(db.quick_check().unwrap(), Health::Sound);
        let (rows, newest, words): (u32, u32, u32) = db
            .read(|tx| {
                let sql = "SELECT count(*), max(id), (SELECT count(*) FROM word) FROM note";
                tx.query_one(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            })
            .map_err(|error: CipherDbError| error)
            .unwrap();
        assert!(
            newest >= saved,
            "run {run}: {saved} was called saved, {newest} is the newest"
        );
        assert_eq!(
            (rows, words),
            (newest, newest),
            "run {run}: a gap, or half a commit"
        );
    }
    assert!(saved > 500, "only {saved} rows in {RUNS} runs");
}
