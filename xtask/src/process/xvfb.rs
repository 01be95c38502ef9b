//! A display without a screen.

use super::Child;
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// An X server in memory on a display number that was free. Ends on drop.
pub struct Xvfb {
    display: String,
    _server: Child,
}

impl Xvfb {
    /// Starts one of this size in pixels and waits until it takes clients.
    pub fn start(width: u16, height: u16) -> Result<Self> {
        let screen = format!("{width}x{height}x24");
        // With -displayfd the server looks for a free number itself and writes
        // it once it is ready: no race, and nothing to poll.
        let mut server = Child::start_piped(
            Path::new("Xvfb"),
            [
                "-displayfd",
                "1",
                "-screen",
                "0",
                &screen,
                "-nolisten",
                "tcp",
            ],
        )?;
        let mut line = String::new();
        BufReader::new(server.take_stdout()?)
            .read_line(&mut line)
            .context("reading the display number")?;
        let number = line.trim();
        if number.is_empty() {
            bail!("Xvfb ended without a display: {}", server.wait()?);
        }
        Ok(Self {
            display: format!(":{number}"),
            _server: server,
        })
    }

    /// What `DISPLAY` must be set to, such as `:3`.
    pub fn display(&self) -> &str {
        &self.display
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cmd, is_on_path};
    use super::*;

    fn answers(display: &str) -> bool {
        Cmd::new("xdpyinfo", Path::new("."))
            .args(["-display", display])
            .succeeds()
    }

    #[test]
    fn two_displays_live_side_by_side_and_end_with_their_guards() {
        if !is_on_path("Xvfb") || !is_on_path("xdpyinfo") {
            // `cargo xtask test` installs both; plain `cargo test` does not.
            eprintln!("skipped: Xvfb is not installed");
            return;
        }
        let (first, second) = (Xvfb::start(320, 240), Xvfb::start(320, 240));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_ne!(first.display(), second.display());
        assert!(answers(first.display()) && answers(second.display()));
        let name = first.display().to_owned();
        drop(first);
        assert!(!answers(&name));
        assert!(answers(second.display()));
    }
}
