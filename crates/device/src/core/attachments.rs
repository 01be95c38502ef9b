//! Signatures and photos: sealed here, saved with the entry that names them.

use std::sync::Arc;

use handoff_domain::{
    AttachmentAdded, AttachmentKind, Body, CapturedAt, Entry, EntryId, MAX_ATTACHMENT, OccurredAt,
    Record, ReferralId, media_type_of,
};
use handoff_store::Saved;
use handoff_vault::{Zeroizing, seal_attachment};

use super::drafts::known_site_time;
use super::{Core, CoreError};
use crate::contract::Topic;

/// An attachment that was saved.
#[derive(Debug)]
pub struct AttachedEntry {
    /// The entry that names it.
    pub entry: EntryId,
    /// Its place in the journal.
    pub saved: Saved,
}

impl Core {
    /// Adds a signature or a photo to a referral that the signed-in person sees.
    ///
    /// # Errors
    /// [`CoreError`]; nothing was saved then.
    pub fn attach(
        &self,
        referral: ReferralId,
        what: AttachmentKind,
        plain: &[u8],
    ) -> Result<AttachedEntry, CoreError> {
        if !self.host.clock_is_possible() {
            return Err(CoreError::ClockImpossible);
        }
        let media_type = media_type_of(plain).ok_or(CoreError::AttachmentForm)?;
        if plain.len() > MAX_ATTACHMENT {
            return Err(CoreError::AttachmentTooLong(plain.len()));
        }
        let signed_in = self.signed_in()?;
        let role =
            super::people::referring_role(&signed_in.roles).ok_or(CoreError::NotPermitted)?;
        let session = Arc::clone(&signed_in.session);
        if session.referral(referral)?.is_none() {
            return Err(CoreError::UnknownReferral(referral));
        }
        let device = self.device()?;
        let enrolment = device.store.enrolment()?;
        let now = self.host.now();
        let now_ms = now.timestamp_millis();
        let site_ms = enrolment.site_time.timestamp_millis();
        let hlc = device.store.hlc()?;
        let sealed = seal_attachment(self.host.random(), plain)?;
        let entry = Entry {
            id: self.host.entry_id(),
            site: enrolment.site.site,
            author: signed_in.user,
            record: Record {
                occurred_at: OccurredAt(now.fixed_offset()),
                captured_at: CapturedAt {
                    clock_ms: now_ms,
                    hlc: hlc.next(now_ms, known_site_time(site_ms, now_ms)),
                },
                role,
                based_on: Vec::new(),
                body: Body::AttachmentAdded(AttachmentAdded {
                    referral,
                    what,
                    media_type: media_type.to_owned(),
                    len: plain.len() as u64,
                    address: sealed.address,
                    sealed_len: sealed.bytes.len() as u64,
                    key: sealed.key.clone(),
                }),
            },
        };
        let id = entry.id;
        let saved = session.save_with(self.host.random(), &[entry], &[sealed], None, now_ms)?;
        self.announce(&[Topic::Referrals, Topic::Queue]);
        self.wake.notify_one();
        Ok(AttachedEntry { entry: id, saved })
    }

    /// What an entry that the signed-in person sees has attached, opened; `None`
    /// when it has nothing, or another device has saved it.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn attachment(
        &self,
        referral: ReferralId,
        entry: EntryId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, CoreError> {
        Ok(self.signed_in()?.session.attachment(referral, entry)?)
    }
}
