//! The sentences of Handoff, in English and Spanish.
//!
//! What it is: the Fluent catalogues of `locales/`, embedded, and one function
//! that says a sentence of them. Why: errors, verdicts and lists are said by
//! the window and by the command line, and must be the same words. How data
//! moves: callers have a message id and its parameters, this crate returns
//! text. What it does not do: it decides nothing, and it holds no words of a
//! site's rules, which are data of the rule pack. The window reads the same
//! files by itself (`ui/src/lib/i18n`).
//!
//! ```
//! use handoff_words::{Language, say};
//!
//! assert_eq!(say(Language::En, "answer-unknown", &[]), "Don’t know");
//! assert_eq!(say(Language::Es, "draft-missing", &[("count", 2.into())]), "Faltan 2 respuestas");
//! ```

use std::str::FromStr;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use fluent_bundle::FluentValue as Value;

/// A language that the catalogues have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, as used in the United States.
    #[default]
    En,
    /// Spanish, as used in the United States.
    Es,
}

/// A tag of a language that the catalogues do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLanguage;

impl std::fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the languages are en and es")
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Reads `en`, `es-US` or `es_US.UTF-8`.
    fn from_str(tag: &str) -> Result<Self, UnknownLanguage> {
        match tag.split(['-', '_', '.']).next() {
            Some("en") => Ok(Self::En),
            Some("es") => Ok(Self::Es),
            _ => Err(UnknownLanguage),
        }
    }
}

macro_rules! catalogue {
    ($language:literal) => {
        &[
            include_str!(concat!("../locales/", $language, "/errors.ftl")),
            include_str!(concat!("../locales/", $language, "/options.ftl")),
            include_str!(concat!("../locales/", $language, "/referral.ftl")),
            include_str!(concat!("../locales/", $language, "/session.ftl")),
            include_str!(concat!("../locales/", $language, "/shell.ftl")),
            include_str!(concat!("../locales/", $language, "/terminal.ftl")),
        ]
    };
}

const EN: &[&str] = catalogue!("en");
const ES: &[&str] = catalogue!("es");

impl Language {
    const fn files(self) -> &'static [&'static str] {
        match self {
            Self::En => EN,
            Self::Es => ES,
        }
    }

    const fn tag(self) -> &'static str {
        match self {
            Self::En => "en-US",
            Self::Es => "es-US",
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static SPANISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        let cell = match self {
            Self::En => &ENGLISH,
            Self::Es => &SPANISH,
        };
        cell.get_or_init(|| {
            let tag = self.tag().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            bundle.set_use_isolating(false);
            for file in self.files() {
                let text = (*file).to_owned();
                let resource = FluentResource::try_new(text).unwrap_or_else(|(read, _)| read);
                bundle.add_resource_overriding(resource);
            }
            bundle
        })
    }
}

/// The sentence `id` with its parameters; the id itself when there is none, so
/// that a gap is seen and nothing fails.
#[must_use]
pub fn say(language: Language, id: &str, args: &[(&str, Value<'_>)]) -> String {
    find(language, id, args).unwrap_or_else(|| id.to_owned())
}

/// The sentence `id`, if the catalogue has it: for ids that arrive as data.
#[must_use]
pub fn find(language: Language, id: &str, args: &[(&str, Value<'_>)]) -> Option<String> {
    let bundle = language.bundle();
    let pattern = bundle.get_message(id)?.value()?;
    let args: FluentArgs<'_> = args
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    let mut errors = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(&args), &mut errors)
            .into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Each id with the names of its parameters.
    fn ids(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in language.files().iter().flat_map(|file| file.lines()) {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                last = line.split(" =").next().unwrap().to_owned();
                assert!(!found.contains_key(&last), "{last} stands twice");
            }
            let parameters = found.entry(last.clone()).or_default();
            for part in line.split('$').skip(1) {
                let name = part
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .next();
                parameters.insert(name.unwrap().to_owned());
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_ids_and_parameters() {
        let english = ids(Language::En);
        assert!(english.len() > 200);
        assert_eq!(english, ids(Language::Es));
    }

    #[test]
    fn every_catalogue_reads() {
        for language in [Language::En, Language::Es] {
            for file in language.files() {
                assert!(
                    FluentResource::try_new((*file).to_owned()).is_ok(),
                    "{language:?}"
                );
            }
            for id in ids(language).keys() {
                assert!(find(language, id, &[]).is_some(), "{language:?}: {id}");
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        for (language, name) in [(Language::En, "en"), (Language::Es, "es")] {
            let folder = format!("{}/locales/{name}", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(
                std::fs::read_dir(folder).unwrap().count(),
                language.files().len()
            );
        }
    }

    #[test]
    fn counts_choose_their_form() {
        let missing = |count: i32| say(Language::En, "draft-missing", &[("count", count.into())]);
        assert_eq!(missing(0), "Ready to send");
        assert_eq!(missing(1), "1 answer is missing");
        assert_eq!(missing(4), "4 answers are missing");
    }

    #[test]
    fn an_id_that_nobody_wrote_is_said_as_it_is() {
        assert_eq!(say(Language::Es, "no-such-id", &[]), "no-such-id");
        assert_eq!(find(Language::Es, "no-such-id", &[]), None);
    }

    #[test]
    fn languages_are_read_from_tags_of_systems() {
        assert_eq!("es_US.UTF-8".parse(), Ok(Language::Es));
        assert_eq!("en".parse(), Ok(Language::En));
        assert_eq!("C".parse::<Language>(), Err(UnknownLanguage));
    }
}
