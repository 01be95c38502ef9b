//! Reading one `[[rule]]`.
//!
//! Why and how: see `parse.rs`; the keys that every rule takes are here, its
//! parameters come from the table of kinds. What it does not do: it compiles
//! nothing; `kind.rs` does.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::{HistoryBasis, OffenceLevel, Severity, SitePolicy};
use toml::de::DeValue;

use super::mistake::{Meant, Names, PackError, PackMistake};
use super::offences::{OffenceListing, offence_in, offence_not_in};
use super::params::{amount_limit, windows};
use super::reader::{Table, Value};
use super::{DOORS, ask, provenance, roles};
use crate::ask::{Ask, NEXUS, SUPERVISION};
use crate::evidence::Wanted;
use crate::kind::{Ground, RuleKind};
use crate::kind_table::{EVIDENCE, KINDS, Kind, plain_kind};
use crate::pack::{NamedZone, PackQuestion, Rule};
use crate::span::Span;

const COMMON: [&str; 9] = [
    "id",
    "kind",
    "severity",
    "doors",
    "clause",
    "source",
    "verified",
    "words",
    "waivable_by",
];
/// How deep conditions may lie in each other.
const MAX_DEPTH: usize = 4;
const MAX_YEARS: u64 = 120;

const SEVERITIES: [(Severity, &str); 4] = [
    (Severity::Hard, "hard"),
    (Severity::Presumptive, "presumptive"),
    (Severity::ReferUp, "refer_up"),
    (Severity::Advisory, "advisory"),
];
pub(super) const LEVELS: [(OffenceLevel, &str); 3] = [
    (OffenceLevel::Infraction, "infraction"),
    (OffenceLevel::Misdemeanor, "misdemeanor"),
    (OffenceLevel::Felony, "felony"),
];
const YES_NO: [(bool, &str); 2] = [(true, "yes"), (false, "no")];

/// What rules refer to.
pub(super) struct Site<'a> {
    /// None if it did not read.
    pub(super) policy: Option<&'a SitePolicy>,
    pub(super) zones: &'a [NamedZone],
    pub(super) lists: &'a [OffenceListing],
    pub(super) questions: &'a [PackQuestion],
}

