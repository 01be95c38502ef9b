//! Deciding on a referral.
//!
//! A decision is an entry of the site's lane, like everything else that is said.
//! Who decides is the site's own policy: the pack in force. It builds on the
//! decision before it, so that two at once are seen as what they are.

use handoff_domain::rights;
use handoff_domain::{
    Body, CapturedAt, Decided, EntryId, Hlc, MAX_NARRATIVE, OccurredAt, Record, ReferralId, Role,
    Track as _, VerificationMove, VerificationState, Written,
};

use crate::apply::views;
use crate::packs;
use crate::people::{self, PersonError};
use crate::site::Site;
use crate::site_lane::{self, SiteLaneError};
use crate::storage::{ReferralRow, StorageError};

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The entry was not written.
    #[error(transparent)]
    Lane(#[from] SiteLaneError),
    /// Whoever decides is not on the roster.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The account is disabled.
    #[error("this account is disabled")]
    Disabled,
    /// The site holds no such referral.
    #[error("referral {0} is not at this site, or not applied yet")]
    NoSuchReferral(ReferralId),
    /// Its referrer withdrew it.
    #[error("referral {0} was withdrawn by its referrer")]
    Withdrawn(ReferralId),
    /// No pack is in force today.
    #[error("no rule pack is in force today, so nobody is named who decides")]
    NoPack,
    /// The pack names others.
    #[error("pack {pack} lets {} decide, and this person is {}", roles(.decides), roles(.has))]
    NotPermitted {
        /// The pack in force.
        pack: String,
        /// Who decides there.
        decides: Vec<Role>,
        /// What the person is.
        has: Vec<Role>,
    },
    /// The decision does not lead on from where verification stands.
    #[error("referral {referral} is {}, and from there {} is no step", state(*.from), name(*.by))]
    Illegal {
        /// Which referral.
        referral: ReferralId,
        /// Where it stands.
        from: VerificationState,
        /// What was asked for.
        by: VerificationMove,
    },
    /// The reason is too long.
    #[error("the reason has {0} characters; at most {MAX_NARRATIVE} are kept")]
    ReasonTooLong(usize),
}

fn roles(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    names.join(", ")
}

fn state(state: VerificationState) -> &'static str {
    match state {
        VerificationState::Pending => "pending",
        VerificationState::NeedsInformation => "needs_information",
        VerificationState::Approved => "approved",
        VerificationState::NotApproved => "not_approved",
    }
}

fn name(by: VerificationMove) -> &'static str {
    match by {
        VerificationMove::Approve => "approve",
        VerificationMove::NotApprove => "not-approve",
        VerificationMove::NeedInformation => "need-info",
        VerificationMove::Reopen => "reopen",
    }
}

impl Site {
    /// Decides on a referral and says where it then stands.
    ///
    /// # Errors
    /// [`DecideError`]; nothing was changed.
    pub fn decide(
        &self,
        id: ReferralId,
        name: &str,
        decision: VerificationMove,
        reason: &str,
    ) -> Result<ReferralRow, DecideError> {
        let reason = reason.trim();
        let length = reason.chars().count();
        if length > MAX_NARRATIVE {
            return Err(DecideError::ReasonTooLong(length));
        }
        let now = self.host.now();
        let row = self.storage.writing(|writes| {
            let person = people::find(writes, name)?;
            if person.roles.is_empty() {
                return Err(DecideError::Disabled);
            }
            let site = writes.site()?.name;
            let referral = views::state_of(writes, &site, id)?
                .filter(|referral| referral.logged.is_some())
                .ok_or(DecideError::NoSuchReferral(id))?;
            if referral.withdrawn.is_some() {
                return Err(DecideError::Withdrawn(id));
            }
            let pack = packs::in_force(writes, now)?.ok_or(DecideError::NoPack)?;
            let decides = &pack.policy().decides;
            let decided = Body::VerificationDecided(Decided {
                referral: id,
                decision,
                reason: reason.to_owned(),
            });
            let may = |role: &&Role| {
                let record = Record {
                    occurred_at: OccurredAt(now.fixed_offset()),
                    captured_at: CapturedAt {
                        clock_ms: 0,
                        hlc: Hlc::default(),
                    },
                    role: **role,
                    based_on: Vec::new(),
                    body: decided.clone(),
                };
                decides.contains(role) && rights::may_write(&record, Written::AtSite)
            };
            let role = *person
                .roles
                .iter()
                .find(may)
                .ok_or_else(|| DecideError::NotPermitted {
                    pack: pack.id().to_owned(),
                    decides: decides.iter().copied().collect(),
                    has: person.roles.iter().copied().collect(),
                })?;
            let from = referral.verification.value;
            if from.apply(decision).is_err() {
                return Err(DecideError::Illegal {
                    referral: id,
                    from,
                    by: decision,
                });
            }
            let tip = referral.decisions.last().copied();
            let based_on = vec![tip.unwrap_or(EntryId::from(id))];
            site_lane::write(self, writes, (person.user, role), based_on, decided)?;
            let row = writes.referral(id)?;
            Ok(row.ok_or(StorageError::Absent { table: "referral" })?)
        })?;
        self.wake.ring();
        Ok(row)
    }

    /// The view of all referrals, in the order in which they were taken.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn referrals(&self) -> Result<Vec<ReferralRow>, StorageError> {
        self.storage.reading(|reads| reads.referrals())
    }
}

#[cfg(test)]
mod tests;
