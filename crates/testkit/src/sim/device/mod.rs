//! A device's files, as far as a sync and its people use them: the port behind
//! which a model in memory and the real files stand.
//!
//! One conformance suite (`tests/device_files.rs`) is run through each.

mod model;
mod real;

pub use model::ModelFiles;
pub use real::RealFiles;
pub(crate) use real::scratch;

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, Entry, EntryId, Hlc, State, UserId};
use handoff_protocol::certificate::{KeyCertificate, SiteIdentity};
use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::enrolment::EnrolReply;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::message::{Answer, Certificates, FeedPosition, LaneReport, UserPull};
use handoff_protocol::signed::Signed;
use handoff_store::Draft;
use handoff_sync::device::Outlook;
use handoff_sync::{ReceiptRefused, Standing};
use handoff_vault::{SealedAttachment, SigningKey, UserKeys};

use crate::sim::fuse::Fuse;

/// Why the files did not do what they were asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    /// The process is dead: open them again.
    #[error("the process died")]
    Died,
    /// No room. Nothing has changed.
    #[error("no space is left on the disk")]
    DiskFull,
    /// They refused, and said why.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// Something that must not happen.
    #[error("broken: {0}")]
    Broken(String),
}

/// What a person or a driver may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody of that name is signed in, or uses this device.
    NotSignedIn,
    /// Signed in already.
    SignedIn,
    /// It may have left the device.
    AlreadySent,
    /// It was taken back before.
    TakenBack,
    /// It is not theirs.
    NotTheirs,
    /// Another entry has that id.
    IdTaken,
    /// A later change of the draft is kept.
    StaleDraft,
    /// The device has no such lane, or it does not reach so far.
    NoSuchItem,
    /// The answer is of an epoch that was left behind.
    OldEpoch,
}

/// How somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The lease holds.
    Reading,
    /// The lease has run out.
    WritingOnly,
}

/// What taking up an answer did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenUp {
    /// Whatever is in flight starts from a wrong place.
    pub restarted: bool,
    /// A feed has more.
    pub more: bool,
    /// Receipts that prove nothing here.
    pub refused: Vec<(Lane, ReceiptRefused)>,
}

/// Where a saved entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its lane.
    pub lane: Lane,
    /// Its position there.
    pub seq: Seq,
    /// The chain hash behind it.
    pub hash: ChainHash,
    /// Where it stands.
    pub standing: Standing,
    /// It was taken back.
    pub taken_back: bool,
    /// An order took its content.
    pub is_erased: bool,
}

/// A person who is put on a device.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Who, and what they are called.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their keys.
    pub keys: UserKeys,
    /// What the site said.
    pub reply: EnrolReply,
}

/// What a device is made from.
#[derive(Debug, Clone)]
pub struct NewFiles {
    /// The site.
    pub site: SiteIdentity,
    /// The device.
    pub device: DeviceId,
    /// Its key.
    pub key: SigningKey,
    /// The first life of its journal.
    pub incarnation: Incarnation,
    /// When, by the site.
    pub at: DateTime<Utc>,
    /// Its first person.
    pub person: NewUser,
}

/// A whole device, put aside.
pub trait Image: std::fmt::Debug {
    /// A device with the files as they were then.
    fn open(&self, fuse: Fuse) -> Box<dyn DeviceFiles>;
}

