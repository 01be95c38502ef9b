//! The three doors by which a person reaches LEAD.
//!
//! Why: every rule of every site is keyed by (site, door), because sites exclude
//! at one door what they accept at another. How it moves: an officer or a
//! referrer picks the door, it travels in the referral's entry, and the
//! screening engine picks the rules by it. What it does not do: it says nothing
//! about whether a site offers that door; that is [`crate::SitePolicy::doors`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the person came to be referred.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// An officer has probable cause (at some sites reasonable suspicion) and
    /// diverts instead of booking.
    ArrestDiversion,
    /// An officer refers someone outside a moment of potential arrest.
    SocialContact,
    /// A community partner refers someone; no police involvement.
    Community,
}

impl Door {
    /// Every door, in the order in which screens list them.
    pub const ALL: [Self; 3] = [Self::ArrestDiversion, Self::SocialContact, Self::Community];

    /// The name that stands in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ArrestDiversion => "arrest_diversion",
            Self::SocialContact => "social_contact",
            Self::Community => "community",
        }
    }
}

impl std::fmt::Display for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
