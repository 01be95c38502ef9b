//! `handoff screen`, by the binary.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::{check_refused, json, run};
use expect_test::expect;
use serde_json::{Value, json};

const BALTIMORE: &str = "md-baltimore-2017";

/// Vector 1 of the published ones: Baltimore, everything in the clear.
fn clear() -> Value {
    json!({
        "encounter_at": "2017-03-01T21:04:00-05:00",
        "age": { "years": { "years": 30, "basis": "stated" } },
        "suspected_offenses": [{ "code": "35A" }],
        "site": { "low_level_drug_offense": { "answer": "yes" } },
        "zone": { "answer": { "inside": ["pilot_area"] } },
        "supervision": {
            "probation": { "answer": "no" },
            "parole": { "answer": "no" },
            "other": { "answer": "no" }
        },
        "history": { "violent": { "answer": "no" }, "disqualifying": { "answer": "no" } },
        "sex_offense_history": { "answer": "no" },
        "threat_to_public_safety": { "answer": "no" },
        "open_case": { "answer": "no" },
        "open_warrant": { "answer": "no" },
        "volunteers": { "answer": "yes" }
    })
}

fn with(changes: &[(&str, Value)]) -> String {
    let mut facts = clear();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        facts.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    facts.to_string()
}

fn screened(facts: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["screen", "--pack", BALTIMORE, "--facts", "-", "--json"];
    arguments.extend(more);
    json(&arguments, facts)
}

/// Outcome, rules hit, rules unknown, open questions, other door.
fn summary(screening: &Value) -> (String, Vec<String>, Vec<String>, Vec<String>, Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let with = |result: &str| {
        let findings = screening["findings"].as_array().unwrap().iter();
        findings
            .filter(|finding| finding["result"] == result)
            .map(|finding| text(&finding["rule"]))
            .collect()
    };
    let open = screening["open_questions"].as_array().unwrap().iter();
    (
        text(&screening["outcome"]),
        with("hit"),
        with("unknown"),
        open.map(|question| text(&question["question"])).collect(),
        screening["other_door"].clone(),
    )
}

#[test]
fn the_published_vectors_1_to_4_hold() {
    let none = Vec::<String>::new;
    let one = |name: &str| vec![name.to_owned()];
    assert_eq!(
        summary(&screened(&with(&[]), &[])),
        (
            "presumptively_eligible".into(),
            none(),
            none(),
            none(),
            Value::Null
        )
    );
    let unknown = ("/open_warrant", json!({ "answer": "unknown" }));
    assert_eq!(
        summary(&screened(&with(std::slice::from_ref(&unknown)), &[])),
        (
            "needs_verification".into(),
            none(),
            one("no_open_warrant"),
            one("open_warrant"),
            Value::Null
        )
    );
    let probation = ("/supervision/probation", json!({ "answer": "yes" }));
    assert_eq!(
        summary(&screened(&with(&[unknown, probation]), &[])),
        (
            "presumptively_ineligible".into(),
            one("supervision_none"),
            one("no_open_warrant"),
            none(),
            Value::Null
        )
    );
    let outside = ("/zone", json!({ "answer": "outside" }));
    assert_eq!(
        summary(&screened(
            &with(&[outside]),
            &["--door", "arrest_diversion"]
        )),
        (
            "presumptively_ineligible".into(),
            one("in_zone"),
            none(),
            none(),
            json!("social_contact")
        )
    );
}

#[test]
fn the_answer_in_json_has_the_keys_that_scripts_rely_on() {
    let screening = screened(
        &with(&[("/open_warrant", json!({ "answer": "unknown" }))]),
        &[],
    );
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    for key in [
        "outcome",
        "findings",
        "open_questions",
        "pack",
        "door",
        "as_of",
        "waivable",
    ] {
        assert!(keys(&screening).contains(&key.to_owned()), "{key}");
    }
    assert_eq!(keys(&screening["pack"]), ["hash", "id", "version"]);
    for finding in screening["findings"].as_array().unwrap() {
        for key in ["rule", "clause", "severity", "result"] {
            assert!(finding[key].is_string(), "{key}");
        }
    }
    assert_eq!(
        screening["open_questions"],
        json!([{ "question": "open_warrant", "rules": ["no_open_warrant"] }])
    );
}

