//! The rows of a checklist, and what one rule says to one answer.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::limits::pack;
use common::{date, random_pack, set};
use handoff_domain::{Answer, AnswerSource, Answered, Door, Facts, FindingResult, HistoryBasis};
use handoff_eligibility::{
    AnswerKind, Ask, RulePack, Tally, WarningKind, builtin_pack, lint, shorthand,
};

fn parse(rules: &[String]) -> RulePack {
    RulePack::parse(&random_pack::pack_of(rules)).unwrap()
}

fn kind_at(pack: &RulePack, id: &str, door: Door) -> AnswerKind {
    let mut rows = pack.questions(door).into_iter();
    rows.find(|row| row.id == id).unwrap().answer
}

/// The rules, and what a row has to ask beside yes or no because of them.
#[test]
fn a_row_asks_for_what_some_rule_at_the_door_looks_at() {
    let drugs = |needs_form| AnswerKind::Drugs { needs_form };
    let history = |needs_date| AnswerKind::History {
        basis: HistoryBasis::HistoryOf,
        needs_date,
    };
    let matter = |needs_level, needs_place| AnswerKind::Matter {
        needs_level,
        needs_place,
    };
    let involvement = |needs_date, needs_place, needs_documented| AnswerKind::Involvement {
        needs_date,
        needs_place,
        needs_documented,
    };
    let table = [
        ("kind = \"min_age\"\nyears = 18", "age", AnswerKind::Age),
        (
            "kind = \"offense_in\"\noffenses = [\"40A\"]",
            "suspected_offenses",
            AnswerKind::Offences,
        ),
        ("kind = \"volunteers\"", "volunteers", AnswerKind::YesNo),
        (
            "kind = \"supervision_none\"\nkinds = [\"parole\"]",
            "supervision.parole",
            AnswerKind::YesNo,
        ),
        (
            "kind = \"in_hours\"\nwindows = [\"daily 08:00-24:00\"]",
            "encounter_at",
            AnswerKind::Time,
        ),
        (
            "kind = \"victim_declines\"",
            "complainant",
            AnswerKind::Complainant,
        ),
        (
            "kind = \"prior_diversions\"\nat_most = 1",
            "prior_diversions",
            AnswerKind::Count,
        ),
        (
            "kind = \"amount_max\"\nfails_when = \"> 6 g\"",
            "drugs",
            drugs(false),
        ),
        (
            "kind = \"amount_max\"\nfails_when = \"> 6 g\"\nexcept = [\"E\"]",
            "drugs",
            drugs(false),
        ),
        (
            "kind = \"amount_max\"\nfails_when = \"> 6 g\"\nexcept = [{ form = \"prescription_pills\" }]",
            "drugs",
            drugs(true),
        ),
        (
            "kind = \"no_conviction\"\nclass = \"a\"",
            "history.a",
            history(false),
        ),
        (
            "kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { days = 30 }",
            "history.a",
            history(true),
        ),
        // A look-back of another class is not this one's.
        (
            "kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { days = 30 }",
            "history.b",
            history(false),
        ),
        (
            "kind = \"sex_offense_history\"",
            "sex_offense_history",
            history(false),
        ),
        (
            "kind = \"sex_offense_history\"\nlook_back = { years = 10 }",
            "sex_offense_history",
            history(true),
        ),
        ("kind = \"no_open_case\"", "open_case", matter(false, false)),
        (
            "kind = \"no_open_case\"\nat_least = \"felony\"",
            "open_case",
            matter(true, false),
        ),
        (
            "kind = \"no_open_warrant\"\nlocal_only = true",
            "open_warrant",
            matter(false, true),
        ),
        (
            "kind = \"no_open_warrant\"\nat_least = \"felony\"\nlocal_only = true",
            "open_case",
            matter(false, false),
        ),
        (
            "kind = \"prior_involvement\"",
            "prior_involvement",
            involvement(false, false, false),
        ),
        (
            "kind = \"prior_involvement\"\nwithin = { months = 24 }",
            "prior_involvement",
            involvement(true, false, false),
        ),
        (
            "kind = \"prior_involvement\"\nin_zone = true",
            "prior_involvement",
            involvement(false, true, false),
        ),
        (
            "kind = \"prior_involvement\"\ndocumented = true",
            "prior_involvement",
            involvement(false, false, true),
        ),
        // In a condition of a condition too.
        (
            "kind = \"not\"\nof = { kind = \"any_of\", of = [{ kind = \"no_open_case\", local_only = true }, { kind = \"volunteers\" }] }",
            "open_case",
            matter(false, true),
        ),
    ];
    for (rule, id, expected) in table {
        let pack = pack(rule);
        let got = kind_at(&pack, id, Door::ArrestDiversion);
        assert_eq!(got, expected, "{rule}: {id}");
    }
    // Only at the doors at which the rule is.
    let social = "doors = [\"social_contact\"]\nkind = \"no_open_case\"\nat_least = \"felony\"";
    let both = parse(&[social.to_owned(), "kind = \"no_open_case\"".to_owned()]);
    assert_eq!(
        kind_at(&both, "open_case", Door::ArrestDiversion),
        matter(false, false)
    );
    assert_eq!(
        kind_at(&both, "open_case", Door::SocialContact),
        matter(true, false)
    );
}

