//! Each planted bug is noticed by the check that is there for it.
//!
//! Runs against a program with the feature `mutants` (`HANDOFF_PROGRAM`); the
//! same checks pass where no bug lives, in this program too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::process::Command;

use handoff_mutants::{Mutant, VARIABLE};
use handoff_tests::custody::{
    wrong_about_a_disabled_account, wrong_about_an_erasure, wrong_about_copies,
    wrong_about_two_restores,
};
use handoff_tests::kills::device_killed;
use handoff_tests::secrecy::leaks_of_a_save;
use handoff_tests::world::World;

#[test]
fn without_a_bug_nothing_is_found() {
    assert_eq!(leaks_of_a_save(&World::enrolled()), Vec::<String>::new());
}

#[test]
fn files_without_encryption_are_noticed() {
    let found = leaks_of_a_save(&World::planted(Mutant::NoFileCipher));
    println!("{}", found.join("\n"));
    let says = |what: &str| found.iter().any(|leak| leak.ends_with(what));
    // Drafts, vault and journal are told apart by their names.
    assert!(says("device.db is not encrypted"), "{found:?}");
    assert!(
        found
            .iter()
            .any(|leak| leak.contains("vault-") && leak.ends_with("holds the name")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|leak| leak.starts_with("a write of")),
        "{found:?}"
    );
}

#[test]
fn a_journal_without_seals_is_noticed() {
    let found = leaks_of_a_save(&World::planted(Mutant::NoSealing));
    println!("{}", found.join("\n"));
    assert!(
        found.contains(&"journal of device.db holds the name".to_owned()),
        "{found:?}"
    );
    // Nothing else shows it: the file is encrypted.
    assert!(!found.iter().any(|leak| leak.contains("is not encrypted")));
}

#[test]
fn a_save_that_is_reported_before_its_commit_is_noticed() {
    let mut world = World::enrolled();
    world.bug = Some(Mutant::EarlySaved);
    let tally = device_killed(&mut world, 0..36);
    println!("{tally}");
    let says = |what: &String| what.contains("was reported saved and is not at the site");
    assert!(tally.wrong.lost.iter().any(says), "{tally}");
}

#[track_caller]
fn assert_says(found: &[String], what: &str) {
    assert!(
        found.iter().any(|wrong| wrong.starts_with(what)),
        "{found:?}"
    );
}

#[test]
fn a_device_that_goes_on_beside_its_copy_is_noticed() {
    let found = wrong_about_copies(&World::planted(Mutant::ForkUnnoticed));
    assert_says(&found, "went on: false");
}

#[test]
fn a_vault_that_is_not_emptied_is_noticed() {
    let found = wrong_about_a_disabled_account(&World::planted(Mutant::EvictionSkipped));
    assert_says(&found, "referrals in the vault: 1");
}

#[test]
fn a_receipt_that_hides_what_is_parked_is_noticed() {
    let found = wrong_about_a_disabled_account(&World::planted(Mutant::ReceiptHidesParked));
    assert_says(&found, "parked: 0");
}

#[test]
fn an_order_that_erases_nothing_is_noticed() {
    let found = wrong_about_an_erasure(&World::planted(Mutant::ErasureSkipped));
    assert_says(&found, "at the site");
}

#[test]
fn a_counted_epoch_is_noticed() {
    let found = wrong_about_two_restores(&World::planted(Mutant::EpochCounter));
    assert_says(&found, "epochs: ");
}

/// What power losses found, in a process of its own: which bug lives there is
/// read once. Lost, and corrupt.
fn found_with_power(bug: Option<Mutant>) -> (u64, u64) {
    let program = std::env::var_os("HANDOFF_FAULTS").expect("HANDOFF_FAULTS");
    let mut command = Command::new(program);
    command.args(["power", "--points", "400", "--small", "--json"]);
    command.envs(bug.map(|bug| (VARIABLE, bug.name())));
    let said = command.output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    println!("{bug:?}: {report}");
    let count = |name: &str| report[name].as_u64().unwrap();
    (count("lost"), count("corrupt"))
}

#[test]
fn a_commit_that_is_not_synced_is_noticed() {
    assert_eq!(found_with_power(None), (0, 0));
    // Some losses leave holes in the log, which then is damage, and is said.
    let (lost, _) = found_with_power(Some(Mutant::JournalWalNormal));
    assert!(lost > 0);
}
