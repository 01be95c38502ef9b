use handoff_protocol::{EpochId, Incarnation};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::random::{OsRandom, Seeded};
use crate::redo::{RedoKey, WrappedRedoKey, open_redo_key};

fn place(n: u8) -> ContextPlace {
    let device = DeviceId::from_bytes([n; 16]);
    ContextPlace {
        site: SitePin([n.wrapping_add(1); 32]),
        lane: Lane::Device {
            device,
            incarnation: Incarnation::from_bytes([n.wrapping_add(2); 16]),
        },
        device,
        author: UserId(Uuid::from_bytes([n.wrapping_add(3); 16])),
        context: ContextId::from_bytes([n.wrapping_add(4); 16]),
    }
}

const ITEM: ItemId = ItemId(Uuid::from_bytes([9; 16]));

#[test]
fn an_entry_travels_from_its_author_to_the_site() {
    let (site, author) = (SealingKey::make(&OsRandom), SigningKey::make(&OsRandom));
    let (key, signed) = ContextKey::make(&OsRandom, place(1), &site.public(), &author).unwrap();
    let sealed = key.seal(&OsRandom, &ITEM, b"packed").unwrap();
    assert_eq!(sealed.len(), 12 + 6 + 16);
    assert_ne!(
        sealed,
        key.seal(&OsRandom, &ITEM, b"packed").unwrap(),
        "a nonce came twice"
    );

    let context = signed.open(&author.public()).unwrap();
    let opened = open_context(&site, &context).unwrap();
    assert_eq!(opened.place(), &place(1));
    assert_eq!(opened.open(&ITEM, &sealed).unwrap().as_slice(), b"packed");
    assert!(!format!("{opened:?}").contains(&data_encoding::HEXLOWER.encode(&*opened.key)));
}

#[test]
fn a_context_opens_at_its_own_place_and_with_its_own_key_only() {
    let (site, author) = (SealingKey::make(&OsRandom), SigningKey::make(&OsRandom));
    let (_, signed) = ContextKey::make(&OsRandom, place(1), &site.public(), &author).unwrap();
    let good = signed.open(&author.public()).unwrap();
    assert!(open_context(&site, &good).is_ok());

    let other = SealingKey::make(&OsRandom);
    let error = open_context(&other, &good).unwrap_err();
    assert_eq!(
        error,
        ContextError::OtherKey {
            wrapped_to: site.id(),
            tried: other.id()
        }
    );
    let renamed = Context {
        sealing_key: other.id(),
        ..good.clone()
    };
    assert_eq!(open_context(&other, &renamed).unwrap_err(), Unsealed.into());

    let strange = place(70);
    for moved in [
        Context {
            site: strange.site,
            ..good.clone()
        },
        Context {
            lane: strange.lane,
            device: strange.device,
            ..good.clone()
        },
        Context {
            lane: Lane::Site {
                epoch: EpochId::from_bytes([1; 16]),
            },
            ..good.clone()
        },
        Context {
            author: strange.author,
            ..good.clone()
        },
        Context {
            context: strange.context,
            ..good.clone()
        },
    ] {
        assert_eq!(
            open_context(&site, &moved).unwrap_err(),
            Unsealed.into(),
            "{moved:?}"
        );
    }
    let elsewhere = Context {
        device: strange.device,
        ..good.clone()
    };
    assert_eq!(
        open_context(&site, &elsewhere).unwrap_err(),
        ContextError::OtherDevice
    );
}

#[test]
fn every_changed_bit_of_a_wrapped_key_is_refused() {
    let (site, author) = (SealingKey::make(&OsRandom), SigningKey::make(&OsRandom));
    let (_, signed) = ContextKey::make(&OsRandom, place(1), &site.public(), &author).unwrap();
    let good = signed.open(&author.public()).unwrap();
    for bit in 0..good.encapsulated.len() * 8 {
        let mut context = good.clone();
        context.encapsulated[bit / 8] ^= 1 << (bit % 8);
        assert!(open_context(&site, &context).is_err(), "bit {bit}");
    }
    for bit in 0..good.wrapped.len() * 8 {
        let mut context = good.clone();
        context.wrapped[bit / 8] ^= 1 << (bit % 8);
        assert!(open_context(&site, &context).is_err(), "bit {bit}");
    }
}

