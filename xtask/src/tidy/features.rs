//! What installers ship holds neither the loopback host nor planted bugs.

use super::Finding;
use super::resolved::{Features, Resolved};
use crate::workspace::Metadata;
use anyhow::Result;
use std::path::Path;

const RULE: &str = "shipped";

/// Features for development and tests only.
const NEVER_SHIPPED: &[&str] = &["loopback", "mutants"];

/// The packages whose default build is what people get.
const SHIPPED: &[&str] = &["handoff-cli", "handoff-desktop"];

/// No crate of ours switches such a feature on by default.
pub fn check_defaults(metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let mut waiting = vec!["default"];
        let mut seen = Vec::new();
        while let Some(feature) = waiting.pop() {
            if seen.contains(&feature) {
                continue;
            }
            seen.push(feature);
            let switched_on = package.features.get(feature).into_iter().flatten();
            waiting.extend(switched_on.map(String::as_str));
        }
        for feature in NEVER_SHIPPED {
            // `loopback`, or `handoff-device/loopback` of a dependency.
            if seen.iter().any(|on| on.rsplit('/').next() == Some(feature)) {
                let why = format!("`{feature}` is on by default");
                findings.push(Finding::new(RULE, &package.name, why));
            }
        }
    }
    findings
}

/// The default build of each shipped package holds no such feature in any crate of ours.
pub fn check_shipped(root: &Path, metadata: &Metadata) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for shipped in SHIPPED {
        if metadata.package(shipped).is_some() {
            let resolved = Resolved::read(root, shipped, Features::Default)?;
            findings.extend(check_resolved(shipped, &resolved, metadata));
        }
    }
    Ok(findings)
}

fn check_resolved(shipped: &str, resolved: &Resolved, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, features) in resolved.packages() {
        if metadata.package(name).is_none() {
            continue;
        }
        for feature in NEVER_SHIPPED {
            if features.iter().any(|on| on == feature) {
                let why = format!("is shipped with the feature `{feature}` of `{name}`");
                findings.push(Finding::new(RULE, shipped, why));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(features: &serde_json::Value) -> Metadata {
        let package = |name: &str, features: &serde_json::Value| {
            json!({
                "name": name,
                "version": "0.1.0",
                "manifest_path": "/w/crates/x/Cargo.toml",
                "features": features,
            })
        };
        let packages = json!({ "packages": [
            package("handoff-cli", features),
            package("handoff-device", &json!({})),
        ]});
        serde_json::from_value(packages).unwrap()
    }

    #[test]
    fn a_feature_that_is_only_there_passes() {
        let fine = metadata(&json!({ "default": [], "loopback": [], "mutants": [] }));
        assert!(check_defaults(&fine).is_empty());
    }

    #[test]
    fn a_default_feature_is_found_through_others() {
        let planted = metadata(&json!({
            "default": ["dev"],
            "dev": ["handoff-device/loopback"],
        }));
        let found = check_defaults(&planted);
        assert_eq!(
            found[0].to_string(),
            "shipped: handoff-cli: `loopback` is on by default"
        );
    }

    #[test]
    fn planted_bugs_are_found_in_what_is_shipped() {
        let resolved = Resolved::parse(
            "handoff-cli v0.1.0\tdefault\nhandoff-device v0.1.0\tdefault,mutants\n",
        );
        let found = check_resolved("handoff-cli", &resolved, &metadata(&json!({})));
        assert_eq!(
            found[0].to_string(),
            "shipped: handoff-cli: is shipped with the feature `mutants` of `handoff-device`"
        );
    }

    #[test]
    fn a_stranger_may_have_a_feature_of_that_name() {
        let resolved = Resolved::parse("handoff-cli v0.1.0\t\nsocket2 v0.6.0\tloopback\n");
        assert!(check_resolved("handoff-cli", &resolved, &metadata(&json!({}))).is_empty());
    }
}
