//! The key of device.db, and the device's signing key: wrapped under the device
//! secret, and to the organisation's recovery key (`device.recovery`), so that a
//! dead machine's disk can be read.

use handoff_protocol::{KeyId, PublicKey, codec};
use serde::{Deserialize, Serialize};

use crate::aead::{self, SealError, Unsealed};
use crate::database_key::DatabaseKey;
use crate::device_secret::DeviceSecret;
use crate::envelope::{self, Envelope};
use crate::random::Random;
use crate::recovery::RecoveryKey;
use crate::recovery_wrap::RecoveryWrapError;
use crate::strict;

const PURPOSE: &[u8] = b"handoff/device-db/1";
const RECOVERY: &[u8] = b"handoff/device-recovery/1";
const WHAT: &str = "device.recovery";
const VERSION: u16 = 1;

#[derive(Serialize, Deserialize)]
struct Packed {
    version: u16,
    recovery: KeyId,
    envelope: Envelope,
}

/// Wraps the key of device.db under the device secret: a version byte, nonce,
/// ciphertext, tag.
///
/// # Errors
/// [`SealError`], in practice never.
pub fn wrap_device_key(
    random: &dyn Random,
    secret: &DeviceSecret,
    key: &DatabaseKey,
) -> Result<Vec<u8>, SealError> {
    let kek = secret.derive(PURPOSE);
    let mut bytes = vec![1];
    bytes.extend(aead::seal(random, &kek, PURPOSE, key.expose())?);
    Ok(bytes)
}

/// Opens what [`wrap_device_key`] wrapped.
///
/// # Errors
/// [`Unsealed`] with another machine's secret, or changed bytes.
pub fn unwrap_device_key(secret: &DeviceSecret, wrapped: &[u8]) -> Result<DatabaseKey, Unsealed> {
    let kek = secret.derive(PURPOSE);
    let sealed = wrapped.strip_prefix(&[1]).ok_or(Unsealed)?;
    let plain = aead::open(&kek, PURPOSE, sealed)?;
    let key: &[u8; 32] = plain.as_slice().try_into().map_err(|_| Unsealed)?;
    Ok(DatabaseKey::from_bytes(key))
}

/// The content of `device.recovery`: the key of device.db, wrapped to the
/// recovery key.
///
/// # Errors
/// [`SealError`] when that is not a key.
pub fn make_device_recovery(
    random: &dyn Random,
    recovery: &PublicKey,
    key: &DatabaseKey,
) -> Result<Vec<u8>, SealError> {
    let id = recovery.id();
    let envelope = envelope::wrap(random, recovery, RECOVERY, &id.0, key.expose())?;
    let packed = Packed {
        version: VERSION,
        recovery: id,
        envelope,
    };
    codec::to_cbor(&packed, WHAT).map_err(|_| SealError::Encoding)
}

/// Reads `device.recovery` with the recovery key.
///
/// # Errors
/// [`RecoveryWrapError`].
pub fn open_device_recovery(
    key: &RecoveryKey,
    bytes: &[u8],
) -> Result<DatabaseKey, RecoveryWrapError> {
    let unreadable = |_| RecoveryWrapError::Unreadable;
    match strict::version(bytes, WHAT).map_err(unreadable)? {
        VERSION => {}
        newer if newer > VERSION => return Err(RecoveryWrapError::NewerVersion(newer)),
        _ => return Err(RecoveryWrapError::Unreadable),
    }
    let packed: Packed = strict::from_cbor(bytes, WHAT).map_err(unreadable)?;
    if packed.recovery != key.id() {
        let (wrapped_to, tried) = (packed.recovery, key.id());
        return Err(RecoveryWrapError::OtherKey { wrapped_to, tried });
    }
    let plain = key
        .sealing()
        .unwrap(RECOVERY, &packed.recovery.0, &packed.envelope)?;
    let bytes: &[u8; 32] = plain.as_slice().try_into().map_err(|_| Unsealed)?;
    Ok(DatabaseKey::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;

    #[test]
    fn the_key_opens_on_its_own_machine_only() {
        let (here, there) = (
            DeviceSecret::random(&OsRandom),
            DeviceSecret::random(&OsRandom),
        );
        let key = DatabaseKey::make(&OsRandom);
        let wrapped = wrap_device_key(&OsRandom, &here, &key).unwrap();
        assert_eq!(
            unwrap_device_key(&here, &wrapped).unwrap().expose(),
            key.expose()
        );
        assert!(unwrap_device_key(&there, &wrapped).is_err());
        for bit in 0..wrapped.len() * 8 {
            let mut changed = wrapped.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(unwrap_device_key(&here, &changed).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_dead_machines_disk_is_read_with_the_recovery_key() {
        let (recovery, other) = (RecoveryKey::make(&OsRandom), RecoveryKey::make(&OsRandom));
        let key = DatabaseKey::make(&OsRandom);
        let wrapped = make_device_recovery(&OsRandom, &recovery.public(), &key).unwrap();
        assert_eq!(
            open_device_recovery(&recovery, &wrapped).unwrap().expose(),
            key.expose()
        );
        let error = open_device_recovery(&other, &wrapped).unwrap_err();
        assert!(matches!(error, RecoveryWrapError::OtherKey { .. }));
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 0x10;
            assert!(
                open_device_recovery(&recovery, &changed).is_err(),
                "byte {at}"
            );
        }
    }
}
