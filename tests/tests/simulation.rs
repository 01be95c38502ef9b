//! The simulator: a short set of seeds, the cases that failed once, and what
//! the simulator itself promises.
//!
//! The long set is `cargo xtask torture`; a failing seed prints a case for
//! `tests/corpus`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use handoff_testkit::sim::fault::{Fault, Faults};
use handoff_testkit::sim::invariant::{Checks, Invariant};
use handoff_testkit::sim::{Case, Depth, run, shrink};

/// Operations of each run.
const OPS: usize = 200;

/// Runs seeds on all processors; every invariant must hold in each.
fn check_seeds(seeds: std::ops::Range<u64>, depth: Depth) -> (Faults, Checks) {
    let next = AtomicU64::new(seeds.start);
    let sums = Mutex::new((Faults::default(), Checks::default()));
    let failed = Mutex::new(BTreeMap::new());
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let case = Case::of(seed, depth, OPS);
                    let outcome = run(&case);
                    let mut sums = sums.lock().unwrap();
                    sums.0.add(&outcome.faults);
                    sums.1.add(&outcome.checks);
                    drop(sums);
                    if let Some(violation) = outcome.violation {
                        failed.lock().unwrap().insert(seed, (case, violation));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    for (seed, (case, violation)) in &failed {
        println!("seed {seed}: {violation:?}");
        let small = shrink(case, violation.invariant);
        println!("keep it in tests/corpus: {}", small.to_text());
    }
    assert!(failed.is_empty(), "seeds {:?}", failed.keys());
    sums.into_inner().unwrap()
}

#[test]
fn whatever_goes_wrong_nothing_that_was_saved_is_lost() {
    let (faults, checks) = check_seeds(1..301, Depth::Model);
    for fault in Fault::ALL {
        println!("{:<32} {}", fault.name(), faults.of(*fault));
        assert!(faults.of(*fault) > 0, "{} never fired", fault.name());
    }
    for invariant in Invariant::ALL {
        // A run in which nothing breaks does not look at this one.
        let is_looked_at = checks.of(*invariant) > 0 || *invariant == Invariant::NothingBreaks;
        assert!(is_looked_at, "{} was never looked at", invariant.name());
    }
}

#[test]
fn the_real_files_lose_nothing_either() {
    check_seeds(1..21, Depth::Files);
}

#[test]
fn what_failed_once_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let outcome = run(&Case::from_text(&text).unwrap());
        assert_eq!(outcome.violation, None, "{}", file.display());
        cases += 1;
    }
    assert!(cases > 0);
}

#[test]
fn a_run_is_a_function_of_its_case() {
    for (seed, depth) in [(7, Depth::Model), (8, Depth::Model), (3, Depth::Files)] {
        let case = Case::of(seed, depth, OPS);
        let read = Case::from_text(&case.to_text()).unwrap();
        assert_eq!(read, case);
        assert_eq!(run(&read), run(&case));
    }
}
