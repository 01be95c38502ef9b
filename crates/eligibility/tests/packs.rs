//! The packs that ship: their own cases, the published vectors, boundaries.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use std::collections::BTreeSet;

use common::{clear_of, date, findings_with, set};
use handoff_domain::{Door, Facts, FindingResult, Outcome, Role};
use handoff_eligibility::{builtin, builtin_pack, explain, lint, run_pack_tests, screen};

const ARREST: Door = Door::ArrestDiversion;

#[test]
fn every_pack_passes_its_own_cases() {
    for builtin in builtin() {
        let results = run_pack_tests(&builtin.pack);
        assert!(
            results.len() >= 5,
            "{} has too few cases",
            builtin.pack.id()
        );
        for result in results {
            assert_eq!(
                result.failures,
                [],
                "{}: {}",
                builtin.pack.id(),
                result.name
            );
        }
    }
}

/// Each rule has a case that hits it, nothing is asked that nothing uses, and no
/// rule is without effect.
#[test]
fn nothing_is_to_be_warned_of() {
    for builtin in builtin() {
        assert_eq!(lint(&builtin.pack), [], "{}", builtin.pack.id());
    }
}

/// Every row of a site's published table, and the rules, questions and parts of
/// the policy that it became; and no rule without a row.
#[test]
fn every_published_row_is_a_rule_or_a_question() {
    let rows = include_str!("../packs/published-rows.csv");
    let mut ruled = BTreeSet::new();
    for row in rows.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let [id, name, became] = cells[..] else {
            panic!("three cells: {row}");
        };
        let pack = builtin_pack(id).unwrap();
        let explanation = explain(pack);
        for became in became.split(';') {
            let (what, one) = became.split_once(' ').unwrap();
            let is_there = match what {
                "rule" => explanation.rules.iter().any(|rule| rule.rule == one),
                "question" => pack.questions(ARREST).iter().any(|row| row.id == one),
                _ => explanation.policy_rows.iter().any(|row| row.field == one),
            };
            assert!(is_there, "{id}: {name} became no {became}");
            if what == "rule" {
                ruled.insert((id, one));
            }
        }
    }
    for builtin in builtin() {
        for rule in builtin.pack.rules() {
            let is_ruled = ruled.contains(&(builtin.pack.id(), rule.id.as_str()));
            assert!(is_ruled, "{}: {} has no row", builtin.pack.id(), rule.id);
        }
    }
}

#[test]
fn what_no_text_bears_out_says_so() {
    for builtin in builtin() {
        for rule in explain(&builtin.pack).rules {
            assert!(
                !rule.verified || rule.source != "not recorded",
                "{}",
                rule.rule
            );
            assert!(!rule.words.en.is_empty() && !rule.words.es.is_empty());
        }
    }
}

fn baltimore(answers: &[(&str, &str)]) -> (Outcome, Vec<String>, Vec<String>, Option<Door>) {
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let mut facts = clear_of(pack);
    set(&mut facts, answers);
    let got = screen(pack, &facts, ARREST, date("2017-03-01"));
    let hits = findings_with(&got, FindingResult::Hit);
    (
        got.outcome,
        hits,
        findings_with(&got, FindingResult::Unknown),
        got.other_door,
    )
}

#[test]
fn the_published_vectors_1_to_4_hold() {
    let none = Vec::<String>::new;
    let named = |name: &str| vec![name.to_owned()];
    assert_eq!(
        baltimore(&[]),
        (Outcome::PresumptivelyEligible, none(), none(), None)
    );
    // 1: then the State's Attorney verifies.
    let policy = builtin_pack("md-baltimore-2017").unwrap().policy();
    assert!(policy.verifies.contains(&Role::ProsecutorLiaison));
    assert_eq!(
        baltimore(&[("open_warrant", "unknown")]),
        (
            Outcome::NeedsVerification,
            none(),
            named("no_open_warrant"),
            None
        )
    );
    assert_eq!(
        baltimore(&[
            ("open_warrant", "unknown"),
            ("supervision.probation", "yes")
        ]),
        (
            Outcome::PresumptivelyIneligible,
            named("supervision_none"),
            named("no_open_warrant"),
            None
        )
    );
    assert_eq!(
        baltimore(&[("zone", "outside")]),
        (
            Outcome::PresumptivelyIneligible,
            named("in_zone"),
            none(),
            Some(Door::SocialContact)
        )
    );
}

