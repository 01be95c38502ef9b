//! Everything that can be said while every vault is locked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use handoff_cipherdb::{Disposition, ReadTx};
use handoff_domain::{Hlc, PackPublished, RosterChanged, State, UserId};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::chain::ChainHash;
use handoff_protocol::from_cbor;
use handoff_protocol::ids::{EpochId, ItemId, Lane, Seq};
use handoff_protocol::message::{Certificates, FeedPosition, RecoveryWrap};
use handoff_sync::Standing;
use handoff_vault::SigningKey;

use super::DeviceReader;
use crate::enrolment::{self, Enrolment};
use crate::error::{StorageError, Stored};
use crate::journal::{self, JournalRow};
use crate::lane::{self, LaneRow};
use crate::person::{self, Person, Slot};
use crate::{preference, quarantine, site_entry};

/// The device's files could not be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ReadError(#[from] pub StorageError);

impl ReadError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        self.0.disposition()
    }
}

/// How much there is, without saying what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries saved here that the site is not proved to have.
    pub waiting: u64,
    /// Entries that the site has, by a receipt of the current epoch.
    pub received: u64,
    /// Entries that the site has and a person has to look at.
    pub parked: u64,
    /// Questions and parked entries that wait for somebody of this device.
    pub needs_you: u64,
}

/// Where a saved entry is, in the journal and on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPlace {
    /// Its lane.
    pub lane: Lane,
    /// Its position there.
    pub seq: Seq,
    /// The chain hash behind it.
    pub hash: ChainHash,
    /// Where it stands.
    pub standing: Standing,
    /// The receipt that first covered it, for reading aloud: later ones cover
    /// it too and have other codes.
    pub receipt: Option<String>,
    /// When the site took it, as that receipt says.
    pub received_at: Option<DateTime<Utc>>,
    /// Whose it is.
    pub slot: Slot,
    /// What the device's clock said when it was saved.
    pub saved_at_ms: i64,
    /// It was taken back.
    pub taken_back: bool,
    /// An order took its content.
    pub is_erased: bool,
}

/// An entry that waits, or that a person has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingItem {
    /// The entry.
    pub id: ItemId,
    /// Where it is.
    pub place: ItemPlace,
}

