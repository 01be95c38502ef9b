//! What an answer that is not full can still become, rule by rule: only where
//! a hit is still possible can a question end a screening.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::limits::{finds, pack};
use common::{date, random_pack, set};
use handoff_domain::{Door, Facts, FindingResult};
use handoff_eligibility::{RulePack, screen};

/// Whether some fuller answer hits a hard rule over these conditions. Something
/// else stands for staff to decide, so that nothing but a hard hit can change
/// the outcome.
fn can_hit(condition: &str, question: &str, answer: &str) -> bool {
    let rules = [
        "severity = \"refer_up\"\nkind = \"volunteers\"".to_owned(),
        format!("severity = \"hard\"\n{condition}"),
    ];
    let pack = RulePack::parse(&random_pack::pack_of(&rules)).unwrap();
    let mut facts = Facts::default();
    set(&mut facts, &[("volunteers", "no"), (question, answer)]);
    let got = screen(&pack, &facts, Door::ArrestDiversion, date("2020-02-29"));
    got.open_questions
        .iter()
        .any(|open| open.question == question)
}

/// Whether somebody can pass `a` and not `b`: the rule that passes unless both.
fn can_pass_only(a: &str, b: &str, question: &str, answer: &str) -> bool {
    let either =
        format!("kind = \"any_of\"\nof = [{{ kind = \"not\", of = {{ {a} }} }}, {{ {b} }}]");
    can_hit(&either, question, answer)
}

