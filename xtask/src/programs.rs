//! The programs that people get, built as installers build them: without a
//! feature for development.

use crate::process::Cmd;
use crate::workspace::target_dir;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Shows the field app to a browser; in no build that is shipped.
pub const LOOPBACK: &str = "handoff-cli/loopback";

/// Where the built programs lie.
pub struct Programs(PathBuf);

impl Programs {
    /// Builds them, and the one that drives the window. One command, so that
    /// every crate is compiled with one set of features.
    pub fn build(root: &Path) -> Result<Self> {
        // This very program runs and is not to be replaced.
        let cmd = Cmd::cargo(root).args(["build", "--workspace", "--exclude", "xtask"]);
        println!("{cmd}");
        cmd.run()?;
        Ok(Self::built(root))
    }

    /// Builds `handoff` with the host for browsers, and keeps it apart from the
    /// one that people get. The same command but for one feature, so that only
    /// the command line itself is compiled again.
    pub fn build_for_browsers(root: &Path) -> Result<()> {
        let cmd = Cmd::cargo(root).args(["build", "--workspace", "--exclude", "xtask"]);
        let cmd = cmd.args(["--features", LOOPBACK]);
        println!("{cmd}");
        cmd.run()?;
        let (from, to) = (Self::built(root).handoff(), Self::for_browsers(root));
        fs::create_dir_all(to.with_file_name(""))
            .and_then(|()| fs::copy(&from, &to))
            .with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
        Ok(())
    }

    /// `handoff` with the host for browsers, as it was built last.
    pub fn for_browsers(root: &Path) -> PathBuf {
        root.join(target_dir(root)).join("e2e/handoff")
    }

    /// Those that were built before.
    pub fn built(root: &Path) -> Self {
        let target = target_dir(root);
        // Cargo takes a relative folder from where it runs, which is the root.
        Self(root.join(target).join("debug"))
    }

    /// `handoff`, the command line.
    pub fn handoff(&self) -> PathBuf {
        self.0.join("handoff")
    }

    /// `handoff-field`, the field app.
    pub fn field(&self) -> PathBuf {
        self.0.join("handoff-field")
    }

    /// What drives the field app through the main job.
    pub fn tour(&self) -> PathBuf {
        self.0.join("tour")
    }

    /// What writes the TypeScript half of the contract.
    pub fn codegen(&self) -> PathBuf {
        self.0.join("codegen")
    }

    /// `cmd` with the paths of these programs, so that tests build none of their own.
    pub fn known_to(&self, cmd: Cmd) -> Cmd {
        cmd.env("HANDOFF_PROGRAM", self.handoff())
            .env("HANDOFF_FIELD_PROGRAM", self.field())
    }
}
