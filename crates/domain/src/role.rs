//! The roles a person can hold at a site, by name.
//!
//! Why here: a rule pack says which roles verify, decide and waive, and packs
//! are data. What it does not do: it grants nothing; who may do and see what is
//! decided by the role table of this crate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A role at a site.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A police officer or deputy who makes referrals.
    Officer,
    /// A supervising officer.
    Sergeant,
    /// A certified peer specialist.
    PeerSpecialist,
    /// A case manager.
    CaseManager,
    /// The supervisor of case management.
    Supervisor,
    /// The prosecutor's liaison, who moves the charge.
    ProsecutorLiaison,
    /// The project manager.
    ProjectManager,
    /// An evaluator, who sees measures and no names.
    Evaluator,
    /// A community partner who refers.
    CommunityReferrer,
    /// Runs the site's installation.
    SiteAdmin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Officer,
        Self::Sergeant,
        Self::PeerSpecialist,
        Self::CaseManager,
        Self::Supervisor,
        Self::ProsecutorLiaison,
        Self::ProjectManager,
        Self::Evaluator,
        Self::CommunityReferrer,
        Self::SiteAdmin,
    ];

    /// The name that stands in records and packs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Sergeant => "sergeant",
            Self::PeerSpecialist => "peer_specialist",
            Self::CaseManager => "case_manager",
            Self::Supervisor => "supervisor",
            Self::ProsecutorLiaison => "prosecutor_liaison",
            Self::ProjectManager => "project_manager",
            Self::Evaluator => "evaluator",
            Self::CommunityReferrer => "community_referrer",
            Self::SiteAdmin => "site_admin",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
