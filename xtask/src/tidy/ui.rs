//! The UI knows its host in one file.

use super::Finding;
use super::tree::{Tree, has_extension};

const RULE: &str = "host";
const PACKAGE: &str = "@tauri-apps/";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let sources: Vec<(&str, &str)> = tree
        .files()
        .filter(|(path, _)| path.starts_with("ui/src/"))
        .filter(|(path, _)| has_extension(path, &["ts", "js", "mjs", "svelte"]))
        .collect();
    let hosts: Vec<&str> = sources
        .iter()
        .filter(|(_, text)| text.contains(PACKAGE))
        .map(|(path, _)| *path)
        .collect();

    let mut findings = Vec::new();
    let has_shell = tree.text("src-tauri/Cargo.toml").is_some();
    if hosts.is_empty() && has_shell && !sources.is_empty() {
        let why = format!("no file imports `{PACKAGE}*`, so nothing calls the core");
        findings.push(Finding::new(RULE, "ui/src", why));
    }
    if hosts.len() > 1 {
        for path in &hosts {
            let why = format!(
                "`{PACKAGE}*` is imported in {} files, one is the host",
                hosts.len()
            );
            findings.push(Finding::new(RULE, *path, why));
        }
    }
    for (path, text) in &sources {
        if hosts.contains(path) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if calls_invoke(line) {
                let why = "calls `invoke`: use the generated functions";
                findings.push(Finding::new(RULE, format!("{path}:{}", number + 1), why));
            }
        }
    }
    findings
}

/// `invoke(` or `invoke<` as a whole name, also as a method.
fn calls_invoke(line: &str) -> bool {
    ["invoke(", "invoke<"].iter().any(|call| {
        line.match_indices(call).any(|(at, _)| {
            line[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !(before.is_alphanumeric() || before == '_'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: (&str, &str) = (
        "ui/src/lib/ipc/tauri.ts",
        "import { invoke } from '@tauri-apps/api/core';\ninvoke('x');\n",
    );

    fn places(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files))
            .into_iter()
            .map(|found| found.at)
            .collect()
    }

    #[test]
    fn one_host_file_passes() {
        assert!(places(&[HOST, ("ui/src/lib/a.ts", "host.call('x');\n")]).is_empty());
    }

    #[test]
    fn a_second_import_of_the_host_is_found() {
        let second = ("ui/src/lib/a.svelte", "import('@tauri-apps/plugin-os');\n");
        assert_eq!(
            places(&[HOST, second]),
            ["ui/src/lib/a.svelte", "ui/src/lib/ipc/tauri.ts"]
        );
    }

    #[test]
    fn invoke_outside_the_host_file_is_found() {
        let direct = (
            "ui/src/a.ts",
            "x\nawait core.invoke<number>('y');\nreinvoke();\n",
        );
        assert_eq!(places(&[HOST, direct]), ["ui/src/a.ts:2"]);
    }

    #[test]
    fn a_shell_that_nothing_calls_is_found() {
        let shell = ("src-tauri/Cargo.toml", "");
        assert_eq!(places(&[shell, ("ui/src/a.ts", "x\n")]), ["ui/src"]);
    }
}
