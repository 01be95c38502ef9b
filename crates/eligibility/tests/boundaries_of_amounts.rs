//! Limits of amounts as tables: exactly there, one least unit before and after.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::limits::{finds, pack};
use handoff_domain::FindingResult::{self, Hit, Pass, Unknown};

fn amounts(params: &str, table: &[(&str, FindingResult)]) {
    let pack = pack(&format!("kind = \"amount_max\"\n{params}"));
    for (drugs, expected) in table {
        assert_eq!(
            finds(&pack, &[("drugs", drugs)]),
            *expected,
            "{params}: {drugs}"
        );
    }
}

#[test]
fn amounts_at_the_limit_in_every_unit_and_with_both_comparators() {
    for unit in ["g", "kg", "oz", "lb", "ml", "du", "plants"] {
        let at = |limit: &str, amount: &str| {
            let pack = pack(&format!(
                "kind = \"amount_max\"\nfails_when = \"{limit} {unit}\""
            ));
            let form = if unit == "du" { " other" } else { "" };
            finds(&pack, &[("drugs", &format!("D {amount} {unit}{form}"))])
        };
        assert_eq!(
            ["5.999", "6", "6.001"].map(|amount| at("> 6", amount)),
            [Pass, Pass, Hit],
            "> {unit}"
        );
        assert_eq!(
            ["3.999", "4", "4.001"].map(|amount| at(">= 4", amount)),
            [Pass, Hit, Hit],
            ">= {unit}"
        );
    }
}

#[test]
fn masses_are_compared_exactly_across_units() {
    amounts(
        "fails_when = \"> 1 oz\"",
        &[
            // An ounce is 28.349523125 g.
            ("D 28.349 g", Pass),
            ("D 28.35 g", Hit),
            ("D 0.028 kg", Pass),
            ("D 0.029 kg", Hit),
            ("D 0.062 lb", Pass),
            ("D 0.063 lb", Hit),
            ("D 1 oz", Pass),
            ("D 1.001 oz", Hit),
        ],
    );
    amounts(
        "fails_when = \">= 1 lb\"",
        &[
            // A pound is 16 ounces and 453.59237 g.
            ("D 15.999 oz", Pass),
            ("D 16 oz", Hit),
            ("D 453.592 g", Pass),
            ("D 453.593 g", Hit),
        ],
    );
}

#[test]
fn what_cannot_be_compared_is_unknown_unless_the_rule_leaves_it_to_others() {
    let grams = "fails_when = \"> 6 g\"";
    amounts(
        grams,
        &[
            ("none", Pass),
            ("unknown", Unknown),
            ("D ? g", Unknown),
            ("D 5 ?", Unknown),
            ("D 40 du", Unknown),
            ("D 7 ml", Unknown),
            ("D 7 g, L ? g", Hit),
            ("D 7 g, L 40 du", Hit),
        ],
    );
    let only = "fails_when = \"> 6 g\"\nonly_this_unit = true";
    amounts(
        only,
        &[
            ("D 40 du", Pass),
            ("D ? du", Pass),
            ("D 5 ?", Unknown),
            ("D 7 g, L 40 du", Hit),
        ],
    );
}

#[test]
fn the_same_drug_is_added_up_and_different_drugs_only_together() {
    let each = "fails_when = \"> 6 g\"";
    amounts(
        each,
        &[
            ("D 4 g, D 2 g", Pass),
            ("D 4 g, D 2.001 g", Hit),
            ("D 4 g, L 4 g", Pass),
            ("D 4 g, L 6.001 g", Hit),
            // A drug of unknown type may be the same one.
            ("D 4 g, U 2 g", Pass),
            ("D 4 g, U 2.001 g", Unknown),
            ("U 6.001 g", Hit),
        ],
    );
    amounts(
        "fails_when = \"> 6 g\"\ntogether = true",
        &[
            ("D 4 g, L 2 g", Pass),
            ("D 4 g, L 2.001 g", Hit),
            ("D 4 g, L ? g", Unknown),
            ("D 6.001 g, L ? g", Hit),
            // One drug alone is together with itself.
            ("D 6.001 g", Hit),
            ("D 6 g", Pass),
        ],
    );
}

#[test]
fn drugs_and_forms_that_a_limit_leaves_out() {
    amounts(
        "fails_when = \"> 6 g\"\ndrugs = [\"D\", \"L\"]\nexcept = [\"L\"]",
        &[
            ("L 7 g", Pass),
            ("D 7 g", Hit),
            ("E 7 g", Pass),
            ("U 7 g", Unknown),
        ],
    );
    amounts(
        "fails_when = \"> 6 g\"\nexcept = [{ drugs = [\"H\"], form = \"prescription_pills\" }]",
        &[
            ("H 40 du pills", Pass),
            ("H 7 g pills", Pass),
            // What is weighed and of no stated form is not taken for pills.
            ("H 7 g", Hit),
            ("H 40 du", Unknown),
            ("H 40 du other", Unknown),
            ("D 7 g pills", Hit),
        ],
    );
}

#[test]
fn pills_of_no_stated_form_and_amounts_below_nothing() {
    amounts(
        "fails_when = \"> 10 du\"\nexcept = [{ form = \"prescription_pills\" }]",
        &[
            ("H 11 du", Unknown),
            ("H 11 du other", Hit),
            ("H 11 du pills", Pass),
        ],
    );
    // A slip of the thumb takes nothing away from what was found.
    amounts("fails_when = \"> 6 g\"", &[("D 7 g, D -3 g", Hit)]);
}
