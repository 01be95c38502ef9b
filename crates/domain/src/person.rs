//! The person who was met, as the officer describes them.
//!
//! A person becomes a participant only by approval. What an officer observed
//! and what a person says of themselves are different types with no
//! conversion: [`ObservedDemographics`] here, self-report in the intake.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest name or line of text, in characters.
pub const MAX_LINE: usize = 200;
/// Longest narrative, in characters.
pub const MAX_NARRATIVE: usize = 280;

/// Who it is, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PersonDescription {
    /// Given name; empty when not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub given_name: String,
    /// Family name; empty when not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub family_name: String,
    /// What people call them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub goes_by: Vec<String>,
    /// The name is not known, and that is fine.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub name_not_known: bool,
    /// How the officer knows who it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_basis: Option<IdBasis>,
    /// BCP 47 tag of the language that the person speaks best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An interpreter is needed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interpreter_needed: bool,
    /// What the officer saw, in the codes of NIBRS. Never mapped to self-report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<ObservedDemographics>,
    /// How to reach them.
    #[serde(skip_serializing_if = "ContactDetails::is_empty")]
    pub contact: ContactDetails,
}

/// How the officer knows who it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum IdBasis {
    /// An identity card was seen.
    IdCard,
    /// The officer knows the person.
    KnownToOfficer,
    /// The person said so.
    Stated,
    /// Not known.
    Unknown,
}

/// Demographics that an officer observed (NIBRS codes).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ObservedDemographics {
    /// Sex as observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<ObservedSex>,
    /// Race as observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub race: Option<ObservedRace>,
    /// Ethnicity as observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<ObservedEthnicity>,
}

/// NIBRS sex codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ObservedSex {
    /// Female.
    F,
    /// Male.
    M,
    /// Unknown.
    U,
}

/// NIBRS race codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ObservedRace {
    /// White.
    W,
    /// Black or African American.
    B,
    /// American Indian or Alaska Native.
    I,
    /// Asian.
    A,
    /// Native Hawaiian or other Pacific Islander.
    P,
    /// Unknown.
    U,
}

/// NIBRS ethnicity codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ObservedEthnicity {
    /// Hispanic or Latino.
    H,
    /// Not Hispanic or Latino.
    N,
    /// Unknown.
    U,
}

/// How to reach somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ContactDetails {
    /// A shelter, a corner, a friend's place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub where_to_find: String,
    /// A phone number as given.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// A message may be left there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_to_leave_message: Option<bool>,
}

impl ContactDetails {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl PersonDescription {
    /// The name as a list shows it: given and family name, else what people
    /// call them, else nothing.
    #[must_use]
    pub fn shown_name(&self) -> String {
        let full = [self.given_name.as_str(), self.family_name.as_str()];
        let full: Vec<&str> = full.into_iter().filter(|part| !part.is_empty()).collect();
        if full.is_empty() {
            self.goes_by.first().cloned().unwrap_or_default()
        } else {
            full.join(" ")
        }
    }
}
