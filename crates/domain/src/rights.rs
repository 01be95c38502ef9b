//! Who may write and who may receive what: one table, read by site, device and
//! tests alike.

use crate::entry::{Body, Entry, Record};
use crate::ids::UserId;
use crate::role::Role;
use crate::tracks::{Authority, Track as _, Written};

/// What a reader is to a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Who reads.
    pub user: UserId,
    /// As what.
    pub role: Role,
}

/// Whether an author with this role, writing here, may write this record. What
/// a site's own policy adds (who of several roles decides) is checked before
/// the entry is written.
#[must_use]
pub fn may_write(record: &Record, written: Written) -> bool {
    let role = record.role;
    let authority = Authority::of(role, written);
    match &record.body {
        Body::ReferralLogged(_) | Body::ReferralAmended(_) | Body::ReferralWithdrawn(_) => {
            written == Written::OnDevice && matches!(role, Role::Officer | Role::Sergeant)
        }
        Body::HandoffRecorded(_) | Body::AttachmentAdded(_) => {
            written == Written::OnDevice && matches!(role, Role::Officer | Role::Sergeant)
        }
        Body::EngagementMoved(moved) => crate::EngagementState::may(authority, moved.by),
        Body::VerificationDecided(decided) => {
            crate::VerificationState::may(authority, decided.decision)
        }
        Body::ChargeMoved(moved) => crate::ChargeState::may(authority, moved.by),
        Body::PackPublished(_) => {
            written == Written::AtSite && matches!(role, Role::ProjectManager | Role::SiteAdmin)
        }
        Body::RosterChanged(_) => {
            written == Written::AtSite && matches!(role, Role::ProjectManager | Role::SiteAdmin)
        }
        Body::Unknown { .. } => false,
    }
}

/// Whether an entry may be on a device that somebody with this role reads.
/// `own` says that the viewer logged the referral that the entry speaks of.
/// Whole entries only: nobody ever receives a stripped one.
#[must_use]
pub fn may_receive(viewer: Viewer, entry: &Entry, own: bool) -> bool {
    if entry.author == viewer.user {
        return true;
    }
    match &entry.record.body {
        Body::PackPublished(_) | Body::RosterChanged(_) => true,
        Body::ReferralLogged(_)
        | Body::ReferralAmended(_)
        | Body::ReferralWithdrawn(_)
        | Body::HandoffRecorded(_)
        | Body::AttachmentAdded(_) => {
            own || matches!(
                viewer.role,
                Role::ProsecutorLiaison | Role::ProjectManager | Role::Supervisor
            )
        }
        Body::VerificationDecided(_) => {
            own || matches!(
                viewer.role,
                Role::ProsecutorLiaison
                    | Role::ProjectManager
                    | Role::Supervisor
                    | Role::CaseManager
            )
        }
        Body::ChargeMoved(_) => {
            own || matches!(viewer.role, Role::ProsecutorLiaison | Role::ProjectManager)
        }
        Body::EngagementMoved(_) => {
            matches!(
                viewer.role,
                Role::CaseManager | Role::Supervisor | Role::ProjectManager
            )
        }
        Body::Unknown { .. } => false,
    }
}
