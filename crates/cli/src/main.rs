//! `handoff`, the command line, for administrators, scripts and tests: runs a
//! site, drives a device without a screen, tries rule packs.
//!
//! It decides nothing: every command is a call of `handoff-site`,
//! `handoff-device` or `handoff-eligibility`, and an answer.

mod device;
mod input;
mod language;
#[cfg(feature = "loopback")]
mod loopback;
mod output;
mod pack;
mod passwords;
mod prompt;
mod schema;
mod screen;
mod site;
mod versions;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Handoff: LEAD referrals from the field to the site, without losing one.
#[derive(Parser)]
#[command(name = "handoff", version = versions::text(), about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Found, serve and look after a site
    #[command(subcommand)]
    Site(site::Site),
    /// Drive a device without a screen
    #[command(subcommand)]
    Device(device::Device),
    /// Screen facts by the rules of a pack, without keeping anything
    Screen(screen::Screen),
    /// Write, check, read and try rule packs
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Print the JSON Schema of an input, or a filled example of it
    Schema(schema::PrintSchema),
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
        Command::Screen(command) => command.run(),
        Command::Pack(command) => command.run(),
        Command::Schema(command) => command.run(),
        #[cfg(feature = "loopback")]
        Command::Loopback(command) => loopback::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