#[test]
fn redo_opens_for_its_author_alone_and_never_as_an_entry() {
    let (site, signing) = (SealingKey::make(&OsRandom), SigningKey::make(&OsRandom));
    let (author, colleague) = (SealingKey::make(&OsRandom), SealingKey::make(&OsRandom));
    let (redo, wrapped) = RedoKey::make(&OsRandom, place(1), &author.public()).unwrap();
    let sealed = redo.seal(&OsRandom, &ITEM, b"plain").unwrap();

    let wrapped = WrappedRedoKey::from_bytes(&wrapped.to_bytes().unwrap()).unwrap();
    let opened = open_redo_key(&author, place(1), &wrapped).unwrap();
    assert_eq!(opened.open(&ITEM, &sealed).unwrap().as_slice(), b"plain");
    assert_eq!(
        opened.open(&ItemId::from_bytes([8; 16]), &sealed),
        Err(Unsealed)
    );
    assert!(open_redo_key(&colleague, place(1), &wrapped).is_err());
    assert!(open_redo_key(&author, place(2), &wrapped).is_err());

    // The same key bytes and place: the tags alone keep the two apart.
    let (context, _) = ContextKey::make(&OsRandom, place(1), &site.public(), &signing).unwrap();
    let context = ContextKey {
        key: redo_key_bytes(&author, &wrapped),
        ..context
    };
    assert_eq!(context.open(&ITEM, &sealed), Err(Unsealed));
    let entry = context.seal(&OsRandom, &ITEM, b"plain").unwrap();
    assert_eq!(opened.open(&ITEM, &entry), Err(Unsealed));
}

fn redo_key_bytes(author: &SealingKey, wrapped: &WrappedRedoKey) -> Zeroizing<[u8; 32]> {
    let mut info = b"handoff/redo-key/1".to_vec();
    let p = place(1);
    info.extend_from_slice(&p.site.0);
    info.extend_from_slice(&p.lane.to_bytes());
    info.extend_from_slice(p.device.as_bytes());
    info.extend_from_slice(p.author.as_bytes());
    info.extend_from_slice(p.context.as_bytes());
    info.extend_from_slice(&author.id().0);
    author.unwrap_key(&info, &wrapped.envelope).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_changed_bit_or_another_place_does_not_open(
        seed in any::<u64>(),
        plain in prop::collection::vec(any::<u8>(), 0..400),
        at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let random = Seeded::new(seed);
        let key = |place| ContextKey { key: Zeroizing::new([7; 32]), place };
        let sealed = key(place(1)).seal(&random, &ITEM, &plain).unwrap();
        let opened = key(place(1)).open(&ITEM, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), plain.as_slice());

        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= 1 << bit;
        prop_assert_eq!(key(place(1)).open(&ITEM, &changed), Err(Unsealed));
        let shorter = &sealed[..at.index(sealed.len())];
        prop_assert_eq!(key(place(1)).open(&ITEM, shorter), Err(Unsealed));

        let (good, other) = (place(1), place(90));
        for moved in [
            ContextPlace { site: other.site, ..good },
            ContextPlace { lane: other.lane, ..good },
            ContextPlace { context: other.context, ..good },
        ] {
            prop_assert_eq!(key(moved).open(&ITEM, &sealed), Err(Unsealed));
        }
        let item = ItemId::from_bytes([10; 16]);
        prop_assert_eq!(key(good).open(&item, &sealed), Err(Unsealed));
        let other_key = ContextKey { key: Zeroizing::new([6; 32]), place: good };
        prop_assert_eq!(other_key.open(&ITEM, &sealed), Err(Unsealed));
    }
}
