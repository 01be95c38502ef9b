//! Warnings about what a pack says in text: laws that nobody may cite so, words
//! that were not translated.

use handoff_domain::Words;

use super::{Warning, WarningKind};
use crate::kind::{ListedOffence, RuleKind};
use crate::offence_list::cited;
use crate::pack::RulePack;

/// Laws that no case cites, and laws without a code beside them.
pub(super) fn statutes(pack: &RulePack) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in &pack.rules {
        for entry in entries(&rule.kind) {
            let Some(statute) = entry.statute.as_deref() else {
                continue;
            };
            let warning = |what| Warning {
                line: Some(rule.line),
                what,
            };
            if entry.code.is_none() {
                warnings.push(warning(WarningKind::StatuteWithoutCode {
                    rule: rule.id.clone(),
                    statute: statute.to_owned(),
                }));
            }
            if !seen.contains(&statute) && !pack.tests.is_empty() && !is_cited(pack, statute) {
                warnings.push(warning(WarningKind::StatuteWithoutCase {
                    statute: statute.to_owned(),
                }));
            }
            seen.push(statute);
        }
    }
    warnings
}

/// Whether a case has an offence under this law.
fn is_cited(pack: &RulePack, statute: &str) -> bool {
    let Some(law) = crate::citation::Citation::parse(statute) else {
        return false;
    };
    let offences = pack
        .tests
        .iter()
        .flat_map(|test| &test.facts.suspected_offences);
    offences
        .filter_map(cited)
        .any(|cited| law.names(&cited) == handoff_domain::Answer::Yes)
}

/// The entries of every list in a rule.
fn entries(kind: &RuleKind) -> Vec<&ListedOffence> {
    match kind {
        RuleKind::OffenceIn { list, except, .. } | RuleKind::OffenceNotIn { list, except } => {
            list.iter().chain(except).collect()
        }
        RuleKind::AllOf(parts) | RuleKind::AnyOf(parts) => parts.iter().flat_map(entries).collect(),
        RuleKind::Not(part) => entries(part),
        _ => Vec::new(),
    }
}

/// Words of several words that are the same in both languages. Names of the
/// programme and of areas may be.
pub(super) fn not_translated(pack: &RulePack) -> Vec<Warning> {
    let is_copied =
        |words: &Words| words.en.trim().contains(' ') && words.en.trim() == words.es.trim();
    let of = |of: String, line| Warning {
        line,
        what: WarningKind::NotTranslated { of },
    };
    let questions = pack.questions.iter().filter(|row| is_copied(&row.words));
    let rules = pack.rules.iter().filter(|rule| is_copied(&rule.words));
    let mut warnings: Vec<Warning> = questions
        .map(|row| of(row.ask.to_string(), Some(row.line)))
        .chain(rules.map(|rule| of(rule.id.clone(), Some(rule.line))))
        .collect();
    let policy = [
        ("charge.words", &pack.policy.charge.words),
        ("script", &pack.policy.script),
    ];
    let copied = policy.into_iter().filter(|(_, words)| is_copied(words));
    warnings.extend(copied.map(|(name, _)| of(name.to_owned(), None)));
    warnings
}
