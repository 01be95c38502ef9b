//! Which crate may use which. A new arrow is a line here, with a reason in the
//! commit, or it does not exist.

use super::Finding;
use super::tree::Tree;
use crate::workspace::{Metadata, Package, short};

const RULE: &str = "arrows";

/// Who an arrow may point to.
#[derive(Clone, Copy)]
enum May {
    Only(&'static [&'static str]),
    /// Everything but these.
    AllBut(&'static [&'static str]),
}

/// From the bottom up. Names are folders, which are package names without the
/// prefix `handoff-`; `desktop` is the package in `src-tauri`.
const ARROWS: &[(&str, May)] = &[
    ("mutants", May::Only(&[])),
    ("domain", May::Only(&[])),
    ("eligibility", May::Only(&["domain"])),
    ("measures", May::Only(&["domain"])),
    ("protocol", May::Only(&["domain"])),
    ("sync", May::Only(&["domain", "protocol", "mutants"])),
    ("vault", May::Only(&["protocol", "mutants"])),
    ("cipherdb", May::Only(&["mutants"])),
    ("words", May::Only(&[])),
    (
        "store",
        May::Only(&["domain", "protocol", "sync", "vault", "cipherdb", "mutants"]),
    ),
    (
        "device",
        May::Only(&[
            "domain",
            "eligibility",
            "protocol",
            "sync",
            "vault",
            "cipherdb",
            "store",
        ]),
    ),
    (
        "site",
        May::Only(&[
            "domain",
            "eligibility",
            "measures",
            "protocol",
            "sync",
            "vault",
            "cipherdb",
            "words",
            "mutants",
        ]),
    ),
    (
        "cli",
        May::Only(&["device", "site", "domain", "eligibility", "words"]),
    ),
    ("desktop", May::Only(&["device"])),
    ("testkit", May::AllBut(&["desktop", "tests", "xtask"])),
    ("tests", May::AllBut(&["xtask"])),
    ("xtask", May::Only(&[])),
];

/// Packages whose folder has another name than the package, and why.
const OTHER_FOLDER: &[(&str, &str)] = &[
    // Tauri's own tools look for this folder.
    ("desktop", "src-tauri"),
];

/// Test tools: any crate's tests may use them, no crate's code.
const FOR_TESTS_ONLY: &[&str] = &["testkit"];

pub fn check(metadata: &Metadata) -> Vec<Finding> {
    metadata.packages.iter().flat_map(check_package).collect()
}

/// ARCHITECTURE.md shows this table, row by row, and no other arrow.
pub fn check_document(tree: &Tree) -> Vec<Finding> {
    const DOCUMENT: &str = "ARCHITECTURE.md";
    let text = tree.text(DOCUMENT).unwrap_or_default();
    let mut findings = Vec::new();
    for (name, may) in ARROWS {
        let row = row(name, *may);
        if !text.lines().any(|line| line == row) {
            let why = format!("lacks the row of the table of arrows: {row}");
            findings.push(Finding::new(RULE, DOCUMENT, why));
        }
    }
    findings
}

/// A row of the table in Markdown.
fn row(name: &str, may: May) -> String {
    let (before, list) = match may {
        May::Only([]) => ("–", [].as_slice()),
        May::Only(list) => ("", list),
        May::AllBut(list) => ("all but ", list),
    };
    let list: Vec<String> = list.iter().map(|used| format!("`{used}`")).collect();
    format!("| `{name}` | {before}{} |", list.join(", "))
}

