//! The TypeScript half of the contract between UI and core.
//!
//! The program that writes it is `codegen` in the package `handoff-tests`,
//! which may use the crates that hold the contract; this task only runs it, and
//! with `--check` compares what it writes with what is committed.

use crate::process::Cmd;
use crate::programs::Programs;
use crate::workspace::{root, target_dir};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const GENERATED: &str = "ui/src/lib/ipc/generated";
pub const PACKAGE: &str = "handoff-tests";

#[derive(clap::Args)]
pub struct Args {
    /// Write nothing; fail if what is committed is not what would be written
    #[arg(long)]
    pub check: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    let scratch = target_dir(&root).join("codegen");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| format!("emptying {}", scratch.display()))?;
    }
    generate(&root, &scratch)?;
    let (committed, generated) = (files(&root.join(GENERATED))?, files(&scratch)?);
    let differences = differences(&committed, &generated);
    for difference in &differences {
        println!("codegen: {GENERATED}/{difference}");
    }
    if differences.is_empty() {
        println!("codegen: {} files are current", generated.len());
        Ok(())
    } else if args.check {
        bail!("generated files are not current: run `cargo xtask codegen` and commit them")
    } else {
        replace(&root.join(GENERATED), &committed, &generated)
    }
}

/// Makes `folder` hold what was generated and nothing else; touches only what differs.
fn replace(
    folder: &Path,
    committed: &BTreeMap<PathBuf, String>,
    generated: &BTreeMap<PathBuf, String>,
) -> Result<()> {
    for (path, text) in generated {
        if committed.get(path) != Some(text) {
            let to = folder.join(path);
            fs::create_dir_all(to.parent().context("a file has a folder")?)?;
            fs::write(&to, text).with_context(|| format!("writing {}", to.display()))?;
        }
    }
    for path in committed
        .keys()
        .filter(|path| !generated.contains_key(*path))
    {
        let gone = folder.join(path);
        fs::remove_file(&gone).with_context(|| format!("removing {}", gone.display()))?;
    }
    Ok(())
}

fn generate(root: &Path, out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("creating {}", out.display()))?;
    // Of the whole workspace, so that no crate is compiled with other features
    // than the programs have.
    Cmd::cargo(root)
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--exclude",
            "xtask",
            "--bin",
            "codegen",
        ])
        .run()?;
    Cmd::new(Programs::built(root).codegen(), root)
        .args(["--out"])
        .args([out])
        .run()
}

/// Every file below `folder`, by its path from there.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("listing {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("reading {}", path.display()))?;
                found.insert(path.strip_prefix(folder)?.to_path_buf(), text);
            }
        }
    }
    Ok(found)
}

/// What must change, a line each; for a file that differs its first differing
/// line as committed and as generated.
fn differences(
    committed: &BTreeMap<PathBuf, String>,
    generated: &BTreeMap<PathBuf, String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in generated {
        match committed.get(path) {
            None => found.push(format!("{}: is missing", path.display())),
            Some(old) if old != text => found.push(first_difference(path, old, text)),
            Some(_) => {}
        }
    }
    for path in committed
        .keys()
        .filter(|path| !generated.contains_key(*path))
    {
        found.push(format!("{}: is no longer generated", path.display()));
    }
    found
}

fn first_difference(path: &Path, committed: &str, generated: &str) -> String {
    let (mut old, mut new) = (committed.lines(), generated.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (old.next(), new.next()) {
            (None, None) => return format!("{}: line ends differ", path.display()),
            (old, new) if old != new => {
                let shown = |line: Option<&str>| line.unwrap_or("(end of file)").to_owned();
                return format!(
                    "{}:{number}\n  committed: {}\n  generated: {}",
                    path.display(),
                    shown(old),
                    shown(new)
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        files
            .iter()
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn equal_folders_have_no_differences() {
        let same = folder(&[("a.ts", "1\n")]);
        assert!(differences(&same, &same).is_empty());
    }

    #[test]
    fn a_planted_change_is_named_with_its_line() {
        let found = differences(
            &folder(&[("a.ts", "1\n2\n")]),
            &folder(&[("a.ts", "1\n3\n")]),
        );
        assert_eq!(found, ["a.ts:2\n  committed: 2\n  generated: 3"]);
    }

    #[test]
    fn a_missing_end_is_named() {
        let found = differences(&folder(&[("a.ts", "1\n")]), &folder(&[("a.ts", "1\n2\n")]));
        assert_eq!(
            found,
            ["a.ts:2\n  committed: (end of file)\n  generated: 2"]
        );
    }

    #[test]
    fn missing_and_left_over_files_are_named() {
        let found = differences(&folder(&[("old.ts", "")]), &folder(&[("new/a.ts", "")]));
        assert_eq!(
            found,
            ["new/a.ts: is missing", "old.ts: is no longer generated"]
        );
    }

    #[test]
    fn replacing_leaves_what_was_generated_and_nothing_else() {
        let folder_on_disk = tempfile::tempdir().unwrap();
        let here = folder_on_disk.path();
        let committed = folder(&[("old.ts", "1"), ("same.ts", "2")]);
        for (path, text) in &committed {
            fs::write(here.join(path), text).unwrap();
        }
        let generated = folder(&[("same.ts", "2"), ("new/a.ts", "3")]);
        replace(here, &committed, &generated).unwrap();
        assert_eq!(files(here).unwrap(), generated);
    }

    #[test]
    fn files_are_found_in_folders_below() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/c.ts"), "x").unwrap();
        let found = files(folder.path()).unwrap();
        assert_eq!(
            found.get(Path::new("b/c.ts")).map(String::as_str),
            Some("x")
        );
        assert!(files(&folder.path().join("nowhere")).unwrap().is_empty());
    }
}
