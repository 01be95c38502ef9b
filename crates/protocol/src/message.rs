//! `POST /v1/sync`: what a device says and what the site answers, in one round
//! trip.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use handoff_domain::AttachmentAddress;

use crate::batch::Batch;
use crate::certificate::{AuthorCertificate, DeviceCertificate, KeyCertificate, Lease, LeaseMark};
use crate::chain::{Head, Parent};
use crate::codec::{self, CodecError};
use crate::epoch::EpochRecord;
use crate::ids::{DeviceId, EpochId, ItemId, Lane, Seq, SitePin, UserId};
use crate::kept::KeptRecord;
use crate::receipt::{Branch, Receipt};
use crate::signed::{Signed, Statement};

/// Most bytes of a request or a reply that are ever read.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// The versions that somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRange {
    /// The oldest.
    pub oldest: u16,
    /// The newest.
    pub newest: u16,
}

impl ProtocolRange {
    /// What this build speaks.
    pub const OURS: Self = Self {
        oldest: crate::PROTOCOL_OLDEST,
        newest: crate::PROTOCOL_VERSION,
    };

    /// The newest version that both speak.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<u16> {
        let newest = self.newest.min(other.newest);
        (newest >= self.oldest.max(other.oldest)).then_some(newest)
    }
}

/// What every version reads of every other's request and answer, whatever else
/// has changed in them: which versions somebody speaks, and which request it is
/// about. These two fields keep their names and forms for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// Versions that the sender speaks.
    pub protocol: ProtocolRange,
    /// The nonce of the request.
    #[serde(with = "codec::bytes16")]
    pub nonce: [u8; 16],
}

impl Greeting {
    /// That of a request, as it came. Nothing of it is verified.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are no request of any version.
    pub fn of_request(bytes: &[u8]) -> Result<Self, CodecError> {
        /// Whatever carries a request, by the name that its bytes have for ever.
        #[derive(Deserialize)]
        struct Carrier {
            #[serde(with = "serde_bytes")]
            bytes: Vec<u8>,
        }
        let carrier: Carrier = codec::from_cbor(bytes, "a request")?;
        codec::from_cbor(&carrier.bytes, "a request")
    }

    /// That of an answer.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes are no answer of any version.
    pub fn of_reply(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::from_cbor(bytes, "a reply")
    }
}

/// A request, signed by the device key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// Versions that the device speaks.
    pub protocol: ProtocolRange,
    /// For which site.
    pub site: SitePin,
    /// From which device.
    pub device: DeviceId,
    /// Random: a request is answered once.
    #[serde(with = "codec::bytes16")]
    pub nonce: [u8; 16],
    /// Site time as the device believes it. A stale one is answered with the
    /// right time, and tried once more.
    pub site_time: DateTime<Utc>,
    /// Certificates in full: at the first contact, and whenever asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Certificates>,
    /// The epoch that the device knows.
    pub epoch: Signed<EpochRecord>,
    /// Every lane and branch that is not finally applied.
    pub lanes: Vec<LaneReport>,
    /// What the device saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<Batch>,
    /// Pieces of attachments, in the order in which they follow one another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
    /// Where the device stands in the site-scope feed; `None` asks for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_feed: Option<FeedPosition>,
    /// What signed-in people ask for, each proved by their signing key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pulls: Vec<Signed<UserPull>>,
    /// Wait with the answer until something is there, at most so many seconds.
    #[serde(default)]
    pub wait_seconds: u16,
    /// How the device is doing: for the site's board of devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<DeviceState>,
}

impl Statement for SyncRequest {
    const TAG: &'static str = "handoff/sync-request/1";
}

/// How a device is doing, in numbers that say nothing about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceState {
    /// The version of its program.
    pub version: String,
    /// Entries that no receipt covers.
    pub waiting: u64,
    /// The minute in which the oldest of them was saved, by the device's clock:
    /// minutes since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_waiting_minute: Option<i64>,
    /// Erasure orders that it has carried out, up to this one of its epoch.
    #[serde(default)]
    pub erased_through: u64,
}

