//! What is known about an encounter when it is screened.
//!
//! Why: one value that the officer fills, the engine reads and the entry keeps
//! for ever, so that a screening can be explained years later. How it moves:
//! drafts collect it, `screen` reads it, `ReferralLogged` carries it. A missing
//! answer is unknown, never no. Every question of a rule pack has an id that is
//! its path in here, for example `supervision.probation`, `history.violent` or
//! `site.low_level_drug_offense`. What it does not hold: names, birth dates of
//! the person record, narrative; those are in the person and the encounter.
//! A field that this version does not know is left alone, because a record may
//! come from a newer device; that a person's input holds no misspelt field is
//! checked where input is read (`handoff-cli`, `input.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::age::Age;
use crate::answer::{
    Answered, ComplainantAnswer, HistoryAnswer, InvolvementAnswer, MatterAnswer, Nexus,
    Supervision, ZoneAnswer,
};
use crate::calendar::PartialDate;
use crate::drug::DrugAmount;
use crate::offence::SuspectedOffence;

/// The facts of one encounter, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Facts {
    /// When it happened, in local time with its offset from UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter_at: Option<DateTime<FixedOffset>>,
    /// How old the person is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// What the person is suspected of.
    #[serde(
        default,
        rename = "suspected_offenses",
        alias = "suspected_offences",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub suspected_offences: Vec<SuspectedOffence>,
    /// Drugs and amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drugs: Vec<DrugAmount>,
    /// Whether there are drugs at all: an empty list alone does not say that
    /// somebody looked. A list that is not empty says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drugs_found: Option<Answered>,
    /// In which of the site's areas the encounter was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneAnswer>,
    /// Where the encounter was, for sites whose areas are polygons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Supervision by a court or by corrections, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub supervision: BTreeMap<Supervision, Answered>,
    /// An open criminal case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_case: Option<MatterAnswer>,
    /// An open warrant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_warrant: Option<MatterAnswer>,
    /// A case in a treatment court (drug or mental-health court).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment_court: Option<Answered>,
    /// History by the pack's class of offences, for example `violent`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<String, HistoryAnswer>,
    /// A history of sex offences.
    #[serde(
        default,
        rename = "sex_offense_history",
        alias = "sex_offence_history",
        skip_serializing_if = "Option::is_none"
    )]
    pub sex_offence_history: Option<HistoryAnswer>,
    /// A duty to register as a sex offender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrant: Option<Answered>,
    /// An order that bars contact with a current participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_contact_order: Option<Answered>,
    /// Whether the person is a threat to public safety.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threat_to_public_safety: Option<Answered>,
    /// Suspected of delivery or possession with intent to deliver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Answered>,
    /// Whether dealing, if any, is only for the person's own subsistence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subsistence_only: Option<Answered>,
    /// Suspected of exploiting minors or others in dealing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploits_minors: Option<Answered>,
    /// Suspected of promoting prostitution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotes_prostitution: Option<Answered>,
    /// Suspected of trafficking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trafficking: Option<Answered>,
    /// A complainant or victim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant: Option<ComplainantAnswer>,
    /// Lives where the site serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident: Option<Answered>,
    /// Amenable to diversion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amenable: Option<Answered>,
    /// Wants to take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volunteers: Option<Answered>,
    /// What may lie behind the conduct, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nexus: BTreeMap<Nexus, Answered>,
    /// Prior involvement (social contacts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_involvement: Option<InvolvementAnswer>,
    /// How many times the person was diverted before; absent = not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_diversions: Option<u16>,
    /// When the last earlier diversion was; the year alone is enough. It says
    /// itself that there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_diversion: Option<PartialDate>,
    /// Whether the programme has room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_has_capacity: Option<Answered>,
    /// Answers to the site's own questions, by the id in its pack.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub site: BTreeMap<String, Answered>,
}

/// A position in ten-millionths of a degree (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Position {
    /// Latitude in ten-millionths of a degree, north positive.
    pub latitude_e7: i32,
    /// Longitude in ten-millionths of a degree, east positive.
    pub longitude_e7: i32,
    /// Radius in metres within which the true position lies, if the device says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
}
