//! A corpus of mistakes in the kinds that take more than words: amounts, hours,
//! maps, lists, evidence and conditions in each other. Each case replaces the
//! last rule of the small good pack, or its area.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "the good pack is shared with other files of tests"
)]

mod good_pack;

use expect_test::{Expect, expect};
use good_pack::{GOOD, check};
use handoff_eligibility::{KINDS, RulePack};

/// The last rule of the good pack, by its kind and parameters.
const RULE: &str = "kind = \"in_zone\"\nzones = [\"downtown\"]";

#[track_caller]
fn rule(body: &str, expected: Expect) {
    check(RULE, body, expected);
}

#[test]
fn amounts() {
    let limit = |text: &str, expected| rule(&format!("kind = \"amount_max\"\n{text}"), expected);
    limit(
        "",
        expect!["line 76, column 1: [[rule]] has no `fails_when`: add it"],
    );
    limit(
        "fails_when = 6",
        expect!["line 79, column 14: `fails_when` takes a text in quotes, not a whole number"],
    );
    limit(
        "fails_when = \"6 g\"",
        expect![[
            r#"line 79, column 14: `6 g` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"< 6 g\"",
        expect![[
            r#"line 79, column 14: `< 6 g` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"> 6 grams\"",
        expect![[
            r#"line 79, column 14: `> 6 grams` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"> six g\"",
        expect![[
            r#"line 79, column 14: `> six g` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"> 6.0001 g\"",
        expect![[
            r#"line 79, column 14: `> 6.0001 g` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \">= 0 g\"",
        expect![[
            r#"line 79, column 14: `>= 0 g` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"> 6\"",
        expect![[
            r#"line 79, column 14: `> 6` is no limit: write when it fails, "> 6 g" or ">= 4 g", with at most three decimals, in g, kg, oz, lb, ml, du or plants"#
        ]],
    );
    limit(
        "fails_when = \"> 6 g\"\ndrugs = [\"heroin\"]",
        expect![
            "line 80, column 10: `drugs` cannot be `heroin`: it is one of A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, U, X"
        ],
    );
    limit(
        "fails_when = \"> 6 g\"\nexcept = [{ form = \"pills\" }]",
        expect![
            "line 80, column 20: `form` cannot be `pills`: it is one of prescription_pills, other"
        ],
    );
    limit(
        "fails_when = \"> 6 g\"\nexcept = [{}]",
        expect!["line 80, column 11: what is left out has no `form`: add it"],
    );
    limit(
        "fails_when = \"> 6 g\"\nexcept = [6]",
        expect![
            "line 80, column 11: `except` takes NIBRS drug letters or { drugs, form }, not a whole number"
        ],
    );
    limit(
        "fails_when = \"> 6 g\"\nexcept = [{ drug = \"D\" }]",
        expect![
            "line 80, column 13: what is left out has no key `drug` (did you mean `drugs`?): it takes drugs, form"
        ],
    );
    limit(
        "fails_when = \"> 6 g\"\ntogether = \"yes\"",
        expect!["line 80, column 12: `together` takes true or false, not a text"],
    );
    limit(
        "fails_when = \"> 6 g\"",
        expect![
            "line 76, column 1: the pack does not word the question `drugs`: add a [[question]] with that id"
        ],
    );
}

#[test]
fn hours() {
    let windows =
        |text: &str, expected| rule(&format!("kind = \"in_hours\"\nwindows = {text}"), expected);
    windows(
        "[]",
        expect!["line 79, column 11: `windows` is empty: name at least one"],
    );
    windows(
        "\"Mon-Fri 12:00-20:00\"",
        expect!["line 79, column 11: `windows` takes a list in [ ], not a text"],
    );
    windows(
        "[\"Monday 12:00-20:00\"]",
        expect![[
            r#"line 79, column 12: `Monday 12:00-20:00` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
    windows(
        "[\"Mon-Fri 12-20\"]",
        expect![[
            r#"line 79, column 12: `Mon-Fri 12-20` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
    windows(
        "[\"Mon-Fri 12:00-24:01\"]",
        expect![[
            r#"line 79, column 12: `Mon-Fri 12:00-24:01` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
    windows(
        "[\"Mon-Fri 12:60-20:00\"]",
        expect![[
            r#"line 79, column 12: `Mon-Fri 12:60-20:00` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
    windows(
        "[\"Mon-Fri 12:00-12:00\"]",
        expect![[
            r#"line 79, column 12: `Mon-Fri 12:00-12:00` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
    windows(
        "[\"12:00-20:00\"]",
        expect![[
            r#"line 79, column 12: `12:00-20:00` are no days and hours: write "Mon-Fri 12:00-20:00", "Sat,Sun 22:00-02:00" or "daily 00:00-24:00""#
        ]],
    );
}

#[test]
fn areas_on_a_map() {
    let area = |geojson: &str, expected| {
        check(
            "id = \"downtown\"",
            &format!("id = \"downtown\"\ngeojson = '{geojson}'"),
            expected,
        );
    };
    area(
        "{",
        expect![
            "line 25, column 11: `geojson` is no area, for it is not JSON: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Point\",\"coordinates\":[1,2]}",
        expect![
            "line 25, column 11: `geojson` is no area, for it is neither a Polygon nor a MultiPolygon, nor a feature of one: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\"}",
        expect![
            "line 25, column 11: `geojson` is no area, for it has no coordinates: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\",\"coordinates\":[]}",
        expect![
            "line 25, column 11: `geojson` is no area, for a polygon has no ring: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,1],[0,0]]]}",
        expect![
            "line 25, column 11: `geojson` is no area, for a ring has fewer than four positions: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,1],[1,1],[1,0]]]}",
        expect![
            "line 25, column 11: `geojson` is no area, for a ring does not end where it begins: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,91],[1,1],[0,0]]]}",
        expect![
            "line 25, column 11: `geojson` is no area, for a position is not [longitude, latitude] in degrees: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0],[1,1],[0,0]]]}",
        expect![
            "line 25, column 11: `geojson` is no area, for a position is not [longitude, latitude] in degrees: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"Feature\"}",
        expect![
            "line 25, column 11: `geojson` is no area, for a feature has no geometry: draw a Polygon and copy its GeoJSON"
        ],
    );
    area(
        "{\"type\":\"FeatureCollection\",\"features\":[]}",
        expect![
            "line 25, column 11: `geojson` is no area, for it has no polygon: draw a Polygon and copy its GeoJSON"
        ],
    );
    let many = "[0,0],".repeat(2001) + "[0,0]";
    area(
        &format!("{{\"type\":\"Polygon\",\"coordinates\":[[{many}]]}}"),
        expect!["line 25, column 11: the area has more than 2000 positions: draw it with fewer"],
    );
    check(
        "id = \"downtown\"",
        "id = \"downtown\"\ngeojson = 7",
        expect!["line 25, column 11: `geojson` takes a text in quotes, not a whole number"],
    );
}

#[test]
fn lists_of_offences() {
    let list = |text: &str, expected| rule(&format!("kind = \"offense_not_in\"\n{text}"), expected);
    list(
        "",
        expect!["line 76, column 1: [[rule]] has no `offenses`: add it"],
    );
    list(
        "offenses = []",
        expect!["line 79, column 12: `offenses` is empty: name at least one"],
    );
    list(
        "offenses = [{}]",
        expect![
            "line 79, column 13: an offense needs a `code` or a `statute`: add one, or name a list with `list`"
        ],
    );
    list(
        "offenses = [{ statute = \" \" }]",
        expect![[
            r#"line 79, column 13: `statute` names no law: write it as your agency cites it, "TRC 521.457", or a whole part of it, "21 Del. C. *""#
        ]],
    );
    list(
        "offenses = [{ list = \"violent\" }]",
        expect![
            "line 79, column 22: the pack has no list of offenses `violent`: add an [[offense_list]] with that id"
        ],
    );
    list(
        "offenses = [{ list = \"violent\", level = \"felony\" }]",
        expect!["line 79, column 33: an offense with `list` has no key `level`: it takes list"],
    );
    list(
        "offenses = [\"40A\"]\nexcept = [{ code = \"35A\", only_if = \"site.small\" }]",
        expect![
            "line 76, column 1: what a list leaves out takes no `only_if`: put the condition on what is listed"
        ],
    );
    list(
        "offenses = [\"40A\"]\nexcept = [\"40Z\"]",
        expect![
            "line 80, column 11: no NIBRS offence has the code `40Z`: correct it; a trailing * stands for any ending"
        ],
    );
    list(
        "offenses = [\"40A\"]\nquestion = \"site.small\"",
        expect![
            "line 80, column 1: a rule of the kind offense_not_in has no key `question`: it takes id, kind, severity, doors, clause, source, verified, words, waivable_by, offenses, except"
        ],
    );
    let conditions =
        ["a", "b", "c", "d"].map(|id| format!("{{ code = \"40A\", only_if = \"site.{id}\" }}"));
    list(
        &format!("offenses = [{}]", conditions.join(", ")),
        expect![
            "line 76, column 1: more than 3 different conditions in one list of offences: join them in one question"
        ],
    );
    let named = |body: &str| format!("[[offense_list]]\n{body}\n\n[[question]]\nid = \"age\"");
    let question = "[[question]]\nid = \"age\"";
    check(
        question,
        &named("offenses = [\"40A\"]"),
        expect!["line 27, column 1: [[offense_list]] has no `id`: add it"],
    );
    check(
        question,
        &named("id = \"a\""),
        expect!["line 27, column 1: [[offense_list]] has no `offenses`: add it"],
    );
    check(
        question,
        &named("id = \"a\"\noffenses = []"),
        expect!["line 29, column 12: `offenses` is empty: name at least one"],
    );
    check(
        question,
        &named("id = \"a\"\noffenses = [{ list = \"a\" }]"),
        expect![
            "line 29, column 15: an offense has no key `list`: it takes code, statute, level, only_if"
        ],
    );
    check(
        question,
        &named("id = \"a\"\nname = \"A\"\noffenses = [\"40A\"]"),
        expect!["line 29, column 1: [[offense_list]] has no key `name`: it takes id, offenses"],
    );
    let twice =
        "id = \"a\"\noffenses = [\"40A\"]\n[[offense_list]]\nid = \"a\"\noffenses = [\"35A\"]";
    check(
        question,
        &named(twice),
        expect!["line 30, column 1: a second list with the id `a`: give each its own id"],
    );
}

#[test]
fn evidence_counts_and_conditions_in_each_other() {
    rule(
        "kind = \"prior_involvement\"\nevidence = [\"gossip\"]",
        expect![
            "line 79, column 13: `evidence` cannot be `gossip`: it is one of record, direct_observation, reliable_information"
        ],
    );
    rule(
        "kind = \"prior_involvement\"\nwithin = 24",
        expect![[
            r#"line 79, column 10: `within` takes "lifetime", { years = … }, { months = … } or { days = … }, not a whole number"#
        ]],
    );
    rule(
        "kind = \"prior_involvement\"\nwithin = { months = 0 }",
        expect!["line 79, column 21: `months` must be a whole number from 1 to 1440"],
    );
    rule(
        "kind = \"prior_involvement\"\nmonths = 24",
        expect![
            "line 79, column 1: a rule of the kind prior_involvement has no key `months`: it takes id, kind, severity, doors, clause, source, verified, words, waivable_by, evidence, within, anniversary_counts, in_zone, documented"
        ],
    );
    rule(
        "kind = \"prior_diversions\"",
        expect!["line 76, column 1: [[rule]] has no `at_most`: add it"],
    );
    rule(
        "kind = \"prior_diversions\"\nat_most = -1",
        expect!["line 79, column 11: `at_most` must be a whole number from 0 to 1000"],
    );
    rule(
        "kind = \"prior_diversions\"\nat_most = 1001",
        expect!["line 79, column 11: `at_most` must be a whole number from 0 to 1000"],
    );
    rule(
        "kind = \"victim_declines\"\nwhen = \"present\"",
        expect![
            "line 79, column 1: a rule of the kind victim_declines has no key `when`: it takes id, kind, severity, doors, clause, source, verified, words, waivable_by"
        ],
    );
    rule(
        "kind = \"all_of\"",
        expect!["line 76, column 1: [[rule]] has no `of`: add it"],
    );
    rule(
        "kind = \"all_of\"\nof = []",
        expect!["line 79, column 6: `of` is empty: name at least one"],
    );
    rule(
        "kind = \"all_of\"\nof = [\"min_age\"]",
        expect!["line 79, column 7: `a condition` takes a table, not a text"],
    );
    rule(
        "kind = \"all_of\"\nof = [{ years = 18 }]",
        expect!["line 79, column 7: a condition has no `kind`: add it"],
    );
    rule(
        "kind = \"any_of\"\nof = [{ kind = \"min_age\" }]",
        expect!["line 79, column 7: a condition has no `years`: add it"],
    );
    rule(
        "kind = \"any_of\"\nof = [{ kind = \"min_age\", years = 18, severity = \"hard\" }]",
        expect![
            "line 79, column 39: a condition of the kind min_age has no key `severity`: it takes kind, years"
        ],
    );
    rule(
        "kind = \"any_of\"\nof = [{ kind = \"volunteers\" }]",
        expect![
            "line 76, column 1: the pack does not word the question `volunteers`: add a [[question]] with that id"
        ],
    );
    rule(
        "kind = \"not\"\nof = [{ kind = \"min_age\", years = 18 }]",
        expect!["line 79, column 6: `of` takes a table, not a list"],
    );
    rule(
        "kind = \"not\"\nof = { kind = \"nor\" }",
        expect![
            "line 79, column 15: there is no rule kind `nor` (did you mean `not`?): the kinds are <all kinds>"
        ],
    );
    let mut deep = "{ kind = \"min_age\", years = 18 }".to_owned();
    for _ in 0..5 {
        deep = format!("{{ kind = \"not\", of = {deep} }}");
    }
    rule(
        &format!("kind = \"not\"\nof = {deep}"),
        expect![
            "line 79, column 90: conditions lie in each other more than 4 deep: make it several rules, or a question"
        ],
    );
}

#[test]
fn cases_with_answers_that_are_none() {
    let worded = |id: &str, answer: &str, expected: Expect| {
        let question = format!(
            "[[question]]\nid = \"{id}\"\nen = \"Q\"\nes = \"Q\"\n\n[[rule]]\nid = \"min_age\""
        );
        let pack = GOOD
            .replacen("[[rule]]\nid = \"min_age\"", &question, 1)
            .replacen("age = 30", &format!("{id} = {answer}"), 1);
        let error = RulePack::parse(&pack).unwrap_err();
        expected.assert_eq(&error.to_string());
    };
    worded(
        "drugs",
        "\"heroin 6 g\"",
        expect![[
            r#"line 89, column 9: `drugs` cannot be answered with `heroin 6 g`: NIBRS drug letters with an amount and a unit, and perhaps pills ("D 6.1 g, H 40 du pills"; for an amount not measured "D ? g"), none or unknown"#
        ]],
    );
    worded(
        "drugs",
        "\"D 6\"",
        expect![[
            r#"line 89, column 9: `drugs` cannot be answered with `D 6`: NIBRS drug letters with an amount and a unit, and perhaps pills ("D 6.1 g, H 40 du pills"; for an amount not measured "D ? g"), none or unknown"#
        ]],
    );
    worded(
        "encounter_at",
        "\"Tuesday noon\"",
        expect![
            "line 89, column 16: `encounter_at` cannot be answered with `Tuesday noon`: a date and a time by the clock at the site (2018-03-06 12:00), perhaps with its offset from UTC (2018-03-06T12:00-05:00), or unknown"
        ],
    );
    worded(
        "complainant",
        "\"yes\"",
        expect![
            "line 89, column 15: `complainant` cannot be answered with `yes`: none (nobody was harmed), consents or declines (does not want prosecution), wants (wants it) or unknown"
        ],
    );
    worded(
        "prior_involvement",
        "\"yes hearsay\"",
        expect![[
            r#"line 89, column 21: `prior_involvement` cannot be answered with `yes hearsay`: no, unknown, or yes, perhaps with evidence ("yes record 2019-05 in_zone documented"; more after a semicolon)"#
        ]],
    );
    worded(
        "prior_involvement",
        "\"no record\"",
        expect![[
            r#"line 89, column 21: `prior_involvement` cannot be answered with `no record`: no, unknown, or yes, perhaps with evidence ("yes record 2019-05 in_zone documented"; more after a semicolon)"#
        ]],
    );
    worded(
        "prior_diversions",
        "-1",
        expect![[
            r#"line 89, column 20: `prior_diversions` cannot be answered with `-1`: a count, perhaps with the date or year of the last ("2 2019-05"), or unknown"#
        ]],
    );
}

#[test]
fn limits_that_cannot_stand_beside_each_other() {
    let limit = |id: &str, text: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nkind = \"amount_max\"\n{text}\nclause = \"c\"\nwords = {{ en = \"A\", es = \"A\" }}\n"
        )
    };
    let question = "[[question]]\nid = \"drugs\"\nen = \"Q\"\nes = \"Q\"\n";
    let parse = |rules: &[&str]| {
        let ids = ["a", "b", "c", "d", "e"];
        let rules: String = ids
            .iter()
            .zip(rules)
            .map(|(id, text)| limit(id, text))
            .collect();
        RulePack::parse(&format!("{GOOD}{question}{rules}"))
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    let overlap = [
        "fails_when = \"> 6 g\"\ntogether = true",
        "fails_when = \"> 2 g\"\ndrugs = [\"D\"]",
    ];
    expect!["line 103, column 1: this limit adds drugs up that another limit counts otherwise: let both cover the same drugs, or leave out `together`"].assert_eq(&parse(&overlap).unwrap_err());
    let many =
        ["> 1 g", "> 2 g", "> 3 g", "> 4 g", "> 5 g"].map(|l| format!("fails_when = \"{l}\""));
    expect!["line 120, column 1: more than 4 different limits of amounts at one door: join some"]
        .assert_eq(&parse(&many.each_ref().map(String::as_str)).unwrap_err());
    let fine = [
        "fails_when = \"> 6 g\"\ntogether = true",
        "fails_when = \">= 9 g\"\ntogether = true",
        "fails_when = \"> 9 du\"\nonly_this_unit = true",
    ];
    assert_eq!(parse(&fine), Ok(()));
}

/// A kind that the corpus forgets would have no reviewed message.
#[test]
fn every_kind_refuses_a_parameter_that_it_does_not_take() {
    for kind in KINDS {
        let body = format!("kind = \"{}\"\nstrictness = 3", kind.name);
        let error = RulePack::parse(&GOOD.replacen(RULE, &body, 1)).unwrap_err();
        let wanted = format!(
            "line 79, column 1: a rule of the kind {} has no key `strictness`",
            kind.name
        );
        assert!(error.to_string().starts_with(&wanted), "{error}");
    }
}