/// Items of a device whose content has to go: a court or retention says so.
/// Signed by the receipt key. Their places in the chain stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureOrder {
    /// Which site.
    pub site: SitePin,
    /// For which device.
    pub device: DeviceId,
    /// In which epoch.
    pub epoch: EpochId,
    /// The items.
    pub items: Vec<ItemId>,
    /// What the device says once it has carried this out and all before it.
    pub through: u64,
    /// More orders wait behind this one.
    #[serde(default)]
    pub more: bool,
}

impl Statement for ErasureOrder {
    const TAG: &'static str = "handoff/erasure-order/1";
}

/// A piece of an attachment's sealed bytes. One without bytes asks how much the
/// site has.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Of which attachment.
    pub address: AttachmentAddress,
    /// How many bytes all of its pieces are.
    pub total: u64,
    /// How many come before this one.
    pub offset: u64,
    /// The bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            address,
            total,
            offset,
            bytes,
        } = self;
        let len = bytes.len();
        write!(f, "Piece({address}, {len} at {offset} of {total})")
    }
}

/// How much of an attachment the site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentHeld {
    /// Which attachment.
    pub address: AttachmentAddress,
    /// Its first so many sealed bytes, committed. All of them: checked against
    /// the address.
    pub held: u64,
}

/// Certificates in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificates {
    /// The device's.
    pub device: Signed<DeviceCertificate>,
    /// Those of its people.
    pub authors: Vec<Signed<AuthorCertificate>>,
    /// The keys of its people, wrapped to the organisation's recovery key, so
    /// that a forgotten password loses nothing. Opaque to the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_wraps: Vec<RecoveryWrap>,
    /// The site's keys that its receipts may be signed with: a site that was put
    /// back to before one of them takes the identity key's word for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_keys: Vec<Signed<KeyCertificate>>,
}

/// One person's keys on this device, wrapped to the recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryWrap {
    /// Whose.
    pub user: UserId,
    /// The wrap, made by `vault`.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A lane that is not finally applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneReport {
    /// The lane.
    pub lane: Lane,
    /// Where it goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Its head on the device.
    pub head: Head,
    /// The newest receipt that the device holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Signed<Receipt>>,
}

/// A signed-in person asks for their feed. Signed by their signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPull {
    /// For which site.
    pub site: SitePin,
    /// From which device.
    pub device: DeviceId,
    /// Who asks.
    pub user: UserId,
    /// The nonce of the request that carries it.
    #[serde(with = "codec::bytes16")]
    pub nonce: [u8; 16],
    /// Site time as the device believes it.
    pub site_time: DateTime<Utc>,
    /// Where they stand.
    pub position: FeedPosition,
    /// Entries of their own are wanted too (their vault is being rebuilt).
    #[serde(default)]
    pub with_own: bool,
    /// Only a lease is wanted: their vault is closed, because they have none.
    #[serde(default)]
    pub lease_only: bool,
    /// The lease that they have: one that says the same is not sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseMark>,
}

impl Statement for UserPull {
    const TAG: &'static str = "handoff/user-pull/1";
}

/// Where a reader stands in a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The epoch of the feed.
    pub epoch: EpochId,
    /// Rises whenever the reader's scope changes.
    pub scope_version: u64,
    /// The last position read.
    pub position: u64,
    /// A hash over everything read so far.
    #[serde(with = "codec::bytes32")]
    pub feed_hash: [u8; 32],
}

/// From where a reader wants to read on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedPosition {
    /// From the beginning: the answer is a snapshot.
    Start,
    /// Behind a cursor.
    After(Cursor),
}

/// A part of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedPart {
    /// True when these items replace everything read before.
    pub snapshot: bool,
    /// The items, in the order of the feed.
    pub items: Vec<FeedItem>,
    /// Where the reader stands behind them.
    pub next: Cursor,
    /// More is waiting.
    pub more: bool,
    /// Entries that the reader's device saved itself were left out of this part:
    /// it had not asked for them. A vault that wants them asks again, whatever it
    /// had asked when this was on its way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_own: bool,
}

