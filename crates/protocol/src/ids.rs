//! Names of sites, devices, people, lanes and items, as fixed-width bytes.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::signed::PublicKey;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Its sixteen bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From sixteen bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// An enrolled device.
    DeviceId
);
uuid_id!(
    /// The life of a device's journal: random, made at enrolment and again
    /// whenever the device learns that it is behind or forked.
    Incarnation
);
uuid_id!(
    /// One item of a lane: a context, an entry, or what stands in its place.
    /// The id of an entry's item is the entry's own id.
    ItemId
);
uuid_id!(
    /// The state of a site between two restores: random, never a counter.
    EpochId
);

/// A person of the site's roster, as `domain` names them.
pub use handoff_domain::UserId;

/// The id of a context item: what an entry was sealed under.
pub type ContextId = ItemId;

/// Position in a lane. Dense, beginning with 1.
pub type Seq = u64;

/// SHA-256 over the site's identity key: what a device pins for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SitePin(#[serde(with = "crate::codec::bytes32")] pub [u8; 32]);

impl SitePin {
    /// The pin of an identity key.
    #[must_use]
    pub fn of(identity: &PublicKey) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"handoff/pin/1");
        hash.update(identity.as_bytes());
        Self(hash.finalize().into())
    }
}

impl fmt::Debug for SitePin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SitePin({})",
            data_encoding::HEXLOWER.encode(&self.0[..6])
        )
    }
}

/// Names a public key: the first eight bytes of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(#[serde(with = "crate::codec::bytes8")] pub [u8; 8]);

impl KeyId {
    /// The id of a key.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A lane: the series of items that one device (in one incarnation) or one
/// site (in one epoch) alone may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// What a device saved.
    Device {
        /// The device.
        device: DeviceId,
        /// The life of its journal.
        incarnation: Incarnation,
    },
    /// What the site itself wrote: decisions, packs, rosters.
    Site {
        /// The epoch.
        epoch: EpochId,
    },
}

impl Lane {
    /// Length of [`Lane::to_bytes`].
    pub const LEN: usize = 33;

    /// Fixed-width bytes: a tag and two ids (a site lane fills up with zeros).
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        match self {
            Self::Device {
                device,
                incarnation,
            } => {
                bytes[0] = 1;
                bytes[1..17].copy_from_slice(device.as_bytes());
                bytes[17..].copy_from_slice(incarnation.as_bytes());
            }
            Self::Site { epoch } => {
                bytes[0] = 2;
                bytes[1..17].copy_from_slice(epoch.as_bytes());
            }
        }
        bytes
    }

    /// Reads [`Lane::to_bytes`]; `None` for anything that it cannot have written.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().ok()?;
        let first: [u8; 16] = bytes[1..17].try_into().ok()?;
        let second: [u8; 16] = bytes[17..].try_into().ok()?;
        match bytes[0] {
            1 => Some(Self::Device {
                device: DeviceId::from_bytes(first),
                incarnation: Incarnation::from_bytes(second),
            }),
            2 if second == [0; 16] => Some(Self::Site {
                epoch: EpochId::from_bytes(first),
            }),
            _ => None,
        }
    }

    /// The device, if it is a device's lane.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        match self {
            Self::Device { device, .. } => Some(*device),
            Self::Site { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_lane_reads_back_from_its_bytes(tag in 1u8..=2, a in any::<[u8; 16]>(), b in any::<[u8; 16]>()) {
            let lane = if tag == 1 {
                Lane::Device { device: DeviceId::from_bytes(a), incarnation: Incarnation::from_bytes(b) }
            } else {
                Lane::Site { epoch: EpochId::from_bytes(a) }
            };
            prop_assert_eq!(Lane::from_bytes(&lane.to_bytes()), Some(lane));
        }

        #[test]
        fn no_two_byte_strings_read_as_one_lane(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(lane) = Lane::from_bytes(&bytes) {
                prop_assert_eq!(lane.to_bytes().to_vec(), bytes);
            }
        }
    }
}