#[test]
fn the_date_is_as_of_else_the_encounters_else_today() {
    let birthday = ("/age", json!({ "birth_date": "1999-03-01" }));
    let facts = with(&[birthday]);
    let date = |facts: &str, more: &[&str]| {
        let screening = screened(facts, more);
        (
            screening["as_of"].as_str().unwrap().to_owned(),
            screening["outcome"].clone(),
        )
    };
    let eligible = json!("presumptively_eligible");
    let ineligible = json!("presumptively_ineligible");
    assert_eq!(date(&facts, &[]), ("2017-03-01".into(), eligible.clone()));
    assert_eq!(
        date(&facts, &["--as-of", "2017-02-28"]),
        ("2017-02-28".into(), ineligible)
    );
    let mut timeless: Value = serde_json::from_str(&facts).unwrap();
    timeless.as_object_mut().unwrap().remove("encounter_at");
    let (today, outcome) = date(&timeless.to_string(), &[]);
    assert!(today.as_str() > "2026-01-01", "{today}");
    assert_eq!(outcome, eligible);
    let said = run(
        &["screen", "--pack", BALTIMORE, "--facts", "-"],
        &timeless.to_string(),
    );
    assert!(
        said.out.contains(&format!("counted from today, {today}")),
        "{}",
        said.out
    );
}

#[test]
fn the_door_is_that_of_the_option_else_the_referrals_else_the_sites_first() {
    let referral =
        json!({ "door": "social_contact", "facts": clear(), "offer": { "made": "accepted" } });
    let door = |input: &Value, more: &[&str]| screened(&input.to_string(), more)["door"].clone();
    assert_eq!(door(&clear(), &[]), "arrest_diversion");
    assert_eq!(door(&referral, &[]), "social_contact");
    assert_eq!(
        door(&referral, &["--door", "arrest_diversion"]),
        "arrest_diversion"
    );
    let community = screened(&clear().to_string(), &["--door", "community"]);
    assert_eq!(summary(&community).1, ["door_not_offered"]);
}

