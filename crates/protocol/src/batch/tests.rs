use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use proptest::prelude::*;

use super::*;
use crate::ids::{DeviceId, Incarnation, ItemId};
use crate::item::Gone;
use crate::signed::Signature;

fn device_key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey::from_bytes(key.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
}

fn sign(head: &BatchHead) -> Result<Signed<BatchHead>, CodecError> {
    let key = device_key();
    Signed::make(head, public(&key).id(), |input| {
        let signature: p256::ecdsa::Signature = key.sign(input);
        Signature(signature.to_bytes().into())
    })
}

const SITE: SitePin = SitePin([3; 32]);

fn lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([1; 16]),
        incarnation: Incarnation::from_bytes([2; 16]),
    }
}

fn make(items: &[Item], before: Head) -> Batch {
    Batch::make(SITE, lane(), None, before, items, sign).unwrap()
}

fn any_item() -> impl Strategy<Value = Item> {
    let content = || prop::collection::vec(any::<u8>(), 0..300);
    let id = || any::<[u8; 16]>().prop_map(ItemId::from_bytes);
    prop_oneof![
        (id(), content()).prop_map(|(id, bytes)| Item::Context { id, bytes }),
        (id(), 0u8..5, content()).prop_map(|(id, context, sealed)| Item::Entry {
            id,
            context: ItemId::from_bytes([context; 16]),
            sealed
        }),
        (id(), 0u8..5, id(), any::<[u8; 32]>(), content()).prop_map(
            |(id, context, of, digest, sealed)| Item::Resealed {
                id,
                context: ItemId::from_bytes([context; 16]),
                of: (of, digest),
                sealed
            }
        ),
        (id(), any::<[u8; 32]>(), 0u8..3).prop_map(|(id, digest, gone)| Item::Placeholder {
            id,
            digest,
            gone: [Gone::Elided, Gone::Erased, Gone::Pruned][usize::from(gone)],
        }),
    ]
}

#[test]
fn the_digest_of_a_placeholder_is_that_of_what_it_replaced() {
    let item = Item::Entry {
        id: ItemId::from_bytes([1; 16]),
        context: ItemId::from_bytes([2; 16]),
        sealed: vec![1, 2, 3],
    };
    let digest = item.digest();
    for gone in [Gone::Elided, Gone::Erased, Gone::Pruned] {
        assert_eq!(item.clone().into_placeholder(gone).digest(), digest);
    }
}

#[test]
fn a_batch_for_another_site_or_by_another_device_is_refused() {
    let item = Item::Context {
        id: ItemId::from_bytes([1; 16]),
        bytes: vec![1],
    };
    let batch = make(&[item], chain::genesis(&lane(), None));
    let key = public(&device_key());
    assert!(batch.verify(&SITE, &key).is_ok());
    assert_eq!(
        batch.verify(&SitePin([4; 32]), &key),
        Err(BatchError::OtherSite)
    );
    let other = public(&SigningKey::from_slice(&[8; 32]).unwrap());
    assert!(matches!(
        batch.verify(&SITE, &other),
        Err(BatchError::Signed(_))
    ));
}

#[test]
fn a_lane_begins_only_at_its_own_genesis() {
    let item = Item::Context {
        id: ItemId::from_bytes([1; 16]),
        bytes: vec![1],
    };
    let batch = make(
        &[item],
        Head {
            seq: 0,
            hash: [9; 32],
        },
    );
    assert_eq!(
        batch.verify(&SITE, &public(&device_key())),
        Err(BatchError::Chain { through: 1 })
    );
}

proptest! {
    #[test]
    fn a_batch_proves_itself(items in prop::collection::vec(any_item(), 1..30), first in 0u64..5) {
        let before = Head { seq: first, hash: chain::genesis(&lane(), None).hash };
        let batch = make(&items, before);
        let read = batch.verify(&SITE, &public(&device_key())).unwrap();
        let got: Vec<Item> = read.items.iter().map(|(item, _)| item.clone()).collect();
        prop_assert_eq!(got, items);
        prop_assert_eq!(read.items.last().unwrap().1, read.head.through);
    }

    #[test]
    fn no_bit_of_the_items_can_change(
        items in prop::collection::vec(any_item(), 1..8), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let mut batch = make(&items, chain::genesis(&lane(), None));
        let at = at.index(batch.items.len());
        batch.items[at] ^= 1 << bit;
        // A placeholder's kind may change into another placeholder's: why a
        // content is gone is not what the chain protects.
        if let Ok(read) = batch.verify(&SITE, &public(&device_key())) {
            for ((got, _), item) in read.items.iter().zip(&items) {
                prop_assert_eq!(got.digest(), item.digest());
                let gone = matches!(got, Item::Placeholder { .. });
                prop_assert!(gone || got == item);
            }
        }
    }

    #[test]
    fn noise_is_an_error_and_never_a_panic(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let item = Item::Context { id: ItemId::from_bytes([1; 16]), bytes: vec![1] };
        let mut batch = make(&[item], chain::genesis(&lane(), None));
        batch.items = noise;
        let _ = batch.verify(&SITE, &public(&device_key()));
        prop_assert!(batch.verify(&SITE, &public(&device_key())).is_err());
    }
}
