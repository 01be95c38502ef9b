//! SIGKILL inside a save, inside a sync and inside a migration, on either side.
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

use std::time::Duration;

use handoff_tests::kills::{calls_of, killed_at, place, reported, saves_killed, wrong};
use handoff_tests::released::{found, versions};
use handoff_tests::world::{World, comes_true, referral, run};

fn kills() -> usize {
    std::env::var("HANDOFF_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(24)
}

#[test]
fn what_was_reported_saved_survives_a_kill_at_any_write() {
    let kills = kills();
    let outcome = saves_killed(&mut World::enrolled(), kills, None);
    assert!(
        outcome.killed * 2 >= kills,
        "only {} of {kills} processes were killed inside a write",
        outcome.killed
    );
    assert!(
        outcome.reported * 2 >= kills,
        "only {} saves were reported before a kill: there was little to lose",
        outcome.reported
    );
    println!(
        "{kills} saves, {} killed inside a write, {} reported saved",
        outcome.killed, outcome.reported
    );
    assert_eq!(outcome.wrong, Vec::<String>::new());
}

/// Saves one referral; what was reported.
fn refer(world: &World, n: usize) -> Vec<String> {
    let arguments = ["refer", "--file", "-", "--json"];
    let password = Some(handoff_tests::world::PASSWORD);
    let said = world.device_with("device", &arguments, password, &referral(n));
    reported(&said.out)
}

#[test]
fn a_sync_killed_at_any_write_of_the_device_loses_and_doubles_nothing() {
    let world = World::enrolled();
    let _site = world.serve("site");
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    let syncs = kills().div_ceil(3).min(100);
    ledger.extend(refer(&world, syncs));
    // Not all of them: what a killed sync has done, the next need not do.
    let calls = calls_of(&world, &["sync", "--json"], "") * 2 / 3;
    for n in 0..syncs {
        ledger.extend(refer(&world, n));
        let before = killed_at(place(n, syncs, calls));
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let command =
            world.device_command("strace".as_ref(), &before, "device", &["sync", "--json"]);
        killed += usize::from(run(command, "").code() != 0);
    }
    assert!(
        killed * 2 >= syncs,
        "only {killed} of {syncs} syncs (of {calls} calls) were killed inside a write"
    );
    println!(
        "{syncs} syncs, {killed} killed inside a write, {} saves reported",
        ledger.len()
    );
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
    assert_eq!(wrong(&world, &ledger), Vec::<String>::new());
}

/// A receipt says that the site has taken it. A site that was killed before it had
/// applied it does so when it is served again.
fn is_at_site(world: &World, id: &str) -> bool {
    let is_listed = || world.referrals().iter().any(|held| held["referral"] == id);
    if is_listed() {
        return true;
    }
    let _site = world.serve("site");
    comes_true(Duration::from_secs(30), is_listed)
}

#[test]
fn a_site_killed_at_any_write_of_a_sync_loses_and_doubles_nothing() {
    let world = World::enrolled();
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    let syncs = kills().div_ceil(3).min(100);
    ledger.extend(refer(&world, syncs));
    let (_, calls) = world.sync_with_site_killed_at_write("site", "device", usize::MAX >> 48);
    for n in 0..syncs {
        ledger.extend(refer(&world, n));
        let at = place(n, syncs, calls);
        let (was_killed, _) = world.sync_with_site_killed_at_write("site", "device", at);
        killed += usize::from(was_killed);
        for row in world
            .listed("device")
            .iter()
            .filter(|row| row["standing"] == "received")
        {
            let id = row["referral"].as_str().expect("an id");
            assert!(
                is_at_site(&world, id),
                "{id} was shown as received and is not at the site after its kill"
            );
        }
    }
    assert!(
        killed * 2 >= syncs,
        "only {killed} of {syncs} sites (of {calls} calls) were killed inside a write"
    );
    println!(
        "{syncs} syncs, {killed} sites killed inside a write, {} saves reported",
        ledger.len()
    );
    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
    assert_eq!(wrong(&world, &ledger), Vec::<String>::new());
}

/// Saves one more referral on the device that a version left: opening it brings
/// its three files up to date. Says what was saved.
fn refer_killed(world: &World, before: &[String]) -> (Option<String>, bool) {
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let arguments = ["refer", "--file", "-", "--json"];
    let command = world.device_command("strace".as_ref(), &before, "device", &arguments);
    let said = run(command, &referral(7));
    (reported(&said.out).pop(), said.code() != 0)
}

#[test]
fn a_program_that_is_killed_while_it_migrates_loses_nothing() {
    for version in versions() {
        let (counted, _) = found(&version).unwrap();
        let calls = calls_of(&counted, &["refer", "--file", "-", "--json"], &referral(7));
        let (_, opening) = counted.open_site_killed_at_write("site", usize::MAX >> 48);
        let kills = kills().div_ceil(6);
        let mut killed = 0;
        for n in 0..kills {
            let (world, known) = found(&version).unwrap();
            let (saved, was_killed) = refer_killed(&world, &killed_at(place(n, kills, calls)));
            killed += usize::from(was_killed);
            let mut ledger: Vec<String> = ["approved", "received", "waiting"]
                .map(|name| known[name].as_str().unwrap().to_owned())
                .into();
            ledger.extend(saved);
            let (site_died, _) = world.open_site_killed_at_write("site", place(n, kills, opening));
            killed += usize::from(site_died);
            let _site = world.serve("site");
            let up = world.device("device", &["sync", "--json"]).json();
            assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
            assert_eq!(wrong(&world, &ledger), Vec::<String>::new());
        }
        println!(
            "{}: {killed} of {} killed, at {calls} calls of a device and {opening} of a site",
            version.display(),
            2 * kills
        );
        assert!(killed >= kills, "only {killed} of {} died", 2 * kills);
    }
}
