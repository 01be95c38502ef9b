//! Warnings: what reads well in a pack and cannot be meant.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use expect_test::{Expect, expect};
use handoff_eligibility::{RulePack, WarningKind, builtin, lint};

const HEAD: &str = r#"id = "small"
version = "1"
effective_from = "2020-01-01"
title = { en = "Small", es = "Pequeño" }
[policy]
time_zone = "America/Denver"
doors = ["arrest_diversion", "social_contact"]
verifies = ["prosecutor_liaison"]
decides = ["prosecutor_liaison"]
waives = ["prosecutor_liaison"]
handoff = { target_minutes = 30, may_precede_decision = true }
intake = { due_days = 14 }
script = { en = "Hello", es = "Hola" }
[policy.charge]
until_decision = "held"
succeeds_on = "diverted"
on_success = "not_filed"
on_failure = "ordinary_process"
words = { en = "C", es = "C" }
"#;

fn pack(body: &str) -> RulePack {
    let mut text = HEAD.to_owned();
    for id in [
        "age",
        "suspected_offenses",
        "history.violent",
        "open_warrant",
        "site.small",
    ] {
        if body.contains(id.split('.').next_back().unwrap()) {
            text.push_str(&format!(
                "[[question]]\nid = \"{id}\"\nen = \"Q\"\nes = \"P\"\n"
            ));
        }
    }
    for rule in body.split("\n\n") {
        if rule.trim_start().starts_with('[') {
            text.push_str(rule);
        } else {
            text.push_str("[[rule]]\nclause = \"c\"\nwords = { en = \"R\", es = \"R\" }\n");
            text.push_str(rule.trim_start());
        }
        text.push('\n');
    }
    RulePack::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Rules without what every rule has, and the warnings about them.
fn check_lint(body: &str, expect: Expect) {
    let said: Vec<String> = lint(&pack(body)).iter().map(ToString::to_string).collect();
    expect.assert_eq(&said.join("\n"));
}

#[test]
fn the_packs_that_ship_hold_nothing_that_cannot_be_meant() {
    for builtin in builtin() {
        let mut warnings = lint(&builtin.pack);
        // A row may be asked for the record, and not every rule needs a case.
        warnings.retain(|warning| {
            !matches!(
                warning.what,
                WarningKind::QuestionNotUsed { .. } | WarningKind::RulesWithoutCase { .. }
            )
        });
        let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, Vec::<String>::new(), "{}", builtin.pack.id());
    }
}

#[test]
fn a_rule_that_nobody_hits_or_nobody_passes_is_named() {
    // Every NIBRS code begins with a figure or with 1 to 9 and a letter.
    check_lint(
        "id = \"any_offense\"\nkind = \"offense_in\"\noffenses = [\"0*\", \"1*\", \"2*\", \"3*\", \"4*\", \"5*\", \"6*\", \"7*\", \"9*\"]\nseverity = \"hard\"\n# suspected_offenses",
        expect![
            "line 24: no answer can hit the rule `any_offense`: it says nothing; correct it or remove it"
        ],
    );
}

#[test]
fn a_rule_for_a_door_that_is_not_offered_is_named() {
    check_lint(
        "id = \"adults\"\nkind = \"min_age\" # age\nyears = 18\ndoors = [\"community\"]",
        expect![
            "line 24: the rule `adults` is only for doors that [policy] does not offer: add the door to `doors` of [policy], or correct the rule's"
        ],
    );
}

#[test]
fn two_rules_that_nobody_can_pass_together_are_named() {
    check_lint(
        "id = \"must_be_small\"\nkind = \"site_question\"\nquestion = \"site.small\"\npasses_on = \"yes\"\nseverity = \"hard\"\n\nid = \"must_not_be_small\"\nkind = \"site_question\"\nquestion = \"site.small\"\npasses_on = \"no\"\nseverity = \"presumptive\"",
        expect![
            "line 32: the rules `must_not_be_small` and `must_be_small` contradict each other: nobody can pass both; correct one"
        ],
    );
    // At different doors they do not meet.
    check_lint(
        "id = \"must_be_small\"\nkind = \"site_question\"\nquestion = \"site.small\"\npasses_on = \"yes\"\ndoors = [\"arrest_diversion\"]\n\nid = \"must_not_be_small\"\nkind = \"site_question\"\nquestion = \"site.small\"\npasses_on = \"no\"\ndoors = [\"social_contact\"]",
        expect![""],
    );
}

