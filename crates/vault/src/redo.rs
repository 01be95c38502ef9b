//! The author's own way back to what they saved.
//!
//! The vault of an author may lag behind the journal. `redo` is each entry once
//! more, under a key that only the author's sealing key opens: the next unlock
//! catches up from it. It goes together with a context, whose place it shares.

use std::fmt;

use handoff_protocol::{CodecError, ItemId, KeyId, PublicKey, codec};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::aead::{self, SealError, Unsealed};
use crate::context::ContextPlace;
use crate::envelope::{self, Envelope};
use crate::random::{self, Random};
use crate::sealing::SealingKey;
use crate::strict;

/// A random 256-bit key for the redo of one unlock in one lane. Lives in memory
/// only; wiped when dropped; `Debug` shows `***`.
pub struct RedoKey {
    key: Zeroizing<[u8; 32]>,
    place: ContextPlace,
}

/// A redo key, wrapped to its author: what the device keeps beside the context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedRedoKey {
    /// The author's sealing key that it is wrapped to.
    pub sealing_key: KeyId,
    /// The key.
    pub envelope: Envelope,
}

const WRAPPED: &str = "a wrapped redo key";

impl WrappedRedoKey {
    /// As bytes, for a column.
    ///
    /// # Errors
    /// [`CodecError`] when it does not encode.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        codec::to_cbor(self, WRAPPED)
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CodecError> {
        strict::from_cbor(bytes, WRAPPED)
    }
}

impl RedoKey {
    /// Makes a key and its wrap to the author's public sealing key.
    ///
    /// # Errors
    /// [`SealError`] when that is not a key.
    pub fn make(
        random: &dyn Random,
        place: ContextPlace,
        author: &PublicKey,
    ) -> Result<(Self, WrappedRedoKey), SealError> {
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(random::array(random));
        let sealing_key = author.id();
        let info = info(&place, &sealing_key);
        let envelope = envelope::wrap(random, author, &info, &[], key.as_ref())?;
        Ok((
            Self { key, place },
            WrappedRedoKey {
                sealing_key,
                envelope,
            },
        ))
    }

    /// Seals the plaintext of one entry.
    ///
    /// # Errors
    /// [`SealError::TooLong`].
    pub fn seal(
        &self,
        random: &dyn Random,
        item: &ItemId,
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        aead::seal_entry(random, &self.key, &associated(&self.place, item), plain)
    }

    /// Opens the redo of one entry.
    ///
    /// # Errors
    /// [`Unsealed`] for changed bytes, and for another entry or place.
    pub fn open(&self, item: &ItemId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
        aead::open_entry(&self.key, &associated(&self.place, item), sealed)
    }
}

/// Opens a redo key with the author's sealing key.
///
/// # Errors
/// [`Unsealed`] when it is another author's, or of another place.
pub fn open_redo_key(
    key: &SealingKey,
    place: ContextPlace,
    wrapped: &WrappedRedoKey,
) -> Result<RedoKey, Unsealed> {
    let info = info(&place, &key.id());
    Ok(RedoKey {
        key: key.unwrap_key(&info, &wrapped.envelope)?,
        place,
    })
}

/// Its own tags: nothing that is sealed as redo opens as an entry, nor the
/// other way round.
fn info(place: &ContextPlace, sealing_key: &KeyId) -> Vec<u8> {
    let mut info = b"handoff/redo-key/1".to_vec();
    write_place(place, &mut info);
    info.extend_from_slice(&sealing_key.0);
    info
}

fn associated(place: &ContextPlace, item: &ItemId) -> Vec<u8> {
    let mut data = b"handoff/redo/1".to_vec();
    write_place(place, &mut data);
    data.extend_from_slice(item.as_bytes());
    data
}

/// All of fixed width.
fn write_place(place: &ContextPlace, out: &mut Vec<u8>) {
    out.extend_from_slice(&place.site.0);
    out.extend_from_slice(&place.lane.to_bytes());
    out.extend_from_slice(place.device.as_bytes());
    out.extend_from_slice(place.author.as_bytes());
    out.extend_from_slice(place.context.as_bytes());
}

impl fmt::Debug for RedoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedoKey({}, ***)", self.place.context)
    }
}
