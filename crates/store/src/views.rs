//! What a person sees of referrals.

use chrono::{DateTime, Utc};
use handoff_domain::{Entry, EntryId, Hlc, Referral, ReferralId};
use handoff_protocol::ids::{ItemId, Lane, Seq};
use handoff_sync::Standing;
use handoff_vault::{Zeroizing, open_attachment};

use crate::attachment;
use crate::device::{ItemPlace, ReadError, place_of};
use crate::error::{StorageError, Stored};
use crate::session::UserReader;
use crate::view::{self, HeldEntry, Vault};

/// A referral with everything that this person may see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferralView {
    /// Which.
    pub id: ReferralId,
    /// What its entries amount to.
    pub referral: Referral,
    /// Its entries, by id.
    pub entries: Vec<EntryView>,
    /// Its place in the list of referrals.
    pub order: ListPlace,
}

/// An entry of a referral.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    /// The entry.
    pub entry: Entry,
    /// The lane that it was written in.
    pub lane: Lane,
    /// Its position there.
    pub seq: Seq,
    /// When the site took it, once the site has said so.
    pub received_at: Option<DateTime<Utc>>,
    /// Where it is in this device's journal; `None` when it was not saved here.
    pub saved: Option<ItemPlace>,
}

/// A place in the list of referrals: a list goes on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListPlace {
    newest: Hlc,
    id: ReferralId,
}

impl ReferralView {
    /// Where the entry that logged it stands; `None` when another device has
    /// saved it.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.logged()?.saved.as_ref().map(|saved| saved.standing)
    }

    /// The entry that logged it, if it may be seen.
    #[must_use]
    pub fn logged(&self) -> Option<&EntryView> {
        let id = self.id.into();
        self.entries.iter().find(|entry| entry.entry.id == id)
    }
}

impl UserReader {
    /// Referrals, those with the newest entries first: at most so many, behind
    /// a place. Empty while the vault is not open.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn referrals(
        &self,
        max: usize,
        behind: Option<ListPlace>,
    ) -> Result<Vec<ReferralView>, ReadError> {
        let Some(vault) = &self.vault else {
            return Ok(Vec::new());
        };
        let behind = behind.map(|place| (place.newest, place.id));
        let held = vault.db.read(|tx| -> Stored<_> {
            let mut held = Vec::new();
            for (newest, id) in view::newest(tx, behind, max)? {
                let entries = view::entries_of(tx, &vault.site, id, &[])?;
                held.push((ListPlace { newest, id }, entries));
            }
            Ok(held)
        })?;
        let mut views = Vec::with_capacity(held.len());
        for (order, entries) in held {
            views.extend(self.view(order, entries)?);
        }
        Ok(views)
    }

    /// One referral; `None` when this person may not see it, or there is none.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn referral(&self, id: ReferralId) -> Result<Option<ReferralView>, ReadError> {
        let Some(vault) = &self.vault else {
            return Ok(None);
        };
        let entries = entries(vault, id)?;
        let newest = entries
            .iter()
            .map(|held| held.entry.record.captured_at.hlc)
            .max()
            .unwrap_or_default();
        self.view(ListPlace { newest, id }, entries)
    }

    /// What an entry that this person may see has attached, opened; `None` when
    /// they may not see it, it has nothing, or the bytes are not on this device.
    ///
    /// # Errors
    /// [`ReadError`]; [`StorageError::Row`] when the bytes do not open.
    pub fn attachment(
        &self,
        referral: ReferralId,
        entry: EntryId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        const BAD: StorageError = StorageError::Row {
            table: "attachment_row",
        };
        let Some(view) = self.referral(referral)? else {
            return Ok(None);
        };
        let Some(added) = view.referral.attachments.get(&entry) else {
            return Ok(None);
        };
        let sealed = self
            .shared
            .db
            .read(|tx| attachment::of_item(tx, ItemId(entry.0)))?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let plain = open_attachment(&added.key, &sealed).map_err(|_| BAD)?;
        Ok(Some(plain))
    }

    fn view(
        &self,
        order: ListPlace,
        held: Vec<HeldEntry<'static>>,
    ) -> Result<Option<ReferralView>, ReadError> {
        let Some(referral) = view::fold_one(order.id, &held) else {
            return Ok(None);
        };
        let entries = self.shared.db.read(|tx| -> Stored<_> {
            let mut entries = Vec::with_capacity(held.len());
            for held in held {
                entries.push(EntryView {
                    saved: place_of(tx, ItemId(held.entry.id.0))?,
                    entry: held.entry.into_owned(),
                    lane: held.lane,
                    seq: held.seq,
                    received_at: held.received_at,
                });
            }
            Ok(entries)
        })?;
        Ok(Some(ReferralView {
            id: order.id,
            referral,
            entries,
            order,
        }))
    }
}

fn entries(vault: &Vault, id: ReferralId) -> Stored<Vec<HeldEntry<'static>>> {
    vault
        .db
        .read(|tx| view::entries_of(tx, &vault.site, id, &[]))
}