impl DeviceReader {
    /// What the device is at its site.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn enrolment(&self) -> Result<Enrolment, ReadError> {
        const MISSING: StorageError = StorageError::Row { table: "enrolment" };
        self.read(|tx| enrolment::read(tx)?.ok_or(MISSING))
    }

    /// The key that signs requests and chain heads.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn device_key(&self) -> Result<SigningKey, ReadError> {
        const BAD: StorageError = StorageError::Row { table: "enrolment" };
        self.read(|tx| {
            let bytes = enrolment::signing_key(tx)?;
            let bytes: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| BAD)?;
            SigningKey::from_bytes(bytes).map_err(|_| BAD)
        })
    }

    /// The device's certificate with those of its people, for a site that asks.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn certificates(&self) -> Result<Certificates, ReadError> {
        let device = self.enrolment()?.certificate;
        let (mut authors, mut recovery_wraps) = (Vec::new(), Vec::new());
        for person in self.people()? {
            authors.push(person.certificate);
            recovery_wraps.extend(person.recovery_wrap.map(|bytes| RecoveryWrap {
                user: person.user,
                bytes,
            }));
        }
        Ok(Certificates {
            device,
            authors,
            recovery_wraps,
            receipt_keys: self.read(|tx| enrolment::keys(tx, KeyPurpose::Receipt))?,
        })
    }

    /// The site's keys for a purpose, the newest first. They were verified with
    /// the identity key before they were kept.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn site_keys(&self, purpose: KeyPurpose) -> Result<Vec<KeyCertificate>, ReadError> {
        self.read(|tx| {
            let mut keys = Vec::new();
            for signed in enrolment::keys(tx, purpose)? {
                keys.push(from_cbor(&signed.bytes, "a key certificate")?);
            }
            Ok(keys)
        })
    }

    /// People of this device, by slot.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn people(&self) -> Result<Vec<Person>, ReadError> {
        self.read(person::all)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn person(&self, user: UserId) -> Result<Option<Person>, ReadError> {
        let people = self.people()?;
        Ok(people.into_iter().find(|person| person.user == user))
    }

    /// Choices of a person, or the device's own.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn preferences(&self, of: Option<Slot>) -> Result<BTreeMap<String, String>, ReadError> {
        self.read(|tx| preference::all(tx, of))
    }

    /// The site's packs, by the day from which they count.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn packs(&self) -> Result<Vec<PackPublished>, ReadError> {
        let mut packs: Vec<PackPublished> = self.site_state()?.packs.into_values().collect();
        packs.sort_by_key(|pack| pack.effective);
        Ok(packs)
    }

    /// The site's roster.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn roster(&self) -> Result<BTreeMap<UserId, RosterChanged>, ReadError> {
        Ok(self.site_state()?.roster)
    }

    /// The fold of the site-scope feed: packs and roster.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn site_state(&self) -> Result<State, ReadError> {
        self.read(|tx| site_entry::state(tx, &self.shared.me.site.site))
    }

    /// Where the device stands in the site-scope feed.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn site_position(&self) -> Result<FeedPosition, ReadError> {
        self.read(|tx| {
            let cursor = enrolment::cursor(tx)?;
            Ok(cursor.map_or(FeedPosition::Start, FeedPosition::After))
        })
    }

    /// The newest logical time that this device has saved or seen.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn hlc(&self) -> Result<Hlc, ReadError> {
        self.read(|tx| {
            let saved = journal::hlc(tx, &lane::all(tx)?)?;
            Ok(enrolment::hlc(tx)?.seen(saved))
        })
    }

    /// How much waits, has arrived, and needs somebody.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn counts(&self) -> Result<Counts, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut counts = Counts::default();
            for lane in lane::all(tx)? {
                let tally = journal::tally(tx, &lane, epoch)?;
                counts.waiting += tally.waiting;
                counts.received += tally.received;
                counts.parked += tally.parked;
            }
            let asked: u64 = person::needs_you(tx)?.iter().map(|(_, count)| count).sum();
            counts.needs_you = asked + counts.parked;
            Ok(counts)
        })
    }

    /// Entries of one person that wait.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn waiting_of(&self, slot: Slot) -> Result<u64, ReadError> {
        self.waiting_by(slot, false)
    }

    /// Entries of everybody else that wait.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn waiting_of_others(&self, slot: Slot) -> Result<u64, ReadError> {
        self.waiting_by(slot, true)
    }

    fn waiting_by(&self, slot: Slot, of_others: bool) -> Result<u64, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut waiting = 0;
            for lane in lane::all(tx)? {
                waiting += journal::waiting(tx, &lane, epoch, slot, of_others)?;
            }
            Ok(waiting)
        })
    }

    /// What of one person's is parked, the oldest first.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn parked_of(&self, slot: Slot) -> Result<Vec<WaitingItem>, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut items = Vec::new();
            for row in parked_rows(tx, epoch)? {
                if row.slot == slot {
                    let place = place(tx, &row, epoch)?;
                    items.push(WaitingItem { id: row.id, place });
                }
            }
            Ok(items)
        })
    }

    /// What waits or is parked, parked ones first, then the oldest first; at
    /// most so many.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn queue(&self, max: usize) -> Result<Vec<WaitingItem>, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let lanes = lane::all(tx)?;
            let mut rows = parked_rows(tx, epoch)?;
            for lane in &lanes {
                let left = max.saturating_sub(rows.len());
                rows.extend(journal::waiting_items(tx, lane, epoch, left)?);
            }
            rows.truncate(max);
            rows.iter()
                .map(|row| {
                    let id = row.id;
                    let place = place(tx, row, epoch)?;
                    Ok(WaitingItem { id, place })
                })
                .collect()
        })
    }

    /// Where a saved entry is; `None` when this device has not saved it.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn place(&self, id: ItemId) -> Result<Option<ItemPlace>, ReadError> {
        self.read(|tx| place_of(tx, id))
    }

    /// Whether a vault could be made again from what the journal keeps of an
    /// entry.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn keeps_redo(&self, id: ItemId) -> Result<bool, ReadError> {
        self.read(|tx| journal::keeps_redo(tx, id))
    }

    /// Databases that were set aside because they are damaged.
    #[must_use]
    pub fn quarantined(&self) -> Vec<PathBuf> {
        quarantine::list(&self.shared.folder).unwrap_or_default()
    }

    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&ReadTx<'_>) -> Stored<T>,
    ) -> Result<T, ReadError> {
        Ok(self.shared.db.read(read)?)
    }
}

/// Entries that the site has parked.
fn parked_rows(tx: &ReadTx<'_>, epoch: EpochId) -> Stored<Vec<JournalRow>> {
    let mut rows = Vec::new();
    for lane in lane::all(tx)? {
        if lane.covered(epoch).0 == 0 {
            continue;
        }
        for (seq, _) in lane::parked(tx, lane.key.number)? {
            let row = journal::rows(tx, lane.key.number, seq, 1)?;
            rows.extend(row.into_iter().filter(JournalRow::is_live_entry));
        }
    }
    Ok(rows)
}

/// Where an entry is, if it was saved here.
pub(crate) fn place_of(tx: &ReadTx<'_>, id: ItemId) -> Stored<Option<ItemPlace>> {
    let epoch = enrolment::epoch(tx)?;
    journal::by_item(tx, id)?
        .filter(JournalRow::is_entry)
        .map(|row| place(tx, &row, epoch))
        .transpose()
}

fn place(tx: &ReadTx<'_>, row: &JournalRow, epoch: EpochId) -> Stored<ItemPlace> {
    let lane: LaneRow = lane::by_number(tx, row.lane)?;
    let standing = lane.standing(tx, row.seq, epoch)?;
    let receipt = lane.first_receipt(tx, row.seq, epoch)?;
    Ok(ItemPlace {
        lane: lane.key.lane,
        seq: row.seq,
        hash: row.hash,
        standing,
        received_at: receipt.as_ref().map(|receipt| receipt.received_at),
        receipt: receipt.map(|receipt| receipt.short_code()),
        slot: row.slot,
        saved_at_ms: row.saved_at_ms,
        taken_back: row.kind == journal::kind::ELIDED,
        is_erased: row.kind == journal::kind::ERASED,
    })
}
