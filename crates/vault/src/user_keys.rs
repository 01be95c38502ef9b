//! The keys of one person on one device.

use handoff_protocol::{DeviceId, SitePin, UserId};
use zeroize::Zeroizing;

use crate::database_key::DatabaseKey;
use crate::random::Random;
use crate::sealing::SealingKey;
use crate::signing::SigningKey;

/// Whose keys: one person, on one device, of one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Which site.
    pub site: SitePin,
    /// On which device.
    pub device: DeviceId,
    /// Who.
    pub user: UserId,
}

impl Owner {
    /// Fixed-width bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.site.0);
        out.extend_from_slice(self.device.as_bytes());
        out.extend_from_slice(self.user.as_bytes());
    }
}

/// Everything that a password opens while the lease holds.
#[derive(Debug, Clone)]
pub struct UserKeys {
    /// Opens the vault: what may be read.
    pub vault: DatabaseKey,
    /// Opens the drafts.
    pub drafts: DatabaseKey,
    /// Signs contexts and pulls.
    pub signing: SigningKey,
    /// Opens redo.
    pub sealing: SealingKey,
}

/// What a password opens when the lease has run out: enough to write new
/// records and go on with drafts, not enough to read what is stored.
#[derive(Debug, Clone)]
pub struct WritingKeys {
    /// Opens the drafts.
    pub drafts: DatabaseKey,
    /// Signs contexts.
    pub signing: SigningKey,
}

impl UserKeys {
    /// New keys.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self {
            vault: DatabaseKey::make(random),
            drafts: DatabaseKey::make(random),
            signing: SigningKey::make(random),
            sealing: SealingKey::make(random),
        }
    }

    /// Vault, drafts, signing, sealing: 32 bytes each.
    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 128]> {
        let mut bytes = Zeroizing::new([0; 128]);
        bytes[..32].copy_from_slice(self.vault.expose());
        bytes[32..64].copy_from_slice(self.drafts.expose());
        bytes[64..96].copy_from_slice(self.signing.to_bytes().as_ref());
        bytes[96..].copy_from_slice(self.sealing.to_bytes().as_ref());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (keys, rest) = bytes.as_chunks::<32>();
        let ([vault, drafts, signing, sealing], []) = (keys, rest) else {
            return None;
        };
        Some(Self {
            vault: DatabaseKey::from_bytes(vault),
            drafts: DatabaseKey::from_bytes(drafts),
            signing: SigningKey::from_bytes(signing).ok()?,
            sealing: SealingKey::from_bytes(sealing).ok()?,
        })
    }
}
