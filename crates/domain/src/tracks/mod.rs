//! The three tracks of a referral, each with one authority.
//!
//! Verification is the site's, engagement the field's and the program's, the
//! charge the prosecutor's. In Baltimore and Santa Fe the handoff comes before
//! the approval, and offline they race: so they are separate machines, and
//! none waits for another.

mod charge;
mod engagement;
mod verification;

pub use charge::{ChargeMove, ChargeState};
pub use engagement::{CloseReason, EngagementMove, EngagementState};
pub use verification::{VerificationMove, VerificationState};

use crate::role::Role;

/// Where an entry was written: a part of what gives it authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Written {
    /// In a device's lane.
    OnDevice,
    /// In the site's lane.
    AtSite,
}

/// The right to move a track, built only from an entry's verified lane and
/// role. There is no other way to get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    role: Role,
    written: Written,
}

impl Authority {
    /// The authority of an entry whose lane and role were verified.
    pub(crate) const fn of(role: Role, written: Written) -> Self {
        Self { role, written }
    }

    /// The role.
    #[must_use]
    pub const fn role(self) -> Role {
        self.role
    }

    /// Where it was written.
    #[must_use]
    pub const fn written(self) -> Written {
        self.written
    }
}

/// A machine that moves.
pub trait Track: Copy + Eq + std::fmt::Debug + 'static {
    /// What moves it.
    type Move: Copy + Eq + std::fmt::Debug;

    /// Every state.
    const ALL: &'static [Self];

    /// The state after a move.
    ///
    /// # Errors
    /// [`IllegalMove`] when the move does not lead on from this state.
    fn apply(self, by: Self::Move) -> Result<Self, IllegalMove<Self>>;

    /// Whether this authority may make the move at all.
    fn may(authority: Authority, by: Self::Move) -> bool;
}

/// A move that does not lead on from a state. Kept and shown as a conflict,
/// never dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{by:?} does not lead on from {from:?}")]
pub struct IllegalMove<T: Track> {
    /// The state.
    pub from: T,
    /// The move.
    pub by: T::Move,
}

#[cfg(test)]
mod tests;
