//! Documents that must exist, and the list of decisions.

use super::Finding;
use super::tree::{Tree, has_extension};
use crate::workspace::Metadata;
use std::collections::BTreeMap;

const DECISIONS: &str = "docs/adr/";

pub fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = check_readmes(tree);
    findings.extend(check_test_names(tree));
    findings.extend(check_changelog(tree, metadata));
    findings.extend(check_decisions(tree));
    findings
}

/// Each crate says in its README what it is for and what holds in it.
fn check_readmes(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter_map(|(path, _)| path.strip_suffix("Cargo.toml"))
        .filter(|folder| !folder.is_empty())
        .filter(|folder| tree.text(&format!("{folder}README.md")).is_none())
        .map(|folder| Finding::new("readme", folder, "has no README.md"))
        .collect()
}

/// A README names the tests that hold its invariants; one that was renamed or
/// deleted holds nothing.
fn check_test_names(tree: &Tree) -> Vec<Finding> {
    let code = || {
        tree.files()
            .filter(|(path, _)| has_extension(path, &["rs"]))
    };
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        if !path.ends_with("/README.md") || path.starts_with("docs/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            // Every second part of a line lies between backticks.
            for name in line
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|name| is_test_name(name))
            {
                let definition = format!("fn {name}(");
                if !code().any(|(_, text)| text.contains(&definition)) {
                    let at = format!("{path}:{}", number + 1);
                    let why = format!("names `{name}`, which is no test");
                    findings.push(Finding::new("readme", at, why));
                }
            }
        }
    }
    findings
}

/// A test's name is a sentence: five words or more.
fn is_test_name(name: &str) -> bool {
    name.matches('_').count() >= 4
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The changelog has a section for the version that is being made.
fn check_changelog(tree: &Tree, metadata: &Metadata) -> Option<Finding> {
    let version = &metadata.package("xtask")?.version;
    let heading = format!("## [{version}]");
    let has_section = tree
        .text("CHANGELOG.md")
        .is_some_and(|text| text.lines().any(|line| line.starts_with(&heading)));
    let why = || format!("has no section `{heading}`");
    (!has_section).then(|| Finding::new("changelog", "CHANGELOG.md", why()))
}

/// Decisions are numbered once each, and all of them are in the list.
fn check_decisions(tree: &Tree) -> Vec<Finding> {
    const RULE: &str = "decisions";
    let list = tree.text("docs/adr/README.md").unwrap_or_default();
    let mut findings = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, _) in tree.files() {
        let Some(name) = path.strip_prefix(DECISIONS) else {
            continue;
        };
        if name == "README.md" || !has_extension(name, &["md"]) {
            continue;
        }
        let number = name.split('-').next().unwrap_or_default();
        if number.len() != 4 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
            findings.push(Finding::new(RULE, path, "is not named `0000-title.md`"));
            continue;
        }
        if let Some(first) = numbers.insert(number, name) {
            let why = format!("has the number of `{first}`");
            findings.push(Finding::new(RULE, path, why));
        }
        if !list.contains(&format!("({name})")) {
            let why = "is not listed in docs/adr/README.md";
            findings.push(Finding::new(RULE, path, why));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let metadata = json!({ "packages": [{
            "name": "xtask", "version": "1.2.3", "manifest_path": "/w/xtask/Cargo.toml",
        }]});
        let metadata = serde_json::from_value(metadata).unwrap();
        let found = check(&Tree::of(files), &metadata);
        found.iter().map(Finding::to_string).collect()
    }

    const CHANGELOG: (&str, &str) = ("CHANGELOG.md", "## [1.2.3] - unreleased\n");

    #[test]
    fn a_complete_tree_passes() {
        let found = findings(&[
            CHANGELOG,
            ("Cargo.toml", ""),
            ("crates/a/Cargo.toml", ""),
            ("crates/a/README.md", ""),
            ("docs/adr/README.md", "- [One](0001-one.md)\n"),
            ("docs/adr/0001-one.md", ""),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_crate_without_a_readme_is_found() {
        let found = findings(&[CHANGELOG, ("crates/a/Cargo.toml", "")]);
        assert_eq!(found, ["readme: crates/a/: has no README.md"]);
    }

    #[test]
    fn a_test_that_a_readme_names_exists() {
        let code = (
            "crates/a/src/b.rs",
            "    fn an_edit_made_during_upload_is_not_lost() {\n",
        );
        let found = findings(&[
            CHANGELOG,
            code,
            (
                "crates/a/README.md",
                "(`an_edit_made_during_upload_is_not_lost`, `site_head`)\n\
                 (`an_edit_that_nobody_tests_any_more`)\n",
            ),
        ]);
        assert_eq!(
            found,
            [
                "readme: crates/a/README.md:2: names `an_edit_that_nobody_tests_any_more`, \
              which is no test"
            ]
        );
    }

    #[test]
    fn a_version_without_a_section_is_found() {
        let found = findings(&[("CHANGELOG.md", "## [1.2.2]\nabout 1.2.3\n")]);
        assert_eq!(
            found,
            ["changelog: CHANGELOG.md: has no section `## [1.2.3]`"]
        );
    }

    #[test]
    fn decisions_with_one_number_or_unlisted_or_misnamed_are_found() {
        let found = findings(&[
            CHANGELOG,
            ("docs/adr/README.md", "(0001-a.md) (0001-b.md)"),
            ("docs/adr/0001-a.md", ""),
            ("docs/adr/0001-b.md", ""),
            ("docs/adr/0002-c.md", ""),
            ("docs/adr/later.md", ""),
        ]);
        assert_eq!(
            found,
            [
                "decisions: docs/adr/0001-b.md: has the number of `0001-a.md`",
                "decisions: docs/adr/0002-c.md: is not listed in docs/adr/README.md",
                "decisions: docs/adr/later.md: is not named `0000-title.md`",
            ]
        );
    }
}
