//! What no tracked file may say, and how long a file may be.

use super::Finding;
use super::tree::{Tree, has_extension, holds_at_start_of_name};

/// Written in two halves, so that this file does not say them.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("../sha", "red"), "a path outside the repository"),
];

/// No switch skips a certificate check, not even in tests.
const NO_TLS_SWITCH: &str = concat!("danger", "_accept");

/// Where packages may come from. A lock file that names another host was
/// written behind a mirror and would not install anywhere else.
const REGISTRIES: &[&str] = &[
    "github.com/rust-lang/crates.io-index",
    "registry.npmjs.org/",
];

const README_LINES: usize = 150;
const RUST_LINES: usize = 600;
const UI_LINES: usize = 400;

/// Files that nobody writes or reads by hand.
const GENERATED: &[&str] = &["ui/src/lib/ipc/generated/", "ui/src/lib/i18n/generated/"];

/// Longer files, each with its reason. One that is no longer too long is a finding.
const LONG: &[(&str, &str)] = &[];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        for (number, line) in text.lines().enumerate() {
            let at = || format!("{path}:{}", number + 1);
            for (word, what) in FORBIDDEN {
                if holds_at_start_of_name(line, word) {
                    findings.push(Finding::new("paths", at(), format!("names {what}")));
                }
            }
            if has_extension(path, &["rs"]) && line.contains(NO_TLS_SWITCH) {
                let why = "certificates are pinned; nothing switches the check off";
                findings.push(Finding::new("tls", at(), why));
            }
        }
        findings.extend(check_registry(path, text));
    }
    findings.extend(check_lengths(tree, LONG));
    findings
}

/// Lock files name public registries only, and no configuration names one.
fn check_registry(path: &str, text: &str) -> Vec<Finding> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_lock = matches!(name, "Cargo.lock" | "package-lock.json");
    let is_config = name == ".npmrc" || path.ends_with(".cargo/config.toml");
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let at = format!("{path}:{}", number + 1);
        if is_lock && (line.contains("source = ") || line.contains("\"resolved\":")) {
            let is_known = REGISTRIES.iter().any(|known| line.contains(known));
            if line.contains("://") && !is_known {
                let why = "is locked to a registry that others do not have";
                findings.push(Finding::new("registry", at, why));
            }
        } else if is_config && chooses_registry(line) {
            let why = "the repository chooses no registry; that is each machine's business";
            findings.push(Finding::new("registry", at, why));
        }
    }
    findings
}

/// A line of `.npmrc` or of Cargo's configuration that says where packages come from.
fn chooses_registry(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or_default().trim();
    key == "registry"
        || key.ends_with(":registry")
        || key == "replace-with"
        || key.starts_with("[source")
        || key.starts_with("[registry")
        || key.starts_with("[registries")
}

fn check_lengths(tree: &Tree, long: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        if GENERATED.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let Some(limit) = limit(path) else { continue };
        let lines = text.lines().count();
        let is_listed = long.iter().any(|(listed, _)| *listed == path);
        if lines > limit && !is_listed {
            let why = format!("{lines} lines, at most {limit}: divide it");
            findings.push(Finding::new("length", path, why));
        } else if lines <= limit && is_listed {
            let why = "is no longer too long: take it off the list in xtask/src/tidy/files.rs";
            findings.push(Finding::new("length", path, why));
        }
    }
    findings
}

fn limit(path: &str) -> Option<usize> {
    if path == "README.md" {
        Some(README_LINES)
    } else if has_extension(path, &["rs"]) {
        Some(RUST_LINES)
    } else if has_extension(path, &["svelte", "ts", "js"]) {
        Some(UI_LINES)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files))
            .iter()
            .map(|finding| format!("{} {}", finding.rule, finding.at))
            .collect()
    }

    #[test]
    fn a_path_of_somebodys_machine_is_found() {
        let planted = format!("one\nsee {}notes\n", FORBIDDEN[0].0);
        assert_eq!(rules(&[("docs/a.md", &planted)]), ["paths docs/a.md:2"]);
    }

    #[test]
    fn a_path_outside_the_repository_is_found() {
        let planted = format!("include!(\"{}/x\");\n", FORBIDDEN[1].0);
        assert_eq!(rules(&[("a.rs", &planted)]), ["paths a.rs:1"]);
    }

    #[test]
    fn a_folder_that_ends_like_it_is_fine() {
        let fine = format!("framework and net{}a\n", FORBIDDEN[0].0);
        assert!(rules(&[("docs/a.md", &fine)]).is_empty());
    }

    #[test]
    fn a_switch_for_certificate_checks_is_found() {
        let planted = format!("client.{NO_TLS_SWITCH}_invalid_certs(true)\n");
        assert_eq!(
            rules(&[("crates/a/src/b.rs", &planted)]),
            ["tls crates/a/src/b.rs:1"]
        );
    }

    #[test]
    fn a_lock_file_from_behind_a_mirror_is_found() {
        let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                     source = \"registry+https://mirror.example/index\"\n";
        let npm = "\"resolved\": \"https://registry.npmjs.org/svelte.tgz\",\n\
                   \"resolved\": \"https://mirror.example/svelte.tgz\",\n";
        assert_eq!(
            rules(&[("Cargo.lock", cargo), ("ui/package-lock.json", npm)]),
            ["registry Cargo.lock:2", "registry ui/package-lock.json:2"]
        );
    }

    #[test]
    fn a_configured_registry_is_found() {
        let npm = "omit-lockfile-registry-resolved=true\n@a:registry = https://mirror.example\n";
        let cargo = "[source.crates-io]\nreplace-with = \"mirror\"\n";
        assert_eq!(
            rules(&[("ui/.npmrc", npm), (".cargo/config.toml", cargo)]),
            [
                "registry .cargo/config.toml:1",
                "registry .cargo/config.toml:2",
                "registry ui/.npmrc:2"
            ]
        );
    }

    #[test]
    fn long_files_are_found() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!(
            rules(&[
                ("README.md", &lines(README_LINES + 1)),
                ("a.rs", &lines(RUST_LINES + 1)),
                ("b.svelte", &lines(UI_LINES + 1)),
                ("c.svelte.ts", &lines(UI_LINES + 1)),
                ("d.rs", &lines(RUST_LINES)),
                ("ui/src/lib/ipc/generated/e.ts", &lines(5 * UI_LINES)),
            ]),
            [
                "length README.md",
                "length a.rs",
                "length b.svelte",
                "length c.svelte.ts"
            ]
        );
    }

    #[test]
    fn a_listed_file_may_be_long_but_not_stay_listed_when_short() {
        let long = "x\n".repeat(RUST_LINES + 1);
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", "x\n")]);
        let listed = [("a.rs", "a reason"), ("b.rs", "a reason")];
        let found = check_lengths(&tree, &listed);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, "b.rs");
    }
}
