//! The save: one transaction on device.db. It returns after the commit.
//!
//! Packing, sealing and signing are done before the transaction begins, because
//! nothing that is sealed names its position; inside it, items get their place
//! in the chain. The vault's view comes after, and may fail without harm.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use handoff_cipherdb::Disposition;
use handoff_domain::{AttachmentAddress, Body, Entry, EntryId, ReferralId};
use handoff_protocol::chain::ChainHash;
use handoff_protocol::ids::{ItemId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_vault::{Random, SealError, SealedAttachment, open_attachment};

use super::UserSession;
use super::sealing::{Begun, Packed, Sealed, Writing, seal};
use crate::attachment;
use crate::device::lock;
use crate::error::{StorageError, Stored};
use crate::journal::{self, NewItem};
use crate::lane::LaneKey;
use crate::redo_key;
use crate::view::Arriving;

/// Entries of one save.
pub(super) const MOST_ENTRIES: usize = 64;

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The entries, in the order in which they were given.
    pub entries: Vec<SavedEntry>,
    /// They had been saved before: nothing was entered twice.
    pub already: bool,
    /// The vault shows them. When it does not, catch-up will.
    pub in_view: bool,
}

/// One entry, and its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedEntry {
    /// The entry.
    pub id: EntryId,
    /// Its lane.
    pub lane: Lane,
    /// Its position there.
    pub seq: Seq,
    /// The chain hash behind it.
    pub hash: ChainHash,
}

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// No entry, or more than one save takes.
    #[error("a save takes 1 to {MOST_ENTRIES} entries; these are {0}")]
    HowMany(usize),
    /// An entry is somebody else's, or for another site.
    #[error("entry {0} is not this person's to save here")]
    NotTheirs(EntryId),
    /// An entry is too long.
    #[error("entry {entry} has {len} bytes; at most {max} are kept")]
    TooLong {
        /// Which.
        entry: EntryId,
        /// How many bytes it has.
        len: usize,
        /// How many are kept.
        max: usize,
    },
    /// An entry names an attachment that was not given with it, or that its key
    /// does not open.
    #[error("the attachment of entry {0} is not what the entry says")]
    OtherAttachment(EntryId),
    /// An entry with this id was saved before, and not the others of this save,
    /// or by somebody else.
    #[error("an entry with id {0} was saved before")]
    IdTaken(EntryId),
    /// The entry was saved before and taken back.
    #[error("entry {0} was taken back")]
    TakenBack(EntryId),
    /// The site has not said which key to seal to.
    #[error("the site has announced no key to seal to")]
    NoSealingKey,
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No room on the disk, and none left to give up. Nothing was saved.
    #[error("no space is left on the disk: nothing was saved")]
    DiskFull,
    /// The files. Nothing may be called saved.
    #[error(transparent)]
    Storage(StorageError),
}

impl SaveError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::DiskFull => Disposition::Retry,
            Self::TooLong { .. } | Self::TakenBack(_) | Self::NoSealingKey => Disposition::AskUser,
            Self::HowMany(_)
            | Self::NotTheirs(_)
            | Self::OtherAttachment(_)
            | Self::IdTaken(_)
            | Self::Seal(_) => Disposition::Stop,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl<E: Into<StorageError>> From<E> for SaveError {
    fn from(error: E) -> Self {
        let error = error.into();
        if error.is_disk_full() {
            Self::DiskFull
        } else {
            Self::Storage(error)
        }
    }
}

