//! Reading limits of amounts, windows of hours and areas on a map.
//!
//! Why and how: see `parse.rs`. What it does not do: it measures nothing and
//! reads no clock; `amount.rs`, `hours.rs` and `shape.rs` do.

use std::collections::BTreeSet;
use std::sync::Arc;

use handoff_domain::{DrugType, DrugUnit, Quantity};
use toml::de::DeValue;

use super::mistake::{PackError, PackMistake};
use super::reader::{Table, Value};
use super::rule::words;
use crate::amount::{AmountLimit, ExemptDrug};
use crate::ask::named;
use crate::hours::Window;
use crate::kind_table::{DRUGS, FORMS, UNITS};
use crate::shape::{MAX_POSITIONS, Shape};

pub(super) fn amount_limit(table: &Table<'_, '_>) -> Result<AmountLimit, PackError> {
    let value = table.need("fails_when")?;
    let text = table.text_of("fails_when", value)?;
    let Some((fails_at_limit, quantity, unit)) = limit(text) else {
        let mistake = PackMistake::BadLimit {
            text: text.to_owned(),
        };
        return Err(table.text.error(value.span(), mistake));
    };
    let except = table.list("except")?.iter();
    Ok(AmountLimit {
        quantity,
        unit,
        fails_at_limit,
        drugs: words(table, "drugs", &DRUGS)?,
        except: except
            .map(|value| exempt(table, value))
            .collect::<Result<_, _>>()?,
        together: table.flag("together")?.unwrap_or(false),
        only_this_unit: table.flag("only_this_unit")?.unwrap_or(false),
    })
}

/// Reads `"> 6 g"`.
fn limit(text: &str) -> Option<(bool, Quantity, DrugUnit)> {
    let rest = text.trim().strip_prefix('>')?;
    let (fails_at_limit, rest) = match rest.strip_prefix('=') {
        Some(rest) => (true, rest.trim()),
        None => (false, rest.trim()),
    };
    let number = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (number, unit) = rest.split_at(number);
    let quantity: Quantity = number.parse().ok()?;
    let unit = named(&UNITS, unit.trim()).filter(|unit| *unit != DrugUnit::NotReported)?;
    (quantity.thousandths() > 0 || !fails_at_limit).then_some((fails_at_limit, quantity, unit))
}

fn exempt(rule: &Table<'_, '_>, value: &Value<'_>) -> Result<ExemptDrug, PackError> {
    if let DeValue::String(_) = value.get_ref() {
        let drug: DrugType = rule.word("except", value, &DRUGS)?;
        return Ok(ExemptDrug {
            drugs: BTreeSet::from([drug]),
            form: None,
        });
    }
    let Ok(table) = Table::of(rule.text, "what is left out", value) else {
        return Err(rule.wrong("except", value, "NIBRS drug letters or { drugs, form }"));
    };
    table.takes("what is left out", &["drugs", "form"])?;
    if table.get("drugs").is_none() {
        table.need("form")?;
    }
    Ok(ExemptDrug {
        drugs: words(&table, "drugs", &DRUGS)?,
        form: table
            .get("form")
            .map(|form| table.word("form", form, &FORMS))
            .transpose()?,
    })
}

pub(super) fn windows(table: &Table<'_, '_>) -> Result<Vec<Window>, PackError> {
    let one = |value| {
        let text = table.text_of("windows", value)?;
        Window::parse(text).ok_or_else(|| {
            let mistake = PackMistake::BadWindow {
                text: text.to_owned(),
            };
            table.text.error(value.span(), mistake)
        })
    };
    table.some("windows")?.iter().map(one).collect()
}

pub(super) fn shape(table: &Table<'_, '_>) -> Result<Option<Arc<Shape>>, PackError> {
    let Some(value) = table.get("geojson") else {
        return Ok(None);
    };
    let shape = Shape::parse(table.text_of("geojson", value)?).map_err(|why| {
        table
            .text
            .error(value.span(), PackMistake::BadShape { why })
    })?;
    if shape.len() > MAX_POSITIONS {
        let mistake = PackMistake::TooManyPositions {
            limit: MAX_POSITIONS,
        };
        return Err(table.text.error(value.span(), mistake));
    }
    Ok(Some(Arc::new(shape)))
}
