use std::io::{BufReader, Read as _};

use expect_test::{Expect, expect};
use handoff_domain::{Facts, ReferralReport};
use serde_json::{Value, json};

use super::strict::parse;
use super::{InputError, Meant, Objects, shown};

/// What becomes of each text: the line of each object, then the error.
fn check(texts: &[&[u8]], expect: Expect) {
    let mut all = Vec::new();
    for text in texts {
        // A reader that gives little at a time.
        let mut said = Vec::new();
        for object in Objects::of(BufReader::with_capacity(7, *text)) {
            match object.and_then(|object| object.read::<Facts>()) {
                Ok(read) => said.push(format!("object on line {}", read.line)),
                Err(error) => {
                    said.push(error.to_string());
                    break;
                }
            }
        }
        all.push(said.join(" | "));
    }
    expect.assert_eq(&all.join("\n"));
}

#[test]
fn one_object_over_lines_or_one_on_each() {
    check(
        &[
            b"{}",
            b"\n\n  {\n}\n\n",
            b"{}\r\n{}\r\n\r\n{\"drugs\": []}",
            b"\xef\xbb\xbf{}\n",
            b"{\"history\": {\"a}\\\"{\": {\"answer\": \"no\"}}}\n{}",
            b"",
            b" \n\t\n",
        ],
        expect![[r#"
            object on line 1
            object on line 3
            object on line 1 | object on line 2 | object on line 4
            object on line 1
            object on line 1 | object on line 2

        "#]],
    );
}

#[test]
fn what_is_not_json_names_line_and_column() {
    check(
        &[
            b"hello",
            b"{}\n  {\"drugs\": [}",
            "{\"história\": {}, x}".as_bytes(),
            b"{\n \"drugs\": [],\n}",
            b"{\n\"drugs\": [",
            b"{\"resident\": \"a\nb\"}",
            b"{\"a\n{}",
            b"[{}]",
            b"12",
            b"\"facts\"",
            b"{} {}",
            b"{\n} }",
            b"{}\n\xff\xfe{",
        ],
        expect![[r#"
            line 1, column 1: this is not JSON (it begins with no {)
            object on line 1 | line 2, column 14: this is not JSON (expected value)
            line 1, column 18: this is not JSON (key must be a string)
            line 3, column 1: this is not JSON (trailing comma)
            line 2, column 10: this is not JSON (it ends within a list)
            line 1, column 16: this is not JSON (control character (\u0000-\u001F) found while parsing a string)
            line 1, column 4: this is not JSON (control character (\u0000-\u001F) found while parsing a string)
            line 1: this is not a JSON object but a list
            line 1: this is not a JSON object but a single value
            line 1: this is not a JSON object but a text
            line 1, column 4: something follows the object on its line
            line 2, column 3: something follows the object on its line
            object on line 1 | line 2, column 1: this is not text in UTF-8"#]],
    );
}

#[test]
fn an_object_without_an_end_does_not_fill_the_memory() {
    let endless = b"{\"drugs\":[".as_slice().chain(std::io::repeat(b' '));
    let mut read = Objects::of(BufReader::new(endless));
    assert!(matches!(
        read.next(),
        Some(Err(InputError::TooLarge { line: 1, .. }))
    ));
    assert!(read.next().is_none());
    let open = "{\n".to_owned() + &"{\"a\": 1},\n".repeat(200_000);
    let mut read = Objects::of(open.as_bytes());
    assert!(matches!(
        read.next(),
        Some(Err(InputError::NotJson { line: 2, .. }))
    ));
}

fn referral() -> Value {
    json!({
        "door": "arrest_diversion",
        "person": { "given_name": "Ana", "observed": { "sex": "F" }, "contact": { "phone": "1" } },
        "facts": {
            "encounter_at": "2026-03-01T23:15:00-05:00",
            "age": { "years": { "years": 30, "basis": "stated" } },
            "suspected_offenses": [{ "code": "35A" }],
            "drugs": [{ "drug": "D", "quantity": "0.5", "unit": "GM" }],
            "zone": { "answer": { "inside": ["pilot_area"] } },
            "position": { "latitude_e7": 1, "longitude_e7": 2 },
            "supervision": { "probation": { "answer": "no" } },
            "open_warrant": { "answer": "no" },
            "history": { "violent": { "answer": "no" } },
            "complainant": { "answer": "none" },
            "prior_involvement": { "answer": "yes", "evidence": [{ "evidence": "record" }] },
            "site": { "low_level_drug_offense": { "answer": "yes" } }
        },
        "place": { "address": "Lexington St" },
        "overdose": { "naloxone_given": true },
        "offer": { "made": { "declined": "not_said" } }
    })
}

fn read(referral: &Value) -> Result<ReferralReport, InputError> {
    parse(&referral.to_string(), 1, 1)
}

#[test]
fn a_field_that_nobody_knows_is_named_by_its_path_wherever_it_stands() {
    read(&referral()).unwrap();
    for path in [
        "",
        "person",
        "person.observed",
        "person.contact",
        "facts",
        "facts.age.years",
        "facts.suspected_offenses[0]",
        "facts.drugs[0]",
        "facts.zone",
        "facts.position",
        "facts.supervision.probation",
        "facts.open_warrant",
        "facts.history.violent",
        "facts.complainant",
        "facts.prior_involvement",
        "facts.prior_involvement.evidence[0]",
        "facts.site.low_level_drug_offense",
        "place",
        "overdose",
    ] {
        let mut referral = referral();
        let pointer = path.replace(['.', '['], "/").replace(']', "");
        let pointer = if path.is_empty() {
            pointer
        } else {
            format!("/{pointer}")
        };
        referral.pointer_mut(&pointer).unwrap()["zzz"] = json!({ "zzz": [1] });
        let Err(InputError::UnknownFields { fields, .. }) = read(&referral) else {
            panic!("{path} took an unknown field");
        };
        let dot = if path.is_empty() { "" } else { "." };
        let [field] = fields.as_slice() else {
            panic!("{fields:?}")
        };
        assert_eq!(field.path, format!("{path}{dot}zzz"));
    }
}

/// Each change, a value at a pointer, and what is said of it.
fn refused(changes: &[(&str, Value)], expect: Expect) {
    let mut all = Vec::new();
    for (pointer, change) in changes {
        let mut referral = referral();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match referral.pointer_mut(parent).unwrap() {
            Value::Object(fields) => {
                fields.insert(name.to_owned(), change.clone());
            }
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = change.clone(),
            _ => panic!("{pointer} leads nowhere"),
        }
        all.push(read(&referral).unwrap_err().to_string());
    }
    expect.assert_eq(&all.join("\n"));
}

#[test]
fn a_misspelt_field_is_refused_with_the_one_that_was_meant() {
    refused(
        &[
            ("/facts/suspected_offensess", json!([])),
            ("/facts/volunters", json!({ "answer": "yes" })),
            ("/facts/open_case", json!({ "anwser": "no" })),
            ("/facts/supervision/probaton", json!({ "answer": "no" })),
            ("/facts/nexus", json!({ "opiod": { "answer": "no" } })),
            ("/facts/age", json!({ "birthdate": "2000-01-01" })),
            (
                "/facts/age",
                json!({ "years": { "years": 1, "basis": "stated", "bases": 1 } }),
            ),
            ("/persn", json!({})),
            ("/a\u{1b}[2Jb\u{202e}c", json!({})),
        ],
        expect![[r#"
            the object on line 1 has no field `facts.suspected_offensess` (did you mean `suspected_offenses`?)
            the object on line 1 has no field `facts.volunters` (did you mean `volunteers`?)
            the object on line 1 has no field `facts.open_case.anwser` (did you mean `answer`?)
            the object on line 1 has no field `facts.supervision.probaton` (did you mean `probation`?)
            the object on line 1 has no field `facts.nexus.opiod` (did you mean `opioid`?)
            the object on line 1 has no field `facts.age.birthdate` (did you mean `birth_date`?)
            the object on line 1 has no field `facts.age.years.bases` (did you mean `basis`?)
            the object on line 1 has no field `persn` (did you mean `person`?)
            the object on line 1 has no field `a\u{1b}[2Jb\u{202e}c`"#]],
    );
}

#[test]
fn a_value_that_a_field_does_not_take_is_refused_without_repeating_it() {
    refused(
        &[
            ("/door", json!("arrest_diverson")),
            ("/door", json!(5)),
            ("/facts/open_warrant/answer", json!("maybe")),
            ("/facts/open_warrant/answer", json!(true)),
            ("/facts/open_warrant", json!("no")),
            ("/facts/encounter_at", json!("yesterday")),
            ("/facts/encounter_at", json!("2026-03-01T23:15:00")),
            ("/facts/age", json!(30)),
            ("/facts/age", json!({ "birth_date": "4 May" })),
            (
                "/facts/age",
                json!({ "years": { "years": 70000, "basis": "stated" } }),
            ),
            ("/facts/age", json!({ "years": { "years": 30 } })),
            (
                "/facts/age",
                json!({ "birth_date": "2000-01-01", "years": {} }),
            ),
            ("/facts/drugs/0/quantity", json!("Maria")),
            ("/facts/drugs/0/quantity", json!([])),
            ("/facts/drugs/0/drug", json!("heroin")),
            ("/facts/drugs/0", json!({ "drug": "D" })),
            (
                "/facts/history/violent",
                json!({ "answer": "yes", "most_recent": "May" }),
            ),
            ("/facts/zone", json!({ "answer": "pilot_area" })),
            ("/offer", json!("made")),
            ("/offer", json!({ "made": "maybe" })),
            ("/offer", Value::Null),
            ("/person/given_name", json!(12)),
            ("/person/goes_by", json!("Red")),
            ("/overdose/doses", json!(-1)),
            ("/overdose/naloxone_given", json!("Maria Lopez")),
        ],
        expect![[r#"
            line 1: `door` takes one of arrest_diversion, social_contact, community (did you mean `arrest_diversion`?)
            line 1: `door` takes one of arrest_diversion, social_contact, community
            line 1: `facts.open_warrant.answer` takes one of yes, no, unknown
            line 1: `facts.open_warrant.answer` takes one of yes, no, unknown
            line 1: `facts.open_warrant` takes an object { … }
            line 1: `facts.encounter_at` takes a local time with its offset, such as "2026-03-01T23:15:00-05:00"
            line 1: `facts.encounter_at` takes a local time with its offset, such as "2026-03-01T23:15:00-05:00"
            line 1: `facts.age` takes an object { "birth_date": … }, or an object { "years": … }, or an object { "band": … }
            line 1: `facts.age.birth_date` takes a date, such as "2026-03-01"
            line 1: `facts.age.years.years` takes a whole number from 0 to 65535
            line 1: `facts.age.years.basis` is missing
            line 1: `facts.age` takes an object { "birth_date": … }, or an object { "years": … }, or an object { "band": … }
            line 1: `facts.drugs[0].quantity` cannot be read: not an amount: write digits with at most one decimal point, for example 6.1
            line 1: `facts.drugs[0].quantity` takes a text in quotes, or a number
            line 1: `facts.drugs[0].drug` takes one of A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, U, X
            line 1: `facts.drugs[0].unit` is missing
            line 1: `facts.history.violent.most_recent` cannot be read: not a date: write YYYY, YYYY-MM or YYYY-MM-DD
            line 1: `facts.zone.answer` takes one of inside, outside, unknown
            line 1: `offer.made` takes one of accepted, undecided, or an object { "declined": … }
            line 1: `offer.made` takes one of accepted, declined, undecided
            line 1: `offer` takes an object { "made": … }, or an object { "not_made": … }
            line 1: `person.given_name` takes a text in quotes
            line 1: `person.goes_by` takes a list [ … ]
            line 1: `overdose.doses` takes a whole number from 0 to 255
            line 1: `overdose.naloxone_given` takes true or false"#]],
    );
}

#[test]
fn what_is_missing_or_given_twice_is_named() {
    let mut referral = referral();
    referral.as_object_mut().unwrap().remove("offer");
    let missing = read(&referral).unwrap_err().to_string();
    expect![[r#"line 1: `offer` is missing"#]].assert_eq(&missing);
    let twice = r#"{"door": "community", "door": "social_contact"}"#;
    let error = parse::<ReferralReport>(twice, 4, 1).unwrap_err();
    expect!["line 4: `door` is given twice"].assert_eq(&error.to_string());
    // A table would keep the second answer and lose the first.
    let twice = r#"{"history": {"violent": {"answer": "yes"},
        "violent": {"answer": "no"}}}"#;
    let error = parse::<Facts>(twice, 4, 1).unwrap_err();
    expect!["line 5: `history.violent` is given twice"].assert_eq(&error.to_string());
}

#[test]
fn names_of_any_script_come_through_unchanged() {
    for name in [
        "Ñandú",
        "李小龍",
        "محمد",
        "Zoë 👩‍🚒",
        "Ṱ̺̺o̞̬m",
        "a\0b\u{1b}",
        "x\u{202e}y",
    ] {
        let mut referral = referral();
        referral["person"]["given_name"] = json!(name);
        assert_eq!(read(&referral).unwrap().person.given_name, name);
    }
}

#[test]
fn a_name_far_from_all_others_suggests_nothing() {
    assert_eq!(
        Meant::among("volunters", ["resident", "volunteers"])
            .0
            .as_deref(),
        Some("volunteers")
    );
    assert_eq!(Meant::among("zzz", ["resident", "volunteers"]), Meant(None));
    assert_eq!(shown(&"é".repeat(100)).chars().count(), 65);
}
