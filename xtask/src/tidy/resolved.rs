//! What one package is really built from: packages and their features, as
//! Cargo resolves them for that package alone.

use crate::process::Cmd;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Package name to the features it is built with.
pub struct Resolved(BTreeMap<String, Vec<String>>);

/// Which features of the package itself are on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Features {
    Default,
    All,
}

impl Resolved {
    /// Asks Cargo for everything that ends up in `package`: normal dependencies,
    /// transitively, without macros that only run at build time.
    pub fn read(root: &Path, package: &str, features: Features) -> Result<Self> {
        let mut cmd = Cmd::cargo(root)
            .args(["tree", "--quiet", "--package", package])
            .args([
                "--edges",
                "normal,no-proc-macro",
                "--prefix",
                "none",
                "--format",
                "{p}\t{f}",
            ]);
        if features == Features::All {
            cmd = cmd.args(["--all-features"]);
        }
        Ok(Self::parse(&cmd.output()?))
    }

    /// Reads lines `<name> v<version>…<tab><feature>,<feature>`.
    pub fn parse(lines: &str) -> Self {
        let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in lines.lines() {
            let line = line.strip_suffix(" (*)").unwrap_or(line);
            let (package, features) = line.split_once('\t').unwrap_or((line, ""));
            let Some(name) = package.split(' ').next().filter(|name| !name.is_empty()) else {
                continue;
            };
            let known = packages.entry(name.to_owned()).or_default();
            known.extend(
                features
                    .split(',')
                    .filter(|f| !f.is_empty())
                    .map(str::to_owned),
            );
        }
        Self(packages)
    }

    pub fn holds(&self, package: &str) -> bool {
        self.0.contains_key(package)
    }

    /// Each package with the features it is built with.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .map(|(name, features)| (name.as_str(), features.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_features_are_read() {
        let resolved = Resolved::parse(
            "handoff-cli v0.1.0 (/w/crates/cli)\tdefault\n\
             serde v1.0.1\tdefault,derive\n\
             serde v1.0.1\tdefault,derive (*)\n\
             libc v0.2.0\t\n",
        );
        assert!(resolved.holds("libc"));
        assert!(!resolved.holds("tokio"));
        let serde = resolved
            .packages()
            .find(|(name, _)| *name == "serde")
            .unwrap();
        assert_eq!(serde.1[..2], ["default", "derive"]);
    }
}
