//! The guide for whoever writes a pack (`docs/rule-packs.md`): every example in
//! it parses, its whole pack passes its check, and no kind of rule is missing.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use handoff_eligibility::{KINDS, RulePack, lint, run_pack_tests};

const GUIDE: &str = include_str!("../../../docs/rule-packs.md");

/// The head of a pack, into which an example of a rule is pasted.
const HEAD: &str = r#"id = "pasted"
version = "1"
effective_from = "2026-01-01"
title = { en = "P", es = "P" }
[policy]
time_zone = "America/New_York"
doors = ["arrest_diversion", "social_contact", "community"]
verifies = ["prosecutor_liaison"]
decides = ["prosecutor_liaison"]
waives = ["prosecutor_liaison"]
handoff = { target_minutes = 30, may_precede_decision = true }
intake = { due_days = 14 }
script = { en = "S", es = "S" }
[policy.charge]
until_decision = "held"
succeeds_on = "diverted"
on_success = "not_filed"
on_failure = "ordinary_process"
words = { en = "C", es = "C" }
"#;

/// Every TOML example with the line on which it begins.
fn examples() -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(GUIDE.lines()) {
        match &mut open {
            None if line == "```toml" => open = Some((number, String::new())),
            Some(_) if line == "```" => examples.extend(open.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    assert!(open.is_none(), "an example without an end");
    examples
}

fn pack(line: usize, example: &str) -> RulePack {
    let text = if example.contains("[policy]") {
        example.to_owned()
    } else {
        format!("{HEAD}\n{example}")
    };
    RulePack::parse(&text).unwrap_or_else(|error| panic!("the example on line {line}: {error}"))
}

#[test]
fn every_example_in_the_guide_parses_and_means_something() {
    let examples = examples();
    assert!(examples.len() >= 10, "{}", examples.len());
    for (line, example) in examples {
        let warnings: Vec<String> = lint(&pack(line, &example))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(warnings, Vec::<String>::new(), "the example on line {line}");
    }
}

#[test]
fn the_whole_pack_of_the_guide_passes_its_own_cases() {
    let examples = examples();
    let whole: Vec<_> = examples
        .iter()
        .filter(|(_, example)| example.contains("[policy]"))
        .collect();
    let [(line, whole)] = whole.as_slice() else {
        panic!("{} whole packs", whole.len());
    };
    let results = run_pack_tests(&pack(*line, whole));
    assert!(results.len() >= 8);
    for result in results {
        assert!(result.failures.is_empty(), "{result:?}");
    }
}

#[test]
fn every_kind_of_rule_is_in_the_guide_by_example() {
    let examples: String = examples().into_iter().map(|(_, example)| example).collect();
    let missing: Vec<&str> = KINDS
        .iter()
        .map(|kind| kind.name)
        .filter(|name| !examples.contains(&format!("kind = \"{name}\"")))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn the_policies_written_from_the_guide_pass_their_own_cases() {
    for text in [
        include_str!("../../../docs/examples/co-denver-lead.toml"),
        include_str!("../../../docs/examples/or-washington-county-deflection.toml"),
        include_str!("../../../docs/examples/fl-adult-civil-citation.toml"),
        include_str!("../../../docs/examples/tx-harris-county-cite-and-release.toml"),
        include_str!("../../../docs/examples/de-juvenile-civil-citation.toml"),
        include_str!("../../../docs/examples/or-multnomah-county-deflection.toml"),
    ] {
        let pack = RulePack::parse(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(lint(&pack), [], "{}", pack.id());
        let results = run_pack_tests(&pack);
        assert!(results.len() >= 7, "{}", pack.id());
        for result in results {
            assert!(result.failures.is_empty(), "{}: {result:?}", pack.id());
        }
    }
}
