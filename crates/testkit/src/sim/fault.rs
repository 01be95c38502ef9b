//! What goes wrong, by name, and how often it did.

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal; )*) => {
        /// Something that goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Fault {
            $( $(#[$doc])* $variant, )*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];

            /// Its name in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }
        }
    };
}

faults! {
    /// A request never arrives.
    RequestLost = "request lost";
    /// A reply never arrives; what it answers is committed.
    ReplyLost = "reply lost";
    /// A packet arrives late.
    Delayed = "delayed";
    /// A packet arrives before an earlier one.
    Reordered = "reordered";
    /// A request arrives twice.
    Duplicated = "duplicated";
    /// A request or a reply ends within.
    CutShort = "cut within a message";
    /// Everything under way on a connection is cut off.
    Cut = "connection cut";
    /// A device's process dies before a commit.
    DeviceDiesBefore = "device dies before a commit";
    /// A device's process dies after a commit.
    DeviceDiesAfter = "device dies after a commit";
    /// The site's process dies before a commit.
    SiteDiesBefore = "site dies before a commit";
    /// The site's process dies after a commit.
    SiteDiesAfter = "site dies after a commit";
    /// A device's disk is full.
    DeviceFull = "device disk full";
    /// The site's disk is full.
    SiteFull = "site disk full";
    /// The site is not there.
    SiteDown = "site down";
    /// The site is busy: a cap was reached, or it says so.
    SiteBusy = "site busy";
    /// A device's clock jumps by years.
    DeviceClock = "device clock jumps";
    /// The site's clock jumps by years.
    SiteClock = "site clock jumps";
    /// The site is brought back from a backup, and says so.
    Restored = "site restored";
    /// The site's database is put back, and nobody says so.
    PutBack = "site put back unannounced";
    /// The same backup is brought back again.
    RestoredAgain = "same backup restored again";
    /// A device is put back to an image of itself.
    DeviceImage = "device put back to an image";
    /// A device is cloned, and both go on.
    DeviceCloned = "device cloned";
    /// A device comes that the restored site does not know.
    DeviceUnknown = "device unknown to the site";
    /// An account is disabled.
    UserDisabled = "account disabled";
    /// Somebody's roles change.
    RolesChanged = "roles changed";
    /// What is parked is judged again.
    JudgedAgain = "parked judged again";
    /// A referral is erased.
    Erased = "referral erased";
    /// A key of the site is replaced by a new one.
    KeyRotated = "site key rotated";
    /// A key that devices have sealed to is not there.
    KeyMissing = "sealing key missing";
    /// Another rule pack is in force.
    PackChanged = "rule pack changed";
    /// A device asks whose program shares no version with the site's.
    DeviceVersion = "device of another protocol version";
    /// The site is asked, and its program shares no version with a device's.
    SiteVersion = "site of another protocol version";
    /// A sync while every vault is locked.
    VaultsLocked = "sync with vaults locked";
    /// Somebody signs in whose lease has run out.
    LeaseOver = "lease over";
    /// Writes to a vault that were not durable are lost.
    VaultLags = "vault lost its last writes";
}

/// How often each fault fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults(Vec<u64>);

impl Default for Faults {
    fn default() -> Self {
        Self(vec![0; Fault::ALL.len()])
    }
}

impl Faults {
    /// One more.
    pub fn fired(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    /// How often it fired.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }
}
