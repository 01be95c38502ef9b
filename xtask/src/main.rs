//! The tasks of the project, as `cargo xtask <task>`.
//!
//! A task runs other programs and reads files; it decides nothing about the
//! product and depends on no crate of it, so that it builds in seconds and can
//! judge a tree that does not compile.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a host: it talks to a terminal and measures time"
)]

mod bench;
mod codegen;
mod debian;
mod node;
mod peers;
mod process;
mod programs;
mod run;
mod test;
mod tidy;
mod torture;
mod tour;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The tasks of the project")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, start a site, enrol a device and open the field app
    Run(run::Args),
    /// Go through the main job in the packaged window; leave a picture of every step
    Tour,
    /// Run everything that CI runs; print seconds per step; stop at the first failure
    Test(test::Args),
    /// Check the rules that no compiler checks: arrows, features, files
    Tidy(tidy::Args),
    /// Measure what Handoff costs, each figure beside a reference in the same run
    Bench(bench::Args),
    /// Run the simulator over very many seeds, and write a report
    Torture(torture::Args),
    /// Write the TypeScript half of the contract, or check that it is current
    Codegen(codegen::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Tour => tour::run(),
        Task::Test(args) => test::run(&args),
        Task::Tidy(args) => tidy::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Torture(args) => torture::run(&args),
        Task::Codegen(args) => codegen::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
