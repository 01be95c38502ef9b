//! A site that is put back to yesterday gets everything that devices saved,
//! back by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::process::Command;

use handoff_tests::world::{LIAISON, MANAGER, PASSWORD, World, handoff, referral, run};

fn refer(world: &World, home: &str, n: usize) -> String {
    let said = world.device_with(
        home,
        &["refer", "--file", "-", "--json"],
        Some(PASSWORD),
        &referral(n),
    );
    said.json()["referral"].as_str().expect("an id").to_owned()
}

#[test]
fn a_restored_site_gets_everything_back_without_being_confirmed() {
    let world = World::empty();
    let recovery_key = world.init("site");
    let site = world.serve("site");
    world.enrol("first");
    let before = refer(&world, "first", 1);
    world.device("first", &["sync", "--json"]).json();
    let backup = world.path("yesterday.backup");
    let backup = backup.to_str().expect("a path in UTF-8");
    let said = world.site(&["backup", backup]);
    assert_eq!(said.code(), 0, "{said:?}");

    // After the backup: one more referral that is received, one device that the
    // backup has never heard of, and a referral on it.
    let after = refer(&world, "first", 2);
    world.device("first", &["sync", "--json"]).json();
    world.enrol("second");
    let unknown = refer(&world, "second", 3);
    world.device("second", &["sync", "--json"]).json();
    assert_eq!(world.referrals().len(), 3);
    site.stop();
    std::fs::remove_dir_all(world.path("site")).expect("the site is gone");

    let data = world.path("site");
    let mut command = Command::new(handoff());
    command
        .args([
            "site",
            "restore",
            "--data",
            data.to_str().expect("a path in UTF-8"),
            backup,
        ])
        .env("HANDOFF_RECOVERY_KEY", &recovery_key);
    let said = run(command, "");
    assert_eq!(said.code(), 0, "{said:?}");
    assert_eq!(world.referrals().len(), 1);

    let _site = world.serve("site");
    for home in ["first", "second"] {
        // Nobody is signed in: uploads need nobody.
        let up = world
            .device_with(home, &["sync", "--json"], None, "")
            .json();
        assert_eq!(up["waiting"].as_u64(), Some(0), "{home}: {up}");
    }
    let mut at_site: Vec<String> = world
        .referrals()
        .iter()
        .map(|row| row["referral"].as_str().expect("an id").to_owned())
        .collect();
    at_site.sort();
    let mut all = vec![before, after.clone(), unknown];
    all.sort();
    assert_eq!(at_site, all);

    // What the site gives out waits for somebody's word.
    let decided = world.site(&[
        "decide",
        "--referral",
        &after,
        "--as",
        LIAISON,
        "--decision",
        "approve",
    ]);
    assert_eq!(decided.code(), 0, "{decided:?}");
    world.device("first", &["sync", "--json"]).json();
    let pending = |home: &str| {
        world
            .listed(home)
            .iter()
            .all(|row| row["verification"] == "pending")
    };
    assert!(
        pending("first"),
        "a feed was served before the restore was confirmed"
    );
    let said = world.site(&["confirm", "--as", MANAGER]);
    assert_eq!(said.code(), 0, "{said:?}");
    world.device("first", &["sync", "--json"]).json();
    assert!(!pending("first"), "{:?}", world.listed("first"));
}
