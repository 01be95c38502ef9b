//! Attachments for the people who work with a referral: what is here, and one of
//! them opened.
//!
//! Sealed bytes are opened with the key in the entry that names them. What is not
//! all here yet says so, and nothing of it is shown.

use handoff_domain::{AttachmentKind, Body, EntryId, ReferralId};
use handoff_protocol::ids::DeviceId;
use handoff_vault::{Zeroizing, open_attachment};

use crate::apply::views;
use crate::site::Site;
use crate::storage::{NamedAttachment, Reads, StorageError};

/// An attachment, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The entry that names it.
    pub entry: EntryId,
    /// What it belongs to.
    pub referral: ReferralId,
    /// What it is.
    pub what: AttachmentKind,
    /// The form of the opened bytes.
    pub media_type: String,
    /// The device that saved it.
    pub device: DeviceId,
    /// Its sealed bytes.
    pub total: u64,
    /// How many of them are here.
    pub held: u64,
}

/// Why an attachment was not opened.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// No entry of this id names one.
    #[error("entry {0} has no attachment")]
    NotFound(EntryId),
    /// Not all of it is here.
    #[error("{held} of {total} bytes are here: the device sends the rest at its next sync")]
    NotWhole {
        /// So many are here.
        held: u64,
        /// Of so many.
        total: u64,
    },
}

impl Site {
    /// Every attachment that an opened entry names, in the order in which they
    /// were taken.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn attachments(&self) -> Result<Vec<Attachment>, StorageError> {
        self.storage.reading(|reads| {
            let mut attachments: Vec<Attachment> = Vec::new();
            for (named, held) in reads.attachments()? {
                let is_known = attachments.iter().any(|known| known.entry == named.entry);
                if !is_known {
                    attachments.extend(described(reads, &named, held)?);
                }
            }
            Ok(attachments)
        })
    }

    /// The content of one.
    ///
    /// # Errors
    /// [`AttachmentError`].
    pub fn attachment(&self, entry: EntryId) -> Result<Zeroizing<Vec<u8>>, AttachmentError> {
        self.storage.reading(|reads| {
            let all = reads.attachments()?;
            let of_it = all.iter().filter(|(named, _)| named.entry == entry);
            let fullest = of_it.max_by_key(|(_, held)| *held);
            let (named, held) = fullest.ok_or(AttachmentError::NotFound(entry))?;
            let total = named.total;
            if *held < total {
                return Err(AttachmentError::NotWhole { held: *held, total });
            }
            let row = reads.entry(entry)?;
            let row = row.ok_or(AttachmentError::NotFound(entry))?;
            let read = views::read(&reads.site()?.name, &row)?;
            let Body::AttachmentAdded(added) = &read.record.body else {
                return Err(AttachmentError::NotFound(entry));
            };
            let sealed = reads.attachment_bytes(named.device, named.address)?;
            open_attachment(&added.key, &sealed).map_err(|_| {
                AttachmentError::Storage(StorageError::Row {
                    table: "attachment_piece",
                })
            })
        })
    }
}

fn described(
    reads: &dyn Reads,
    named: &NamedAttachment,
    held: u64,
) -> Result<Option<Attachment>, StorageError> {
    let Some(row) = reads.entry(named.entry)? else {
        return Ok(None);
    };
    let read = views::read(&reads.site()?.name, &row)?;
    let Body::AttachmentAdded(added) = read.record.body else {
        return Ok(None);
    };
    Ok(Some(Attachment {
        entry: named.entry,
        referral: added.referral,
        what: added.what,
        media_type: added.media_type,
        device: named.device,
        total: named.total,
        held,
    }))
}
