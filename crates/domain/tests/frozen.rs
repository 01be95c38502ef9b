//! Records as released versions wrote them read as they were meant, for ever.
//!
//! `frozen/VERSION/KIND.cbor` is what that version wrote for the record of
//! [`sample`]. A released file is never written again: a version that changes
//! a kind adds its own folder.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::path::{Path, PathBuf};

use handoff_domain::{
    AttachmentAdded, AttachmentAddress, AttachmentKey, AttachmentKind, Body, CapturedAt, Hlc,
    OccurredAt, Record, Role,
};
use serde_json::{Value, json};

const REFERRAL: &str = "01890000-0000-7000-8000-000000000002";
/// Released versions, and the kinds that came after each.
const VERSIONS: &[(&str, &[&str])] = &[("0.1.0", &["attachment_added"])];

fn report() -> Value {
    json!({
        "door": "arrest_diversion",
        "trigger": "post_overdose",
        "person": {
            "given_name": "Ana", "family_name": "Şahin", "goes_by": ["Red", "🌙"],
            "observed": { "sex": "F" }, "id_basis": "stated", "language": "es",
            "contact": { "where_to_find": "the shelter", "phone": "555 0100", "safe_to_leave_message": false }
        },
        "facts": {
            "encounter_at": "2026-03-01T23:15:00-05:00",
            "age": { "years": { "years": 30, "basis": "stated" } },
            "suspected_offenses": [{ "code": "35A", "level": "misdemeanor" }],
            "drugs": [{ "drug": "D", "quantity": "0.5", "unit": "GM" }],
            "zone": { "answer": { "inside": ["pilot_area"] } },
            "position": { "latitude_e7": 1, "longitude_e7": 2 },
            "supervision": { "probation": { "answer": "no", "source": "records_query" } },
            "open_warrant": { "answer": "yes", "place": "elsewhere" },
            "history": { "violent": { "answer": "yes", "most_recent": "2004" } },
            "complainant": { "answer": "declines_prosecution" },
            "prior_involvement": { "answer": "yes", "evidence": [{ "evidence": "record" }] },
            "site": { "low_level_drug_offense": { "answer": "yes" } }
        },
        "place": { "address": "Lexington St", "incident_number": "26-000123" },
        "needs": ["housing", "substance_use"],
        "overdose": { "naloxone_given": true },
        "offer": { "made": { "declined": "not_said" } },
        "narrative": "Sat on the steps.",
        "refer_anyway": "Asked for help."
    })
}

fn screening() -> Value {
    json!({
        "outcome": "presumptively_ineligible",
        "findings": [{
            "rule": "no_conviction", "clause": "no violent record", "severity": "hard",
            "result": "hit",
            "saw": [{
                "question": "history.violent",
                "value": { "history": { "answer": "yes", "most_recent": "2004" } }
            }]
        }],
        "open_questions": [{ "question": "amenable", "rules": ["amenable"] }],
        "pack": { "id": "md-baltimore-2017", "version": "1", "hash": "5a".repeat(32) },
        "door": "arrest_diversion",
        "as_of": "2026-03-01"
    })
}

/// The record that was frozen for a kind.
fn sample(kind: &str) -> Record {
    fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).unwrap()
    }
    let body = match kind {
        "referral_logged" => Body::ReferralLogged(of(json!({
            "person": "01890000-0000-7000-8000-000000000001",
            "charge_held": true, "report": report(), "screening": screening()
        }))),
        "referral_amended" => Body::ReferralAmended(of(json!({
            "referral": REFERRAL, "report": report(), "reason": "the other street"
        }))),
        "referral_withdrawn" => Body::ReferralWithdrawn(of(json!({
            "referral": REFERRAL, "reason": "entered twice"
        }))),
        "handoff_recorded" => Body::HandoffRecorded(of(json!({
            "referral": REFERRAL, "called_at": "2026-03-01T23:20:00-05:00",
            "handed_off_at": "2026-03-01T23:50:00-05:00", "to": "case manager", "place": "Central District"
        }))),
        "attachment_added" => Body::AttachmentAdded(AttachmentAdded {
            referral: of(json!(REFERRAL)),
            what: AttachmentKind::Signature,
            media_type: "image/png".to_owned(),
            len: 2_000,
            address: AttachmentAddress([0xa1; 32]),
            sealed_len: 2_016,
            key: AttachmentKey([0xa2; 32]),
        }),
        "engagement_moved" => Body::EngagementMoved(of(json!({
            "referral": REFERRAL, "move": "complete_brief_intake", "note": "at the shelter"
        }))),
        "verification_decided" => Body::VerificationDecided(of(json!({
            "referral": REFERRAL, "decision": "need_information", "reason": "Which shelter?"
        }))),
        "charge_moved" => Body::ChargeMoved(of(json!({
            "referral": REFERRAL, "move": "do_not_file"
        }))),
        "pack_published" => Body::PackPublished(of(json!({
            "pack": { "id": "md-baltimore-2017", "version": "2", "hash": "5b".repeat(32) },
            "effective": "2026-04-01", "text": "id = \"md-baltimore-2017\"\n"
        }))),
        "roster_changed" => Body::RosterChanged(of(json!({
            "user": "01890000-0000-7000-8000-000000000003", "name": "Imogen Calloway",
            "roles": ["officer", "sergeant"], "agency": "bpd"
        }))),
        other => panic!("no sample of `{other}`: a new kind is frozen with its first release"),
    };
    Record {
        occurred_at: OccurredAt("2026-03-01T23:15:00-05:00".parse().unwrap()),
        captured_at: CapturedAt {
            clock_ms: 1_772_425_000_000,
            hlc: Hlc {
                wall_ms: 1_772_425_000_000,
                count: 3,
            },
        },
        role: Role::Officer,
        based_on: vec![of(json!("01890000-0000-7000-8000-000000000004"))],
        body,
    }
}

fn folder(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/frozen")
        .join(version)
}

#[test]
fn what_released_versions_wrote_reads_as_it_was_meant() {
    for (version, later) in VERSIONS {
        for (kind, _) in Body::KINDS.iter().filter(|(kind, _)| !later.contains(kind)) {
            let file = folder(version).join(kind).with_extension("cbor");
            let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(
                Record::from_bytes(&bytes).as_ref(),
                Ok(&sample(kind)),
                "{kind} of {version}"
            );
        }
    }
}

/// `cargo test -p handoff-domain --test frozen -- --ignored` freezes the kinds
/// of a version that is about to be released. It replaces no file.
#[test]
#[ignore = "writes files; run by hand for a release"]
fn freeze() {
    let folder = folder(env!("CARGO_PKG_VERSION"));
    std::fs::create_dir_all(&folder).unwrap();
    for (kind, _) in Body::KINDS {
        let file = folder.join(kind).with_extension("cbor");
        if !file.exists() {
            std::fs::write(&file, sample(kind).to_bytes().unwrap()).unwrap();
        }
    }
}
