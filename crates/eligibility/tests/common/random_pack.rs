//! Packs that no site has: every rule kind, shared questions, all severities.

use handoff_eligibility::{KINDS, PackMistake, RulePack};
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

const QUESTIONS: [&str; 36] = [
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
    "supervision.other",
    "nexus.opioid",
    "nexus.poverty",
    "nexus.substance",
    "drugs",
    "encounter_at",
    "complainant",
    "prior_involvement",
    "prior_diversions",
    "treatment_court",
    "registrant",
    "no_contact_order",
    "threat_to_public_safety",
    "delivery",
    "subsistence_only",
    "exploits_minors",
    "promotes_prostitution",
    "trafficking",
    "resident",
    "amenable",
    "volunteers",
    "program_has_capacity",
    "history.c",
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
        "{ days = 30 }",
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
    let except = one_of(&[
        "",
        "",
        "\nexcept = [\"23C\"]",
        "\nexcept = [{ code = \"35A\", level = \"felony\" }]",
    ]);
    (proptest::collection::vec(entry, 1..4), question, except).prop_map(
        |(list, question, except)| format!("{question}offenses = [{}]{except}", list.join(", ")),
    )
}

fn some(key: &'static str, of: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::subsequence(of, 1..=of.len()).prop_map(move |some| {
        let quoted: Vec<_> = some.iter().map(|word| format!("\"{word}\"")).collect();
        format!("{key} = [{}]", quoted.join(", "))
    })
}

/// Limits that go with each other at one door.
const AMOUNTS: &[&str] = &[
    "fails_when = \"> 6 g\"",
    "fails_when = \">= 4 g\"\ndrugs = [\"D\"]",
    "fails_when = \"> 10 du\"\nonly_this_unit = true",
    "fails_when = \"> 0.2 oz\"\nexcept = [{ drugs = [\"H\"], form = \"prescription_pills\" }]",
];
const WINDOWS: &[&str] = &[
    "windows = [\"Mon-Fri 12:00-20:00\"]",
    "windows = [\"daily 22:00-02:00\"]",
    "windows = [\"Sat 00:00-24:00\", \"Mon 12:00-20:00\"]",
];

fn wanted() -> impl Strategy<Value = String> {
    let evidence = one_of(&[
        "",
        "evidence = [\"record\"]\n",
        "evidence = [\"record\", \"direct_observation\"]\n",
    ]);
    let within = one_of(&[
        "",
        "within = { months = 24 }\n",
        "within = { months = 6 }\n",
        "within = { days = 30 }\n",
    ]);
    (evidence, within, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(evidence, within, counts, zone, paper)| {
            format!(
                "{evidence}{within}anniversary_counts = {counts}\nin_zone = {zone}\ndocumented = {paper}"
            )
        },
    )
}

fn level() -> impl Strategy<Value = &'static str> {
    one_of(&[
        "",
        "at_least = \"felony\"\n",
        "at_least = \"misdemeanor\"\n",
    ])
}

