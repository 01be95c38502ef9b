//! What comes before sealing: compression with a committed dictionary, then
//! Padmé padding, so that lengths say little.
//!
//! Packed bytes: one byte that names the dictionary (0: none), the compressed
//! length (LEB128), the compressed bytes (zstd, magicless, level 6), zeros up
//! to the padded length. All dictionaries are kept for ever.

use std::io;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::DecoderDictionary;
use zstd::zstd_safe::{CParameter, DParameter, FrameFormat};

use crate::codec::CodecError;

/// Most bytes of an unpacked entry.
pub const MAX_PLAIN: usize = 64 * 1024;

/// Dictionaries by the byte that names them. Never removed, never changed: an
/// entry that was packed with one needs it for ever. Trained on synthetic
/// records only, by the program `dictionary` of the package `handoff-tests`.
const DICTIONARIES: &[(u8, &[u8])] = &[(1, include_bytes!("../dictionaries/1.zdict"))];
/// The dictionary that new entries are packed with.
const CURRENT: u8 = 1;
const LEVEL: i32 = 6;

fn dictionary(id: u8) -> Option<&'static [u8]> {
    if id == 0 {
        return Some(&[]);
    }
    DICTIONARIES
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, bytes)| *bytes)
}

/// A dictionary made ready for reading, once in a process.
fn prepared(id: u8) -> Option<&'static DecoderDictionary<'static>> {
    static PREPARED: LazyLock<Vec<(u8, DecoderDictionary<'static>)>> = LazyLock::new(|| {
        let ids = std::iter::once(0).chain(DICTIONARIES.iter().map(|(id, _)| *id));
        ids.filter_map(|id| Some((id, DecoderDictionary::new(dictionary(id)?))))
            .collect()
    });
    PREPARED
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, prepared)| prepared)
}

/// The Padmé length for a plain length: at most 12 % more, and only
/// O(log log n) bits of the length remain visible.
#[must_use]
pub fn padded_len(len: usize) -> usize {
    if len < 2 {
        return len;
    }
    let exponent = len.ilog2();
    let mantissa_bits = exponent.ilog2() + 1;
    let mask = (1usize << (exponent - mantissa_bits.min(exponent))) - 1;
    (len + mask) & !mask
}

/// Compresses and pads. Holds its compressor, because making one costs more
/// than an entry.
pub struct Packer {
    compressor: Compressor<'static>,
}

/// The reverse of a [`Packer`]. Making one costs nothing; what it needs for a
/// dictionary is made when the first entry asks for it, and costs more than an
/// entry does.
#[derive(Default)]
pub struct Unpacker {
    decompressors: Vec<(u8, Decompressor<'static>)>,
    /// Room for the longest entry, wiped after each.
    room: Vec<u8>,
}

fn failed(_: io::Error) -> CodecError {
    CodecError::Unreadable {
        what: "a packed entry",
    }
}

impl Packer {
    /// A packer with the current dictionary.
    ///
    /// # Errors
    /// [`CodecError`] when the compressor cannot be made (no memory).
    pub fn new() -> Result<Self, CodecError> {
        let bytes = dictionary(CURRENT).unwrap_or_default();
        let mut compressor = Compressor::with_dictionary(LEVEL, bytes).map_err(failed)?;
        compressor
            .set_parameter(CParameter::Format(FrameFormat::Magicless))
            .map_err(failed)?;
        compressor
            .set_parameter(CParameter::ContentSizeFlag(false))
            .map_err(failed)?;
        compressor
            .set_parameter(CParameter::ChecksumFlag(false))
            .map_err(failed)?;
        compressor
            .set_parameter(CParameter::DictIdFlag(false))
            .map_err(failed)?;
        Ok(Self { compressor })
    }

    /// Packs one entry.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] for more than [`MAX_PLAIN`] bytes.
    pub fn pack(&mut self, plain: &[u8]) -> Result<Vec<u8>, CodecError> {
        if plain.len() > MAX_PLAIN {
            return Err(CodecError::TooLong {
                what: "an entry",
                len: plain.len(),
                max: MAX_PLAIN,
            });
        }
        let compressed = self.compressor.compress(plain).map_err(failed)?;
        let mut packed = Vec::with_capacity(padded_len(compressed.len() + 4));
        packed.push(CURRENT);
        let mut len = compressed.len();
        while len >= 0x80 {
            packed.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        packed.push(len as u8);
        packed.extend_from_slice(&compressed);
        packed.resize(padded_len(packed.len()), 0);
        Ok(packed)
    }
}

impl Unpacker {
    /// An unpacker for every dictionary that ever was.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The decompressor for a dictionary; `None` when there is no such
    /// dictionary.
    fn decompressor(&mut self, id: u8) -> Result<Option<&mut Decompressor<'static>>, CodecError> {
        let known = self
            .decompressors
            .iter()
            .position(|(known, _)| *known == id);
        let at = match known {
            Some(at) => at,
            None => {
                let Some(prepared) = prepared(id) else {
                    return Ok(None);
                };
                let mut decompressor =
                    Decompressor::with_prepared_dictionary(prepared).map_err(failed)?;
                decompressor
                    .set_parameter(DParameter::Format(FrameFormat::Magicless))
                    .map_err(failed)?;
                self.decompressors.push((id, decompressor));
                self.decompressors.len() - 1
            }
        };
        Ok(self
            .decompressors
            .get_mut(at)
            .map(|(_, decompressor)| decompressor))
    }

