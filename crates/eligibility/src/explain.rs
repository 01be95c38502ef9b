//! A pack in plain words, as data.
//!
//! Why: a programme manager must be able to read back what a pack says, and to
//! see which of it rests on no text. How it moves: [`explain`] makes rows, the
//! command line and the console print them. What it does not do: it writes no
//! prose of its own in any language; words are the pack's, the rest is values.

use std::collections::BTreeSet;

use handoff_domain::{Door, PackRef, Role, Severity, SitePolicy, Words};
use schemars::JsonSchema;
use serde::Serialize;

use crate::pack::{NamedZone, RulePack};

/// A whole pack in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Explanation {
    /// Which pack.
    pub pack: PackRef,
    /// The programme's name.
    pub title: Words,
    /// The first day on which it is in force.
    pub effective_from: chrono::NaiveDate,
    /// Everything beside the rules.
    pub policy: SitePolicy,
    /// The same, a row each, with what no text bears out.
    pub policy_rows: Vec<PolicyRow>,
    /// The areas.
    pub zones: Vec<NamedZone>,
    /// The rules.
    pub rules: Vec<RuleRow>,
}

/// One part of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct PolicyRow {
    /// Its path in the policy.
    pub field: &'static str,
    /// Its value, as the pack writes it.
    pub value: String,
    /// Whether a text of the site bears it out.
    pub verified: bool,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct RuleRow {
    /// Its id.
    pub rule: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its words.
    pub words: Words,
    /// How much it weighs.
    pub severity: Severity,
    /// The doors it is for.
    pub doors: BTreeSet<Door>,
    /// What it asks, in the pack's words.
    pub asks: Vec<Words>,
    /// The clause.
    pub clause: String,
    /// Where that stands.
    pub source: String,
    /// Whether it was checked against the site's own text.
    pub verified: bool,
    /// Who may waive it.
    pub waivable_by: Vec<Role>,
}

/// Says what a pack says.
#[must_use]
pub fn explain(pack: &RulePack) -> Explanation {
    let rules = pack.rules.iter().map(|rule| RuleRow {
        rule: rule.id.clone(),
        kind: rule.kind_name,
        words: rule.words.clone(),
        severity: rule.severity,
        doors: Door::ALL
            .into_iter()
            .filter(|door| rule.applies_to(*door))
            .collect(),
        asks: rule
            .asks()
            .into_iter()
            .filter_map(|ask| pack.question(ask))
            .map(|row| row.words.clone())
            .collect(),
        clause: rule.clause.clone(),
        source: rule.source.clone(),
        verified: rule.verified,
        waivable_by: rule.waivable_by.clone(),
    });
    Explanation {
        pack: pack.pack_ref(),
        title: pack.title.clone(),
        effective_from: pack.effective_from,
        policy: pack.policy.clone(),
        policy_rows: policy_rows(&pack.policy),
        zones: pack.zones.clone(),
        rules: rules.collect(),
    }
}

/// The fields of a policy that a pack can call unverified.
pub(crate) const POLICY_FIELDS: [&str; 13] = [
    "time_zone",
    "doors",
    "verifies",
    "decides",
    "waives",
    "handoff.target_minutes",
    "handoff.may_precede_decision",
    "handoff.place",
    "intake.due_days",
    "intake.due_days_earliest",
    "charge",
    "caseload_cap",
    "script",
];

fn policy_rows(policy: &SitePolicy) -> Vec<PolicyRow> {
    let roles = |roles: &BTreeSet<Role>| {
        roles
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let doors: Vec<_> = policy.doors.iter().map(|door| door.as_str()).collect();
    let optional = |number: Option<u16>| number.map_or_else(String::new, |n| n.to_string());
    let values = [
        policy.time_zone.clone(),
        doors.join(", "),
        roles(&policy.verifies),
        roles(&policy.decides),
        roles(&policy.waives),
        optional(policy.handoff.target_minutes),
        policy.handoff.may_precede_decision.to_string(),
        policy
            .handoff
            .place
            .as_ref()
            .map_or_else(String::new, |w| w.en.clone()),
        optional(policy.intake.due_days),
        optional(policy.intake.due_days_earliest),
        policy.charge.words.en.clone(),
        optional(policy.caseload_cap),
        policy.script.en.clone(),
    ];
    let row = |(field, value): (&'static str, String)| PolicyRow {
        field,
        value,
        verified: !policy.unverified.contains(field),
    };
    POLICY_FIELDS
        .into_iter()
        .zip(values)
        .filter(|(_, value)| !value.is_empty())
        .map(row)
        .collect()
}