/// One item of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedItem {
    /// An entry that the reader may hold.
    Include(FeedEntry),
    /// An entry that the reader may no longer hold.
    Evict(ItemId),
}

/// A whole entry on its way to a reader. Never a stripped one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// Its id.
    pub id: ItemId,
    /// The lane that it was written in.
    pub lane: Lane,
    /// Its position there.
    pub seq: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// When the site took it.
    pub received_at: DateTime<Utc>,
    /// The entry's record as it was sealed: packed, if it is not too long.
    pub record: KeptRecord,
}

/// What the site answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncReply {
    /// Versions that the site speaks.
    pub protocol: ProtocolRange,
    /// Site time.
    pub site_time: DateTime<Utc>,
    /// The nonce of the request.
    #[serde(with = "codec::bytes16")]
    pub nonce: [u8; 16],
    /// How it went.
    pub outcome: Outcome,
}

/// How a request went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was taken up.
    Done(Box<Answer>),
    /// The site knows neither device nor certificates: send them in full.
    SendCertificates,
    /// The request's site time is too far off: try once more with this one.
    StaleClock,
    /// No common protocol version. Which of the two has to be updated, the
    /// versions beside it say.
    UpdateNeeded,
    /// Nothing was taken; come again.
    Busy {
        /// After so many seconds.
        retry_after_seconds: u32,
    },
    /// The signature, the certificates or the site do not hold.
    Refused(Refusal),
}

/// Why a request was refused. The device keeps everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is for another site.
    OtherSite,
    /// It is not signed by the device's key.
    BadSignature,
    /// Its certificates are not signed by this site.
    BadCertificate,
    /// It was answered before.
    Replayed,
    /// A batch does not prove itself.
    BadBatch,
    /// It does not read as a request.
    Unreadable,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

/// Days after the end of their leave to read for which a device keeps the vault
/// of somebody who does not sign in, where the site says nothing else.
pub const KEEP_VAULT_DAYS: u16 = 30;

/// What the site gives back for a request that it took up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The epoch that the site is in.
    pub epoch: Signed<EpochRecord>,
    /// Keys of the site that this device may lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Signed<KeyCertificate>>,
    /// For every lane of the request: what the site has. One without a batch
    /// whose report shows the very receipt is left out.
    #[serde(default)]
    pub receipts: Vec<Signed<Receipt>>,
    /// Lanes that are ahead of their predecessor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// The site-scope feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_feed: Option<FeedPart>,
    /// Feeds of the people who asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_feeds: Vec<(UserId, FeedPart)>,
    /// Leases of the people who asked and did not show the same one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leases: Vec<Signed<Lease>>,
    /// People who asked and may not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_served: Vec<(UserId, NotServed)>,
    /// For every attachment of which the request has a piece: what the site has.
    /// None at all: the site is of a version that takes no attachments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AttachmentHeld>,
    /// Contents that this device has to erase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasures: Option<Signed<ErasureOrder>>,
    /// Days for which the device keeps sealed contents that the site has applied
    /// and holds in a verified backup. Without a number it keeps them for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_sealed_days: Option<u16>,
    /// Days after the end of their leave to read for which the device keeps the
    /// vault of somebody who does not sign in; 0 = for good. Without a number
    /// [`KEEP_VAULT_DAYS`], which is not said again with every answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_vault_days: Option<u16>,
}

/// Why a person's feed is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotServed {
    /// The site was restored and nobody has confirmed it yet. Everything saved
    /// on devices is taken all the same.
    AwaitingConfirmation,
    /// The account is disabled.
    Disabled,
    /// The site does not know the person (yet).
    Unknown,
    /// The pull's signature does not hold.
    BadSignature,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

/// The site lacks what comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The lane.
    pub lane: Lane,
    /// The branch.
    #[serde(default)]
    pub branch: Branch,
    /// The next position that the site can take.
    pub expected: Seq,
}

#[cfg(test)]
mod tests;
