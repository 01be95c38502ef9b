//! Facts as input and as records, and values that cannot be true.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use chrono::NaiveDate;
use expect_test::expect;
use handoff_domain::{
    Age, AgeBasis, Answer, Facts, FieldErrorCode, HistoryAnswer, HistoryBasis, PackHash,
    PartialDate, Quantity, nibrs_offences, offence_by_code,
};
use serde_json::json;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn check(facts: serde_json::Value) -> Vec<(String, FieldErrorCode)> {
    let facts: Facts = serde_json::from_value(facts).unwrap();
    facts
        .validate(day("2026-03-01"))
        .into_iter()
        .map(|e| (e.path, e.code))
        .collect()
}

fn full() -> serde_json::Value {
    json!({
        "encounter_at": "2026-03-01T23:15:00-05:00",
        "age": { "years": { "years": 30, "basis": "stated" } },
        "suspected_offenses": [
            { "code": "35A", "level": "misdemeanor", "statute": "5-601", "local_text": "CDS" }
        ],
        "drugs": [{ "drug": "D", "quantity": "0.5", "unit": "GM", "estimated": true, "form": "other" }],
        "zone": { "answer": { "inside": ["pilot_area"] }, "source": "officer_knowledge" },
        "position": { "latitude_e7": 392904000, "longitude_e7": -766122000, "accuracy_m": 12 },
        "supervision": { "probation": { "answer": "no", "source": "records_query",
                                        "checked_at": "2026-03-01T23:20:00-05:00" } },
        "open_case": { "answer": "no" },
        "open_warrant": { "answer": "yes", "most_serious": "misdemeanor", "place": "elsewhere" },
        "history": { "violent": { "answer": "yes", "basis": "convicted", "most_recent": "2004" } },
        "sex_offense_history": { "answer": "no" },
        "threat_to_public_safety": { "answer": "no" },
        "complainant": { "answer": "declines_prosecution" },
        "volunteers": { "answer": "yes", "source": "participant_statement" },
        "nexus": { "behavioral_health": { "answer": "unknown", "source": "not_checked" } },
        "prior_involvement": { "answer": "yes", "evidence": [
            { "evidence": "direct_observation", "date": "2025-11", "in_zone": "yes",
              "documented": "no", "source_role": "outreach worker" } ] },
        "prior_diversions": 1,
        "last_diversion": "2024-05",
        "site": { "low_level_drug_offense": { "answer": "yes" } }
    })
}

#[test]
fn what_is_written_reads_back_the_same_in_text_and_in_records() {
    let facts: Facts = serde_json::from_value(full()).unwrap();
    assert_eq!(serde_json::to_value(&facts).unwrap(), full());
    let mut record = Vec::new();
    ciborium::into_writer(&facts, &mut record).unwrap();
    assert_eq!(
        ciborium::from_reader::<Facts, _>(record.as_slice()).unwrap(),
        facts
    );
    assert_eq!(facts.validate(day("2026-03-01")), []);
}

#[test]
fn british_spelling_is_understood_too() {
    let facts: Facts = serde_json::from_value(json!({
        "suspected_offences": [{ "code": "40A" }], "sex_offence_history": { "answer": "no" }
    }))
    .unwrap();
    assert_eq!(facts.suspected_offences.len(), 1);
    assert!(facts.sex_offence_history.is_some());
}

