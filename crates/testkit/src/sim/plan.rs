//! What is done in a run: a list of operations, each with a number of its own
//! that decides its details, so that a list stays a run when some are left out.

use serde::{Deserialize, Serialize};

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    /// What is done, where it can be done.
    pub what: What,
    /// Decides who, which and how much.
    pub salt: u64,
}

macro_rules! whats {
    ($( $(#[$doc:meta])* $variant:ident $weight:literal $class:ident; )*) => {
        /// What is done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum What {
            $( $(#[$doc])* $variant, )*
        }

        const WEIGHTS: &[(What, u32, Class)] = &[$( (What::$variant, $weight, Class::$class) ),*];
    };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// In every run.
    Always,
    /// In about every other run: a run with few kinds of faults goes deeper
    /// into each.
    Sometimes,
}

whats! {
    /// Somebody signs in.
    Unlock 8 Always;
    /// Somebody signs out.
    Lock 2 Always;
    /// Somebody saves one to three referrals.
    Save 26 Always;
    /// Somebody begins a form, or goes on with it.
    Draft 6 Always;
    /// Somebody submits a form that they began.
    Submit 8 Always;
    /// Somebody takes back what has not left.
    TakeBack 4 Always;
    /// Somebody corrects a referral.
    Amend 16 Always;
    /// Somebody adds a signature or a photo to a referral.
    Attach 6 Always;
    /// Somebody withdraws a referral.
    Withdraw 2 Always;
    /// A device begins a sync.
    Sync 16 Always;
    /// A device syncs to the end, on a line that is good for once.
    SyncThrough 8 Always;
    /// A device's driver does the next things of its sync.
    Drive 60 Always;
    /// A packet arrives.
    Deliver 50 Always;
    /// The site applies what it has taken.
    Apply 10 Always;
    /// Somebody at the site decides.
    Decide 4 Always;
    /// Time passes: minutes to hours.
    Pass 4 Always;
    /// A packet is lost.
    Lose 8 Sometimes;
    /// A request arrives, and will arrive again.
    Duplicate 6 Sometimes;
    /// A request or a reply ends within.
    CutShort 3 Sometimes;
    /// A device's connection is cut.
    Cut 4 Sometimes;
    /// The next commits of a device: one of them is its process's last.
    DeviceDies 16 Sometimes;
    /// The next commits of the site: one of them is its process's last.
    SiteDies 8 Sometimes;
    /// The next commit of a device finds no room.
    DeviceFull 4 Sometimes;
    /// The next commit of the site finds no room.
    SiteFull 4 Sometimes;
    /// The site goes away, or comes back.
    SiteDown 5 Sometimes;
    /// A device's clock jumps.
    DeviceClock 4 Sometimes;
    /// The site's clock jumps.
    SiteClock 3 Sometimes;
    /// The site is backed up.
    Backup 5 Always;
    /// The site is brought back from a backup.
    Restore 2 Sometimes;
    /// The site's database is put back without a word.
    PutBack 2 Sometimes;
    /// The backup that was brought back last is brought back again.
    RestoreAgain 2 Sometimes;
    /// Somebody confirms a restored site.
    Confirm 4 Always;
    /// An image of a device is made.
    Image 4 Sometimes;
    /// A device is put back to an image of itself.
    DeviceImage 3 Sometimes;
    /// A device is cloned.
    Clone 2 Sometimes;
    /// An account is disabled or enabled.
    Disable 4 Sometimes;
    /// Somebody's roles change.
    Roles 4 Sometimes;
    /// What is parked is judged again.
    Judge 3 Sometimes;
    /// A referral is erased.
    Erase 4 Sometimes;
    /// A key of the site is replaced by a new one.
    Rotate 2 Sometimes;
    /// A sealing key of the site goes away, or comes back.
    LoseKey 2 Sometimes;
    /// Another rule pack is published.
    Publish 1 Sometimes;
    /// A device's program is replaced by one of another age.
    DeviceVersion 3 Sometimes;
    /// The site's program is replaced by one of another age.
    SiteVersion 2 Sometimes;
    /// A new device is enrolled.
    Enrol 2 Sometimes;
    /// Somebody is added to a device.
    AddUser 2 Sometimes;
}

/// The plan of a seed.
#[must_use]
pub fn plan(seed: u64, ops: usize) -> Vec<Op> {
    let mut rng = fastrand::Rng::with_seed(seed ^ 0x706c_616e);
    let chosen: Vec<(What, u32)> = WEIGHTS
        .iter()
        .filter(|(_, _, class)| *class == Class::Always || rng.bool())
        .map(|(what, weight, _)| (*what, *weight))
        .collect();
    let total: u32 = chosen.iter().map(|(_, weight)| weight).sum();
    (0..ops)
        .map(|_| {
            let mut at = rng.u32(0..total);
            let what = chosen.iter().find(|(_, weight)| {
                let is_here = at < *weight;
                at = at.saturating_sub(*weight);
                is_here
            });
            Op {
                what: what.map_or(What::Drive, |(what, _)| *what),
                salt: rng.u64(..),
            }
        })
        .collect()
}
