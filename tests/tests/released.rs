//! What a released version left is opened, sent and kept by this one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

use std::collections::BTreeMap;

use handoff_tests::released::{found, versions};
use handoff_tests::world::referral;

#[test]
fn a_site_and_a_device_of_every_released_version_go_on() {
    for version in versions() {
        let (world, known) = found(&version).expect("what it left");
        let id = |name: &str| known[name].as_str().expect("an id").to_owned();
        // However old its lease: the device saves and sends.
        let arguments = ["refer", "--file", "-", "--json"];
        let password = Some(handoff_tests::world::PASSWORD);
        let said = world.device_with("device", &arguments, password, &referral(4));
        let new = said.json()["referral"].as_str().expect("an id").to_owned();

        let _site = world.serve("site");
        let up = world.device("device", &["sync", "--json"]).json();
        assert_eq!(
            (up["sent"].as_u64(), up["waiting"].as_u64()),
            (Some(2), Some(0)),
            "{up}"
        );
        let at_site: BTreeMap<String, String> = world
            .referrals()
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().expect("text").to_owned();
                (text("referral"), text("verification"))
            })
            .collect();
        let expected = [
            (id("approved"), "approved"),
            (id("received"), "pending"),
            (id("waiting"), "pending"),
            (new, "pending"),
        ];
        let expected: BTreeMap<String, String> = expected
            .map(|(referral, verification)| (referral, verification.to_owned()))
            .into();
        assert_eq!(at_site, expected, "{}", version.display());
        // With the lease that came with the sync, it shows them too.
        let listed = world.listed("device");
        assert_eq!(listed.len(), 4, "{listed:?}");
        assert!(listed.iter().all(|row| row["standing"] == "received"));
    }
}
