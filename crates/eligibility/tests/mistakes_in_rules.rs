//! A corpus of mistakes in rules, their parameters and test cases, each with
//! its place and message.

#![allow(
    dead_code,
    reason = "the good pack is shared with another file of tests"
)]

mod good_pack;

use expect_test::expect;
use good_pack::check;

#[test]
fn rules() {
    check(
        "kind = \"min_age\"",
        "kind = \"minimum_age\"",
        expect![
            "line 54, column 8: there is no rule kind `minimum_age`: the kinds are <all kinds>"
        ],
    );
    check(
        "kind = \"min_age\"",
        "kind = \"astrology\"",
        expect!["line 54, column 8: there is no rule kind `astrology`: the kinds are <all kinds>"],
    );
    check(
        "kind = \"min_age\"\n",
        "",
        expect!["line 52, column 1: [[rule]] has no `kind`: add it"],
    );
    check(
        "kind = \"min_age\"",
        "kind = 18",
        expect!["line 54, column 8: `kind` takes a text in quotes, not a whole number"],
    );
    check(
        "years = 18\n",
        "",
        expect!["line 52, column 1: [[rule]] has no `years`: add it"],
    );
    check(
        "years = 18",
        "years = \"18\"",
        expect!["line 55, column 9: `years` takes a whole number, not a text"],
    );
    check(
        "years = 18",
        "years = 0",
        expect!["line 55, column 9: `years` must be a whole number from 1 to 130"],
    );
    check(
        "years = 18",
        "years = 18.5",
        expect!["line 55, column 9: `years` takes a whole number, not a decimal number"],
    );
    check(
        "years = 18",
        "year = 18",
        expect![
            "line 55, column 1: a rule of the kind min_age has no key `year` (did you mean `years`?): it takes id, kind, severity, doors, clause, source, verified, words, waivable_by, years"
        ],
    );
    check(
        "severity = \"hard\"",
        "severity = \"strict\"",
        expect![
            "line 56, column 12: `severity` cannot be `strict`: it is one of hard, presumptive, refer_up, advisory"
        ],
    );
    check(
        "severity = \"hard\"",
        "severity = \"hard\"\nwaivable_by = [\"sergeant\"]",
        expect![
            "line 52, column 1: only a presumptive rule can be waived: remove `waivable_by` or make it presumptive"
        ],
    );
    check(
        "severity = \"hard\"",
        "severity = \"hard\"\nverified = true",
        expect![
            "line 52, column 1: verified without a source: say in `source` where the text stands, or set verified = false"
        ],
    );
    check(
        "clause = \"Offences\"",
        "clause = \"Offences\"\nsource = \"MOU\"\nverified = true",
        expect![
            "line 61, column 1: verified without a severity in the site's text: give `severity`, or set verified = false"
        ],
    );
    check(
        "doors = [\"arrest_diversion\"]\nclause",
        "doors = \"arrest_diversion\"\nclause",
        expect!["line 57, column 9: `doors` takes a list in [ ], not a text"],
    );
    check(
        "doors = [\"arrest_diversion\"]\nclause",
        "doors = [\"social\"]\nclause",
        expect![
            "line 57, column 10: `doors` cannot be `social`: it is one of arrest_diversion, social_contact, community"
        ],
    );
    check(
        "clause = \"Age\"\n",
        "",
        expect!["line 52, column 1: [[rule]] has no `clause`: add it"],
    );
    check(
        "words = { en = \"Adult.\", es = \"Adulto.\" }\n",
        "",
        expect!["line 52, column 1: [[rule]] has no `words`: add it"],
    );
    check(
        "id = \"offense_in\"",
        "id = \"min_age\"",
        expect!["line 61, column 1: a second rule with the id `min_age`: give each its own id"],
    );
    check(
        "id = \"suspected_offenses\"",
        "id = \"volunteers\"",
        expect![
            "line 61, column 1: the pack does not word the question `suspected_offenses`: add a [[question]] with that id"
        ],
    );
}

