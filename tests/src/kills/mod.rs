//! SIGKILL of a device's and of a site's process during traffic, and what has to
//! be true afterwards.
//!
//! **What.** Processes of the shipped program are killed where they write: a
//! device in a save and in a sync with a site that is served, a site in the
//! sync of a device. What had been reported saved is at the site once.
//!
//! **Why.** A crash, an update, a battery: a process may end between any two
//! calls to the disk, and nobody had said to it that it would.
//!
//! **How data moves through.** A kill is not left to luck: strace injects it at
//! the entry of the n-th call that changes a file, for another n each time, and its
//! trace says whether that was within a commit ([`trace`]). After every third
//! kill of a device, and each of a site, one sync that nobody kills has to bring
//! all there is; its time is the recovery. In the end both sides are compared
//! ([`wrong`]).
//!
//! **What it does not do.** What was written is there after a kill: losses of
//! power are in [`crate::power`].

mod device;
mod site;
mod tally;
pub mod trace;
mod wrong;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::report::Report;
use crate::world::World;

pub use device::device_killed;
pub use site::{opening_killed_at, site_killed};
pub use tally::Tally;
pub use wrong::{Wrong, reported, wrong};

/// How many processes are killed.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Processes of a device.
    pub device: usize,
    /// Processes of a site.
    pub site: usize,
    /// Sites with a device that are killed at once.
    pub threads: usize,
}

/// Turns in one world: it is compared and left, so that listings stay short.
const TURNS: usize = 24;
/// Turns of which one at least has to kill.
const PATIENCE: usize = 4;

/// Kills until so many processes have died.
///
/// # Panics
/// When a world cannot be set up, or hardly any process dies.
#[must_use]
pub fn run(plan: Plan, folder: &Path, progress: &(dyn Fn(&str) + Sync)) -> Report {
    let devices = until(plan.device, plan.threads, folder, progress, device_killed);
    let sites = until(plan.site, plan.threads, folder, progress, site_killed);
    let mut both = devices;
    both.add(sites);
    both.report()
}

/// Kills in one world after the other until so many have died.
fn until(
    wanted: usize,
    threads: usize,
    folder: &Path,
    progress: &(dyn Fn(&str) + Sync),
    kill: fn(&mut World, std::ops::Range<usize>) -> Tally,
) -> Tally {
    let next = AtomicUsize::new(0);
    let killed = AtomicUsize::new(0);
    let work = || {
        let mut all = Tally::default();
        while killed.load(Ordering::Relaxed) < wanted {
            let from = next.fetch_add(TURNS, Ordering::Relaxed);
            assert!(from < PATIENCE * (wanted + TURNS), "too few processes die");
            let turns = TURNS.min(PATIENCE * (wanted - killed.load(Ordering::Relaxed)));
            let one = kill(&mut World::enrolled_in(folder), from..from + turns);
            let so_far = killed.fetch_add(one.killed, Ordering::Relaxed) + one.killed;
            progress(&format!("{so_far} of {wanted}: {one}"));
            all.add(one);
        }
        all
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = Tally::default();
        for worker in workers {
            all.add(worker.join().expect("a thread that kills"));
        }
        all
    })
}
