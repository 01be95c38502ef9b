//! What must hold, by name.

use serde::{Deserialize, Serialize};

macro_rules! invariants {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal; )*) => {
        /// Something that must hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Invariant {
            $( $(#[$doc])* $variant, )*
        }

        impl Invariant {
            /// Every invariant.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];

            /// Its name in reports and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }
        }
    };
}

invariants! {
    // After every step.
    /// What was reported saved is on the device, or at the site.
    SavedIsKept = "saved_is_kept";
    /// A save that was refused or failed left nothing.
    FailedSaveLeavesNothing = "failed_save_leaves_nothing";
    /// What a device shows as received the site has taken in that epoch.
    ReceivedIsAtSite = "received_is_at_site";
    /// What the site has taken stays there until its store is put back.
    CustodyStays = "custody_stays";
    /// No item is held twice by the site.
    HeldOnce = "held_once";
    /// Every chain links, on either side.
    ChainsVerify = "chains_verify";
    /// What is applied is kept as an entry, or parked.
    AppliedIsKeptOrParked = "applied_is_kept";
    /// A request that arrives again changes nothing.
    ReplayChangesNothing = "replay_changes_nothing";
    /// No reply brings somebody what they may not have.
    FeedLeaksNothing = "feed_leaks_nothing";
    /// A message that ends within changes nothing.
    BrokenChangesNothing = "broken_changes_nothing";
    /// Who shares no version with the other is told so, and nothing changes.
    OtherVersionIsTold = "other_version_is_told";
    /// What somebody may no longer hold, or an order takes, is gone from their
    /// vault, and nothing in the journal can make it again.
    EvictedIsGone = "evicted_is_gone";
    /// What was taken back never arrives.
    TakenBackStaysBack = "taken_back_stays_back";
    /// Nothing fails in a way that nobody foresaw.
    NothingBreaks = "nothing_breaks";
    // After healing.
    /// Everything comes to rest within the stated bound.
    ComesToRest = "comes_to_rest";
    /// What was reported saved is at the site.
    SavedArrives = "saved_arrives";
    /// What was attached is at the site, and opens.
    AttachedArrives = "attached_arrives";
    /// What one form became is at the site once.
    FormEnteredOnce = "form_entered_once";
    /// Everything in custody is judged.
    CustodyIsJudged = "custody_is_judged";
    /// What is parked is shown as parked, and what arrived as received.
    StandingIsTrue = "standing_is_true";
    /// Views, vaults and the site's entries fold to the same state.
    Converged = "converged";
    /// Nobody's vault holds what they may not have.
    VaultHoldsNoMore = "vault_holds_no_more";
    /// What was erased is nowhere: not at the site, on no device.
    ErasedIsGone = "erased_is_gone";
    /// Of two edits of one thing none vanishes.
    ConflictsStay = "conflicts_stay";
    /// A device whose journal went two ways is flagged.
    ForkIsFlagged = "fork_is_flagged";
}

/// How often each was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks(Vec<u64>);

impl Default for Checks {
    fn default() -> Self {
        Self(vec![0; Invariant::ALL.len()])
    }
}

impl Checks {
    /// Looked at once more.
    pub fn count(&mut self, invariant: Invariant) {
        self.0[invariant as usize] += 1;
    }

    /// How often it was looked at.
    #[must_use]
    pub fn of(&self, invariant: Invariant) -> u64 {
        self.0[invariant as usize]
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// What.
    pub invariant: Invariant,
    /// After which operation of the plan; `None` after healing.
    pub after: Option<usize>,
    /// What was found, for whoever looks into it.
    pub found: String,
}
