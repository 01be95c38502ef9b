//! Every call of every job fails once.
//!
//! **How data moves through.** A job is done once with nothing failing, and its
//! calls are counted; then each of them fails, in each way, on several threads.
//! What is behind the last counted call is tried too, until one does not come:
//! no two runs of a job make quite the same calls, for their ids are drawn.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use handoff_testkit::crash_fs::{self, Answer, Call, Counts, Disk, Fault, Lasts, Loss};

use super::job::{Job, Ready, Stage, ready};
use crate::lab::{Lab, copy_folder};
use crate::power::{Depth, Fact, Findings, Known, Ledger, survey_device, survey_site};
use crate::report::Report;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Of the reads of a job, one in so many; every one of the other calls.
    pub reads: u64,
    /// These jobs.
    pub jobs: &'a [Job],
    /// Threads.
    pub threads: usize,
}

/// Seeds of the losses that follow an acknowledgement.
const LOSSES: [u64; 3] = [0, 2, 3];

/// How calls fail.
const WAYS: [(Answer, Lasts, &str); 3] = [
    (Answer::Failed, Lasts::Once, "an I/O error"),
    (Answer::Failed, Lasts::Until, "I/O errors from then on"),
    (Answer::Full, Lasts::Until, "a full disk from then on"),
];

/// Calls beyond those of a job that nothing interrupts, at most: a job that
/// makes more when one fails does not end.
const MORE: u64 = 64;

/// Disks that were looked at, with what they had to hold: most failures change
/// nothing on the disk, and leave the same one.
#[derive(Debug, Default)]
struct Seen(Mutex<HashSet<u64>>);

impl Seen {
    fn is_new(&self, loss: &Loss, known: &Known) -> bool {
        let mut hasher = DefaultHasher::new();
        (loss.files(), format!("{known:?}")).hash(&mut hasher);
        let mut seen = self.0.lock().expect("no thread has panicked");
        seen.insert(hasher.finish())
    }
}

/// A call of a job that is to fail.
#[derive(Debug, Clone, Copy)]
struct Try {
    fault: Fault,
    way: &'static str,
}

/// Lets calls of every job fail.
///
/// # Panics
/// When a scratch folder fails.
#[must_use]
pub fn run(plan: Plan<'_>, folder: &Path) -> Report {
    crash_fs::install();
    let lab = Lab::with_in(1, folder);
    let mut report = Report::new("failing disk");
    for job in plan.jobs {
        let ready = ready(&lab, *job);
        let counts = census(&ready, folder);
        let begun = Instant::now();
        let part = fail(&ready, counts, plan, folder);
        let seconds = begun.elapsed().as_secs();
        let calls = Call::ALL.map(|call| format!("{} {}", counts.of(call), call.name()));
        let (name, runs) = (job.name(), part.runs);
        report.say(&format!(
            "{name}: {runs} failing calls of {}, {seconds} s",
            calls.join(", ")
        ));
        report.add(part);
    }
    report
}

/// Every call of one job.
fn fail(ready: &Ready, counts: Counts, plan: Plan<'_>, folder: &Path) -> Report {
    let tries = tries(counts, plan.reads.max(1));
    let (next, seen) = (AtomicUsize::new(0), Seen::default());
    let whole = Mutex::new(Report::new("failing disk"));
    std::thread::scope(|threads| {
        for _ in 0..plan.threads.max(1) {
            threads.spawn(|| {
                let scratch = tempfile::tempdir_in(folder).expect("a scratch folder");
                let mut part = Report::new("failing disk");
                while let Some(first) = tries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut this = *first;
                    let is_last = this.fault.nth >= counts.of(this.fault.call);
                    let most = this.fault.nth + MORE;
                    // Behind the last one until one does not come.
                    while attempt(scratch.path(), ready, &seen, this, &mut part) && is_last {
                        this.fault.nth += 1;
                        if this.fault.nth > most {
                            let what = "each failure brings one more call".to_owned();
                            part.corrupt(&place(ready, this), &[what]);
                            break;
                        }
                    }
                }
                whole.lock().expect("no thread has panicked").add(part);
            });
        }
    });
    whole.into_inner().expect("no thread has panicked")
}

/// The calls that a job makes when nothing fails.
fn census(ready: &Ready, folder: &Path) -> Counts {
    let scratch = tempfile::tempdir_in(folder).expect("a scratch folder");
    let home = scratch.path().join("census");
    copy_folder(&ready.folder, &home);
    let disk = Disk::watch(&home).expect("a folder");
    let mut stage = Stage::set(ready, &home, 0).expect("nothing fails");
    // Counts from here on, and never fails.
    disk.arm(Fault::once(Call::Open, u64::MAX));
    stage.act(ready).expect("nothing fails");
    disk.counts()
}

