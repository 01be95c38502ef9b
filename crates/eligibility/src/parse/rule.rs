//! Reading one `[[rule]]`.
//!
//! Why and how: see `parse.rs`; the keys that every rule takes are here, its
//! parameters come from the table of kinds. What it does not do: it compiles
//! nothing; `kind.rs` does.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::{
    HistoryBasis, OffenceLevel, Severity, SitePolicy, nibrs_offences, offence_by_code,
};
use toml::de::DeValue;

use super::mistake::{Meant, Names, PackError, PackMistake};
use super::reader::{Table, Value};
use super::{DOORS, ask, provenance, roles};
use crate::ask::{Ask, NEXUS, SUPERVISION};
use crate::kind::{ListedOffence, RuleKind};
use crate::kind_table::{KINDS, Kind, plain_kind};
use crate::pack::{NamedZone, PackQuestion, Rule};

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
/// Conditions multiply out (see `offence_in`).
const MAX_CONDITIONS: usize = 3;
const MAX_MONTHS: u64 = 12 * 120;

const SEVERITIES: [(Severity, &str); 4] = [
    (Severity::Hard, "hard"),
    (Severity::Presumptive, "presumptive"),
    (Severity::ReferUp, "refer_up"),
    (Severity::Advisory, "advisory"),
];
const LEVELS: [(OffenceLevel, &str); 3] = [
    (OffenceLevel::Infraction, "infraction"),
    (OffenceLevel::Misdemeanor, "misdemeanor"),
    (OffenceLevel::Felony, "felony"),
];
const YES_NO: [(bool, &str); 2] = [(true, "yes"), (false, "no")];

/// What rules refer to.
pub(super) struct Site<'a> {
    pub(super) policy: &'a SitePolicy,
    pub(super) zones: &'a [NamedZone],
    pub(super) questions: &'a [PackQuestion],
}

impl Site<'_> {
    pub(super) fn rule(&self, table: &Table<'_, '_>) -> Result<Rule, PackError> {
        let spec = kind(table)?;
        let params = spec.params.iter().map(|param| param.name);
        let known: Vec<&str> = COMMON.into_iter().chain(params).collect();
        table.takes(&format!("a rule of the kind {}", spec.name), &known)?;
        let kind = self.params(table, spec)?;
        let passes = kind.compile();
        let mut unworded = None;
        passes.visit(&mut |test| {
            if unworded.is_none() && !self.questions.iter().any(|row| row.ask == test.ask) {
                unworded = Some(test.ask.to_string());
            }
        });
        if let Some(id) = unworded {
            return Err(table.error(PackMistake::QuestionNotWorded { id }));
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
            Severity::Presumptive if !self.policy.waives.is_empty() => {
                Ok(self.policy.waives.iter().copied().collect())
            }
            Severity::Presumptive => Err(table.error(PackMistake::NobodyWaives)),
            _ if named.is_empty() => Ok(named),
            _ => Err(table.error(PackMistake::NotWaivable)),
        }
    }

    fn params(&self, table: &Table<'_, '_>, spec: &Kind) -> Result<RuleKind, PackError> {
        Ok(match spec.name {
            "min_age" => {
                let years = table.number("years", table.need("years")?, 1..131)?;
                RuleKind::MinAge {
                    years: u16::try_from(years).unwrap_or(u16::MAX),
                }
            }
            "offense_in" => self.offence_in(table)?,
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
            months: look_back(table)?,
            anniversary_counts: table.flag("anniversary_counts")?.unwrap_or(false),
            basis: basis.unwrap_or(HistoryBasis::HistoryOf),
            of,
        })
    }

    fn offence_in(&self, table: &Table<'_, '_>) -> Result<RuleKind, PackError> {
        let question = table
            .get("question")
            .map(|value| site_question(table, "question", value))
            .transpose()?;
        let list: Vec<ListedOffence> = table
            .list("offenses")?
            .iter()
            .map(|value| offence(table, value))
            .collect::<Result<_, _>>()?;
        if list.is_empty() && question.is_none() {
            return Err(table.error(PackMistake::NoOffences));
        }
        let conditions: BTreeSet<_> = list.iter().filter_map(|o| o.only_if.as_ref()).collect();
        if conditions.len() > MAX_CONDITIONS {
            return Err(table.error(PackMistake::TooManyConditions {
                limit: MAX_CONDITIONS,
            }));
        }
        Ok(RuleKind::OffenceIn { list, question })
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

fn words<T: Copy + Ord>(
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

fn site_question(table: &Table<'_, '_>, key: &str, value: &Value<'_>) -> Result<Ask, PackError> {
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

fn look_back(table: &Table<'_, '_>) -> Result<Option<u32>, PackError> {
    const TAKES: &str = "\"lifetime\", { years = … } or { months = … }";
    let Some(value) = table.get("look_back") else {
        return Ok(None);
    };
    if let DeValue::String(_) = value.get_ref() {
        return table.word("look_back", value, &[(None, "lifetime")]);
    }
    let Ok(span) = Table::of(table.text, "look_back", value) else {
        return Err(table.wrong("look_back", value, TAKES));
    };
    span.takes("look_back", &["years", "months"])?;
    let months = match (span.get("years"), span.get("months")) {
        (Some(years), None) => span.number("years", years, 1..MAX_MONTHS / 12 + 1)? * 12,
        (None, Some(months)) => span.number("months", months, 1..MAX_MONTHS + 1)?,
        _ => return Err(table.wrong("look_back", value, TAKES)),
    };
    Ok(u32::try_from(months).ok())
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

fn offence(rule: &Table<'_, '_>, value: &Value<'_>) -> Result<ListedOffence, PackError> {
    if let DeValue::String(code) = value.get_ref() {
        return Ok(ListedOffence {
            code: code_of(rule, value, code)?,
            level: None,
            only_if: None,
        });
    }
    let Ok(table) = Table::of(rule.text, "an offense", value) else {
        return Err(rule.wrong("offenses", value, "NIBRS codes or { code, level, only_if }"));
    };
    table.takes("an offense", &["code", "level", "only_if"])?;
    let code = table.need("code")?;
    Ok(ListedOffence {
        code: code_of(&table, code, table.text_of("code", code)?)?,
        level: table
            .get("level")
            .map(|level| table.word("level", level, &LEVELS))
            .transpose()?,
        only_if: table
            .get("only_if")
            .map(|question| site_question(&table, "only_if", question))
            .transpose()?,
    })
}

fn code_of(table: &Table<'_, '_>, value: &Value<'_>, code: &str) -> Result<String, PackError> {
    let is_known = match code.strip_suffix('*') {
        Some(prefix) => nibrs_offences()
            .iter()
            .any(|row| row.code.starts_with(prefix)),
        None => offence_by_code(code).is_some(),
    };
    if is_known {
        return Ok(code.to_owned());
    }
    Err(table.text.error(
        value.span(),
        PackMistake::UnknownOffence {
            code: code.to_owned(),
        },
    ))
}
