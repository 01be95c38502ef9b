//! Engagement: from the officer's report to a participant's life with the
//! programme. Moved by the field and the program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Authority, IllegalMove, Track};
use crate::role::Role;

/// Where engagement stands (E0 to E12 of the field's vocabulary; E3 and E4
/// are the verification track).
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
pub enum EngagementState {
    /// On a device only, not sent.
    Draft,
    /// Reported.
    #[default]
    Submitted,
    /// Reported and screened.
    Screened,
    /// A case manager or peer was called; the handoff clock runs.
    CaseManagerCalled,
    /// Somebody took over; custody is relinquished.
    HandedOff,
    /// The person said no.
    DeclinedByPerson,
    /// Outreach is trying.
    ContactAttempting,
    /// The brief intake is done.
    BriefIntakeDone,
    /// The assessment is done; the intake clock stops.
    AssessmentDone,
    /// The plan is signed.
    PlanActive,
    /// In contact.
    Active,
    /// Out of contact for now.
    Inactive,
    /// Closed.
    Closed,
}

/// What moves engagement.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum EngagementMove {
    /// Report.
    Submit,
    /// Screen.
    Screen,
    /// Call somebody.
    CallCaseManager,
    /// Hand the person over.
    HandOff,
    /// The person says no.
    PersonDeclines,
    /// Try to reach the person.
    AttemptContact,
    /// Complete the brief intake.
    CompleteBriefIntake,
    /// Complete the assessment.
    CompleteAssessment,
    /// Sign the plan.
    ActivatePlan,
    /// Be in contact.
    Engage,
    /// Lose contact.
    LoseContact,
    /// Close, with the reason.
    Close(CloseReason),
    /// Open again: not a new person.
    Reopen,
}

/// Why a case was closed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Goals met.
    GoalsMet,
    /// Moved away.
    Moved,
    /// Died.
    Deceased,
    /// Opted out.
    OptedOut,
    /// Incarcerated for long.
    IncarceratedLongTerm,
    /// Lost contact.
    LostContact,
    /// The assessment is complete, which is all that the site asks.
    AssessmentComplete,
}

impl EngagementMove {
    /// Every move, closing by one reason.
    pub const ALL: [Self; 13] = [
        Self::Submit,
        Self::Screen,
        Self::CallCaseManager,
        Self::HandOff,
        Self::PersonDeclines,
        Self::AttemptContact,
        Self::CompleteBriefIntake,
        Self::CompleteAssessment,
        Self::ActivatePlan,
        Self::Engage,
        Self::LoseContact,
        Self::Close(CloseReason::GoalsMet),
        Self::Reopen,
    ];
}

impl Track for EngagementState {
    type Move = EngagementMove;

    const ALL: &'static [Self] = &[
        Self::Draft,
        Self::Submitted,
        Self::Screened,
        Self::CaseManagerCalled,
        Self::HandedOff,
        Self::DeclinedByPerson,
        Self::ContactAttempting,
        Self::BriefIntakeDone,
        Self::AssessmentDone,
        Self::PlanActive,
        Self::Active,
        Self::Inactive,
        Self::Closed,
    ];

    fn apply(self, by: EngagementMove) -> Result<Self, IllegalMove<Self>> {
        use EngagementMove as M;
        use EngagementState as S;
        let to = match (self, by) {
            (S::Draft, M::Submit) => S::Submitted,
            (S::Submitted, M::Screen) => S::Screened,
            (S::Submitted | S::Screened | S::ContactAttempting, M::CallCaseManager) => {
                S::CaseManagerCalled
            }
            (
                S::Submitted | S::Screened | S::CaseManagerCalled | S::ContactAttempting,
                M::HandOff,
            ) => S::HandedOff,
            (
                S::Submitted
                | S::Screened
                | S::CaseManagerCalled
                | S::HandedOff
                | S::ContactAttempting
                | S::BriefIntakeDone,
                M::PersonDeclines,
            ) => S::DeclinedByPerson,
            (
                S::Submitted | S::Screened | S::CaseManagerCalled | S::DeclinedByPerson,
                M::AttemptContact,
            ) => S::ContactAttempting,
            (
                S::Submitted
                | S::Screened
                | S::CaseManagerCalled
                | S::HandedOff
                | S::ContactAttempting,
                M::CompleteBriefIntake,
            ) => S::BriefIntakeDone,
            (S::HandedOff | S::ContactAttempting | S::BriefIntakeDone, M::CompleteAssessment) => {
                S::AssessmentDone
            }
            (S::AssessmentDone, M::ActivatePlan) => S::PlanActive,
            (S::AssessmentDone | S::PlanActive | S::Inactive, M::Engage) => S::Active,
            (
                S::BriefIntakeDone | S::AssessmentDone | S::PlanActive | S::Active,
                M::LoseContact,
            ) => S::Inactive,
            (
                S::Submitted
                | S::Screened
                | S::CaseManagerCalled
                | S::HandedOff
                | S::DeclinedByPerson
                | S::ContactAttempting
                | S::BriefIntakeDone
                | S::AssessmentDone
                | S::PlanActive
                | S::Active
                | S::Inactive,
                M::Close(_),
            ) => S::Closed,
            (S::Closed, M::Reopen) => S::Active,
            (from, by) => return Err(IllegalMove { from, by }),
        };
        Ok(to)
    }

    fn may(authority: Authority, by: EngagementMove) -> bool {
        use EngagementMove as M;
        let role = authority.role();
        match by {
            M::Submit | M::Screen => {
                matches!(
                    role,
                    Role::Officer
                        | Role::Sergeant
                        | Role::PeerSpecialist
                        | Role::ProjectManager
                        | Role::CommunityReferrer
                )
            }
            M::CallCaseManager => {
                matches!(role, Role::Officer | Role::Sergeant | Role::PeerSpecialist)
            }
            M::HandOff | M::PersonDeclines => matches!(
                role,
                Role::Officer | Role::Sergeant | Role::PeerSpecialist | Role::CaseManager
            ),
            M::AttemptContact | M::CompleteBriefIntake => {
                matches!(
                    role,
                    Role::PeerSpecialist | Role::CaseManager | Role::Supervisor
                )
            }
            M::CompleteAssessment | M::ActivatePlan | M::Engage | M::LoseContact => {
                matches!(role, Role::CaseManager | Role::Supervisor)
            }
            M::Close(_) | M::Reopen => matches!(role, Role::Supervisor),
        }
    }
}
