//! The secret that ties wraps to one machine.
//!
//! Without it a copied device.db gives nothing to guess at. Where the operating
//! system has a keystore, the secret lies there; otherwise in a file, and the
//! program says so.

use std::fmt;
use std::path::PathBuf;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::private_file::{Access, PrivateFileError};
use crate::random::{self, Random};
use crate::secret_file::{self, SecretKind};

/// 32 random bytes of one machine. Wiped when dropped; `Debug` shows `***`.
#[derive(Clone)]
pub struct DeviceSecret(Zeroizing<[u8; 32]>);

/// How a device keeps its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceSecretKind {
    /// In the operating system's keystore.
    Keystore,
    /// In a file: whoever copies the whole disk has it too. The UI says so.
    File,
}

/// The port behind which a device keeps its secret.
pub trait DeviceSecretStore {
    /// How it is kept.
    fn kind(&self) -> DeviceSecretKind;

    /// The secret of a device that has one. A device.db that exists is opened
    /// with this, never with [`Self::make`]: a new secret opens nothing.
    ///
    /// # Errors
    /// [`PrivateFileError`].
    fn load(&self) -> Result<DeviceSecret, PrivateFileError>;

    /// Makes and keeps a new secret. It is durable when this returns.
    ///
    /// # Errors
    /// [`PrivateFileError`]; one that exists is never replaced.
    fn make(&self, random: &dyn Random) -> Result<DeviceSecret, PrivateFileError>;

    /// The secret of a device that is being set up.
    ///
    /// # Errors
    /// [`PrivateFileError`].
    fn load_or_make(&self, random: &dyn Random) -> Result<DeviceSecret, PrivateFileError> {
        match self.load() {
            Err(PrivateFileError::Missing { .. }) => match self.make(random) {
                // Another process was faster: its secret counts.
                Err(PrivateFileError::Exists { .. }) => self.load(),
                made => made,
            },
            loaded => loaded,
        }
    }
}

impl DeviceSecret {
    /// From its 32 bytes, out of a keystore.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// A new one; the store keeps it.
    #[must_use]
    pub fn random(random: &dyn Random) -> Self {
        Self(Zeroizing::new(random::array(random)))
    }

    /// Its 32 bytes, for a keystore.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose: HKDF-SHA256.
    pub(crate) fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are far below what HKDF can give, so that this cannot fail.
        let expanded = Hkdf::<Sha256>::new(None, self.0.as_ref()).expand(purpose, key.as_mut());
        debug_assert!(expanded.is_ok());
        key
    }
}

impl fmt::Debug for DeviceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceSecret(***)")
    }
}

/// Keeps the secret in a file, `device.secret`.
#[derive(Debug, Clone)]
pub struct FileDeviceSecret {
    file: PathBuf,
    access: Access,
}

impl FileDeviceSecret {
    /// In this file, which these people may read.
    #[must_use]
    pub fn new(file: PathBuf, access: Access) -> Self {
        Self { file, access }
    }
}

impl DeviceSecretStore for FileDeviceSecret {
    fn kind(&self) -> DeviceSecretKind {
        DeviceSecretKind::File
    }

    fn load(&self) -> Result<DeviceSecret, PrivateFileError> {
        secret_file::read(&self.file, self.access, SecretKind::Device).map(DeviceSecret)
    }

    fn make(&self, random: &dyn Random) -> Result<DeviceSecret, PrivateFileError> {
        let secret = DeviceSecret::random(random);
        secret_file::make(&self.file, self.access, SecretKind::Device, &secret.0)?;
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn a_device_keeps_the_secret_that_it_made_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileDeviceSecret::new(folder.path().join("device.secret"), Access::Owner);
        assert!(matches!(
            store.load(),
            Err(PrivateFileError::Missing { .. })
        ));
        let first = store.load_or_make(&OsRandom).unwrap();
        let second = store.load_or_make(&OsRandom).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert!(matches!(
            store.make(&OsRandom),
            Err(PrivateFileError::Exists { .. })
        ));
        assert_eq!(store.kind(), DeviceSecretKind::File);
        assert_eq!(format!("{first:?}"), "DeviceSecret(***)");
    }

    #[test]
    fn programs_that_start_together_agree_on_one_secret() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let store = FileDeviceSecret::new(folder.path().join("device.secret"), Access::Owner);
            let start = std::sync::Barrier::new(8);
            let kept: std::collections::BTreeSet<[u8; 32]> = std::thread::scope(|scope| {
                let run = || {
                    start.wait();
                    *store.load_or_make(&OsRandom).unwrap().expose()
                };
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            assert_eq!(kept.len(), 1);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_damaged_secret_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("device.secret");
        let store = FileDeviceSecret::new(file.clone(), Access::Owner);
        store.make(&OsRandom).unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        assert!(matches!(
            store.load_or_make(&OsRandom),
            Err(PrivateFileError::Damaged { .. })
        ));
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }

    #[test]
    fn purposes_give_different_keys() {
        let secret = DeviceSecret::from_bytes(&[1; 32]);
        assert_ne!(secret.derive(b"a"), secret.derive(b"b"));
        assert_ne!(*secret.derive(b"a"), [0; 32]);
    }
}
