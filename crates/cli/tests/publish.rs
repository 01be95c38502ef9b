//! A published pack and the devices, by the binary: the day of the encounter
//! says which version a referral is screened by.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use common::{run, run_in};
use serde_json::Value;

fn example(input: &str) -> String {
    run(&["schema", input, "--example"], "").out
}

/// A site in a process of its own, which ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_device_switches_to_a_published_pack_by_the_day_of_the_encounter() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let go = |arguments: &[&str], input: &str| {
        let ran = run_in(at, arguments, input);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
        ran.out
    };
    let first = example("pack");
    let second = first
        .replace("version = \"1\"", "version = \"2\"")
        .replace("2026-01-01", "2026-02-01");
    std::fs::write(at.join("1.toml"), &first).unwrap();
    std::fs::write(at.join("2.toml"), &second).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let url = format!("https://{address}");
    go(
        &[
            "site",
            "init",
            "--data",
            "site",
            "--site",
            "xx-example",
            "--pack",
            "1.toml",
            "--url",
            &url,
            "--json",
        ],
        "",
    );
    for (name, role) in [("Officer", "officer"), ("Manager", "project_manager")] {
        go(
            &[
                "site", "person", "add", "--data", "site", "--name", name, "--role", role,
            ],
            "",
        );
    }
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
    let invite = [
        "site", "invite", "--data", "site", "--person", "Officer", "--json",
    ];
    let invited: Value = serde_json::from_str(&go(&invite, "")).unwrap();
    let code = invited["code"].as_str().unwrap();
    go(&["device", "enrol", "--home", "device", "--code", code], "");
    // The version by which a referral of that day is screened.
    let refer = |day: &str| {
        let report = example("referral").replace("2026-01-15T15:04:00", &format!("{day}T15:04:00"));
        let saved = go(
            &[
                "device", "refer", "--home", "device", "--file", "-", "--json",
            ],
            &report,
        );
        let saved: Value = serde_json::from_str(&saved).unwrap();
        saved["screening"]["pack"]["version"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!((&*refer("2026-01-31"), &*refer("2026-02-01")), ("1", "1"));

    let publish = |file: &str, name: &str| {
        run_in(
            at,
            &[
                "site", "pack", "publish", "--data", "site", "--as", name, file,
            ],
            "",
        )
    };
    assert_eq!(publish("2.toml", "Officer").status, 1);
    assert_eq!(publish("2.toml", "Manager").status, 0);
    assert_eq!(publish("2.toml", "Manager").status, 1, "published before");
    // Until the device has heard of it, it goes on with what it has.
    assert_eq!(refer("2026-02-01"), "1");
    go(&["device", "sync", "--home", "device"], "");
    assert_eq!((&*refer("2026-01-31"), &*refer("2026-02-01")), ("1", "2"));
}
