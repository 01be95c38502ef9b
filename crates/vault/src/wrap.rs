//! A person's keys under their password: the wrap that device.db holds.
//!
//! `KEK = HKDF-SHA256(Argon2id(password) ‖ device secret [‖ second factor],
//! info = tag ‖ site pin ‖ device ‖ user ‖ version)`. Each key is wrapped apart
//! with AES-256-GCM; associated data are the whole header, as it stands, and the
//! key's label. So nothing in a wrap can be changed, moved to another person or
//! device, or weakened; and without the device secret a stolen wrap cannot even
//! be guessed at.
//!
//! There is no verifier of the password beside the wraps themselves.

mod format;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

pub use format::{KeyLabel, SecondFactorKind, SecondFactorSlot, WrapHeader};
use format::{Packed, SealedKey, UNREADABLE, VERSION};

use crate::aead::{self, SealError};
use crate::database_key::DatabaseKey;
use crate::device_secret::DeviceSecret;
use crate::kdf::{Kdf, KdfError};
use crate::password::Password;
use crate::random::{self, Random};
use crate::sealing::SealingKey;
use crate::signing::SigningKey;
use crate::user_keys::{Owner, UserKeys, WritingKeys};

/// The secret that a second factor gives for one slot (FIDO2 hmac-secret, for
/// one).
pub type SecondFactorSecret = Zeroizing<[u8; 32]>;

/// Everything that opens a wrap.
#[derive(Debug, Clone, Copy)]
pub struct UnlockSecrets<'a> {
    /// What the person typed.
    pub password: &'a Password,
    /// What the device holds.
    pub device: &'a DeviceSecret,
    /// What the second factor gave, where the header asks for one.
    pub second_factor: Option<&'a SecondFactorSecret>,
}

/// What a new wrap says in its header.
#[derive(Debug, Clone)]
pub struct WrapTerms {
    /// Whose keys.
    pub owner: Owner,
    /// How the password is stretched.
    pub kdf: Kdf,
    /// The second factor, if one is needed.
    pub second_factor: Option<SecondFactorSlot>,
    /// The recovery key that the keys are wrapped to as well.
    pub recovery: Option<handoff_protocol::KeyId>,
}

/// A person's wrapped keys. Says nothing without the password and the device
/// secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWrap {
    packed: Packed,
    header: WrapHeader,
}

/// Why keys were not wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// The password was not stretched.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// The keys were not sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The terms ask for a second factor and its secret is missing, or the
    /// other way round.
    #[error("the second factor and its secret do not go together")]
    SecondFactor,
}

/// Why a wrap was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnwrapError {
    /// The password is wrong; or the wrap comes from another device, or was
    /// changed: these cannot be told apart, and that is meant so.
    #[error("the password is wrong")]
    WrongPassword,
    /// The password is right, and the wrap of one key is damaged.
    #[error("the wrap of the {0} key is damaged")]
    Damaged(KeyLabel),
    /// The bytes are not a wrap.
    #[error("the bytes are not wrapped keys")]
    Unreadable,
    /// A later version of the program has made it.
    #[error("the keys were wrapped by version {0}, which this program does not know")]
    NewerVersion(u16),
    /// The wrap needs a second factor.
    #[error("a second factor is needed")]
    NeedsSecondFactor,
    /// The password was not stretched.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// The keys were not wrapped again.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

impl UserWrap {
    /// Wraps a person's keys.
    ///
    /// # Errors
    /// [`WrapError`].
    pub fn make(
        random: &dyn Random,
        terms: WrapTerms,
        secrets: &UnlockSecrets<'_>,
        keys: &UserKeys,
    ) -> Result<Self, WrapError> {
        if terms.second_factor.is_some() != secrets.second_factor.is_some() {
            return Err(WrapError::SecondFactor);
        }
        let header = WrapHeader {
            version: VERSION,
            site: terms.owner.site,
            device: terms.owner.device,
            user: terms.owner.user,
            kdf: terms.kdf,
            salt: random::array(random),
            second_factor: terms.second_factor,
            recovery: terms.recovery,
        };
        let kek = key_encryption_key(&header, secrets)?;
        let bytes = header.to_bytes().map_err(|_| SealError::Encoding)?;
        let plain = keys.to_bytes();
        let mut sealed_keys = Vec::with_capacity(KeyLabel::ALL.len());
        for (label, key) in KeyLabel::ALL.into_iter().zip(plain.as_chunks::<32>().0) {
            let sealed = aead::seal(random, &kek, &associated(&bytes, label), key)?;
            sealed_keys.push(SealedKey { label, sealed });
        }
        Ok(Self {
            packed: Packed {
                header: bytes,
                keys: sealed_keys,
            },
            header,
        })
    }

