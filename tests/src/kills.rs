//! Kills inside writes, and what has to be true afterwards.
//!
//! The kill is not left to luck: strace injects SIGKILL at the entry of the
//! n-th call of a process that changes a file, so that it falls between the
//! first write and the return of the commit.

use std::collections::{BTreeMap, BTreeSet};

use handoff_mutants::Mutant;
use serde_json::Value;

use crate::world::{World, handoff, referral, run};

/// Referrals of one process.
const EACH: usize = 3;
/// Kills between two processes that end by themselves. A log that is never
/// closed grows until the first commit of each process copies all of it, and a
/// kill within the calls of an ordinary run then always falls before any save.
const ROUND: usize = 24;
/// What changes a file.
const CALLS: &str = "pwrite64,fdatasync,fsync,ftruncate";

/// What came of a number of killed saves.
#[derive(Debug)]
pub struct Outcome {
    /// Processes that died inside a write.
    pub killed: usize,
    /// Referrals that were reported saved.
    pub reported: usize,
    /// What is not as it was reported: lost, doubled, without a receipt.
    pub wrong: Vec<String>,
}

/// strace, killing at the n-th of these calls that change a file.
#[must_use]
pub fn killed_at(n: usize) -> Vec<String> {
    vec![
        // Without --seccomp-bpf: with it, strace 6.1 injects nothing.
        "-f".into(),
        "-qq".into(),
        "-o".into(),
        "/dev/null".into(),
        "-e".into(),
        format!("trace={CALLS}"),
        "-e".into(),
        format!("inject={CALLS}:signal=KILL:when={n}"),
        handoff().to_str().expect("a path in UTF-8").into(),
    ]
}

/// The calls that a device's command makes when nothing kills it, counted by
/// letting it run once.
///
/// # Panics
/// When it fails.
#[must_use]
pub fn calls_of(world: &World, arguments: &[&str], input: &str) -> usize {
    let trace = world.path("calls");
    let before = [
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        trace.to_str().expect("a path in UTF-8"),
        "-e",
        &format!("trace={CALLS}"),
        handoff().to_str().expect("a path in UTF-8"),
    ];
    let command = world.device_command("strace".as_ref(), &before, "device", arguments);
    let said = run(command, input);
    assert_eq!(said.code(), 0, "{said:?}");
    calls_in(&std::fs::read_to_string(trace).expect("a trace"))
}

/// The calls in a trace; one that was interrupted stands there twice.
#[must_use]
pub fn calls_in(trace: &str) -> usize {
    let calls = trace.lines().filter(|line| !line.contains(" resumed>"));
    calls.count()
}

/// The place of the kill of a turn, so that all turns together cover every call
/// of a process evenly.
#[must_use]
pub fn place(turn: usize, turns: usize, calls: usize) -> usize {
    1 + turn * calls / turns.max(1) % calls.max(1)
}

/// The referrals that a process said it has saved.
#[must_use]
pub fn reported(out: &str) -> Vec<String> {
    out.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|row| row["referral"].as_str().map(str::to_owned))
        .collect()
}

/// Saves in so many processes, each killed at another write, with a planted bug
/// in them or none; then syncs once and compares.
///
/// # Panics
/// When the sync at the end fails.
#[must_use]
pub fn saves_killed(world: &mut World, kills: usize, bug: Option<Mutant>) -> Outcome {
    let mut ledger: Vec<String> = Vec::new();
    let mut killed = 0;
    world.bug = bug;
    let arguments = ["refer", "--file", "-", "--json"];
    let some = |n: usize| -> String { (0..EACH).map(|i| referral(n * EACH + i) + "\n").collect() };
    let rounds = kills.div_ceil(ROUND);
    let mut calls = 0;
    for n in 0..kills {
        let (round, turn) = (n / ROUND, n % ROUND);
        if turn == 0 {
            calls = calls_of(world, &arguments, &some(kills + round));
        }
        let input = some(n);
        let before = killed_at(place(turn * rounds + round, ROUND * rounds, calls));
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let command = world.device_command("strace".as_ref(), &before, "device", &arguments);
        let said = run(command, &input);
        ledger.extend(reported(&said.out));
        killed += usize::from(said.code() != 0);
    }
    world.bug = None;
    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    let mut wrong = wrong(world, &ledger);
    if (up["waiting"].as_u64(), up["parked"].as_u64()) != (Some(0), Some(0)) {
        wrong.push(format!("one sync did not bring all: {up}"));
    }
    Outcome {
        killed,
        reported: ledger.len(),
        wrong,
    }
}

/// What is not so: every reported save is at the site once, with a receipt on
/// the device, and the site has nothing that the device does not know.
///
/// # Panics
/// When a listing is not one.
#[must_use]
pub fn wrong(world: &World, ledger: &[String]) -> Vec<String> {
    let id = |row: &Value| row["referral"].as_str().expect("an id").to_owned();
    let mut at_site: BTreeMap<String, usize> = BTreeMap::new();
    for row in world.referrals() {
        *at_site.entry(id(&row)).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for saved in ledger {
        if !at_site.contains_key(saved) {
            wrong.push(format!("{saved} was reported saved and is not at the site"));
        }
    }
    for (referral, count) in &at_site {
        if *count != 1 {
            wrong.push(format!("{referral} is at the site {count} times"));
        }
    }
    let listed = world.listed("device");
    for row in listed.iter().filter(|row| row["standing"] != "received") {
        wrong.push(format!("{} has no receipt on the device", id(row)));
    }
    // A kill may come after the commit and before the word of it: more may be
    // there than was reported, never less.
    let on_device: BTreeSet<String> = listed.iter().map(id).collect();
    let at_site: BTreeSet<String> = at_site.into_keys().collect();
    for referral in on_device.symmetric_difference(&at_site) {
        wrong.push(format!("{referral} is on one side only"));
    }
    wrong
}
