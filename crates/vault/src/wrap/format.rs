//! The bytes of a wrap. Frozen: released versions have written them.

use std::fmt;

use handoff_protocol::{CodecError, DeviceId, KeyId, SitePin, UserId, codec};
use serde::{Deserialize, Serialize};

use super::UnwrapError;
use crate::kdf::Kdf;
use crate::strict;
use crate::user_keys::Owner;

pub(super) const VERSION: u16 = 1;
pub(super) const UNREADABLE: UnwrapError = UnwrapError::Unreadable;
const HEADER: &str = "a wrap header";
const WRAP: &str = "wrapped keys";
/// More than any wrap is long.
const MOST_BYTES: usize = 16 * 1024;

/// What a wrap says about itself. Vouched for by each wrapped key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrapHeader {
    /// The version of this format.
    pub version: u16,
    /// Which site.
    pub site: SitePin,
    /// On which device.
    pub device: DeviceId,
    /// Whose keys.
    pub user: UserId,
    /// How the password is stretched.
    pub kdf: Kdf,
    /// With which salt: random, new with every wrap.
    #[serde(with = "codec::bytes16")]
    pub salt: [u8; 16],
    /// The second factor, if one is needed.
    pub second_factor: Option<SecondFactorSlot>,
    /// The recovery key that the keys are wrapped to as well.
    pub recovery: Option<KeyId>,
}

/// A second factor, and what it has to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorSlot {
    /// What it is.
    pub kind: SecondFactorKind,
    /// Names the credential to the authenticator.
    #[serde(with = "serde_bytes")]
    pub credential: Vec<u8>,
    /// What the authenticator computes its secret over.
    #[serde(with = "codec::bytes32")]
    pub salt: [u8; 32],
}

/// What a second factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SecondFactorKind {
    /// A FIDO2 security key with hmac-secret.
    Fido2HmacSecret,
    /// A PIV card.
    Piv,
}

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyLabel {
    /// Opens the vault.
    Vault,
    /// Opens the drafts.
    Drafts,
    /// Signs.
    Signing,
    /// Opens redo.
    Sealing,
}

impl KeyLabel {
    /// All of them, in the order of the format.
    pub const ALL: [Self; 4] = [Self::Vault, Self::Drafts, Self::Signing, Self::Sealing];

    /// As it stands in the format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Drafts => "drafts",
            Self::Signing => "signing",
            Self::Sealing => "sealing",
        }
    }
}

impl fmt::Display for KeyLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Header and keys as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Packed {
    #[serde(with = "serde_bytes")]
    pub(super) header: Vec<u8>,
    pub(super) keys: Vec<SealedKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedKey {
    pub(super) label: KeyLabel,
    #[serde(with = "serde_bytes")]
    pub(super) sealed: Vec<u8>,
}

impl WrapHeader {
    /// Whose keys.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner {
            site: self.site,
            device: self.device,
            user: self.user,
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        codec::to_cbor(self, HEADER)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, UnwrapError> {
        // First, because a later one may say the rest in another way.
        match strict::version(bytes, HEADER)? {
            VERSION => Ok(strict::from_cbor(bytes, HEADER)?),
            newer if newer > VERSION => Err(UnwrapError::NewerVersion(newer)),
            _ => Err(UNREADABLE),
        }
    }
}

impl Packed {
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, CodecError> {
        codec::to_cbor(self, WRAP)
    }

    /// Takes only what [`Self::to_bytes`] writes, bit by bit.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, UnwrapError> {
        if bytes.len() > MOST_BYTES {
            return Err(UNREADABLE);
        }
        let packed: Self = strict::from_cbor(bytes, WRAP)?;
        let in_order = packed.keys.iter().map(|key| key.label).eq(KeyLabel::ALL);
        if in_order {
            Ok(packed)
        } else {
            Err(UNREADABLE)
        }
    }
}
