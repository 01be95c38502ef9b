//! Attachments: bytes that are sealed in pieces under a key of their own.
//!
//! `piece ‖ piece ‖ …`, each of [`PIECE`] bytes and a tag under AES-256-GCM; the
//! last may be shorter. The key is random and seals one attachment only, so that
//! a piece's number is a fresh nonce; the number and whether it is the last are
//! vouched for: no piece can be moved, repeated, left out or cut off. The hash
//! of the sealed bytes is their address: whoever holds them can check them, and
//! only who reads the entry can open them.
//!
//! The length shows: padding a photo would cost more of a slow link than its
//! length says about anybody.

use handoff_protocol::{AttachmentAddress, AttachmentKey, MAX_ATTACHMENT};
use zeroize::{Zeroize as _, Zeroizing};

use crate::aead::{self, NONCE, SealError, TAG, Unsealed};
use crate::random::{self, Random};

/// Content bytes of a piece.
const PIECE: usize = 64 * 1024;

/// A sealed attachment, and what its entry says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAttachment {
    /// Names the bytes.
    pub address: AttachmentAddress,
    /// Opens them; goes into the entry's body and nowhere else.
    pub key: AttachmentKey,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
}

/// Seals an attachment under a new key.
///
/// # Errors
/// [`SealError::TooLong`] above [`MAX_ATTACHMENT`] bytes.
pub fn seal_attachment(random: &dyn Random, plain: &[u8]) -> Result<SealedAttachment, SealError> {
    if plain.len() > MAX_ATTACHMENT {
        return Err(SealError::TooLong);
    }
    let key: [u8; 32] = random::array(random);
    let count = plain.len().div_ceil(PIECE).max(1);
    let mut bytes = Vec::with_capacity(plain.len() + count * TAG);
    for number in 0..count {
        let piece = &plain[number * PIECE..plain.len().min((number + 1) * PIECE)];
        let begin = bytes.len();
        bytes.extend_from_slice(piece);
        let associated = associated(number, number + 1 == count);
        let tag = aead::seal_in_place(&key, &nonce(number), &associated, &mut bytes[begin..])?;
        bytes.extend_from_slice(&tag);
    }
    Ok(SealedAttachment {
        address: AttachmentAddress::of(&bytes),
        key: AttachmentKey(key),
        bytes,
    })
}

/// Opens a whole attachment.
///
/// # Errors
/// [`Unsealed`] when a byte was changed, a piece moved or left out, or the key is
/// another one's.
pub fn open_attachment(key: &AttachmentKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
    let count = sealed.len().div_ceil(PIECE + TAG);
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    if count == 0 {
        return Err(Unsealed);
    }
    for (number, piece) in sealed.chunks(PIECE + TAG).enumerate() {
        let (cipher, tag) = piece.split_last_chunk::<TAG>().ok_or(Unsealed)?;
        let begin = plain.len();
        plain.extend_from_slice(cipher);
        let associated = associated(number, number + 1 == count);
        let opened = aead::open_in_place(
            &key.0,
            &nonce(number),
            &associated,
            &mut plain[begin..],
            tag,
        );
        if let Err(error) = opened {
            plain.zeroize();
            return Err(error);
        }
    }
    Ok(plain)
}

/// How many bytes so many are when sealed.
#[must_use]
pub fn sealed_attachment_len(plain: usize) -> usize {
    plain + plain.div_ceil(PIECE).max(1) * TAG
}

fn nonce(number: usize) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    nonce[NONCE - 8..].copy_from_slice(&(number as u64).to_be_bytes());
    nonce
}

fn associated(number: usize, last: bool) -> Vec<u8> {
    let mut data = b"handoff/attachment-piece/1".to_vec();
    data.extend_from_slice(&(number as u64).to_be_bytes());
    data.push(u8::from(last));
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;

    fn plain(len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        Seeded::new(len as u64).fill(&mut bytes);
        bytes
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let plain = plain(len);
            let sealed = seal_attachment(&Seeded::new(1), &plain).unwrap();
            assert_eq!(sealed.bytes.len(), sealed_attachment_len(len), "{len}");
            assert_eq!(sealed.address, AttachmentAddress::of(&sealed.bytes));
            let opened = open_attachment(&sealed.key, &sealed.bytes);
            assert_eq!(opened.as_deref(), Ok(&plain), "{len}");
        }
    }

    #[test]
    fn pieces_cannot_be_changed_moved_left_out_or_cut_off() {
        let sealed = seal_attachment(&Seeded::new(1), &plain(2 * PIECE + 9)).unwrap();
        let whole = PIECE + TAG;
        let open = |bytes: &[u8]| open_attachment(&sealed.key, bytes);
        for at in [0, whole - 1, whole, 2 * whole, sealed.bytes.len() - 1] {
            let mut changed = sealed.bytes.clone();
            changed[at] ^= 1;
            assert_eq!(open(&changed), Err(Unsealed), "at {at}");
        }
        let (first, rest) = sealed.bytes.split_at(whole);
        let (second, last) = rest.split_at(whole);
        assert_eq!(open(&[second, first, last].concat()), Err(Unsealed));
        assert_eq!(open(&[first, last].concat()), Err(Unsealed));
        assert_eq!(open(&[first, second].concat()), Err(Unsealed));
        assert_eq!(open(first), Err(Unsealed));
        assert_eq!(open(&[]), Err(Unsealed));
        let other = seal_attachment(&Seeded::new(2), b"x").unwrap();
        assert_eq!(open_attachment(&other.key, &sealed.bytes), Err(Unsealed));
    }

    #[test]
    fn each_attachment_has_a_key_of_its_own() {
        let random = Seeded::new(1);
        let a = seal_attachment(&random, b"the same").unwrap();
        let b = seal_attachment(&random, b"the same").unwrap();
        assert_ne!(a.key, b.key);
        assert_ne!(a.address, b.address);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let long = vec![0; MAX_ATTACHMENT + 1];
        let refused = seal_attachment(&Seeded::new(1), &long).map(|_| ());
        assert_eq!(refused, Err(SealError::TooLong));
        let longest = seal_attachment(&Seeded::new(1), &long[1..]).unwrap();
        assert!(open_attachment(&longest.key, &longest.bytes).is_ok());
    }
}
