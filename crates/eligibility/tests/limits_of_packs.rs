//! How large a pack may be at one door: as much as that passes, one more does
//! not.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::random_pack;
use handoff_eligibility::{PackMistake, RulePack};

/// Questions `site.q0` and on, as many as these tests ask.
const QUESTIONS: usize = 70;

/// What is wrong with a pack of these rules, if anything is, and with which one.
fn refused(rules: &[String]) -> Option<(PackMistake, usize)> {
    let questions: String = (0..QUESTIONS)
        .map(|n| format!("[[question]]\nid = \"site.q{n}\"\nen = \"Q\"\nes = \"Q\"\n"))
        .collect();
    let text = random_pack::pack_of(rules);
    let text = text.replacen("[[rule]]", &format!("{questions}[[rule]]"), 1);
    let error = RulePack::parse(&text).err()?;
    let before = usize::try_from(error.line).unwrap();
    let lines = text.lines().take(before);
    let rule = lines.filter(|line| *line == "[[rule]]").count();
    Some((error.mistake, rule))
}

fn asks(question: usize) -> String {
    format!("kind = \"site_question\"\nquestion = \"site.q{question}\"\npasses_on = \"yes\"")
}

/// A rule of this kind over some of these questions.
fn of(kind: &str, questions: std::ops::Range<usize>) -> String {
    let parts: Vec<String> = questions
        .map(|n| format!("{{ {} }}", asks(n).replace('\n', ", ")))
        .collect();
    format!("kind = \"{kind}\"\nof = [{}]", parts.join(", "))
}

#[test]
fn sixty_four_rules_at_one_door() {
    let adult = |doors: &str| format!("{doors}kind = \"min_age\"\nyears = 18");
    let refusal = Some((PackMistake::TooManyRules { limit: 64 }, 65));
    for doors in ["", "doors = [\"arrest_diversion\"]\n"] {
        let mut rules = vec![adult(doors); 64];
        assert_eq!(refused(&rules), None);
        rules.push(adult(doors));
        assert_eq!(refused(&rules), refusal);
        // One more at another door: only a rule for all doors counts there too.
        rules[64] = adult("doors = [\"community\"]\n");
        let expected = refusal.clone().filter(|_| doors.is_empty());
        assert_eq!(refused(&rules), expected);
    }
}

#[test]
fn sixty_four_questions_at_one_door() {
    let mut rules: Vec<String> = (0..63).map(asks).collect();
    rules.push(of("all_of", 62..64));
    assert_eq!(refused(&rules), None, "64 questions");
    rules[63] = of("all_of", 63..65);
    assert_eq!(
        refused(&rules),
        Some((PackMistake::TooManyTests { limit: 64 }, 64)),
        "65 questions"
    );
}

#[test]
fn thirty_two_tests_of_one_question() {
    let at = |years: usize| format!("kind = \"min_age\"\nyears = {years}");
    let mut rules: Vec<String> = (1..=32).map(at).collect();
    assert_eq!(refused(&rules), None);
    // The same test again is no further one.
    rules.push(at(32));
    assert_eq!(refused(&rules), None);
    rules.push(at(33));
    assert_eq!(
        refused(&rules),
        Some((PackMistake::TooManyTests { limit: 64 }, 34))
    );
}

/// `n` limits or look-backs tell n + 1 answers apart, and "unknown" is one more.
#[test]
fn questions_that_rules_share_are_answered_in_4096_ways_at_most() {
    let ages = |n: usize| (0..n).map(|n| format!("kind = \"min_age\"\nyears = {}", 18 + n));
    let histories = |class: &'static str| {
        (1..=6).map(move |years| {
            format!(
                "kind = \"no_conviction\"\nclass = \"{class}\"\nlook_back = {{ years = {years} }}"
            )
        })
    };
    let all = |limits: usize| -> Vec<String> {
        let shared = ["a", "b", "c"].into_iter().flat_map(histories);
        shared.chain(ages(limits)).collect()
    };
    assert_eq!(refused(&all(6)), None, "8 * 8 * 8 * 8 = 4096");
    // The second that asks it.
    assert_eq!(
        refused(&all(7)),
        Some((PackMistake::TooEntangled, 20)),
        "8 * 8 * 8 * 9"
    );
    // Yes, no or unknown: 3 to the power of 7 is 2187, and of 8 is 6561.
    assert_eq!(refused(&[of("all_of", 0..7), of("any_of", 0..7)]), None);
    let entangled = [of("all_of", 0..8), of("any_of", 0..8)];
    assert_eq!(refused(&entangled), Some((PackMistake::TooEntangled, 2)));
    // What is asked once is independent of the rest, and advice decides nothing.
    assert_eq!(refused(&[of("all_of", 0..60)]), None);
    let advice = format!("severity = \"advisory\"\n{}", entangled[1]);
    assert_eq!(refused(&[entangled[0].clone(), advice]), None);
}

