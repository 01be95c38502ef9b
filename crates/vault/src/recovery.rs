//! The organisation's recovery key, and the text in which it is shown once.
//!
//! Fourteen groups of five letters and digits. The fifth of a group checks the
//! other four and the place of the group, so that a slip is named by its group;
//! two more bytes check the whole.

use std::fmt;

use handoff_protocol::{KeyId, PublicKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::random::Random;
use crate::sealing::SealingKey;

/// Opens recovery wraps and backups. Made by `site init`, shown once, kept on
/// paper, typed in when it is needed.
#[derive(Clone)]
pub struct RecoveryKey(SealingKey);

/// Why a text is not a recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryTextError {
    /// Too many or too few letters.
    #[error("a recovery key has {wanted} letters and digits; this has {found}")]
    Length {
        /// As many as it should have.
        wanted: usize,
        /// As many as it has.
        found: usize,
    },
    /// A sign that never occurs.
    #[error("the sign in group {group} that is not a letter or digit of a recovery key")]
    Sign {
        /// The group, counted from 1.
        group: usize,
    },
    /// Something in this group is mistyped.
    #[error("group {group} is mistyped")]
    Group {
        /// The group, counted from 1.
        group: usize,
    },
    /// Every group is fine by itself and the whole is not a key.
    #[error("the groups do not belong together")]
    Whole,
    /// A later version of the program has made it.
    #[error("the recovery key has version {0}, which this program does not know")]
    NewerVersion(u8),
}

/// Without I, L, O and U, which are read as 1, 1, 0 and V.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS: usize = 14;
const VERSION: u8 = 1;
/// Version, key, check: 35 bytes, 56 letters of five bits.
const BYTES: usize = 1 + 32 + 2;

impl RecoveryKey {
    /// A new key.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self(SealingKey::make(random))
    }

    /// The public half, which devices and backups are wrapped to.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// The name of the public half.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.id()
    }

    pub(crate) fn sealing(&self) -> &SealingKey {
        &self.0
    }

    /// The text that is shown once.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        bytes[0] = VERSION;
        bytes[1..33].copy_from_slice(self.0.to_bytes().as_ref());
        let check = check(&bytes[..33]);
        bytes[33..].copy_from_slice(&check);
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * 6));
        for (group, five) in values(&bytes).as_chunks::<4>().0.iter().enumerate() {
            if group > 0 {
                text.push('-');
            }
            for value in five.iter().chain([&group_check(group, five)]) {
                text.push(char::from(ALPHABET[usize::from(*value)]));
            }
        }
        text
    }

    /// Reads the text: small letters are fine, and so are spaces, dashes and
    /// line breaks anywhere.
    ///
    /// # Errors
    /// [`RecoveryTextError`] names the group where it was mistyped.
    pub fn from_text(text: &str) -> Result<Self, RecoveryTextError> {
        let letters: Zeroizing<Vec<char>> = Zeroizing::new(
            text.chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—' | '.'))
                .collect(),
        );
        if letters.len() != GROUPS * 5 {
            return Err(RecoveryTextError::Length {
                wanted: GROUPS * 5,
                found: letters.len(),
            });
        }
        let mut bits = Zeroizing::new(Vec::with_capacity(GROUPS * 4));
        for (at, five) in letters.as_chunks::<5>().0.iter().enumerate() {
            let group = at + 1;
            let mut values = Zeroizing::new([0; 5]);
            for (value, letter) in values.iter_mut().zip(five) {
                *value = value_of(*letter).ok_or(RecoveryTextError::Sign { group })?;
            }
            let [a, b, c, d, check] = *values;
            if group_check(at, &[a, b, c, d]) != check {
                return Err(RecoveryTextError::Group { group });
            }
            bits.extend_from_slice(&[a, b, c, d]);
        }
        let bytes = from_values(&bits);
        if check(&bytes[..33]) != bytes[33..] {
            return Err(RecoveryTextError::Whole);
        }
        if bytes[0] != VERSION {
            return Err(RecoveryTextError::NewerVersion(bytes[0]));
        }
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&bytes[1..33]);
        SealingKey::from_bytes(&key)
            .map(Self)
            .map_err(|_| RecoveryTextError::Whole)
    }
}

fn check(bytes: &[u8]) -> [u8; 2] {
    let mut hash = Sha256::new();
    hash.update(b"handoff/recovery-text/1");
    hash.update(bytes);
    let digest: [u8; 32] = hash.finalize().into();
    [digest[0], digest[1]]
}