#[test]
fn a_row_of_another_door_is_left_out_and_one_of_no_rule_is_kept() {
    let pack = parse(&[
        "doors = [\"social_contact\"]\nkind = \"volunteers\"".to_owned(),
        "kind = \"amenable\"".to_owned(),
    ]);
    let uses = |door: Door, id: &str| -> Option<Vec<String>> {
        let mut rows = pack.questions(door).into_iter();
        rows.find(|row| row.id == id).map(|row| row.rules)
    };
    let named = |rule: &str| Some(vec![rule.to_owned()]);
    assert_eq!(uses(Door::SocialContact, "volunteers"), named("r0"));
    assert_eq!(uses(Door::ArrestDiversion, "volunteers"), None);
    assert_eq!(uses(Door::Community, "volunteers"), None);
    for door in Door::ALL {
        assert_eq!(uses(door, "amenable"), named("r1"), "{door}");
        assert_eq!(uses(door, "resident"), Some(Vec::new()), "{door}");
    }
    // In the order of the pack.
    let ids: Vec<String> = pack.questions(Door::SocialContact)[..3]
        .iter()
        .map(|row| row.id.clone())
        .collect();
    assert_eq!(ids, ["age", "suspected_offenses", "zone"]);
}

#[test]
fn the_areas_to_choose_from_are_those_of_the_pack() {
    let AnswerKind::Zone { areas } =
        kind_at(&pack("kind = \"volunteers\""), "zone", Door::Community)
    else {
        panic!("an area is chosen");
    };
    let ids: Vec<_> = areas.iter().map(|area| area.id.as_str()).collect();
    assert_eq!(ids, ["z1", "z2", "z3"]);
    assert!(
        areas
            .iter()
            .all(|area| area.name.en == "Z" && area.bounds.is_none())
    );
}

#[test]
fn every_question_has_one_id_and_nothing_else_does() {
    let ids = handoff_eligibility::question_ids();
    for id in &ids {
        assert_eq!(id.parse::<Ask>().unwrap().to_string(), *id);
    }
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
    let long = "a".repeat(64);
    for id in [
        "age",
        "history.violent",
        "history.a-1_b",
        "site.x",
        &format!("site.{long}"),
        "supervision.pretrial",
        "nexus.behavioral_health",
        "program_has_capacity",
    ] {
        assert_eq!(id.parse::<Ask>().unwrap().to_string(), id);
    }
    for id in [
        "",
        "ages",
        "history",
        "history.",
        "history.Violent",
        "history.a b",
        "site.",
        "site.é",
        &format!("site.{long}a"),
        "supervision.none",
        "nexus.x",
        "other.x",
        "age.x",
    ] {
        assert!(id.parse::<Ask>().is_err(), "{id}");
    }
}

