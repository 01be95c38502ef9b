//! A person's keys, wrapped to the organisation's recovery key, so that a
//! forgotten password loses nothing. The site keeps them as opaque bytes.

use handoff_protocol::{KeyId, PublicKey, codec};
use serde::{Deserialize, Serialize};

use crate::aead::{SealError, Unsealed};
use crate::envelope::{self, Envelope};
use crate::random::Random;
use crate::recovery::RecoveryKey;
use crate::strict;
use crate::user_keys::{Owner, UserKeys};

const VERSION: u16 = 1;
const WHAT: &str = "a recovery wrap";

#[derive(Serialize, Deserialize)]
struct Packed {
    version: u16,
    recovery: KeyId,
    envelope: Envelope,
}

/// Why a recovery wrap was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryWrapError {
    /// The bytes are not one.
    #[error("the bytes are not a recovery wrap")]
    Unreadable,
    /// A later version of the program has made it.
    #[error("the recovery wrap has version {0}, which this program does not know")]
    NewerVersion(u16),
    /// It is wrapped to another recovery key.
    #[error("wrapped to recovery key {wrapped_to}, this is {tried}")]
    OtherKey {
        /// The key that it is wrapped to.
        wrapped_to: KeyId,
        /// The key that was tried.
        tried: KeyId,
    },
    /// It does not open.
    #[error(transparent)]
    Unsealed(#[from] Unsealed),
}

/// Wraps a person's keys to the recovery key.
///
/// # Errors
/// [`SealError`] when that is not a key.
pub fn make_recovery_wrap(
    random: &dyn Random,
    recovery: &PublicKey,
    owner: &Owner,
    keys: &UserKeys,
) -> Result<Vec<u8>, SealError> {
    let info = info(owner, &recovery.id());
    let envelope = envelope::wrap(random, recovery, &info, &[], keys.to_bytes().as_ref())?;
    let packed = Packed {
        version: VERSION,
        recovery: recovery.id(),
        envelope,
    };
    codec::to_cbor(&packed, WHAT).map_err(|_| SealError::Encoding)
}

/// Opens a person's keys with the recovery key.
///
/// # Errors
/// [`RecoveryWrapError`]; a wrap of another person or device does not open.
pub fn open_recovery_wrap(
    key: &RecoveryKey,
    owner: &Owner,
    bytes: &[u8],
) -> Result<UserKeys, RecoveryWrapError> {
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
    let info = info(owner, &packed.recovery);
    let plain = key.sealing().unwrap(&info, &[], &packed.envelope)?;
    UserKeys::from_bytes(&plain).ok_or(RecoveryWrapError::Unreadable)
}

fn info(owner: &Owner, recovery: &KeyId) -> Vec<u8> {
    let mut info = b"handoff/recovery-wrap/1".to_vec();
    owner.write(&mut info);
    info.extend_from_slice(&recovery.0);
    info
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::OsRandom;
    use handoff_protocol::{DeviceId, SitePin, UserId};

    fn owner(n: u8) -> Owner {
        Owner {
            site: SitePin([n; 32]),
            device: DeviceId::from_bytes([n; 16]),
            user: UserId(uuid::Uuid::from_bytes([n; 16])),
        }
    }

    #[test]
    fn a_forgotten_password_loses_nothing() {
        let (recovery, keys) = (RecoveryKey::make(&OsRandom), UserKeys::make(&OsRandom));
        let wrap = make_recovery_wrap(&OsRandom, &recovery.public(), &owner(1), &keys).unwrap();
        let opened = open_recovery_wrap(&recovery, &owner(1), &wrap).unwrap();
        assert_eq!(opened.to_bytes(), keys.to_bytes());

        assert!(open_recovery_wrap(&recovery, &owner(2), &wrap).is_err());
        let other = RecoveryKey::make(&OsRandom);
        assert!(matches!(
            open_recovery_wrap(&other, &owner(1), &wrap),
            Err(RecoveryWrapError::OtherKey { .. })
        ));
    }

    #[test]
    fn every_changed_bit_is_refused() {
        let (recovery, keys) = (RecoveryKey::make(&OsRandom), UserKeys::make(&OsRandom));
        let wrap = make_recovery_wrap(&OsRandom, &recovery.public(), &owner(1), &keys).unwrap();
        for bit in 0..wrap.len() * 8 {
            let mut changed = wrap.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(opened) = open_recovery_wrap(&recovery, &owner(1), &changed) {
                assert_eq!(
                    opened.to_bytes(),
                    keys.to_bytes(),
                    "bit {bit} changed the keys"
                );
                panic!("bit {bit} was not noticed");
            }
        }
        for len in 0..wrap.len() {
            assert!(open_recovery_wrap(&recovery, &owner(1), &wrap[..len]).is_err());
        }
    }
}