impl Site<'_> {
    pub(super) fn rule(&self, table: &Table<'_, '_>) -> Result<Rule, PackError> {
        let spec = kind(table)?;
        let params = spec.params.iter().map(|param| param.name);
        let known: Vec<&str> = COMMON.into_iter().chain(params).collect();
        table.takes(&format!("a rule of the kind {}", spec.name), &known)?;
        let kind = self.params(table, spec, 0)?;
        let passes = kind.compile(&self.ground());
        let mut unworded = None;
        passes.visit(&mut |test| {
            if unworded.is_none() && !self.questions.iter().any(|row| row.ask == test.ask) {
                unworded = Some(test.ask.to_string());
            }
        });
        if let Some(id) = unworded {
            let meant = Meant::question(&id, self.questions);
            return Err(table.error(PackMistake::QuestionNotWorded { id, meant }));
        }
        let severity = table
            .get("severity")
            .map(|value| table.word("severity", value, &SEVERITIES))
            .transpose()?;
        let (source, verified) = provenance(table)?;
        if severity.is_none() && verified {
            return Err(table.error(PackMistake::VerifiedWithoutSeverity));
        }
        let severity = severity.unwrap_or(Severity::Presumptive);
        Ok(Rule {
            id: table.id("id")?,
            kind,
            kind_name: spec.name,
            params: written(table, spec),
            severity,
            doors: words(table, "doors", &DOORS)?,
            clause: table.words_text("clause")?,
            source,
            verified,
            words: table.words("words")?,
            waivable_by: self.waivable_by(table, severity)?,
            passes,
            line: table.text.line_of(table.at.start).0,
        })
    }

    fn waivable_by(
        &self,
        table: &Table<'_, '_>,
        severity: Severity,
    ) -> Result<Vec<handoff_domain::Role>, PackError> {
        let named: Vec<_> = words(table, "waivable_by", &roles())?.into_iter().collect();
        match severity {
            Severity::Presumptive if !named.is_empty() => Ok(named),
            Severity::Presumptive if self.policy.is_none_or(|policy| !policy.waives.is_empty()) => {
                let waives = self.policy.iter().flat_map(|policy| &policy.waives);
                Ok(waives.copied().collect())
            }
            Severity::Presumptive => Err(table.error(PackMistake::NobodyWaives)),
            _ if named.is_empty() => Ok(named),
            _ => Err(table.error(PackMistake::NotWaivable)),
        }
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            zones: self.zones,
            // Checked when the policy was read.
            time_zone: self
                .policy
                .and_then(|policy| policy.time_zone.parse().ok())
                .unwrap_or(chrono_tz::UTC),
        }
    }

    /// A condition inside of a rule: a kind and its parameters, nothing else.
    fn condition(&self, table: &Table<'_, '_>, depth: usize) -> Result<RuleKind, PackError> {
        if depth > MAX_DEPTH {
            return Err(table.error(PackMistake::TooDeep { limit: MAX_DEPTH }));
        }
        let spec = kind(table)?;
        let params = spec.params.iter().map(|param| param.name);
        let known: Vec<&str> = ["kind"].into_iter().chain(params).collect();
        table.takes(&format!("a condition of the kind {}", spec.name), &known)?;
        self.params(table, spec, depth)
    }

    fn conditions(&self, table: &Table<'_, '_>, depth: usize) -> Result<Vec<RuleKind>, PackError> {
        let one = |value| self.condition(&Table::of(table.text, "a condition", value)?, depth + 1);
        table.some("of")?.iter().map(one).collect()
    }

    fn params(
        &self,
        table: &Table<'_, '_>,
        spec: &Kind,
        depth: usize,
    ) -> Result<RuleKind, PackError> {
        Ok(match spec.name {
            "all_of" => RuleKind::AllOf(self.conditions(table, depth)?),
            "any_of" => RuleKind::AnyOf(self.conditions(table, depth)?),
            "not" => {
                let of = Table::of(table.text, "of", table.need("of")?)?;
                RuleKind::Not(Box::new(self.condition(&of, depth + 1)?))
            }
            "amount_max" => RuleKind::AmountMax(amount_limit(table)?),
            "in_hours" => RuleKind::InHours {
                windows: windows(table)?,
            },
            "prior_involvement" => RuleKind::PriorInvolvement(Wanted {
                kinds: words(table, "evidence", &EVIDENCE)?,
                span: look_back(table, "within")?,
                anniversary_counts: table.flag("anniversary_counts")?.unwrap_or(false),
                in_zone: table.flag("in_zone")?.unwrap_or(false),
                documented: table.flag("documented")?.unwrap_or(false),
            }),
            "prior_diversions" => {
                let most = table.number("at_most", table.need("at_most")?, 0..1001)?;
                RuleKind::PriorDiversions {
                    at_most: u16::try_from(most).unwrap_or(u16::MAX),
                }
            }
            "no_recent_diversion" => {
                let value = table.need("within")?;
                let Some(span) = look_back(table, "within")? else {
                    // "At no time" is `prior_diversions` with none at most.
                    let takes = "{ years = … }, { months = … } or { days = … }";
                    return Err(table.wrong("within", value, takes));
                };
                RuleKind::NoDiversionWithin {
                    span,
                    anniversary_counts: table.flag("anniversary_counts")?.unwrap_or(false),
                }
            }
            "min_age" => {
                let years = table.number("years", table.need("years")?, 1..131)?;
                RuleKind::MinAge {
                    years: u16::try_from(years).unwrap_or(u16::MAX),
                }
            }
            "max_age" => {
                let years = table.number("years", table.need("years")?, 0..131)?;
                RuleKind::MaxAge {
                    years: u16::try_from(years).unwrap_or(u16::MAX),
                }
            }
            "offense_in" => offence_in(table, self.lists)?,
            "offense_not_in" => offence_not_in(table, self.lists)?,
            "supervision_none" => RuleKind::SupervisionNone {
                kinds: some_words(table, "kinds", &SUPERVISION)?,
            },
            "no_conviction" => {
                let value = table.need("class")?;
                let class = table.text_of("class", value)?;
                let of = Ask::History(class.to_owned());
                if !crate::ask::is_name(class) {
                    let mistake = PackMistake::BadId {
                        id: class.to_owned(),
                    };
                    return Err(table.text.error(value.span(), mistake));
                }
                self.no_history(table, of)?
            }
            "sex_offense_history" => self.no_history(table, Ask::SexOffenceHistory)?,
            "no_open_case" => no_open_matter(table, Ask::OpenCase)?,
            "no_open_warrant" => no_open_matter(table, Ask::OpenWarrant)?,
            "in_zone" => RuleKind::InZone {
                areas: self.areas(table)?,
            },
            "substance_nexus" => RuleKind::SubstanceNexus {
                any_of: some_words(table, "any_of", &NEXUS)?,
            },
            "site_question" => RuleKind::YesNo {
                of: site_question(table, "question", table.need("question")?)?,
                passes_on_yes: table.word("passes_on", table.need("passes_on")?, &YES_NO)?,
            },
            name => plain_kind(name).ok_or_else(|| unknown_kind(table, name))?,
        })
    }

    fn no_history(&self, table: &Table<'_, '_>, of: Ask) -> Result<RuleKind, PackError> {
        let basis = self
            .questions
            .iter()
            .find(|row| row.ask == of)
            .map(|row| row.basis);
        Ok(RuleKind::NoHistory {
            span: look_back(table, "look_back")?,
            anniversary_counts: table.flag("anniversary_counts")?.unwrap_or(false),
            basis: basis.unwrap_or(HistoryBasis::HistoryOf),
            of,
        })
    }

    fn areas(&self, table: &Table<'_, '_>) -> Result<BTreeSet<String>, PackError> {
        let area = |value| {
            let id = table.text_of("zones", value)?;
            if self.zones.iter().any(|zone| zone.id == id) {
                return Ok(id.to_owned());
            }
            let meant = Meant::among(id, self.zones.iter().map(|zone| zone.id.as_str()));
            let mistake = PackMistake::UnknownZone {
                id: id.to_owned(),
                meant,
            };
            Err(table.text.error(value.span(), mistake))
        };
        table.some("zones")?.iter().map(area).collect()
    }
}

