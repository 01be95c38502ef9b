//! What a rule tests, in words: ages, amounts, hours, codes, laws, look-backs.
//!
//! Why: partners sign what a rule does, and its own words may say less or
//! something else. How it moves: a rule's kind and parameters become lines of
//! the catalogue's sentences, for the terminal and for paper. What it does not
//! do: it judges nothing, and says nothing that the pack's author wrote but for
//! names of areas and the words of questions.

use handoff_domain::{ESTIMATE_MARGIN, HistoryBasis, OffenceLevel, offence_by_code};
use handoff_eligibility::{
    AmountLimit, Ask, ExemptDrug, ListedOffence, Rule, RuleKind, RulePack, Span, Wanted, Window,
};
use serde::Serialize;

use crate::language::Speaker;

/// The lines that say what `rule` tests; what lies inside another is indented
/// by two spaces.
#[must_use]
pub fn lines(rule: &Rule, pack: &RulePack, speaker: Speaker) -> Vec<String> {
    Said { pack, speaker }.kind(&rule.kind)
}

struct Said<'a> {
    pack: &'a RulePack,
    speaker: Speaker,
}

impl Said<'_> {
    fn say(&self, id: &str, args: &[(&str, &str)]) -> String {
        self.speaker.say(&format!("cli-test-{id}"), args)
    }

    fn one(&self, id: &str, name: &str, value: &str) -> Vec<String> {
        vec![self.say(id, &[(name, value)])]
    }

    fn word(&self, group: &str, value: &impl Serialize) -> String {
        self.speaker.word(group, value).to_lowercase()
    }

    fn kind(&self, kind: &RuleKind) -> Vec<String> {
        match kind {
            RuleKind::MinAge { years } => self.age("min-age", *years),
            RuleKind::MaxAge { years } => self.age("max-age", *years),
            RuleKind::OffenceIn {
                list,
                except,
                question,
            } => {
                let mut lines = Vec::new();
                if let Some(ask) = question {
                    lines.push(self.say("yes", &[("question", &self.question(ask))]));
                }
                if !list.is_empty() {
                    lines.push(self.say("offense-in", &[]));
                    self.offences(list, except, &mut lines);
                }
                lines
            }
            RuleKind::OffenceNotIn { list, except } => {
                let mut lines = vec![self.say("offense-not-in", &[])];
                self.offences(list, except, &mut lines);
                lines
            }
            RuleKind::AmountMax(limit) => self.amount(limit),
            RuleKind::DeliveryOnlySubsistence => vec![self.say("subsistence", &[])],
            RuleKind::VictimDeclines => vec![self.say("complainant", &[])],
            RuleKind::InHours { windows } => {
                let windows: Vec<String> = windows.iter().map(|w| self.window(w)).collect();
                let zone = &self.pack.policy().time_zone;
                let args = [("hours", &*windows.join("; ")), ("zone", zone)];
                vec![self.say("hours", &args)]
            }
            RuleKind::PriorInvolvement(wanted) => self.involvement(wanted),
            RuleKind::PriorDiversions { at_most } => {
                self.one("diversions", "count", &at_most.to_string())
            }
            RuleKind::NoDiversionWithin {
                span,
                anniversary_counts,
            } => vec![
                self.say("no-diversion", &[]),
                self.back(Some(*span), *anniversary_counts),
            ],
            RuleKind::AllOf(parts) => self.parts("all-of", parts),
            RuleKind::AnyOf(parts) => self.parts("any-of", parts),
            RuleKind::Not(part) => self.parts("not", std::slice::from_ref(part)),
            RuleKind::SupervisionNone { kinds } => {
                let kinds = self.list(kinds.iter().map(|k| self.word("cli-supervision", k)));
                self.one("supervision", "kinds", &kinds)
            }
            RuleKind::NoHistory {
                span,
                anniversary_counts,
                basis,
                ..
            } => self.history(*basis, *span, *anniversary_counts),
            RuleKind::NoOpenMatter {
                at_least,
                local_only,
                ..
            } => {
                let mut lines = Vec::new();
                match at_least {
                    None => lines.push(self.say("matter-any", &[])),
                    Some(level) => {
                        let level = self.word("offence-level", level);
                        lines.push(self.say("matter-from", &[("level", &level)]));
                    }
                }
                if *local_only {
                    lines.push(self.say("matter-local", &[]));
                }
                lines
            }
            RuleKind::InZone { areas } => {
                let name = |id: &String| {
                    let zone = self.pack.zones().iter().find(|zone| zone.id == *id);
                    zone.map_or_else(|| id.clone(), |z| self.speaker.words(&z.name).to_owned())
                };
                self.one("zones", "areas", &self.list(areas.iter().map(name)))
            }
            RuleKind::SubstanceNexus { any_of } => {
                let kinds = self.list(any_of.iter().map(|kind| self.word("cli-nexus", kind)));
                self.one("nexus", "kinds", &kinds)
            }
            RuleKind::YesNo { of, passes_on_yes } => {
                let id = if *passes_on_yes { "yes" } else { "no" };
                self.one(id, "question", &self.question(of))
            }
            // A kind that is newer than these words.
            _ => Vec::new(),
        }
    }

    fn age(&self, id: &str, years: u16) -> Vec<String> {
        let mut lines = self.one(id, "years", &years.to_string());
        lines.extend(self.one("estimate", "margin", &ESTIMATE_MARGIN.to_string()));
        lines
    }

    fn list(&self, all: impl Iterator<Item = String>) -> String {
        all.collect::<Vec<_>>().join(", ")
    }

    fn question(&self, ask: &Ask) -> String {
        let id = ask.to_string();
        let words = self.pack.words_of(ask);
        words.map_or(id, |words| self.speaker.words(words).to_owned())
    }

    fn parts(&self, id: &str, parts: &[RuleKind]) -> Vec<String> {
        let mut lines = vec![self.say(id, &[])];
        let inner = parts.iter().flat_map(|part| {
            let mut lines = self.kind(part).into_iter();
            let first = lines.next().map(|line| format!("  - {line}"));
            first
                .into_iter()
                .chain(lines.map(|line| format!("    {line}")))
                .collect::<Vec<_>>()
        });
        lines.extend(inner);
        lines
    }

    fn offences(&self, list: &[ListedOffence], except: &[ListedOffence], lines: &mut Vec<String>) {
        lines.extend(
            list.iter()
                .map(|entry| format!("  - {}", self.offence(entry))),
        );
        if !except.is_empty() {
            lines.push(self.say("except", &[]));
            lines.extend(
                except
                    .iter()
                    .map(|entry| format!("  - {}", self.offence(entry))),
            );
        }
    }

    fn offence(&self, entry: &ListedOffence) -> String {
        let mut parts = Vec::new();
        if let Some(code) = &entry.code {
            parts.push(match code.strip_suffix('*') {
                Some("") => self.say("any-code", &[]),
                Some(prefix) => self.say("codes", &[("prefix", prefix)]),
                None => {
                    let name = offence_by_code(code).map_or("", |row| row.description);
                    format!("{code} {name}").trim_end().to_owned()
                }
            });
        }
        if let Some(statute) = &entry.statute {
            parts.push(self.say("statute", &[("statute", statute)]));
        }
        if let Some(level) = entry.level {
            parts.push(self.level(level));
        }
        if let Some(ask) = &entry.only_if {
            parts.push(self.say("only-if", &[("question", &self.question(ask))]));
        }
        parts.join(", ")
    }

    fn level(&self, level: OffenceLevel) -> String {
        self.word("offence-level", &level)
    }

    fn amount(&self, limit: &AmountLimit) -> Vec<String> {
        let id = if limit.fails_at_limit {
            "amount-from"
        } else {
            "amount-over"
        };
        let quantity = limit.quantity.to_string();
        let unit = self.speaker.word("unit", &limit.unit);
        let mut lines = vec![self.say(id, &[("quantity", &quantity), ("unit", &unit)])];
        let drugs = |drugs: &std::collections::BTreeSet<_>| {
            self.list(drugs.iter().map(|drug| self.speaker.word("drug", drug)))
        };
        if !limit.drugs.is_empty() {
            lines.push(self.say("amount-drugs", &[("drugs", &drugs(&limit.drugs))]));
        }
        if !limit.except.is_empty() {
            let one = |exempt: &ExemptDrug| {
                let form = exempt.form.map(|form| self.word("cli-drug-form", &form));
                let drugs = Some(drugs(&exempt.drugs)).filter(|drugs| !drugs.is_empty());
                [drugs, form]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let all: Vec<String> = limit.except.iter().map(one).collect();
            lines.push(self.say("amount-except", &[("drugs", &all.join("; "))]));
        }
        let together = if limit.together {
            "amount-together"
        } else {
            "amount-each"
        };
        lines.push(self.say(together, &[]));
        if limit.only_this_unit {
            lines.push(self.say("amount-unit", &[]));
        }
        lines
    }

    fn window(&self, window: &Window) -> String {
        const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let day = |day: &u32| {
            let name = usize::try_from(*day).ok().and_then(|day| NAMES.get(day));
            self.speaker.code("cli-day", name.unwrap_or(&""))
        };
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        // Midnight at the end of a day is 24:00; after it, the next day's time.
        let to = if window.to > 24 * 60 {
            window.to - 24 * 60
        } else {
            window.to
        };
        let days = if window.days.len() == 7 {
            self.speaker.code("cli-day", "all")
        } else {
            self.list(window.days.iter().map(day))
        };
        format!("{days} {}-{}", time(window.from), time(to))
    }

    fn history(
        &self,
        basis: HistoryBasis,
        span: Option<Span>,
        anniversary_counts: bool,
    ) -> Vec<String> {
        let what = self.word("cli-history-basis", &basis);
        let mut lines = vec![self.say("history", &[("what", &what)])];
        lines.push(self.back(span, anniversary_counts));
        lines
    }

    /// How far back something counts.
    fn back(&self, span: Option<Span>, anniversary_counts: bool) -> String {
        let Some(span) = span else {
            return self.say("back-always", &[]);
        };
        let id = if anniversary_counts {
            "back-and-day"
        } else {
            "back"
        };
        self.say(id, &[("span", &self.span(span))])
    }

    fn span(&self, span: Span) -> String {
        let (unit, count) = match span {
            Span::Months(months) if months % 12 == 0 => ("years", months / 12),
            Span::Months(months) => ("months", months),
            Span::Days(days) => ("days", days),
        };
        self.speaker.count(&format!("cli-span-{unit}"), count)
    }

    fn involvement(&self, wanted: &Wanted) -> Vec<String> {
        let mut lines = Vec::new();
        if wanted.kinds.is_empty() {
            lines.push(self.say("involved", &[]));
        } else {
            let kinds = wanted.kinds.iter().map(|kind| self.word("evidence", kind));
            let kinds = kinds.collect::<Vec<_>>().join("; ");
            lines.push(self.say("involved-by", &[("kinds", &kinds)]));
        }
        lines.push(self.back(wanted.span, wanted.anniversary_counts));
        if wanted.in_zone {
            lines.push(self.say("involved-zone", &[]));
        }
        if wanted.documented {
            lines.push(self.say("involved-documented", &[]));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

    use handoff_eligibility::{KINDS, builtin};
    use handoff_words::Language;

    use super::*;

    /// The guide has it within another condition only.
    const BOTH: &str = r#"
[[question]]
id = "amenable"
en = "Open to diversion?"
es = "¿Abierta al desvío?"

[[question]]
id = "open_warrant"
en = "An open warrant?"
es = "¿Una orden de arresto pendiente?"

[[rule]]
id = "both"
kind = "all_of"
of = [{ kind = "amenable" }, { kind = "no_open_warrant" }]
severity = "presumptive"
clause = "Open to diversion, and not wanted."
words = { en = "Open to diversion, without a warrant.", es = "Abierta al desvío, sin orden de arresto." }
"#;
    const GUIDE: &str = include_str!("../../../../docs/rule-packs.md");

    /// The examples of the guide, which hold every kind, and the packs that ship.
    fn packs() -> Vec<RulePack> {
        let head = handoff_eligibility::builtin()[0].toml;
        let policy = &head[head.find("[policy]").unwrap()..head.find("[[").unwrap()];
        let head = format!(
            "id = \"x\"\nversion = \"1\"\neffective_from = \"2026-01-01\"\ntitle = {{ en = \"X\", es = \"X\" }}\n{policy}"
        );
        let parts = GUIDE.split("```toml\n").skip(1);
        let examples = parts.map(|part| part.split("```").next().unwrap());
        let mut packs: Vec<RulePack> = examples
            .filter(|example| example.contains("[[rule]]"))
            .chain([BOTH])
            .map(|example| {
                let whole = example.contains("[policy]");
                let text = if whole {
                    example.to_owned()
                } else {
                    format!("{head}\n{example}")
                };
                RulePack::parse(&text).unwrap()
            })
            .collect();
        packs.extend(builtin().iter().map(|builtin| builtin.pack.clone()));
        packs
    }

    #[test]
    fn every_kind_says_what_it_tests_in_both_languages() {
        let mut kinds = std::collections::BTreeSet::new();
        for pack in packs() {
            for rule in pack.rules() {
                kinds.insert(rule.kind_name);
                for language in [Language::En, Language::Es] {
                    let lines = lines(rule, &pack, Speaker::of(language));
                    assert!(!lines.is_empty(), "{}", rule.id);
                    // A sentence or a code that the catalogue lacks.
                    let gap = lines.iter().find(|line| line.contains("cli-"));
                    assert_eq!(gap, None, "{}", rule.id);
                }
            }
        }
        let all: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let missing = all.into_iter().filter(|kind| !kinds.contains(kind));
        assert_eq!(missing.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
