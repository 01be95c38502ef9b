//! Kills of a site's process while a device syncs with it.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::device::some;
use super::tally::Tally;
use super::trace::{Call, calls_in, databases, options, was_within_a_commit};
use super::wrong::{one_sync_brings_all, reported, wrong};
use crate::world::{PASSWORD, Serving, World, comes_true, wait_until_traced};

/// How long a site may take to apply what it has taken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kills the site in each turn, at another write of a sync.
///
/// # Panics
/// When a process fails that nobody kills.
#[must_use]
pub fn site_killed(world: &mut World, turns: Range<usize>) -> Tally {
    let mut tally = Tally::default();
    let mut ledger = Vec::new();
    let mut serving = world.serve("site");
    save(world, 0, &mut ledger, &mut tally);
    let (_, trace) = sync_killed_at(world, serving, &Call::never());
    let calls = calls_in(&trace);
    serving = world.serve("site");
    for turn in turns {
        save(world, turn, &mut ledger, &mut tally);
        tally.runs += 1;
        let (was_killed, trace) = sync_killed_at(world, serving, &calls.of_turn(turn));
        if was_killed {
            tally.kill("site killed in a sync", was_within_a_commit(&trace));
        }
        let shown = received(world);
        tally.shown_received += shown.len();
        let mut recovery = Duration::ZERO;
        let began = Instant::now();
        serving = world.serve("site");
        recovery += began.elapsed();
        // A receipt says that the site has it. What it had not applied when it
        // was killed it does now, before the device says anything.
        let mut missing = Vec::new();
        let came = comes_true(PATIENCE, || {
            let held: BTreeSet<String> = ids(&world.referrals()).collect();
            missing = shown.difference(&held).cloned().collect();
            missing.is_empty()
        });
        if !came {
            let what = format!("{missing:?} shown as received, and not at the site after a kill");
            tally.wrong.lost.push(what);
        }
        let began = Instant::now();
        let found = one_sync_brings_all(world);
        recovery += began.elapsed();
        tally.wrong.add(found);
        let times = tally.recoveries.entry("site").or_default();
        times.push(recovery);
    }
    tally.reported = ledger.len();
    tally.wrong.add(wrong(world, &ledger));
    tally
}

fn save(world: &World, turn: usize, ledger: &mut Vec<String>, tally: &mut Tally) {
    let arguments = ["refer", "--file", "-", "--json"];
    let said = world.device_with("device", &arguments, Some(PASSWORD), &some(turn));
    ledger.extend(reported(&said.out));
    if said.code() != 0 {
        tally.wrong.failed.push(format!("a save failed: {said:?}"));
    }
}

fn received(world: &World) -> BTreeSet<String> {
    let mut listed = world.listed("device");
    listed.retain(|row| row["standing"] == "received");
    ids(&listed).collect()
}

fn ids(rows: &[serde_json::Value]) -> impl Iterator<Item = String> {
    let id = |row: &serde_json::Value| row["referral"].as_str().map(str::to_owned);
    rows.iter().filter_map(id)
}

/// Syncs once against a site that is killed when it enters a call, counted from
/// now on, and is ended otherwise. Says whether it was killed, and its calls.
fn sync_killed_at(world: &World, mut serving: Serving, call: &Call) -> (bool, String) {
    let file = world.path("site-calls");
    let files = databases(&world.path("site"));
    let mut strace = strace(&file, &files, call)
        .args(["-p", &serving.pid().to_string()])
        .spawn()
        .expect("strace starts");
    wait_until_traced(serving.pid());
    world.device("device", &["sync", "--json"]);
    let was_killed = serving.has_ended();
    drop(serving);
    let _ = strace.wait();
    let trace = std::fs::read_to_string(&file).expect("a trace");
    (was_killed, trace)
}

fn strace(trace: &Path, files: &[PathBuf], call: &Call) -> Command {
    let mut command = Command::new("strace");
    command
        .args(options(trace, files, call))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Starts a site that is killed when it enters a call. Says whether that came
/// before it answered, and its calls until then.
///
/// # Panics
/// When it neither answers nor ends.
#[must_use]
pub fn opening_killed_at(world: &World, site: &str, call: &Call) -> (bool, String) {
    let file = world.path("opening-calls");
    let mut command = strace(&file, &[], call);
    // It ends with strace.
    command.args(["setpriv", "--pdeathsig", "KILL", "--"]);
    command.args(world.serve_arguments(site, world.port));
    let mut serving = Serving(command.spawn().expect("strace starts"));
    let answers = || TcpStream::connect(("127.0.0.1", world.port)).is_ok();
    let mut died = false;
    let settled = comes_true(PATIENCE, || {
        died = serving.has_ended();
        died || answers()
    });
    assert!(settled, "the site neither answers nor ends");
    let trace = std::fs::read_to_string(&file).expect("a trace");
    drop(serving);
    let gone = comes_true(PATIENCE, || !answers());
    assert!(gone, "the site goes on");
    (died, trace)
}
