use expect_test::expect;
use handoff_protocol::{DeviceId, KeyId, SitePin, UserId};

use super::*;
use crate::random::{OsRandom, Seeded};

fn owner(n: u8) -> Owner {
    Owner {
        site: SitePin([n; 32]),
        device: DeviceId::from_bytes([n + 1; 16]),
        user: UserId(uuid::Uuid::from_bytes([n + 2; 16])),
    }
}

fn terms() -> WrapTerms {
    WrapTerms {
        owner: owner(1),
        kdf: Kdf::worthless_for_tests(),
        second_factor: None,
        recovery: Some(KeyId([4; 8])),
    }
}

struct Person {
    password: Password,
    device: DeviceSecret,
}

impl Person {
    fn new(password: &str, device: u8) -> Self {
        let device = DeviceSecret::from_bytes(&[device; 32]);
        Self {
            password: Password::typed(password).unwrap(),
            device,
        }
    }

    fn secrets(&self) -> UnlockSecrets<'_> {
        UnlockSecrets {
            password: &self.password,
            device: &self.device,
            second_factor: None,
        }
    }
}

fn wrapped() -> (UserKeys, UserWrap, Person) {
    let (keys, person) = (
        UserKeys::make(&OsRandom),
        Person::new("three otters at dusk", 1),
    );
    let wrap = UserWrap::make(&OsRandom, terms(), &person.secrets(), &keys).unwrap();
    (keys, wrap, person)
}

#[test]
fn the_right_password_opens_everything_and_the_writing_keys_alone() {
    let (keys, wrap, person) = wrapped();
    let wrap = UserWrap::from_bytes(&wrap.to_bytes().unwrap()).unwrap();
    assert_eq!(wrap.header().owner(), owner(1));
    let all = wrap.unwrap_for_reading(&person.secrets()).unwrap();
    assert_eq!(all.to_bytes(), keys.to_bytes());
    let writing = wrap.unwrap_for_writing(&person.secrets()).unwrap();
    assert_eq!(writing.drafts.expose(), keys.drafts.expose());
    assert_eq!(writing.signing.public(), keys.signing.public());
}

#[test]
fn a_wrong_password_and_another_device_look_the_same() {
    let (_, wrap, _) = wrapped();
    for person in [
        Person::new("three otters at dawn", 1),
        Person::new("three otters at dusk", 2),
        Person::new("three otters at dawn", 2),
        Person::new("", 1),
    ] {
        for error in [
            wrap.unwrap_for_reading(&person.secrets()).unwrap_err(),
            wrap.unwrap_for_writing(&person.secrets()).unwrap_err(),
        ] {
            assert_eq!(error, UnwrapError::WrongPassword);
        }
    }
}

#[test]
fn every_changed_bit_is_refused() {
    let (_, wrap, person) = wrapped();
    let good = wrap.to_bytes().unwrap();
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let opened = UserWrap::from_bytes(&bytes)
            .and_then(|wrap| wrap.unwrap_for_reading(&person.secrets()));
        assert!(opened.is_err(), "bit {bit}");
    }
    for len in 0..good.len() {
        assert!(UserWrap::from_bytes(&good[..len]).is_err(), "{len}");
    }
}

#[test]
fn a_key_does_not_open_in_the_place_of_another_or_of_another_person() {
    let (_, wrap, person) = wrapped();
    let mut swapped = wrap.clone();
    let vault = swapped.packed.keys[0].sealed.clone();
    swapped.packed.keys[0].sealed = swapped.packed.keys[1].sealed.clone();
    swapped.packed.keys[1].sealed = vault;
    assert_eq!(
        swapped.unwrap_for_reading(&person.secrets()).unwrap_err(),
        UnwrapError::Damaged(KeyLabel::Vault)
    );

    let other = WrapTerms {
        owner: owner(9),
        ..terms()
    };
    let keys = UserKeys::make(&OsRandom);
    let other = UserWrap::make(&OsRandom, other, &person.secrets(), &keys).unwrap();
    let mut mixed = wrap.clone();
    mixed.packed.keys = other.packed.keys;
    assert_eq!(
        mixed.unwrap_for_reading(&person.secrets()).unwrap_err(),
        UnwrapError::WrongPassword
    );
}

#[test]
fn a_damaged_vault_key_does_not_stop_new_referrals() {
    let (keys, mut wrap, person) = wrapped();
    wrap.packed.keys[0].sealed[20] ^= 1;
    assert_eq!(
        wrap.unwrap_for_reading(&person.secrets()).unwrap_err(),
        UnwrapError::Damaged(KeyLabel::Vault)
    );
    let writing = wrap.unwrap_for_writing(&person.secrets()).unwrap();
    assert_eq!(writing.signing.public(), keys.signing.public());
}

#[test]
fn a_new_password_opens_the_same_keys_and_the_old_one_nothing() {
    let (keys, wrap, old) = wrapped();
    let new = Person::new("seven herons by the weir", 1);
    let again = wrap
        .rewrap(
            &OsRandom,
            &old.secrets(),
            &new.secrets(),
            Kdf::worthless_for_tests(),
        )
        .unwrap();
    assert_eq!(
        again.unwrap_for_reading(&new.secrets()).unwrap().to_bytes(),
        keys.to_bytes()
    );
    assert_eq!(
        again.unwrap_for_reading(&old.secrets()).unwrap_err(),
        UnwrapError::WrongPassword
    );
    assert_ne!(again.header().salt, wrap.header().salt);
    let refused = wrap.rewrap(&OsRandom, &new.secrets(), &old.secrets(), Kdf::floor());
    assert_eq!(refused.unwrap_err(), UnwrapError::WrongPassword);
}