fn kind(table: &Table<'_, '_>) -> Result<&'static Kind, PackError> {
    let name = table.string("kind")?;
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| unknown_kind(table, name))
}

/// The parameters as the pack writes them.
fn written(table: &Table<'_, '_>, spec: &Kind) -> BTreeMap<&'static str, String> {
    let written = |name| {
        let text = table.text.0.get(table.get(name)?.span())?;
        Some((name, text.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    spec.params
        .iter()
        .filter_map(|param| written(param.name))
        .collect()
}

fn unknown_kind(table: &Table<'_, '_>, name: &str) -> PackError {
    let at = table
        .get("kind")
        .map_or_else(|| table.at.clone(), Value::span);
    table.text.error(
        at,
        PackMistake::UnknownKind {
            kind: name.to_owned(),
            meant: Meant::among(name, KINDS.iter().map(|kind| kind.name)),
            known: Names(KINDS.iter().map(|kind| kind.name.to_owned()).collect()),
        },
    )
}

pub(super) fn words<T: Copy + Ord>(
    table: &Table<'_, '_>,
    key: &'static str,
    known: &[(T, &'static str)],
) -> Result<BTreeSet<T>, PackError> {
    table
        .list(key)?
        .iter()
        .map(|value| table.word(key, value, known))
        .collect()
}

fn some_words<T: Copy + Ord>(
    table: &Table<'_, '_>,
    key: &'static str,
    known: &[(T, &'static str)],
) -> Result<BTreeSet<T>, PackError> {
    table.some(key)?;
    words(table, key, known)
}

pub(super) fn site_question(
    table: &Table<'_, '_>,
    key: &str,
    value: &Value<'_>,
) -> Result<Ask, PackError> {
    match ask(table, key, value)? {
        ask @ Ask::Site(_) => Ok(ask),
        other => Err(table.text.error(
            value.span(),
            PackMistake::WrongQuestion {
                key: key.to_owned(),
                wanted: "site.<name>",
                id: other.to_string(),
            },
        )),
    }
}

/// A span; none for a lifetime, or where the key is left out.
fn look_back(table: &Table<'_, '_>, key: &'static str) -> Result<Option<Span>, PackError> {
    const TAKES: &str = "\"lifetime\", { years = … }, { months = … } or { days = … }";
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    if let DeValue::String(_) = value.get_ref() {
        return table.word(key, value, &[(None, "lifetime")]);
    }
    let Ok(span) = Table::of(table.text, key, value) else {
        return Err(table.wrong(key, value, TAKES));
    };
    span.takes(key, &["years", "months", "days"])?;
    let count = |key: &'static str, most: u64| -> Result<Option<u32>, PackError> {
        let Some(value) = span.get(key) else {
            return Ok(None);
        };
        let number = span.number(key, value, 1..most + 1)?;
        Ok(u32::try_from(number).ok())
    };
    let years = count("years", MAX_YEARS)?;
    match (
        years,
        count("months", MAX_YEARS * 12)?,
        count("days", MAX_YEARS * 366)?,
    ) {
        (Some(years), None, None) => Ok(Some(Span::Months(years * 12))),
        (None, Some(months), None) => Ok(Some(Span::Months(months))),
        (None, None, Some(days)) => Ok(Some(Span::Days(days))),
        _ => Err(table.wrong(key, value, TAKES)),
    }
}

fn no_open_matter(table: &Table<'_, '_>, of: Ask) -> Result<RuleKind, PackError> {
    let at_least = table
        .get("at_least")
        .map(|value| table.word("at_least", value, &LEVELS))
        .transpose()?;
    Ok(RuleKind::NoOpenMatter {
        of,
        at_least,
        local_only: table.flag("local_only")?.unwrap_or(false),
    })
}
