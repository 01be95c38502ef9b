//! The key that an author's entries are sealed under, for the site to open.

use std::fmt;

use handoff_protocol::certificate::{self, Context};
use handoff_protocol::{
    ContextId, DeviceId, ItemId, KeyId, Lane, PublicKey, Signed, SitePin, UserId,
};
use zeroize::Zeroizing;

use crate::aead::{self, SealError, Unsealed};
use crate::envelope::{self, Envelope};
use crate::random::{self, Random};
use crate::sealing::SealingKey;
use crate::signing::SigningKey;

/// Where a context belongs. None of it may be changed without the seals of the
/// context's entries breaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextPlace {
    /// Which site.
    pub site: SitePin,
    /// Which lane.
    pub lane: Lane,
    /// On which device.
    pub device: DeviceId,
    /// Who writes.
    pub author: UserId,
    /// The context's own id.
    pub context: ContextId,
}

/// A random 256-bit key for the entries of one unlock in one lane. Lives in
/// memory only; wiped when dropped; `Debug` shows `***`.
pub struct ContextKey {
    key: Zeroizing<[u8; 32]>,
    place: ContextPlace,
}

/// Why a context was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContextError {
    /// It is wrapped to another sealing key of the site.
    #[error("the context is wrapped to key {wrapped_to}, this is key {tried}")]
    OtherKey {
        /// The key that it is wrapped to.
        wrapped_to: KeyId,
        /// The key that was tried.
        tried: KeyId,
    },
    /// It names a device that its lane does not belong to.
    #[error("the context names another device than its lane")]
    OtherDevice,
    /// It does not open.
    #[error(transparent)]
    Unsealed(#[from] Unsealed),
}

impl ContextKey {
    /// Makes a key and the statement that carries it to the site, signed by the
    /// author.
    ///
    /// # Errors
    /// [`SealError`] when the site's key is not a key.
    pub fn make(
        random: &dyn Random,
        place: ContextPlace,
        site: &PublicKey,
        author: &SigningKey,
    ) -> Result<(Self, Signed<Context>), SealError> {
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(random::array(random));
        let sealing_key = site.id();
        let ContextPlace {
            site: pin,
            lane,
            device,
            author: user,
            context,
        } = place;
        let info = certificate::context_info(&pin, &lane, &user, &context, &sealing_key);
        let Envelope {
            encapsulated,
            wrapped,
        } = envelope::wrap(random, site, &info, &[], key.as_ref())?;
        let statement = Context {
            site: pin,
            lane,
            device,
            author: user,
            context,
            sealing_key,
            encapsulated,
            wrapped,
        };
        let signed = author
            .sign_statement(&statement)
            .map_err(|_| SealError::Encoding)?;
        Ok((Self { key, place }, signed))
    }

    /// Where it belongs.
    #[must_use]
    pub fn place(&self) -> &ContextPlace {
        &self.place
    }

    /// Seals one packed entry: nonce (12 bytes), ciphertext, tag (16 bytes).
    ///
    /// # Errors
    /// [`SealError::TooLong`].
    pub fn seal(
        &self,
        random: &dyn Random,
        item: &ItemId,
        packed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        aead::seal_entry(random, &self.key, &self.associated(item), packed)
    }

    /// Opens one entry; it is packed as it was sealed.
    ///
    /// # Errors
    /// [`Unsealed`] for changed bytes, and for an entry of another site, lane,
    /// context or id.
    pub fn open(&self, item: &ItemId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
        aead::open_entry(&self.key, &self.associated(item), sealed)
    }

    fn associated(&self, item: &ItemId) -> Vec<u8> {
        let ContextPlace {
            site,
            lane,
            context,
            ..
        } = &self.place;
        certificate::entry_associated_data(site, lane, context, item)
    }
}

/// The site's side: opens a context that [`Signed::open`] has verified with the
/// author's signing key.
///
/// # Errors
/// [`ContextError`] when it is wrapped to another key, or does not open.
pub fn open_context(key: &SealingKey, context: &Context) -> Result<ContextKey, ContextError> {
    let Context {
        site,
        lane,
        device,
        author,
        context: id,
        sealing_key,
        encapsulated,
        wrapped,
    } = context;
    if *sealing_key != key.id() {
        return Err(ContextError::OtherKey {
            wrapped_to: *sealing_key,
            tried: key.id(),
        });
    }
    if lane.device().is_some_and(|of_lane| of_lane != *device) {
        return Err(ContextError::OtherDevice);
    }
    let info = certificate::context_info(site, lane, author, id, sealing_key);
    let envelope = Envelope {
        encapsulated: *encapsulated,
        wrapped: wrapped.clone(),
    };
    let place = ContextPlace {
        site: *site,
        lane: *lane,
        device: *device,
        author: *author,
        context: *id,
    };
    Ok(ContextKey {
        key: key.unwrap_key(&info, &envelope)?,
        place,
    })
}

impl fmt::Debug for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextKey({}, ***)", self.place.context)
    }
}

#[cfg(test)]
#[path = "context/tests.rs"]
mod tests;
