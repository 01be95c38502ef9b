//! A site and a device as a released version left them, kept in
//! `tests/released/VERSION`: what later programs have to open.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::world::{LIAISON, World, referral};

/// The port that devices of released versions know their site by.
pub const PORT: u16 = 21_843;
/// Files that say nothing: they are made again.
const LEFT_OUT: &[&str] = &["ballast", "lock", "site.lock"];

/// Where the files of each released version lie.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("released")
}

/// The folders of all released versions.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn versions() -> Vec<PathBuf> {
    let all = fs::read_dir(folder()).expect("released versions");
    let mut all: Vec<_> = all
        .map(|version| version.expect("a version").path())
        .collect();
    all.sort();
    assert!(!all.is_empty(), "there are released versions");
    all
}

/// Leaves a site and a device behind: one referral decided, one received, one
/// that has not left the device. Made with the program of that version.
///
/// # Errors
/// When there are such files already, or a command fails.
pub fn leave(version: &str) -> Result<PathBuf> {
    let to = folder().join(version);
    ensure!(!to.exists(), "{} is never written again", to.display());
    let mut world = World::empty();
    world.port = PORT;
    world.init("site");
    let site = world.serve("site");
    world.enrol("device");
    let refer = |n: usize| -> Result<String> {
        let arguments = ["refer", "--file", "-", "--json"];
        let said = world.device_with(
            "device",
            &arguments,
            Some(crate::world::PASSWORD),
            &referral(n),
        );
        let id = said.json()["referral"].as_str().map(str::to_owned);
        id.context("a referral")
    };
    let (approved, received) = (refer(1)?, refer(2)?);
    world.device("device", &["sync", "--json"]).json();
    let decision = [
        "decide",
        "--referral",
        &approved,
        "--as",
        LIAISON,
        "--decision",
        "approve",
    ];
    ensure!(world.site(&decision).code() == 0, "not decided");
    world.device("device", &["sync", "--json"]).json();
    let waiting = refer(3)?;
    site.stop();
    for part in ["site", "device"] {
        copy(&world.path(part), &to.join(part))?;
    }
    let known = json!({ "approved": approved, "received": received, "waiting": waiting });
    fs::write(to.join("known.json"), format!("{known:#}\n"))?;
    Ok(to)
}

/// A scratch world with what a version left, and what is known of it.
///
/// # Errors
/// When a file cannot be copied.
pub fn found(version: &Path) -> Result<(World, Value)> {
    let mut world = World::empty();
    world.port = PORT;
    for part in ["site", "device"] {
        copy(&version.join(part), &world.path(part))?;
    }
    let known = serde_json::from_str(&fs::read_to_string(version.join("known.json"))?)?;
    Ok((world, known))
}

/// Copies a folder, for its owner's eyes only.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            fs::copy(entry.path(), &target)?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}
