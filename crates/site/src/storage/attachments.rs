//! Operations about attachments: sealed bytes that come in pieces, and the
//! entries that name them.

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, EntryId};
use handoff_protocol::ids::{DeviceId, Seq};

use super::{LineId, StorageError};

/// How much of an attachment is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Whose device has sent it.
    pub device: DeviceId,
    /// Which.
    pub address: AttachmentAddress,
    /// All of its sealed bytes.
    pub total: u64,
    /// The first so many are here.
    pub held: u64,
}

impl AttachmentRow {
    /// Whether all of it is here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.held == self.total
    }
}

/// An entry that names an attachment, where it stands on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedAttachment {
    /// On which line.
    pub line: LineId,
    /// At which position.
    pub seq: Seq,
    /// The entry.
    pub entry: EntryId,
    /// The device that saved it.
    pub device: DeviceId,
    /// Which attachment.
    pub address: AttachmentAddress,
    /// All of its sealed bytes.
    pub total: u64,
}

/// Reading attachments.
pub trait AttachmentReads {
    /// How much of a device's attachment is here; `None` before its first piece.
    fn attachment(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Result<Option<AttachmentRow>, StorageError>;
    /// The sealed bytes that are here, in their order.
    fn attachment_bytes(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Result<Vec<u8>, StorageError>;
    /// Whether an entry names a device's attachment.
    fn is_attachment_named(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Result<bool, StorageError>;
    /// Positions of a line itself whose attachments are not all here.
    fn attachments_missing(&self, line: LineId) -> Result<Vec<Seq>, StorageError>;
    /// Every attachment that is named, with what is here of it.
    fn attachments(&self) -> Result<Vec<(NamedAttachment, u64)>, StorageError>;
}

/// Writing them.
pub trait AttachmentWrites: AttachmentReads {
    /// Keeps the bytes that follow what is here. An entry that names the whole
    /// one lacks nothing any more; its line's revision rises.
    fn keep_piece(
        &self,
        row: &AttachmentRow,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
    /// Drops what is here of an attachment. Entries that name it lack it from then
    /// on; their lines' revisions rise.
    fn drop_attachment(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Result<(), StorageError>;
    /// Keeps that an entry names an attachment.
    fn name_attachment(&self, named: &NamedAttachment) -> Result<(), StorageError>;
    /// An entry is erased: it names nothing any more, and what no other entry
    /// names is dropped.
    fn erase_attachment(&self, entry: EntryId) -> Result<(), StorageError>;
    /// Drops what no entry has named since before a time.
    fn forget_unnamed(&self, before: DateTime<Utc>) -> Result<(), StorageError>;
}
