//! Keys that open what was wrapped to them: the site's and each author's.

use std::fmt;

use handoff_protocol::{KeyId, PublicKey};
use zeroize::Zeroizing;

use crate::aead::Unsealed;
use crate::envelope::{self, Envelope};
use crate::random::Random;
use crate::signing::{NotAKey, SigningKey};

/// A P-256 key for HPKE. Anybody wraps to the public half; only this opens.
#[derive(Clone)]
pub struct SealingKey {
    secret: Zeroizing<[u8; 32]>,
    public: PublicKey,
}

impl SealingKey {
    /// A new key.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        let key = SigningKey::make(random);
        Self {
            secret: key.to_bytes(),
            public: key.public(),
        }
    }

    /// From its 32 bytes.
    ///
    /// # Errors
    /// [`NotAKey`] for zero and for numbers beyond the order of the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, NotAKey> {
        let public = SigningKey::from_bytes(bytes)?.public();
        Ok(Self {
            secret: Zeroizing::new(*bytes),
            public,
        })
    }

    /// Its 32 bytes, to be wrapped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.secret.clone()
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

    /// Opens an envelope that was wrapped to this key for this purpose.
    pub(crate) fn unwrap(
        &self,
        info: &[u8],
        associated: &[u8],
        envelope: &Envelope,
    ) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
        envelope::unwrap(&self.secret, info, associated, envelope)
    }

    /// Opens an envelope that holds one 32-byte key.
    pub(crate) fn unwrap_key(
        &self,
        info: &[u8],
        envelope: &Envelope,
    ) -> Result<Zeroizing<[u8; 32]>, Unsealed> {
        let plain = self.unwrap(info, &[], envelope)?;
        let key: &[u8; 32] = plain.as_slice().try_into().map_err(|_| Unsealed)?;
        Ok(Zeroizing::new(*key))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({}, ***)", self.id())
    }
}
