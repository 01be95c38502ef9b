//! The charge, arrest door only. The program shows due dates and files nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Authority, IllegalMove, Track, Written};
use crate::role::Role;

/// Where the charge stands (C0 to C7).
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
pub enum ChargeState {
    /// There is none.
    #[default]
    None,
    /// The officer holds it.
    Held,
    /// The prosecutor has the papers.
    SentToProsecutor,
    /// The prosecutor agrees to hold it.
    Accepted,
    /// The prosecutor does not agree: the ordinary process.
    Rejected,
    /// The intake assessment is due.
    IntakeDue,
    /// Not filed, or closed.
    NotFiled,
    /// The intake assessment is overdue.
    IntakeOverdue,
    /// Returned for filing, or a warrant.
    Returned,
}

/// What moves the charge.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ChargeMove {
    /// The officer holds the charge.
    Hold,
    /// The papers go to the prosecutor.
    Send,
    /// The prosecutor agrees.
    Accept,
    /// The prosecutor does not agree.
    Reject,
    /// The intake clock starts.
    SetIntakeDue,
    /// The intake clock has run out.
    PassIntakeDue,
    /// The prosecutor does not file.
    DoNotFile,
    /// The prosecutor takes it back.
    Return,
}

impl ChargeMove {
    /// Every move.
    pub const ALL: [Self; 8] = [
        Self::Hold,
        Self::Send,
        Self::Accept,
        Self::Reject,
        Self::SetIntakeDue,
        Self::PassIntakeDue,
        Self::DoNotFile,
        Self::Return,
    ];
}

impl Track for ChargeState {
    type Move = ChargeMove;

    const ALL: &'static [Self] = &[
        Self::None,
        Self::Held,
        Self::SentToProsecutor,
        Self::Accepted,
        Self::Rejected,
        Self::IntakeDue,
        Self::NotFiled,
        Self::IntakeOverdue,
        Self::Returned,
    ];

    fn apply(self, by: ChargeMove) -> Result<Self, IllegalMove<Self>> {
        use ChargeMove as M;
        use ChargeState as S;
        let to = match (self, by) {
            (S::None, M::Hold) => S::Held,
            (S::None | S::Held, M::Send) => S::SentToProsecutor,
            (S::Held | S::SentToProsecutor, M::Accept) => S::Accepted,
            (S::Held | S::SentToProsecutor, M::Reject) => S::Rejected,
            (S::Accepted, M::SetIntakeDue) => S::IntakeDue,
            (S::IntakeDue, M::PassIntakeDue) => S::IntakeOverdue,
            (S::Accepted | S::IntakeDue | S::IntakeOverdue, M::DoNotFile) => S::NotFiled,
            (S::Accepted | S::IntakeDue | S::IntakeOverdue, M::Return) => S::Returned,
            (from, by) => return Err(IllegalMove { from, by }),
        };
        Ok(to)
    }

    fn may(authority: Authority, by: ChargeMove) -> bool {
        use ChargeMove as M;
        match by {
            M::Hold | M::Send => matches!(authority.role(), Role::Officer | Role::Sergeant),
            M::Accept | M::Reject | M::DoNotFile | M::Return => {
                authority.role() == Role::ProsecutorLiaison
                    && authority.written() == Written::AtSite
            }
            M::SetIntakeDue | M::PassIntakeDue => {
                authority.written() == Written::AtSite
                    && matches!(
                        authority.role(),
                        Role::ProsecutorLiaison | Role::ProjectManager | Role::SiteAdmin
                    )
            }
        }
    }
}
