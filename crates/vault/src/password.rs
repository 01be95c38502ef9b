//! Passwords: what is taken for one, and which are refused.
//!
//! A password is put into Unicode normalisation form NFKC before anything else
//! (NIST SP 800-63B asks for NFC or NFKC): the same letters typed on another
//! keyboard, composed or not, wide or narrow, give the same bytes. No letter
//! case is changed and no space is dropped.

use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fewest characters (Unicode scalar values after NFKC).
pub const LEAST_CHARACTERS: usize = 12;
/// Most bytes (UTF-8 after NFKC).
pub const MOST_BYTES: usize = 1024;
/// So many characters must not come from common passwords, runs, or words
/// about the person and the site.
const LEAST_OWN: usize = 6;

/// A password as it was typed. Wiped when dropped; `Debug` shows `***`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a password is refused. Never says the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("a password has at least {least} characters")]
    TooShort {
        /// The fewest that are taken.
        least: usize,
    },
    /// Too many bytes.
    #[error("a password has at most {most} bytes")]
    TooLong {
        /// The most that are taken.
        most: usize,
    },
    /// One of the passwords that everybody tries, or little more than that.
    #[error("the password is too common")]
    Common,
    /// Little more than a name: the person's, the site's, the device's.
    #[error("the password is little more than a name that others know")]
    Known,
    /// One letter or a row of the keyboard again and again.
    #[error("the password repeats itself")]
    Repeats,
}

impl Password {
    /// A password that is tried: no rule but the length that is ever looked at.
    ///
    /// # Errors
    /// [`PasswordError::TooLong`].
    pub fn typed(text: &str) -> Result<Self, PasswordError> {
        let too_long = PasswordError::TooLong { most: MOST_BYTES };
        if text.len() > 4 * MOST_BYTES {
            return Err(too_long);
        }
        // With room for all of it, so that no copy stays behind.
        let mut normal = Zeroizing::new(String::with_capacity(16 * MOST_BYTES));
        for letter in text.nfkc() {
            normal.push(letter);
            if normal.len() > MOST_BYTES {
                return Err(too_long);
            }
        }
        Ok(Self(normal))
    }

