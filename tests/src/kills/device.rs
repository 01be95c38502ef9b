//! Kills of a device's process: in a save, in a sync with a site that is served.

use std::ops::Range;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::Instant;

use handoff_mutants::Mutant;

use super::tally::Tally;
use super::trace::{Calls, calls_of, databases, device_killed_at, was_within_a_commit};
use super::wrong::{one_sync_brings_all, reported, wrong};
use crate::world::{PASSWORD, World, referral};

/// Referrals of one process.
const EACH: usize = 3;
/// Turns until a sync that nobody kills. A kill may come upon what another left;
/// but a log that is never closed grows until the first commit of each process
/// copies all of it, and a kill then falls before any save.
const STREAK: usize = 3;
const SAVE: &[&str] = &["refer", "--file", "-", "--json"];
const SYNC: &[&str] = &["sync", "--json"];

/// Referrals as a process reads them.
pub(super) fn some(turn: usize) -> String {
    let each = (0..EACH).map(|number| referral(turn * EACH + number) + "\n");
    each.collect()
}

/// Kills a process of the device in each turn: in two of three while it saves,
/// in one while it syncs. The planted bug of the world lives in what is killed.
///
/// # Panics
/// When a process fails that nobody kills.
#[must_use]
pub fn device_killed(world: &mut World, turns: Range<usize>) -> Tally {
    let bug = world.bug.take();
    let _site = world.serve("site");
    let files = databases(&world.path("device"));
    let plan = Kills {
        bug,
        save: calls_of(world, &files, SAVE, &some(0)),
        sync: calls_of(world, &files, SYNC, ""),
        files,
    };
    let mut tally = Tally::default();
    let mut ledger = Vec::new();
    let last = turns.end.saturating_sub(1);
    for turn in turns {
        plan.kill(world, turn, &mut ledger, &mut tally);
        if turn % STREAK == STREAK - 1 || turn == last {
            let began = Instant::now();
            let found = one_sync_brings_all(world);
            let times = tally.recoveries.entry("device").or_default();
            times.push(began.elapsed());
            tally.wrong.add(found);
        }
    }
    tally.reported = ledger.len();
    tally.wrong.add(wrong(world, &ledger));
    tally
}

/// Where processes can be killed, and the bug that lives in them.
struct Kills {
    bug: Option<Mutant>,
    save: Calls,
    sync: Calls,
    files: Vec<PathBuf>,
}

impl Kills {
    fn kill(&self, world: &mut World, turn: usize, ledger: &mut Vec<String>, tally: &mut Tally) {
        // Turns of either kind go through all the calls of that kind.
        let (streak, place) = (turn / STREAK, turn % STREAK);
        let is_sync = place == STREAK - 1;
        let (kind, arguments, input, call) = if is_sync {
            let said = world.device_with("device", SAVE, Some(PASSWORD), &some(turn));
            ledger.extend(reported(&said.out));
            if said.code() != 0 {
                let what = format!("a save failed: {said:?}");
                tally.wrong.failed.push(what);
            }
            let call = self.sync.of_turn(streak);
            ("device killed in a sync", SYNC, String::new(), call)
        } else {
            let call = self.save.of_turn(streak * (STREAK - 1) + place);
            ("device killed in a save", SAVE, some(turn), call)
        };
        world.bug = self.bug;
        let (said, trace) = device_killed_at(world, &self.files, &call, arguments, &input);
        world.bug = None;
        tally.runs += 1;
        if !is_sync {
            ledger.extend(reported(&said.out));
        }
        if said.status.signal().is_some() {
            tally.kill(kind, was_within_a_commit(&trace));
        } else if said.code() != 0 {
            let what = format!("not {kind}, and failed: {said:?}");
            tally.wrong.failed.push(what);
        }
    }
}
