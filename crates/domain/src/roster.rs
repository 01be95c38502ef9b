//! What a site says about itself in its own lane: its people and its rules.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::role::Role;
use crate::screening::PackRef;

/// A rule pack is in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPublished {
    /// Which version.
    pub pack: PackRef,
    /// From the local day of this date on.
    pub effective: NaiveDate,
    /// The pack's exact bytes (TOML).
    pub text: String,
}

/// Somebody came, changed role or left. The newest entry about a person counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterChanged {
    /// Who.
    pub user: UserId,
    /// Their name, unique within the site.
    pub name: String,
    /// Their roles; empty when the account is disabled.
    pub roles: BTreeSet<Role>,
    /// The agency's ORI or the organisation, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agency: String,
}
