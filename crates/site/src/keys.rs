//! The site's keys, each in a file of its own outside the database.
//!
//! The identity key is never rotated in place; the others are certified by it.
//! Opening keys are kept as long as a device may hold entries sealed to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

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
use crate::storage::{Reads, SiteKeyRow, StorageError};

/// A site's keys in memory. Wiped when dropped; `Debug` shows `***`.
pub struct Keys {
    identity: SigningKey,
    /// The first of them was made by `init`.
    receipt: RwLock<Vec<Arc<SigningKey>>>,
    sealing: RwLock<Vec<Arc<SealingKey>>>,
    database: DatabaseKey,
    /// Where a key that another process has made is looked for.
    folder: Option<Paths>,
}

impl Keys {
    /// New keys.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self {
            identity: SigningKey::make(random),
            receipt: RwLock::new(vec![Arc::new(SigningKey::make(random))]),
            sealing: RwLock::new(vec![Arc::new(SealingKey::make(random))]),
            database: DatabaseKey::make(random),
            folder: None,
        }
    }

    /// Reads the keys of a data folder.
    ///
    /// # Errors
    /// [`PrivateFileError`] names the file; one that others may read is refused.
    pub fn load(paths: &Paths) -> Result<Self, PrivateFileError> {
        let file = paths.database_key();
        let database = secret_file::read(&file, Access::Owner, SecretKind::SiteDatabase)?;
        Ok(Self {
            identity: signing_key(&paths.identity_key(), SecretKind::SiteIdentity)?,
            receipt: RwLock::new(receipt_keys(paths)?),
            sealing: RwLock::new(sealing_keys(paths)?),
            database: DatabaseKey::from_bytes(&database),
            folder: Some(paths.clone()),
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
        let identity = self.identity.to_bytes();
        save(paths.identity_key(), SecretKind::SiteIdentity, &identity)?;
        if let Some(receipt) = read(&self.receipt).first() {
            let receipt = receipt.to_bytes();
            save(paths.receipt_key(), SecretKind::SiteReceipt, &receipt)?;
        }
        for key in read(&self.sealing).iter() {
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

    /// The key that signs receipts, leases and orders, of those that were
    /// announced: the newest that is here.
    ///
    /// # Errors
    /// [`StorageError::Absent`] when none is.
    pub fn receipt(&self, reads: &dyn Reads) -> Result<Arc<SigningKey>, StorageError> {
        let mut announced = reads.site_keys()?;
        announced.retain(|key| key.purpose == KeyPurpose::Receipt && key.announced);
        announced.sort_by_key(|key| key.made_at);
        let absent = StorageError::Absent { table: "site_key" };
        let newest_first = announced.iter().rev().map(SiteKeyRow::id);
        newest_first
            .filter_map(|id| self.find(&self.receipt, receipt_keys, |key| key.id() == id))
            .next()
            .ok_or(absent)
    }

    /// An opening key.
    #[must_use]
    pub fn sealing(&self, id: KeyId) -> Option<Arc<SealingKey>> {
        self.find(&self.sealing, sealing_keys, |key| key.id() == id)
    }

    /// The public halves of the keys that are here for receipts and for sealing.
    #[must_use]
    pub fn public(&self) -> Vec<(KeyPurpose, PublicKey)> {
        let receipt = read(&self.receipt);
        let receipt = receipt
            .iter()
            .map(|key| (KeyPurpose::Receipt, key.public()));
        let sealing = read(&self.sealing);
        let sealing = sealing
            .iter()
            .map(|key| (KeyPurpose::Sealing, key.public()));
        receipt.chain(sealing).collect()
    }

    /// A key, which another process may have made since these were read.
    fn find<K>(
        &self,
        known: &RwLock<Vec<Arc<K>>>,
        load: fn(&Paths) -> Result<Vec<Arc<K>>, PrivateFileError>,
        is_it: impl Fn(&K) -> bool,
    ) -> Option<Arc<K>> {
        let find = |keys: &[Arc<K>]| keys.iter().find(|key| is_it(key)).map(Arc::clone);
        if let Some(found) = find(&read(known)) {
            return Some(found);
        }
        let loaded = load(self.folder.as_ref()?).ok()?;
        let found = find(&loaded)?;
        *known.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Some(found)
    }

    /// Makes a new key for receipts or for sealing, in a file of its own that
    /// is durable when this returns. Nobody is told of it.
    ///
    /// # Errors
    /// [`PrivateFileError`].
    pub fn make_another(
        random: &dyn Random,
        paths: &Paths,
        rotated: Rotated,
    ) -> Result<PublicKey, PrivateFileError> {
        let (file, kind, secret, public) = match rotated {
            Rotated::Receipt => {
                let key = SigningKey::make(random);
                let file = paths.another_receipt_key(key.id());
                (file, SecretKind::SiteReceipt, key.to_bytes(), key.public())
            }
            Rotated::Sealing => {
                let key = SealingKey::make(random);
                let file = paths.sealing_key(key.id());
                (file, SecretKind::SiteSealing, key.to_bytes(), key.public())
            }
        };
        secret_file::make(&file, Access::Owner, kind, &secret)?;
        Ok(public)
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

/// Which key is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// The one that signs receipts and leases.
    Receipt,
    /// The one that contexts are wrapped to.
    Sealing,
}

impl Rotated {
    /// What its certificate says.
    #[must_use]
    pub fn purpose(self) -> KeyPurpose {
        match self {
            Self::Receipt => KeyPurpose::Receipt,
            Self::Sealing => KeyPurpose::Sealing,
        }
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn signing_key(file: &Path, kind: SecretKind) -> Result<SigningKey, PrivateFileError> {
    let secret = secret_file::read(file, Access::Owner, kind)?;
    SigningKey::from_bytes(&secret).map_err(|_| damaged(file))
}

fn damaged(file: &Path) -> PrivateFileError {
    PrivateFileError::Damaged {
        file: file.to_owned(),
    }
}

/// The keys that sign receipts: the one of `init`, and those made since.
fn receipt_keys(paths: &Paths) -> Result<Vec<Arc<SigningKey>>, PrivateFileError> {
    let first = signing_key(&paths.receipt_key(), SecretKind::SiteReceipt)?;
    let mut keys = vec![Arc::new(first)];
    for file in files_of(paths, "receipt-")? {
        let key = signing_key(&file, SecretKind::SiteReceipt)?;
        if file != paths.another_receipt_key(key.id()) {
            return Err(damaged(&file));
        }
        keys.push(Arc::new(key));
    }
    Ok(keys)
}

/// The keys that open contexts.
fn sealing_keys(paths: &Paths) -> Result<Vec<Arc<SealingKey>>, PrivateFileError> {
    let mut keys = Vec::new();
    for file in files_of(paths, "sealing-")? {
        let secret = secret_file::read(&file, Access::Owner, SecretKind::SiteSealing)?;
        let key = SealingKey::from_bytes(&secret).map_err(|_| damaged(&file))?;
        if file != paths.sealing_key(key.id()) {
            return Err(damaged(&file));
        }
        keys.push(Arc::new(key));
    }
    Ok(keys)
}

/// Key files whose names begin so.
fn files_of(paths: &Paths, begin: &str) -> Result<Vec<PathBuf>, PrivateFileError> {
    let folder = paths.keys();
    let io = |source| PrivateFileError::Io {
        file: folder.clone(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(io)? {
        let file = entry.map_err(io)?.path();
        let name = file.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(begin) && name.ends_with(".key")) {
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
        assert_eq!(again.public(), keys.public());
        assert_eq!(again.derive_token(&[1; 16]), keys.derive_token(&[1; 16]));
        assert_ne!(keys.derive_token(&[1; 16]), keys.derive_token(&[2; 16]));
        let id = keys.public()[1].1.id();
        assert_eq!(again.sealing(id).map(|key| key.id()), Some(id));
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
        let right = paths.sealing_key(keys.public()[1].1.id());
        let wrong = paths.sealing_key(KeyId([0; 8]));
        fs::rename(right, &wrong).unwrap();
        let error = Keys::load(&paths).unwrap_err();
        assert!(matches!(error, PrivateFileError::Damaged { file } if file == wrong));
    }
}
