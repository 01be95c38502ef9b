//! The main job, as three kinds of processes: a site, a device, and this test.
//! "Down" means that no site process runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::collections::BTreeSet;

use handoff_tests::world::{LIAISON, World, referral};
use serde_json::Value;

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter()
        .map(|row| row["referral"].as_str().unwrap().to_owned())
        .collect()
}

fn ten() -> String {
    (0..10).map(|n| referral(n) + "\n").collect()
}

#[test]
fn ten_referrals_while_the_site_is_down_arrive_once_with_receipts() {
    let world = World::enrolled();

    let said = world.device_with(
        "device",
        &["refer", "--file", "-", "--json"],
        Some(handoff_tests::world::PASSWORD),
        &ten(),
    );
    assert_eq!(said.code(), 0, "{said:?}");
    let saved: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(saved.len(), 10);
    assert!(saved.iter().all(|row| row["standing"] == "on_device"));
    assert!(
        saved
            .iter()
            .all(|row| row["screening"]["outcome"] == "needs_verification")
    );

    let down = world.device("device", &["sync", "--json"]);
    assert_eq!(down.code(), 3, "{down:?}");
    assert!(
        down.err.contains("10 entries are safe on this device"),
        "{down:?}"
    );
    let listed = world.listed("device");
    assert!(
        listed.iter().all(|row| row["standing"] == "on_device"),
        "{listed:?}"
    );

    let _site = world.serve("site");
    // Without a password it uploads only, and that is enough for receipts.
    let up = world
        .device_with("device", &["sync", "--json"], None, "")
        .json();
    assert_eq!(
        (up["sent"].as_u64(), up["received"].as_u64()),
        (Some(10), Some(10)),
        "{up}"
    );
    assert_eq!(
        (up["waiting"].as_u64(), up["parked"].as_u64()),
        (Some(0), Some(0)),
        "{up}"
    );
    let again = world.device("device", &["sync", "--json"]).json();
    assert_eq!(
        (again["sent"].as_u64(), again["received"].as_u64()),
        (Some(0), Some(0))
    );
    assert_eq!(again["head"], up["head"]);

    let listed = world.listed("device");
    assert!(
        listed.iter().all(|row| row["standing"] == "received"),
        "{listed:?}"
    );
    assert!(
        listed.iter().all(|row| row["receipt"].is_string()),
        "{listed:?}"
    );
    let at_site = world.referrals();
    assert_eq!(at_site.len(), 10);
    assert_eq!(ids(&at_site), ids(&saved));
    assert_eq!(ids(&at_site), ids(&listed));
}

#[test]
fn a_decision_reaches_the_car() {
    let world = World::enrolled();
    let said = world.device_with(
        "device",
        &["refer", "--file", "-", "--json"],
        Some(handoff_tests::world::PASSWORD),
        &referral(1),
    );
    let id = said.json()["referral"].as_str().unwrap().to_owned();
    let _site = world.serve("site");
    world.device("device", &["sync", "--json"]).json();

    let refused = world.site(&[
        "decide",
        "--referral",
        &id,
        "--as",
        handoff_tests::world::OFFICER,
        "--decision",
        "approve",
    ]);
    assert_eq!(
        refused.code(),
        1,
        "an officer does not decide in Baltimore: {refused:?}"
    );
    let decided = world.site(&[
        "decide",
        "--referral",
        &id,
        "--as",
        LIAISON,
        "--decision",
        "approve",
    ]);
    assert_eq!(decided.code(), 0, "{decided:?}");

    world.device("device", &["sync", "--json"]).json();
    let listed = world.listed("device");
    assert_eq!(listed[0]["verification"], "approved", "{listed:?}");
}

#[test]
fn a_second_site_made_by_the_same_init_gets_nothing() {
    let world = World::enrolled();
    let said = world.device_with(
        "device",
        &["refer", "--file", "-", "--json"],
        Some(handoff_tests::world::PASSWORD),
        &referral(1),
    );
    assert_eq!(said.code(), 0, "{said:?}");
    world.init("impostor");
    let impostor = world.serve("impostor");
    let said = world.device("device", &["sync", "--json"]);
    assert_eq!(said.code(), 1, "{said:?}");
    assert!(
        said.err
            .contains("is not the site that this device was enrolled with"),
        "{said:?}"
    );
    assert_eq!(world.listed("device")[0]["standing"], "on_device");
    drop(impostor);

    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["received"].as_u64(), Some(1));
}

#[test]
fn bad_input_is_named_and_nothing_is_half_written() {
    let world = World::enrolled();
    let refer = |input: &str| {
        world.device_with(
            "device",
            &["refer", "--file", "-", "--json"],
            Some(handoff_tests::world::PASSWORD),
            input,
        )
    };
    let good = referral(1);
    for (input, named) in [
        (good.replace("1996-05-04", "2096-05-04"), "birth_date"),
        (good.replace("\"35A\"", "\"99Z\""), "suspected_offenses"),
        (good.replace("arrest_diversion", "side_door"), "door"),
        (good.replace("Zephyrine1", "Zephy\\u0000rine"), "given_name"),
        ("this is no JSON".to_owned(), "line 1"),
        (
            format!("{good}\n{}", good.replace("1996-05-04", "2096-05-04")),
            "line 2",
        ),
    ] {
        let said = refer(&input);
        assert_eq!(said.code(), 1, "{named}: {said:?}");
        assert!(said.err.contains(named), "{named} is not named: {said:?}");
        assert!(
            said.err.to_lowercase().contains("nothing was saved"),
            "what is safe is not said: {said:?}"
        );
    }
    let wrong = world.device_with("device", &["list", "--json"], Some("not the password"), "");
    assert_eq!(wrong.code(), 1);
    assert!(wrong.err.contains("the password is wrong"), "{wrong:?}");
    assert_eq!(world.listed("device"), Vec::<Value>::new());

    for name in ["Ñandú", "李小龍", "محمد علي", "Zoë 👩‍🚒", "Ṱ̺̺o̞̬m"] {
        let said = refer(&good.replace("Zephyrine1", name));
        assert_eq!(said.code(), 0, "{name}: {said:?}");
    }
    assert_eq!(world.listed("device").len(), 5);
}

#[test]
fn a_code_works_once() {
    let world = World::empty();
    world.init("site");
    let _site = world.serve("site");
    let invited = world
        .site(&[
            "invite",
            "--person",
            handoff_tests::world::OFFICER,
            "--json",
        ])
        .json();
    let code = invited["code"].as_str().unwrap();
    assert_eq!(world.device("one", &["enrol", "--code", code]).code(), 0);
    let used = world.device("two", &["enrol", "--code", code]);
    assert_eq!(used.code(), 1, "{used:?}");
    assert!(
        used.err
            .contains("this code was used: ask for a new one; nothing was set up"),
        "{used:?}"
    );
    assert!(!world.path("two").join("device.db").exists());
    let changed = world.device("two", &["enrol", "--code", &code.replacen('A', "B", 1)]);
    assert_eq!(changed.code(), 1, "{changed:?}");
}
