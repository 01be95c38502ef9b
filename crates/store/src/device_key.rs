//! `device.key`: the random key of device.db, wrapped under the machine's
//! secret; and `device.recovery`, the same to the organisation's recovery key.

use handoff_cipherdb::{DbKey, Disposition};
use handoff_protocol::PublicKey;
use handoff_vault::private_file::{self, PrivateFileError};
use handoff_vault::{
    DatabaseKey, DeviceSecret, Random, SealError, make_device_recovery, unwrap_device_key,
    wrap_device_key,
};

use crate::folder::{DEVICE_KEY, DEVICE_RECOVERY, Folder};

/// The key of device.db cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DeviceKeyError {
    /// The machine's secret does not open it: the folder comes from another
    /// machine, or the file is damaged.
    #[error("the key of this device's files does not open with this machine's secret")]
    OtherMachine,
    /// The file.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// It was not wrapped.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl DeviceKeyError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::OtherMachine | Self::File(_) => Disposition::AskUser,
            Self::Seal(_) => Disposition::Stop,
        }
    }
}

/// The key of a device that has one.
pub(crate) fn read(
    folder: &Folder,
    secret: &DeviceSecret,
) -> Result<Option<DbKey>, DeviceKeyError> {
    let wrapped = match private_file::read(&folder.file(DEVICE_KEY), folder.access()) {
        Err(PrivateFileError::Missing { .. }) => return Ok(None),
        read => read?,
    };
    let key = unwrap_device_key(secret, &wrapped).map_err(|_| DeviceKeyError::OtherMachine)?;
    Ok(Some(db_key(&key)))
}

/// The key of a device that is being set up. One that is there is never
/// replaced: it opens what may lie in quarantine.
pub(crate) fn read_or_make(
    folder: &Folder,
    secret: &DeviceSecret,
    random: &dyn Random,
    recovery: Option<&PublicKey>,
) -> Result<DbKey, DeviceKeyError> {
    if let Some(key) = read(folder, secret)? {
        return Ok(key);
    }
    let key = DatabaseKey::make(random);
    let wrapped = wrap_device_key(random, secret, &key)?;
    if let Some(recovery) = recovery {
        let bytes = make_device_recovery(random, recovery, &key)?;
        let file = folder.file(DEVICE_RECOVERY);
        // One without a key beside it opens nothing.
        match std::fs::remove_file(&file) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(PrivateFileError::Io { file, source }.into());
            }
            _ => private_file::make(&file, folder.access(), &bytes)?,
        }
    }
    private_file::make(&folder.file(DEVICE_KEY), folder.access(), &wrapped)?;
    Ok(db_key(&key))
}

/// The same key, as the database takes it.
pub(crate) fn db_key(key: &DatabaseKey) -> DbKey {
    DbKey::from_bytes(key.expose())
}
