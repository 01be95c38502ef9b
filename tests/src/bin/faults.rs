//! Torture: power losses, failing disks, rotten bits, broken links, killed
//! processes. Each prints what it did and found; the exit status says whether that
//! is nothing.

#![expect(clippy::print_stdout, reason = "what was found is printed")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use handoff_tests::crowd;
use handoff_tests::failing;
use handoff_tests::kills;
use handoff_tests::link;
use handoff_tests::power::{self, Size};
use handoff_tests::report::Report;
use handoff_tests::rot;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
    /// Write that object to this file too
    #[arg(long, global = true)]
    out: Option<PathBuf>,
    /// Where scratch folders lie: in memory, best of all
    #[arg(long, global = true)]
    scratch: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Power losses
    Power {
        /// Distinct losses to survey
        #[arg(long, default_value_t = 50_000)]
        points: usize,
        /// Where seeds begin
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A few entries in each scene instead of many
        #[arg(long)]
        small: bool,
        /// Threads
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
    /// Disks that fail: the n-th call of each kind, for every n
    Failing {
        /// Of the reads of each piece of work, one in so many
        #[arg(long, default_value_t = 1)]
        reads: u64,
        /// Only the pieces of work whose name has this in it
        #[arg(long, default_value = "")]
        only: String,
        /// Threads
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
    /// Disks that fill up
    Full {
        /// From no room to so many pages of it
        #[arg(long, default_value_t = 512)]
        pages: u64,
    },
    /// Bits that turn, in every kind of file
    Flips {
        /// Bits of each file
        #[arg(long, default_value_t = 300)]
        each: usize,
        /// Where seeds begin
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Pages and files put back from yesterday
    Yesterday,
    /// Many devices that come back at once, to a site's process
    Crowd {
        /// Devices
        #[arg(long, default_value_t = 500)]
        devices: usize,
        /// Entries of each
        #[arg(long, default_value_t = 40)]
        entries: usize,
    },
    /// Lines that cut out, go silent, spoil bytes
    Link {
        /// Sessions
        #[arg(long, default_value_t = 12_000)]
        sessions: u64,
        /// Devices at once
        #[arg(long, default_value_t = 32)]
        devices: usize,
        /// Where seeds begin
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Processes that are killed where they write
    Kills {
        /// Of a device
        #[arg(long, default_value_t = 2_000)]
        device: usize,
        /// Of a site
        #[arg(long, default_value_t = 1_000)]
        site: usize,
        /// Threads
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let scratch = arguments.scratch.unwrap_or_else(std::env::temp_dir);
    let report = match arguments.what {
        What::Power {
            points,
            seed,
            small,
            threads,
        } => {
            let size = if small { Size::Small } else { Size::Large };
            let plan = power::Plan {
                points,
                size,
                threads,
                seed,
            };
            power::run(plan, &scratch)
        }
        What::Failing {
            reads,
            only,
            threads,
        } => {
            let mut jobs = failing::Job::ALL.to_vec();
            jobs.retain(|job| job.name().contains(&only));
            let plan = failing::Plan {
                reads,
                jobs: &jobs,
                threads,
            };
            failing::run(plan, &scratch)
        }
        What::Full { pages } => failing::full(pages, &scratch),
        What::Flips { each, seed } => rot::flips(each, seed, &scratch),
        What::Yesterday => rot::yesterday(&scratch),
        What::Crowd { devices, entries } => crowd::run(crowd::Plan { devices, entries }, &scratch),
        What::Link {
            sessions,
            devices,
            seed,
        } => {
            let plan = link::Plan {
                sessions,
                devices,
                seed,
            };
            link::run(plan, &scratch)
        }
        What::Kills {
            device,
            site,
            threads,
        } => {
            let plan = kills::Plan {
                device,
                site,
                threads,
            };
            let is_quiet = arguments.json;
            kills::run(plan, &scratch, &|what| {
                if !is_quiet {
                    println!("{what}");
                }
            })
        }
    };
    print(&report, arguments.json);
    if let Some(out) = &arguments.out
        && let Err(error) = std::fs::write(out, report.to_json().to_string() + "\n")
    {
        println!("{}: {error}", out.display());
        return ExitCode::FAILURE;
    }
    if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn print(report: &Report, as_json: bool) {
    if as_json {
        println!("{}", report.to_json());
        return;
    }
    for word in &report.words {
        println!("{word}");
    }
    println!(
        "{}: {} runs, {:?}, {} acknowledged; {} lost, {} corrupt, {} duplicated, {} diverged; {:?}",
        report.test,
        report.runs,
        report.faults,
        report.acknowledged,
        report.lost,
        report.corrupt,
        report.duplicated,
        report.diverged.unwrap_or(0),
        report.figures,
    );
}
