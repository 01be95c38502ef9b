//! A signature, from a device without a connection to a file at the site, as
//! three kinds of processes: a site, a device, and this test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

use handoff_tests::world::{PASSWORD, World, referral};
use serde_json::Value;

/// What begins as a PNG does, of so many bytes.
fn picture(len: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut next = 7_u32;
    while bytes.len() < len {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(next.to_be_bytes()[0]);
    }
    bytes
}

fn refer(world: &World) -> String {
    let arguments = ["refer", "--file", "-", "--json"];
    let said = world.device_with("device", &arguments, Some(PASSWORD), &referral(1));
    said.json()["referral"].as_str().unwrap().to_owned()
}

fn listed(world: &World) -> Vec<Value> {
    let said = world.site(&["attachments", "--json"]);
    said.json().as_array().unwrap().clone()
}

#[test]
fn a_signature_arrives_whole_behind_its_referral() {
    let world = World::enrolled();
    let referral = refer(&world);
    let file = world.path("signature.png");
    let plain = picture(700_000);
    std::fs::write(&file, &plain).unwrap();
    let file = file.to_str().unwrap();
    let attach = ["attach", "--referral", &referral, "--file", file, "--json"];
    let attached = world.device("device", &attach);
    assert_eq!(attached.code(), 0, "{attached:?}");
    let entry = attached.json()["entry"].as_str().unwrap().to_owned();

    let _site = world.serve("site");
    assert_eq!(listed(&world), [] as [Value; 0]);
    // Without a password it uploads only, and that is enough.
    let up = world.device_with("device", &["sync", "--json"], None, "");
    let up = up.json();
    assert_eq!(
        (up["received"].as_u64(), up["waiting"].as_u64()),
        (Some(2), Some(0)),
        "{up}"
    );
    let [row] = &listed(&world)[..] else {
        panic!("{:?}", listed(&world));
    };
    assert_eq!(
        (&row["entry"], &row["referral"]),
        (&entry.as_str().into(), &referral.as_str().into())
    );
    assert_eq!(row["held"], row["total"], "{row}");

    let out = world.path("opened.png");
    let out = out.to_str().unwrap();
    let write = ["attachment", "--entry", &entry, out, "--json"];
    let opened = world.site(&write);
    assert_eq!(opened.code(), 0, "{opened:?}");
    assert!(std::fs::read(out).unwrap() == plain);
    // Nothing is written over.
    let again = world.site(&write);
    assert_eq!(again.code(), 1, "{again:?}");
    assert!(again.err.contains("could not be written"), "{again:?}");
}

#[test]
fn what_is_no_picture_or_belongs_to_nothing_is_refused_and_nothing_is_saved() {
    let world = World::enrolled();
    let known = refer(&world);
    let unknown = "01890000-0000-7000-8000-000000000002";
    let text = world.path("note.txt");
    std::fs::write(&text, "a note").unwrap();
    let long = world.path("long.png");
    std::fs::write(&long, picture(8 * 1024 * 1024 + 1)).unwrap();
    let fine = world.path("fine.png");
    std::fs::write(&fine, picture(100)).unwrap();
    let absent = world.path("absent.png");
    for (referral, file, says) in [
        (known.as_str(), &text, "no PNG, JPEG or WebP"),
        (&known, &long, "at most 8388608 bytes"),
        (&known, &absent, "could not be read"),
        (unknown, &fine, "there is no referral"),
        ("7", &fine, "not the id of a referral"),
    ] {
        let file = file.to_str().unwrap();
        let attach = ["attach", "--referral", referral, "--file", file];
        let said = world.device("device", &attach);
        assert_eq!(said.code(), 1, "{said:?}");
        assert!(said.err.contains(says), "{says}: {said:?}");
    }
    let _site = world.serve("site");
    let up = world.device("device", &["sync", "--json"]).json();
    assert_eq!(up["received"].as_u64(), Some(1), "{up}");
}
