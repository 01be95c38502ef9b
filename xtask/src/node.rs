//! The UI's packages and scripts, through npm.

use crate::process::Cmd;
use anyhow::{Context as _, Result};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The UI's folder, once there is a UI.
pub fn ui(root: &Path) -> Option<PathBuf> {
    let folder = root.join("ui");
    folder.join("package.json").is_file().then_some(folder)
}

/// `npm ci`, unless what is installed is at least as new as the lock file.
pub fn install(ui: &Path) -> Result<()> {
    if is_current(ui) {
        println!("npm: node_modules is current");
        return Ok(());
    }
    Cmd::new("npm", ui)
        .args(["ci", "--no-audit", "--no-fund"])
        .run()
}

/// Runs a script of `ui/package.json`.
pub fn script(ui: &Path, name: &str) -> Result<()> {
    script_with(ui, name, &[])
}

/// Runs a script of `ui/package.json` with more in its environment.
pub fn script_with(ui: &Path, name: &str, env: &[(&str, &OsStr)]) -> Result<()> {
    let npm = Cmd::new("npm", ui).args(["run", "--silent", name]);
    env.iter()
        .fold(npm, |npm, (name, value)| npm.env(name, value))
        .run()
}

/// Installs what the UI needs and builds it, for `src-tauri` to embed.
pub fn build(root: &Path) -> Result<()> {
    let ui = ui(root).context("there is no ui/package.json")?;
    install(&ui)?;
    script(&ui, "build")
}

fn is_current(ui: &Path) -> bool {
    let modified = |path: &str| ui.join(path).metadata().and_then(|file| file.modified());
    let installed = modified("node_modules/.package-lock.json");
    match (installed, modified("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, create_dir, write};
    use std::time::{Duration, SystemTime};

    #[test]
    fn an_older_installation_is_not_current() {
        let ui = tempfile::tempdir().unwrap();
        let ui = ui.path();
        write(ui.join("package-lock.json"), "{}").unwrap();
        assert!(!is_current(ui), "nothing is installed");

        create_dir(ui.join("node_modules")).unwrap();
        let installed = ui.join("node_modules/.package-lock.json");
        write(&installed, "{}").unwrap();
        assert!(is_current(ui));

        let past = SystemTime::now() - Duration::from_secs(3600);
        File::options()
            .write(true)
            .open(&installed)
            .and_then(|file| file.set_modified(past))
            .unwrap();
        assert!(!is_current(ui), "the lock file is newer");
    }
}
