//! Power is lost at any moment of a save, a sync, a catch-up, a migration, an
//! eviction, a site's commit; what was acknowledged is there afterwards, and
//! everything opens.
//!
//! The long set: `faults power`, in this package.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use handoff_tests::power::{Plan, Size, run};

#[test]
fn what_was_acknowledged_survives_a_power_loss_at_any_step() {
    let plan = Plan {
        points: 900,
        size: Size::Small,
        threads: 2,
        seed: 1,
    };
    let report = run(plan, &std::env::temp_dir());
    println!("{}", report.to_json());
    assert!(report.is_clean(), "{:#?}", report.words);
    assert!(report.runs >= 700, "only {} losses", report.runs);
}
