//! What Handoff costs, each figure beside a reference in the same run. Run by
//! `cargo xtask bench`, from release builds.
//!
//! **What.** Saves, push and pull of many entries, bytes, a sync with nothing
//! new, slow and broken lines, devices with a long history, screening, start
//! and memory of the window.
//!
//! **Why.** A machine is fast or slow today; a ratio to a reference that ran a
//! moment before says something about the program.
//!
//! **How.** Every measurement alternates with its reference; the report gives
//! medians. The site and the reference server are processes of their own.
//!
//! **What it does not do.** It passes and fails nothing: it says which budgets
//! are kept. Peers are measured only where somebody asks for them (`--peers`).

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a host: it talks to a terminal and measures time"
)]

mod ceiling;
mod device;
mod documents;
mod growth;
mod link;
mod measure;
mod peers;
mod relay;
mod report;
mod save;
mod screening;
mod shaper;
mod transfer;
mod window;
mod wire;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use report::Report;

type Measure = fn(&Setup, &mut Report) -> Result<()>;

/// What is measured, and by what.
const GROUPS: &[(&str, Measure)] = &[
    ("save", save::measure),
    ("transfer", transfer::measure),
    ("wire", wire::measure),
    ("link", link::measure),
    ("growth", growth::measure),
    ("screening", screening::measure),
    ("window", window::measure),
    (PEERS, peers::measure),
];

/// The one that needs more than this repository: only when it is asked for.
const PEERS: &str = "peers";

/// Where and how much.
pub struct Setup {
    /// Scratch folders lie in it: on the disk that is measured.
    pub folder: PathBuf,
    /// Entries of a transfer.
    pub entries: usize,
    /// Runs of each transfer and of each start.
    pub runs: usize,
    /// Entries of the smallest of the devices that have grown.
    pub growth_least: usize,
    /// Most entries of one of them.
    pub growth_most: usize,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [command, folder] = args.as_slice()
        && command == ceiling::SERVE
    {
        return ceiling::serve(Path::new(folder));
    }
    let value = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1).cloned()
    };
    let number = |name: &str, default: usize| match value(name) {
        Some(text) => text.parse().with_context(|| format!("{name} {text}")),
        None => Ok(default),
    };
    let folder = PathBuf::from(value("--out").context("--out FOLDER")?);
    let setup = Setup {
        entries: number("--entries", 10_000)?,
        runs: number("--runs", 3)?,
        growth_least: number("--growth-least", 10_000)?,
        growth_most: number("--growth-most", 100_000)?,
        folder: folder.join("scratch"),
    };
    let only = value("--only");
    if let Some(only) = &only
        && !GROUPS.iter().any(|(name, _)| name == only)
    {
        bail!("there is no group `{only}`");
    }
    let with_peers = args.iter().any(|arg| arg == "--peers");
    std::fs::create_dir_all(&setup.folder)?;
    let mut report = Report::default();
    for (name, measure) in GROUPS {
        let is_asked_for = match &only {
            Some(only) => only == name,
            None => *name != PEERS || with_peers,
        };
        if is_asked_for {
            println!("bench: {name}");
            measure(&setup, &mut report).with_context(|| format!("measuring {name}"))?;
        }
    }
    std::fs::remove_dir_all(&setup.folder)?;
    report.write(&folder)
}
