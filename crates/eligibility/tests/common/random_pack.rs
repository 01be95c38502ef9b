//! Packs that no site has: every rule kind, shared questions, all severities.

use proptest::prelude::*;

const HEAD: &str = r#"
id = "random"
version = "1"
effective_from = "2020-01-01"
title = { en = "R", es = "R" }
[policy]
time_zone = "America/New_York"
doors = ["arrest_diversion"]
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

const QUESTIONS: [&str; 18] = [
    "age",
    "suspected_offenses",
    "zone",
    "open_case",
    "open_warrant",
    "sex_offense_history",
    "history.a",
    "history.b",
    "supervision.probation",
    "supervision.parole",
    "supervision.pretrial",
    "nexus.opioid",
    "nexus.poverty",
    "volunteers",
    "threat_to_public_safety",
    "delivery",
    "site.x",
    "site.y",
];

/// A pack with three areas, every question, and `rules`, each a body without its id.
pub fn pack_of(rules: &[String]) -> String {
    let mut toml = HEAD.to_owned();
    for zone in ["z1", "z2", "z3"] {
        toml += &format!("[[zone]]\nid = \"{zone}\"\nname = {{ en = \"Z\", es = \"Z\" }}\n");
    }
    for question in QUESTIONS {
        toml += &format!("[[question]]\nid = \"{question}\"\nen = \"Q\"\nes = \"Q\"\n");
    }
    for (i, rule) in rules.iter().enumerate() {
        toml += &format!(
            "[[rule]]\nid = \"r{i}\"\nclause = \"c\"\nwords = {{ en = \"R\", es = \"R\" }}\n{rule}\n"
        );
    }
    toml
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(texts)
}

fn look_back() -> impl Strategy<Value = String> {
    let spans = one_of(&[
        "\"lifetime\"",
        "{ years = 10 }",
        "{ months = 6 }",
        "{ years = 1 }",
    ]);
    (spans, any::<bool>())
        .prop_map(|(span, counts)| format!("look_back = {span}\nanniversary_counts = {counts}"))
}

fn offences() -> impl Strategy<Value = String> {
    let level = one_of(&["", "", ", level = \"misdemeanor\"", ", level = \"felony\""]);
    let only_if = one_of(&["", "", ", only_if = \"site.x\"", ", only_if = \"site.y\""]);
    let code = one_of(&["35A", "40A", "23*", "23C", "13A", "*"]);
    let entry = (code, level, only_if)
        .prop_map(|(code, level, only_if)| format!("{{ code = \"{code}\"{level}{only_if} }}"));
    let question = one_of(&["", "", "question = \"site.x\"\n"]);
    (proptest::collection::vec(entry, 1..4), question)
        .prop_map(|(list, question)| format!("{question}offenses = [{}]", list.join(", ")))
}

fn body() -> impl Strategy<Value = String> {
    let some = |key: &'static str, of: &'static [&'static str]| {
        proptest::sample::subsequence(of, 1..=of.len()).prop_map(move |some| {
            let quoted: Vec<_> = some.iter().map(|word| format!("\"{word}\"")).collect();
            format!("{key} = [{}]", quoted.join(", "))
        })
    };
    let matter = (
        one_of(&["no_open_case", "no_open_warrant"]),
        one_of(&["", "at_least = \"felony\"", "at_least = \"misdemeanor\""]),
        any::<bool>(),
    )
        .prop_map(|(kind, level, local)| {
            format!("kind = \"{kind}\"\n{level}\nlocal_only = {local}")
        });
    prop_oneof![
        one_of(&["18", "21"]).prop_map(|years| format!("kind = \"min_age\"\nyears = {years}")),
        offences().prop_map(|list| format!("kind = \"offense_in\"\n{list}")),
        offences().prop_map(|list| format!("kind = \"offense_in\"\n{list}")),
        some("kinds", &["probation", "parole", "pretrial"])
            .prop_map(|kinds| format!("kind = \"supervision_none\"\n{kinds}")),
        (one_of(&["a", "b"]), look_back()).prop_map(|(class, back)| {
            format!("kind = \"no_conviction\"\nclass = \"{class}\"\n{back}")
        }),
        look_back().prop_map(|back| format!("kind = \"sex_offense_history\"\n{back}")),
        matter,
        some("zones", &["z1", "z2", "z3"]).prop_map(|zones| format!("kind = \"in_zone\"\n{zones}")),
        some("any_of", &["opioid", "poverty"])
            .prop_map(|any_of| format!("kind = \"substance_nexus\"\n{any_of}")),
        one_of(&["volunteers", "threat_to_public_safety", "not_delivery"])
            .prop_map(|kind| format!("kind = \"{kind}\"")),
        (one_of(&["site.x", "site.y"]), one_of(&["yes", "no"])).prop_map(|(question, passes_on)| {
            format!("kind = \"site_question\"\nquestion = \"{question}\"\npasses_on = \"{passes_on}\"")
        }),
    ]
}

/// One rule without its id.
pub fn rule() -> impl Strategy<Value = String> {
    (
        one_of(&["hard", "presumptive", "refer_up", "advisory"]),
        body(),
    )
        .prop_map(|(severity, body)| format!("severity = \"{severity}\"\n{body}"))
}

/// The text of a pack of one to six rules.
pub fn packs() -> impl Strategy<Value = String> {
    proptest::collection::vec(rule(), 1..7).prop_map(|rules| pack_of(&rules))
}