#[test]
fn impossible_values_are_named_by_field() {
    use FieldErrorCode as Code;
    let table = [
        (
            json!({ "age": { "birth_date": "2026-03-02" } }),
            "age.birth_date",
            Code::BirthDateInFuture,
        ),
        (
            json!({ "age": { "birth_date": "1890-01-01" } }),
            "age.birth_date",
            Code::AgeImpossible,
        ),
        (
            json!({ "age": { "years": { "years": 131, "basis": "stated" } } }),
            "age.years.years",
            Code::AgeImpossible,
        ),
        (
            json!({ "age": { "band": { "from": 20, "to": 18 } } }),
            "age.band.to",
            Code::AgeBandReversed,
        ),
        (
            json!({ "age": { "band": { "from": 131 } } }),
            "age.band.from",
            Code::AgeImpossible,
        ),
        (
            json!({ "age": { "band": { "from": 18, "to": 200 } } }),
            "age.band.to",
            Code::AgeImpossible,
        ),
        (
            json!({ "suspected_offenses": [{ "code": "40A" }, { "code": "35Z" }] }),
            "suspected_offenses[1].code",
            Code::UnknownOffenceCode,
        ),
        (
            json!({ "suspected_offenses": [{ "statute": " " }] }),
            "suspected_offenses[0]",
            Code::OffenceNotNamed,
        ),
        (
            json!({ "drugs": [{ "drug": "D", "quantity": -1, "unit": "GM" }] }),
            "drugs[0].quantity",
            Code::NegativeAmount,
        ),
        (
            json!({ "history": { "violent": { "answer": "yes", "most_recent": "2027" } } }),
            "history.violent.most_recent",
            Code::DateInFuture,
        ),
        (
            json!({ "history": { "violent": { "answer": "yes", "most_recent": "2026-03-02" } } }),
            "history.violent.most_recent",
            Code::DateInFuture,
        ),
        (
            json!({ "prior_diversions": 2, "last_diversion": "2027" }),
            "last_diversion",
            Code::DateInFuture,
        ),
        (
            json!({ "prior_diversions": 0, "last_diversion": "2020" }),
            "last_diversion",
            Code::DateWithoutYes,
        ),
        (
            json!({ "sex_offense_history": { "answer": "no", "most_recent": "2001" } }),
            "sex_offense_history.most_recent",
            Code::DateWithoutYes,
        ),
        (
            json!({ "position": { "latitude_e7": 900000001, "longitude_e7": 0 } }),
            "position.latitude_e7",
            Code::PositionOffTheGlobe,
        ),
        (
            json!({ "position": { "latitude_e7": 0, "longitude_e7": -1800000001 } }),
            "position.longitude_e7",
            Code::PositionOffTheGlobe,
        ),
        (
            json!({ "zone": { "answer": { "inside": [] } } }),
            "zone.answer.inside",
            Code::NoAreaNamed,
        ),
        (
            json!({ "prior_involvement": { "answer": "yes", "evidence": [{ "evidence": "record", "date": "2027" }] } }),
            "prior_involvement.evidence[0].date",
            Code::DateInFuture,
        ),
        (
            json!({ "drugs": [{ "drug": "D", "unit": "XX" }], "drugs_found": { "answer": "no" } }),
            "drugs_found",
            Code::NoneAndSome,
        ),
        (
            json!({ "prior_involvement": { "answer": "no", "evidence": [{ "evidence": "record" }] } }),
            "prior_involvement.answer",
            Code::NoneAndSome,
        ),
    ];
    for (facts, path, code) in table {
        assert_eq!(check(facts), [(path.to_owned(), code)]);
    }
    for fine in [
        json!({ "age": { "birth_date": "2026-03-01" } }),
        json!({ "history": { "violent": { "answer": "yes", "most_recent": "2026" } } }),
        json!({ "suspected_offenses": [{ "local_text": "CDS possession" }] }),
        json!({ "drugs": [{ "drug": "D", "unit": "XX" }] }),
        json!({ "drugs": [{ "drug": "D", "unit": "XX" }], "drugs_found": { "answer": "yes" } }),
        json!({ "drugs_found": { "answer": "no" } }),
    ] {
        assert_eq!(check(fine), []);
    }
}

#[test]
fn an_error_says_what_to_do_and_repeats_no_answer() {
    let facts: Facts =
        serde_json::from_value(json!({ "suspected_offenses": [{ "code": "99Q" }] })).unwrap();
    let errors = facts.validate(day("2026-03-01"));
    expect![[r"suspected_offenses[0].code: no NIBRS offence has this code: correct it, or leave it out and write the statute"]]
        .assert_eq(&errors[0].to_string());
}

