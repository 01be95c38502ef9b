//! What the operations of a store take and return.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, Utc};
use handoff_domain::{
    ChargeState, Door, EngagementState, EntryId, Outcome, ReferralId, Role, SiteId, UserId,
    VerificationState,
};
use handoff_protocol::KeptRecord;
use handoff_protocol::certificate::{
    AuthorCertificate, DeviceCertificate, KeyCertificate, KeyPurpose,
};
use handoff_protocol::chain::{ChainHash, Head, Parent};
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, Lane, Seq, SitePin};
use handoff_protocol::item::Item;
use handoff_protocol::receipt::{Branch, ParkCode};
use handoff_protocol::signed::{PublicKey, Signed};

/// A site that is being founded.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// Its short name.
    pub name: SiteId,
    /// The identity key.
    pub identity: PublicKey,
    /// The recovery key.
    pub recovery: PublicKey,
    /// Its first epoch.
    pub epoch: Signed<EpochRecord>,
    /// The same, read.
    pub epoch_record: EpochRecord,
}

/// The site and its head.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    /// Its short name.
    pub name: SiteId,
    /// The identity key.
    pub identity: PublicKey,
    /// The recovery key.
    pub recovery: PublicKey,
    /// The epoch that it is in.
    pub epoch_id: EpochId,
    /// Its record.
    pub epoch: Signed<EpochRecord>,
    /// Restored, and nobody has confirmed it yet.
    pub awaiting: bool,
    /// The last position given in any feed.
    pub feed_position: u64,
    /// Rises when parked items should be judged again.
    pub judge_round: u64,
    /// The round as of which they were.
    pub judged_round: u64,
}

impl SiteRow {
    /// What devices pin.
    #[must_use]
    pub fn pin(&self) -> SitePin {
        SitePin::of(&self.identity)
    }

    /// The site's lane.
    #[must_use]
    pub fn lane(&self) -> Lane {
        Lane::Site {
            epoch: self.epoch_id,
        }
    }
}

/// A key of the site.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteKeyRow {
    /// What for.
    pub purpose: KeyPurpose,
    /// The public key.
    pub key: PublicKey,
    /// Its certificate.
    pub certificate: Signed<KeyCertificate>,
    /// Devices are told of it.
    pub announced: bool,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// A device.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceRow {
    /// Which.
    pub device: DeviceId,
    /// Its name at the site.
    pub name: String,
    /// The device key.
    pub key: PublicKey,
    /// Its certificate.
    pub certificate: Signed<DeviceCertificate>,
    /// Known only because it showed a certificate that holds.
    pub vouched: bool,
    /// When this database first heard of it.
    pub first_seen_at: DateTime<Utc>,
    /// When it was last in touch.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// Since when it is revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A person's keys on a device.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorRow {
    /// Who.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// The key that signs contexts and pulls.
    pub signing_key: PublicKey,
    /// The certificate.
    pub certificate: Signed<AuthorCertificate>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Known only because a device showed a certificate that holds.
    pub vouched: bool,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq)]
pub struct InvitationRow {
    /// Names it.
    pub invitation: Invitation,
    /// For whom.
    pub user: UserId,
    /// What its token is derived from, together with a key that lies elsewhere.
    pub token_seed: [u8; 16],
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// When and by which device it was used.
    pub used: Option<(DateTime<Utc>, DeviceId)>,
    /// Proofs that did not hold.
    pub failures: u32,
}

/// What a device used up on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Items.
    pub items: u64,
    /// Bytes of their contents.
    pub bytes: u64,
    /// Lanes begun.
    pub lanes: u64,
    /// Branches begun.
    pub branches: u64,
}

/// Names a line within this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub i64);

/// A line that is being begun.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// Of which lane.
    pub lane: Lane,
    /// The main line or a branch.
    pub branch: Branch,
    /// Where the lane goes on from.
    pub parent: Option<Parent>,
    /// For a branch: the line that it leaves, and what they share last.
    pub from: Option<LineId>,
    /// Where it begins: the head before its own first item.
    pub start: Head,
    /// When.
    pub at: DateTime<Utc>,
}

