//! `handoff schema` and `handoff --version`, by the binary.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use common::{json, run, run_in};
use expect_test::expect;
use serde_json::Value;

fn example(input: &str) -> String {
    let ran = run(&["schema", input, "--example"], "");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    ran.out
}

#[test]
fn the_example_facts_are_screened_by_every_pack_at_every_door() {
    let packs = json(&["pack", "list", "--json"], "");
    for pack in packs.as_array().unwrap() {
        for door in ["arrest_diversion", "social_contact", "community"] {
            for input in ["facts", "referral"] {
                let id = pack["id"].as_str().unwrap();
                let arguments = [
                    "screen", "--pack", id, "--facts", "-", "--door", door, "--json",
                ];
                let screening = json(&arguments, &example(input));
                // Else `device refer` would ask why it is referred anyway.
                assert_ne!(
                    screening["outcome"], "presumptively_ineligible",
                    "{id} {door}"
                );
            }
        }
    }
}

#[test]
fn the_example_pack_is_accepted_by_its_check() {
    let checked = json(&["pack", "check", "-", "--json"], &example("pack"));
    assert_eq!(checked["cases_failed"], 0);
    assert!(checked["cases"].as_array().unwrap().len() >= 4);
}

/// A site in a process of its own, which ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn the_example_referral_is_saved_by_a_device_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let go = |arguments: &[&str], input: &str| {
        let ran = run_in(at, arguments, input);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
        ran.out
    };
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let url = format!("https://{address}");
    std::fs::write(at.join("pack.toml"), example("pack")).unwrap();
    go(
        &[
            "site",
            "init",
            "--data",
            "site",
            "--site",
            "xx-example",
            "--pack",
            "pack.toml",
            "--url",
            &url,
            "--json",
        ],
        "",
    );
    go(
        &[
            "site", "person", "add", "--data", "site", "--name", "Officer", "--role", "officer",
        ],
        "",
    );
    let mut serving = Command::new(env!("CARGO_BIN_EXE_handoff"))
        .args(["site", "serve", "--data", "site", "--listen", &address])
        .current_dir(at)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(serving.stdout.take().unwrap());
    let _serving = Serving(serving);
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains(&address), "{line}");
    let invited = go(
        &[
            "site", "invite", "--data", "site", "--person", "Officer", "--json",
        ],
        "",
    );
    let invited: Value = serde_json::from_str(&invited).unwrap();
    go(
        &[
            "device",
            "enrol",
            "--home",
            "device",
            "--code",
            invited["code"].as_str().unwrap(),
        ],
        "",
    );
    let refer = [
        "device", "refer", "--home", "device", "--file", "-", "--json",
    ];
    let saved: Value = serde_json::from_str(&go(&refer, &example("referral"))).unwrap();
    assert_eq!(saved["standing"], "on_device");
    assert_eq!(saved["screening"]["pack"]["id"], "xx-example-2026");

    // The same file with a misspelt field saves nothing.
    let misspelt = example("referral").replace("\"drugs\"", "\"drgs\"");
    let two = format!("{}\n{}", example("referral"), misspelt);
    for input in [misspelt, two] {
        let ran = run_in(at, &refer, &input);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""));
        assert!(
            ran.err
                .contains("has no field `facts.drgs` (did you mean `drugs`?). Nothing was saved."),
            "{}",
            ran.err
        );
    }
    let listed = go(&["device", "list", "--home", "device", "--json"], "");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["referral"], saved["referral"]);
}

#[test]
fn the_schemas_name_every_field_and_refuse_others() {
    for (input, fields) in [
        (
            "referral",
            &["door", "facts", "offer", "person", "place"][..],
        ),
        (
            "facts",
            &["age", "encounter_at", "suspected_offenses", "zone"],
        ),
        (
            "pack",
            &["id", "policy", "question", "rule", "test", "zone"],
        ),
    ] {
        let ran = run(&["schema", input], "");
        assert_eq!(ran.status, 0);
        let schema: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert_eq!(schema["additionalProperties"], false, "{input}");
        for field in fields {
            assert!(schema["properties"][field].is_object(), "{input} {field}");
        }
        for (name, part) in schema["$defs"].as_object().unwrap() {
            if part["properties"].is_object() {
                assert_eq!(part["additionalProperties"], false, "{input} {name}");
            }
        }
    }
}

#[test]
fn the_version_names_the_program_the_protocol_and_the_schemas() {
    let ran = run(&["--version"], "");
    assert_eq!(ran.status, 0);
    expect![[r#"
        handoff 0.1.0
        protocol 1, understands from 1
        schema device 5, vault 4, drafts 1, site 5
    "#]]
    .assert_eq(&ran.out);
}

#[test]
fn a_schema_that_nobody_has_is_a_usage_error() {
    for arguments in [&["schema"][..], &["schema", "person"], &["nothing"], &[]] {
        assert_eq!(run(arguments, "").status, 2, "{arguments:?}");
    }
}