#[test]
fn amounts_are_exact() {
    for (typed, thousandths, shown) in [
        (json!("6"), 6000, "6"),
        (json!("6.0"), 6000, "6"),
        (json!("6.1"), 6100, "6.1"),
        (json!(6.1), 6100, "6.1"),
        (json!(0.005), 5, "0.005"),
        (json!(40), 40_000, "40"),
        (json!("3.9990"), 3999, "3.999"),
        (json!(-0.5), -500, "-0.5"),
    ] {
        let amount: Quantity = serde_json::from_value(typed).unwrap();
        assert_eq!(amount.thousandths(), thousandths);
        assert_eq!(amount.to_string(), shown);
    }
    for wrong in [
        json!("6,1"),
        json!(""),
        json!("."),
        json!("1."),
        json!("1e3"),
        json!("6.1234"),
        json!("9223372036854775807"),
        json!("--1"),
        json!(null),
        json!("+1"),
        json!(1e300),
    ] {
        assert!(
            serde_json::from_value::<Quantity>(wrong.clone()).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn dates_may_be_known_to_the_year_or_the_month() {
    for (text, first, last) in [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12-01", "2019-12-31"),
        ("2019-05-03", "2019-05-03", "2019-05-03"),
    ] {
        let date: PartialDate = text.parse().unwrap();
        assert_eq!((date.earliest(), date.latest()), (day(first), day(last)));
        assert_eq!(date.to_string(), text);
        assert_eq!(date.is_exact(), first == last);
    }
    for wrong in [
        "",
        "19",
        "2019-13",
        "2019-2",
        "2019-02-30",
        "2019-02-01-01",
        "20190101",
        "２０１９",
    ] {
        assert!(wrong.parse::<PartialDate>().is_err(), "{wrong}");
    }
}

#[test]
fn a_yes_carries_to_the_wider_basis_and_a_no_to_the_narrower() {
    use Answer::{No, Unknown, Yes};
    use HistoryBasis::{Charged, Convicted, HistoryOf};
    let table = [
        (Yes, Some(Convicted), [Yes, Yes, Yes]),
        (Yes, Some(Charged), [Unknown, Yes, Yes]),
        (Yes, Some(HistoryOf), [Unknown, Unknown, Yes]),
        (No, Some(Convicted), [No, Unknown, Unknown]),
        (No, Some(Charged), [No, No, Unknown]),
        (No, Some(HistoryOf), [No, No, No]),
        (Yes, None, [Yes, Yes, Yes]),
        (No, None, [No, No, No]),
        (Unknown, Some(HistoryOf), [Unknown, Unknown, Unknown]),
    ];
    for (answer, basis, expected) in table {
        let history = HistoryAnswer {
            answer,
            basis,
            ..HistoryAnswer::default()
        };
        let got = [Convicted, Charged, HistoryOf].map(|asked| history.relied_on(asked));
        assert_eq!(got, expected, "{answer:?} {basis:?}");
    }
}

#[test]
fn an_answer_that_nobody_checked_is_unknown() {
    let facts: Facts = serde_json::from_value(json!({
        "volunteers": { "answer": "yes", "source": "not_checked" },
        "open_case": { "answer": "no", "source": "not_checked" }
    }))
    .unwrap();
    assert_eq!(facts.volunteers.unwrap().relied_on(), Answer::Unknown);
    assert_eq!(facts.open_case.unwrap().relied_on(), Answer::Unknown);
}

#[test]
fn an_age_against_a_limit() {
    let as_of = day("2026-03-01");
    let table = [
        (Age::BirthDate(day("2008-03-01")), Answer::Yes),
        (Age::BirthDate(day("2008-03-02")), Answer::No),
        (
            Age::Band {
                from: 17,
                to: Some(18),
            },
            Answer::Unknown,
        ),
        (Age::Band { from: 18, to: None }, Answer::Yes),
        (
            Age::Band {
                from: 10,
                to: Some(17),
            },
            Answer::No,
        ),
        (Age::Band { from: 0, to: None }, Answer::Unknown),
    ];
    for (age, expected) in table {
        assert_eq!(age.at_least(18, as_of), expected, "{age:?}");
    }
    // An estimate decides only where the margin leaves no doubt.
    for years in 0..=200 {
        let given = |basis| Age::Years { years, basis }.at_least(18, as_of);
        let estimate = match years {
            0..=12 => Answer::No,
            13..=22 => Answer::Unknown,
            _ => Answer::Yes,
        };
        assert_eq!(given(AgeBasis::Estimated), estimate, "{years}");
        assert_eq!(given(AgeBasis::Stated), (years >= 18).into(), "{years}");
    }
    // No date is too far off to be counted from.
    assert_eq!(
        Age::BirthDate(NaiveDate::MAX).at_least(u16::MAX, NaiveDate::MIN),
        Answer::No
    );
    assert_eq!(
        Age::BirthDate(NaiveDate::MIN).at_least(18, NaiveDate::MAX),
        Answer::Yes
    );
}

#[test]
fn the_nibrs_table_is_whole() {
    assert_eq!(nibrs_offences().len(), 84);
    let mut codes: Vec<_> = nibrs_offences().iter().map(|row| row.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), 84);
    assert!(nibrs_offences().iter().all(|row| {
        row.code.len() == 3
            && !row.description.is_empty()
            && ["A", "B"].contains(&row.group)
            && !row.crime_against.is_empty()
    }));
    assert_eq!(
        offence_by_code("35A").unwrap().description,
        "Drug/Narcotic Violations"
    );
    assert_eq!(
        offence_by_code("64A").unwrap().description,
        "Human Trafficking, Commercial Sex Acts"
    );
    assert_eq!(
        offence_by_code("90Z").unwrap().crime_against,
        "Person, Property, or Society"
    );
    assert!(offence_by_code("35a").is_none() && offence_by_code("").is_none());
}

#[test]
fn a_pack_hash_is_hexadecimal_in_text_and_bytes_in_records() {
    let hash = PackHash([0xab; 32]);
    let text = serde_json::to_string(&hash).unwrap();
    assert_eq!(text, format!("\"{}\"", "ab".repeat(32)));
    assert_eq!(serde_json::from_str::<PackHash>(&text).unwrap(), hash);
    let mut record = Vec::new();
    ciborium::into_writer(&hash, &mut record).unwrap();
    assert_eq!(record.len(), 34);
    assert_eq!(
        ciborium::from_reader::<PackHash, _>(record.as_slice()).unwrap(),
        hash
    );
    let short = format!("\"{}\"", "ab".repeat(31));
    let odd = format!("\"{}zz\"", "ab".repeat(31));
    assert!(serde_json::from_str::<PackHash>(&short).is_err());
    assert!(serde_json::from_str::<PackHash>(&odd).is_err());
}
