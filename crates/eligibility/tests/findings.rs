//! What a finding says beside its result: what it saw, from which source, who
//! decides and who may waive; which questions come first, and which other door
//! is named.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::limits::pack;
use common::{date, random_pack, set};
use handoff_domain::{
    AnswerSource, Door, Facts, Finding, FindingResult, Outcome, Role, Screening, Seen,
};
use handoff_eligibility::{RulePack, builtin_pack, screen};

const DOOR: Door = Door::ArrestDiversion;

fn facts(json: &str) -> Facts {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn screened(pack: &RulePack, facts: &Facts) -> Screening {
    screen(pack, facts, DOOR, date("2020-02-29"))
}

fn only(pack: &RulePack, facts: &Facts) -> Finding {
    let mut findings = screened(pack, facts).findings;
    assert_eq!(findings.len(), 1);
    findings.remove(0)
}

fn parse(rules: &[&str]) -> RulePack {
    let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    RulePack::parse(&random_pack::pack_of(&rules)).unwrap()
}

/// Rule, facts, and what the rule saw of its first question.
const SAW: &[(&str, &str, &str)] = &[
    (
        "kind = \"min_age\"\nyears = 18",
        r#"{"age":{"years":{"years":30,"basis":"stated"}}}"#,
        r#"{"question":"age","value":{"age":{"years":{"years":30,"basis":"stated"}}},"source":"participant_statement"}"#,
    ),
    (
        "kind = \"min_age\"\nyears = 18",
        "{}",
        r#"{"question":"age","value":"unanswered"}"#,
    ),
    (
        "kind = \"in_hours\"\nwindows = [\"daily 12:00-20:00\"]",
        r#"{"encounter_at":"2020-02-29T12:00:00-05:00"}"#,
        r#"{"question":"encounter_at","value":{"time":"2020-02-29T12:00:00-05:00"}}"#,
    ),
    (
        "kind = \"victim_declines\"",
        r#"{"complainant":{"answer":"declines_prosecution","source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}}"#,
        r#"{"question":"complainant","value":{"complainant":"declines_prosecution"},"source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}"#,
    ),
    (
        "kind = \"no_open_case\"",
        r#"{"open_case":{"answer":"yes","most_serious":"felony","place":"local","source":"records_query","checked_at":"2020-02-29T11:00:00-05:00"},"open_warrant":{"answer":"no"}}"#,
        r#"{"question":"open_case","value":{"matter":{"answer":"yes","most_serious":"felony","place":"local"}},"source":"records_query","checked_at":"2020-02-29T11:00:00-05:00"}"#,
    ),
    (
        "kind = \"no_open_warrant\"",
        r#"{"open_case":{"answer":"yes","most_serious":"felony"},"open_warrant":{"answer":"no","source":"dispatcher"}}"#,
        r#"{"question":"open_warrant","value":{"matter":{"answer":"no"}},"source":"dispatcher"}"#,
    ),
    // Only the year is known: it is shown as it was counted.
    (
        "kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { years = 10 }",
        r#"{"history":{"a":{"answer":"yes","basis":"charged","most_recent":"2004","source":"records_query","checked_at":"2020-02-29T11:00:00-05:00"}}}"#,
        r#"{"question":"history.a","value":{"history":{"answer":"yes","basis":"charged","most_recent":"2004"}},"source":"records_query","checked_at":"2020-02-29T11:00:00-05:00","counted_as":"2004-12-31"}"#,
    ),
    (
        "kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { years = 10 }",
        r#"{"history":{"a":{"answer":"yes","most_recent":"2004-05-03"}}}"#,
        r#"{"question":"history.a","value":{"history":{"answer":"yes","most_recent":"2004-05-03"}}}"#,
    ),
    (
        "kind = \"sex_offense_history\"",
        r#"{"sex_offense_history":{"answer":"no","source":"records_query"}}"#,
        r#"{"question":"sex_offense_history","value":{"history":{"answer":"no"}},"source":"records_query"}"#,
    ),
    (
        "kind = \"supervision_none\"\nkinds = [\"parole\"]",
        r#"{"supervision":{"parole":{"answer":"no","source":"records_query","checked_at":"2020-02-29T11:00:00-05:00"}}}"#,
        r#"{"question":"supervision.parole","value":{"answer":"no"},"source":"records_query","checked_at":"2020-02-29T11:00:00-05:00"}"#,
    ),
    (
        "kind = \"prior_diversions\"\nat_most = 1",
        r#"{"prior_diversions":2,"last_diversion":"2019"}"#,
        r#"{"question":"prior_diversions","value":{"count":2}}"#,
    ),
    // A rule that looks back shows the date, one that counts the number.
    (
        "kind = \"no_recent_diversion\"\nwithin = { years = 1 }",
        r#"{"prior_diversions":2,"last_diversion":"2019"}"#,
        r#"{"question":"prior_diversions","value":{"history":{"answer":"yes","most_recent":"2019"}},"counted_as":"2019-12-31"}"#,
    ),
    (
        "kind = \"no_recent_diversion\"\nwithin = { years = 1 }",
        r#"{"prior_diversions":0}"#,
        r#"{"question":"prior_diversions","value":{"count":0}}"#,
    ),
    (
        "kind = \"prior_involvement\"\ndocumented = true",
        r#"{"prior_involvement":{"answer":"yes","evidence":[{"evidence":"record","date":"2019","in_zone":"yes","documented":"yes","source_role":"r","basis":"words"}]}}"#,
        r#"{"question":"prior_involvement","value":{"involvement":{"answer":"yes","evidence":[{"evidence":"record","date":"2019","in_zone":"yes","documented":"yes","source_role":"r"}]}}}"#,
    ),
    (
        "kind = \"amount_max\"\nfails_when = \"> 6 g\"",
        r#"{"drugs_found":{"answer":"no","source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}}"#,
        r#"{"question":"drugs","value":{"answer":"no"},"source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}"#,
    ),
    (
        "kind = \"amount_max\"\nfails_when = \"> 6 g\"",
        r#"{"drugs":[{"drug":"D","quantity":"5","unit":"GM"}],"drugs_found":{"answer":"yes"}}"#,
        r#"{"question":"drugs","value":{"drugs":[{"drug":"D","quantity":"5","unit":"GM","estimated":false,"form":"unstated"}]}}"#,
    ),
    (
        "kind = \"in_zone\"\nzones = [\"z1\"]",
        r#"{"zone":{"answer":{"inside":["z2"]},"source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}}"#,
        r#"{"question":"zone","value":{"zone":{"inside":["z2"]}},"source":"officer_knowledge","checked_at":"2020-02-29T11:00:00-05:00"}"#,
    ),
    (
        "kind = \"in_zone\"\nzones = [\"z1\"]",
        r#"{"zone":{"answer":"unknown","source":"officer_knowledge"}}"#,
        r#"{"question":"zone","value":{"zone":"unknown"}}"#,
    ),
    (
        "kind = \"in_zone\"\nzones = [\"z1\"]",
        r#"{"position":{"latitude_e7":392910000,"longitude_e7":-766150000}}"#,
        r#"{"question":"zone","value":"unanswered"}"#,
    ),
    // What the list leaves out is not listed; a statute is not repeated.
    (
        "kind = \"offense_not_in\"\noffenses = [\"23*\"]\nexcept = [\"23D\"]",
        r#"{"suspected_offenses":[{"code":"23C","level":"felony","statute":"PC 1"},{"code":"23D"},{"local_text":"x"}]}"#,
        r#"{"question":"suspected_offenses","value":{"offenses":[{"code":"23C","level":"felony","listed":"yes"},{"code":"23D","listed":"no"},{"listed":"unknown"}]}}"#,
    ),
];

#[test]
fn a_finding_repeats_the_answer_its_source_and_when_it_was_checked() {
    for (rule, said, expected) in SAW {
        let found = only(&pack(rule), &facts(said));
        let expected: Seen = serde_json::from_str(expected).unwrap();
        assert_eq!(found.saw, [expected], "{rule}\n{said}");
    }
}

#[test]
fn a_position_on_the_map_is_seen_as_the_areas_that_hold_it() {
    let square = |id: &str, west: u8, east: u8| {
        format!(
            "id = \"{id}\"\ngeojson = '{{\"type\":\"Polygon\",\"coordinates\":[[[{west},0],[{east},0],[{east},2],[{west},2],[{west},0]]]}}'"
        )
    };
    let rule = |zones: &str| {
        let text = random_pack::pack_of(&[format!("kind = \"in_zone\"\nzones = [{zones}]")]);
        let text = text.replacen("id = \"z1\"", &square("z1", 0, 2), 1);
        let text = text.replacen("id = \"z2\"", &square("z2", 1, 3), 1);
        RulePack::parse(&text).unwrap()
    };
    let at = |longitude: i32, accuracy: &str| {
        facts(&format!(
            "{{\"position\":{{\"latitude_e7\":10000000,\"longitude_e7\":{longitude}{accuracy}}}}}"
        ))
    };
    let mapped = rule("\"z1\", \"z2\"");
    let half = rule("\"z1\", \"z3\"");
    for (pack, facts, expected) in [
        (&mapped, at(5_000_000, ""), r#"{"zone":{"inside":["z1"]}}"#),
        (
            &mapped,
            at(15_000_000, ""),
            r#"{"zone":{"inside":["z1","z2"]}}"#,
        ),
        (&mapped, at(25_000_000, ""), r#"{"zone":{"inside":["z2"]}}"#),
        (&mapped, at(35_000_000, ""), r#"{"zone":"outside"}"#),
        // Within its accuracy of an edge, and on no map at all.
        (
            &mapped,
            at(30_000_000, ",\"accuracy_m\":100"),
            "\"unanswered\"",
        ),
        (&half, at(5_000_000, ""), r#"{"zone":{"inside":["z1"]}}"#),
        (&half, at(35_000_000, ""), "\"unanswered\""),
    ] {
        let found = only(pack, &facts);
        let value = serde_json::to_value(&found.saw[0].value).unwrap();
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        assert_eq!(value, expected, "{:?}", facts.position);
    }
    // What the officer says goes before it.
    let mut said = at(5_000_000, "");
    set(&mut said, &[("zone", "outside")]);
    let value = serde_json::to_value(&only(&mapped, &said).saw[0].value).unwrap();
    assert_eq!(value, serde_json::json!({ "zone": "outside" }));
}

#[test]
fn a_finding_repeats_sixteen_of_each_and_judges_all() {
    let mut said = Facts::default();
    let offences = vec!["40A"; 17].join(", ") + ", 13A";
    let drugs = vec!["D 0.5 g"; 20].join(", ");
    let evidence = vec!["record undocumented"; 17].join("; ");
    set(
        &mut said,
        &[
            ("suspected_offenses", &offences),
            ("drugs", &drugs),
            (
                "prior_involvement",
                &format!("yes {evidence}; record documented"),
            ),
        ],
    );
    let pack = parse(&[
        "kind = \"offense_in\"\noffenses = [\"40A\"]",
        "kind = \"amount_max\"\nfails_when = \">= 10 g\"",
        "kind = \"prior_involvement\"\ndocumented = true",
    ]);
    let found = screened(&pack, &said).findings;
    let results: Vec<_> = found.iter().map(|row| row.result).collect();
    assert_eq!(
        results,
        [FindingResult::Hit, FindingResult::Hit, FindingResult::Pass]
    );
    for (finding, path) in found.iter().zip(["offenses", "drugs", "involvement"]) {
        let value = serde_json::to_value(&finding.saw[0].value).unwrap();
        let rows = match path {
            "involvement" => &value[path]["evidence"],
            _ => &value[path],
        };
        assert_eq!(rows.as_array().unwrap().len(), 16, "{path}");
    }
}

/// Each offence is shown against the lists of this rule, not of its neighbours.
#[test]
fn a_list_of_another_rule_does_not_mark_an_offence() {
    let pack = parse(&[
        "kind = \"offense_in\"\noffenses = [\"40A\"]",
        "kind = \"offense_not_in\"\noffenses = [\"13A\"]",
    ]);
    let said = facts(r#"{"suspected_offenses":[{"code":"40A"},{"code":"13A"}]}"#);
    let listed: Vec<_> = screened(&pack, &said)
        .findings
        .iter()
        .map(|finding| {
            let value = serde_json::to_value(&finding.saw[0].value).unwrap();
            [0, 1].map(|row| value["offenses"][row]["listed"] == "yes")
        })
        .collect();
    assert_eq!(listed, [[true, false], [false, true]]);
}

#[test]
fn the_source_is_that_of_the_answer_that_settles_the_rule() {
    let pack = pack("kind = \"supervision_none\"\nkinds = [\"probation\", \"parole\"]");
    let records = Some(AnswerSource::RecordsQuery);
    let officer = Some(AnswerSource::OfficerKnowledge);
    for (probation, parole, expected) in [
        // Both are needed, and the first is named.
        ("no", "no", records),
        // The one that hits.
        ("yes", "no", records),
        ("no", "yes", officer),
        ("unknown", "yes", officer),
        ("yes", "unknown", records),
        // Each would do alone.
        ("yes", "yes", records),
        // Nothing is settled.
        ("no", "unknown", None),
        ("unknown", "no", None),
        ("unknown", "unknown", None),
    ] {
        let said = facts(&format!(
            r#"{{"supervision":{{
                "probation":{{"answer":"{probation}","source":"records_query"}},
                "parole":{{"answer":"{parole}","source":"officer_knowledge"}}}}}}"#
        ));
        assert_eq!(only(&pack, &said).source, expected, "{probation} {parole}");
    }
    let alone = common::limits::pack("kind = \"volunteers\"");
    for (answer, expected) in [("yes", records), ("no", records), ("unknown", None)] {
        let said = facts(&format!(
            r#"{{"volunteers":{{"answer":"{answer}","source":"records_query"}}}}"#
        ));
        assert_eq!(only(&alone, &said).source, expected, "{answer}");
    }
}

#[test]
fn who_decides_and_who_may_waive_by_severity_and_result() {
    let decides = vec![Role::ProsecutorLiaison];
    for (severity, waivable) in [
        ("hard", false),
        ("presumptive", true),
        ("refer_up", false),
        ("advisory", false),
    ] {
        let pack = pack(&format!("severity = \"{severity}\"\nkind = \"volunteers\""));
        for answer in ["yes", "no", "unknown"] {
            let mut said = Facts::default();
            set(&mut said, &[("volunteers", answer)]);
            let found = only(&pack, &said);
            let is_decided = severity == "advisory" || answer == "yes";
            assert_eq!(found.decides.is_empty(), is_decided, "{severity} {answer}");
            assert!(is_decided || found.decides == decides);
            let is_waivable = waivable && answer == "no";
            assert_eq!(
                found.waivable_by == [Role::ProsecutorLiaison],
                is_waivable,
                "{severity} {answer}"
            );
            assert!(is_waivable || found.waivable_by.is_empty());
        }
    }
}

#[test]
fn a_door_that_is_not_offered_is_a_finding_of_its_own() {
    for (unverified, verified) in [("", true), ("\nunverified = [\"doors\"]", false)] {
        let text = random_pack::pack_of(&["kind = \"volunteers\"".to_owned()]);
        let head = "waives = [\"prosecutor_liaison\"]";
        let text = text.replacen(head, &format!("{head}{unverified}"), 1);
        let pack = RulePack::parse(&text).unwrap();
        let got = screen(
            &pack,
            &Facts::default(),
            Door::Community,
            date("2020-02-29"),
        );
        let row = &got.findings[0];
        assert_eq!(row.rule, handoff_eligibility::DOOR_NOT_OFFERED);
        assert_eq!((row.result, row.verified), (FindingResult::Hit, verified));
        assert_eq!(row.decides, [Role::ProsecutorLiaison]);
        assert_eq!(got.findings.len(), 2);
        // For staff to decide, whatever is answered: nothing is open.
        assert_eq!(got.outcome, Outcome::NeedsVerification);
        assert_eq!(got.open_questions, []);
        assert_eq!(screened(&pack, &Facts::default()).findings.len(), 1);
    }
}

/// Questions that can end a screening, then those that settle more rules, then
/// those that can settle a rule alone, then the order of the pack.
#[test]
fn the_most_useful_question_comes_first() {
    let pack = parse(&[
        "severity = \"presumptive\"\nkind = \"amenable\"",
        "severity = \"presumptive\"\nkind = \"any_of\"\nof = [{ kind = \"volunteers\" }, { kind = \"site_question\", question = \"site.x\", passes_on = \"yes\" }]",
        "severity = \"presumptive\"\nkind = \"volunteers\"",
        "severity = \"hard\"\nkind = \"delivery_only_subsistence\"",
        "severity = \"refer_up\"\nkind = \"not_delivery\"",
        "severity = \"refer_up\"\nkind = \"registrant\"",
        "severity = \"hard\"\nkind = \"residency\"",
        "severity = \"hard\"\nkind = \"no_open_case\"",
        "severity = \"hard\"\nkind = \"min_age\"\nyears = 18",
    ]);
    let mut said = Facts::default();
    set(&mut said, &[("age", "30")]);
    let got = screened(&pack, &said);
    let open: Vec<_> = got
        .open_questions
        .iter()
        .map(|open| (open.question.as_str(), open.rules.join(" ")))
        .collect();
    let expected = [
        ("delivery", "r3 r4"),
        ("open_case", "r7"),
        ("resident", "r6"),
        ("subsistence_only", "r3"),
        ("volunteers", "r1 r2"),
        ("amenable", "r0"),
        ("site.x", "r1"),
        ("registrant", "r5"),
    ];
    assert_eq!(open, expected.map(|(id, rules)| (id, rules.to_owned())));
}

#[test]
fn the_other_door_is_the_next_one_that_is_offered_and_open() {
    const ALL: &str = "\"arrest_diversion\", \"social_contact\", \"community\"";
    let pack = |offered: &str, rules: &[&str]| {
        let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let text = random_pack::pack_of(&rules);
        let only = "doors = [\"arrest_diversion\"]\nverifies";
        let text = text.replacen(only, &format!("doors = [{offered}]\nverifies"), 1);
        RulePack::parse(&text).unwrap()
    };
    let rule = |severity: &str, doors: &str| {
        format!("severity = \"{severity}\"\ndoors = [{doors}]\nkind = \"volunteers\"")
    };
    let arrest = rule("hard", "\"arrest_diversion\"");
    let waivable = rule("presumptive", "\"arrest_diversion\"");
    let refer = rule("refer_up", "\"arrest_diversion\"");
    let two = rule("hard", "\"arrest_diversion\", \"social_contact\"");
    let all = rule("hard", ALL);
    for (offered, rule, door, expected) in [
        (
            ALL,
            &arrest,
            Door::ArrestDiversion,
            Some(Door::SocialContact),
        ),
        (
            ALL,
            &waivable,
            Door::ArrestDiversion,
            Some(Door::SocialContact),
        ),
        (ALL, &two, Door::ArrestDiversion, Some(Door::Community)),
        (ALL, &two, Door::SocialContact, Some(Door::Community)),
        (
            "\"arrest_diversion\", \"community\"",
            &arrest,
            Door::ArrestDiversion,
            Some(Door::Community),
        ),
        // Nothing is shut, or every door is.
        (ALL, &refer, Door::ArrestDiversion, None),
        (ALL, &all, Door::ArrestDiversion, None),
        (ALL, &all, Door::Community, None),
        ("\"arrest_diversion\"", &arrest, Door::ArrestDiversion, None),
    ] {
        let pack = pack(offered, &[rule.as_str()]);
        let mut said = Facts::default();
        set(&mut said, &[("volunteers", "no")]);
        let got = screen(&pack, &said, door, date("2020-02-29"));
        assert_eq!(got.other_door, expected, "{offered}: {rule} at {door}");
        set(&mut said, &[("volunteers", "yes")]);
        let got = screen(&pack, &said, door, date("2020-02-29"));
        assert_eq!(got.other_door, None);
    }
}

#[test]
fn a_history_of_another_basis_settles_only_what_it_implies() {
    // Baltimore asks for any history of violent crime.
    let pack = builtin_pack("md-baltimore-2017").unwrap();
    let found = |said: &str| {
        let mut all = pack.clear().clone();
        let row = facts(&format!(r#"{{"history":{{"violent":{said}}}}}"#));
        all.history.extend(row.history);
        let got = screened(pack, &all);
        let mut rows = got.findings.into_iter();
        rows.find(|row| row.rule == "no_conviction").unwrap().result
    };
    for (said, expected) in [
        (
            r#"{"answer":"no","basis":"convicted"}"#,
            FindingResult::Unknown,
        ),
        (
            r#"{"answer":"no","basis":"history_of"}"#,
            FindingResult::Pass,
        ),
        (
            r#"{"answer":"yes","basis":"convicted"}"#,
            FindingResult::Hit,
        ),
        (
            r#"{"answer":"no","source":"not_checked"}"#,
            FindingResult::Unknown,
        ),
    ] {
        assert_eq!(found(said), expected, "{said}");
    }
}