/// The parameters of a rule of this kind; kinds that the table does not name
/// here take none.
fn params(kind: &'static str) -> BoxedStrategy<String> {
    match kind {
        "min_age" => one_of(&["years = 18", "years = 21"])
            .prop_map_into()
            .boxed(),
        "max_age" => one_of(&["years = 17", "years = 20"])
            .prop_map_into()
            .boxed(),
        "offense_in" => offences().boxed(),
        "offense_not_in" => offences()
            .prop_map(|list| list.replace("question = \"site.x\"\n", ""))
            .boxed(),
        "amount_max" => one_of(AMOUNTS).prop_map_into().boxed(),
        "in_hours" => one_of(WINDOWS).prop_map_into().boxed(),
        "prior_involvement" => wanted().boxed(),
        "prior_diversions" => one_of(&["at_most = 0", "at_most = 1", "at_most = 2"])
            .prop_map_into()
            .boxed(),
        "no_recent_diversion" => one_of(&[
            "within = { years = 1 }",
            "within = { days = 30 }\nanniversary_counts = true",
            "within = { days = 30 }",
        ])
        .prop_map_into()
        .boxed(),
        "supervision_none" => some("kinds", &["probation", "parole", "pretrial", "other"]).boxed(),
        "no_conviction" => (one_of(&["a", "b", "c"]), look_back())
            .prop_map(|(class, back)| format!("class = \"{class}\"\n{back}"))
            .boxed(),
        "sex_offense_history" => look_back().boxed(),
        "no_open_case" | "no_open_warrant" => (level(), any::<bool>())
            .prop_map(|(level, local)| format!("{level}local_only = {local}"))
            .boxed(),
        "in_zone" => some("zones", &["z1", "z2", "z3"]).boxed(),
        "substance_nexus" => some("any_of", &["opioid", "poverty", "substance"]).boxed(),
        "site_question" => (one_of(&["site.x", "site.y"]), one_of(&["yes", "no"]))
            .prop_map(|(question, on)| format!("question = \"{question}\"\npasses_on = \"{on}\""))
            .boxed(),
        "all_of" | "any_of" => (condition(), condition())
            .prop_map(|(a, b)| format!("of = [{a}, {b}]"))
            .boxed(),
        "not" => condition().prop_map(|one| format!("of = {one}")).boxed(),
        _ => Just(String::new()).boxed(),
    }
}

/// Kinds that lie in others; few questions each, so that packs stay readable.
const INNER: &[&str] = &[
    "min_age",
    "max_age",
    "amount_max",
    "prior_diversions",
    "no_recent_diversion",
    "victim_declines",
    "delivery_only_subsistence",
    "site_question",
    "in_hours",
    "not_delivery",
    "amenable",
    "no_open_case",
];

/// A condition as an inline table.
fn condition() -> impl Strategy<Value = String> {
    one_of(INNER).prop_flat_map(|kind| {
        params(kind).prop_map(move |params| {
            let lines = params.lines().filter(|line| !line.is_empty());
            let parts: Vec<_> = [format!("kind = \"{kind}\"")]
                .into_iter()
                .chain(lines.map(str::to_owned))
                .collect();
            format!("{{ {} }}", parts.join(", "))
        })
    })
}

fn body() -> impl Strategy<Value = String> {
    proptest::sample::select(KINDS).prop_flat_map(|kind| {
        params(kind.name).prop_map(move |params| format!("kind = \"{}\"\n{params}", kind.name))
    })
}

/// One rule without its id.
pub fn rule() -> impl Strategy<Value = String> {
    (
        one_of(&["hard", "presumptive", "refer_up", "advisory"]),
        body(),
    )
        .prop_map(|(severity, body)| format!("severity = \"{severity}\"\n{body}"))
}

/// Kinds that measure something, several of which meet in one question.
const MEASURED: &[&str] = &[
    "amount_max",
    "amount_max",
    "amount_max",
    "prior_involvement",
    "prior_involvement",
    "in_hours",
    "prior_diversions",
    "no_recent_diversion",
    "offense_not_in",
    "any_of",
    "all_of",
    "not",
];

/// The text of a pack of two to five rules that measure something.
pub fn measured() -> impl Strategy<Value = String> {
    let rule = (
        one_of(&["hard", "presumptive", "refer_up"]),
        one_of(MEASURED).prop_flat_map(|kind| {
            params(kind).prop_map(move |params| format!("kind = \"{kind}\"\n{params}"))
        }),
    )
        .prop_map(|(severity, body)| format!("severity = \"{severity}\"\n{body}"));
    proptest::collection::vec(rule, 2..6).prop_map(|rules| pack_of(&rules))
}

/// The text of a pack of one to six rules.
pub fn packs() -> impl Strategy<Value = String> {
    proptest::collection::vec(rule(), 1..7).prop_map(|rules| pack_of(&rules))
}

/// The pack, unless its rules share more questions than a pack may; everything
/// else that the generator makes has to parse.
pub fn parse(toml: &str) -> Option<RulePack> {
    match RulePack::parse(toml) {
        Ok(pack) => Some(pack),
        Err(error) if error.mistake == PackMistake::TooEntangled => None,
        Err(error) => panic!("{error}\n{toml}"),
    }
}
