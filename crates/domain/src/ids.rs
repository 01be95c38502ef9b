//! Names of people, sites and records.
//!
//! Ids are made where a record is made (on a device without signal too), so
//! they are UUIDs given in as arguments, never counters.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Its sixteen bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From sixteen bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// One entry. Version 7, so that ids sort roughly by the time of capture.
    EntryId
);
uuid_id!(
    /// A referral: the id of the entry that logged it.
    ReferralId
);
uuid_id!(
    /// A person who was met, referred or served. Not yet a participant.
    PersonId
);
uuid_id!(
    /// Somebody of the site's roster: officer, peer specialist, prosecutor, …
    UserId
);

impl From<ReferralId> for EntryId {
    fn from(id: ReferralId) -> Self {
        Self(id.0)
    }
}

impl From<EntryId> for ReferralId {
    fn from(id: EntryId) -> Self {
        Self(id.0)
    }
}

/// A site's short name, such as `md-baltimore`: 2 to 40 of `a-z 0-9 -`,
/// beginning with a letter.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct SiteId(String);

/// A text that is not a site id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a site id is 2 to 40 letters a-z, digits and hyphens, beginning with a letter, such as md-baltimore"
)]
pub struct SiteIdError;

impl SiteId {
    /// Checks and takes a site id.
    ///
    /// # Errors
    /// [`SiteIdError`] when the text is not one.
    pub fn new(text: &str) -> Result<Self, SiteIdError> {
        let fits = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(SiteIdError)
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SiteId {
    type Error = SiteIdError;

    fn try_from(text: String) -> Result<Self, SiteIdError> {
        Self::new(&text)
    }
}

impl From<SiteId> for String {
    fn from(id: SiteId) -> Self {
        id.0
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
