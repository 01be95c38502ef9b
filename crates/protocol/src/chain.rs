//! The hash chain of a lane.
//!
//! `hash_i = SHA-256(tag ‖ lane ‖ seq ‖ hash_{i-1} ‖ d_i)`, and `hash_0` names
//! the lane and, after a fork or a restore of the device, the place in the
//! parent lane from which the device goes on.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::codec;
use crate::ids::{Lane, Seq};
use crate::item::ItemDigest;

/// The chain hash behind one position of a lane.
pub type ChainHash = [u8; 32];

/// Where a lane goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The lane before.
    pub lane: Lane,
    /// The last position in it that the device still held.
    pub seq: Seq,
    /// Its chain hash.
    #[serde(with = "codec::bytes32")]
    pub hash: ChainHash,
}

/// Position and hash of the newest item of a lane; seq 0 before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Position of the newest item.
    pub seq: Seq,
    /// Its chain hash.
    #[serde(with = "codec::bytes32")]
    pub hash: ChainHash,
}

/// The head of a lane that has no item yet.
#[must_use]
pub fn genesis(lane: &Lane, parent: Option<&Parent>) -> Head {
    let mut hash = Sha256::new();
    hash.update(b"handoff/lane/1");
    hash.update(lane.to_bytes());
    match parent {
        None => hash.update([0]),
        Some(parent) => {
            hash.update([1]);
            hash.update(parent.lane.to_bytes());
            hash.update(parent.seq.to_be_bytes());
            hash.update(parent.hash);
        }
    }
    Head {
        seq: 0,
        hash: hash.finalize().into(),
    }
}

/// The head after one more item.
#[must_use]
pub fn link(lane: &Lane, head: &Head, digest: &ItemDigest) -> Head {
    let seq = head.seq + 1;
    let mut hash = Sha256::new();
    hash.update(b"handoff/chain/1");
    hash.update(lane.to_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(head.hash);
    hash.update(digest);
    Head {
        seq,
        hash: hash.finalize().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{DeviceId, Incarnation};
    use expect_test::expect;
    use proptest::prelude::*;

    fn lane(n: u8) -> Lane {
        Lane::Device {
            device: DeviceId::from_bytes([n; 16]),
            incarnation: Incarnation::from_bytes([n + 1; 16]),
        }
    }

    fn chain(lane: &Lane, digests: &[ItemDigest]) -> Head {
        digests.iter().fold(genesis(lane, None), |head, digest| {
            link(lane, &head, digest)
        })
    }

    #[test]
    fn the_chain_of_three_items_is_frozen() {
        let head = chain(&lane(1), &[[1; 32], [2; 32], [3; 32]]);
        expect!["3 ee161f5105d8e26b77da0ce250ed5b90"].assert_eq(&format!(
            "{} {}",
            head.seq,
            data_encoding::HEXLOWER.encode(&head.hash[..16])
        ));
    }

    proptest! {
        #[test]
        fn any_change_changes_the_head(
            digests in prop::collection::vec(any::<[u8; 32]>(), 2..12),
            at in any::<prop::sample::Index>(),
            flip in 0usize..256,
        ) {
            let head = chain(&lane(1), &digests);
            let mut edited = digests.clone();
            let i = at.index(digests.len());
            edited[i][flip / 8] ^= 1 << (flip % 8);
            prop_assert_ne!(chain(&lane(1), &edited), head);

            let mut shorter = digests.clone();
            shorter.remove(i);
            prop_assert_ne!(chain(&lane(1), &shorter), head);

            let mut swapped = digests.clone();
            swapped.swap(i, (i + 1) % digests.len());
            if swapped != digests {
                prop_assert_ne!(chain(&lane(1), &swapped), head);
            }
            prop_assert_ne!(chain(&lane(3), &digests).hash, head.hash);
        }
    }
}
