//! `cargo xtask torture`: the long sets, from a release build, with a report.
//!
//! **What.** Each [`Part`] is one program's run over one kind of fault. What it
//! did and found is kept in `target/torture/report.json` with the commit that
//! it ran at, and as tables in `report.md`. `--record` puts both into `docs`.
//!
//! **Why.** The long sets take hours. They may be run one by one, on one machine
//! after another: a report begins with what is kept in `docs`, and says for each
//! part what it ran at.
//!
//! **What it does not do.** It decides nothing about what must hold: the
//! programs do, and end with a status other than 0. Every part runs to its end
//! all the same; the task fails after the last.

mod render;

pub use render::markdown;

use crate::process::Cmd;
use crate::workspace::{commit, root, target_dir};
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Where the report that is kept lies, as data and as tables.
pub const DATA: &str = "docs/torture.json";
pub const DOCUMENT: &str = "docs/torture.md";

/// Packages that no part runs.
const WITHOUT: [&str; 2] = ["xtask", "handoff-desktop"];

/// One kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The simulator: every fault of devices, site and network
    Simulator,
    /// Power that goes at any step
    Power,
    /// Disks that fail at the n-th call
    Failing,
    /// Disks that fill up
    Full,
    /// Bits that turn
    Flips,
    /// Pages and files put back from yesterday
    Yesterday,
    /// Lines that cut out, go silent, spoil bytes
    Link,
    /// Many devices that come back at once
    Crowd,
    /// Processes that are killed where they write
    Kills,
}

#[derive(clap::Args)]
pub struct Args {
    /// Run only this; again for more of them
    #[arg(long)]
    only: Vec<Part>,
    /// The first seed of the simulator
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Its seeds at the depth of the model
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// Its seeds on real SQLCipher files
    #[arg(long, default_value_t = 1_000)]
    files: u64,
    /// Operations of each of its runs
    #[arg(long, default_value_t = 250)]
    ops: u64,
    /// Its threads; as many as there are processors without it
    #[arg(long)]
    jobs: Option<usize>,
    /// Power losses to survey
    #[arg(long, default_value_t = 50_000)]
    points: u64,
    /// Of the reads of each piece of work, one in so many fails
    #[arg(long, default_value_t = 1)]
    reads: u64,
    /// Sessions over a broken line
    #[arg(long, default_value_t = 10_000)]
    sessions: u64,
    /// Devices of the crowd
    #[arg(long, default_value_t = 500)]
    devices: u64,
    /// Entries of each of them
    #[arg(long, default_value_t = 40)]
    entries: u64,
    /// Processes of a device that are killed
    #[arg(long, default_value_t = 2_000)]
    device_kills: u64,
    /// Processes of a site that are killed
    #[arg(long, default_value_t = 1_000)]
    site_kills: u64,
    /// Where scratch folders lie: in memory, best of all
    #[arg(long)]
    scratch: Option<String>,
    /// Put the report into `docs`
    #[arg(long)]
    record: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    // Without the window: nothing here opens one, and it needs the built pages.
    let build = ["build", "--release", "--workspace", "--bins"];
    let build = (Cmd::cargo(&root).args(build)).args(WITHOUT.iter().flat_map(|p| ["--exclude", p]));
    println!("{build}");
    build.run()?;
    let target = root.join(target_dir(&root));
    let built = target.join("release");
    let folder = target.join("torture");
    fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    let file = folder.join("report.json");
    if !file.exists() && root.join(DATA).exists() {
        fs::copy(root.join(DATA), &file).context(DATA)?;
    }
    let commit = commit(&root)?;

    let parts = match args.only.as_slice() {
        [] => Part::value_variants(),
        only => only,
    };
    let mut failed = Vec::new();
    for part in parts {
        let name = name(*part);
        let out = folder.join(format!("{name}.json"));
        let began = Instant::now();
        let cmd = part.command(&built, &root, &out, args);
        println!("{cmd}");
        if let Err(error) = cmd.run() {
            println!("{error}");
            failed.push(name.clone());
        }
        let seconds = began.elapsed().as_secs();
        keep(&file, &name, &commit, seconds, &out)?;
    }
    let report = read(&file)?;
    let text = markdown(&report)?;
    fs::write(folder.join("report.md"), &text)?;
    println!("{text}");
    if args.record {
        let data = serde_json::to_string_pretty(&report)? + "\n";
        fs::write(root.join(DATA), data)?;
        fs::write(root.join(DOCUMENT), text)?;
    }
    if !failed.is_empty() {
        bail!("not clean: {}", failed.join(", "));
    }
    Ok(())
}

impl Part {
    fn command(self, built: &Path, root: &Path, out: &Path, args: &Args) -> Cmd {
        let number = |value: u64| value.to_string();
        let faults = |what: &str| {
            let mut cmd = Cmd::new(built.join("faults"), root)
                .args(["--out".as_ref(), out.as_os_str()])
                .env("HANDOFF_PROGRAM", built.join("handoff"));
            if let Some(scratch) = &args.scratch {
                cmd = cmd.args(["--scratch", scratch]);
            }
            cmd.args([what])
        };
        match self {
            Self::Simulator => {
                let mut cmd = Cmd::new(built.join("simulate"), root)
                    .args(["--out".as_ref(), out.as_os_str()])
                    .args(["--from", &number(args.from)])
                    .args(["--seeds", &number(args.seeds)])
                    .args(["--files", &number(args.files)])
                    .args(["--ops", &number(args.ops)]);
                if let Some(jobs) = args.jobs {
                    cmd = cmd.args(["--jobs", &jobs.to_string()]);
                }
                cmd
            }
            Self::Power => faults("power").args(["--points", &number(args.points)]),
            Self::Failing => faults("failing").args(["--reads", &number(args.reads)]),
            Self::Full => faults("full"),
            Self::Flips => faults("flips"),
            Self::Yesterday => faults("yesterday"),
            Self::Link => faults("link").args(["--sessions", &number(args.sessions)]),
            Self::Crowd => faults("crowd")
                .args(["--devices", &number(args.devices)])
                .args(["--entries", &number(args.entries)]),
            Self::Kills => faults("kills")
                .args(["--device", &number(args.device_kills)])
                .args(["--site", &number(args.site_kills)]),
        }
    }
}

fn name(part: Part) -> String {
    let value = part.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Puts what a part wrote into the report, in the place of what was there.
fn keep(file: &Path, name: &str, commit: &str, seconds: u64, out: &Path) -> Result<()> {
    let text = fs::read_to_string(out).with_context(|| format!("{}", out.display()))?;
    let report: Value = serde_json::from_str(&text)?;
    let mut parts = match read(file) {
        Ok(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    let part = json!({ "commit": commit, "seconds": seconds, "report": report });
    parts.insert(name.to_owned(), part);
    fs::write(file, serde_json::to_string_pretty(&parts)? + "\n")?;
    Ok(())
}

fn read(file: &Path) -> Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}
