//! Reading lists of offences.
//!
//! Why and how: see `parse.rs`. An entry is a NIBRS code, a statute, or the
//! name of an `[[offense_list]]`, which several rules can share. What it does
//! not do: it matches nothing; `predicate.rs` does.

use std::collections::BTreeSet;

use handoff_domain::{nibrs_offences, offence_by_code};
use toml::de::DeValue;

use super::mistake::{Meant, PackError, PackMistake};
use super::reader::{Table, Value};
use super::rule::{LEVELS, site_question};
use crate::citation::Citation;
use crate::kind::{ListedOffence, RuleKind};

/// Conditions multiply out (see `offence_in` in `kind.rs`).
const MAX_CONDITIONS: usize = 3;

/// A list of offences that rules name.
pub(super) struct OffenceListing {
    pub(super) id: String,
    offences: Vec<ListedOffence>,
}

pub(super) fn listing(table: &Table<'_, '_>) -> Result<OffenceListing, PackError> {
    table.takes("[[offense_list]]", &["id", "offenses"])?;
    let offences = table.some("offenses")?.iter();
    Ok(OffenceListing {
        id: table.id("id")?,
        offences: offences
            .map(|value| offence(table, value))
            .collect::<Result<_, _>>()?,
    })
}

pub(super) fn offence_in(
    table: &Table<'_, '_>,
    lists: &[OffenceListing],
) -> Result<RuleKind, PackError> {
    let question = table
        .get("question")
        .map(|value| site_question(table, "question", value))
        .transpose()?;
    let list = listed(table, "offenses", lists)?;
    if list.is_empty() && question.is_none() {
        return Err(table.error(PackMistake::NoOffences));
    }
    Ok(RuleKind::OffenceIn {
        list,
        except: except(table, lists)?,
        question,
    })
}

pub(super) fn offence_not_in(
    table: &Table<'_, '_>,
    lists: &[OffenceListing],
) -> Result<RuleKind, PackError> {
    table.some("offenses")?;
    Ok(RuleKind::OffenceNotIn {
        list: listed(table, "offenses", lists)?,
        except: except(table, lists)?,
    })
}

fn except(
    table: &Table<'_, '_>,
    lists: &[OffenceListing],
) -> Result<Vec<ListedOffence>, PackError> {
    let except = listed(table, "except", lists)?;
    if except.iter().any(|entry| entry.only_if.is_some()) {
        return Err(table.error(PackMistake::ConditionInExcept));
    }
    Ok(except)
}

fn listed(
    table: &Table<'_, '_>,
    key: &'static str,
    lists: &[OffenceListing],
) -> Result<Vec<ListedOffence>, PackError> {
    let mut all = Vec::new();
    for value in table.list(key)? {
        match named_list(table, value)? {
            Some((at, id)) => match lists.iter().find(|list| list.id == id) {
                Some(list) => all.extend(list.offences.iter().cloned()),
                None => {
                    let meant = Meant::among(id, lists.iter().map(|list| list.id.as_str()));
                    let mistake = PackMistake::UnknownList {
                        id: id.to_owned(),
                        meant,
                    };
                    return Err(table.text.error(at.span(), mistake));
                }
            },
            None => all.push(offence(table, value)?),
        }
    }
    let conditions: BTreeSet<_> = all.iter().filter_map(|o| o.only_if.as_ref()).collect();
    if conditions.len() > MAX_CONDITIONS {
        return Err(table.error(PackMistake::TooManyConditions {
            limit: MAX_CONDITIONS,
        }));
    }
    Ok(all)
}

/// The list that an entry names, if it names one.
fn named_list<'a, 'i>(
    rule: &Table<'a, 'i>,
    value: &'a Value<'i>,
) -> Result<Option<(&'a Value<'i>, &'a str)>, PackError> {
    let Ok(table) = Table::of(rule.text, "an offense", value) else {
        return Ok(None);
    };
    let Some(list) = table.get("list") else {
        return Ok(None);
    };
    table.takes("an offense with `list`", &["list"])?;
    table.text_of("list", list).map(|id| Some((list, id)))
}

fn offence(rule: &Table<'_, '_>, value: &Value<'_>) -> Result<ListedOffence, PackError> {
    if let DeValue::String(code) = value.get_ref() {
        return Ok(ListedOffence {
            code: Some(code_of(rule, value, code)?),
            statute: None,
            level: None,
            only_if: None,
        });
    }
    let Ok(table) = Table::of(rule.text, "an offense", value) else {
        const TAKES: &str = "NIBRS codes, { code, statute, level, only_if } or { list }";
        return Err(rule.wrong("offenses", value, TAKES));
    };
    table.takes("an offense", &["code", "statute", "level", "only_if"])?;
    let code = table
        .get("code")
        .map(|code| code_of(&table, code, table.text_of("code", code)?))
        .transpose()?;
    let statute = table.optional("statute")?.map(str::trim);
    if statute.is_some_and(|text| Citation::parse(text).is_none()) {
        return Err(table.error(PackMistake::NoCitation));
    }
    let statute = statute.map(str::to_owned);
    if code.is_none() && statute.is_none() {
        return Err(table.error(PackMistake::NoCodeNorStatute));
    }
    Ok(ListedOffence {
        code,
        statute,
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