fn check_package(package: &Package) -> Vec<Finding> {
    let name = package.short();
    let mut findings = Vec::new();

    let folder = OTHER_FOLDER
        .iter()
        .find(|(other, _)| *other == name)
        .map_or(name, |(_, folder)| folder);
    if package.folder() != folder {
        let why = format!("lies in folder `{}`, expected `{folder}`", package.folder());
        findings.push(Finding::new(RULE, &package.name, why));
    }

    let Some((_, may)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        let why = "is not in the table of arrows (xtask/src/tidy/arrows.rs)";
        findings.push(Finding::new(RULE, &package.name, why));
        return findings;
    };
    for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
        let used = short(&dependency.name);
        let in_tests = dependency.kind.as_deref() == Some("dev");
        let allowed = if FOR_TESTS_ONLY.contains(&used) {
            in_tests || name == "tests"
        } else {
            match may {
                May::Only(list) => list.contains(&used),
                May::AllBut(list) => !list.contains(&used),
            }
        };
        if !allowed {
            let how = dependency.kind.as_deref().unwrap_or("normal");
            let why = format!("may not use `{used}` ({how} dependency)");
            findings.push(Finding::new(RULE, name, why));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn package(name: &str, folder: &str, uses: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> = uses
            .iter()
            .map(|(name, kind)| json!({ "name": name, "kind": kind, "path": "/w/x" }))
            .collect();
        json!({
            "name": name,
            "version": "0.1.0",
            "manifest_path": format!("/w/crates/{folder}/Cargo.toml"),
            "dependencies": dependencies,
        })
    }

    fn findings(packages: &[Value]) -> Vec<String> {
        let metadata = serde_json::from_value(json!({ "packages": packages })).unwrap();
        check(&metadata).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_listed_arrow_passes() {
        let sync = package("handoff-sync", "sync", &[("handoff-protocol", None)]);
        assert!(findings(&[sync]).is_empty());
    }

    #[test]
    fn an_arrow_that_is_not_listed_is_named() {
        let sync = package("handoff-sync", "sync", &[("handoff-store", None)]);
        assert_eq!(
            findings(&[sync]),
            ["arrows: sync: may not use `store` (normal dependency)"]
        );
    }

    #[test]
    fn an_arrow_in_tests_counts_too() {
        let sync = package("handoff-sync", "sync", &[("handoff-vault", Some("dev"))]);
        assert_eq!(
            findings(&[sync]),
            ["arrows: sync: may not use `vault` (dev dependency)"]
        );
    }

    #[test]
    fn an_arrow_in_a_build_script_counts_too() {
        let words = package(
            "handoff-words",
            "words",
            &[("handoff-domain", Some("build"))],
        );
        assert_eq!(
            findings(&[words]),
            ["arrows: words: may not use `domain` (build dependency)"]
        );
    }

    #[test]
    fn the_testkit_is_for_tests() {
        let fine = package("handoff-sync", "sync", &[("handoff-testkit", Some("dev"))]);
        let wrong = package("handoff-site", "site", &[("handoff-testkit", None)]);
        assert_eq!(
            findings(&[fine, wrong]),
            ["arrows: site: may not use `testkit` (normal dependency)"]
        );
    }

    #[test]
    fn all_but_some_is_not_all() {
        let kit = package("handoff-testkit", "testkit", &[("handoff-desktop", None)]);
        assert_eq!(
            findings(&[kit]),
            ["arrows: testkit: may not use `desktop` (normal dependency)"]
        );
    }

    #[test]
    fn a_crate_that_nobody_listed_is_refused() {
        let found = findings(&[package("handoff-common", "common", &[])]);
        assert!(
            found[0].contains("handoff-common: is not in the table"),
            "{found:?}"
        );
    }

    #[test]
    fn a_folder_is_named_like_its_package() {
        let found = findings(&[
            package("handoff-words", "texts", &[]),
            package("handoff-desktop", "src-tauri", &[]),
        ]);
        assert_eq!(
            found,
            ["arrows: handoff-words: lies in folder `texts`, expected `words`"]
        );
    }

    #[test]
    fn a_document_with_another_arrow_is_found() {
        let rows: Vec<String> = ARROWS.iter().map(|(name, may)| row(name, *may)).collect();
        let text = rows.join("\n");
        assert!(check_document(&Tree::of(&[("ARCHITECTURE.md", &text)])).is_empty());

        let planted = text.replace("| `measures` | `domain` |", "| `measures` | `store` |");
        let found = check_document(&Tree::of(&[("ARCHITECTURE.md", &planted)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.ends_with("| `measures` | `domain` |"));
    }

    #[test]
    fn arrows_of_the_product_point_down_only() {
        for (at, (name, may)) in ARROWS.iter().enumerate() {
            let May::Only(list) = may else { continue };
            for used in *list {
                let below = ARROWS[..at].iter().any(|(lower, _)| lower == used);
                assert!(
                    below,
                    "{name} uses {used}, which does not stand above it in the table"
                );
            }
        }
    }
}
