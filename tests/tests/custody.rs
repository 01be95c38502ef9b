//! What a device saved is kept and shown to the right people, whatever becomes of
//! the device, the account or the record.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

use handoff_tests::custody::{
    wrong_about_a_disabled_account, wrong_about_an_erasure, wrong_about_copies,
    wrong_about_two_restores,
};
use handoff_tests::world::World;

const NOTHING: [&str; 0] = [];

#[test]
fn an_image_that_is_put_back_loses_nothing_and_a_person_is_told() {
    assert_eq!(wrong_about_copies(&World::enrolled()), NOTHING);
}

#[test]
fn a_disabled_account_is_emptied_and_what_it_saves_waits_for_a_person() {
    assert_eq!(wrong_about_a_disabled_account(&World::enrolled()), NOTHING);
}

#[test]
fn a_record_that_a_court_orders_erased_is_gone_here_and_on_its_device() {
    assert_eq!(wrong_about_an_erasure(&World::enrolled()), NOTHING);
}

#[test]
fn one_backup_that_is_restored_twice_makes_two_epochs() {
    assert_eq!(wrong_about_two_restores(&World::empty()), NOTHING);
}