    /// Unpacks one entry.
    ///
    /// # Errors
    /// [`CodecError`] for an unknown dictionary, for bytes that do not read,
    /// for padding that is not zero, and for more than [`MAX_PLAIN`] bytes.
    pub fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, CodecError> {
        const UNREADABLE: CodecError = CodecError::Unreadable {
            what: "a packed entry",
        };
        let (&id, mut rest) = packed.split_first().ok_or(UNREADABLE)?;
        let mut len = 0usize;
        let mut shift = 0;
        loop {
            let (&byte, behind) = rest.split_first().ok_or(UNREADABLE)?;
            rest = behind;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 21 {
                return Err(UNREADABLE);
            }
        }
        let (compressed, padding) = rest.split_at_checked(len).ok_or(UNREADABLE)?;
        if padding.iter().any(|byte| *byte != 0)
            || packed.len() != padded_len(packed.len() - padding.len())
        {
            return Err(UNREADABLE);
        }
        let mut room = std::mem::take(&mut self.room);
        room.clear();
        room.reserve(MAX_PLAIN);
        let unpacked = match self.decompressor(id)? {
            Some(decompressor) => decompressor.decompress_to_buffer(compressed, &mut room),
            None => return Err(UNREADABLE),
        };
        let plain = unpacked.map(|_| room.clone()).map_err(failed);
        if plain.is_err() {
            // Whatever was written before it went wrong.
            room.resize(MAX_PLAIN, 0);
        }
        room.fill(0);
        self.room = room;
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn padding_adds_at_most_twelve_percent_and_hides_the_length() {
        let mut lengths = std::collections::BTreeSet::new();
        for len in 1..=MAX_PLAIN {
            let padded = padded_len(len);
            assert!(
                padded >= len && padded * 100 <= len * 112 + 100,
                "{len} became {padded}"
            );
            assert_eq!(padded_len(padded), padded);
            lengths.insert(padded);
        }
        assert!(
            lengths.len() < 300,
            "{} lengths remain visible",
            lengths.len()
        );
    }

    #[test]
    fn dictionaries_are_never_changed() {
        let digests: Vec<(u8, String)> = DICTIONARIES
            .iter()
            .map(|(id, bytes)| {
                let digest: [u8; 32] = sha2::Digest::finalize(sha2::Digest::chain_update(
                    <sha2::Sha256 as sha2::Digest>::new(),
                    bytes,
                ))
                .into();
                (*id, data_encoding::HEXLOWER.encode(&digest[..8]))
            })
            .collect();
        expect_test::expect![[r#"
            [
                (
                    1,
                    "830521421e3b6fcd",
                ),
            ]
        "#]]
        .assert_debug_eq(&digests);
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut compressor = Compressor::new(19).unwrap();
        compressor
            .set_parameter(CParameter::Format(FrameFormat::Magicless))
            .unwrap();
        compressor
            .set_parameter(CParameter::ContentSizeFlag(false))
            .unwrap();
        let bomb = compressor.compress(&vec![0; 50_000_000]).unwrap();
        let mut packed = vec![0];
        let mut len = bomb.len();
        while len >= 0x80 {
            packed.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        packed.push(len as u8);
        packed.extend(&bomb);
        packed.resize(padded_len(packed.len()), 0);
        assert!(Unpacker::new().unpack(&packed).is_err());
    }

    proptest! {
        #[test]
        fn what_was_packed_unpacks(plain in prop::collection::vec(any::<u8>(), 0..3000)) {
            let packed = Packer::new().unwrap().pack(&plain).unwrap();
            prop_assert_eq!(padded_len(packed.len()), packed.len());
            prop_assert_eq!(Unpacker::new().unpack(&packed).unwrap(), plain);
        }

        #[test]
        fn noise_is_an_error_and_never_a_panic(noise in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Unpacker::new().unpack(&noise);
        }
    }
}
