//! Disks that fill up, or return something else than was written.
//!
//! The long sets: `faults failing`, `faults full`, `faults flips` and `faults
//! yesterday`, in this package.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use handoff_tests::failing::{Job, Plan, full, run};
use handoff_tests::report::Report;
use handoff_tests::rot::{flips, yesterday};

fn clean(report: &Report) {
    println!("{}", report.to_json());
    assert!(report.is_clean(), "{:#?}", report.words);
}

#[test]
fn work_whose_disk_fails_at_any_call_loses_nothing_and_says_what_it_was() {
    let plan = Plan {
        reads: 1,
        jobs: &[
            Job::Open,
            Job::Unlock,
            Job::Draft,
            Job::Save,
            Job::Send,
            Job::SiteOpen,
        ],
        threads: 2,
    };
    let report = run(plan, &std::env::temp_dir());
    clean(&report);
    for call in ["write", "sync"] {
        let failed = report.faults.get(&format!("an I/O error at {call}"));
        assert!(failed.is_some_and(|calls| *calls > 1), "{call}");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_the_ballast_saves_once_more() {
    let report = full(48, &std::env::temp_dir());
    clean(&report);
    let saved = report.figures["saved_by_ballast"].as_u64().unwrap();
    assert!(saved > 0, "the ballast never gave way");
}

#[test]
fn a_turned_bit_is_noticed_or_harmless_in_every_kind_of_file() {
    let report = flips(6, 1, &std::env::temp_dir());
    clean(&report);
    assert!(report.figures["detected"].as_u64().unwrap() > 0);
}

#[test]
fn yesterdays_pages_and_files_are_noticed_or_harmless() {
    let report = yesterday(&std::env::temp_dir());
    clean(&report);
}
