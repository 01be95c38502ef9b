//! The sentences say what the crates that they speak of do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what went wrong by failing"
)]

use std::iter::successors;

use handoff_protocol::receipt::ParkCode;
use handoff_vault::LEAST_CHARACTERS;
use handoff_words::{Language, find, say};

const LANGUAGES: [Language; 2] = [Language::En, Language::Es];

/// A new code does not compile here until it has its place.
fn next(code: ParkCode) -> Option<ParkCode> {
    use ParkCode::*;
    match code {
        KeyMissing => Some(CannotOpen),
        CannotOpen => Some(ContextForged),
        ContextForged => Some(AuthorMismatch),
        AuthorMismatch => Some(AuthorUnknown),
        AuthorUnknown => Some(AuthorDisabled),
        AuthorDisabled => Some(Unreadable),
        Unreadable => Some(UnknownKind),
        UnknownKind => Some(NotPermitted),
        NotPermitted => Some(OtherSite),
        OtherSite => Some(IdTaken),
        IdTaken => Some(Erased),
        Erased => Some(Lost),
        Lost => Some(Other),
        Other => None,
    }
}

#[test]
fn every_reason_to_park_is_said_in_three_sentences() {
    let codes: Vec<_> = successors(Some(ParkCode::KeyMissing), |code| next(*code)).collect();
    assert_eq!(codes.len(), 14);
    for language in LANGUAGES {
        for code in &codes {
            let id = format!("parked-{}", code.as_str());
            let text = find(language, &id, &[]).unwrap_or_else(|| panic!("{language:?}: {id}"));
            // What happened, what is safe, what to do.
            assert!(
                text.matches(". ").count() >= 2,
                "{language:?}: {id}: {text}"
            );
        }
    }
}

#[test]
fn the_password_hint_gives_the_number_that_the_vault_asks_for() {
    let least = LEAST_CHARACTERS.to_string();
    let too_short = [("reason", "too_short".into())];
    for language in LANGUAGES {
        assert!(say(language, "enrol-password-hint", &[]).contains(&least));
        assert!(say(language, "error-password_refused", &too_short).contains(&least));
    }
}
