//! Every call of every job fails once.

use std::path::Path;

use handoff_testkit::crash_fs::{self, Answer, Call, Disk, Fault, Lasts};

use super::job::{Job, Ready, Stage, ready};
use crate::lab::{Lab, copy_folder};
use crate::power::{Depth, Fact, Findings, Ledger, survey_device, survey_site};
use crate::report::Report;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Of the reads of a job, one in so many; every one of the other calls.
    pub reads: u64,
}

/// Seeds of the losses that follow an acknowledgement.
const LOSSES: [u64; 3] = [0, 2, 3];

/// How calls fail.
const WAYS: [(Answer, Lasts, &str); 3] = [
    (Answer::Failed, Lasts::Once, "an I/O error"),
    (Answer::Failed, Lasts::Until, "I/O errors from then on"),
    (Answer::Full, Lasts::Until, "a full disk from then on"),
];

/// Lets calls of every job fail.
///
/// # Panics
/// When a scratch folder fails.
#[must_use]
pub fn run(plan: Plan, folder: &Path) -> Report {
    crash_fs::install();
    let lab = Lab::with_in(1, folder);
    let mut report = Report::new("failing disk");
    for job in Job::ALL {
        let ready = ready(&lab, job);
        let mut part = Report::new("failing disk");
        for call in Call::ALL {
            for (answer, lasts, way) in WAYS {
                if answer == Answer::Full && call != Call::Write && call != Call::Share {
                    continue;
                }
                let step = if call == Call::Read { plan.reads } else { 1 };
                let mut nth = 1;
                let fault = |nth| Fault {
                    call,
                    nth,
                    answer,
                    lasts,
                };
                while attempt(&lab, &ready, fault(nth), way, &mut part) {
                    nth += step.max(1);
                }
            }
        }
        report.say(&format!("{}: {} failing calls", job.name(), part.runs));
        report.add(part);
    }
    report
}

/// One try; `false` when the job ended before the call came.
fn attempt(lab: &Lab, ready: &Ready, fault: Fault, way: &str, report: &mut Report) -> bool {
    let home = lab.path("try");
    copy_folder(&ready.folder, &home);
    let disk = Disk::watch(&home).expect("a folder");
    let mut ledger = Ledger::default();
    for fact in ready.facts.iter().cloned().chain(ready.begun()) {
        ledger.note(0, fact);
    }
    let mut stage = Stage::set(ready, &home, 0).expect("nothing fails yet");
    disk.arm(fault);
    let said = stage.act(ready);
    let fired = disk.disarm();
    let mut found = Findings::default();
    if fired > 0 {
        report.runs += 1;
        report.fault(&format!("{way} at {}", fault.call.name()), 1);
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
                let lost = lab.path("lost");
                std::fs::create_dir(&lost).expect("a folder");
                moment.lose(seed).write_to(&lost).expect("a disk");
                look(ready, &lost, &ledger, moment.at, &mut found);
                std::fs::remove_dir_all(&lost).expect("a scratch folder");
            }
        }
    } else {
        drop(stage);
    }
    std::fs::remove_dir_all(&home).expect("a scratch folder");
    let place = format!(
        "{}, {way} at {} {}",
        ready.job.name(),
        fault.call.name(),
        fault.nth
    );
    found.count(&place, report);
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
