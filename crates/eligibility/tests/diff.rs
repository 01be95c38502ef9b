//! What changed between two packs.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::random_pack;
use handoff_eligibility::{RowChangeKind, RulePack, Stops, builtin, builtin_pack, diff};

fn baltimore() -> &'static str {
    let packs = builtin().iter();
    let mut texts = packs.filter(|builtin| builtin.pack.id() == "md-baltimore-2017");
    texts.next().unwrap().toml
}

/// Baltimore's pack, changed in one place.
fn changed(from: &str, to: &str) -> RulePack {
    assert!(baltimore().contains(from), "{from}");
    RulePack::parse(&baltimore().replacen(from, to, 1)).unwrap()
}

/// The one rule that changed, its fields, and whom it stops now.
fn check_rule(from: &str, to: &str, rule: &str, fields: &[(&str, &str, &str)], stops: Stops) {
    let old = builtin_pack("md-baltimore-2017").unwrap();
    let diff = diff(old, &changed(from, to));
    let [row] = diff.rules.as_slice() else {
        panic!("{diff:?}");
    };
    let said: Vec<_> = row
        .fields
        .iter()
        .map(|change| (&*change.field, &*change.from, &*change.to))
        .collect();
    assert_eq!((row.id.as_str(), said.as_slice()), (rule, fields));
    assert_eq!(
        (row.change, row.stops),
        (RowChangeKind::Changed, Some(stops))
    );
    assert!(diff.head.is_empty() && diff.policy.is_empty() && diff.questions.is_empty());
}

#[test]
fn a_pack_is_not_different_from_itself() {
    for builtin in builtin() {
        assert!(diff(&builtin.pack, &builtin.pack).is_empty());
    }
}

#[test]
fn a_changed_rule_says_its_fields_and_whom_it_stops_now() {
    check_rule(
        "years = 18",
        "years = 21",
        "min_age",
        &[("years", "18", "21")],
        Stops::More,
    );
    check_rule(
        "years = 18",
        "years = 16",
        "min_age",
        &[("years", "18", "16")],
        Stops::Fewer,
    );
    check_rule(
        "class = \"violent\"\n# No look-back is published: lifetime until the site enters one.\nlook_back = \"lifetime\"",
        "class = \"violent\"\nlook_back = { years = 10 }",
        "no_conviction",
        &[("look_back", "\"lifetime\"", "{ years = 10 }")],
        Stops::Fewer,
    );
    check_rule(
        "only_if = \"site.low_level_drug_offense\" }, \"40A\"]",
        "only_if = \"site.low_level_drug_offense\" }, \"90J\"]",
        "offense_in",
        &[(
            "offenses",
            "[{ code = \"35A\", only_if = \"site.low_level_drug_offense\" }, \"40A\"]",
            "[{ code = \"35A\", only_if = \"site.low_level_drug_offense\" }, \"90J\"]",
        )],
        Stops::Others,
    );
    // Words alone stop nobody else.
    check_rule(
        "The person is 18 or older.",
        "The person is an adult.",
        "min_age",
        &[(
            "words.en",
            "The person is 18 or older.",
            "The person is an adult.",
        )],
        Stops::Same,
    );
}

/// Two wordings of one rule are compared even where one pack could not hold both.
#[test]
fn a_rule_of_many_questions_is_compared_with_its_older_self() {
    let kinds = [
        "threat_to_public_safety",
        "not_exploiting_minors",
        "not_promoting_prostitution",
        "not_trafficking",
        "not_delivery",
        "no_contact_order_with_participant",
        "program_capacity",
        "amenable",
        "volunteers",
    ];
    let first = |count: usize| {
        let all: Vec<_> = kinds[..count]
            .iter()
            .map(|kind| format!("{{ kind = \"{kind}\" }}"))
            .collect();
        let rule = format!("kind = \"all_of\"\nof = [{}]", all.join(", "));
        RulePack::parse(&random_pack::pack_of(&[rule])).unwrap()
    };
    let diff = diff(&first(8), &first(9));
    assert_eq!(diff.rules[0].stops, Some(Stops::More), "{diff:?}");
}

#[test]
fn what_stands_beside_the_rules_is_compared_too() {
    let old = builtin_pack("md-baltimore-2017").unwrap();
    let policy = diff(old, &changed("target_minutes = 30", "target_minutes = 45")).policy;
    assert_eq!(policy[0].field, "handoff.target_minutes");
    let charge = diff(
        old,
        &changed(
            "on_failure = \"ordinary_process\"",
            "on_failure = \"may_be_filed\"",
        ),
    )
    .policy;
    assert_eq!(charge[0].field, "charge.on_failure");
    let head = diff(
        old,
        &changed(
            "effective_from = \"2017-02-01\"",
            "effective_from = \"2017-03-01\"",
        ),
    )
    .head;
    assert_eq!(head[0].field, "effective_from");
    let zones = diff(old, &changed("Franklin St (north)", "Centre St (north)")).zones;
    assert_eq!(zones[0].fields[0].field, "bounds.en");
    let with = |corner: &str| {
        let map = format!(
            "id = \"pilot_area\"\ngeojson = '{{\"type\":\"Polygon\",\"coordinates\":[[[-76.6,39.2],[-76.5,39.2],[-76.5,{corner}],[-76.6,39.2]]]}}'"
        );
        changed("id = \"pilot_area\"", &map)
    };
    let maps = diff(&with("39.3"), &with("39.4")).zones;
    assert_eq!(maps[0].fields[0].field, "geojson");
    let questions = diff(old, &changed("How old is the person?", "Which age?")).questions;
    assert_eq!(questions[0].id, "age");
    let renamed = baltimore()
        .replacen("id = \"volunteers\"\nkind", "id = \"wants_to\"\nkind", 1)
        .replace("hits = [\"volunteers\"]", "hits = [\"wants_to\"]");
    let removed = RulePack::parse(&renamed).unwrap();
    let rules = diff(old, &removed).rules;
    let rows: Vec<_> = rules
        .iter()
        .map(|row| (row.id.as_str(), row.change))
        .collect();
    assert_eq!(
        rows,
        [
            ("volunteers", RowChangeKind::Removed),
            ("wants_to", RowChangeKind::Added)
        ]
    );
}