impl UserSession {
    /// Saves entries, all or none. When this returns `Ok` they are on the disk.
    ///
    /// The same entries saved again are saved once. `draft` names the draft
    /// that they come from: it is dropped when they are saved.
    ///
    /// # Errors
    /// [`SaveError`]; nothing may be called saved then.
    pub fn save(
        &self,
        random: &dyn Random,
        entries: &[Entry],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Result<Saved, SaveError> {
        self.save_with(random, entries, &[], draft, now_ms)
    }

    /// Saves entries with the attachments that they name, all or none.
    ///
    /// # Errors
    /// As [`Self::save`]; [`SaveError::OtherAttachment`] when an entry names one
    /// that is not among these.
    pub fn save_with(
        &self,
        random: &dyn Random,
        entries: &[Entry],
        attachments: &[SealedAttachment],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Result<Saved, SaveError> {
        let attached = attached(entries, attachments)?;
        let packed = self.pack(entries)?;
        let (lane, saved) = {
            let lane = self
                .shared
                .lane
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            let mut writing = lock(&self.writing);
            let seal = |keys: &Writing| seal(random, keys, entries, &packed);
            let saved = self.commit(random, &lane, &mut writing, now_ms, &attached, seal)?;
            (lane.lane, saved)
        };
        let (entries_saved, already) = match saved {
            Some(saved) => (saved, false),
            None => (self.saved_before(entries)?, true),
        };
        let in_view = already || self.put_in_view(lane, entries, &packed, &entries_saved);
        if let Some(draft) = draft {
            // A draft that stays is dropped at the next unlock.
            let _ = self.discard_draft(draft);
        }
        Ok(Saved {
            entries: entries_saved,
            already,
            in_view,
        })
    }

    /// Seals and commits; `None` when an id was there before.
    pub(super) fn commit(
        &self,
        random: &dyn Random,
        lane: &LaneKey,
        writing: &mut Option<Writing>,
        now_ms: i64,
        attached: &Attached<'_>,
        seal: impl FnOnce(&Writing) -> Result<Vec<Sealed>, SaveError>,
    ) -> Result<Option<Vec<SavedEntry>>, SaveError> {
        let age = self.shared.context_age.load(Ordering::Acquire);
        let is_good = |writing: &Writing| writing.is_good(lane, age, now_ms);
        let begun = if writing.as_ref().is_some_and(is_good) {
            None
        } else {
            *writing = None;
            Some(self.begin(random, lane, age, now_ms)?)
        };
        let keys = begun.as_ref().map(|begun| &begun.writing);
        let Some(keys) = keys.or(writing.as_ref()) else {
            return Err(SaveError::NoSealingKey);
        };
        let sealed = seal(keys)?;
        match self.append(lane, begun.as_ref(), &sealed, attached, now_ms) {
            Ok(saved) => {
                // Only a context that is in the journal seals anything more.
                if let Some(begun) = begun {
                    *writing = Some(begun.writing);
                }
                Ok(Some(saved))
            }
            Err(StorageError::Db(error)) if error.is_duplicate() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn append(
        &self,
        lane: &LaneKey,
        begun: Option<&Begun>,
        sealed: &[Sealed],
        attached: &Attached<'_>,
        now_ms: i64,
    ) -> Stored<Vec<SavedEntry>> {
        let wrapped = begun.map(|begun| begun.wrapped.to_bytes()).transpose()?;
        self.shared.write(|tx| {
            let mut tail = journal::tail(tx, lane)?;
            if let (Some(begun), Some(wrapped)) = (begun, &wrapped) {
                redo_key::insert(tx, begun.item.id(), self.slot, wrapped)?;
                let hlc = sealed.first().map(|sealed| sealed.hlc).unwrap_or_default();
                let new = NewItem {
                    item: &begun.item,
                    redo: None,
                };
                tail = journal::append(tx, lane, tail, self.slot, &new, now_ms, hlc)?;
            }
            let mut saved = Vec::with_capacity(sealed.len());
            for Sealed { item, redo, hlc } in sealed {
                let new = NewItem {
                    item,
                    redo: redo.as_deref(),
                };
                tail = journal::append(tx, lane, tail, self.slot, &new, now_ms, *hlc)?;
                let place = (lane.number, tail.head.seq);
                if let Some((referral, sealed)) = attached.get(&item.id()) {
                    attachment::keep(tx, item.id(), place, *referral, sealed)?;
                }
                if let Item::Resealed { id, of, .. } = item {
                    attachment::name_again(tx, of.0, *id, place)?;
                }
                saved.push(SavedEntry {
                    id: EntryId(item.id().0),
                    lane: lane.lane,
                    seq: tail.head.seq,
                    hash: tail.head.hash,
                });
            }
            Ok(saved)
        })
    }

    /// The places of entries that a save found there already.
    fn saved_before(&self, entries: &[Entry]) -> Result<Vec<SavedEntry>, SaveError> {
        let mut saved = Vec::with_capacity(entries.len());
        let mut missing = None;
        for entry in entries {
            let row = self
                .shared
                .db
                .read(|tx| journal::by_item(tx, ItemId(entry.id.0)))?;
            let Some(row) = row else {
                missing = Some(entry.id);
                continue;
            };
            if row.slot != self.slot || !row.is_entry() {
                return Err(SaveError::IdTaken(entry.id));
            }
            if row.kind == journal::kind::ELIDED {
                return Err(SaveError::TakenBack(entry.id));
            }
            let lane = self
                .shared
                .db
                .read(|tx| crate::lane::by_number(tx, row.lane))?;
            saved.push(SavedEntry {
                id: entry.id,
                lane: lane.key.lane,
                seq: row.seq,
                hash: row.hash,
            });
        }
        match (missing, saved.first()) {
            (None, Some(_)) => Ok(saved),
            (_, Some(there)) => Err(SaveError::IdTaken(there.id)),
            (_, None) => Err(SaveError::IdTaken(entries[0].id)),
        }
    }

    /// Whether the vault shows what was saved. A lag is no failure: redo is in
    /// the journal.
    fn put_in_view(
        &self,
        lane: Lane,
        entries: &[Entry],
        packed: &Packed,
        saved: &[SavedEntry],
    ) -> bool {
        let Some(vault) = &self.vault else {
            return false;
        };
        let arriving: Vec<Arriving<'_>> = saved
            .iter()
            .zip(entries.iter().zip(packed))
            .map(|(saved, (entry, kept))| Arriving {
                id: ItemId(saved.id.0),
                lane,
                seq: saved.seq,
                author: self.user,
                received_at: None,
                own: true,
                kept,
                entry: Some(Cow::Borrowed(entry)),
            })
            .collect();
        vault.put_own(&arriving).is_ok()
    }
}

/// Attachments, and the referrals that they belong to, by the entries that name
/// them.
pub(super) type Attached<'a> = BTreeMap<ItemId, (ReferralId, &'a SealedAttachment)>;

/// Every attachment that these entries name, each as its entry says.
fn attached<'a>(
    entries: &[Entry],
    given: &'a [SealedAttachment],
) -> Result<Attached<'a>, SaveError> {
    let mut attached = Attached::new();
    for entry in entries {
        let Body::AttachmentAdded(added) = &entry.record.body else {
            continue;
        };
        let is_it = |sealed: &&SealedAttachment| {
            sealed.address == added.address
                && sealed.bytes.len() as u64 == added.sealed_len
                && AttachmentAddress::of(&sealed.bytes) == added.address
        };
        let opens = |sealed: &&SealedAttachment| {
            let opened = open_attachment(&added.key, &sealed.bytes);
            opened.is_ok_and(|plain| plain.len() as u64 == added.len)
        };
        let mut given = given.iter().filter(is_it).filter(opens);
        let sealed = given.next().ok_or(SaveError::OtherAttachment(entry.id))?;
        attached.insert(ItemId(entry.id.0), (added.referral, sealed));
    }
    Ok(attached)
}