/// Numbers as published; 1 to 4 and 11 have tests of their own.
#[test]
fn the_published_vectors_8_to_14_hold() {
    const SOCIAL: Door = Door::SocialContact;
    let no =
        |rule: &'static str, waivable| (Outcome::PresumptivelyIneligible, waivable, Some(rule));
    let yes = (Outcome::PresumptivelyEligible, false, None);
    let (santa_fe, phl) = ("nm-santafe-2014", "pa-philadelphia-pad-2017");
    let table = [
        (8, santa_fe, ARREST, "drugs", "D 6.0 g", yes),
        (
            8,
            santa_fe,
            ARREST,
            "drugs",
            "D 6.1 g",
            no("amount_max", true),
        ),
        (8, santa_fe, ARREST, "drugs", "H 40 du pills", yes),
        (
            9,
            "nc-fayetteville-2016",
            ARREST,
            "drugs",
            "D 4.0 g",
            no("amount_max", false),
        ),
        (9, "nc-fayetteville-2016", ARREST, "drugs", "D 3.9 g", yes),
        (
            10,
            phl,
            ARREST,
            "encounter_at",
            "2018-03-06T11:59-05:00",
            no("in_hours", false),
        ),
        (
            10,
            phl,
            ARREST,
            "encounter_at",
            "2018-03-06T12:00-05:00",
            yes,
        ),
        (
            12,
            santa_fe,
            SOCIAL,
            "prior_involvement",
            "yes direct_observation 2014 in_zone undocumented",
            no("prior_involvement", true),
        ),
        (
            12,
            santa_fe,
            SOCIAL,
            "prior_involvement",
            "yes record 2014 out_of_zone",
            no("prior_involvement", true),
        ),
        (
            14,
            "ny-albany-2016",
            ARREST,
            "complainant",
            "wants",
            no("victim_declines", false),
        ),
        (14, "ny-albany-2016", ARREST, "complainant", "none", yes),
    ];
    for (number, id, door, question, answer, (outcome, waivable, hit)) in table {
        let pack = builtin_pack(id).unwrap();
        let mut facts = clear_of(pack);
        set(&mut facts, &[(question, answer)]);
        let got = screen(pack, &facts, door, pack.effective_from());
        assert_eq!(
            (got.outcome, got.waivable),
            (outcome, waivable),
            "{number}: {answer}"
        );
        let hits = findings_with(&got, FindingResult::Hit);
        assert_eq!(hits.first().map(String::as_str), hit, "{number}: {answer}");
        assert!(hits.len() <= 1);
        for finding in got.findings.iter().filter(|_| number == 8) {
            // Waivable by the attorney.
            let is_hit = finding.result == FindingResult::Hit;
            let waived = finding.waivable_by.contains(&Role::ProsecutorLiaison);
            assert_eq!(waived, is_hit, "{answer}: {}", finding.rule);
        }
        // Provisional whatever comes out: somebody else verifies.
        assert!(!pack.policy().verifies.is_empty());
    }
}

#[test]
fn ages_at_the_limit_of_18() {
    use FindingResult::{Hit, Pass, Unknown};
    let table = [
        ("2000-03-01", "2018-02-28", Hit),
        ("2000-03-01", "2018-03-01", Pass),
        ("2000-03-01", "2018-03-02", Pass),
        // A birthday of 29 February is 28 February in a common year.
        ("2000-02-29", "2018-02-27", Hit),
        ("2000-02-29", "2018-02-28", Pass),
        ("2000-02-29", "2018-03-01", Pass),
        ("2002-02-28", "2020-02-27", Hit),
        ("2002-02-28", "2020-02-28", Pass),
        ("2002-03-01", "2020-02-29", Hit),
        ("17", "2020-06-01", Hit),
        ("18", "2020-06-01", Pass),
        // Five years either way of what somebody judged by sight.
        ("12 estimated", "2020-06-01", Hit),
        ("13 estimated", "2020-06-01", Unknown),
        ("17 estimated", "2020-06-01", Unknown),
        ("18 estimated", "2020-06-01", Unknown),
        ("22 estimated", "2020-06-01", Unknown),
        ("23 estimated", "2020-06-01", Pass),
        ("16-17", "2020-06-01", Hit),
        ("17-18", "2020-06-01", Unknown),
        ("16-40", "2020-06-01", Unknown),
        ("18-20", "2020-06-01", Pass),
        ("17+", "2020-06-01", Unknown),
        ("18+", "2020-06-01", Pass),
        ("unknown", "2020-06-01", Unknown),
    ];
    let packs = builtin().iter().map(|builtin| &builtin.pack);
    let mut tried = 0;
    for pack in packs {
        let mut rules = pack.rules().iter();
        let Some(rule) = rules.find(|rule| rule.kind_name == "min_age") else {
            continue;
        };
        tried += 1;
        for (age, as_of, expected) in table {
            let mut facts = clear_of(pack);
            set(&mut facts, &[("age", age)]);
            let got = screen(pack, &facts, ARREST, date(as_of));
            let min_age = got.findings.iter().find(|f| f.rule == rule.id).unwrap();
            assert_eq!(min_age.result, expected, "{age} on {as_of}");
        }
    }
    assert_eq!(tried, 3, "Baltimore, St. Louis County, Santa Fe");
}

#[test]
fn a_door_that_the_site_does_not_offer_is_for_staff() {
    let pack = builtin_pack("mo-stlouis-county-2021").unwrap();
    let got = screen(pack, &clear_of(pack), Door::Community, date("2021-06-01"));
    assert_eq!(got.outcome, Outcome::NeedsVerification);
    assert_eq!(
        findings_with(&got, FindingResult::Hit),
        ["door_not_offered"]
    );
    let mut facts = clear_of(pack);
    set(&mut facts, &[("age", "15")]);
    let got = screen(pack, &facts, Door::Community, date("2021-06-01"));
    assert_eq!(got.outcome, Outcome::PresumptivelyIneligible);
}

#[test]
fn nobody_is_pointed_towards_an_arrest() {
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let mut facts = clear_of(pack);
    set(&mut facts, &[("volunteers", "no")]);
    for door in Door::ALL {
        assert_ne!(
            screen(pack, &facts, door, date("2017-03-01")).other_door,
            Some(ARREST)
        );
    }
}

#[test]
fn a_misspelt_class_site_question_or_area_is_named() {
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let mut facts = Facts::default();
    set(
        &mut facts,
        &[
            ("history.violnt", "no"),
            ("site.low_level", "yes"),
            ("zone", "pilot_aera"),
        ],
    );
    let paths: Vec<_> = pack
        .check_facts(&facts)
        .into_iter()
        .map(|error| error.path)
        .collect();
    assert_eq!(
        paths,
        ["history.violnt", "site.low_level", "zone.answer.inside"]
    );
    assert_eq!(pack.check_facts(&clear_of(pack)), []);
}
