//! The rules that no compiler checks.
//!
//! Each rule is a pure function from what it looks at (manifests, a resolved
//! feature set, the tracked files) to what it found wrong, with a test that
//! plants a violation: a rule that cannot fail is no rule.

mod arrows;
mod docs;
mod external;
mod features;
mod files;
mod manifests;
mod packs;
mod plant;
mod purity;
mod resolved;
mod torture;
mod tree;
mod ui;

use crate::workspace::{Metadata, root};
use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;
use tree::Tree;

#[derive(Default, clap::Args)]
pub struct Args {
    /// Plant this violation in a scratch copy of the manifests, and check that instead
    #[arg(long, value_name = "VIOLATION", conflicts_with = "prove")]
    plant: Option<plant::Violation>,
    /// Plant every violation in turn; fails if tidy does not notice one of them
    #[arg(long)]
    prove: bool,
    /// Write the tables that are made of other files, and check then
    #[arg(long, conflicts_with_all = ["plant", "prove"])]
    write: bool,
}

impl Args {
    /// As `--prove`.
    pub fn proof() -> Self {
        Self {
            plant: None,
            prove: true,
            write: false,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// The name of the rule.
    rule: &'static str,
    /// The crate or the file, with a line where there is one.
    at: String,
    /// What is wrong there, and what to do.
    why: String,
}

impl Finding {
    fn new(rule: &'static str, at: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            rule,
            at: at.into(),
            why: why.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.at, self.why)
    }
}

pub fn run(args: &Args) -> Result<()> {
    let root = root()?;
    if args.prove {
        return plant::prove(&root);
    }
    if args.write {
        let (table, _) = packs::table(&Tree::tracked(&root)?);
        std::fs::write(root.join(packs::TABLE), table)?;
    }
    let findings = match args.plant {
        Some(violation) => crates(&plant::plant(&root, violation)?)?,
        None => {
            let mut findings = crates(&root)?;
            let metadata = Metadata::read(&root)?;
            findings.extend(texts(&Tree::tracked(&root)?, &metadata));
            findings
        }
    };
    for finding in &findings {
        println!("tidy: {finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("tidy found 1 violation"),
        count => bail!("tidy found {count} violations"),
    }
}

/// The rules about crates, in the workspace at `root`.
fn crates(root: &Path) -> Result<Vec<Finding>> {
    let metadata = Metadata::read(root)?;
    let mut findings = arrows::check(&metadata);
    findings.extend(features::check_defaults(&metadata));
    findings.extend(external::check(root, &metadata)?);
    findings.extend(features::check_shipped(root, &metadata)?);
    Ok(findings)
}

/// The rules about what the tracked files say.
fn texts(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = files::check(tree);
    findings.extend(purity::check(tree));
    findings.extend(ui::check(tree));
    findings.extend(manifests::check(tree));
    findings.extend(docs::check(tree, metadata));
    findings.extend(arrows::check_document(tree));
    findings.extend(packs::check(tree));
    findings.extend(torture::check(tree));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_its_rule_its_place_and_its_reason() {
        let finding = Finding::new("arrows", "cipherdb", "may not use domain");
        assert_eq!(finding.to_string(), "arrows: cipherdb: may not use domain");
    }
}
