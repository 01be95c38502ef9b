//! A corpus of mistakes in packs, each with its place and message.
//!
//! Each case changes one thing in a small good pack.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use expect_test::{Expect, expect};
use handoff_eligibility::{KINDS, RulePack};

const GOOD: &str = r#"id = "good"
version = "1"
effective_from = "2020-01-01"
title = { en = "Good", es = "Bueno" }

[policy]
time_zone = "America/Denver"
doors = ["arrest_diversion"]
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

[[zone]]
id = "downtown"
name = { en = "Downtown", es = "Centro" }

[[question]]
id = "age"
en = "How old?"
es = "¿Qué edad?"

[[question]]
id = "suspected_offenses"
en = "What?"
es = "¿Qué?"

[[question]]
id = "zone"
en = "Where?"
es = "¿Dónde?"

[[question]]
id = "history.violent"
en = "Violent?"
es = "¿Violento?"

[[question]]
id = "site.small"
en = "Small?"
es = "¿Pequeño?"

[[rule]]
id = "min_age"
kind = "min_age"
years = 18
severity = "hard"
doors = ["arrest_diversion"]
clause = "Age"
words = { en = "Adult.", es = "Adulto." }

[[rule]]
id = "offense_in"
kind = "offense_in"
offenses = ["40A", { code = "35A", level = "misdemeanor", only_if = "site.small" }]
clause = "Offences"
words = { en = "Listed.", es = "En la lista." }

[[rule]]
id = "no_conviction"
kind = "no_conviction"
class = "violent"
look_back = { years = 10 }
clause = "Record"
words = { en = "None.", es = "Ninguno." }

[[rule]]
id = "in_zone"
kind = "in_zone"
zones = ["downtown"]
clause = "Zone"
words = { en = "Inside.", es = "Dentro." }

[clear]
age = 30

[[test]]
name = "an adult"
door = "arrest_diversion"
as_of = "2020-06-01"
clear = true
outcome = "needs_verification"
"#;

#[track_caller]
fn check(from: &str, to: &str, expected: Expect) {
    assert_eq!(
        GOOD.matches(from).count().min(1),
        1,
        "the good pack has no {from:?}"
    );
    let broken = GOOD.replacen(from, to, 1);
    let error = RulePack::parse(&broken)
        .err()
        .unwrap_or_else(|| panic!("{to:?} is no mistake"));
    let known: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    expected.assert_eq(&error.to_string().replace(&known.join(", "), "<all kinds>"));
}

#[test]
fn the_good_pack_is_good() {
    let pack = RulePack::parse(GOOD).unwrap();
    assert_eq!(pack.rules().len(), 4);
}

