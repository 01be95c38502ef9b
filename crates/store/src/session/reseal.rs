//! Sealing once more what the site cannot open, or has lost.
//!
//! The site has an entry, and the key that it was sealed to is lost or does not
//! open it. Its author has it too, as redo: with their keys and the site's newest
//! sealing key it is sealed again, as an item of its own that names the first.
//! The first stays in the journal as it was.
//!
//! A content that the device let go, because a backup of the site had it, may be
//! lost when an older backup is put back. Its author's vault still has the entry:
//! it is sealed again from there.

use std::sync::PoisonError;

use handoff_protocol::certificate::{Context, KeyCertificate, KeyPurpose};
use handoff_protocol::from_cbor;
use handoff_protocol::ids::{ContextId, KeyId};
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::Signed;
use handoff_vault::{Random, Zeroizing};

use super::UserSession;
use super::redo_keys::RedoKeys;
use super::save::{Attached, MOST_ENTRIES, SaveError};
use super::sealing::{Again, Writing, reseal};
use crate::device::lock;
use crate::enrolment;
use crate::error::Stored;
use crate::journal::{self, kind};

impl UserSession {
    /// Seals again what of this person's the site has parked: because it cannot
    /// open it, once the site has announced another key than the one that it
    /// was sealed to; because it has lost it, if the vault still has it. Says how
    /// many entries were sealed again; they wait to be sent.
    ///
    /// # Errors
    /// [`SaveError`]; what was not sealed again is tried at the next unlock.
    pub fn reseal(&self, random: &dyn Random, now_ms: i64) -> Result<u64, SaveError> {
        let Some(sealing) = &self.sealing else {
            return Ok(0);
        };
        let mut keys = RedoKeys::of(self, sealing)?;
        let mut again = Vec::new();
        for row in self.unopened()? {
            if let Some(packed) = keys.packed(&row.redo)? {
                let of = (row.redo.id, row.digest);
                again.push(Again { of, packed });
            }
        }
        again.extend(self.lost()?);
        let hlc = self
            .device
            .hlc()
            .map_err(|error| SaveError::from(error.0))?;
        for again in again.chunks(MOST_ENTRIES) {
            let lane = self
                .shared
                .lane
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            let mut writing = lock(&self.writing);
            let seal = |keys: &Writing| reseal(random, keys, again, hlc);
            self.commit(random, &lane, &mut writing, now_ms, &Attached::new(), seal)?;
        }
        Ok(again.len() as u64)
    }

    /// What the site has lost and the vault has, as it was packed.
    fn lost(&self) -> Result<Vec<Again>, SaveError> {
        let lost = self.shared.db.read(|tx| journal::lost(tx, self.slot))?;
        let (Some(vault), false) = (&self.vault, lost.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut again = Vec::with_capacity(lost.len());
        for of in lost {
            let Some(kept) = vault.db.read(|tx| vault.kept(tx, of.0))? else {
                continue;
            };
            let plain = Zeroizing::new(kept.plain()?.into_owned());
            let packed = Zeroizing::new(lock(&self.packer).pack(&plain)?);
            again.push(Again { of, packed });
        }
        Ok(again)
    }

    /// What the site cannot open, was not sealed again, and can be.
    fn unopened(&self) -> Stored<Vec<journal::UnopenedRow>> {
        let newest = self.shared.db.read(|tx| -> Stored<_> {
            Ok(enrolment::keys(tx, KeyPurpose::Sealing)?.into_iter().next())
        })?;
        let Some(newest) = newest else {
            return Ok(Vec::new());
        };
        let newest: KeyCertificate = from_cbor(&newest.bytes, "a key certificate")?;
        let newest = newest.key.id();
        let mut unopened = Vec::new();
        for code in [ParkCode::KeyMissing, ParkCode::CannotOpen] {
            let rows = self
                .shared
                .db
                .read(|tx| journal::unopened(tx, self.slot, code))?;
            for row in rows {
                if self.sealed_to(row.redo.context)? != Some(newest) {
                    unopened.push(row);
                }
            }
        }
        Ok(unopened)
    }

    /// The site's key that a context of this device was wrapped to.
    fn sealed_to(&self, context: ContextId) -> Stored<Option<KeyId>> {
        let row = self.shared.db.read(|tx| journal::by_item(tx, context))?;
        let Some(bytes) = row
            .filter(|row| row.kind == kind::CONTEXT)
            .and_then(|row| row.content)
        else {
            return Ok(None);
        };
        let signed: Signed<Context> = from_cbor(&bytes, "a context")?;
        let context: Context = from_cbor(&signed.bytes, "a context")?;
        Ok(Some(context.sealing_key))
    }
}
