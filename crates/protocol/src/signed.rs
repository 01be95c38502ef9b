//! Signed statements: the exact bytes, who signed them, and the signature.
//!
//! The bytes are never encoded again to check them. What a statement is for is
//! part of what is signed ([`Statement::TAG`]), so that a signature over one
//! kind of statement can never be shown as one over another.

use std::{fmt, marker::PhantomData};

use p256::ecdsa::{VerifyingKey, signature::Verifier as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::codec::{self, CodecError};
use crate::ids::KeyId;

/// A P-256 public key, uncompressed SEC1 (65 bytes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(#[serde(with = "codec::bytes65")] [u8; 65]);

impl PublicKey {
    /// From uncompressed SEC1 bytes; `None` when they are not a point of the
    /// curve.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 65] = bytes.try_into().ok()?;
        VerifyingKey::from_sec1_bytes(&bytes).ok()?;
        Some(Self(bytes))
    }

    /// Uncompressed SEC1 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    /// The short name of this key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(self)
    }

    /// Whether `signature` is this key's over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&self.0) else {
            return false;
        };
        let Ok(signature) = p256::ecdsa::Signature::from_slice(&signature.0) else {
            return false;
        };
        key.verify(message, &signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// An ECDSA P-256 signature over SHA-256, as `r ‖ s` (64 bytes).
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signature(#[serde(with = "codec::bytes64")] pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Signature({}…)",
            data_encoding::HEXLOWER.encode(&self.0[..4])
        )
    }
}

/// Something that can be signed.
pub trait Statement: Serialize + DeserializeOwned {
    /// What the statement is, in the signature: `handoff/receipt/1`.
    const TAG: &'static str;
}

/// What is really signed: SHA-256 over the tag, its length, and the bytes.
#[must_use]
pub fn signing_input(tag: &str, bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update((tag.len() as u64).to_be_bytes());
    hash.update(tag.as_bytes());
    hash.update(bytes);
    hash.finalize().into()
}

/// A statement with its signature, as bytes. Opening checks the signature
/// first and decodes afterwards.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Signed<T> {
    /// The statement as it was signed.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Which key signed it.
    pub key: KeyId,
    /// The signature.
    pub signature: Signature,
    #[serde(skip)]
    statement: PhantomData<fn() -> T>,
}

/// Why a signed statement was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// Another key is named than the one it was checked with.
    #[error("signed by key {named}, checked with key {with}")]
    OtherKey {
        /// The key that the statement names.
        named: KeyId,
        /// The key that it was checked with.
        with: KeyId,
    },
    /// The signature does not verify.
    #[error("the signature of key {0} does not verify")]
    Forged(KeyId),
    /// The signature verifies and the bytes do not read as the statement.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl<T: Statement> Signed<T> {
    /// Puts a statement together from its parts; `sign` gets the bytes of
    /// [`signing_input`].
    ///
    /// # Errors
    /// [`CodecError`] when the statement cannot be encoded.
    pub fn make(
        statement: &T,
        key: KeyId,
        sign: impl FnOnce(&[u8]) -> Signature,
    ) -> Result<Self, CodecError> {
        let bytes = codec::to_cbor(statement, T::TAG)?;
        let signature = sign(&signing_input(T::TAG, &bytes));
        Ok(Self {
            bytes,
            key,
            signature,
            statement: PhantomData,
        })
    }

    /// Checks the signature, then decodes.
    ///
    /// # Errors
    /// [`SignedError`] when the key is another, the signature does not verify,
    /// or the bytes do not read as the statement.
    pub fn open(&self, key: &PublicKey) -> Result<T, SignedError> {
        if self.key != key.id() {
            return Err(SignedError::OtherKey {
                named: self.key,
                with: key.id(),
            });
        }
        if !key.verifies(&signing_input(T::TAG, &self.bytes), &self.signature) {
            return Err(SignedError::Forged(self.key));
        }
        Ok(codec::from_cbor(&self.bytes, T::TAG)?)
    }

    /// SHA-256 over the signed bytes: names this statement in later messages.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl<T> Clone for Signed<T> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            key: self.key,
            signature: self.signature,
            statement: PhantomData,
        }
    }
}

impl<T> PartialEq for Signed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.key == other.key && self.signature == other.signature
    }
}

impl<T> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({} bytes by {})", self.bytes.len(), self.key)
    }
}
