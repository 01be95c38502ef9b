//! Every scene, walked step by step, with losses at each.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::Mutex;

use handoff_testkit::crash_fs::{self, Kind, Moment};

use super::scenes::{Scene, Side, Size, scenes};
use super::survey::{self, Depth, Findings};
use crate::lab::Lab;
use crate::report::Report;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Distinct losses to try, over all scenes. Fewer when there are no more.
    pub points: usize,
    /// How much is done in each scene.
    pub size: Size,
    /// Where scratch folders lie.
    pub threads: usize,
    /// Where seeds begin.
    pub seed: u64,
}

/// Of so many losses one is looked at closely.
const DEEP: usize = 16;
/// Seeds that are tried at a step before it counts as exhausted.
const TRIES: u64 = 400;

/// Records the scenes and surveys losses of each.
///
/// # Panics
/// When a scene fails, or the scratch folder does.
#[must_use]
pub fn run(plan: Plan, folder: &Path) -> Report {
    crash_fs::install();
    let lab = Lab::with_in(1, folder);
    let scenes = scenes(&lab, plan.size);
    let steps: usize = scenes.iter().map(|scene| scene.recording.len()).sum();
    // Each scene gets its part of the points, by its length.
    let share = |scene: &Scene| plan.points * scene.recording.len() / steps.max(1) + 1;
    all(&scenes, share, plan, folder)
}

/// Surveys losses of these scenes at every step, at most so many at each: the
/// plan's points are not looked at.
///
/// # Panics
/// When the scratch folder fails.
#[must_use]
pub fn at_every_step(scenes: &[Scene], losses: usize, plan: Plan, folder: &Path) -> Report {
    let share = |scene: &Scene| scene.recording.len() * losses.max(2);
    all(scenes, share, plan, folder)
}

/// Surveys losses of each scene, as many as its share is.
fn all(scenes: &[Scene], share: impl Fn(&Scene) -> usize, plan: Plan, folder: &Path) -> Report {
    let mut report = Report::new("power loss");
    report.seeds = format!("{}..", plan.seed);
    for scene in scenes {
        report.acknowledged += scene.ledger.acknowledged() as u64;
        let part = walk(scene, plan, share(scene), folder);
        report.say(&format!(
            "{}: {} steps, {} losses",
            scene.name,
            scene.recording.len(),
            part.runs
        ));
        report.add(part);
    }
    report
}

/// Surveys losses of one scene on several threads.
fn walk(scene: &Scene, plan: Plan, share: usize, folder: &Path) -> Report {
    let whole = Mutex::new(Report::new("power loss"));
    std::thread::scope(|threads| {
        for thread in 0..plan.threads.max(1) {
            let whole = &whole;
            threads.spawn(move || {
                let part = walk_some(scene, plan, share, thread, folder);
                let mut whole = whole.lock().expect("no thread has panicked");
                whole.add(part);
            });
        }
    });
    whole.into_inner().expect("no thread has panicked")
}

/// Every n-th step.
fn walk_some(scene: &Scene, plan: Plan, share: usize, thread: usize, folder: &Path) -> Report {
    let scratch = tempfile::tempdir_in(folder).expect("a scratch folder");
    let mut report = Report::new("power loss");
    let steps = scene.recording.len();
    let threads = plan.threads.max(1);
    // Of the steps some are left out when there are more than points; at those
    // that are not, so many losses.
    let stride = (steps * 2).div_ceil(share.max(1)).max(1);
    let at_each = (share * stride).div_ceil(steps.max(1)).max(1);
    let mut replay = scene.recording.replay();
    let mut seen = HashSet::new();
    while let Some(moment) = replay.step() {
        let is_ours = (moment.at / stride) % threads == thread;
        let is_on = moment.at % stride == 0 || moment.kind == Kind::Mark;
        if !is_ours || !is_on {
            continue;
        }
        let known = scene.ledger.known(moment.at);
        let mut tried = 0;
        for seed in seeds(plan.seed, &moment) {
            if tried >= at_each {
                break;
            }
            let loss = moment.lose(seed);
            if !seen.insert(key(moment.at, loss.kept)) {
                continue;
            }
            tried += 1;
            let home = scratch.path().join(format!("{}-{tried}", moment.at));
            std::fs::create_dir(&home).expect("a folder");
            loss.write_to(&home).expect("the disk after a loss");
            let depth = if seen.len() % DEEP == 1 {
                Depth::Deep
            } else {
                Depth::Ordinary
            };
            let found = match &scene.side {
                Side::Device(badge) => survey::device(&home, badge, &known, depth),
                Side::Site => survey::site(&home, &known),
            };
            std::fs::remove_dir_all(&home).expect("a scratch folder");
            count(&mut report, scene, &moment, seed, found);
        }
    }
    report
}

/// The two ends, then by chance; one where there is only one.
fn seeds(first: u64, moment: &Moment<'_>) -> impl Iterator<Item = u64> + use<> {
    let at = moment.at as u64;
    let tries = if moment.is_settled() { 0 } else { TRIES };
    let chance = (0..tries).map(move |n| {
        let mut hasher = DefaultHasher::new();
        (first, at, n).hash(&mut hasher);
        hasher.finish() | 2
    });
    [0, 1].into_iter().chain(chance)
}

fn key(at: usize, kept: u64) -> (usize, u64) {
    (at, kept)
}

fn count(report: &mut Report, scene: &Scene, moment: &Moment<'_>, seed: u64, found: Findings) {
    report.runs += 1;
    let fault = match moment.kind {
        Kind::Make => "lost behind an open",
        Kind::Write => "lost behind a write",
        Kind::Truncate => "lost behind a truncate",
        Kind::Sync | Kind::FailedSync => "lost behind a sync",
        Kind::Delete => "lost behind a delete",
        Kind::Outside => "lost behind another file's change",
        Kind::Mark => "lost behind an acknowledgement",
    };
    report.fault(fault, 1);
    let place = format!("{} at step {} with seed {seed}", scene.name, moment.at);
    found.count(&place, report);
}