/// Five bits a letter: 35 bytes are exactly 56 letters.
fn values(bytes: &[u8; BYTES]) -> Zeroizing<[u8; GROUPS * 4]> {
    let mut values = Zeroizing::new([0; GROUPS * 4]);
    for (at, value) in values.iter_mut().enumerate() {
        for bit in at * 5..at * 5 + 5 {
            *value = *value << 1 | bytes[bit / 8] >> (7 - bit % 8) & 1;
        }
    }
    values
}

fn from_values(values: &[u8]) -> Zeroizing<[u8; BYTES]> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    for (at, value) in values.iter().enumerate() {
        for i in 0..5 {
            let bit = at * 5 + i;
            bytes[bit / 8] |= (value >> (4 - i) & 1) << (7 - bit % 8);
        }
    }
    bytes
}

/// A check letter over GF(32): notices every single wrong letter, every two
/// neighbours that changed places, and a group at another place.
fn group_check(group: usize, letters: &[u8; 4]) -> u8 {
    double(
        letters
            .iter()
            .fold(group as u8, |sum, letter| double(sum) ^ letter),
    )
}

/// Times x, modulo x^5 + x^2 + 1.
fn double(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

fn value_of(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        'U' => 'V',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|known| char::from(*known) == letter)
        .and_then(|at| u8::try_from(at).ok())
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryKey({}, ***)", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seeded;
    use proptest::prelude::*;

    #[test]
    fn the_text_is_frozen() {
        let key = RecoveryKey::make(&Seeded::new(1));
        expect_test::expect![
            "04125-SHYXR-VGEP6-5ZHE4-7PXMW-1QWEB-7JP1N-ME8FR-JXKZB-ESTVH-EXQ89-DPY98-FXD2M-QY9H3"
        ]
        .assert_eq(&key.to_text());
    }

    #[test]
    fn a_text_is_read_as_people_type_it() {
        let key = RecoveryKey::make(&Seeded::new(2));
        let text = key.to_text();
        let typed = [
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('-', "\n"),
            text.replace('-', ""),
            format!("  {}  ", text.replace('0', "o").replace('1', "l")),
        ];
        for typed in typed {
            assert_eq!(
                RecoveryKey::from_text(&typed).unwrap().public(),
                key.public()
            );
        }
    }

    #[test]
    fn every_mistyped_letter_is_named_by_its_group() {
        let text = RecoveryKey::make(&Seeded::new(3)).to_text();
        for at in 0..text.len() {
            let good = text.as_bytes()[at];
            if good == b'-' {
                continue;
            }
            for wrong in ALPHABET.iter().filter(|wrong| **wrong != good) {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = *wrong;
                let typed = String::from_utf8(bytes).unwrap();
                let error = RecoveryKey::from_text(&typed).unwrap_err();
                assert_eq!(error, RecoveryTextError::Group { group: at / 6 + 1 });
            }
        }
    }

    #[test]
    fn swapped_letters_and_swapped_groups_are_noticed() {
        let text = RecoveryKey::make(&Seeded::new(4)).to_text();
        let letters: Vec<char> = text.chars().filter(|c| *c != '-').collect();
        for at in 0..letters.len() - 1 {
            let mut swapped = letters.clone();
            swapped.swap(at, at + 1);
            if swapped != letters {
                let typed: String = swapped.iter().collect();
                assert!(RecoveryKey::from_text(&typed).is_err(), "{at}");
            }
        }
        let mut groups: Vec<&str> = text.split('-').collect();
        groups.swap(2, 9);
        assert_eq!(
            RecoveryKey::from_text(&groups.join("-")).unwrap_err(),
            RecoveryTextError::Group { group: 3 }
        );
    }

    #[test]
    fn length_and_signs_are_told_apart() {
        let text = RecoveryKey::make(&Seeded::new(5)).to_text();
        let short = RecoveryTextError::Length {
            wanted: 70,
            found: 69,
        };
        assert_eq!(RecoveryKey::from_text(&text[1..]).unwrap_err(), short);
        let sign = text.replacen(&text[6..7], "§", 1);
        assert!(matches!(
            RecoveryKey::from_text(&sign),
            Err(RecoveryTextError::Sign { .. })
        ));
    }

    proptest! {
        #[test]
        fn every_key_reads_back(seed in any::<u64>()) {
            let key = RecoveryKey::make(&Seeded::new(seed));
            prop_assert_eq!(RecoveryKey::from_text(&key.to_text()).unwrap().public(), key.public());
        }

        #[test]
        fn noise_is_an_error(noise in "\\PC{0,90}") {
            prop_assert!(RecoveryKey::from_text(&noise).is_err());
        }
    }
}
