//! What the site commands answer: names in snake_case that stay.

use std::collections::BTreeMap;
use std::path::Path;

use handoff_domain::PackRef;
use handoff_site::storage::{PersonRow, ReferralRow};
use handoff_site::{BackedUp, Examination, Founded, Invited, Restored, lane_name};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub struct FoundedAnswer {
    pub recovery_key: String,
    pub site: String,
    /// SHA-256 over the identity key, as devices pin it.
    pub pin: String,
    pub pack: PackName,
}

#[derive(Serialize)]
pub struct PackName {
    pub id: String,
    pub version: String,
}

impl FoundedAnswer {
    pub fn of(site: &str, founded: &Founded) -> Self {
        let (id, version) = founded.pack.clone();
        Self {
            recovery_key: founded.recovery_key.to_string(),
            site: site.to_owned(),
            pin: founded.pin.clone(),
            pack: PackName { id, version },
        }
    }
}

#[derive(Serialize)]
pub struct PersonAnswer {
    pub person: String,
    pub name: String,
    pub roles: Vec<&'static str>,
    pub agency: String,
}

impl PersonAnswer {
    pub fn of(person: &PersonRow) -> Self {
        Self {
            person: person.user.to_string(),
            name: person.name.clone(),
            roles: person.roles.iter().map(|role| role.as_str()).collect(),
            agency: person.agency.clone(),
        }
    }
}

#[derive(Serialize)]
pub struct PackAnswer {
    pub id: String,
    pub version: String,
    pub hash: String,
}

impl PackAnswer {
    pub fn of(pack: &PackRef) -> Self {
        Self {
            id: pack.id.clone(),
            version: pack.version.clone(),
            hash: pack.hash.to_string(),
        }
    }
}

#[derive(Serialize)]
pub struct InvitedAnswer {
    pub code: String,
    pub expires_at: String,
}

impl InvitedAnswer {
    pub fn of(invited: &Invited) -> Self {
        Self {
            code: invited.code.clone(),
            expires_at: invited.expires_at.to_rfc3339(),
        }
    }
}

#[derive(Serialize)]
pub struct ReferralAnswer {
    pub referral: String,
    pub door: Value,
    pub verification: Value,
    pub engagement: Value,
    pub charge: Value,
    /// Where it was logged: the lane, and the place in it.
    pub lane: Option<String>,
    pub seq: Option<u64>,
    pub received_at: Option<String>,
    pub encounter_at: Option<String>,
    /// What the officer was shown.
    pub outcome: Value,
    pub withdrawn: bool,
    pub conflict: bool,
}

impl ReferralAnswer {
    pub fn of(row: &ReferralRow) -> Self {
        let (lane, seq, received_at) = match row.logged {
            Some((lane, seq, at)) => (Some(lane_name(&lane)), Some(seq), Some(at.to_rfc3339())),
            None => (None, None, None),
        };
        Self {
            referral: row.referral.to_string(),
            door: name(&row.door),
            verification: name(&row.verification),
            engagement: name(&row.engagement),
            charge: name(&row.charge),
            lane,
            seq,
            received_at,
            encounter_at: row.occurred_at.map(|at| at.to_rfc3339()),
            outcome: name(&row.outcome),
            withdrawn: row.withdrawn,
            conflict: row.has_conflict,
        }
    }
}

#[derive(Serialize)]
pub struct DecidedAnswer {
    pub referral: String,
    pub verification: String,
}

impl DecidedAnswer {
    pub fn of(row: &ReferralRow) -> Self {
        let verification = name(&row.verification);
        Self {
            referral: row.referral.to_string(),
            verification: verification.as_str().unwrap_or_default().to_owned(),
        }
    }
}

#[derive(Serialize)]
pub struct BackedUpAnswer {
    pub file: String,
    pub site: String,
    pub epoch: String,
    pub made_at: String,
    pub bytes: u64,
    pub items: u64,
}

impl BackedUpAnswer {
    pub fn of(file: &Path, done: &BackedUp) -> Self {
        Self {
            file: file.display().to_string(),
            site: done.record.name.to_string(),
            epoch: done.record.epoch.to_string(),
            made_at: done.record.made_at.to_rfc3339(),
            bytes: done.bytes,
            items: done.items,
        }
    }
}

#[derive(Serialize)]
pub struct RestoredAnswer {
    pub site: String,
    pub epoch: String,
    pub backup_made_at: String,
    pub awaiting_confirmation: bool,
    /// Events of the control log that the backup did not know.
    pub replayed: usize,
}

impl RestoredAnswer {
    pub fn of(restored: &Restored) -> Self {
        Self {
            site: restored.record.name.to_string(),
            epoch: restored.epoch.to_string(),
            backup_made_at: restored.record.made_at.to_rfc3339(),
            awaiting_confirmation: restored.awaiting,
            replayed: restored.replayed,
        }
    }
}

#[derive(Serialize)]
pub struct DoctorAnswer {
    pub well: bool,
    pub database: &'static str,
    pub control_log: &'static str,
    pub opening_keys_missing: Vec<String>,
    pub awaiting_confirmation: bool,
    pub alarms: Vec<&'static str>,
    pub parked: BTreeMap<&'static str, usize>,
    pub items: u64,
    pub unapplied: u64,
    pub not_backed_up: u64,
    pub devices: usize,
    pub devices_vouched: usize,
}

impl DoctorAnswer {
    pub fn of(found: &Examination) -> Self {
        let word = |is_well: bool| if is_well { "sound" } else { "damaged" };
        Self {
            well: found.is_well(),
            database: word(found.database_sound),
            control_log: word(found.control_log.is_ok()),
            opening_keys_missing: found.opening_keys_missing.clone(),
            awaiting_confirmation: found.awaiting_confirmation,
            alarms: found.alarms.iter().map(|(code, _)| *code).collect(),
            parked: found.parked.clone(),
            items: found.items,
            unapplied: found.unapplied,
            not_backed_up: found.not_backed_up,
            devices: found.devices.0,
            devices_vouched: found.devices.1,
        }
    }
}

/// What cures a parked entry: it is judged again by itself afterwards.
pub fn cure(code: &str) -> &'static str {
    match code {
        "key_missing" => {
            "put the opening key back from a backup and start the server again, or let its author \
             sign in on their device after a new key was announced"
        }
        "author_unknown" => "let its device sync again: it shows its people's certificates",
        "author_disabled" => "enable the account, or let it through",
        "not_permitted" => "give its author the role, or let it through",
        "unknown_kind" => "update this program",
        "id_taken" => "compare the two with their authors; both are kept",
        "erased" => "nothing: it was erased by an order",
        "other_site" => "speak to its author: it was written for another site",
        _ => "speak to its author and look at their device; it is kept here as it came",
    }
}

/// One line for each field.
pub fn list<T: Serialize>(value: &T) -> String {
    let Value::Object(fields) = name(value) else {
        return String::new();
    };
    let line = |(field, value): (&String, &Value)| format!("{field}\t{value}");
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The name that an enum has in records.
fn name<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Rows for people: one line each, with tabs between.
pub fn table<T: Serialize>(rows: &[T]) -> String {
    let cell = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let all: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            if all.is_empty() {
                "-".to_owned()
            } else {
                all.join(",")
            }
        }
        other => other.to_string(),
    };
    let mut lines = Vec::new();
    for row in rows {
        if let Value::Object(fields) = name(row) {
            if lines.is_empty() {
                lines.push(fields.keys().cloned().collect::<Vec<_>>().join("\t"));
            }
            lines.push(fields.values().map(cell).collect::<Vec<_>>().join("\t"));
        }
    }
    lines.join("\n")
}