#[test]
fn an_answer_of_yes_or_no_stands_where_its_question_says() {
    let no = Answered::new(Answer::No, AnswerSource::RecordsQuery);
    for id in handoff_eligibility::question_ids()
        .iter()
        .map(String::as_str)
        .chain(["site.x", "history.a"])
    {
        let ask: Ask = id.parse().unwrap();
        let mut facts = Facts::default();
        let is_taken = ask.set_yes_no(&mut facts, no);
        let is_plain = shorthand::takes(&ask) == "yes, no or unknown";
        assert_eq!(is_taken, is_plain, "{id}");
        assert_eq!(ask.yes_no(&facts), is_plain.then_some(no), "{id}");
        // Nothing else has moved.
        let mut expected = Facts::default();
        if is_plain {
            set(&mut expected, &[(id, "no")]);
            assert_ne!(facts, expected, "{id}: the source is kept");
            let unsaid = Answered { source: None, ..no };
            assert!(ask.set_yes_no(&mut facts, unsaid));
        }
        assert_eq!(facts, expected, "{id}");
    }
}

#[test]
fn a_pack_says_what_stands_at_its_head() {
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    assert_eq!((pack.id(), pack.version()), ("md-baltimore-2017", "1"));
    assert_eq!(pack.effective_from(), date("2017-02-01"));
    assert_eq!(pack.pack_ref().hash.0, pack.hash());
    let other = builtin_pack("wa-seattle-2011").unwrap();
    assert_ne!(pack.hash(), other.hash());
    assert!(pack.title().en.contains("Baltimore"));
    let zones: Vec<_> = pack.zones().iter().map(|zone| zone.id.as_str()).collect();
    assert_eq!(zones, ["pilot_area"]);
    let age = pack.words_of(&Ask::Age).unwrap();
    let rows = pack.questions(Door::ArrestDiversion);
    assert_eq!(*age, rows.iter().find(|row| row.id == "age").unwrap().words);
    assert_eq!(pack.words_of(&Ask::Drugs), None);
}

/// A rule of two questions, and what each answer to the first does to it.
#[test]
fn one_answer_is_counted_against_every_answer_to_the_rest() {
    let pack = pack("kind = \"all_of\"\nof = [{ kind = \"volunteers\" }, { kind = \"amenable\" }]");
    let rule = &pack.rules()[0];
    let tally = |held: &str, answer: &str| {
        let mut facts = Facts::default();
        let held: Ask = held.parse().unwrap();
        set(&mut facts, &[(&held.to_string(), answer)]);
        // What is said of the rest does not count.
        set(&mut facts, &[("amenable", "no")]);
        rule.tally(&held, &facts, date("2020-02-29")).unwrap()
    };
    let counts = |hits, passes, ways| Tally { hits, passes, ways };
    assert_eq!(tally("volunteers", "yes"), counts(1, 1, 2));
    assert_eq!(tally("volunteers", "no"), counts(2, 0, 2));
    assert_eq!(tally("volunteers", "unknown"), counts(1, 0, 2));
    // A question that the rule does not ask: every answer to both.
    assert_eq!(tally("resident", "yes"), counts(3, 1, 4));
}

#[test]
fn an_answer_that_is_a_date_is_counted_from_the_day_of_the_encounter() {
    let pack = pack("kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { years = 10 }");
    let rule = &pack.rules()[0];
    let held = Ask::History("a".to_owned());
    let mut facts = Facts::default();
    set(&mut facts, &[("history.a", "yes 2010-02-28")]);
    for (as_of, result, hits) in [
        ("2020-02-27", FindingResult::Hit, 1),
        ("2020-02-28", FindingResult::Pass, 0),
    ] {
        assert_eq!(rule.reads(&facts, date(as_of)), result);
        let expected = Tally {
            hits,
            passes: 1 - hits,
            ways: 1,
        };
        assert_eq!(rule.tally(&held, &facts, date(as_of)), Some(expected));
    }
    assert_eq!(
        rule.reads(&Facts::default(), date("2020-02-29")),
        FindingResult::Unknown
    );
}

