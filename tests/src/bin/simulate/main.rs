//! Runs the simulator over many seeds and writes a report. Run by
//! `cargo xtask torture`, from a release build, and by the tests of planted
//! bugs.
//!
//! **What.** Seeds are shared out among threads; each run is in one thread and
//! is a function of its seed. The first failing seed of each invariant is
//! made smaller and printed as a line that can be kept in `tests/corpus`.
//!
//! **What it does not do.** It decides nothing about what must hold: that is
//! `handoff_testkit::sim`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a host: it talks to a terminal and measures time"
)]

mod report;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use handoff_testkit::sim::{Case, Depth, Outcome, run, shrink};

use report::Report;

/// What is run.
struct Options {
    /// The first seed.
    from: u64,
    /// Seeds at the depth of the model, and of them again on real files.
    seeds: u64,
    files: u64,
    /// Operations of each run.
    ops: usize,
    jobs: usize,
    /// The file that the report goes to; none is written without.
    out: Option<PathBuf>,
    /// Stop at the first violation.
    is_hasty: bool,
    /// Print failing cases as they are, and make none smaller.
    is_as_found: bool,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [command, file] = args.as_slice()
        && command == "--replay"
    {
        return replay(file);
    }
    let value = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1).cloned()
    };
    let number = |name: &str, default: u64| match value(name) {
        Some(text) => text.parse().with_context(|| format!("{name} {text}")),
        None => Ok(default),
    };
    let jobs = thread::available_parallelism().map_or(1, |jobs| jobs.get() as u64);
    let options = Options {
        from: number("--from", 1)?,
        seeds: number("--seeds", 300)?,
        files: number("--files", 0)?,
        ops: usize::try_from(number("--ops", 250)?)?,
        jobs: usize::try_from(number("--jobs", jobs)?)?,
        out: value("--out").map(PathBuf::from),
        is_hasty: args.iter().any(|arg| arg == "--hasty"),
        is_as_found: args.iter().any(|arg| arg == "--as-found"),
    };
    let mut report = Report::default();
    torture(&options, Depth::Model, options.seeds, &mut report)?;
    torture(&options, Depth::Files, options.files, &mut report)?;
    if let Some(out) = &options.out {
        report.write(out)?;
    }
    println!("{}", report.summary());
    if report.has_violations() {
        bail!("an invariant does not hold");
    }
    Ok(())
}

fn replay(file: &str) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let outcome = run(&Case::from_text(line)?);
        println!("{outcome:#?}");
    }
    Ok(())
}

/// Runs so many seeds at a depth, by all threads.
fn torture(options: &Options, depth: Depth, seeds: u64, report: &mut Report) -> Result<()> {
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let stop = AtomicU64::new(0);
    let collected = Mutex::new(Report::default());
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= seeds || stop.load(Ordering::Relaxed) > 0 {
                        return;
                    }
                    let seed = options.from + number;
                    let case = Case::of(seed, depth, options.ops);
                    let outcome = run(&case);
                    if outcome.violation.is_some() {
                        say(&case, &outcome, &collected, options);
                        if options.is_hasty {
                            stop.store(1, Ordering::Relaxed);
                        }
                    }
                    if let Ok(mut collected) = collected.lock() {
                        collected.add(seed, depth, outcome);
                    }
                }
            });
        }
    });
    let collected = collected.into_inner().context("a run panicked")?;
    report.merge(collected, depth, began.elapsed());
    Ok(())
}

/// Prints a violation; the first of its kind made smaller.
fn say(case: &Case, outcome: &Outcome, collected: &Mutex<Report>, options: &Options) {
    let Some(violation) = &outcome.violation else {
        return;
    };
    let name = violation.invariant.name();
    println!(
        "violation of {name} seed {} after {:?}: {}",
        case.seed, violation.after, violation.found
    );
    let is_first = collected
        .lock()
        .is_ok_and(|collected| collected.is_first(violation.invariant));
    if is_first && !options.is_as_found {
        let small = shrink(case, violation.invariant);
        println!(
            "smaller, {} operations: {}",
            small.ops.len(),
            small.to_text()
        );
    }
}