#[test]
fn look_backs_in_days_and_months_of_nearly_one_length_are_refused() {
    let history = |class: &str, back: &str| {
        format!("kind = \"no_conviction\"\nclass = \"{class}\"\nlook_back = {{ {back} }}")
    };
    let crosses = |a: &str, b: &str| match refused(&[history("a", a), history("a", b)]) {
        None => false,
        Some(found) => {
            assert_eq!(found, (PackMistake::SpansCross, 2));
            true
        }
    };
    for (days, months, expected) in [
        // A month has 28 to 31 days, and 30.4 in the mean: 4 days either way.
        (26, 1, false),
        (27, 1, true),
        (30, 1, true),
        (34, 1, true),
        (35, 1, false),
        // Six have 181 to 184.
        (178, 6, false),
        (182, 6, true),
        (187, 6, false),
    ] {
        let (days, months) = (format!("days = {days}"), format!("months = {months}"));
        assert_eq!(crosses(&days, &months), expected, "{days} and {months}");
        assert_eq!(crosses(&months, &days), expected, "{months} and {days}");
    }
    assert!(!crosses("days = 30", "days = 31"));
    assert!(!crosses("months = 12", "years = 1"));
    // Of two questions each has its own order.
    let apart = [history("a", "days = 30"), history("b", "months = 1")];
    assert_eq!(refused(&apart), None);
    // Evidence and earlier diversions look back too.
    for kind in ["prior_involvement", "no_recent_diversion"] {
        let rule = |within: &str| format!("kind = \"{kind}\"\nwithin = {{ {within} }}");
        assert_eq!(
            refused(&[rule("days = 30"), rule("months = 1")]),
            Some((PackMistake::SpansCross, 2)),
            "{kind}"
        );
        assert_eq!(refused(&[rule("days = 30"), rule("months = 6")]), None);
    }
}

#[test]
fn four_different_limits_of_amounts_at_one_door() {
    let limit = |grams: usize| format!("kind = \"amount_max\"\nfails_when = \"> {grams} g\"");
    let mut rules: Vec<String> = (1..=4).map(limit).collect();
    assert_eq!(refused(&rules), None);
    // The same limit again is no further one.
    rules.push(limit(4));
    assert_eq!(refused(&rules), None);
    rules.push(limit(5));
    assert_eq!(
        refused(&rules),
        Some((PackMistake::TooManyAmounts { limit: 4 }, 6))
    );
}

/// Limits that add drugs up cover the same drugs as another limit, or none of
/// its drugs.
#[test]
fn limits_that_add_drugs_up_meet_in_all_drugs_or_in_none() {
    let limit = |params: &str| {
        format!(
            "kind = \"amount_max\"\nfails_when = {}",
            params.replace(';', "\n")
        )
    };
    let overlap = Some((PackMistake::AmountsOverlap, 2));
    for (a, b, goes) in [
        ("\"> 6 g\"", "\"> 2 g\"; drugs = [\"D\"]", true),
        (
            "\"> 6 g\"; together = true",
            "\">= 9 g\"; together = true",
            true,
        ),
        (
            "\"> 6 g\"; together = true; drugs = [\"D\"]",
            "\"> 6 g\"; together = true; drugs = [\"L\"]",
            true,
        ),
        (
            "\"> 6 g\"; together = true; drugs = [\"D\"]",
            "\"> 6 g\"; drugs = [\"L\"]",
            true,
        ),
        (
            "\"> 6 g\"; together = true; except = [\"L\"]",
            "\"> 6 g\"; together = true; drugs = [\"L\"]",
            true,
        ),
        // A limit in another kind of unit counts something else.
        (
            "\"> 6 g\"; together = true",
            "\"> 9 du\"; drugs = [\"D\"]",
            true,
        ),
        (
            "\"> 6 g\"; together = true",
            "\"> 2 oz\"; drugs = [\"D\"]",
            false,
        ),
        ("\"> 6 g\"; together = true", "\"> 2 g\"", false),
        (
            "\"> 6 g\"; together = true; drugs = [\"D\", \"L\"]",
            "\"> 6 g\"; together = true; drugs = [\"L\"]",
            false,
        ),
        // Some of a drug is still the drug.
        (
            "\"> 6 g\"; together = true",
            "\"> 6 g\"; together = true; except = [{ form = \"prescription_pills\" }]",
            false,
        ),
    ] {
        let expected = overlap.clone().filter(|_| !goes);
        assert_eq!(refused(&[limit(a), limit(b)]), expected, "{a} and {b}");
        assert_eq!(refused(&[limit(b), limit(a)]), expected, "{b} and {a}");
    }
}
