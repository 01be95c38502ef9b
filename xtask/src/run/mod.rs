//! `cargo xtask run`: from a bare Debian to a field app that talks to a site.
//!
//! Everything it makes lies in `target/run`: a site with a sample roster, and
//! the home of one enrolled device. A second run goes on with both. Where there
//! is no display, it is the tour instead.

mod handoff;
mod roster;
mod state;
mod window;

use crate::process::{Child, free_port, wait_for_port};
use crate::programs::Programs;
use crate::workspace::{root, target_dir};
use crate::{debian, node, tour};
use anyhow::Result;
use handoff::Handoff;
use state::State;
use std::path::Path;
use std::time::Duration;

const SITE_START: Duration = Duration::from_secs(30);

/// The port of `handoff site serve`, unless something else listens there.
const PORT: u16 = 8443;

#[derive(clap::Args)]
pub struct Args {
    /// Delete the site and the device of earlier runs first
    #[arg(long)]
    fresh: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    step("Debian packages");
    debian::install_missing(&root)?;

    step("The user interface");
    node::build(&root)?;

    step("The command line and the field app");
    let programs = Programs::build(&root)?;
    if !window::has_display() {
        step("There is no display: the journey in one in memory");
        return tour::photograph(&root, &programs);
    }
    let handoff = Handoff::new(programs.handoff());

    let state = State::open(&target_dir(&root).join("run"), args.fresh)?;
    let port = match state.port()? {
        Some(port) => {
            step("The site of the last run");
            state.check_free(port)?;
            port
        }
        None => {
            step("A new site, with a sample roster");
            let port = free_port(PORT)?;
            handoff.found_site(&state, port)?;
            port
        }
    };
    step("The site's server");
    let site = serve(&handoff, &state, port)?;
    if !state.is_ready() {
        step("A new device");
        handoff.enrol(&state)?;
        state.mark_ready()?;
    }
    step("The field app");
    tell(&state, port);
    window::open(&programs.field(), &state)?;
    drop(site);
    Ok(())
}

fn step(what: &str) {
    println!("\n== {what}");
}

fn serve(handoff: &Handoff, state: &State, port: u16) -> Result<Child> {
    let log = state.site_log();
    let mut site = handoff.serve(state, port)?;
    if let Err(error) = wait_for_port(port, &mut site, SITE_START) {
        return Err(error.context(format!("{} says why", shown(&log))));
    }
    println!("site: https://127.0.0.1:{port}, log in {}", shown(&log));
    Ok(site)
}

fn tell(state: &State, port: u16) {
    println!("  officer   {}", roster::OFFICER);
    println!("  password  {}", roster::PASSWORD);
    println!(
        "  site      https://127.0.0.1:{port}, data in {}",
        shown(&state.site())
    );
    println!("  device    {}", shown(&state.device()));
    println!("  Closing the window ends the site's server too. `--fresh` starts from nothing.");
}

fn shown(path: &Path) -> std::path::Display<'_> {
    path.display()
}
