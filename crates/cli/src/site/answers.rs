//! What the site commands answer: names in snake_case that stay.

use handoff_domain::PackRef;
use handoff_site::storage::{DeviceRow, PersonRow, ReferralRow};
use handoff_site::{Founded, Invited, lane_name};
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
pub struct DeviceAnswer {
    pub device: String,
    pub name: String,
    pub first_seen_at: String,
    pub last_contact_at: Option<String>,
    /// Not enrolled by this database: it showed a certificate that holds.
    pub vouched: bool,
    pub revoked_at: Option<String>,
}

impl DeviceAnswer {
    pub fn of(device: &DeviceRow) -> Self {
        Self {
            device: device.device.to_string(),
            name: device.name.clone(),
            first_seen_at: device.first_seen_at.to_rfc3339(),
            last_contact_at: device.last_contact_at.map(|at| at.to_rfc3339()),
            vouched: device.vouched,
            revoked_at: device.revoked_at.map(|at| at.to_rfc3339()),
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
        Self { id: pack.id.clone(), version: pack.version.clone(), hash: pack.hash.to_string() }
    }
}

#[derive(Serialize)]
pub struct InvitedAnswer {
    pub code: String,
    pub expires_at: String,
}

impl InvitedAnswer {
    pub fn of(invited: &Invited) -> Self {
        Self { code: invited.code.clone(), expires_at: invited.expires_at.to_rfc3339() }
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
            if all.is_empty() { "-".to_owned() } else { all.join(",") }
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
