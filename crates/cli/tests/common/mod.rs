//! Runs the built binary as a person or a script would.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::Expect;

/// How a run ended and what it said.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs `handoff` with `input` on standard input, in English.
pub fn run(arguments: &[&str], input: &str) -> Ran {
    run_in(Path::new("."), arguments, input)
}

/// The same, in a folder.
pub fn run_in(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_handoff"))
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .env_remove("HANDOFF_LOG")
        .env("HANDOFF_PASSWORD", "a password for this test only")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended: that is no failure.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The answer in JSON of a run that has to succeed.
pub fn json(arguments: &[&str], input: &str) -> serde_json::Value {
    let ran = run(arguments, input);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&ran.out).unwrap()
}

/// What is said by runs that are refused with status 1, one after the other.
pub fn check_refused(runs: &[(&[&str], &str)], expect: Expect) {
    let mut said = String::new();
    for (arguments, input) in runs {
        let ran = run(arguments, input);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (1, ""),
            "{arguments:?}: {}",
            ran.err
        );
        assert_eq!(ran.err.lines().count(), 1, "one paragraph: {}", ran.err);
        said.push_str(&ran.err);
    }
    expect.assert_eq(&said);
}
