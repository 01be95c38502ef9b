//! `cargo xtask bench`: what Handoff costs, beside references in the same run.
//!
//! Builds everything as it would be shipped, and runs `bench` of the package
//! `handoff-tests`; the report lies in `target/bench`.

use crate::process::Cmd;
use crate::workspace::{root, target_dir};
use crate::{debian, node};
use anyhow::Result;

/// Features that switch on what only measures, in no crate that is shipped.
pub const FEATURES: &str = "handoff-tests/bench,handoff-desktop/empty-window";

#[derive(clap::Args)]
pub struct Args {
    /// Measure only this: save, transfer, wire, link, growth, screening or window
    #[arg(long)]
    only: Option<String>,
    /// Entries of a transfer
    #[arg(long, default_value_t = 10_000)]
    entries: u32,
    /// Runs of each transfer
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Most entries of a device that has grown: 1000000 takes an hour
    #[arg(long, default_value_t = 100_000)]
    growth_most: u32,
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    debian::install_missing(&root)?;
    node::build(&root)?;
    let build = ["build", "--release", "--workspace", "--exclude", "xtask"];
    let what = ["--bins", "--example", "empty", "--features", FEATURES];
    let build = Cmd::cargo(&root).args(build).args(what);
    println!("{build}");
    build.run()?;

    let target = root.join(target_dir(&root));
    let built = target.join("release");
    let mut bench = Cmd::new(built.join("bench"), &root)
        .args(["--out".as_ref(), target.join("bench").as_os_str()])
        .args(["--entries", &args.entries.to_string()])
        .args(["--runs", &args.runs.to_string()])
        .args(["--growth-most", &args.growth_most.to_string()])
        .env("HANDOFF_PROGRAM", built.join("handoff"))
        .env("HANDOFF_FIELD_PROGRAM", built.join("handoff-field"))
        .env("HANDOFF_EMPTY_WINDOW", built.join("examples/empty"));
    if let Some(only) = &args.only {
        bench = bench.args(["--only", only]);
    }
    bench.run()
}
