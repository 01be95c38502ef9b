//! The line between device and site cuts out at any byte, goes silent, spoils
//! bytes, repeats requests: nothing is lost or doubled, and nothing is shown as
//! received that is not at the site.
//!
//! The long set: `faults link`, in this package.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::atomic::Ordering;

use handoff_tests::link::{Plan, bytes_up_in_turn, run};

#[test]
fn a_line_that_cuts_out_anywhere_loses_and_doubles_nothing() {
    let plan = Plan {
        sessions: 600,
        devices: 12,
        seed: 1,
    };
    let report = run(plan, &std::env::temp_dir());
    println!("{}", report.to_json());
    assert!(report.is_clean(), "{:#?}", report.words);
    for fault in ["cut on the way up", "cut on the way down", "corrupt"] {
        let struck = report.faults.get(fault).copied().unwrap_or(0);
        assert!(struck >= 20, "{fault} struck {struck} times");
    }
}

#[test]
fn what_is_saved_a_moment_after_an_answer_goes_up_without_asking_first() {
    // A hello is signed, and names every lane.
    const HELLO: u64 = 250;
    let [_, at_once, later] = bytes_up_in_turn(|turn, link| {
        if turn == 2 {
            link.answered_ms.store(0, Ordering::Relaxed);
        }
    });
    println!("{at_once} bytes at once, {later} bytes later");
    assert!(at_once + HELLO < later, "{at_once} and {later} bytes");
}
