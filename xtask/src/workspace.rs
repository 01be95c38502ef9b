//! Where the workspace lies, and what Cargo says is in it.

use crate::process::Cmd;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of the root `Cargo.toml`.
pub fn root() -> Result<PathBuf> {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
        .context("CARGO_MANIFEST_DIR is not set: start tasks as `cargo xtask <task>`")?;
    let root = Path::new(&xtask)
        .parent()
        .context("xtask has no parent folder")?;
    Ok(root.to_path_buf())
}

/// Where Cargo builds: `CARGO_TARGET_DIR`, or `target` in the workspace.
pub fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The commit that is checked out, and whether anything differs from it.
pub fn commit(root: &Path) -> Result<String> {
    let git = |args: &[&str]| Cmd::new("git", root).args(args).output();
    let head = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let mark = if changed.is_empty() {
        ""
    } else {
        " and changes"
    };
    Ok(format!("{}{mark}", head.trim()))
}

/// The part of `cargo metadata --no-deps` that the tasks read.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub manifest_path: PathBuf,
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    #[serde(default)]
    pub features: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `null` for an ordinary dependency, else `dev` or `build`.
    pub kind: Option<String>,
    /// Set for a local crate.
    pub path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub struct Target {
    pub src_path: PathBuf,
}

impl Metadata {
    /// Asks Cargo. Reads manifests only: no network, no resolution.
    pub fn read(root: &Path) -> Result<Self> {
        let json = Cmd::cargo(root)
            .args([
                "metadata",
                "--no-deps",
                "--offline",
                "--format-version",
                "1",
            ])
            .output()?;
        serde_json::from_str(&json).context("reading what `cargo metadata` said")
    }

    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

impl Package {
    /// The name of the folder that holds this package.
    pub fn folder(&self) -> &str {
        self.manifest_path
            .parent()
            .and_then(Path::file_name)
            .and_then(|name| name.to_str())
            .unwrap_or_default()
    }

    /// The name that the table of arrows uses: without the prefix.
    pub fn short(&self) -> &str {
        short(&self.name)
    }
}

/// A package name without the prefix `handoff-`.
pub fn short(name: &str) -> &str {
    name.strip_prefix("handoff-").unwrap_or(name)
}
