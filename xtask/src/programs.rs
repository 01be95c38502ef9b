//! The programs that people get, built as installers build them: without a
//! feature for development.

use crate::process::Cmd;
use crate::workspace::target_dir;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Shows the field app to a browser; in no build that is shipped.
pub const LOOPBACK: &str = "handoff-cli/loopback";
/// Planted bugs; in no build that is shipped.
pub const MUTANTS: &str = "handoff-testkit/mutants,handoff-cli/mutants";

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

    /// Builds `handoff`, the simulator and `faults` with a feature that is never
    /// shipped, and keeps them apart from those without. The same build but for the feature, so that
    /// only the crates that have it are compiled again.
    pub fn build_with(root: &Path, feature: &str) -> Result<()> {
        let cmd = Cmd::cargo(root).args(["build", "--workspace", "--exclude", "xtask"]);
        let cmd = cmd.args(["--bin", "handoff", "--bin", "simulate", "--bin", "faults"]);
        let cmd = cmd.args(["--features", feature]);
        println!("{cmd}");
        cmd.run()?;
        let built = Self::built(root);
        let pairs = [
            (built.handoff(), Self::built_with(root, feature)),
            (built.simulator(), Self::simulator_with(root, feature)),
            (built.0.join("faults"), Self::faults_with(root, feature)),
        ];
        for (from, to) in pairs {
            fs::create_dir_all(to.with_file_name(""))
                .and_then(|()| fs::copy(&from, &to))
                .with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
        }
        Ok(())
    }

    /// The simulator with that feature, as it was built last.
    pub fn simulator_with(root: &Path, feature: &str) -> PathBuf {
        Self::built_with(root, feature).with_file_name("simulate")
    }

    /// `faults`, power losses and failing disks, with that feature, as it was built
    /// last.
    pub fn faults_with(root: &Path, feature: &str) -> PathBuf {
        Self::built_with(root, feature).with_file_name("faults")
    }

    /// `handoff` with that feature, as it was built last.
    pub fn built_with(root: &Path, feature: &str) -> PathBuf {
        let name = feature.rsplit('/').next().unwrap_or(feature);
        root.join(target_dir(root)).join(name).join("handoff")
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

    /// `simulate`, the simulator.
    fn simulator(&self) -> PathBuf {
        self.0.join("simulate")
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
