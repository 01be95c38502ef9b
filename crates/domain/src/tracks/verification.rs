//! Verification: the site looks at a referral and decides. Only the site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Authority, IllegalMove, Track, Written};
use crate::role::Role;

/// Where verification stands. No screen says "denied".
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    TS,
)]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// Nobody has decided.
    #[default]
    Pending,
    /// Somebody has a question first.
    NeedsInformation,
    /// Approved: the person may become a participant.
    Approved,
    /// Not approved. Other services are offered.
    NotApproved,
}

/// What moves verification.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VerificationMove {
    /// Approve.
    Approve,
    /// Do not approve.
    NotApprove,
    /// Ask first.
    NeedInformation,
    /// Look again: an answer came, or the decision was wrong.
    Reopen,
}

impl VerificationMove {
    /// Every move.
    pub const ALL: [Self; 4] = [
        Self::Approve,
        Self::NotApprove,
        Self::NeedInformation,
        Self::Reopen,
    ];
}

impl Track for VerificationState {
    type Move = VerificationMove;

    const ALL: &'static [Self] = &[
        Self::Pending,
        Self::NeedsInformation,
        Self::Approved,
        Self::NotApproved,
    ];

    fn apply(self, by: VerificationMove) -> Result<Self, IllegalMove<Self>> {
        use VerificationMove as M;
        match (self, by) {
            (Self::Pending | Self::NeedsInformation, M::Approve) => Ok(Self::Approved),
            (Self::Pending | Self::NeedsInformation, M::NotApprove) => Ok(Self::NotApproved),
            (Self::Pending, M::NeedInformation) => Ok(Self::NeedsInformation),
            (Self::NeedsInformation | Self::Approved | Self::NotApproved, M::Reopen) => {
                Ok(Self::Pending)
            }
            (Self::Pending, M::Reopen)
            | (Self::NeedsInformation, M::NeedInformation)
            | (
                Self::Approved | Self::NotApproved,
                M::Approve | M::NotApprove | M::NeedInformation,
            ) => Err(IllegalMove { from: self, by }),
        }
    }

    /// Who of these decides at a site is its pack's policy; the site checks
    /// that before it writes the entry.
    fn may(authority: Authority, _: VerificationMove) -> bool {
        authority.written() == Written::AtSite
            && matches!(
                authority.role(),
                Role::Sergeant | Role::Supervisor | Role::ProsecutorLiaison | Role::ProjectManager
            )
    }
}
