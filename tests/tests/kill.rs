//! SIGKILL inside a save and inside a sync, on either side.
//!
//! The kill is not left to luck: strace injects it at the entry of the n-th
//! write or flush of a process, for every n in turn, so that each kill falls
//! between the first write and the return of the commit. What was reported
//! saved is at the site exactly once after at most one more sync.
//!
//! `HANDOFF_KILLS` sets how many saves are killed (100 of them also on the
//! site's side); without it a short run is made.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::collections::{BTreeMap, BTreeSet};

use handoff_tests::world::{World, handoff, referral, run};
use serde_json::Value;

fn kills() -> usize {
    std::env::var("HANDOFF_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(24)
}

/// strace, killing at the n-th of these calls that change a file.
fn killed_at(n: usize) -> Vec<String> {
    let calls = "pwrite64,fdatasync,fsync,ftruncate";
    vec![
        "-f".into(),
        "-qq".into(),
        "-o".into(),
        "/dev/null".into(),
        "-e".into(),
        format!("trace={calls}"),
        "-e".into(),
        format!("inject={calls}:signal=KILL:when={n}"),
        handoff().to_str().expect("a path in UTF-8").into(),
    ]
}

fn reported(out: &str) -> Vec<String> {
    out.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|row| row["referral"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn what_was_reported_saved_survives_a_kill_at_any_write() {
    let world = World::enrolled();
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    for n in 0..kills() {
        // Each process saves three; the write at which it dies moves on.
        let input: String = (0..3).map(|i| referral(n * 3 + i) + "\n").collect();
        let before = killed_at(1 + n % 60);
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let command = world.device_command(
            "strace".as_ref(),
            &before,
            "device",
            &["refer", "--file", "-", "--json"],
        );
        let said = run(command, &input);
        ledger.extend(reported(&said.out));
        killed += usize::from(said.code() != 0);
    }
    assert!(
        killed * 2 >= kills(),
        "only {killed} of {} processes were killed inside a write",
        kills()
    );

    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(
        (up["waiting"].as_u64(), up["parked"].as_u64()),
        (Some(0), Some(0)),
        "{up}"
    );
    check(&world, &ledger);
}

#[test]
fn a_sync_killed_at_any_write_of_the_device_loses_and_doubles_nothing() {
    let world = World::enrolled();
    let _site = world.serve("site");
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    let syncs = kills().div_ceil(3).min(100);
    for n in 0..syncs {
        let said = world.device_with(
            "device",
            &["refer", "--file", "-", "--json"],
            Some(handoff_tests::world::PASSWORD),
            &referral(n),
        );
        ledger.extend(reported(&said.out));
        let before = killed_at(1 + n % 25);
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let command =
            world.device_command("strace".as_ref(), &before, "device", &["sync", "--json"]);
        killed += usize::from(run(command, "").code() != 0);
    }
    assert!(
        killed * 2 >= syncs,
        "only {killed} of {syncs} syncs were killed inside a write"
    );
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
    check(&world, &ledger);
}

#[test]
fn a_site_killed_at_any_write_of_a_sync_loses_and_doubles_nothing() {
    let world = World::enrolled();
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    let syncs = kills().div_ceil(3).min(100);
    for n in 0..syncs {
        let said = world.device_with(
            "device",
            &["refer", "--file", "-", "--json"],
            Some(handoff_tests::world::PASSWORD),
            &referral(n),
        );
        ledger.extend(reported(&said.out));
        killed += usize::from(world.sync_with_site_killed_at_write("site", "device", 1 + n % 12));
        for row in world
            .listed("device")
            .iter()
            .filter(|row| row["standing"] == "received")
        {
            let id = row["referral"].as_str().expect("an id");
            assert!(
                world.referrals().iter().any(|held| held["referral"] == id),
                "{id} was shown as received and is not at the site after its kill"
            );
        }
    }
    assert!(
        killed * 2 >= syncs,
        "only {killed} of {syncs} sites were killed inside a write"
    );
    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
    check(&world, &ledger);
}

/// Every reported save is at the site once, with a receipt on the device, and
/// the site has nothing that the device does not know.
fn check(world: &World, ledger: &[String]) {
    let mut at_site: BTreeMap<String, usize> = BTreeMap::new();
    for row in world.referrals() {
        *at_site
            .entry(row["referral"].as_str().expect("an id").to_owned())
            .or_default() += 1;
    }
    for id in ledger {
        assert_eq!(at_site.get(id), Some(&1), "{id} was reported saved");
    }
    assert!(at_site.values().all(|count| *count == 1));
    let listed = world.listed("device");
    assert!(
        listed.iter().all(|row| row["standing"] == "received"),
        "{listed:?}"
    );
    let listed: BTreeSet<String> = listed
        .iter()
        .map(|row| row["referral"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(listed, at_site.into_keys().collect());
    // A kill may come after the commit and before the word of it: more may be
    // there than was reported, never less.
    assert!(listed.len() >= ledger.len());
}
