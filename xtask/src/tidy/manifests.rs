//! Every manifest takes versions, lints and dependencies from the workspace.

use super::Finding;
use super::tree::Tree;
use toml::{Table, Value};

const RULE: &str = "manifests";

/// Manifests with lints of their own, and why.
const OWN_LINTS: &[(&str, &str)] = &[(
    "crates/testkit/Cargo.toml",
    "its crash filesystem is the named exception for `unsafe`",
)];

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

const DEPENDENCIES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter(|(path, _)| path.ends_with("/Cargo.toml"))
        .flat_map(|(path, text)| check_manifest(path, text))
        .collect()
}

fn check_manifest(path: &str, text: &str) -> Vec<Finding> {
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![Finding::new(RULE, path, error.to_string())],
    };
    let mut findings = Vec::new();
    for key in INHERITED {
        if !is_inherited(manifest.get("package").and_then(|package| package.get(key))) {
            let why = format!("`package.{key}` does not come from the workspace");
            findings.push(Finding::new(RULE, path, why));
        }
    }
    let has_own_lints = OWN_LINTS.iter().any(|(listed, _)| *listed == path);
    if !has_own_lints && !is_inherited(manifest.get("lints")) {
        let why = "`lints.workspace = true` is missing";
        findings.push(Finding::new(RULE, path, why));
    }
    let for_targets = manifest.get("target").and_then(Value::as_table);
    let tables = for_targets
        .into_iter()
        .flat_map(|targets| targets.values().filter_map(Value::as_table))
        .chain([&manifest]);
    for table in tables {
        for kind in DEPENDENCIES {
            let listed = table.get(*kind).and_then(Value::as_table);
            for (name, value) in listed.into_iter().flatten() {
                if !is_inherited(Some(value)) {
                    let why = format!("`{name}` is not `{name}.workspace = true`");
                    findings.push(Finding::new(RULE, path, why));
                }
            }
        }
    }
    findings
}

fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\n\
        license.workspace = true\npublish.workspace = true\n\
        [lints]\nworkspace = true\n\
        [dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n";

    fn reasons(text: &str) -> Vec<String> {
        check(&Tree::of(&[("crates/a/Cargo.toml", text)]))
            .into_iter()
            .map(|found| found.why)
            .collect()
    }

    #[test]
    fn a_manifest_that_inherits_everything_passes() {
        assert!(reasons(GOOD).is_empty());
    }

    #[test]
    fn a_dependency_with_a_version_of_its_own_is_found() {
        let planted = format!("{GOOD}[target.'cfg(unix)'.dev-dependencies]\nlibc = \"0.2\"\n");
        assert_eq!(reasons(&planted), ["`libc` is not `libc.workspace = true`"]);
    }

    #[test]
    fn missing_lints_are_found() {
        let planted = GOOD.replace("[lints]\nworkspace = true\n", "");
        assert_eq!(reasons(&planted), ["`lints.workspace = true` is missing"]);
    }

    #[test]
    fn a_version_of_its_own_is_found() {
        let planted = GOOD.replace(
            "version.workspace = true\nedition",
            "version = \"9\"\nedition",
        );
        assert_eq!(
            reasons(&planted),
            ["`package.version` does not come from the workspace"]
        );
    }
}
