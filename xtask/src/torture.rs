//! `cargo xtask torture`: the long set of the simulator, from a release build,
//! with a report in `target/torture`.

use crate::process::Cmd;
use crate::workspace::{root, target_dir};
use anyhow::{Context as _, Result};
use std::fs;

#[derive(clap::Args)]
pub struct Args {
    /// The first seed
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Seeds at the depth of the model
    #[arg(long, default_value_t = 20_000)]
    seeds: u64,
    /// Seeds on real SQLCipher files
    #[arg(long, default_value_t = 1_000)]
    files: u64,
    /// Operations of each run
    #[arg(long, default_value_t = 250)]
    ops: u64,
    /// Threads; as many as there are processors without it
    #[arg(long)]
    jobs: Option<usize>,
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    let build = Cmd::cargo(&root).args(["build", "--release", "--workspace", "--bin", "simulate"]);
    println!("{build}");
    build.run()?;
    let target = root.join(target_dir(&root));
    let out = target.join("torture");
    let mut cmd = Cmd::new(target.join("release/simulate"), &root)
        .args(["--out".as_ref(), out.as_os_str()])
        .args(["--from", &args.from.to_string()])
        .args(["--seeds", &args.seeds.to_string()])
        .args(["--files", &args.files.to_string()])
        .args(["--ops", &args.ops.to_string()]);
    if let Some(jobs) = args.jobs {
        cmd = cmd.args(["--jobs", &jobs.to_string()]);
    }
    cmd.run()?;
    let table = out.join("report.md");
    let text = fs::read_to_string(&table).with_context(|| format!("{}", table.display()))?;
    println!("{text}");
    Ok(())
}
