//! The keys of a site.

use std::path::Path;

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::{CodecError, PublicKey, Signed, SitePin};

use crate::private_file::{Access, PrivateFileError};
use crate::random::Random;
use crate::sealing::SealingKey;
use crate::secret_file::{self, SecretKind};
use crate::signing::SigningKey;

/// The keys that a site signs and opens with. Each statement of the protocol is
/// signed with [`SigningKey::sign_statement`]: device and author certificates,
/// key certificates and epochs by `identity`; receipts and leases by `receipt`.
#[derive(Debug, Clone)]
pub struct SiteKeys {
    /// What devices pin. Never rotated in place; survives restores.
    pub identity: SigningKey,
    /// Signs receipts and leases.
    pub receipt: SigningKey,
    /// Opens contexts.
    pub sealing: SealingKey,
}

const IDENTITY: &str = "identity.key";
const RECEIPT: &str = "receipt.key";
const SEALING: &str = "sealing.key";

impl SiteKeys {
    /// New keys.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self {
            identity: SigningKey::make(random),
            receipt: SigningKey::make(random),
            sealing: SealingKey::make(random),
        }
    }

    /// What devices pin.
    #[must_use]
    pub fn pin(&self) -> SitePin {
        SitePin::of(&self.identity.public())
    }

    /// The certificates of the receipt key and the sealing key, and of other
    /// public keys of the site (TLS, recovery).
    ///
    /// # Errors
    /// [`CodecError`], in practice never.
    pub fn certificates(
        &self,
        others: &[(KeyPurpose, PublicKey)],
        issued_at: DateTime<Utc>,
    ) -> Result<Vec<Signed<KeyCertificate>>, CodecError> {
        let own = [
            (KeyPurpose::Receipt, self.receipt.public()),
            (KeyPurpose::Sealing, self.sealing.public()),
        ];
        own.iter()
            .chain(others)
            .map(|(purpose, key)| self.certify(*purpose, *key, issued_at))
            .collect()
    }

    /// The certificate of one public key.
    ///
    /// # Errors
    /// [`CodecError`], in practice never.
    pub fn certify(
        &self,
        purpose: KeyPurpose,
        key: PublicKey,
        issued_at: DateTime<Utc>,
    ) -> Result<Signed<KeyCertificate>, CodecError> {
        self.identity.sign_statement(&KeyCertificate {
            site: self.pin(),
            purpose,
            key,
            issued_at,
        })
    }

    /// Writes each key to its own file (0600) in a folder.
    ///
    /// # Errors
    /// [`PrivateFileError`]; a file that exists is never replaced.
    pub fn save(&self, folder: &Path) -> Result<(), PrivateFileError> {
        let save = |name, kind, secret: &[u8; 32]| {
            secret_file::make(&folder.join(name), Access::Owner, kind, secret)
        };
        save(
            IDENTITY,
            SecretKind::SiteIdentity,
            &self.identity.to_bytes(),
        )?;
        save(RECEIPT, SecretKind::SiteReceipt, &self.receipt.to_bytes())?;
        save(SEALING, SecretKind::SiteSealing, &self.sealing.to_bytes())
    }

    /// Reads the files of [`Self::save`].
    ///
    /// # Errors
    /// [`PrivateFileError`].
    pub fn load(folder: &Path) -> Result<Self, PrivateFileError> {
        let load = |name, kind| {
            let file = folder.join(name);
            secret_file::read(&file, Access::Owner, kind).map(|secret| (file, secret))
        };
        let signing = |name, kind| {
            let (file, secret) = load(name, kind)?;
            SigningKey::from_bytes(&secret).map_err(|_| PrivateFileError::Damaged { file })
        };
        let identity = signing(IDENTITY, SecretKind::SiteIdentity)?;
        let receipt = signing(RECEIPT, SecretKind::SiteReceipt)?;
        let (file, secret) = load(SEALING, SecretKind::SiteSealing)?;
        let sealing =
            SealingKey::from_bytes(&secret).map_err(|_| PrivateFileError::Damaged { file })?;
        Ok(Self {
            identity,
            receipt,
            sealing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn keys_survive_their_files_and_vouch_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let keys = SiteKeys::make(&OsRandom);
        keys.save(folder.path()).unwrap();
        assert!(matches!(
            keys.save(folder.path()),
            Err(PrivateFileError::Exists { .. })
        ));
        let loaded = SiteKeys::load(folder.path()).unwrap();
        assert_eq!(loaded.pin(), keys.pin());
        assert_eq!(loaded.sealing.public(), keys.sealing.public());

        let tls = SigningKey::make(&OsRandom).public();
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let certificates = loaded.certificates(&[(KeyPurpose::Tls, tls)], at).unwrap();
        let opened: Vec<KeyCertificate> = certificates
            .iter()
            .map(|c| c.open(&keys.identity.public()).unwrap())
            .collect();
        let purposes: Vec<KeyPurpose> = opened.iter().map(|c| c.purpose).collect();
        assert_eq!(
            purposes,
            [KeyPurpose::Receipt, KeyPurpose::Sealing, KeyPurpose::Tls]
        );
        assert_eq!(opened[0].key, keys.receipt.public());
        assert!(
            opened
                .iter()
                .all(|c| c.site == keys.pin() && c.issued_at == at)
        );
        assert!(certificates[0].open(&keys.receipt.public()).is_err());
    }

    #[test]
    fn a_key_in_the_place_of_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        SiteKeys::make(&OsRandom).save(folder.path()).unwrap();
        std::fs::copy(folder.path().join(RECEIPT), folder.path().join(IDENTITY)).unwrap();
        let error = SiteKeys::load(folder.path()).unwrap_err();
        assert!(matches!(error, PrivateFileError::Damaged { .. }));
    }
}