    /// As bytes, for a column.
    ///
    /// # Errors
    /// [`SealError::Encoding`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, SealError> {
        self.packed.to_bytes().map_err(|_| SealError::Encoding)
    }

    /// Reads [`Self::to_bytes`], and nothing that it cannot have written.
    ///
    /// # Errors
    /// [`UnwrapError::Unreadable`] and [`UnwrapError::NewerVersion`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnwrapError> {
        let packed = Packed::from_bytes(bytes)?;
        let header = WrapHeader::from_bytes(&packed.header)?;
        Ok(Self { packed, header })
    }

    /// What stands in the header. Nothing of it is vouched for before the wrap
    /// has opened.
    #[must_use]
    pub fn header(&self) -> &WrapHeader {
        &self.header
    }

    /// Opens everything. The caller has checked that the lease holds.
    ///
    /// # Errors
    /// [`UnwrapError`].
    pub fn unwrap_for_reading(&self, secrets: &UnlockSecrets<'_>) -> Result<UserKeys, UnwrapError> {
        let [vault, drafts, signing, sealing] = self.open(KeyLabel::ALL, secrets)?;
        Ok(UserKeys {
            vault: DatabaseKey::from_bytes(&vault),
            drafts: DatabaseKey::from_bytes(&drafts),
            signing: SigningKey::from_bytes(&signing).map_err(|_| damaged(KeyLabel::Signing))?,
            sealing: SealingKey::from_bytes(&sealing).map_err(|_| damaged(KeyLabel::Sealing))?,
        })
    }

    /// Opens what is needed to write, and nothing else: for a lease that has
    /// run out. The program on the device keeps this promise, not the
    /// cryptography.
    ///
    /// # Errors
    /// [`UnwrapError`].
    pub fn unwrap_for_writing(
        &self,
        secrets: &UnlockSecrets<'_>,
    ) -> Result<WritingKeys, UnwrapError> {
        let [drafts, signing] = self.open([KeyLabel::Drafts, KeyLabel::Signing], secrets)?;
        Ok(WritingKeys {
            drafts: DatabaseKey::from_bytes(&drafts),
            signing: SigningKey::from_bytes(&signing).map_err(|_| damaged(KeyLabel::Signing))?,
        })
    }

    /// The same keys under a new password, with a new salt. The old wrap stays
    /// good until the caller has put this one in its place.
    ///
    /// # Errors
    /// [`UnwrapError`]; nothing is made when the old secrets do not open.
    pub fn rewrap(
        &self,
        random: &dyn Random,
        old: &UnlockSecrets<'_>,
        new: &UnlockSecrets<'_>,
        kdf: Kdf,
    ) -> Result<Self, UnwrapError> {
        let keys = self.unwrap_for_reading(old)?;
        let terms = WrapTerms {
            owner: self.header.owner(),
            kdf,
            second_factor: self.header.second_factor.clone(),
            recovery: self.header.recovery,
        };
        Ok(Self::make(random, terms, new, &keys)?)
    }

    /// Opens these keys. All are tried before anything is said, so that the
    /// answer to a wrong password takes as long as any other.
    fn open<const N: usize>(
        &self,
        labels: [KeyLabel; N],
        secrets: &UnlockSecrets<'_>,
    ) -> Result<[Zeroizing<[u8; 32]>; N], UnwrapError> {
        if self.header.second_factor.is_some() && secrets.second_factor.is_none() {
            return Err(UnwrapError::NeedsSecondFactor);
        }
        let kek = key_encryption_key(&self.header, secrets)?;
        let opened = labels.map(|label| {
            let found = self.packed.keys.iter().find(|key| key.label == label)?;
            let associated = associated(&self.packed.header, label);
            let plain = aead::open(&kek, &associated, &found.sealed).ok()?;
            let key: &[u8; 32] = plain.as_slice().try_into().ok()?;
            Some(Zeroizing::new(*key))
        });
        if opened.iter().all(Option::is_none) {
            return Err(UnwrapError::WrongPassword);
        }
        for (label, key) in labels.iter().zip(&opened) {
            if key.is_none() {
                return Err(damaged(*label));
            }
        }
        Ok(opened.map(Option::unwrap_or_default))
    }
}

fn damaged(label: KeyLabel) -> UnwrapError {
    UnwrapError::Damaged(label)
}

fn key_encryption_key(
    header: &WrapHeader,
    secrets: &UnlockSecrets<'_>,
) -> Result<Zeroizing<[u8; 32]>, KdfError> {
    let stretched = header.kdf.stretch(secrets.password, &header.salt)?;
    let mut input = Zeroizing::new(Vec::with_capacity(96));
    input.extend_from_slice(stretched.as_ref());
    input.extend_from_slice(secrets.device.expose());
    if header.second_factor.is_some()
        && let Some(factor) = secrets.second_factor
    {
        input.extend_from_slice(factor.as_ref());
    }
    let mut info = b"handoff/kek/1".to_vec();
    header.owner().write(&mut info);
    info.extend_from_slice(&header.version.to_be_bytes());
    let mut kek = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, &input)
        .expand(&info, kek.as_mut())
        .map_err(|_| KdfError::OutOfBounds)?;
    Ok(kek)
}

fn associated(header: &[u8], label: KeyLabel) -> Vec<u8> {
    let mut data = b"handoff/wrap/1".to_vec();
    data.extend_from_slice(&(header.len() as u64).to_be_bytes());
    data.extend_from_slice(header);
    data.extend_from_slice(label.as_str().as_bytes());
    data
}

impl From<handoff_protocol::CodecError> for UnwrapError {
    fn from(_: handoff_protocol::CodecError) -> Self {
        UNREADABLE
    }
}

#[cfg(test)]
mod tests;
