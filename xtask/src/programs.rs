//! The programs that people get, built as installers build them: without a
//! feature for development.

use crate::process::Cmd;
use crate::workspace::target_dir;
use anyhow::Result;
use std::path::{Path, PathBuf};

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