/// A rule is read alone at any door, and no limit of a pack applies to it.
#[test]
fn a_rule_is_read_alone_whatever_door_it_is_for() {
    let pack = pack("doors = [\"community\"]\nseverity = \"hard\"\nkind = \"volunteers\"");
    let mut facts = Facts::default();
    for (answer, expected) in [
        ("yes", FindingResult::Pass),
        ("no", FindingResult::Hit),
        ("unknown", FindingResult::Unknown),
    ] {
        set(&mut facts, &[("volunteers", answer)]);
        let got = pack.rules()[0].reads(&facts, date("2020-02-29"));
        assert_eq!(got, expected, "{answer}");
    }
}

/// Conditions whose questions can be answered in exactly 50,000 ways: four
/// look-backs or ages tell five answers apart, yes or no two, and
/// 5 * 5 * 5 * 5 * 5 * 2 * 2 * 2 * 2 = 50,000.
fn fifty_thousand() -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for kind in [
        "kind = \"no_conviction\", class = \"a\"",
        "kind = \"no_conviction\", class = \"b\"",
        "kind = \"no_conviction\", class = \"c\"",
        "kind = \"sex_offense_history\"",
    ] {
        parts.extend(
            (1..=4).map(|years| format!("{{ {kind}, look_back = {{ years = {years} }} }}")),
        );
    }
    parts.extend((18..22).map(|years| format!("{{ kind = \"min_age\", years = {years} }}")));
    for plain in ["volunteers", "amenable", "residency", "program_capacity"] {
        parts.push(format!("{{ kind = \"{plain}\" }}"));
    }
    parts
}

/// Advice, to which no limit of a pack applies.
fn advice(parts: &[String]) -> RulePack {
    let parts = parts.join(", ");
    pack(&format!(
        "severity = \"advisory\"\nkind = \"all_of\"\nof = [{parts}]"
    ))
}

#[test]
fn fifty_thousand_ways_are_counted_and_no_more() {
    let tally = |parts: &[String]| {
        let as_of = date("2020-02-29");
        advice(parts).rules()[0].tally(&Ask::Zone, &Facts::default(), as_of)
    };
    let mut parts = fifty_thousand();
    // One way passes: nothing on record, 21, and four times yes.
    assert_eq!(
        tally(&parts),
        Some(Tally {
            hits: 49_999,
            passes: 1,
            ways: 50_000
        })
    );
    parts.push("{ kind = \"registrant\" }".to_owned());
    assert_eq!(tally(&parts), None);
}

#[test]
fn a_rule_that_nobody_can_pass_is_named_if_fifty_thousand_ways_show_it() {
    let is_named = |parts: &[String]| {
        let warnings = lint(&advice(parts));
        let mut kinds = warnings.into_iter().map(|warning| warning.what);
        kinds.any(|what| matches!(what, WarningKind::NeverPassed { .. }))
    };
    let mut parts = fifty_thousand();
    assert!(!is_named(&parts));
    parts.push("{ kind = \"not\", of = { kind = \"volunteers\" } }".to_owned());
    assert!(is_named(&parts));
    parts.push("{ kind = \"registrant\" }".to_owned());
    assert!(!is_named(&parts), "too many ways to try");
}

#[test]
fn a_rule_says_which_codes_its_list_lets_through() {
    let pack = parse(&[
        "kind = \"offense_in\"\noffenses = [\"23*\", \"40A\", { statute = \"PC 1\" }]\nexcept = [\"23D\"]\nsource = \"Order 7\"".to_owned(),
        "kind = \"offense_not_in\"\noffenses = [\"13A\"]".to_owned(),
    ]);
    let (lists, never) = (&pack.rules()[0], &pack.rules()[1]);
    for (code, expected) in [("23C", true), ("40A", true), ("40B", false), ("13A", false)] {
        assert_eq!(lists.lists_offence(code), expected, "{code}");
        assert!(!never.lists_offence(code), "{code}");
    }
    assert!(lists.has_source());
    assert!(!never.has_source());
}
