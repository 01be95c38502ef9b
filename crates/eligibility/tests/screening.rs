//! What a screening says, and what never changes about it.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::answers::{AS_OF, full, partial};
use common::{clear_of, date, random_pack, set};
use expect_test::{Expect, expect};
use handoff_domain::{Door, Facts, FindingResult, Outcome, Screening, Severity};
use handoff_eligibility::{RulePack, builtin_pack, screen};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Screens what `answers` says ("question: answer" by lines, on top of the
/// pack's clear answers if the first line is "clear") and compares a summary.
fn check_screening(pack: &str, door: Door, answers: &str, expected: Expect) {
    let pack = builtin_pack(pack).unwrap();
    let mut facts = Facts::default();
    for line in answers
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match line.split_once(':') {
            None => facts = clear_of(pack),
            Some((question, answer)) => set(&mut facts, &[(question, answer.trim())]),
        }
    }
    let screening = screen(pack, &facts, door, date("2021-06-01"));
    expected.assert_eq(&summary(&screening));
}

fn summary(screening: &Screening) -> String {
    let mut text = format!("{:?}, waivable {}\n", screening.outcome, screening.waivable);
    for finding in screening
        .findings
        .iter()
        .filter(|f| f.result != FindingResult::Pass)
    {
        text += &format!(
            "{:?} {:?} {} by {:?} waivable by {:?}\n",
            finding.result, finding.severity, finding.rule, finding.decides, finding.waivable_by
        );
    }
    for open in &screening.open_questions {
        text += &format!("? {} for {}\n", open.question, open.rules.join(", "));
    }
    if let Some(door) = screening.other_door {
        text += &format!("other door {door}\n");
    }
    text
}