/// A device's files.
pub trait DeviceFiles: std::fmt::Debug {
    /// Lanes with something that no receipt of the current epoch finally covers.
    fn outlook(&self) -> Result<Outlook, FilesError>;
    /// What the device says of its lanes.
    fn lane_reports(&self) -> Result<Vec<LaneReport>, FilesError>;
    /// Items of a lane from a position on, with the head before the first.
    fn read_items(
        &self,
        lane: &Lane,
        from: Seq,
        max: usize,
    ) -> Result<(Head, Vec<Item>), FilesError>;
    /// Sealed bytes of an attachment from a place on; none when they are not here.
    fn read_piece(
        &self,
        address: AttachmentAddress,
        offset: u64,
        max: usize,
    ) -> Result<Option<Vec<u8>>, FilesError>;
    /// Everything up to here may leave the device.
    fn mark_sent(&self, lane: &Lane, through: Seq) -> Result<(), FilesError>;
    /// Certificates in full.
    fn certificates(&self) -> Result<Certificates, FilesError>;
    /// Erasure orders that it has carried out, up to this one of its epoch.
    fn erased_through(&self) -> Result<u64, FilesError>;
    /// The epoch that it knows.
    fn epoch(&self) -> Result<Signed<EpochRecord>, FilesError>;
    /// The newest logical time that it has saved or seen.
    fn hlc(&self) -> Result<Hlc, FilesError>;
    /// The site's sealing key that new contexts are wrapped to.
    fn sealing_key(&self) -> Result<Option<KeyCertificate>, FilesError>;
    /// Where it stands in the site's feed.
    fn site_position(&self) -> Result<FeedPosition, FilesError>;
    /// Takes up an answer whose nonce was checked.
    fn apply(&self, answer: &Answer, site_time: DateTime<Utc>) -> Result<TakenUp, FilesError>;
    /// The lane that is written to.
    fn current_lane(&self) -> Result<Lane, FilesError>;
    /// Goes on in a new life of the journal.
    fn begin_lane(&self, incarnation: Incarnation) -> Result<(), FilesError>;

    /// Puts somebody on the device.
    fn add_user(&self, new: &NewUser) -> Result<(), FilesError>;
    /// Who uses it.
    fn users(&self) -> Result<Vec<UserId>, FilesError>;
    /// Signs somebody in and brings their vault up to the journal.
    fn unlock(&self, user: UserId, keys: &UserKeys, how: Opening) -> Result<(), FilesError>;
    /// Signs them out.
    fn lock(&self, user: UserId);
    /// Saves entries with the attachments that they name, all or none.
    fn save(
        &self,
        user: UserId,
        entries: &[Entry],
        attachments: &[SealedAttachment],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Result<(), FilesError>;
    /// Keeps a change of a draft.
    fn put_draft(&self, user: UserId, draft: &Draft) -> Result<(), FilesError>;
    /// Somebody's drafts.
    fn drafts(&self, user: UserId) -> Result<Vec<Draft>, FilesError>;
    /// Takes an entry back that has not been sent.
    fn take_back(&self, user: UserId, entry: EntryId) -> Result<(), FilesError>;
    /// Where somebody stands in their feed, and whether they want their own;
    /// `None` while their vault is not open.
    fn position(&self, user: UserId) -> Result<Option<(FeedPosition, bool)>, FilesError>;
    /// Signs a pull as somebody.
    fn sign_pull(&self, user: UserId, pull: &UserPull) -> Result<Signed<UserPull>, FilesError>;

    /// Where a saved entry is; `None` when it was not saved here.
    fn place(&self, id: ItemId) -> Result<Option<Place>, FilesError>;
    /// Whether a vault could be made again from what is kept of an entry.
    fn keeps_redo(&self, id: ItemId) -> Result<bool, FilesError>;
    /// Whether the chains of the journal verify.
    fn is_whole(&self) -> Result<bool, FilesError>;
    /// The entries about referrals in somebody's open vault, by id; `None`
    /// while it is not open.
    fn vault(&self, user: UserId) -> Result<Option<Vec<(Entry, Lane)>>, FilesError>;
    /// The fold of the site's feed.
    fn site_state(&self) -> Result<State, FilesError>;

    /// Commits so far.
    fn commits(&self) -> u64;
    /// The power goes and comes back: what is open is lost, what is durable
    /// stays. `is_late` drops what was written and not yet durable.
    fn die(&mut self, is_late: bool);
    /// Puts the whole device aside.
    fn image(&self) -> Box<dyn Image>;
}
