//! The engine's open questions are exactly those of the definition.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::answers::{AS_OF, full, partial};
use common::brute::{Row, combinations, open_by_engine, open_by_trying_everything};
use common::{date, random_pack};
use handoff_domain::Door;
use handoff_eligibility::{AnswerKind, Question, RulePack, builtin};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Rows in which nothing is answered.
fn nothing_answered(pack: &RulePack, door: Door) -> Vec<Row> {
    let rows = pack
        .questions(door)
        .into_iter()
        .filter(|question| !question.rules.is_empty());
    rows.map(|question| {
        let mut options = vec!["unknown".to_owned()];
        options.extend(few(&question));
        Row {
            question: question.id,
            options,
        }
    })
    .collect()
}

/// For trying everything at once: only what these packs' own limits tell apart.
fn few(question: &Question) -> Vec<String> {
    let few: &[&str] = match &question.answer {
        AnswerKind::Age => &["17", "18"],
        AnswerKind::Offences => &["35A", "40A", "35A, 40A", "35A, 13A"],
        AnswerKind::YesNo => &["yes", "no"],
        AnswerKind::History { .. } => &["no", "yes 1980"],
        AnswerKind::Matter { .. } => &["no", "yes felony local"],
        AnswerKind::Drugs { .. } => &["none", "D 4 g", "D 7 g", "H 9 du pills"],
        AnswerKind::Complainant => &["none", "declines", "wants"],
        AnswerKind::Count => &["0", "1", "2"],
        AnswerKind::Time => &["2021-06-01T11:59-04:00", "2021-06-01T12:00-04:00"],
        AnswerKind::Involvement { .. } => &[
            "no",
            "yes record 2021-01-01 in_zone documented",
            "yes direct_observation 2021-01-01 out_of_zone undocumented",
        ],
        AnswerKind::Zone { areas } => {
            return vec!["outside".to_owned(), areas[0].id.clone()];
        }
    };
    few.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn with_nothing_answered_every_completion_of_every_pack_agrees() {
    for builtin in builtin() {
        let pack = &builtin.pack;
        for door in Door::ALL {
            let rows = nothing_answered(pack, door);
            let expected = open_by_trying_everything(pack, &rows, door, date("2021-06-01"));
            let got = open_by_engine(pack, &rows, door, date("2021-06-01"));
            let count = combinations(&rows);
            println!("{} at {door}: {count} completions", pack.id());
            assert_eq!(got, expected, "{} at {door}", pack.id());
        }
    }
}

/// Some answers are given, some in part, some not; as many are left open as can
/// be tried.
fn rows_of(pack: &RulePack, door: Door, seed: &[(u8, u16)], limit: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for (question, (how, which)) in pack.questions(door).into_iter().zip(seed.iter().cycle()) {
        if question.rules.is_empty() {
            continue;
        }
        let which = usize::from(*which);
        let full = full(&question);
        let given = full[which % full.len()].clone();
        let mut partial = partial(&question);
        let (now, becomes) = if how % 4 == 0 {
            partial.swap_remove(0)
        } else {
            let place = which % partial.len();
            partial.swap_remove(place)
        };
        let mut row = Row {
            question: question.id,
            options: vec![now],
        };
        row.options.extend(becomes);
        let is_given = how % 3 == 0;
        if is_given || combinations(&rows) * row.options.len() > limit {
            row.options = vec![given];
        }
        rows.push(row);
    }
    rows
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

fn seeds() -> impl Strategy<Value = Vec<(u8, u16)>> {
    proptest::collection::vec((any::<u8>(), any::<u16>()), 1..24)
}

#[test]
fn with_some_answers_given_every_pack_agrees() {
    let door = proptest::sample::select(&Door::ALL[..]);
    let which = 0..builtin().len();
    let mut runner = runner(200);
    runner
        .run(&(seeds(), door, which), |(seeds, door, which)| {
            let pack = &builtin()[which].pack;
            let rows = rows_of(pack, door, &seeds, 20_000);
            let expected = open_by_trying_everything(pack, &rows, door, date(AS_OF));
            let got = open_by_engine(pack, &rows, door, date(AS_OF));
            prop_assert_eq!(got, expected, "{}", pack.id());
            Ok(())
        })
        .unwrap();
}

#[test]
fn random_packs_agree() {
    check_random(250, random_pack::packs());
}

#[test]
fn random_packs_that_measure_agree() {
    check_random(150, random_pack::measured());
}

#[test]
fn limits_that_add_drugs_up_agree() {
    let rule = |severity: &str, limit: &str| {
        format!("severity = \"{severity}\"\nkind = \"amount_max\"\n{limit}")
    };
    let rules = [
        rule("presumptive", "fails_when = \"> 6 g\"\ntogether = true"),
        rule("hard", "fails_when = \">= 0.2 oz\"\ntogether = true"),
        rule(
            "refer_up",
            "fails_when = \"> 10 du\"\nonly_this_unit = true",
        ),
    ];
    check_random(30, Just(random_pack::pack_of(&rules)));
}

/// As two lists name laws, and as officers cite: those laws, parts of them, the
/// same figures in another law, less, and what nobody lists, in a law of which
/// all is listed and in another.
const CITED: [&str; 10] = [
    "XC 5",
    "XC 5.1",
    "x.c. § 5.1(a)",
    "XC 5.2",
    "XC 6",
    "YC 5.1",
    "YC 5.1(b)",
    "YC 5",
    "XC",
    "PC 9",
];

fn one_suspected() -> Vec<String> {
    let codes = ["35A", "13A", "40A"].iter();
    let all = codes.flat_map(|code| ["felony", "misdemeanor"].map(|level| (code, level)));
    all.flat_map(|(code, level)| CITED.map(|law| format!("{code} {level} ({law})")))
        .collect()
}

#[test]
fn lists_that_name_laws_agree() {
    let entry = (
        proptest::sample::select(&["", "code = \"35A\", ", "code = \"13A\", "][..]),
        proptest::sample::select(&["XC 5", "XC 5.1", "XC *", "YC 5.1(b)"][..]),
        proptest::sample::select(&["", ", level = \"felony\""][..]),
    );
    let entry =
        entry.prop_map(|(code, law, level)| format!("{{ {code}statute = \"{law}\"{level} }}"));
    let rule = (
        proptest::sample::select(&["hard", "presumptive", "refer_up"][..]),
        proptest::sample::select(&["offense_in", "offense_not_in"][..]),
        proptest::collection::vec(entry.boxed(), 1..3),
    );
    let rule = rule.prop_map(|(severity, kind, list)| {
        format!(
            "severity = \"{severity}\"\nkind = \"{kind}\"\noffenses = [{}]",
            list.join(", ")
        )
    });
    let single = one_suspected();
    let mut full = single.clone();
    for (i, a) in single.iter().enumerate() {
        full.extend(single.iter().skip(i + 1).map(|b| format!("{a}, {b}")));
    }
    let only = |keep: &dyn Fn(&str) -> bool| -> Vec<String> {
        let kept = single.iter().filter(|text| keep(text));
        kept.cloned().collect()
    };
    let partial = [
        ("unknown", full),
        ("?", single.clone()),
        ("35A felony", only(&|text| text.starts_with("35A felony"))),
        ("? (XC 5.1)", only(&|text| text.ends_with("(XC 5.1)"))),
        (
            "13A (YC 5.1)",
            only(&|text| text.starts_with("13A") && text.ends_with("(YC 5.1)")),
        ),
    ];
    let rules = proptest::collection::vec(rule, 1..3);
    runner(120)
        .run(&(rules, 0..partial.len()), |(rules, which)| {
            let pack = RulePack::parse(&random_pack::pack_of(&rules)).unwrap();
            let (now, becomes) = &partial[which];
            let mut options = vec![(*now).to_owned()];
            options.extend(becomes.iter().cloned());
            let rows = [Row {
                question: "suspected_offenses".to_owned(),
                options,
            }];
            let door = Door::ArrestDiversion;
            let expected = open_by_trying_everything(&pack, &rows, door, date(AS_OF));
            let got = open_by_engine(&pack, &rows, door, date(AS_OF));
            prop_assert_eq!(got, expected, "{} {:?}", now, rules);
            Ok(())
        })
        .unwrap();
}

fn check_random(cases: u32, packs: impl Strategy<Value = String>) {
    let mut runner = runner(cases);
    runner
        .run(&(packs, seeds()), |(toml, seeds)| {
            let Some(pack) = random_pack::parse(&toml) else {
                return Ok(());
            };
            let door = Door::ArrestDiversion;
            let rows = rows_of(&pack, door, &seeds, 60_000);
            let expected = open_by_trying_everything(&pack, &rows, door, date(AS_OF));
            let got = open_by_engine(&pack, &rows, door, date(AS_OF));
            let now = rows
                .iter()
                .map(|row| (&row.question, &row.options[0], row.options.len()));
            let now: Vec<_> = now.collect();
            let rules = &toml[toml.find("[[rule]]").unwrap_or(0)..];
            prop_assert_eq!(&got, &expected, "{:?}\n{}", now, rules);
            Ok(())
        })
        .unwrap();
}

/// Two rules share two questions, and a third matters only for the first ways
/// of answering those.
#[test]
fn a_question_is_open_if_any_setting_of_several_shared_ones_makes_it_matter() {
    let rule = |severity: &str, kind: &str, last: &str| {
        let parts = ["volunteers", "amenable", last].map(|kind| format!("{{ kind = \"{kind}\" }}"));
        format!(
            "severity = \"{severity}\"\nkind = \"{kind}\"\nof = [{}]",
            parts.join(", ")
        )
    };
    let questions = ["volunteers", "amenable", "resident", "program_has_capacity"];
    let rows = questions.map(|question| Row {
        question: question.to_owned(),
        options: ["unknown", "yes", "no"].map(str::to_owned).into(),
    });
    for kind in ["any_of", "all_of"] {
        let rules = [
            rule("hard", kind, "residency"),
            rule("presumptive", kind, "program_capacity"),
        ];
        let pack = RulePack::parse(&random_pack::pack_of(&rules)).unwrap();
        let door = Door::ArrestDiversion;
        let expected = open_by_trying_everything(&pack, &rows, door, date(AS_OF));
        assert_eq!(expected.len(), 4, "{kind}");
        let got = open_by_engine(&pack, &rows, door, date(AS_OF));
        assert_eq!(got, expected, "{kind}");
    }
}

fn open_with_nothing_answered(rules: &[&str], questions: &[&str]) -> Vec<String> {
    let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let pack = RulePack::parse(&random_pack::pack_of(&rules)).unwrap();
    let rows: Vec<Row> = questions
        .iter()
        .map(|question| Row {
            question: (*question).to_owned(),
            options: ["unknown", "yes", "no"].map(str::to_owned).into(),
        })
        .collect();
    let door = Door::ArrestDiversion;
    let expected = open_by_trying_everything(&pack, &rows, door, date(AS_OF));
    let got = open_by_engine(&pack, &rows, door, date(AS_OF));
    assert_eq!(got, expected, "{rules:?}");
    got.into_iter().collect()
}

#[test]
fn what_always_needs_verification_leaves_open_what_can_end_a_screening() {
    // Nobody passes both: staff decide whatever is said of a presumptive rule.
    let always = [
        "severity = \"refer_up\"\nkind = \"volunteers\"",
        "severity = \"refer_up\"\nkind = \"not\"\nof = { kind = \"volunteers\" }",
    ];
    let presumptive = "severity = \"presumptive\"\nkind = \"amenable\"";
    let hard = "severity = \"hard\"\nkind = \"residency\"";
    let another = "severity = \"hard\"\nkind = \"registrant\"";
    let asked = ["volunteers", "amenable", "resident", "registrant"];
    for rules in [
        [presumptive, always[0], always[1]],
        [always[0], always[1], presumptive],
        [always[0], presumptive, always[1]],
    ] {
        assert_eq!(
            open_with_nothing_answered(&rules, &asked[..2]),
            Vec::<String>::new()
        );
        for with_hard in [
            [rules[0], rules[1], rules[2], hard, another],
            [hard, another, rules[0], rules[1], rules[2]],
            [hard, rules[0], rules[1], rules[2], another],
        ] {
            let open = open_with_nothing_answered(&with_hard, &asked);
            assert_eq!(open, ["registrant", "resident"]);
        }
    }
}

/// Rules over four plain questions, in each other two deep: few enough answers
/// to try very many packs.
#[test]
fn rules_of_a_few_plain_questions_agree() {
    let plain = ["volunteers", "amenable", "residency", "program_capacity"];
    let asked = ["volunteers", "amenable", "resident", "program_has_capacity"];
    let leaf = proptest::sample::select(plain.to_vec());
    let leaf = leaf.prop_map(|kind| format!("kind = \"{kind}\""));
    let condition = leaf.prop_recursive(2, 9, 3, |inner| {
        let several = proptest::collection::vec(inner.clone(), 2..4);
        let of = (proptest::sample::select(vec!["any_of", "all_of"]), several);
        prop_oneof![
            2 => of.prop_map(|(kind, parts)| {
                let parts: Vec<_> = parts.iter().map(|part| format!("{{ {part} }}")).collect();
                format!("kind = \"{kind}\", of = [{}]", parts.join(", "))
            }),
            1 => inner.prop_map(|part| format!("kind = \"not\", of = {{ {part} }}")),
        ]
    });
    let severity = proptest::sample::select(vec!["hard", "presumptive", "refer_up", "advisory"]);
    let rule = (severity, condition).prop_map(|(severity, body)| {
        let body = body.replacen(", of = ", "\nof = ", 1);
        format!("severity = \"{severity}\"\n{body}")
    });
    runner(1500)
        .run(&proptest::collection::vec(rule, 1..5), |rules| {
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            open_with_nothing_answered(&rules, &asked);
            Ok(())
        })
        .unwrap();
}

#[test]
fn each_part_of_a_rule_that_is_referred_up_is_open() {
    for kind in ["any_of", "all_of"] {
        let rule = format!(
            "severity = \"refer_up\"\nkind = \"{kind}\"\nof = [{{ kind = \"volunteers\" }}, {{ kind = \"amenable\" }}]"
        );
        let open = open_with_nothing_answered(&[&rule], &["volunteers", "amenable"]);
        assert_eq!(open, ["amenable", "volunteers"], "{kind}");
    }
}
