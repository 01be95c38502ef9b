//! The site's keys, each in a file of its own outside the database.
//!
//! The identity key is never rotated in place; the others are certified by it.
//! Opening keys are kept as long as a device may hold entries sealed to them.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::{CodecError, KeyId, PublicKey, SitePin};
use handoff_vault::{
    Access, DatabaseKey, PrivateFileError, Random, SealingKey, SecretKind, SigningKey, secret_file,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::paths::Paths;
use crate::storage::SiteKeyRow;

/// A site's keys in memory. Wiped when dropped; `Debug` shows `***`.
pub struct Keys {
    identity: SigningKey,
    receipt: SigningKey,
    sealing: Vec<SealingKey>,
    database: DatabaseKey,
}

impl Keys {
    /// New keys.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self {
            identity: SigningKey::make(random),
            receipt: SigningKey::make(random),
            sealing: vec![SealingKey::make(random)],
            database: DatabaseKey::make(random),
        }
    }

    /// Reads the keys of a data folder.
    ///
    /// # Errors
    /// [`PrivateFileError`] names the file; one that others may read is refused.
    pub fn load(paths: &Paths) -> Result<Self, PrivateFileError> {
        let signing = |file: PathBuf, kind| {
            let secret = secret_file::read(&file, Access::Owner, kind)?;
            SigningKey::from_bytes(&secret).map_err(|_| PrivateFileError::Damaged { file })
        };
        let mut sealing = Vec::new();
        for file in sealing_files(paths)? {
            let secret = secret_file::read(&file, Access::Owner, SecretKind::SiteSealing)?;
            let key = SealingKey::from_bytes(&secret)
                .map_err(|_| PrivateFileError::Damaged { file: file.clone() })?;
            if file != paths.sealing_key(key.id()) {
                return Err(PrivateFileError::Damaged { file });
            }
            sealing.push(key);
        }
        let file = paths.database_key();
        let database = secret_file::read(&file, Access::Owner, SecretKind::SiteDatabase)?;
        Ok(Self {
            identity: signing(paths.identity_key(), SecretKind::SiteIdentity)?,
            receipt: signing(paths.receipt_key(), SecretKind::SiteReceipt)?,
            sealing,
            database: DatabaseKey::from_bytes(&database),
        })
    }

    /// Writes the keys into a data folder whose `keys` folder exists.
    ///
    /// # Errors
    /// [`PrivateFileError`]; a file that exists is never replaced.
    pub fn save(&self, paths: &Paths) -> Result<(), PrivateFileError> {
        let save = |file: PathBuf, kind, secret: &[u8; 32]| {
            secret_file::make(&file, Access::Owner, kind, secret)
        };
        let (identity, receipt) = (self.identity.to_bytes(), self.receipt.to_bytes());
        save(paths.identity_key(), SecretKind::SiteIdentity, &identity)?;
        save(paths.receipt_key(), SecretKind::SiteReceipt, &receipt)?;
        for key in &self.sealing {
            let file = paths.sealing_key(key.id());
            save(file, SecretKind::SiteSealing, &key.to_bytes())?;
        }
        let file = paths.database_key();
        save(file, SecretKind::SiteDatabase, self.database.expose())
    }

    /// The identity key.
    #[must_use]
    pub fn identity(&self) -> &SigningKey {
        &self.identity
    }

    /// What devices pin.
    #[must_use]
    pub fn pin(&self) -> SitePin {
        SitePin::of(&self.identity.public())
    }

    /// The key that signs receipts and leases.
    #[must_use]
    pub fn receipt(&self) -> &SigningKey {
        &self.receipt
    }

    /// An opening key.
    #[must_use]
    pub fn sealing(&self, id: KeyId) -> Option<&SealingKey> {
        self.sealing.iter().find(|key| key.id() == id)
    }

    /// The opening keys.
    #[must_use]
    pub fn all_sealing(&self) -> &[SealingKey] {
        &self.sealing
    }

    /// The key of the database.
    #[must_use]
    pub fn database(&self) -> &DatabaseKey {
        &self.database
    }

    /// The token of an invitation. The database holds the seed only.
    #[must_use]
    pub fn derive_token(&self, seed: &[u8; 16]) -> Zeroizing<[u8; 16]> {
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(self.database.expose());
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(b"handoff/invitation-token/1");
        mac.update(seed);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut token = Zeroizing::new([0; 16]);
        token.copy_from_slice(&full[..16]);
        token
    }

    /// Certifies one of the site's other keys.
    ///
    /// # Errors
    /// [`CodecError`] when the certificate does not encode.
    pub fn certify(
        &self,
        purpose: KeyPurpose,
        key: PublicKey,
        at: DateTime<Utc>,
    ) -> Result<SiteKeyRow, CodecError> {
        let certificate = self.identity.sign_statement(&KeyCertificate {
            site: self.pin(),
            purpose,
            key,
            issued_at: at,
        })?;
        Ok(SiteKeyRow {
            purpose,
            key,
            certificate,
            announced: true,
            made_at: at,
        })
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, ***)", self.identity.id())
    }
}

/// The files of opening keys.
fn sealing_files(paths: &Paths) -> Result<Vec<PathBuf>, PrivateFileError> {
    let folder = paths.keys();
    let io = |source| PrivateFileError::Io {
        file: folder.clone(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(io)? {
        let file = entry.map_err(io)?.path();
        let name = file.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with("sealing-") && name.ends_with(".key")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handoff_vault::OsRandom;

    #[test]
    fn keys_come_back_from_their_files_and_do_not_show_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(folder.path());
        fs::create_dir(paths.keys()).unwrap();
        let keys = Keys::make(&OsRandom);
        keys.save(&paths).unwrap();
        let again = Keys::load(&paths).unwrap();
        assert_eq!(again.pin(), keys.pin());
        assert_eq!(again.receipt().public(), keys.receipt().public());
        assert_eq!(again.derive_token(&[1; 16]), keys.derive_token(&[1; 16]));
        assert_ne!(keys.derive_token(&[1; 16]), keys.derive_token(&[2; 16]));
        let id = keys.all_sealing()[0].id();
        assert_eq!(again.sealing(id).map(SealingKey::id), Some(id));
        let shown = format!("{keys:?}");
        assert_eq!(shown, format!("Keys({}, ***)", keys.identity().id()));
    }

    #[test]
    fn an_opening_key_under_another_keys_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(folder.path());
        fs::create_dir(paths.keys()).unwrap();
        let keys = Keys::make(&OsRandom);
        keys.save(&paths).unwrap();
        let right = paths.sealing_key(keys.all_sealing()[0].id());
        let wrong = paths.sealing_key(KeyId([0; 8]));
        fs::rename(right, &wrong).unwrap();
        let error = Keys::load(&paths).unwrap_err();
        assert!(matches!(error, PrivateFileError::Damaged { file } if file == wrong));
    }
}