#[test]
fn with_nothing_answered_everything_is_open_and_hard_questions_come_first() {
    check_screening(
        "mo-stlouis-county-2021",
        Door::ArrestDiversion,
        "",
        expect![[r#"
            NeedsVerification, waivable false
            Unknown Hard min_age by [ProsecutorLiaison] waivable by []
            Unknown Hard offense_in by [ProsecutorLiaison] waivable by []
            Unknown Hard no_conviction by [ProsecutorLiaison] waivable by []
            Unknown Presumptive no_disqualifying_record by [ProsecutorLiaison] waivable by []
            Unknown Hard supervision_none by [ProsecutorLiaison] waivable by []
            Unknown Hard substance_nexus by [ProsecutorLiaison] waivable by []
            Unknown Hard in_zone by [ProsecutorLiaison] waivable by []
            ? age for min_age
            ? site.nonviolent_drug_related for offense_in
            ? zone for in_zone
            ? nexus.opioid for substance_nexus
            ? history.violent for no_conviction
            ? supervision.probation for supervision_none
            ? supervision.parole for supervision_none
            ? history.disqualifying for no_disqualifying_record
        "#]],
    );
}

#[test]
fn a_hit_says_who_decides_and_what_it_saw() {
    check_screening(
        "mo-stlouis-county-2021",
        Door::ArrestDiversion,
        "clear\nhistory.disqualifying: yes 2015",
        expect![[r#"
            PresumptivelyIneligible, waivable true
            Hit Presumptive no_disqualifying_record by [ProsecutorLiaison] waivable by [ProsecutorLiaison]
        "#]],
    );
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let mut facts = clear_of(pack);
    set(
        &mut facts,
        &[
            ("suspected_offenses", "35A, 90J"),
            ("history.violent", "yes 1999"),
        ],
    );
    let screening = screen(pack, &facts, Door::ArrestDiversion, date("2021-06-01"));
    let hits = screening
        .findings
        .iter()
        .filter(|f| f.result == FindingResult::Hit);
    expect![[r#"
        [
          {
            "rule": "offense_in",
            "clause": "Offences: low-level drug offence or prostitution",
            "severity": "hard",
            "result": "hit",
            "saw": [
              {
                "question": "suspected_offenses",
                "value": {
                  "offenses": [
                    {
                      "code": "35A",
                      "listed": "yes"
                    },
                    {
                      "code": "90J",
                      "listed": "no"
                    }
                  ]
                }
              },
              {
                "question": "site.low_level_drug_offense",
                "value": {
                  "answer": "yes"
                }
              }
            ],
            "decides": [
              "prosecutor_liaison"
            ],
            "verified": true
          },
          {
            "rule": "no_conviction",
            "clause": "Record: no disqualifying criminal record, e.g. history of violent crime",
            "severity": "hard",
            "result": "hit",
            "saw": [
              {
                "question": "history.violent",
                "value": {
                  "history": {
                    "answer": "yes",
                    "most_recent": "1999"
                  }
                },
                "counted_as": "1999-12-31"
              }
            ],
            "decides": [
              "prosecutor_liaison"
            ],
            "verified": false
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&hits.collect::<Vec<_>>()).unwrap());
}

#[test]
fn the_interchange_form_has_the_promised_fields() {
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let screening = screen(
        pack,
        &Facts::default(),
        Door::ArrestDiversion,
        date("2021-06-01"),
    );
    let json = serde_json::to_value(&screening).unwrap();
    assert_eq!(json["outcome"], "needs_verification");
    assert_eq!(json["pack"]["id"], "md-baltimore-2017");
    assert_eq!(json["pack"]["version"], "1");
    assert_eq!(json["pack"]["hash"].as_str().unwrap().len(), 64);
    for finding in json["findings"].as_array().unwrap() {
        for key in ["rule", "clause", "severity", "result", "saw", "verified"] {
            assert!(!finding[key].is_null(), "{key} in {finding}");
        }
    }
    assert_eq!(json["open_questions"][0]["question"], "age");
    assert_eq!(
        serde_json::from_value::<Screening>(json).unwrap(),
        screening
    );
}

#[test]
fn the_hash_is_of_the_exact_bytes() {
    let text = handoff_eligibility::builtin()[0].toml;
    let pack = RulePack::parse(text).unwrap();
    let other = RulePack::parse(&format!("{text}\n")).unwrap();
    assert_ne!(pack.hash(), other.hash());
    assert_eq!(pack.pack_ref().hash.0, pack.hash());
}

/// One rule of ten years, anniversary out, and one with it in.
#[test]
fn a_look_back_is_counted_on_calendar_dates() {
    use FindingResult::{Hit, Pass, Unknown};
    let rule = |counts: bool| {
        format!(
            "severity = \"hard\"\nkind = \"no_conviction\"\nclass = \"a\"\n\
             look_back = {{ years = 10 }}\nanniversary_counts = {counts}"
        )
    };
    let pack = RulePack::parse(&random_pack::pack_of(&[rule(false), rule(true)])).unwrap();
    let table = [
        ("yes 2011-06-02", "2021-06-01", Hit, Hit),
        ("yes 2011-06-01", "2021-06-01", Pass, Hit),
        ("yes 2011-05-31", "2021-06-01", Pass, Pass),
        // 29 February counts back to 28 February.
        ("yes 2010-02-28", "2020-02-29", Pass, Hit),
        ("yes 2010-03-01", "2020-02-29", Hit, Hit),
        ("yes 2010-02-27", "2020-02-29", Pass, Pass),
        ("yes 2012-02-29", "2022-02-28", Hit, Hit),
        ("yes 2012-02-28", "2022-02-28", Pass, Hit),
        // Only the year: its last day.
        ("yes 2011", "2021-06-01", Hit, Hit),
        ("yes 2011", "2021-12-31", Pass, Hit),
        ("yes 2010", "2021-01-01", Pass, Pass),
        ("yes 2011-06", "2021-06-29", Hit, Hit),
        ("yes 2011-06", "2021-06-30", Pass, Hit),
        ("yes 2011-06", "2021-07-01", Pass, Pass),
        ("yes", "2021-06-01", Unknown, Unknown),
        ("no", "2021-06-01", Pass, Pass),
        ("unknown", "2021-06-01", Unknown, Unknown),
    ];
    for (answer, as_of, out, counts) in table {
        let mut facts = Facts::default();
        set(&mut facts, &[("history.a", answer)]);
        let screening = screen(&pack, &facts, Door::ArrestDiversion, date(as_of));
        let got: Vec<_> = screening
            .findings
            .iter()
            .map(|finding| finding.result)
            .collect();
        assert_eq!(got, [out, counts], "{answer} on {as_of}");
    }
}

#[test]
fn precedence_for_every_severity_and_result() {
    use Outcome::{
        NeedsVerification as Verify, PresumptivelyEligible as Yes, PresumptivelyIneligible as No,
    };
    let severities = ["hard", "presumptive", "refer_up", "advisory"];
    // (pass, hit, unknown), each with waivable.
    let expected = [
        [(Yes, false), (No, false), (Verify, false)],
        [(Yes, false), (No, true), (Verify, false)],
        [(Yes, false), (Verify, false), (Verify, false)],
        [(Yes, false), (Yes, false), (Yes, false)],
    ];
    for (severity, row) in severities.iter().zip(expected) {
        let rule = format!("severity = \"{severity}\"\nkind = \"volunteers\"");
        let pack = RulePack::parse(&random_pack::pack_of(&[rule])).unwrap();
        for (answer, (outcome, waivable)) in ["yes", "no", "unknown"].iter().zip(row) {
            let mut facts = Facts::default();
            set(&mut facts, &[("volunteers", answer)]);
            let got = screen(&pack, &facts, Door::ArrestDiversion, date(AS_OF));
            assert_eq!(
                (got.outcome, got.waivable),
                (outcome, waivable),
                "{severity} {answer}"
            );
        }
    }
}

#[test]
fn no_date_is_too_far_off_to_be_screened() {
    let back = "look_back = { years = 120 }";
    let rules = [
        "kind = \"min_age\"\nyears = 130".to_owned(),
        format!("kind = \"no_conviction\"\nclass = \"a\"\n{back}"),
    ];
    let pack = RulePack::parse(&random_pack::pack_of(&rules)).unwrap();
    for as_of in [
        chrono::NaiveDate::MIN,
        date("0000-02-29"),
        chrono::NaiveDate::MAX,
    ] {
        for (age, history) in [
            ("1904-02-29", "yes 0001"),
            ("9999-12-31", "yes 9999-12"),
            ("0+", "yes"),
        ] {
            let mut facts = Facts::default();
            set(&mut facts, &[("age", age), ("history.a", history)]);
            assert_eq!(
                screen(&pack, &facts, Door::Community, as_of).findings.len(),
                3
            );
        }
    }
}

/// A pack of random rules, and random full or partial answers to its questions.
fn pack_and_answers() -> impl Strategy<Value = (Vec<String>, Vec<(u8, u16)>)> {
    (
        proptest::collection::vec(random_pack::rule(), 1..8),
        proptest::collection::vec((any::<u8>(), any::<u16>()), 40),
    )
}

fn answers(pack: &RulePack, seeds: &[(u8, u16)]) -> Vec<(String, String, Option<String>)> {
    let rows = pack.questions(Door::ArrestDiversion).into_iter().zip(seeds);
    rows.map(|(question, (how, which))| {
        let which = usize::from(*which);
        let (full, partial) = (full(&question), partial(&question));
        if how % 2 == 0 {
            (question.id, full[which % full.len()].clone(), None)
        } else {
            let (now, becomes) = partial[usize::from(*how) / 2 % partial.len()].clone();
            (
                question.id,
                now,
                Some(becomes[which % becomes.len()].clone()),
            )
        }
    })
    .collect()
}

fn facts_of(answers: &[(String, String, Option<String>)]) -> Facts {
    let mut facts = Facts::default();
    for (question, answer, _) in answers {
        set(&mut facts, &[(question, answer)]);
    }
    facts
}

#[test]
fn order_does_not_matter_and_answers_only_add() {
    let mut counts = std::collections::BTreeMap::<(Severity, FindingResult), u32>::new();
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let counts_cell = std::cell::RefCell::new(&mut counts);
    runner
        .run(&pack_and_answers(), |(rules, seeds)| {
            let door = Door::ArrestDiversion;
            let Some(pack) = random_pack::parse(&random_pack::pack_of(&rules)) else {
                return Ok(());
            };
            let answers = answers(&pack, &seeds);
            let facts = facts_of(&answers);
            let before = screen(&pack, &facts, door, date(AS_OF));
            for finding in &before.findings {
                *counts_cell
                    .borrow_mut()
                    .entry((finding.severity, finding.result))
                    .or_default() += 1;
            }

            // The order of rules changes neither outcome nor open questions.
            let mut turned = rules.clone();
            turned.reverse();
            let turned = RulePack::parse(&random_pack::pack_of(&turned)).unwrap();
            let other = screen(&turned, &facts, door, date(AS_OF));
            prop_assert_eq!(
                (before.outcome, before.waivable),
                (other.outcome, other.waivable)
            );
            let ids = |screening: &Screening| {
                let ids = screening
                    .open_questions
                    .iter()
                    .map(|open| open.question.clone());
                ids.collect::<std::collections::BTreeSet<_>>()
            };
            prop_assert_eq!(ids(&before), ids(&other));

            // Answering one more question: only rules that ask it move, and only
            // away from unknown; nothing closed opens again.
            for (i, (question, _, fuller)) in answers.iter().enumerate() {
                let Some(fuller) = fuller else { continue };
                let mut more = answers.clone();
                more[i].1.clone_from(fuller);
                let after = screen(&pack, &facts_of(&more), door, date(AS_OF));
                for (old, new) in before.findings.iter().zip(&after.findings) {
                    let asks = old.saw.iter().any(|seen| seen.question == *question);
                    let may_move = asks && old.result == FindingResult::Unknown;
                    prop_assert!(
                        old.result == new.result || may_move,
                        "{} {}",
                        question,
                        old.rule
                    );
                }
                let was_hard =
                    before.outcome == Outcome::PresumptivelyIneligible && !before.waivable;
                prop_assert!(!was_hard || after.outcome == before.outcome && !after.waivable);
                prop_assert!(ids(&after).is_subset(&ids(&before)), "{}", question);
            }
            Ok(())
        })
        .unwrap();
    for severity in [
        Severity::Hard,
        Severity::Presumptive,
        Severity::ReferUp,
        Severity::Advisory,
    ] {
        for result in [
            FindingResult::Pass,
            FindingResult::Hit,
            FindingResult::Unknown,
        ] {
            let seen = counts.get(&(severity, result)).copied().unwrap_or_default();
            println!("{severity:?} {result:?}: {seen}");
            assert!(seen >= 20, "{severity:?} {result:?} only {seen} times");
        }
    }
}