#[test]
fn a_rule_that_another_covers_is_named_and_a_look_back_by_severity_is_not() {
    // Five years excludes, ten years can be waived: both say something.
    check_lint(
        "id = \"recent\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = { years = 5 }\nseverity = \"hard\"\n\nid = \"older\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = { years = 10 }\nseverity = \"presumptive\"",
        expect![""],
    );
    // The other way round the shorter one is never heard of.
    check_lint(
        "id = \"recent\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = { years = 5 }\nseverity = \"presumptive\"\n\nid = \"older\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = { years = 10 }\nseverity = \"hard\"",
        expect![
            "line 24: whoever hits the rule `recent` also hits `older`, which weighs as much or more: `recent` changes nothing; remove it, or correct one"
        ],
    );
    // Twice the same, and an older age that makes a younger one idle.
    check_lint(
        "id = \"adults\"\nkind = \"min_age\" # age\nyears = 18\nseverity = \"hard\"\n\nid = \"grown\"\nkind = \"min_age\"\nyears = 21\nseverity = \"hard\"\n\nid = \"felony_warrant\"\nkind = \"no_open_warrant\"\nat_least = \"felony\"\nseverity = \"hard\"\n\nid = \"any_warrant\"\nkind = \"no_open_warrant\"\nseverity = \"hard\"",
        expect![[r#"
            line 28: whoever hits the rule `adults` also hits `grown`, which weighs as much or more: `adults` changes nothing; remove it, or correct one
            line 42: whoever hits the rule `felony_warrant` also hits `any_warrant`, which weighs as much or more: `felony_warrant` changes nothing; remove it, or correct one"#]],
    );
}

#[test]
fn rules_of_one_door_are_compared_like_those_of_all() {
    let social = "doors = [\"social_contact\"]\n";
    check_lint(
        &format!(
            "id = \"recent\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = {{ years = 5 }}\nseverity = \"presumptive\"\n{social}\nid = \"older\"\nkind = \"no_conviction\"\nclass = \"violent\"\nlook_back = {{ years = 10 }}\nseverity = \"hard\"\n{social}"
        ),
        expect![
            "line 24: whoever hits the rule `recent` also hits `older`, which weighs as much or more: `recent` changes nothing; remove it, or correct one"
        ],
    );
}

#[test]
fn a_question_and_an_area_that_no_rule_uses_are_named() {
    check_lint(
        "[[zone]]\nid = \"old_town\"\nname = { en = \"Old\", es = \"Viejo\" }\n\n[[question]]\nid = \"nexus.opioid\"\nen = \"Q\"\nes = \"P\"\n\nid = \"adults\"\nkind = \"min_age\" # age\nyears = 18",
        expect![[r#"
            line 27: no rule uses the question `nexus.opioid`: it is asked for the record only; remove it, or add the rule it was meant for
            no rule uses the area `old_town`: remove it, or name it in a rule"#]],
    );
}

#[test]
fn clear_answers_that_are_not_clear_and_rules_that_no_case_hits_are_named() {
    check_lint(
        "id = \"adults\"\nkind = \"min_age\" # age\nyears = 18\nseverity = \"hard\"\n\nid = \"warrant\"\nkind = \"no_open_warrant\"\nseverity = \"hard\"\ndoors = [\"social_contact\"]\n\n[clear]\nage = 17\nopen_warrant = \"no\"\n\n[[test]]\nname = \"a child\"\ndoor = \"social_contact\"\nas_of = \"2020-02-01\"\nanswers = { age = 12 }\noutcome = \"presumptively_ineligible\"",
        expect![[r#"
            [clear] holds the answers of somebody whom no rule stops, but at arrest_diversion it is stopped by adults: correct the answer, or the rule
            [clear] holds the answers of somebody whom no rule stops, but at social_contact it is stopped by adults: correct the answer, or the rule
            no case hits these rules: warrant. Add a [[test]] for each, so that it is seen to work"#]],
    );
}

const CASE: &str =
    "[[test]]\nname = \"a case\"\nas_of = \"2020-06-01\"\noutcome = \"presumptively_eligible\"\n";

#[test]
fn a_law_that_no_case_cites_and_one_without_a_code_are_named() {
    let rule = |law: &str| {
        format!(
            "id = \"never\"\nkind = \"offense_not_in\"\nseverity = \"hard\"\noffenses = [{{ {law} }}]\n\n{CASE}door = \"social_contact\"\nanswers = {{ suspected_offenses = \"90Z misdemeanor (21 Del. C. § 2756)\" }}\nhits = [\"never\"]"
        )
    };
    check_lint(
        &rule("code = \"90*\", statute = \"21 Del. C. *\""),
        expect![""],
    );
    check_lint(
        &rule("code = \"*\", statute = \"Title 21, Delaware Code\""),
        expect![[r#"
            line 24: no case cites what `statute = "Title 21, Delaware Code"` names: officers may cite it otherwise; add a [[test]] that cites it as your agency does
            no case hits these rules: never. Add a [[test]] for each, so that it is seen to work"#]],
    );
    check_lint(
        &rule("statute = \"21 Del. C. *\""),
        expect![[
            r#"line 24: `statute = "21 Del. C. *"` in the rule `never` has no `code` beside it: every offense for which nobody wrote a statute is not known; name the codes that it can have"#
        ]],
    );
}

#[test]
fn a_case_at_a_door_that_is_not_offered_and_words_not_translated_are_named() {
    let text = format!(
        "id = \"w\"\nkind = \"no_open_warrant\"\nseverity = \"hard\"\n\n{CASE}door = \"community\"\n\n{CASE}door = \"community\"\nhits = [\"door_not_offered\", \"w\"]\nanswers = {{ open_warrant = \"yes\" }}"
    );
    let mut toml = HEAD.replace("target_minutes = 30", "target_minutes = 0");
    toml += "[[question]]\nid = \"open_warrant\"\nen = \"Is there a warrant?\"\nes = \"Is there a warrant?\"\n";
    toml += "[[rule]]\nclause = \"c\"\nwords = { en = \"No warrant.\", es = \"No warrant.\" }\n";
    toml += &text;
    let pack = RulePack::parse(&toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let said: Vec<String> = lint(&pack).iter().map(ToString::to_string).collect();
    expect![[r#"
        line 20: the Spanish of `open_warrant` is its English: translate it
        line 24: the Spanish of `w` is its English: translate it
        line 31: the case “a case” is at the door community, which [policy] does not offer: name a door that it offers, or expect `door_not_offered` among its hits
        `target_minutes = 0` is over before anybody can be called: leave it out where your policy names no time"#]].assert_eq(&said.join("\n"));
}
