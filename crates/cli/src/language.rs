//! The language of what a person reads: `--language`, else the system's, else
//! English. Errors about input and packs are for whoever writes those, and are
//! in English.

use clap::Args;
use handoff_domain::{Door, Role, Words};
use handoff_words::{Language, Value, find, say};
use serde::Serialize;

/// The choice of a language.
#[derive(Args, Clone, Copy, Debug)]
pub struct Speaks {
    /// The language of the words: en or es [default: the system's]
    #[arg(long)]
    language: Option<Language>,
}

impl Speaks {
    /// Who says it.
    #[must_use]
    pub fn speaker(self) -> Speaker {
        let system = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .filter_map(|name| std::env::var(name).ok())
                .find(|tag| !tag.is_empty())
                .and_then(|tag| tag.parse().ok())
        };
        Speaker(self.language.or_else(system).unwrap_or_default())
    }
}

/// Says sentences of the catalogues in one language.
#[derive(Clone, Copy, Debug)]
pub struct Speaker(Language);

impl Speaker {
    /// The sentence `id` with its parameters.
    #[must_use]
    pub fn say(self, id: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<(&str, Value<'_>)> = args
            .iter()
            .map(|(name, value)| (*name, Value::from(*value)))
            .collect();
        say(self.0, id, &args)
    }

    /// The word for a code, `<group>-<code>`; the code itself where the
    /// catalogue has none.
    #[must_use]
    pub fn code(self, group: &str, code: &str) -> String {
        find(self.0, &format!("{group}-{code}"), &[]).unwrap_or_else(|| code.to_owned())
    }

    /// The word for a value of a closed list: its code in records.
    #[must_use]
    pub fn word(self, group: &str, value: &impl Serialize) -> String {
        let code = serde_json::to_value(value).unwrap_or_default();
        self.code(group, code.as_str().unwrap_or_default())
    }

    /// A pack's words.
    #[must_use]
    pub fn words(self, words: &Words) -> &str {
        match self.0 {
            Language::En => &words.en,
            Language::Es => &words.es,
        }
    }

    /// Roles, with commas.
    #[must_use]
    pub fn roles<'a>(self, roles: impl IntoIterator<Item = &'a Role>) -> String {
        let roles = roles
            .into_iter()
            .map(|role| self.code("role", role.as_str()));
        roles.collect::<Vec<_>>().join(", ")
    }

    /// Doors, with commas.
    #[must_use]
    pub fn doors<'a>(self, doors: impl IntoIterator<Item = &'a Door>) -> String {
        let doors = doors
            .into_iter()
            .map(|door| self.code("door", door.as_str()));
        doors.collect::<Vec<_>>().join(", ")
    }
}
