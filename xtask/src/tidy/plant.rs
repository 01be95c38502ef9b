//! Proof that the rules about crates bite on the real manifests: a scratch copy
//! of them with one violation planted.

use super::{Finding, crates};
use crate::workspace::{Metadata, target_dir};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Violation {
    /// A normal dependency that the table of arrows does not list
    ForbiddenArrow,
    /// An arrow that only tests use
    ForbiddenTestArrow,
    /// The loopback host in the default features of the command line
    Loopback,
    /// Planted bugs that the command line switches on in the site
    Mutants,
    /// A random number generator in the domain
    Randomness,
}

impl Violation {
    const ALL: [Self; 5] = [
        Self::ForbiddenArrow,
        Self::ForbiddenTestArrow,
        Self::Loopback,
        Self::Mutants,
        Self::Randomness,
    ];

    /// The rule and the crate that must be named.
    fn expected(self) -> (&'static str, &'static str) {
        match self {
            Self::ForbiddenArrow => ("arrows", "cipherdb"),
            Self::ForbiddenTestArrow => ("arrows", "words"),
            Self::Loopback | Self::Mutants => ("shipped", "handoff-cli"),
            Self::Randomness => ("never", "handoff-domain"),
        }
    }
}

/// Copies the manifests into a scratch workspace, with `violation` in them.
pub fn plant(root: &Path, violation: Violation) -> Result<PathBuf> {
    let scratch = copy(root)?;
    match violation {
        Violation::ForbiddenArrow => edit(&scratch, "crates/cipherdb", |manifest| {
            depend(manifest, "dependencies", "handoff-domain", &[])
        }),
        Violation::ForbiddenTestArrow => edit(&scratch, "crates/words", |manifest| {
            depend(manifest, "dev-dependencies", "handoff-domain", &[])
        }),
        Violation::Loopback => edit(&scratch, "crates/cli", |manifest| {
            let features = table(manifest, "features")?;
            features
                .entry("loopback")
                .or_insert(Value::Array(Vec::new()));
            let default = features
                .entry("default")
                .or_insert(Value::Array(Vec::new()));
            let default = default.as_array_mut().context("`default` is a list")?;
            default.push("loopback".into());
            Ok(())
        }),
        Violation::Mutants => {
            edit(&scratch, "crates/site", |manifest| {
                let features = table(manifest, "features")?;
                features
                    .entry("mutants")
                    .or_insert(Value::Array(Vec::new()));
                Ok(())
            })?;
            edit(&scratch, "crates/cli", |manifest| {
                depend(manifest, "dependencies", "handoff-site", &["mutants"])
            })
        }
        Violation::Randomness => edit(&scratch, "crates/domain", |manifest| {
            depend(manifest, "dependencies", "getrandom", &[])
        }),
    }?;
    Ok(scratch)
}

/// Plants every violation and fails unless the rules find it, there and not
/// before it was planted.
pub fn prove(root: &Path) -> Result<()> {
    let before = crates(&copy(root)?)?;
    let mut missed = Vec::new();
    for violation in Violation::ALL {
        let findings = crates(&plant(root, violation)?)?;
        let (rule, at) = violation.expected();
        let names_it = |finding: &&Finding| {
            finding.rule == rule && finding.at == at && !before.contains(finding)
        };
        match findings.iter().find(names_it) {
            Some(finding) => println!("planted {violation:?}: found: {finding}"),
            None => missed.push(format!("{violation:?}")),
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("planted and not found: {}", missed.join(", "))
    }
}

/// The manifests of the workspace, its lock file, and an empty file for every
/// target, in a new folder under `target`.
fn copy(root: &Path) -> Result<PathBuf> {
    let scratch = target_dir(root).join("tidy-plant");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| format!("emptying {}", scratch.display()))?;
    }
    let metadata = Metadata::read(root)?;
    let mut copied: Vec<&Path> = vec![Path::new("Cargo.toml"), Path::new("Cargo.lock")];
    let mut empty: Vec<&Path> = Vec::new();
    for package in &metadata.packages {
        copied.push(inside(root, &package.manifest_path)?);
        for target in &package.targets {
            empty.push(inside(root, &target.src_path)?);
        }
    }
    for path in copied {
        let to = scratch.join(path);
        create_parent(&to)?;
        fs::copy(root.join(path), &to).with_context(|| format!("copying {}", path.display()))?;
    }
    for path in empty {
        let to = scratch.join(path);
        create_parent(&to)?;
        fs::write(&to, "").with_context(|| format!("creating {}", to.display()))?;
    }
    Ok(scratch)
}

fn inside<'a>(root: &Path, path: &'a Path) -> Result<&'a Path> {
    path.strip_prefix(root)
        .with_context(|| format!("{} lies outside the workspace", path.display()))
}

fn create_parent(path: &Path) -> Result<()> {
    let parent = path.parent().context("a file has a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))
}

fn edit(scratch: &Path, folder: &str, change: impl FnOnce(&mut Table) -> Result<()>) -> Result<()> {
    let path = scratch.join(folder).join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut manifest: Table = text.parse()?;
    change(&mut manifest)?;
    fs::write(&path, toml::to_string(&manifest)?)
        .with_context(|| format!("writing {}", path.display()))
}

fn table<'a>(manifest: &'a mut Table, name: &str) -> Result<&'a mut Table> {
    manifest
        .entry(name)
        .or_insert(Value::Table(Table::new()))
        .as_table_mut()
        .with_context(|| format!("`{name}` is a table"))
}

/// Adds a dependency of the workspace, replacing one that is there.
fn depend(manifest: &mut Table, kind: &str, name: &str, features: &[&str]) -> Result<()> {
    let features: Vec<Value> = features.iter().map(|feature| (*feature).into()).collect();
    let mut dependency = Table::new();
    dependency.insert("workspace".into(), true.into());
    dependency.insert("features".into(), features.into());
    table(manifest, kind)?.insert(name.into(), dependency.into());
    Ok(())
}
