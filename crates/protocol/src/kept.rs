//! A record as it is kept in views and fed to readers.
//!
//! **What.** Packed, as it was before it was sealed ([`crate::pack`]): a tenth
//! of its CBOR, so that a view has one page where it would have ten. A record
//! that is too long to be packed (a rule pack with many zones) stays CBOR.
//!
//! **How they are told apart.** The first byte: packed bytes begin with the
//! number of a dictionary, below `0x80`; CBOR of a record is a map, which begins
//! at `0xa0`.
//!
//! **What it does not do.** It hides nothing: whatever holds it is encrypted.
//!
//! **Where decided.** `docs/adr/0035-packed-records-in-views.md`.

use std::borrow::Cow;

use handoff_domain::{Record, RecordError};
use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::pack::{MAX_PLAIN, Packer, Unpacker};

/// Where CBOR of a map begins.
const MAP: u8 = 0xa0;

/// A record's bytes, packed or plain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeptRecord(#[serde(with = "serde_bytes")] Vec<u8>);

/// Why a kept record does not read.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// It does not unpack.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// What is in it is no record.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl KeptRecord {
    /// Packs a record's CBOR.
    ///
    /// # Errors
    /// [`CodecError`] when it cannot be packed.
    pub fn of(packer: &mut Packer, plain: &[u8]) -> Result<Self, CodecError> {
        if plain.len() > MAX_PLAIN {
            return Ok(Self(plain.to_vec()));
        }
        packer.pack(plain).map(Self)
    }

    /// Bytes that are packed already, or were kept.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What is kept.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The record's CBOR.
    ///
    /// # Errors
    /// [`CodecError`] when it does not unpack.
    pub fn plain(&self) -> Result<Cow<'_, [u8]>, CodecError> {
        plain(&self.0, &mut Unpacker::new())
    }

    /// The record, with an unpacker that many of them share.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn read(&self, unpacker: &mut Unpacker) -> Result<Record, KeptError> {
        read(&self.0, unpacker)
    }
}

/// The record in kept bytes, with an unpacker that many of them share.
///
/// # Errors
/// [`KeptError`].
pub fn read(kept: &[u8], unpacker: &mut Unpacker) -> Result<Record, KeptError> {
    Ok(Record::from_bytes(&plain(kept, unpacker)?)?)
}

fn plain<'a>(kept: &'a [u8], unpacker: &mut Unpacker) -> Result<Cow<'a, [u8]>, CodecError> {
    if kept.first().is_some_and(|first| *first >= MAP) {
        return Ok(Cow::Borrowed(kept));
    }
    unpacker.unpack(kept).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CBOR of a map, with one text in it.
    fn record_like(len: usize) -> Vec<u8> {
        let mut bytes = vec![0xa1, 0x61, b'a', 0x7a];
        bytes.extend(u32::try_from(len).unwrap().to_be_bytes());
        bytes.extend(std::iter::repeat_n(b'x', len));
        bytes
    }

    #[test]
    fn what_is_kept_reads_as_it_was_packed_or_not() {
        let mut packer = Packer::new().unwrap();
        for len in [0, 1, 300, MAX_PLAIN - 8, MAX_PLAIN, 4 * MAX_PLAIN] {
            let plain = record_like(len);
            let kept = KeptRecord::of(&mut packer, &plain).unwrap();
            assert_eq!(kept.plain().unwrap().as_ref(), plain, "{len}");
            let is_packed = plain.len() <= MAX_PLAIN;
            assert_eq!(kept.as_bytes() != plain, is_packed, "{len}");
            assert_eq!(kept.as_bytes()[0] < MAP, is_packed);
            // As views of earlier builds hold it.
            let kept = KeptRecord::from_bytes(plain.clone());
            assert_eq!(kept.plain().unwrap().as_ref(), plain);
        }
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        for bytes in [
            &[][..],
            &[1],
            &[2, 0],
            &[1, 0xff, 0xff],
            &[0x7f; 40],
            &[0xa0],
        ] {
            let kept = KeptRecord::from_bytes(bytes.to_vec());
            assert!(kept.read(&mut Unpacker::new()).is_err());
        }
    }
}