#[test]
fn parameters() {
    check(
        "\"40A\"",
        "\"40Z\"",
        expect![
            "line 64, column 13: no NIBRS offence has the code `40Z`: correct it; a trailing * stands for any ending"
        ],
    );
    check(
        "\"40A\"",
        "\"4X*\"",
        expect![
            "line 64, column 13: no NIBRS offence has the code `4X*`: correct it; a trailing * stands for any ending"
        ],
    );
    check(
        "\"40A\"",
        "40",
        expect![
            "line 64, column 13: `offenses` takes NIBRS codes, { code, statute, level, only_if } or { list }, not a whole number"
        ],
    );
    check(
        "level = \"misdemeanor\"",
        "level = \"misdemeanour\"",
        expect![
            "line 64, column 44: `level` cannot be `misdemeanour` (did you mean `misdemeanor`?): it is one of infraction, misdemeanor, felony"
        ],
    );
    check(
        "level = \"misdemeanor\"",
        "class = \"misdemeanor\"",
        expect![
            "line 64, column 36: an offense has no key `class`: it takes code, statute, level, only_if"
        ],
    );
    check(
        "only_if = \"site.small\"",
        "only_if = \"age\"",
        expect!["line 64, column 69: `only_if` needs a question `site.<name>`, not `age`"],
    );
    check(
        "only_if = \"site.small\"",
        "only_if = \"site.tiny\"",
        expect![
            "line 61, column 1: the pack does not word the question `site.tiny`: add a [[question]] with that id"
        ],
    );
    check(
        "offenses = [\"40A\", { code = \"35A\", level = \"misdemeanor\", only_if = \"site.small\" }]",
        "offenses = []",
        expect![
            "line 61, column 1: the rule says of no offence whether it is diverted: give `offenses` or `question`"
        ],
    );
    check(
        "class = \"violent\"\n",
        "",
        expect!["line 68, column 1: [[rule]] has no `class`: add it"],
    );
    check(
        "class = \"violent\"",
        "class = \"Violent!\"",
        expect![
            "line 71, column 9: `Violent!` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "class = \"violent\"",
        "class = \"felony\"",
        expect![
            "line 68, column 1: the pack does not word the question `history.felony` (did you mean `history.violent`?): add a [[question]] with that id"
        ],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = 10",
        expect![[
            r#"line 72, column 13: `look_back` takes "lifetime", { years = … }, { months = … } or { days = … }, not a whole number"#
        ]],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = \"forever\"",
        expect!["line 72, column 13: `look_back` cannot be `forever`: it is one of lifetime"],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = { weeks = 10 }",
        expect!["line 72, column 15: look_back has no key `weeks`: it takes years, months, days"],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = { years = 1, months = 6 }",
        expect![[
            r#"line 72, column 13: `look_back` takes "lifetime", { years = … }, { months = … } or { days = … }, not a table"#
        ]],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = { years = 1000 }",
        expect!["line 72, column 23: `years` must be a whole number from 1 to 120"],
    );
    check(
        "look_back = { years = 10 }",
        "anniversary_counts = \"yes\"",
        expect!["line 72, column 22: `anniversary_counts` takes true or false, not a text"],
    );
    check(
        "zones = [\"downtown\"]",
        "zones = []",
        expect!["line 79, column 9: `zones` is empty: name at least one"],
    );
    check(
        "zones = [\"downtown\"]",
        "zones = [\"downtwn\"]",
        expect![
            "line 79, column 10: the pack has no area `downtwn` (did you mean `downtown`?): add a [[zone]] with that id"
        ],
    );
    check(
        "zones = [\"downtown\"]",
        "zones = [1]",
        expect!["line 79, column 10: `zones` takes a text in quotes, not a whole number"],
    );
}

#[test]
fn cases() {
    check(
        "age = 30",
        "age = \"thirty\"",
        expect![[
            r#"line 84, column 7: `age` cannot be answered with `thirty`: a birth date (1996-05-04), years (30, or "17 estimated"), a band (16-20, 40+) or unknown"#
        ]],
    );
    check(
        "age = 30",
        "agee = 30",
        expect![
            "line 84, column 1: no question has the id `agee` (did you mean `age`?): `handoff pack kinds` lists the ids; your own begin with `site.`, as in `site.agee`, and classes on a record with `history.`"
        ],
    );
    check(
        "age = 30",
        "volunteers = \"yes\"",
        expect![
            "line 84, column 1: there is an answer to `volunteers`, and the pack has no such [[question]]: delete the answer, or add the question"
        ],
    );
    check(
        "age = 30",
        "zone = \"uptown\"",
        expect![
            "line 84, column 8: `zone` cannot be answered with `uptown`: ids of areas with commas, outside or unknown"
        ],
    );
    check(
        "age = 30",
        "suspected_offenses = \"99X\"",
        expect![[
            r#"line 84, column 22: `suspected_offenses` cannot be answered with `99X`: NIBRS codes with commas, each perhaps with a level and a statute in round brackets ("35A misdemeanor, 90Z misdemeanor (TRC 521.457)"; ? for a code not known), or unknown"#
        ]],
    );
    check(
        "outcome = \"needs_verification\"",
        "outcome = \"maybe\"",
        expect![
            "line 91, column 11: `outcome` cannot be `maybe`: it is one of presumptively_eligible, needs_verification, presumptively_ineligible"
        ],
    );
    check(
        "outcome = \"needs_verification\"\n",
        "",
        expect!["line 86, column 1: [[test]] has no `outcome`: add it"],
    );
    check(
        "clear = true\n",
        "clear = true\nhits = [\"in_zon\"]\n",
        expect!["line 91, column 9: the pack has no rule `in_zon` (did you mean `in_zone`?)"],
    );
    check(
        "clear = true\n",
        "clear = true\nopen = [\"ag\"]\n",
        expect![
            "line 91, column 9: no question has the id `ag` (did you mean `age`?): `handoff pack kinds` lists the ids; your own begin with `site.`, as in `site.ag`, and classes on a record with `history.`"
        ],
    );
    check(
        "as_of = \"2020-06-01\"",
        "as_of = \"2020-06-31\"",
        expect![[r#"line 89, column 9: `as_of` is not a date: write "YYYY-MM-DD""#]],
    );
    check(
        "clear = true\n",
        "clear = true\nexpect = \"x\"\n",
        expect![
            "line 91, column 1: [[test]] has no key `expect`: it takes name, door, as_of, clear, answers, outcome, waivable, hits, unknown, open, other_door"
        ],
    );
}