/// Each call that a job makes, in each way that it can fail.
fn tries(counts: Counts, reads: u64) -> Vec<Try> {
    let mut all = Vec::new();
    for call in Call::ALL {
        for (answer, lasts, way) in WAYS {
            if answer == Answer::Full && call != Call::Write && call != Call::Share {
                continue;
            }
            let step = if call == Call::Read { reads } else { 1 };
            let last = counts.of(call).max(1);
            let mut nth = 1;
            let mut add = |nth| {
                let fault = Fault {
                    call,
                    nth,
                    answer,
                    lasts,
                };
                all.push(Try { fault, way });
            };
            while nth < last {
                add(nth);
                nth += step;
            }
            add(last);
        }
    }
    all
}

fn place(ready: &Ready, this: Try) -> String {
    let Fault { call, nth, .. } = this.fault;
    let (job, way) = (ready.job.name(), this.way);
    format!("{job}, {way} at {} {nth}", call.name())
}

/// One try; `false` when the job ended before the call came.
fn attempt(scratch: &Path, ready: &Ready, seen: &Seen, this: Try, report: &mut Report) -> bool {
    let home = scratch.join("try");
    copy_folder(&ready.folder, &home);
    let disk = Disk::watch(&home).expect("a folder");
    let mut ledger = Ledger::default();
    for fact in ready.facts.iter().cloned().chain(ready.begun()) {
        ledger.note(0, fact);
    }
    let mut stage = Stage::set(ready, &home, 0).expect("nothing fails yet");
    disk.arm(this.fault);
    let said = stage.act(ready);
    let fired = disk.disarm();
    let mut found = Findings::default();
    if fired > 0 {
        report.runs += 1;
        report.fault(&format!("{} at {}", this.way, this.fault.call.name()), 1);
        judge(&said, &mut found);
        let behind = disk.mark();
        if let Ok(facts) = said {
            report.acknowledged += facts.len() as u64;
            drop(stage);
            facts.into_iter().for_each(|fact| ledger.note(behind, fact));
        } else {
            again(stage, ready, &disk, &home, &mut ledger, &mut found);
        }
        let end = disk.mark();
        let recording = disk.stop();
        look(ready, &home, &ledger, end, &mut found);
        // What was acknowledged behind the failure holds without later luck.
        let mut replay = recording.replay();
        while let Some(moment) = replay.step() {
            if moment.at != behind && moment.at != end {
                continue;
            }
            for seed in LOSSES {
                let loss = moment.lose(seed);
                if !seen.is_new(&loss, &ledger.known(moment.at)) {
                    continue;
                }
                let lost = scratch.join("lost");
                std::fs::create_dir(&lost).expect("a folder");
                loss.write_to(&lost).expect("a disk");
                look(ready, &lost, &ledger, moment.at, &mut found);
                std::fs::remove_dir_all(&lost).expect("a scratch folder");
            }
        }
    } else {
        drop(stage);
    }
    std::fs::remove_dir_all(&home).expect("a scratch folder");
    found.count(&place(ready, this), report);
    fired > 0
}

/// A failing disk is not a damaged file, and the error says so.
fn judge(said: &Result<Vec<Fact>, String>, found: &mut Findings) {
    const NOT: [&str; 6] = [
        "Damaged",
        "WrongKey",
        "NotADatabase",
        "NotEnrolled",
        "OtherIdentity",
        "Row {",
    ];
    if let Err(error) = said
        && NOT.iter().any(|word| error.contains(word))
    {
        found.corrupt.push(format!("the error misleads: {error}"));
    }
}

/// The disk works again: so does the job, at the latest after everything was
/// closed and opened.
fn again(
    mut stage: Stage,
    ready: &Ready,
    disk: &Disk,
    home: &Path,
    ledger: &mut Ledger,
    found: &mut Findings,
) {
    let mut said = stage.act(ready);
    drop(stage);
    if said.is_err() {
        said = Stage::set(ready, home, 2).and_then(|mut stage| stage.act(ready));
    }
    match said {
        Ok(facts) => {
            let at = disk.mark();
            facts.into_iter().for_each(|fact| ledger.note(at, fact));
        }
        Err(error) => found
            .corrupt
            .push(format!("the work does not go on: {error}")),
    }
}

fn look(ready: &Ready, home: &Path, ledger: &Ledger, at: usize, found: &mut Findings) {
    let known = ledger.known(at);
    let seen = if ready.job.is_the_sites() {
        survey_site(home, &known)
    } else {
        survey_device(home, &ready.badge, &known, Depth::Ordinary)
    };
    found.add(seen);
}
