//! `cargo xtask tour`: the main job in the packaged window, a picture of every
//! step by day and by night, in `target/tour`.
//!
//! `tour` in the package `handoff-tests` does it, with a site, a home and a
//! display of its own; it fails unless the referral that the screen shows is
//! the one that the site lists.

use crate::process::Cmd;
use crate::programs::Programs;
use crate::workspace::{root, target_dir};
use crate::{debian, node};
use anyhow::Result;
use std::path::Path;

pub fn run() -> Result<()> {
    let root = root()?;
    debian::install_missing(&root)?;
    node::build(&root)?;
    photograph(&root, &Programs::build(&root)?)
}

/// The tour with programs that are built.
pub fn photograph(root: &Path, programs: &Programs) -> Result<()> {
    let pictures = root.join(target_dir(root)).join("tour");
    let cmd = Cmd::new(programs.tour(), root)
        .args(["--out"])
        .args([pictures]);
    // If this task is killed, so are the window, the site and the display.
    programs.known_to(cmd).run()
}
