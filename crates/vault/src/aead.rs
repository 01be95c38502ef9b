//! AES-256-GCM: nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes).

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use zeroize::Zeroizing;

use crate::random::{self, Random};

pub(crate) const NONCE: usize = 12;
pub(crate) const TAG: usize = 16;

/// Why something was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// More bytes than AES-GCM takes under one nonce (64 GiB).
    #[error("too many bytes to seal at once")]
    TooLong,
    /// The recipient's key is not a point of the curve.
    #[error("the key to seal to is not a key")]
    NotAKey,
    /// What is sealed cannot be encoded.
    #[error("what is to be sealed does not encode")]
    Encoding,
}

/// A sealed text does not open: it was changed, is under another key, or
/// belongs to another place. Which of them, nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not hold: changed bytes, another key, or another place")]
pub struct Unsealed;

/// Seals under a fresh random nonce.
pub(crate) fn seal(
    random: &dyn Random,
    key: &[u8; 32],
    associated: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE] = random::array(random);
    let mut sealed = Vec::with_capacity(NONCE + plain.len() + TAG);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let tag = seal_in_place(key, &nonce, associated, &mut sealed[NONCE..])?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what [`seal`] sealed.
pub(crate) fn open(
    key: &[u8; 32],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(Unsealed)?;
    let (cipher, tag) = rest.split_last_chunk::<TAG>().ok_or(Unsealed)?;
    let mut plain = Zeroizing::new(cipher.to_vec());
    open_in_place(key, nonce, associated, &mut plain, tag)?;
    Ok(plain)
}

/// Seals in place under a nonce that the caller never uses again with this key.
pub(crate) fn seal_in_place(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    associated: &[u8],
    bytes: &mut [u8],
) -> Result<[u8; TAG], SealError> {
    Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&Nonce::from(*nonce), associated, InOutBuf::from(bytes))
        .map(Into::into)
        .map_err(|_| SealError::TooLong)
}

/// Opens in place.
pub(crate) fn open_in_place(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    associated: &[u8],
    bytes: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), Unsealed> {
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            InOutBuf::from(bytes),
            &Tag::from(*tag),
        )
        .map_err(|_| Unsealed)
}
/// [`seal`] for what lies in the journal.
pub(crate) fn seal_entry(
    random: &dyn Random,
    key: &[u8; 32],
    associated: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    if no_sealing() {
        return Ok([&[0; NONCE], plain, &[0; TAG]].concat());
    }
    seal(random, key, associated, plain)
}

/// [`open`] for what lies in the journal.
pub(crate) fn open_entry(
    key: &[u8; 32],
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
    if no_sealing() && sealed.len() >= NONCE + TAG {
        return Ok(Zeroizing::new(sealed[NONCE..sealed.len() - TAG].to_vec()));
    }
    open(key, associated, sealed)
}

/// Planted: entries and redo are sealed with nothing.
#[cfg(feature = "mutants")]
fn no_sealing() -> bool {
    handoff_mutants::Mutant::NoSealing.lives()
}

#[cfg(not(feature = "mutants"))]
const fn no_sealing() -> bool {
    false
}
