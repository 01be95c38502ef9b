//! SIGKILL inside a save, inside a sync and inside a migration, on either side:
//! a short run of what `faults kills` in this package does for long.
//!
//! What was reported saved is at the site exactly once after at most one more
//! sync.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use handoff_tests::kills::trace::{Call, calls_in, calls_of, device_killed_at};
use handoff_tests::kills::{Tally, device_killed, opening_killed_at, reported, site_killed, wrong};
use handoff_tests::released::{found, versions};
use handoff_tests::world::{World, referral};

/// Turns of each test, and kills of each migration.
const TURNS: usize = 24;
const MIGRATIONS: usize = 4;

#[track_caller]
fn check(tally: &Tally) {
    println!("{tally}");
    assert_eq!(tally.wrong.all(), [""; 0]);
    assert!(tally.killed * 4 >= TURNS * 3, "too few died");
    assert!(
        tally.within * 2 >= tally.killed,
        "too few died within a commit"
    );
    let reported = tally.reported;
    assert!(reported * 2 >= TURNS, "there was little to lose");
}

#[test]
fn a_device_killed_at_any_write_loses_and_doubles_nothing() {
    let tally = device_killed(&mut World::enrolled(), 0..TURNS);
    check(&tally);
    assert_eq!(tally.kinds.len(), 2, "in saves and in syncs");
}

#[test]
fn a_site_killed_at_any_write_of_a_sync_loses_and_doubles_nothing() {
    check(&site_killed(&mut World::enrolled(), 0..TURNS));
}

#[test]
fn a_program_that_is_killed_while_it_migrates_loses_nothing() {
    let save = ["refer", "--file", "-", "--json"];
    for version in versions() {
        let (counted, _) = found(&version).unwrap();
        // Opening the device brings its three files up to date.
        let calls = calls_of(&counted, &[], &save, &referral(7));
        let (_, trace) = opening_killed_at(&counted, "site", &Call::never());
        let opening = calls_in(&trace);
        let mut killed = 0;
        for n in 0..MIGRATIONS {
            let (world, known) = found(&version).unwrap();
            let (said, _) = device_killed_at(&world, &[], &calls.of_turn(n), &save, &referral(7));
            killed += usize::from(said.code() != 0);
            let mut ledger: Vec<String> = ["approved", "received", "waiting"]
                .map(|name| known[name].as_str().unwrap().to_owned())
                .into();
            ledger.extend(reported(&said.out));
            let (site_died, _) = opening_killed_at(&world, "site", &opening.of_turn(n));
            killed += usize::from(site_died);
            let _site = world.serve("site");
            let up = world.device("device", &["sync", "--json"]).json();
            assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
            assert_eq!(wrong(&world, &ledger).all(), [""; 0]);
        }
        println!(
            "{}: {killed} of {} killed, at {} calls of a device and {} of a site",
            version.display(),
            2 * MIGRATIONS,
            calls.count(),
            opening.count()
        );
        assert!(killed >= MIGRATIONS, "only {killed} died");
    }
}
