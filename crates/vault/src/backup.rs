//! A backup as one sealed stream.
//!
//! `magic ‖ length ‖ header ‖ chunks`. The header holds a manifest in the clear
//! and a file key wrapped to the recovery key; the wrap vouches for the whole
//! header. Content follows in chunks of 1 MiB under AES-256-GCM; associated data
//! are the header's hash, the chunk's number and whether it is the last: no
//! chunk can be changed, moved, repeated, left out, or cut off at the end.
//!
//! It does not prove who made the backup: the recovery key is public on one
//! side. The maker signs a statement over the content's hash and puts it into
//! the manifest.

mod reader;
mod writer;

use std::fmt;

use handoff_protocol::{KeyId, codec};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub use reader::BackupReader;
pub use writer::BackupWriter;

use crate::aead::{NONCE, SealError, Unsealed};
use crate::envelope::Envelope;

/// Content bytes of a chunk.
const CHUNK: usize = 1024 * 1024;
const MAGIC: &[u8; 8] = b"HANDOFFB";
const VERSION: u16 = 1;
const HEADER: &str = "a backup header";
/// Most bytes of a header.
const MOST_HEADER: usize = 1024 * 1024;

/// The key of one backup. Wiped when dropped; `Debug` shows `***`.
#[derive(Clone)]
pub struct BackupKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupKey(***)")
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    version: u16,
    recovery: KeyId,
    #[serde(with = "serde_bytes")]
    manifest: Vec<u8>,
    envelope: Envelope,
}

/// Why a backup was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is something else.
    #[error("this is not a backup")]
    NotABackup,
    /// A later version of the program has made it.
    #[error("the backup has version {0}, which this program does not know")]
    NewerVersion(u16),
    /// It is sealed to another recovery key.
    #[error("sealed to recovery key {sealed_to}, this is {tried}")]
    OtherKey {
        /// The key that it is sealed to.
        sealed_to: KeyId,
        /// The key that was tried.
        tried: KeyId,
    },
    /// Something in it was changed, moved or cut off.
    #[error("the backup is damaged in part {chunk} (0: the header)")]
    Damaged {
        /// The chunk, counted from 1; 0 is the header.
        chunk: u64,
    },
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Reading or writing failed.
    #[error("reading or writing the backup failed")]
    Io(#[from] std::io::Error),
}

impl From<Unsealed> for BackupError {
    fn from(_: Unsealed) -> Self {
        Self::Damaged { chunk: 0 }
    }
}

impl Header {
    fn to_bytes(&self) -> Result<Vec<u8>, BackupError> {
        Ok(codec::to_cbor(self, HEADER).map_err(|_| SealError::Encoding)?)
    }
}

/// HPKE `info`: version and recovery key; the manifest is the associated data.
fn info(recovery: &KeyId) -> Vec<u8> {
    let mut info = b"handoff/backup/1".to_vec();
    info.extend_from_slice(&VERSION.to_be_bytes());
    info.extend_from_slice(&recovery.0);
    info
}

/// What makes chunks of this backup chunks of this backup.
fn header_hash(header: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"handoff/backup-header/1");
    hash.update(header);
    hash.finalize().into()
}

/// The key is used for one backup only, so that the number is a fresh nonce.
fn nonce(chunk: u64) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    nonce[NONCE - 8..].copy_from_slice(&chunk.to_be_bytes());
    nonce
}

fn associated(header: &[u8; 32], chunk: u64, last: bool) -> Vec<u8> {
    let mut data = b"handoff/backup-chunk/1".to_vec();
    data.extend_from_slice(header);
    data.extend_from_slice(&chunk.to_be_bytes());
    data.push(u8::from(last));
    data
}

#[cfg(test)]
mod tests;
