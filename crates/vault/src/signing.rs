//! Keys that sign: devices, authors, the site.

use std::fmt;

use handoff_protocol::signed::Statement;
use handoff_protocol::{CodecError, KeyId, PublicKey, Signature, Signed};
use p256::ecdsa::signature::Signer as _;
use zeroize::Zeroizing;

use crate::envelope;
use crate::random::Random;

/// Bytes that are not a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a private key")]
pub struct NotAKey;

/// A P-256 key that signs with ECDSA over SHA-256. Signatures are deterministic
/// (RFC 6979): signing needs no randomness, and the same statement gets the
/// same signature.
#[derive(Clone)]
pub struct SigningKey {
    key: p256::ecdsa::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// A new key.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        loop {
            if let Ok(key) = Self::from_bytes(&envelope::make_secret(random)) {
                return key;
            }
        }
    }

    /// From its 32 bytes.
    ///
    /// # Errors
    /// [`NotAKey`] for zero and for numbers beyond the order of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, NotAKey> {
        let key = p256::ecdsa::SigningKey::from_slice(bytes).map_err(|_| NotAKey)?;
        let point = key.verifying_key().to_sec1_point(false);
        let public = PublicKey::from_bytes(point.as_bytes()).ok_or(NotAKey)?;
        Ok(Self { key, public })
    }

    /// Its 32 bytes, to be wrapped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = self.key.to_bytes();
        let out = Zeroizing::new(bytes.into());
        zeroize::Zeroize::zeroize(bytes.as_mut_slice());
        out
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The name of the public half.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.public.id()
    }

    /// Signs bytes: what [`PublicKey::verifies`] checks.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: p256::ecdsa::Signature = self.key.sign(message);
        Signature(signature.to_bytes().into())
    }

    /// Signs a statement.
    ///
    /// # Errors
    /// [`CodecError`] when it does not encode.
    pub fn sign_statement<T: Statement>(&self, statement: &T) -> Result<Signed<T>, CodecError> {
        Signed::make(statement, self.id(), |input| self.sign(input))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ***)", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{OsRandom, Seeded};
    use proptest::prelude::*;

    #[test]
    fn a_key_survives_its_bytes_and_does_not_show_itself() {
        let key = SigningKey::make(&OsRandom);
        let again = SigningKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(format!("{key:?}"), format!("SigningKey({}, ***)", key.id()));
        assert!(SigningKey::from_bytes(&[0; 32]).is_err());
        assert!(SigningKey::from_bytes(&[0xff; 32]).is_err());
    }

    #[test]
    fn a_signature_needs_no_randomness() {
        let key = SigningKey::make(&Seeded::new(1));
        assert_eq!(key.sign(b"a"), key.sign(b"a"));
        assert_ne!(key.sign(b"a"), key.sign(b"b"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_changed_message_or_signature_does_not_verify(
            seed in any::<u64>(), message in prop::collection::vec(any::<u8>(), 1..80),
            at in any::<prop::sample::Index>(), bit in 0u8..8, place in 0usize..64,
        ) {
            let key = SigningKey::make(&Seeded::new(seed));
            let signature = key.sign(&message);
            prop_assert!(key.public().verifies(&message, &signature));
            let mut changed = message.clone();
            changed[at.index(message.len())] ^= 1 << bit;
            prop_assert!(!key.public().verifies(&changed, &signature));
            let mut forged = signature;
            forged.0[place] ^= 1 << bit;
            prop_assert!(!key.public().verifies(&message, &forged));
            let other = SigningKey::make(&Seeded::new(seed.wrapping_add(1_000_000)));
            prop_assert!(!other.public().verifies(&message, &signature));
        }
    }
}
