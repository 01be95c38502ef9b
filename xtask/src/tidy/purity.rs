//! What the source of a crate may not touch, where no dependency shows it: the
//! standard library's clock, files, network and threads and the system's
//! randomness in the pure crates, and the words of the domain in `cipherdb`.

use super::Finding;
use super::tree::{Tree, has_extension};

const RULE: &str = "purity";

/// They decide and never do: time, ids and bytes come in as arguments.
const PURE: &[&str] = &["domain", "eligibility", "measures", "protocol", "sync"];

const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::os",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "async fn",
    "async move",
    ".await",
    "getrandom",
    "OsRng",
    "SysRng",
    "static mut",
    "thread_local!",
];

/// It opens databases and knows nothing of what is in them.
const DOMAIN_WORDS: &[&str] = &[
    "referral",
    "participant",
    "officer",
    "screening",
    "consent",
    "encounter",
    "receipt",
    "lane",
    "vault",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        let Some((package, file)) = path
            .strip_prefix("crates/")
            .and_then(|rest| rest.split_once("/src/"))
        else {
            continue;
        };
        if !has_extension(file, &["rs", "sql"]) || is_test_file(file) {
            continue;
        }
        for (number, line) in code(text) {
            let at = || format!("{path}:{number}");
            if PURE.contains(&package) {
                for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                    let why = format!("`{package}` is pure and may not use `{word}`");
                    findings.push(Finding::new(RULE, at(), why));
                }
            }
            if package == "cipherdb" {
                for word in words(line).filter(|word| DOMAIN_WORDS.contains(&word.as_str())) {
                    let why = format!("`cipherdb` knows no domain word, such as `{word}`");
                    findings.push(Finding::new(RULE, at(), why));
                }
            }
        }
    }
    findings
}

fn is_test_file(file: &str) -> bool {
    file.ends_with("tests.rs") || file.split('/').any(|part| part == "tests")
}

/// Numbered lines without comments, up to the tests at the end of the file.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_test = |at: usize| {
        lines[at].trim() == "#[cfg(test)]"
            && lines.get(at + 1).is_some_and(|next| {
                next.trim_start().starts_with("mod ") && next.trim_end().ends_with('{')
            })
    };
    let end = (0..lines.len())
        .find(|at| is_test(*at))
        .unwrap_or(lines.len());
    lines
        .into_iter()
        .take(end)
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
}

/// The words of a line in small letters, without a plural's `s`.
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(|c: char| !c.is_alphanumeric())
        .map(|word| word.to_lowercase())
        .map(|word| word.strip_suffix('s').map(str::to_owned).unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files))
            .into_iter()
            .map(|found| found.at)
            .collect()
    }

    #[test]
    fn a_pure_crate_that_reads_a_file_or_the_clock_is_found() {
        let planted = "fn a() {}\nlet b = std::fs::read(c);\ngetrandom::fill(d);\n";
        assert_eq!(
            places(&[("crates/domain/src/fold.rs", planted)]),
            ["crates/domain/src/fold.rs:2", "crates/domain/src/fold.rs:3"]
        );
    }

    #[test]
    fn an_async_engine_is_found() {
        let planted = "pub async fn step() {}\n";
        assert_eq!(
            places(&[("crates/sync/src/device.rs", planted)]),
            ["crates/sync/src/device.rs:1"]
        );
    }

    #[test]
    fn tests_and_comments_and_hosts_may() {
        let tests = "fn a() {}\n#[cfg(test)]\nmod tests {\n    std::fs::read(b);\n}\n";
        let comment = "//! It never calls `std::fs`.\n";
        let host = "std::fs::read(b);\n";
        assert!(
            places(&[
                ("crates/domain/src/a.rs", tests),
                ("crates/domain/src/b.rs", comment),
                ("crates/domain/src/c/tests.rs", host),
                ("crates/domain/tests/d.rs", host),
                ("crates/site/src/e.rs", host),
            ])
            .is_empty()
        );
    }

    #[test]
    fn code_after_a_declared_test_module_is_still_looked_at() {
        let planted = "#[cfg(test)]\nmod tests;\nuse std::net::TcpStream;\n";
        assert_eq!(
            places(&[("crates/protocol/src/lib.rs", planted)]),
            ["crates/protocol/src/lib.rs:3"]
        );
    }

    #[test]
    fn a_domain_word_in_cipherdb_is_found_in_code_and_sql() {
        assert_eq!(
            places(&[
                ("crates/cipherdb/src/a.rs", "fn open_referrals() {}\n"),
                ("crates/cipherdb/src/b.sql", "SELECT lane FROM planes;\n"),
                ("crates/cipherdb/src/c.rs", "fn plane() {} // a vault\n"),
            ]),
            ["crates/cipherdb/src/a.rs:1", "crates/cipherdb/src/b.sql:1"]
        );
    }
}
