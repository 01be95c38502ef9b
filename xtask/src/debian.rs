//! The Debian packages that building, running and testing need.

use crate::process::{Cmd, is_on_path};
use anyhow::{Result, bail};
use std::path::Path;

const LIST: &str = include_str!("../debian-packages");

/// The names in a list of packages: one a line, `#` begins a comment.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
}

/// Those of `wanted` that `dpkg-query` does not report as installed.
///
/// `report` has one line per known package, `<name> <status>`.
fn missing<'a>(wanted: impl Iterator<Item = &'a str>, report: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = report
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    wanted.filter(|name| !installed.contains(name)).collect()
}

/// Installs what is missing and says so. On anything but Debian it says what
/// it did not check, and goes on: a missing library shows itself in the build.
pub fn install_missing(root: &Path) -> Result<()> {
    if let Some(line) = installed_while_linking(root) {
        println!("packages: xtask could not be linked without a C compiler: {line}");
    }
    if !is_on_path("apt-get") || !is_on_path("dpkg-query") {
        println!("packages: not a Debian system, nothing checked (see xtask/debian-packages)");
        return Ok(());
    }
    let report = Cmd::new("dpkg-query", root)
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"])
        .output()?;
    let missing = missing(names(LIST), &report);
    if missing.is_empty() {
        println!("packages: everything is installed");
        return Ok(());
    }
    println!("packages: installing {}", missing.join(" "));
    let install = install_command(&missing);
    let elevate: &[&str] = if is_root(root) {
        &[]
    } else if Cmd::new("sudo", root).args(["-n", "true"]).succeeds() {
        &["sudo", "-n"]
    } else {
        bail!(
            "not root and no sudo without a password. Run this, then try again:\n  sudo apt-get update && sudo {install}"
        );
    };
    apt(root, elevate, "apt-get update")?;
    apt(root, elevate, &install)
}

/// What `.cargo/cc` ran, if it ran something: Cargo shows nobody what a linker prints.
fn installed_while_linking(root: &Path) -> Option<String> {
    let note = root.join("target/installed-while-linking");
    let line = std::fs::read_to_string(&note).ok()?;
    // Said once. If the note stays, it is said again.
    let _ = std::fs::remove_file(note);
    Some(line.trim().to_owned())
}

fn install_command(packages: &[&str]) -> String {
    format!(
        "apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    )
}

fn apt(root: &Path, elevate: &[&str], command: &str) -> Result<()> {
    let words: Vec<&str> = elevate
        .iter()
        .copied()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive"])
        .chain(command.split(' '))
        .collect();
    println!("packages: {command}");
    Cmd::new(words[0], root).args(&words[1..]).run()
}

fn is_root(root: &Path) -> bool {
    Cmd::new("id", root)
        .args(["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_packages() {
        let list = "# head\n\nxvfb\n  git  # for tidy\n";
        assert_eq!(names(list).collect::<Vec<_>>(), ["xvfb", "git"]);
    }

    #[test]
    fn removed_but_configured_packages_are_missing() {
        let report = "git installed\nxvfb config-files\n";
        let wanted = ["git", "xvfb", "file"];
        assert_eq!(missing(wanted.into_iter(), report), ["xvfb", "file"]);
    }

    #[test]
    fn what_the_linker_installed_is_said_once() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(installed_while_linking(root.path()), None);
        std::fs::create_dir(root.path().join("target")).unwrap();
        let note = root.path().join("target/installed-while-linking");
        std::fs::write(note, "apt-get install x\n").unwrap();
        let said = installed_while_linking(root.path());
        assert_eq!(said.as_deref(), Some("apt-get install x"));
        assert_eq!(installed_while_linking(root.path()), None);
    }

    #[test]
    fn the_list_is_sorted_within_its_parts_and_without_duplicates() {
        let mut seen: Vec<&str> = names(LIST).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
        for part in LIST.split("\n\n") {
            let part: Vec<&str> = names(part).collect();
            assert!(part.is_sorted(), "{part:?}");
        }
    }
}