/// The main line of a lane, or a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRow {
    /// Names it.
    pub id: LineId,
    /// Of which lane.
    pub lane: Lane,
    /// The main line or a branch.
    pub branch: Branch,
    /// The chain hash before its own first item.
    pub start_hash: ChainHash,
    /// Where the lane goes on from.
    pub parent: Option<Parent>,
    /// For a branch: the line that it leaves.
    pub from: Option<LineId>,
    /// The last position shared with that line; 0 for a main line.
    pub from_seq: Seq,
    /// Its newest item.
    pub head: Head,
    /// Judged up to here.
    pub applied_through: Seq,
    /// Rises with everything that changes what a receipt says.
    pub revision: u64,
    /// When its newest item was taken.
    pub received_at: DateTime<Utc>,
    /// In a verified backup up to here.
    pub backed_up_through: Seq,
}

/// An item that is held.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldItem {
    /// Where.
    pub seq: Seq,
    /// What.
    pub item: Item,
    /// The chain hash behind it.
    pub hash: ChainHash,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
}

/// Something that is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkedRow {
    /// On which line.
    pub line: LineId,
    /// Where.
    pub seq: Seq,
    /// Why.
    pub code: ParkCode,
    /// Since when.
    pub parked_at: DateTime<Utc>,
}

/// An opened entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// Its id.
    pub id: EntryId,
    /// On which line.
    pub line: LineId,
    /// The lane of that line.
    pub lane: Lane,
    /// Where.
    pub seq: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// Its kind.
    pub kind: String,
    /// The referral that it speaks of.
    pub referral: Option<ReferralId>,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
    /// The record.
    pub record: KeptRecord,
}

/// The view of a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralRow {
    /// Which.
    pub referral: ReferralId,
    /// Where it was logged, if that entry is here.
    pub logged: Option<(Lane, Seq, DateTime<Utc>)>,
    /// Who logged it.
    pub referrer: Option<UserId>,
    /// By which door.
    pub door: Option<Door>,
    /// The verification track.
    pub verification: VerificationState,
    /// The engagement track.
    pub engagement: EngagementState,
    /// The charge track.
    pub charge: ChargeState,
    /// Withdrawn by its referrer.
    pub withdrawn: bool,
    /// Something about it contradicts.
    pub has_conflict: bool,
    /// What the officer was shown.
    pub outcome: Option<Outcome>,
    /// When it happened, as the author states it.
    pub occurred_at: Option<DateTime<FixedOffset>>,
}

/// A person of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub user: UserId,
    /// Their name, unique within the site.
    pub name: String,
    /// Their roles; empty when disabled.
    pub roles: BTreeSet<Role>,
    /// The agency or organisation.
    pub agency: String,
}

/// Whose feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// What every enrolled device may hold: packs and the roster.
    Site,
    /// What a person may hold.
    User(UserId),
}

/// A reader's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeRow {
    /// Whose.
    pub scope: Scope,
    /// Rises whenever it is made anew.
    pub version: u64,
    /// What the reader may see has changed: to be made anew.
    pub stale: bool,
    /// Its last position.
    pub last_position: u64,
    /// The feed hash there.
    pub last_hash: [u8; 32],
}

/// One item of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRow {
    /// Its position.
    pub position: u64,
    /// Which entry.
    pub entry: EntryId,
    /// The reader may no longer hold it.
    pub evict: bool,
    /// The reader wrote it.
    pub own: bool,
    /// A hash over everything up to here.
    pub hash: [u8; 32],
}

/// What an administrator has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmRow {
    /// What.
    pub code: AlarmCode,
    /// About which device.
    pub device: Option<DeviceId>,
    /// Since when.
    pub raised_at: DateTime<Utc>,
}

/// What an administrator has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmCode {
    /// A device proves that this database was put back without being told.
    RolledBack,
    /// A device's journal went two ways: a disk was cloned or an image put back.
    Forked,
    /// Two copies of a device both go on: two machines have the same key.
    TwoCopies,
}

impl AlarmCode {
    /// Every code.
    pub const ALL: [Self; 3] = [Self::RolledBack, Self::Forked, Self::TwoCopies];

    /// The code as it is kept and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RolledBack => "rolled_back",
            Self::Forked => "forked",
            Self::TwoCopies => "two_copies",
        }
    }
}