#[test]
fn a_second_factor_is_needed_where_the_header_says_so() {
    let (keys, person) = (
        UserKeys::make(&OsRandom),
        Person::new("three otters at dusk", 1),
    );
    let slot = SecondFactorSlot {
        kind: SecondFactorKind::Fido2HmacSecret,
        credential: vec![1, 2, 3],
        salt: [5; 32],
    };
    let terms = WrapTerms {
        second_factor: Some(slot),
        ..terms()
    };
    let missing = UserWrap::make(&OsRandom, terms.clone(), &person.secrets(), &keys);
    assert_eq!(missing.unwrap_err(), WrapError::SecondFactor);

    let (right, wrong) = (Zeroizing::new([7; 32]), Zeroizing::new([8; 32]));
    let with = |factor| UnlockSecrets {
        second_factor: Some(factor),
        ..person.secrets()
    };
    let wrap = UserWrap::make(&OsRandom, terms, &with(&right), &keys).unwrap();
    let wrap = UserWrap::from_bytes(&wrap.to_bytes().unwrap()).unwrap();
    assert!(wrap.unwrap_for_reading(&with(&right)).is_ok());
    assert_eq!(
        wrap.unwrap_for_reading(&with(&wrong)).unwrap_err(),
        UnwrapError::WrongPassword
    );
    assert_eq!(
        wrap.unwrap_for_reading(&person.secrets()).unwrap_err(),
        UnwrapError::NeedsSecondFactor
    );
}

#[test]
fn a_header_cannot_ask_for_all_memory_or_for_what_is_reserved() {
    let (_, wrap, person) = wrapped();
    let with = |kdf| {
        let mut wrap = wrap.clone();
        wrap.header.kdf = kdf;
        wrap.packed.header = wrap.header.to_bytes().unwrap();
        let wrap = UserWrap::from_bytes(&wrap.to_bytes().unwrap()).unwrap();
        wrap.unwrap_for_reading(&person.secrets()).unwrap_err()
    };
    let greedy = crate::kdf::Argon2idCost {
        memory_kib: u32::MAX,
        passes: 1,
        lanes: 1,
    };
    assert_eq!(with(Kdf::Argon2id(greedy)), KdfError::OutOfBounds.into());
    let reserved = Kdf::Pbkdf2HmacSha512 {
        iterations: 210_000,
    };
    assert_eq!(with(reserved), KdfError::Unsupported.into());
    assert_eq!(with(Kdf::floor()), UnwrapError::WrongPassword);
}

#[test]
fn a_wrap_of_a_newer_program_is_named_as_such() {
    let (_, mut wrap, _) = wrapped();
    wrap.header.version = 2;
    wrap.packed.header = wrap.header.to_bytes().unwrap();
    let bytes = wrap.to_bytes().unwrap();
    assert_eq!(
        UserWrap::from_bytes(&bytes).unwrap_err(),
        UnwrapError::NewerVersion(2)
    );
}

#[test]
fn nothing_shows_a_secret() {
    let (keys, wrap, person) = wrapped();
    let shown = format!("{keys:?} {:?} {wrap:?}", person.secrets());
    for key in keys.to_bytes().as_chunks::<32>().0 {
        assert!(!shown.contains(&data_encoding::HEXLOWER.encode(key)));
        assert!(!shown.contains(&format!("{key:?}")));
    }
    assert!(!shown.contains("otters"));
}

/// The bytes of a whole wrap, with everything that is random given. Never
/// edited: released versions have written such wraps.
#[test]
fn the_bytes_of_a_wrap_are_frozen() {
    let keys = UserKeys::make(&Seeded::new(1));
    let person = Person::new("three otters at dusk", 1);
    let wrap = UserWrap::make(&Seeded::new(100), terms(), &person.secrets(), &keys).unwrap();
    expect!["a86776657273696f6e0164736974655820010101010101010101010101010101010101010101010101010101010101010166646576696365500202020202020202020202020202020264757365725003030303030303030303030303030303636b6466a1686172676f6e326964a36a6d656d6f72795f6b6962086670617373657301656c616e6573016473616c745026ab39150b6330152576e4c7fa7e0caa6d7365636f6e645f666163746f72f6687265636f76657279480404040404040404"].assert_eq(&data_encoding::HEXLOWER.encode(&wrap.packed.header));
    expect!["a26668656164657258c0a86776657273696f6e0164736974655820010101010101010101010101010101010101010101010101010101010101010166646576696365500202020202020202020202020202020264757365725003030303030303030303030303030303636b6466a1686172676f6e326964a36a6d656d6f72795f6b6962086670617373657301656c616e6573016473616c745026ab39150b6330152576e4c7fa7e0caa6d7365636f6e645f666163746f72f6687265636f76657279480404040404040404646b65797384a2656c6162656c657661756c74667365616c6564583c8d67520993de119090ca5ef1c7921829cf01ecf244347f0eeadc54017a0a8734a708fcd486233ef856dbd2ab5cb03b2787c2016f702754409e22c8f0a2656c6162656c66647261667473667365616c6564583c98fdfcbc3fdc1804f196207e76f11f0bbc345a7007bcb640c703611004463fa6f385425c3d56c6afd8d4a914a503a3b513e157de502d15789e4c076ba2656c6162656c677369676e696e67667365616c6564583c5c62e2f48f43961a204fd130a4825dd77b7b6e67ad5150413b7696ffa63f036e21e3b3a63b6ad13d3ba0a79081ad2ac486452030d7c1efc4edce73a7a2656c6162656c677365616c696e67667365616c6564583ced833ce6d2b11d66a4df9d5432d4fa9c93beabd0d7d17d47ba5b018093d60c11691e6b885902faff23a3258e3f855e998ad63b93bb901a3968f2f64a"].assert_eq(&data_encoding::HEXLOWER.encode(&wrap.to_bytes().unwrap()));
}
