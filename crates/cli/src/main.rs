//! `handoff`, the command line, for administrators, scripts and tests: runs a
//! site, drives a device without a screen, tries rule packs.
//!
//! It decides nothing: every command is a call of `handoff-site`,
//! `handoff-device` or `handoff-eligibility`, and an answer.

mod device;
#[cfg(feature = "loopback")]
mod loopback;
mod output;
mod passwords;
mod site;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Handoff: LEAD referrals from the field to the site, without losing one.
#[derive(Parser)]
#[command(name = "handoff", version = VERSION, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Subcommand)]
enum Command {
    /// Found, serve and look after a site
    #[command(subcommand)]
    Site(site::Site),
    /// Drive a device without a screen
    #[command(subcommand)]
    Device(device::Device),
    /// The field app in a browser on this machine, for development and tests
    #[cfg(feature = "loopback")]
    Loopback(loopback::Loopback),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("HANDOFF_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Site(command) => site::run(command),
        Command::Device(command) => device::run(command),
        #[cfg(feature = "loopback")]
        Command::Loopback(command) => loopback::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