#[test]
fn a_person_reads_the_outcome_each_finding_and_what_to_ask_next() {
    let facts = with(&[
        (
            "/open_warrant",
            json!({ "answer": "unknown", "source": "not_checked" }),
        ),
        (
            "/history/violent",
            json!({ "answer": "yes", "most_recent": "2004", "source": "records_query" }),
        ),
        ("/age", json!({ "band": { "from": 16, "to": 20 } })),
    ]);
    let hard = run(&["screen", "--pack", BALTIMORE, "--facts", "-"], &facts);
    assert_eq!((hard.status, hard.err.as_str()), (0, ""));
    expect![[r#"
        Presumptively ineligible: a rule of the site stands in the way.
        This is provisional. Who decides: prosecutor.

        Arrest diversion; ages and look-backs counted from 2017-03-01.
        Rules: md-baltimore-2017, version 1.

        Not met
          no_conviction  The person has no history of violent crime. [excludes]
              Clause: Record: no disqualifying criminal record, e.g. history of violent crime (not yet confirmed by the site)
              Looked at: history.violent = Yes, last in 2004, counted as 2004-12-31 (Records query)
              Decides next: prosecutor

        Not known yet
          min_age  The person is 18 or older. [excludes]
              Clause: Age: adults (not yet confirmed by the site)
              Looked at: age = 16 to 20 years
              Decides next: prosecutor
          no_open_warrant  The person has no open warrant. [excludes]
              Clause: Open matters: no open warrant (not yet confirmed by the site)
              Looked at: open_warrant = Don’t know (Not checked)
              Decides next: prosecutor

        Met
          offense_in  Every suspected offense is a low-level drug offense or prostitution.
              Clause: Offences: low-level drug offence or prostitution
              Looked at: suspected_offenses = 35A, on the list: Yes
              Looked at: site.low_level_drug_offense = Yes
          supervision_none  The person is under no supervision.
              Clause: Supervision: not under supervision (not yet confirmed by the site)
              Looked at: supervision.probation = No
              Looked at: supervision.parole = No
              Looked at: supervision.other = No
          sex_offense_history  The person has no history of sex offenses.
              Clause: Record: no disqualifying criminal record, e.g. history of sex offence (not yet confirmed by the site)
              Looked at: sex_offense_history = No
          no_disqualifying_record  The person has no other disqualifying criminal record.
              Clause: Record: no disqualifying criminal record (the list was not found) (not yet confirmed by the site)
              Looked at: history.disqualifying = No
          threat_to_public_safety  The person presents no threat to public safety.
              Clause: Threat: does not present a threat to public safety (not yet confirmed by the site)
              Looked at: threat_to_public_safety = No
          no_open_case  The person has no open criminal case.
              Clause: Open matters: no open case (not yet confirmed by the site)
              Looked at: open_case = No
          in_zone  It happened inside the pilot area.
              Clause: Zone: Franklin St (N) to Pratt St (S), Martin Luther King Jr Blvd (W) to St Paul St (E)
              Looked at: zone = pilot_area
          volunteers  The person is willing to take part.
              Clause: Consent: willing to participate; may decline and go through ordinary process (not yet confirmed by the site)
              Looked at: volunteers = Yes

        No open question can change this.
    "#]].assert_eq(&hard.out);
    let open = with(&[(
        "/open_warrant",
        json!({ "answer": "unknown", "source": "not_checked" }),
    )]);
    let arguments = [
        "screen",
        "--pack",
        BALTIMORE,
        "--facts",
        "-",
        "--language",
        "es",
    ];
    let open = run(&arguments, &open);
    let parts: Vec<&str> = open.out.split("\n\n").collect();
    let [outcome, rules, unknown, _, questions] = parts.as_slice() else {
        panic!("{}", open.out);
    };
    expect![[r#"
        Requiere verificación: algo que importa no se sabe, o lo decide el personal.
        Esto es provisional. Quién decide: fiscalía.

        Desvío de arresto; edades y plazos contados desde 2017-03-01.
        Reglas: md-baltimore-2017, versión 1.

        No se sabe
          no_open_warrant  La persona no tiene una orden de arresto pendiente. [excluye]
              Cláusula: Open matters: no open warrant (el sitio aún no lo confirma)
              Se miró: open_warrant = No sé (Sin revisar)
              Decide después: fiscalía

        Preguntas abiertas, primero la más útil:
          1. open_warrant  ¿Tiene la persona una orden de arresto pendiente? (para no_open_warrant)
    "#]]
    .assert_eq(&[*outcome, *rules, *unknown, *questions].join("\n\n"));
}

#[test]
fn input_that_is_not_what_it_has_to_be_is_named_by_its_place() {
    let arguments: &[&str] = &["screen", "--pack", BALTIMORE, "--facts", "-"];
    let refused = |changes: &[(&str, Value)]| with(changes);
    let inputs = [
        String::new(),
        "facts".to_owned(),
        "{\n  \"volunteers\": yes\n}".to_owned(),
        "[{}]".to_owned(),
        "{}\n{}".to_owned(),
        refused(&[("/suspected_offensess", json!([]))]),
        refused(&[("/open_case/anwser", json!("no"))]),
        refused(&[("/open_case", json!({ "source": "dispatcher" }))]),
        refused(&[("/open_case/answer", json!("maybe"))]),
        refused(&[("/encounter_at", json!("2017-03-01T21:04:00"))]),
        json!({ "door": "arrest", "facts": {}, "offer": { "made": "accepted" } }).to_string(),
        json!({ "door": "community", "facts": {} }).to_string(),
        json!({ "door": "community", "fact": {}, "facts": {}, "offer": { "made": "accepted" } })
            .to_string(),
    ];
    let runs: Vec<(&[&str], &str)> = inputs
        .iter()
        .map(|input| (arguments, input.as_str()))
        .collect();
    check_refused(
        &runs,
        expect![[r#"
            handoff: standard input: holds nothing. Nothing was screened. Give one JSON object, or one on each line.
            handoff: standard input: line 1, column 1: this is not JSON (it begins with no {). Nothing was screened. Correct that place and try again.
            handoff: standard input: line 2, column 17: this is not JSON (expected value). Nothing was screened. Correct that place and try again.
            handoff: standard input: line 1: this is not a JSON object but a list. Nothing was screened. Give one JSON object { … }, or one on each line, without a list around them.
            handoff: standard input: line 2: there is a second object, and only one is taken here. Nothing was screened. Give one object at a time.
            handoff: standard input: the object on line 1 has no field `suspected_offensess` (did you mean `suspected_offenses`?). Nothing was screened. Correct the name or remove the field, and try again.
            handoff: standard input: the object on line 1 has no field `open_case.anwser` (did you mean `answer`?). Nothing was screened. Correct the name or remove the field, and try again.
            handoff: standard input: line 1: `open_case.answer` is missing. Nothing was screened. Correct it and try again.
            handoff: standard input: line 1: `open_case.answer` takes one of yes, no, unknown. Nothing was screened. Correct it and try again.
            handoff: standard input: line 1: `encounter_at` takes a local time with its offset, such as "2026-03-01T23:15:00-05:00". Nothing was screened. Correct it and try again.
            handoff: standard input: line 1: `door` takes one of arrest_diversion, social_contact, community (did you mean `arrest_diversion`?). Nothing was screened. Correct it and try again.
            handoff: standard input: line 1: `offer` is missing. Nothing was screened. Correct it and try again.
            handoff: standard input: the object on line 1 has no field `fact` (did you mean `facts`?). Nothing was screened. Correct the name or remove the field, and try again.
        "#]],
    );
}

#[test]
fn every_field_that_cannot_be_is_named_and_no_answer_is_repeated() {
    let arguments: &[&str] = &["screen", "--pack", BALTIMORE, "--facts", "-"];
    let many = with(&[
        ("/age", json!({ "birth_date": "2017-03-02" })),
        ("/suspected_offenses", json!([{ "code": "35Z" }, {}])),
        (
            "/drugs",
            json!([{ "drug": "D", "quantity": -1, "unit": "GM" }]),
        ),
        ("/history/violnt", json!({ "answer": "no" })),
        ("/site/low_level", json!({ "answer": "yes" })),
        ("/zone", json!({ "answer": { "inside": ["uptown"] } })),
    ]);
    let facts: Value = serde_json::from_str(&with(&[(
        "/age",
        json!({ "years": { "years": 131, "basis": "stated" } }),
    )]))
    .unwrap();
    let referral =
        json!({ "door": "social_contact", "facts": facts, "offer": { "made": "accepted" } });
    check_refused(
        &[(arguments, &many), (arguments, &referral.to_string())],
        expect![[r#"
            handoff: standard input: `age.birth_date`: the birth date is in the future: correct the date or give an age in years; `suspected_offenses[0].code`: no NIBRS offence has this code: correct it, or leave it out and write the statute; `suspected_offenses[1]`: nothing says which offence: give a code, a statute or the agency's own words; `drugs[0].quantity`: an amount cannot be negative: correct it; `history.violnt`: the rule pack has no such question, class or area: see `handoff pack explain` (did you mean `history.violent`?); `site.low_level`: the rule pack has no such question, class or area: see `handoff pack explain` (did you mean `site.low_level_drug_offense`?); `zone.answer.inside`: the rule pack has no such question, class or area: see `handoff pack explain`. Nothing was screened. Correct every field that is named and try again.
            handoff: standard input: `facts.age.years.years`: no person is that old: correct the age. Nothing was screened. Correct every field that is named and try again.
        "#]],
    );
}

#[test]
fn what_is_not_there_is_named() {
    let facts = clear().to_string();
    check_refused(
        &[
            (
                &["screen", "--pack", "md-baltimore-2018", "--facts", "-"],
                &facts,
            ),
            (
                &["screen", "--pack", BALTIMORE, "--facts", "no/such/file"],
                "",
            ),
        ],
        expect![[r#"
            handoff: md-baltimore-2018: there is no pack and no file of this name (did you mean `md-baltimore-2017`?); the packs that come with this program are md-baltimore-2017, mo-stlouis-county-2021, nc-fayetteville-2016, nc-statesville-2018, nc-waynesville-2018, nm-santafe-2014, ny-albany-2016, pa-philadelphia-pad-2017, wa-seattle-2011, wa-seattle-2023. Nothing was changed. Give the id of one of them, or a file.
            handoff: no/such/file: cannot be read (No such file or directory (os error 2)). Nothing was screened. Check the name of the file and who may read it.
        "#]],
    );
}

#[test]
fn a_command_line_that_does_not_read_ends_with_2() {
    for arguments in [
        &["screen", "--facts", "-"][..],
        &["screen", "--pack", BALTIMORE],
        &[
            "screen", "--pack", BALTIMORE, "--facts", "-", "--door", "arrest",
        ],
        &[
            "screen",
            "--pack",
            BALTIMORE,
            "--facts",
            "-",
            "--as-of",
            "yesterday",
        ],
        &[
            "screen",
            "--pack",
            BALTIMORE,
            "--facts",
            "-",
            "--language",
            "fr",
        ],
    ] {
        let ran = run(arguments, "{}");
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let command = format!(
        "\"{}\" pack explain {BALTIMORE} | head -1; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_handoff")
    );
    let ran = std::process::Command::new("bash")
        .args(["-c", &command])
        .output()
        .unwrap();
    assert_eq!(
        (ran.status.code(), ran.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}
