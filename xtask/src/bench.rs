//! `cargo xtask bench`: what Handoff costs, beside references in the same run.
//!
//! Builds everything as it would be shipped, and runs `bench` of the package
//! `handoff-tests`; the report lies in `target/bench`, and with `--record` in
//! `docs/benchmarks.md`, with the commit and the machine.

use crate::peers::Peers;
use crate::process::Cmd;
use crate::workspace::{commit, root, target_dir};
use crate::{debian, node};
use anyhow::Result;
use std::fs;

/// Features that switch on what only measures, in no crate that is shipped.
pub const FEATURES: &str = "handoff-tests/bench,handoff-desktop/empty-window";

#[derive(clap::Args)]
pub struct Args {
    /// Measure only this: save, transfer, wire, link, growth, screening, window or peers
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
    /// Measure PouchDB and atuin as well: fetches and builds them
    #[arg(long)]
    peers: bool,
    /// Put the report into `docs`
    #[arg(long)]
    record: bool,
}

/// Where the report that is kept lies.
const DOCUMENT: &str = "docs/benchmarks.md";

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    debian::install_missing(&root)?;
    node::build(&root)?;
    let is_asked_for = args.peers || args.only.as_deref() == Some("peers");
    let peers = is_asked_for.then(|| Peers::build(&root)).transpose()?;
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
    if let Some(peers) = &peers {
        bench = peers.known_to(bench);
    }
    if let Some(only) = &args.only {
        bench = bench.args(["--only", only]);
    }
    bench.run()?;
    if args.record {
        let table = fs::read_to_string(target.join("bench/bench.md"))?;
        let text = document(&commit(&root)?, &machine(), &table);
        fs::write(root.join(DOCUMENT), text)?;
    }
    Ok(())
}

fn document(commit: &str, machine: &str, table: &str) -> String {
    format!(
        "# What Handoff costs\n\n\
         Made by `cargo xtask bench --record` at {commit}, on {machine}. Every figure stands beside a\n\
         reference that ran in the same minute, because a machine is fast or slow today: read the\n\
         ratios. How each was measured stands below the table; why a row is not kept, in\n\
         [where-the-time-goes.md](where-the-time-goes.md).\n\n{table}"
    )
}

/// Processors and memory, as Linux names them.
fn machine() -> String {
    let line = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let threads = std::thread::available_parallelism().map_or(0, usize::from);
    let model = line("/proc/cpuinfo", "model name").unwrap_or_default();
    let memory = line("/proc/meminfo", "MemTotal").unwrap_or_default();
    format!("{threads} threads of {model}, {memory} of memory")
}
