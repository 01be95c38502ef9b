//! The table of what each published row of a site's policy became.
//!
//! Which rows a site published stands in `published-rows.csv` beside the packs;
//! what their rules weigh, and which clause and source they carry, in the packs.
//! The table in `docs` is made of both, and is compared with what they make.

use super::Finding;
use super::tree::Tree;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const RULE: &str = "packs";
const FOLDER: &str = "crates/eligibility/packs/";
const ROWS: &str = "crates/eligibility/packs/published-rows.csv";
pub const TABLE: &str = "docs/pack-rows.md";

const HEAD: &str = "\
# What the published rules became

Each row that is published about a site, and the rules, questions and parts of the policy of
its pack that stand for it. Made by `cargo xtask tidy --write` from the packs and from
`crates/eligibility/packs/published-rows.csv`; `cargo xtask tidy` compares. A rule without a mark
was not checked against the site's own text.
";

/// One row as published.
struct Row<'a> {
    pack: &'a str,
    name: &'a str,
    became: Vec<(&'a str, &'a str)>,
}

pub fn check(tree: &Tree) -> Vec<Finding> {
    if tree.text(ROWS).is_none() {
        return Vec::new();
    }
    let (table, mut findings) = table(tree);
    if findings.is_empty() && tree.text(TABLE) != Some(table.as_str()) {
        let why = "is not what the packs make: run `cargo xtask tidy --write`";
        findings.push(Finding::new(RULE, TABLE, why));
    }
    findings
}

/// The table, and what keeps it from being whole.
pub fn table(tree: &Tree) -> (String, Vec<Finding>) {
    let rows: Vec<Row> = tree
        .text(ROWS)
        .unwrap_or_default()
        .lines()
        .skip(1)
        .filter_map(row)
        .collect();
    let mut text = HEAD.to_owned();
    let mut findings = Vec::new();
    let packs = tree.files().filter_map(|(path, toml)| {
        let id = path.strip_prefix(FOLDER)?.strip_suffix(".toml")?;
        Some((path, id, toml.parse::<toml::Table>()))
    });
    for (path, id, pack) in packs {
        let Ok(pack) = pack else {
            findings.push(Finding::new(RULE, path, "is not TOML"));
            continue;
        };
        let own: Vec<&Row> = rows.iter().filter(|row| row.pack == id).collect();
        findings.extend(unnamed(path, &pack, &own));
        let _ = write!(
            text,
            "\n## {id}\n\n| row | became | weight | clause | source |\n|---|---|---|---|---|\n"
        );
        for row in own {
            for (what, name) in &row.became {
                let _ = writeln!(
                    text,
                    "| {} | {what} `{name}` |{}",
                    row.name,
                    cells(&pack, what, name)
                );
            }
        }
    }
    for row in &rows {
        if tree.text(&format!("{FOLDER}{}.toml", row.pack)).is_none() {
            let why = format!("names the pack `{}`, which is not there", row.pack);
            findings.push(Finding::new(RULE, ROWS, why));
        }
    }
    (text, findings)
}

fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.split(',');
    let (pack, name, became) = (cells.next()?, cells.next()?, cells.next()?);
    let became = became.split(';').filter_map(|one| one.split_once(' '));
    Some(Row {
        pack,
        name,
        became: became.collect(),
    })
}

/// Rules that no row names, and rows whose rule is not in the pack.
fn unnamed(path: &str, pack: &toml::Table, rows: &[&Row]) -> Vec<Finding> {
    let named: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| &row.became)
        .filter(|(what, _)| *what == "rule")
        .map(|(_, name)| *name)
        .collect();
    let known: BTreeSet<&str> = rules(pack).filter_map(|rule| said(rule, "id")).collect();
    let orphans = known.difference(&named).map(|rule| {
        Finding::new(
            RULE,
            path,
            format!("`{rule}` stands for no row of published-rows.csv"),
        )
    });
    let missing = named.difference(&known).map(|rule| {
        Finding::new(
            RULE,
            path,
            format!("has no rule `{rule}`, which a row of published-rows.csv became"),
        )
    });
    orphans.chain(missing).collect()
}

fn rules(pack: &toml::Table) -> impl Iterator<Item = &toml::Table> {
    let rules = pack.get("rule").and_then(toml::Value::as_array);
    rules
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table)
}

fn said<'a>(rule: &'a toml::Table, key: &str) -> Option<&'a str> {
    rule.get(key).and_then(toml::Value::as_str)
}

/// Weight, clause and source of a rule; nothing for the rest.
fn cells(pack: &toml::Table, what: &str, name: &str) -> String {
    let rule = rules(pack).find(|rule| what == "rule" && said(rule, "id") == Some(name));
    let Some(rule) = rule else {
        return " | | |".to_owned();
    };
    let is_verified = rule.get("verified").and_then(toml::Value::as_bool) == Some(true);
    format!(
        " {} | {} | {}{} |",
        said(rule, "severity").unwrap_or("presumptive"),
        said(rule, "clause").unwrap_or_default().replace('|', "/"),
        said(rule, "source").unwrap_or("not recorded"),
        if is_verified { " ✓" } else { "" },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = "crates/eligibility/packs/a.toml";
    const RULES: &str = "[[rule]]\nid = \"b\"\nclause = \"c\"\n";

    fn findings(rows: &str, rules: &str, change: impl Fn(String) -> String) -> Vec<String> {
        let rows = format!("pack,row,became\n{rows}");
        let (table, _) = table(&Tree::of(&[(ROWS, &rows), (PACK, rules)]));
        let table = change(table);
        let found = check(&Tree::of(&[(ROWS, &rows), (PACK, rules), (TABLE, &table)]));
        found.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_table_that_the_packs_make_passes() {
        assert!(findings("a,Age,rule b\n", RULES, |table| table).is_empty());
    }

    #[test]
    fn a_table_that_says_otherwise_is_found() {
        let found = findings("a,Age,rule b\n", RULES, |table| {
            table.replace("presumptive", "hard")
        });
        assert_eq!(
            found,
            [
                "packs: docs/pack-rows.md: is not what the packs make: run `cargo xtask tidy --write`"
            ]
        );
    }

    #[test]
    fn a_rule_without_a_row_and_a_row_without_its_rule_are_found() {
        let found = findings("a,Age,rule d\nz,Age,rule b\n", RULES, |table| table);
        assert_eq!(
            found,
            [
                "packs: crates/eligibility/packs/a.toml: `b` stands for no row of published-rows.csv",
                "packs: crates/eligibility/packs/a.toml: has no rule `d`, which a row of \
                 published-rows.csv became",
                "packs: crates/eligibility/packs/published-rows.csv: names the pack `z`, which is not there",
            ]
        );
    }
}