#[test]
fn evidence_that_shows_one_thing_and_not_the_other() {
    let wanted = |params: &str| format!("kind = \"prior_involvement\"{params}");
    let (half, two) = (", within = { months = 6 }", ", within = { months = 24 }");
    let long = ", within = { months = 36 }";
    let exact = ", within = { months = 24 }, anniversary_counts = true";
    for (a, b, answer, expected) in [
        // Within 24 months and not within 6, but not the other way round.
        (two, half, "unknown", true),
        (half, two, "unknown", false),
        (two, half, "yes", true),
        (two, half, "no", false),
        // Exactly 24 months ago.
        (exact, two, "unknown", true),
        (two, exact, "unknown", false),
        (exact, long, "unknown", false),
        // Of one kind, in the area, in writing.
        (", evidence = [\"record\"]", "", "unknown", false),
        ("", ", evidence = [\"record\"]", "unknown", true),
        (
            ", evidence = [\"record\"]",
            ", in_zone = true",
            "unknown",
            true,
        ),
        (
            ", in_zone = true",
            ", evidence = [\"record\"]",
            "unknown",
            true,
        ),
        (", in_zone = true", ", documented = true", "unknown", true),
        (", documented = true", ", in_zone = true", "unknown", true),
        (
            ", in_zone = true, documented = true",
            ", in_zone = true",
            "unknown",
            false,
        ),
        (
            ", in_zone = true",
            ", in_zone = true, documented = true",
            "unknown",
            true,
        ),
        (", evidence = [\"record\"]", two, "unknown", true),
        (two, ", evidence = [\"record\"]", "unknown", true),
        (", in_zone = true", half, "unknown", true),
        (half, ", in_zone = true", "unknown", true),
    ] {
        let got = can_pass_only(&wanted(a), &wanted(b), "prior_involvement", answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
    // What was named stays as it is; only what was not said of it can still be anything.
    let record = ", evidence = [\"record\"]";
    let all_kinds = ", evidence = [\"record\", \"direct_observation\", \"reliable_information\"]";
    for (a, b, answer, expected) in [
        (", in_zone = true", record, "yes direct_observation", true),
        (", in_zone = true", record, "yes record", false),
        (two, half, "yes record", true),
        (two, half, "yes record 2020-01-01", false),
        (two, half, "yes record 2020-01-01; record", false),
        (two, half, "yes record 2015; record", true),
        // Exactly 24 months ago, and it is not said where.
        (
            ", within = { months = 24 }, anniversary_counts = true, in_zone = true",
            two,
            "yes record 2018-02-28",
            true,
        ),
        (
            ", within = { months = 24 }, in_zone = true",
            exact,
            "yes record 2018-02-28",
            false,
        ),
        // Where it was is said, and when it was is not.
        (
            half,
            ", in_zone = true, within = { months = 6 }",
            "yes record in_zone",
            false,
        ),
        (
            half,
            ", in_zone = true, within = { months = 6 }",
            "yes record",
            true,
        ),
        // When it was is said, and where is not.
        (
            ", in_zone = true",
            ", in_zone = true, within = { months = 6 }",
            "yes record 2020-01-01",
            false,
        ),
        // One was elsewhere: only the record can have been in the area.
        (
            ", in_zone = true",
            ", in_zone = true, evidence = [\"record\"]",
            "yes direct_observation out_of_zone; record",
            false,
        ),
        (
            ", in_zone = true",
            ", in_zone = true, evidence = [\"record\"]",
            "yes direct_observation; record",
            true,
        ),
        // Whatever it is, it is of one of all kinds.
        ("", all_kinds, "yes", false),
        ("", all_kinds, "unknown", false),
    ] {
        let got = can_pass_only(&wanted(a), &wanted(b), "prior_involvement", answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
    // Any will do, and there may be none.
    assert!(can_hit(&wanted(""), "prior_involvement", "unknown"));
    // What there is evidence of is of one of the kinds that there are.
    let kinds = ["record", "direct_observation", "reliable_information"]
        .map(|kind| format!("{{ {} }}", wanted(&format!(", evidence = [\"{kind}\"]"))));
    let of_any = format!("kind = \"any_of\", of = [{}]", kinds.join(", "));
    for answer in ["unknown", "yes"] {
        let got = can_pass_only(&wanted(""), &of_any, "prior_involvement", answer);
        assert!(!got, "{answer}");
    }
    // It can take a piece of each, and none is added to those that were named.
    let of_all = format!(
        "kind = \"not\"\nof = {{ kind = \"all_of\", of = [{}] }}",
        kinds.join(", ")
    );
    for (answer, expected) in [
        ("unknown", true),
        ("yes", true),
        ("yes record; direct_observation", false),
    ] {
        let got = can_hit(&of_all, "prior_involvement", answer);
        assert_eq!(got, expected, "one of each kind, {answer}");
    }
}

#[test]
fn diversions_so_many_and_so_long_ago() {
    let most = |count: u8| format!("kind = \"prior_diversions\", at_most = {count}");
    let none = |within: &str| format!("kind = \"no_recent_diversion\", within = {{ {within} }}");
    for (a, b, answer, expected) in [
        (most(2), most(1), "unknown", true),
        (most(1), most(2), "unknown", false),
        // One, of late.
        (most(1), none("years = 1"), "unknown", true),
        (most(1), none("years = 1"), "1", true),
        (most(1), none("years = 1"), "2", false),
        // Several, long ago.
        (none("years = 1"), most(1), "unknown", true),
        (none("years = 1"), most(1), "3", true),
        (none("years = 1"), most(1), "1", false),
        // None at all is none of late.
        (most(0), none("years = 1"), "unknown", false),
        (none("days = 30"), none("years = 1"), "unknown", true),
        (none("years = 1"), none("days = 30"), "unknown", false),
    ] {
        let got = can_pass_only(&a, &b, "prior_diversions", answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
}

#[test]
fn histories_ages_and_matters() {
    let history = |back: &str| format!("kind = \"no_conviction\", class = \"a\"{back}");
    let (ten, five) = (
        history(", look_back = { years = 10 }"),
        history(", look_back = { years = 5 }"),
    );
    let counts = history(", look_back = { years = 5 }, anniversary_counts = true");
    let case = |params: &str| format!("kind = \"no_open_case\"{params}");
    let (felony, local) = (case(", at_least = \"felony\""), case(", local_only = true"));
    let both = case(", at_least = \"felony\", local_only = true");
    let age = |years: u8| format!("kind = \"min_age\", years = {years}");
    for (a, b, question, answer, expected) in [
        // Seven years ago passes the shorter look-back only.
        (&five, &ten, "history.a", "unknown", true),
        (&ten, &five, "history.a", "unknown", false),
        (&ten, &history(""), "history.a", "unknown", true),
        (&history(""), &ten, "history.a", "unknown", false),
        // On the anniversary itself.
        (&five, &counts, "history.a", "unknown", true),
        (&counts, &five, "history.a", "unknown", false),
        (&counts, &ten, "history.a", "unknown", true),
        // Before any of them.
        (&counts, &history(""), "history.a", "unknown", true),
        (&age(18), &age(21), "age", "unknown", true),
        (&age(21), &age(18), "age", "unknown", false),
        // Already so: a full answer would change nothing.
        (&age(18), &age(21), "age", "18-20", false),
        (&felony, &local, "open_case", "unknown", true),
        (&local, &felony, "open_case", "unknown", true),
        (&case(""), &felony, "open_case", "unknown", false),
        (&felony, &case(""), "open_case", "unknown", true),
        (&local, &felony, "open_case", "yes misdemeanor", false),
        (&local, &felony, "open_case", "yes felony", true),
        // What is known to be a felony cannot turn out to be less.
        (&felony, &both, "open_case", "unknown", false),
        (&both, &local, "open_case", "yes", true),
        (&both, &local, "open_case", "yes felony", false),
    ] {
        let got = can_pass_only(a, b, question, answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
}

/// An offence whose level is not known is still that offence.
#[test]
fn an_offence_that_is_named_in_part() {
    let listed = |others: &str| {
        format!(
            "kind = \"offense_in\", offenses = [{{ code = \"35A\", level = \"misdemeanor\" }}{others}]"
        )
    };
    let (theft, sex_work) = (listed(", \"23C\""), listed(", \"40A\""));
    for (a, b, answer, expected) in [
        (&theft, &sex_work, "unknown", true),
        (&theft, &sex_work, "35A", false),
        (&theft, &listed(""), "35A", false),
        (&theft, &sex_work, "23C", false),
    ] {
        let got = can_pass_only(a, b, "suspected_offenses", answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
}

/// What an amount that is not known can still come to, beside those that are.
#[test]
fn an_amount_beside_others() {
    let grams = |limit: u8| {
        format!("kind = \"amount_max\", fails_when = \"> {limit} g\", only_this_unit = true")
    };
    let sum = |limit: u8| format!("{}, together = true", grams(limit));
    for (a, b, answer, expected) in [
        (grams(7), grams(6), "unknown", true),
        (grams(6), grams(7), "unknown", false),
        // Between two and three grams more.
        (grams(7), grams(6), "D 4 g, D ? g", true),
        (grams(6), grams(7), "D 4 g, D ? g", false),
        (grams(7), grams(6), "D 8 g, D ? g", false),
        (grams(7), grams(6), "D 4 g, L 5 g, D ? g", true),
        (grams(7), grams(6), "D 4 g, D 2 du, D ? g", true),
        (grams(7), grams(6), "D 4 g, L 6 g, E 5 g, D ? g", true),
        // Between one and two.
        (sum(7), sum(6), "D 4 g, L 1 g, D ? g", true),
        (sum(6), sum(7), "D 4 g, L 1 g, D ? g", false),
        (sum(7), sum(6), "D 4 g, L 4 g, D ? g", false),
    ] {
        let got = can_pass_only(&a, &b, "drugs", answer);
        assert_eq!(got, expected, "{a} and not {b}, {answer}");
    }
}

/// Whether so many pills of no stated form can break two limits at once, one on
/// those on prescription and one on the others.
#[test]
fn a_list_with_too_many_ways_of_being_completed_stays_open() {
    let limit = |form: &str| {
        format!(
            "{{ kind = \"amount_max\", fails_when = \"> 10 du\", except = [{{ form = \"{form}\" }}] }}"
        )
    };
    let either = format!(
        "kind = \"any_of\"\nof = [{}, {}]",
        limit("prescription_pills"),
        limit("other")
    );
    // Two ways for each: 4,096 are tried. Nobody holds more than ten of both.
    for (lines, expected) in [(11, false), (12, false), (13, true), (20, true)] {
        let drugs = vec!["H 1 du"; lines].join(", ");
        assert_eq!(can_hit(&either, "drugs", &drugs), expected, "{lines}");
    }
}

/// Limits that meet only where neither form alone is at a limit.
#[test]
fn pills_and_powder_add_up_between_two_limits() {
    // Over 96 g and not over 97 g, with at most 60 g of pills and so much else.
    let between = |else_at_most: u8| {
        let limit = |params: &str| format!("{{ kind = \"amount_max\", {params} }}");
        let not = |limit: String| format!("{{ kind = \"not\", of = {limit} }}");
        let pills = "fails_when = \"> 60 g\", except = [{ form = \"other\" }]";
        let other = format!(
            "fails_when = \"> {else_at_most} g\", except = [{{ form = \"prescription_pills\" }}]"
        );
        [
            limit("fails_when = \"> 96 g\""),
            not(limit("fails_when = \"> 97 g\"")),
            not(limit(pills)),
            not(limit(&other)),
        ]
        .join(", ")
    };
    for (else_at_most, expected) in [(50, true), (37, true), (36, false), (30, false)] {
        let rule = format!("kind = \"any_of\"\nof = [{}]", between(else_at_most));
        assert_eq!(
            can_hit(&rule, "drugs", "unknown"),
            expected,
            "{else_at_most}"
        );
    }
}

/// Each offence counts through an entry whose condition holds, and through no
/// other.
#[test]
fn an_entry_counts_only_if_its_own_condition_holds() {
    use FindingResult::{Hit, Pass, Unknown};
    let rule = pack(
        "kind = \"offense_in\"\noffenses = [{ code = \"35A\", only_if = \"site.x\" }, { code = \"40A\", only_if = \"site.y\" }, \"23C\"]",
    );
    for (offences, x, y, expected) in [
        ("35A", "yes", "no", Pass),
        ("35A", "no", "yes", Hit),
        ("40A", "no", "yes", Pass),
        ("40A", "yes", "no", Hit),
        ("23C", "no", "no", Pass),
        ("35A, 40A", "yes", "yes", Pass),
        ("35A, 40A", "yes", "no", Hit),
        ("35A, 40A", "no", "yes", Hit),
        ("35A, 23C", "yes", "no", Pass),
        ("35A", "unknown", "yes", Unknown),
        ("35A", "yes", "unknown", Pass),
        ("13A", "yes", "yes", Hit),
    ] {
        let answers = [
            ("suspected_offenses", offences),
            ("site.x", x),
            ("site.y", y),
        ];
        assert_eq!(finds(&rule, &answers), expected, "{answers:?}");
    }
}
