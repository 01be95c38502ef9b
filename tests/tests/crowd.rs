//! Devices that come back all at once. The long set: `faults crowd`, in this
//! package.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use handoff_tests::crowd::{Plan, run};

#[test]
fn a_crowd_that_comes_back_at_once_is_served_whole() {
    let plan = Plan {
        devices: 24,
        entries: 40,
    };
    let report = run(plan, &std::env::temp_dir());
    println!("{}", report.to_json());
    assert!(report.is_clean(), "{:#?}", report.words);
    assert_eq!(report.acknowledged, 960);
}