    /// A new password, if it is good enough. `known` are words that others
    /// know: the person's name, the site's, the device's.
    ///
    /// # Errors
    /// [`PasswordError`] with the first rule that it breaks.
    pub fn chosen(text: &str, known: &[&str]) -> Result<Self, PasswordError> {
        let password = Self::typed(text)?;
        if password.0.chars().count() < LEAST_CHARACTERS {
            return Err(PasswordError::TooShort {
                least: LEAST_CHARACTERS,
            });
        }
        let lower = Zeroizing::new(password.0.to_lowercase());
        let different: std::collections::BTreeSet<char> = lower.chars().collect();
        if different.len() < 5 || is_a_run(&lower) {
            return Err(PasswordError::Repeats);
        }
        let parts: Vec<String> = known
            .iter()
            .flat_map(|words| words.split(|c: char| !c.is_alphanumeric()))
            .map(|word| word.nfkc().collect::<String>().to_lowercase())
            .filter(|word| word.chars().count() >= 3)
            .collect();
        if own(&lower, parts.iter().map(String::as_str)) < LEAST_OWN {
            return Err(PasswordError::Known);
        }
        if own(&lower, COMMON.iter().copied()) < LEAST_OWN {
            return Err(PasswordError::Common);
        }
        Ok(password)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Common passwords and the words that they are made of, longest first.
static COMMON: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: Vec<&str> = include_str!("password/common.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
});

/// How many letters and digits remain without these words, single digits not
/// counted: `password2024!` has nothing of its own.
fn own<'a>(password: &str, words: impl Iterator<Item = &'a str>) -> usize {
    let mut rest = Zeroizing::new(password.to_owned());
    for word in words {
        if rest.contains(word) {
            rest = Zeroizing::new(rest.replace(word, "\0"));
        }
    }
    if rest.len() == password.len() {
        return rest.chars().count();
    }
    rest.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// Whether most of it goes up or down by one, or stays (`abcdef`, `987654`,
/// `aaabbb`).
fn is_a_run(password: &str) -> bool {
    let letters: Zeroizing<Vec<u32>> = Zeroizing::new(password.chars().map(u32::from).collect());
    let steps = letters
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1)
        .count();
    steps * 4 >= (letters.len() - 1) * 3
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, known: &[&str]) -> Option<PasswordError> {
        Password::chosen(text, known).err()
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        let short = Some(PasswordError::TooShort { least: 12 });
        assert_eq!(check("kräuterhügl", &[]), short);
        assert_eq!(check("kräuterhügel", &[]), None);
        assert_eq!(check("丘の上に立つ白い家の窓", &[]), short);
        assert_eq!(check("丘の上に立つ白い家の窓辺", &[]), None);
        let long = Some(PasswordError::TooLong { most: 1024 });
        let words = |n: usize| {
            (0..n)
                .map(|i| char::from(b'a' + (i * 7 % 26) as u8))
                .collect::<String>()
        };
        assert_eq!(check(&words(1024), &[]), None);
        assert_eq!(check(&words(1025), &[]), long);
        assert_eq!(check(&"\u{fdfa}".repeat(1000), &[]), long);
        assert_eq!(check(&words(100_000), &[]), long);
    }

    #[test]
    fn one_password_typed_in_two_ways_is_one_password() {
        let bytes = |text: &str| Password::typed(text).unwrap().as_bytes().to_vec();
        assert_eq!(
            bytes("caf\u{e9} au lait, bitte"),
            bytes("cafe\u{301} au lait, bitte")
        );
        assert_eq!(bytes("ｐａｓｓ　word"), bytes("pass word"));
        assert_ne!(bytes("Case matters here"), bytes("case matters here"));
        assert_ne!(bytes("a space at the end "), bytes("a space at the end"));
    }

    #[test]
    fn common_passwords_are_refused_however_they_are_dressed() {
        for text in [
            "password1234",
            "Password2024!!",
            "PasswordPassword",
            "qwertyuiop123",
            "iloveyou1234!",
            "officer12345",
            "police911police",
            "letmein letmein",
            "changeme12345",
        ] {
            assert_eq!(check(text, &[]), Some(PasswordError::Common), "{text}");
        }
        for text in [
            "aaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "abcdefghijklmnop",
            "aaabbbcccdddeee",
        ] {
            assert_eq!(check(text, &[]), Some(PasswordError::Repeats), "{text}");
        }
    }

    #[test]
    fn a_name_that_others_know_is_not_a_password() {
        let known = ["Maria Kowalczyk", "Unit 4B12", "harbor-lead"];
        assert_eq!(check("MariaKowalczyk1", &known), Some(PasswordError::Known));
        assert_eq!(check("harborlead2024", &known), Some(PasswordError::Known));
        assert_eq!(check("kowalczyk paints boats", &known), None);
    }

    #[test]
    fn a_sentence_is_a_good_password() {
        for text in [
            "correct horse battery staple",
            "three otters cross at dusk",
            "vgT!9x#mL2qz",
            "el perro come a las seis",
        ] {
            assert_eq!(check(text, &["Maria Kowalczyk"]), None, "{text}");
        }
    }

    #[test]
    fn a_password_does_not_show_itself() {
        let password = Password::typed("three otters cross at dusk").unwrap();
        assert_eq!(format!("{password:?}"), "Password(***)");
    }

    #[test]
    fn the_list_of_common_passwords_is_in_order() {
        let lines: Vec<&str> = include_str!("password/common.txt")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .collect();
        let mut sorted = lines.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(lines, sorted);
        assert!(
            lines
                .iter()
                .all(|word| word.len() >= 4 && *word == word.to_lowercase())
        );
        assert!(lines.len() > 200);
    }
}
