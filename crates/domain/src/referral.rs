//! A referral as the officer reports it: one encounter, the offer and the
//! response, what is known, and the screening that was shown.

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::door::Door;
use crate::facts::Facts;
use crate::ids::PersonId;
use crate::person::PersonDescription;
use crate::screening::Screening;

/// What the officer reports. The input of the field app's form and of
/// `handoff device refer`, and, unchanged, a part of the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReferralReport {
    /// By which door.
    pub door: Door,
    /// What set it off, when that is worth counting by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// Who it is about.
    #[serde(default)]
    pub person: PersonDescription,
    /// What is known, with the time of the encounter.
    pub facts: Facts,
    /// Where it was.
    #[serde(default, skip_serializing_if = "Place::is_empty")]
    pub place: Place,
    /// Needs that the officer saw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// An overdose in this encounter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdose: Option<Overdose>,
    /// Whether LEAD was offered, and what the person said.
    pub offer: Offer,
    /// In few words, without health details.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub narrative: String,
    /// Why it is referred although the screening advises another route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refer_anyway: Option<String>,
}

/// A referral as it is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralLogged {
    /// The person that the report is about; new with every referral until the
    /// site finds that two are one.
    pub person: PersonId,
    /// The report.
    pub report: ReferralReport,
    /// What the officer was shown. `None` where the site has no rules for the
    /// door. Never computed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Screening>,
    /// The officer holds the charge until the site decides: so the rules of an
    /// arrest diversion said at this site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub charge_held: bool,
}

/// What set a referral off.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An overdose that was just survived.
    PostOverdose,
}

/// Where an encounter was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Place {
    /// Address or cross street.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The agency's incident or case number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub incident_number: String,
}

impl Place {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A need that an officer can see.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Substance use.
    SubstanceUse,
    /// Mental health.
    MentalHealth,
    /// A place to live.
    Housing,
    /// A wound, an illness.
    Medical,
    /// Food.
    Food,
    /// Safety from somebody.
    Safety,
    /// Something else.
    Other,
}

/// An overdose in the encounter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overdose {
    /// Naloxone was given.
    #[serde(default)]
    pub naloxone_given: bool,
    /// Doses given, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doses: Option<u8>,
}

/// Whether LEAD was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It was, and this is what the person said.
    Made(Response),
    /// It was not, and this is why. Counted as carefully as offers made.
    NotMade(NotMadeReason),
}

/// What the person said to the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Wants help.
    Accepted,
    /// Said no.
    Declined(DeclinedReason),
    /// Wants to think about it.
    Undecided,
}

/// Why an offer was not made.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum NotMadeReason {
    /// The rules stood in the way.
    Ineligible,
    /// The officer chose another way.
    OfficerDiscretion,
    /// Nobody could come.
    NoCaseManagerAvailable,
    /// Outside the programme's hours.
    OutsideHours,
    /// It was not safe.
    Safety,
    /// The person could not be spoken with.
    UnableToCommunicate,
}

/// Why a person said no.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum DeclinedReason {
    /// They did not say.
    NotSaid,
    /// They do not want help now.
    NotNow,
    /// They have help already.
    HasHelp,
    /// They do not trust the programme or the police.
    Distrust,
    /// They prefer the ordinary process.
    PrefersOrdinaryProcess,
    /// Something else.
    Other,
}

/// A correction of a report that has left the device. The first report stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralAmended {
    /// Which referral.
    pub referral: crate::ids::ReferralId,
    /// The whole report as it should have been.
    pub report: ReferralReport,
    /// What was wrong, in words.
    pub reason: String,
}

/// A referral that should not have been made. The report stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralWithdrawn {
    /// Which referral.
    pub referral: crate::ids::ReferralId,
    /// Why, in words.
    pub reason: String,
}

/// The warm handoff: when somebody was called, when they took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffRecorded {
    /// Which referral.
    pub referral: crate::ids::ReferralId,
    /// When the case manager or peer was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_at: Option<DateTime<FixedOffset>>,
    /// When the person was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_off_at: Option<DateTime<FixedOffset>>,
    /// To whom, as called.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// Where.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
}