#[test]
fn the_file_itself() {
    check(
        "version = \"1\"",
        "version = 1\"",
        expect![[r#"line 2, column 11: this is not TOML: missing opening quote, expected `"`"#]],
    );
    check(
        "[[zone]]",
        "[[zone]",
        expect!["line 23, column 8: this is not TOML: unclosed array table, expected `]`"],
    );
    check(
        "version",
        "id",
        expect!["line 2, column 1: this is not TOML: duplicate key"],
    );
    check(
        "version = \"1\"\n",
        "",
        expect!["line 1, column 1: the pack has no `version`: add it"],
    );
    check(
        "version",
        "verson",
        expect![
            "line 2, column 1: the pack has no key `verson` (did you mean `version`?): it takes id, version, effective_from, title, policy, zone, question, rule, clear, test"
        ],
    );
    check(
        "\"good\"",
        "\"Good Pack\"",
        expect![
            "line 1, column 6: `Good Pack` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "\"good\"",
        "7",
        expect!["line 1, column 6: `id` takes a text in quotes, not a whole number"],
    );
    check(
        "\"2020-01-01\"",
        "\"January 2020\"",
        expect![[r#"line 3, column 18: `effective_from` is not a date: write "YYYY-MM-DD""#]],
    );
    check(
        "{ en = \"Good\", es = \"Bueno\" }",
        "\"Good\"",
        expect!["line 4, column 9: `title` takes a table, not a text"],
    );
    check(
        "es = \"Bueno\"",
        "fr = \"Bon\"",
        expect!["line 4, column 24: title has no key `fr`: it takes en, es"],
    );
    check(
        "es = \"Bueno\"",
        "es = \" \"",
        expect!["line 4, column 29: `es` has no words: write what the officer reads"],
    );
}

#[test]
fn the_policy() {
    check(
        "[policy]",
        "[polcy]",
        expect![
            "line 6, column 2: the pack has no key `polcy` (did you mean `policy`?): it takes id, version, effective_from, title, policy, zone, question, rule, clear, test"
        ],
    );
    check(
        "America/Denver",
        "Mountain",
        expect![
            "line 7, column 13: `Mountain` is no time zone: use an IANA name such as America/New_York"
        ],
    );
    check(
        "doors = [\"arrest_diversion\"]",
        "doors = []",
        expect!["line 8, column 9: policy: no door is offered: name one in `doors`"],
    );
    check(
        "doors = [\"arrest_diversion\"]",
        "doors = [\"arrest\"]",
        expect![
            "line 8, column 10: policy: unknown variant `arrest`, expected one of `arrest_diversion`, `social_contact`, `community`"
        ],
    );
    check(
        "decides = [\"prosecutor_liaison\"]",
        "decides = []",
        expect!["line 10, column 11: policy: nobody decides: name a role in `decides`"],
    );
    check(
        "decides = [\"prosecutor_liaison\"]",
        "decides = [\"sheriff\"]",
        expect![
            "line 10, column 12: policy: unknown variant `sheriff`, expected one of `officer`, `sergeant`, `peer_specialist`, `case_manager`, `supervisor`, `prosecutor_liaison`, `project_manager`, `evaluator`, `community_referrer`, `site_admin`"
        ],
    );
    check(
        "waives = [\"prosecutor_liaison\"]",
        "waives = []",
        expect![
            "line 61, column 1: a presumptive rule that nobody may waive: add `waivable_by`, or `waives` to [policy], or make it hard"
        ],
    );
    check(
        "target_minutes = 30",
        "target_minutes = -30",
        expect!["line 12, column 30: policy: invalid value: integer `-30`, expected u16"],
    );
    check(
        "target_minutes = 30",
        "target_mins = 30",
        expect![
            "line 12, column 13: policy: unknown field `target_mins`, expected one of `target_minutes`, `may_precede_decision`, `place`"
        ],
    );
    check(
        "until_decision = \"held\"",
        "until_decision = \"kept\"",
        expect![
            "line 17, column 18: policy: unknown variant `kept`, expected one of `held`, `not_entered`, `filed`"
        ],
    );
    check(
        "intake = { due_days = 14 }\n",
        "",
        expect!["line 6, column 1: policy: missing field `intake`"],
    );
    check(
        "en = \"Hello\"",
        "en = \"\"",
        expect!["line 14, column 10: `script` has no words: write what the officer reads"],
    );
    check(
        "waives = [\"prosecutor_liaison\"]",
        "waives = [\"prosecutor_liaison\"]\nunverified = [\"scripts\"]",
        expect![[
            r"line 12, column 14: `unverified` cannot be `scripts` (did you mean `script`?): it is one of time_zone, doors, verifies, decides, waives, handoff.target_minutes, handoff.may_precede_decision, handoff.place, intake.due_days, intake.due_days_earliest, charge, caseload_cap, script"
        ]],
    );
}

#[test]
fn questions_and_areas() {
    check(
        "id = \"age\"",
        "id = \"ages\"",
        expect![
            "line 28, column 6: no question has the id `ages` (did you mean `age`?): see the list of question ids in the guide"
        ],
    );
    check(
        "id = \"age\"",
        "id = \"birthday\"",
        expect![
            "line 28, column 6: no question has the id `birthday`: see the list of question ids in the guide"
        ],
    );
    check(
        "id = \"history.violent\"",
        "id = \"history.Violent Crime\"",
        expect![
            "line 43, column 6: `Violent Crime` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "id = \"history.violent\"",
        "id = \"history.violent\"\nbasis = \"arrested\"",
        expect![
            "line 44, column 9: `basis` cannot be `arrested`: it is one of convicted, charged, history_of"
        ],
    );
    check(
        "id = \"zone\"",
        "id = \"age\"",
        expect!["line 37, column 1: a second question with the id `age`: give each its own id"],
    );
    check(
        "es = \"¿Qué edad?\"\n",
        "",
        expect!["line 27, column 1: [[question]] has no `es`: add it"],
    );
    check(
        "es = \"¿Qué edad?\"",
        "es = \"¿Qué edad?\"\nhint = \"x\"",
        expect!["line 31, column 1: [[question]] has no key `hint`: it takes id, en, es, basis"],
    );
    check(
        "id = \"downtown\"",
        "id = \"Down Town\"",
        expect![
            "line 24, column 6: `Down Town` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them"
        ],
    );
    check(
        "name = { en = \"Downtown\"",
        "verified = true\nname = { en = \"Downtown\"",
        expect![
            "line 23, column 1: verified without a source: say in `source` where the text stands, or set verified = false"
        ],
    );
    check(
        "name = { en = \"Downtown\"",
        "polygon = []\nname = { en = \"Downtown\"",
        expect![
            "line 25, column 1: [[zone]] has no key `polygon`: it takes id, name, bounds, source, verified"
        ],
    );
}

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
            "line 64, column 13: `offenses` takes NIBRS codes or { code, level, only_if }, not a whole number"
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
        expect!["line 64, column 36: an offense has no key `class`: it takes code, level, only_if"],
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
            "line 68, column 1: the pack does not word the question `history.felony`: add a [[question]] with that id"
        ],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = 10",
        expect![[
            r#"line 72, column 13: `look_back` takes "lifetime", { years = … } or { months = … }, not a whole number"#
        ]],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = \"forever\"",
        expect!["line 72, column 13: `look_back` cannot be `forever`: it is one of lifetime"],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = { days = 10 }",
        expect!["line 72, column 15: look_back has no key `days`: it takes years, months"],
    );
    check(
        "look_back = { years = 10 }",
        "look_back = { years = 1, months = 6 }",
        expect![[
            r#"line 72, column 13: `look_back` takes "lifetime", { years = … } or { months = … }, not a table"#
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
            "line 84, column 1: no question has the id `agee` (did you mean `age`?): see the list of question ids in the guide"
        ],
    );
    check(
        "age = 30",
        "volunteers = \"yes\"",
        expect![
            "line 84, column 1: the pack does not word the question `volunteers`: add a [[question]] with that id"
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
            r#"line 84, column 22: `suspected_offenses` cannot be answered with `99X`: NIBRS codes with commas, each perhaps with a level ("35A misdemeanor, 90J"), or unknown"#
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
            "line 91, column 9: no question has the id `ag` (did you mean `age`?): see the list of question ids in the guide"
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

#[test]
fn a_pack_that_would_be_slow_or_too_large_is_refused() {
    let rule = |i: usize, kind: &str| {
        format!(
            "[[rule]]\nid = \"r{i}\"\nclause = \"c\"\nwords = {{ en = \"R\", es = \"R\" }}\n{kind}\n"
        )
    };
    let too_many: String = (0..65)
        .map(|i| rule(i, "kind = \"min_age\"\nyears = 18"))
        .collect();
    let error = RulePack::parse(&(GOOD.to_owned() + &too_many))
        .unwrap_err()
        .to_string();
    expect!["line 452, column 1: more than 64 rules at one door: join some"].assert_eq(&error);
    let too_large = GOOD.to_owned() + &"#".repeat(600_000);
    let error = RulePack::parse(&too_large).unwrap_err().to_string();
    expect!["line 1, column 1: the file is over 524288 bytes: a pack is text of a few pages; remove what is no rule"].assert_eq(&error);
    let error = RulePack::parse(&GOOD[..GOOD.find("[[rule]]").unwrap()])
        .unwrap_err()
        .to_string();
    expect!["line 1, column 1: the pack has no rules: add a [[rule]]"].assert_eq(&error);
}

#[test]
fn whatever_is_cut_off_or_garbled_is_an_error_or_a_pack_and_never_a_panic() {
    for end in (0..GOOD.len())
        .filter(|end| GOOD.is_char_boundary(*end))
        .step_by(2)
    {
        let _ = RulePack::parse(&GOOD[..end]);
        let _ = RulePack::parse(&GOOD[end..]);
    }
    let garbage = ["\"", "[", "{", "=", "\n", "\0", "é", "9", ""];
    for (n, (i, _)) in GOOD.char_indices().enumerate() {
        for garbage in [garbage[n % 9], garbage[(n / 9 + 4) % 9]] {
            let rest = GOOD[i..].chars().next().map_or(0, char::len_utf8);
            let broken = format!("{}{garbage}{}", &GOOD[..i], &GOOD[i + rest..]);
            if let Err(error) = RulePack::parse(&broken) {
                assert!(error.line >= 1 && error.column >= 1);
                assert!(usize::try_from(error.line).unwrap() <= broken.lines().count() + 1);
            }
        }
    }
}
