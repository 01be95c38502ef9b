//! One 32-byte secret as a file: a version, what it is for, the secret, and a
//! checksum, so that a damaged file is not taken for another key.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::private_file::{self, Access, PrivateFileError};

const MAGIC: [u8; 4] = *b"HFSK";
const VERSION: u8 = 1;
const LEN: usize = 4 + 1 + 1 + 32 + 4;

/// What a secret file is for. Numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SecretKind {
    /// The secret of a device, without a keystore.
    Device = 1,
    /// Signs certificates and epochs.
    SiteIdentity = 2,
    /// Signs receipts and leases.
    SiteReceipt = 3,
    /// Opens contexts.
    SiteSealing = 4,
    /// Opens the site's database.
    SiteDatabase = 5,
    /// Signs a device's chain heads and requests.
    DeviceSigning = 6,
}

/// The bytes of such a file.
#[must_use]
pub fn encode(kind: SecretKind, secret: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LEN));
    bytes.extend_from_slice(&MAGIC);
    bytes.push(VERSION);
    bytes.push(kind as u8);
    bytes.extend_from_slice(secret);
    let check = check(&bytes);
    bytes.extend_from_slice(&check);
    bytes
}

/// Reads [`encode`]; `None` for anything else, and for another kind of secret.
#[must_use]
pub fn decode(kind: SecretKind, bytes: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (body, found) = bytes.split_last_chunk::<4>()?;
    if *found != check(body) {
        return None;
    }
    let (head, secret) = body.split_first_chunk::<6>()?;
    let [a, b, c, d, version, of] = *head;
    let known = [a, b, c, d] == MAGIC && version == VERSION && of == kind as u8;
    let secret: &[u8; 32] = secret.try_into().ok()?;
    known.then(|| Zeroizing::new(*secret))
}

/// Makes the file of a secret.
///
/// # Errors
/// [`PrivateFileError`]; a file that exists is never replaced.
pub fn make(
    file: &Path,
    access: Access,
    kind: SecretKind,
    secret: &[u8; 32],
) -> Result<(), PrivateFileError> {
    private_file::make(file, access, &encode(kind, secret))
}

/// Reads the file of a secret.
///
/// # Errors
/// [`PrivateFileError`]; [`PrivateFileError::Damaged`] for another kind too.
pub fn read(
    file: &Path,
    access: Access,
    kind: SecretKind,
) -> Result<Zeroizing<[u8; 32]>, PrivateFileError> {
    let bytes = private_file::read(file, access)?;
    decode(kind, &bytes).ok_or_else(|| PrivateFileError::Damaged {
        file: file.to_owned(),
    })
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(b"handoff/secret-file/1");
    hash.update(bytes);
    let digest: [u8; 32] = hash.finalize().into();
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_secret_file_are_frozen() {
        let bytes = encode(SecretKind::SiteReceipt, &[7; 32]);
        expect_test::expect![
            "4846534b01030707070707070707070707070707070707070707070707070707070707070707db41d917"
        ]
        .assert_eq(&data_encoding::HEXLOWER.encode(&bytes));
    }

    #[test]
    fn every_changed_bit_and_another_kind_are_refused() {
        let bytes = encode(SecretKind::Device, &[7; 32]);
        assert_eq!(*decode(SecretKind::Device, &bytes).unwrap(), [7; 32]);
        assert!(decode(SecretKind::SiteSealing, &bytes).is_none());
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(SecretKind::Device, &changed).is_none(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(decode(SecretKind::Device, &bytes[..len]).is_none());
        }
    }
}
