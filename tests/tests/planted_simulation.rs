//! Each planted bug within the simulator's reach breaks the invariant that is
//! there for it.
//!
//! Runs a simulator with the feature `mutants` (`HANDOFF_SIMULATOR`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test says what went wrong by failing, and runs a program"
)]

use std::process::{Command, Output};

use handoff_mutants::{Mutant, VARIABLE};

/// The seeds of the short set.
const SEEDS: &str = "300";
/// Operations of each run.
const OPS: &str = "250";

fn simulate(bug: Option<Mutant>) -> Output {
    let program = std::env::var_os("HANDOFF_SIMULATOR").expect("HANDOFF_SIMULATOR");
    let mut command = Command::new(program);
    command.args(["--seeds", SEEDS, "--ops", OPS, "--hasty", "--as-found"]);
    match bug {
        Some(bug) => command.env(VARIABLE, bug.name()),
        None => command.env_remove(VARIABLE),
    };
    command.output().expect("the simulator")
}

/// The bug breaks one of these within the short set's seeds.
fn check_caught(bug: Mutant, by: &[&str]) {
    let output = simulate(Some(bug));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let broken = said
        .lines()
        .find_map(|line| line.strip_prefix("violation of "));
    println!("{}: {broken:?}", bug.name());
    assert!(!output.status.success(), "{} was not noticed", bug.name());
    let broken = broken.unwrap_or_default();
    let is_named = by.iter().any(|name| broken.starts_with(name));
    assert!(is_named, "{} was noticed by {broken:?}", bug.name());
}

#[test]
fn a_receipt_before_the_commit_is_noticed() {
    check_caught(Mutant::ReceiptBeforeCommit, &["received_is_at_site"]);
}

#[test]
fn taking_the_same_again_is_noticed() {
    check_caught(Mutant::NoDeduplication, &["held_once"]);
}

#[test]
fn a_feed_cursor_by_sequence_number_is_noticed() {
    // What it misses may be an eviction.
    let by = ["converged", "erased_is_gone"];
    check_caught(Mutant::FeedCursorBySequence, &by);
}

#[test]
fn a_cursor_that_is_kept_before_what_it_brought_is_noticed() {
    check_caught(Mutant::CursorBeforeApply, &["converged"]);
}

#[test]
fn what_is_not_evicted_is_noticed() {
    let by = ["evicted_is_gone", "vault_holds_no_more"];
    check_caught(Mutant::EvictionSkipped, &by);
}

#[test]
fn what_the_journal_keeps_of_what_was_taken_is_noticed() {
    check_caught(Mutant::EvictionSparesJournal, &["evicted_is_gone"]);
}

#[test]
fn an_order_that_erases_nothing_is_noticed() {
    // A device erases what the site keeps, and what it had not sent yet is missing.
    let by = ["erased_is_gone", "attached_arrives"];
    check_caught(Mutant::ErasureSkipped, &by);
}

#[test]
fn an_epoch_that_is_ignored_is_noticed() {
    let by = ["received_is_at_site", "standing_is_true", "comes_to_rest"];
    check_caught(Mutant::EpochIgnored, &by);
}

#[test]
fn a_device_that_is_refused_because_it_is_unknown_is_noticed() {
    check_caught(Mutant::UnknownDeviceRefused, &["comes_to_rest"]);
}

#[test]
fn a_receipt_that_hides_what_is_parked_is_noticed() {
    // What is parked may name an attachment that is not there.
    let by = ["standing_is_true", "received_is_at_site"];
    check_caught(Mutant::ReceiptHidesParked, &by);
}

#[test]
fn a_receipt_that_hides_what_was_taken_back_is_noticed() {
    let by = ["saved_arrives", "standing_is_true", "received_is_at_site"];
    check_caught(Mutant::ReceiptHidesElided, &by);
}

#[test]
fn a_receipt_that_hides_a_missing_attachment_is_noticed() {
    let by = ["received_is_at_site", "attached_arrives"];
    check_caught(Mutant::ReceiptHidesMissing, &by);
}

#[test]
fn what_is_dropped_instead_of_parked_is_noticed() {
    check_caught(Mutant::ParkedDropped, &["applied_is_kept"]);
}

#[test]
fn an_entry_that_blocks_its_lane_is_noticed() {
    check_caught(
        Mutant::PoisonBlocksLane,
        &["comes_to_rest", "custody_is_judged"],
    );
}

#[test]
fn a_draft_that_becomes_new_entries_is_noticed() {
    check_caught(Mutant::DraftWithNewId, &["form_entered_once"]);
}

#[test]
fn merging_by_arrival_is_noticed() {
    check_caught(Mutant::MergeByArrival, &["converged", "conflicts_stay"]);
}

#[test]
fn a_fork_that_is_not_detected_is_noticed() {
    let by = ["chains_verify", "saved_arrives", "comes_to_rest"];
    check_caught(Mutant::ForkNotDetected, &by);
}

#[test]
fn what_is_let_go_without_a_backup_is_noticed() {
    check_caught(Mutant::LetGoUnproven, &["saved_arrives"]);
}

#[test]
fn without_a_bug_nothing_is_found() {
    let output = simulate(None);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
}
