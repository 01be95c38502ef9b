//! Records of a later version: what this one does not know stays out of its way.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use ciborium::Value;
use handoff_domain::{Body, CapturedAt, Hlc, OccurredAt, Record, Role};
use serde_json::json;

/// A referral with something in every part of it, as its record's body.
fn referral() -> serde_json::Value {
    json!({
        "person": "01890000-0000-7000-8000-000000000001",
        "charge_held": true,
        "report": {
            "door": "arrest_diversion",
            "trigger": "post_overdose",
            "person": {
                "given_name": "Ana",
                "goes_by": ["Red"],
                "observed": { "sex": "F" },
                "contact": { "phone": "555 0100", "safe_to_leave_message": false }
            },
            "facts": {
                "encounter_at": "2026-03-01T23:15:00-05:00",
                "age": { "years": { "years": 30, "basis": "stated" } },
                "suspected_offenses": [{ "code": "35A" }],
                "drugs": [{ "drug": "D", "quantity": "0.5", "unit": "GM" }],
                "zone": { "answer": { "inside": ["pilot_area"] } },
                "position": { "latitude_e7": 1, "longitude_e7": 2 },
                "supervision": { "probation": { "answer": "no" } },
                "open_warrant": { "answer": "yes", "place": "elsewhere" },
                "history": { "violent": { "answer": "yes", "most_recent": "2004" } },
                "complainant": { "answer": "declines_prosecution" },
                "prior_involvement": { "answer": "yes", "evidence": [{ "evidence": "record" }] },
                "site": { "low_level_drug_offense": { "answer": "yes" } }
            },
            "place": { "address": "Lexington St" },
            "overdose": { "naloxone_given": true },
            "offer": { "made": { "declined": "not_said" } }
        },
        "screening": {
            "outcome": "presumptively_ineligible",
            "findings": [{
                "rule": "no_conviction", "clause": "no violent record", "severity": "hard",
                "result": "hit",
                "saw": [{
                    "question": "history.violent",
                    "value": { "history": { "answer": "yes", "most_recent": "2004" } }
                }, {
                    "question": "suspected_offenses",
                    "value": { "offenses": [{ "code": "35A", "listed": "yes" }] }
                }]
            }],
            "open_questions": [{ "question": "amenable", "rules": ["amenable"] }],
            "pack": { "id": "md-baltimore-2017", "version": "1", "hash": "00".repeat(32) },
            "door": "arrest_diversion",
            "as_of": "2026-03-01"
        }
    })
}

fn record() -> Record {
    let body = serde_json::from_value(referral()).unwrap();
    Record {
        occurred_at: OccurredAt("2026-03-01T23:15:00-05:00".parse().unwrap()),
        captured_at: CapturedAt {
            clock_ms: 1_772_425_000_000,
            hlc: Hlc::default(),
        },
        role: Role::Officer,
        based_on: Vec::new(),
        body: Body::ReferralLogged(body),
    }
}

/// The value at `path`, whose steps are names and positions.
fn at<'a>(value: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('.')
        .filter(|step| !step.is_empty())
        .fold(value, |value, step| match value {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
            Value::Map(pairs) => pairs
                .iter_mut()
                .find(|(name, _)| name.as_text() == Some(step))
                .map(|(_, value)| value)
                .unwrap_or_else(|| panic!("no {step} in {path}")),
            _ => panic!("{path} leads nowhere"),
        })
}

#[test]
fn a_field_of_a_later_version_hides_nothing_of_an_entry() {
    let record = record();
    let bytes = record.to_bytes().unwrap();
    for path in [
        "",
        "body",
        "body.report",
        "body.report.person",
        "body.report.person.observed",
        "body.report.person.contact",
        "body.report.place",
        "body.report.overdose",
        "body.report.facts",
        "body.report.facts.age.years",
        "body.report.facts.suspected_offenses.0",
        "body.report.facts.drugs.0",
        "body.report.facts.zone",
        "body.report.facts.position",
        "body.report.facts.supervision.probation",
        "body.report.facts.open_warrant",
        "body.report.facts.history.violent",
        "body.report.facts.complainant",
        "body.report.facts.prior_involvement",
        "body.report.facts.prior_involvement.evidence.0",
        "body.report.facts.site.low_level_drug_offense",
        "captured_at",
        "captured_at.hlc",
        "body.screening",
        "body.screening.findings.0",
        "body.screening.findings.0.saw.0",
        "body.screening.findings.0.saw.0.value.history",
        "body.screening.findings.0.saw.1.value.offenses.0",
        "body.screening.open_questions.0",
        "body.screening.pack",
    ] {
        let mut value: Value = ciborium::from_reader(bytes.as_slice()).unwrap();
        let later = Value::Map(vec![(Value::Text("more".into()), Value::Null)]);
        at(&mut value, path)
            .as_map_mut()
            .unwrap_or_else(|| panic!("{path} has no fields"))
            .insert(0, (Value::Text("added_later".into()), later));
        let mut newer = Vec::new();
        ciborium::into_writer(&value, &mut newer).unwrap();
        assert_ne!(newer, bytes);
        assert_eq!(Record::from_bytes(&newer).as_ref(), Ok(&record), "{path}");
    }
}
