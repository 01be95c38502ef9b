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
    /// Says them in this language.
    #[must_use]
    pub const fn of(language: Language) -> Self {
        Self(language)
    }

    /// The sentence `id` with its parameters.
    #[must_use]
    pub fn say(self, id: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<(&str, Value<'_>)> = args
            .iter()
            .map(|(name, value)| (*name, Value::from(*value)))
            .collect();
        say(self.0, id, &args)
    }

    /// The sentence `id` for so many, as its `count`.
    #[must_use]
    pub fn count(self, id: &str, count: u32) -> String {
        say(self.0, id, &[("count", Value::from(count))])
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

#[cfg(test)]
mod tests {
    use handoff_domain::{
        Answer, AnswerSource, Complainant, FindingResult, HistoryBasis, Outcome, Severity,
    };
    use handoff_eligibility::{builtin_pack, explain};

    use super::*;

    /// Each value has a word in either language.
    fn check<T: Serialize>(group: &str, values: &[T]) {
        for value in values {
            let code = serde_json::to_value(value).unwrap();
            has(&format!("{group}-{}", code.as_str().unwrap()));
        }
    }

    fn has(id: &str) {
        for language in [Language::En, Language::Es] {
            assert!(find(language, id, &[]).is_some(), "{language:?}: {id}");
        }
    }

    #[test]
    fn every_value_of_a_closed_list_has_its_word() {
        use handoff_domain::OffenceLevel::{Felony, Infraction, Misdemeanor};
        check(
            "cli-outcome",
            &[
                Outcome::PresumptivelyEligible,
                Outcome::NeedsVerification,
                Outcome::PresumptivelyIneligible,
            ],
        );
        check(
            "cli-severity",
            &[
                Severity::Hard,
                Severity::Presumptive,
                Severity::ReferUp,
                Severity::Advisory,
            ],
        );
        check(
            "finding",
            &[
                FindingResult::Hit,
                FindingResult::Unknown,
                FindingResult::Pass,
            ],
        );
        check("answer", &[Answer::Yes, Answer::No, Answer::Unknown]);
        check(
            "cli-history-basis",
            &[
                HistoryBasis::Convicted,
                HistoryBasis::Charged,
                HistoryBasis::HistoryOf,
            ],
        );
        check(
            "source",
            &[
                AnswerSource::RecordsQuery,
                AnswerSource::OfficerKnowledge,
                AnswerSource::ParticipantStatement,
                AnswerSource::Dispatcher,
                AnswerSource::NotChecked,
            ],
        );
        check(
            "cli-complainant",
            &[
                Complainant::None,
                Complainant::DeclinesProsecution,
                Complainant::WantsProsecution,
                Complainant::Unknown,
            ],
        );
        check("offence-level", &[Infraction, Misdemeanor, Felony]);
        check("door", &Door::ALL);
        check("role", &Role::ALL);
        has("cli-matter-local");
        has("cli-matter-elsewhere");
    }

    #[test]
    fn every_field_of_a_policy_has_its_label() {
        let pack = builtin_pack("md-baltimore-2017").unwrap();
        for row in explain(pack).policy_rows {
            has(&format!("cli-policy-{}", row.field.replace('.', "-")));
        }
    }
}
