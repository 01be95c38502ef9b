//! Leaves a site and a device of the version that `HANDOFF_PROGRAM` is in
//! `tests/released`, and beside them what both say to each other from there on,
//! once for each release. See CONTRIBUTING.md.

#![expect(clippy::print_stdout, reason = "a host: it says where they are")]

use std::process::Command;

use anyhow::{Context as _, Result};
use handoff_tests::ages::record;
use handoff_tests::released::{folder, leave};
use handoff_tests::world::handoff;

fn main() -> Result<()> {
    let said = Command::new(handoff()).arg("--version").output()?.stdout;
    let said = String::from_utf8(said)?;
    let version = said.split_whitespace().nth(1).context("a version")?;
    if !folder().join(version).exists() {
        println!("{}", leave(version)?.display());
    }
    println!("{}", record(version)?.display());
    Ok(())
}
