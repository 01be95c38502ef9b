//! Past encounters as a table that a spreadsheet saves: a row each, a column for
//! each question, answers as in a pack's cases.
//!
//! Why: whoever has last year's referrals has them on paper or in a spreadsheet,
//! and writes no JSON. How it moves: the first row names the columns, each cell
//! is read by the shorthand of cases; an empty cell is an answer that nobody
//! gave. What it does not do: it repeats no cell in an error, for it is
//! somebody's record.

use std::io::Read as _;

use chrono_tz::Tz;
use handoff_domain::Facts;
use handoff_eligibility::{Ask, PastScreening, question_ids, shorthand};
use serde::de::DeserializeOwned;

use crate::input::{InputError, Meant, Read, Source};

/// The columns that are no questions.
const COLUMNS: [&str; 5] = ["date", "door", "group", "outcome", "waivable"];

/// Why a table is not what it has to be.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// There is nothing to read from.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Not a table of commas and lines.
    #[error("line {line}: this is no row of the table; each row takes as many cells as the first")]
    NotARow {
        /// The line, from 1.
        line: u64,
    },
    /// A column that has to be there is not.
    #[error("the first row has no column `{column}`")]
    NoColumn {
        /// Its name.
        column: &'static str,
    },
    /// A column that nobody knows.
    #[error(
        "there is no question `{column}`{meant}; a column is a question's id, or one of date, door, group, outcome, waivable"
    )]
    UnknownColumn {
        /// Its name in the table.
        column: String,
        /// What was probably meant.
        meant: Meant,
    },
    /// Two columns of one name.
    #[error("there are two columns `{column}`")]
    Twice {
        /// Their name.
        column: String,
    },
    /// A cell that does not read.
    #[error("line {line}, column `{column}`: it takes {takes}")]
    Cell {
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What it takes.
        takes: &'static str,
    },
}

enum Column {
    Date,
    Door,
    Group,
    Outcome,
    Waivable,
    Answer(Ask),
}

/// Every row of a table.
///
/// # Errors
/// [`TableError`] with the first line or column that does not read.
pub fn read(source: &Source, zone: Option<Tz>) -> Result<Vec<Read<PastScreening>>, TableError> {
    let mut text = String::new();
    source
        .open()?
        .read_to_string(&mut text)
        .map_err(InputError::Unreadable)?;
    // A spreadsheet begins with a mark of the order of bytes, and ends lines with
    // two characters, by which the reader counts lines otherwise than people do.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let broken = |error: &csv::Error| TableError::NotARow {
        line: error.position().map_or(1, csv::Position::line),
    };
    let names: Vec<String> = table
        .headers()
        .map_err(|error| broken(&error))?
        .iter()
        .map(str::to_owned)
        .collect();
    let columns = columns(&names)?;
    let mut rows = Vec::new();
    for row in table.records() {
        let row = row.map_err(|error| broken(&error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let value = screening(&row, line, &names, &columns, zone)?;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        rows.push(Read { line, value });
    }
    Ok(rows)
}

fn columns(names: &[String]) -> Result<Vec<Column>, TableError> {
    for column in ["date", "door"] {
        if !names.iter().any(|name| name == column) {
            return Err(TableError::NoColumn { column });
        }
    }
    let mut columns = Vec::new();
    for (i, name) in names.iter().enumerate() {
        if names.iter().take(i).any(|before| before == name) {
            let column = name.clone();
            return Err(TableError::Twice { column });
        }
        columns.push(match name.as_str() {
            "date" => Column::Date,
            "door" => Column::Door,
            "group" => Column::Group,
            "outcome" => Column::Outcome,
            "waivable" => Column::Waivable,
            id => Column::Answer(id.parse().map_err(|_| {
                let known = question_ids();
                let known = known.iter().map(String::as_str).chain(COLUMNS);
                TableError::UnknownColumn {
                    column: name.clone(),
                    meant: Meant::among(id, known),
                }
            })?),
        });
    }
    Ok(columns)
}

fn screening(
    row: &csv::StringRecord,
    line: u64,
    names: &[String],
    columns: &[Column],
    zone: Option<Tz>,
) -> Result<PastScreening, TableError> {
    let (mut date, mut door) = (None, None);
    let (mut group, mut outcome, mut waivable) = (None, None, false);
    let mut facts = Facts::default();
    for ((cell, name), column) in row.iter().zip(names).zip(columns) {
        let wrong = |takes| TableError::Cell {
            line,
            column: name.clone(),
            takes,
        };
        if cell.is_empty() {
            continue;
        }
        match column {
            Column::Date => date = Some(cell.parse().map_err(|_| wrong(DATE))?),
            Column::Door => door = Some(word(cell).ok_or_else(|| wrong(DOOR))?),
            Column::Group => group = Some(cell.to_owned()),
            Column::Outcome => outcome = Some(word(cell).ok_or_else(|| wrong(OUTCOME))?),
            Column::Waivable => {
                waivable = match cell {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(wrong("yes or no")),
                }
            }
            Column::Answer(ask) => shorthand::answer_in(&mut facts, ask, cell, zone)
                .map_err(|error| wrong(error.takes))?,
        }
    }
    let missing = |column: &str, takes| TableError::Cell {
        line,
        column: column.to_owned(),
        takes,
    };
    Ok(PastScreening {
        facts,
        door: door.ok_or_else(|| missing("door", DOOR))?,
        date: date.ok_or_else(|| missing("date", DATE))?,
        group,
        outcome,
        waivable,
    })
}

const DATE: &str = "the day of the encounter as YYYY-MM-DD";
const DOOR: &str = "arrest_diversion, social_contact or community";
const OUTCOME: &str = "presumptively_eligible, needs_verification or presumptively_ineligible";

/// A value of a closed list, by its word.
fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(text.into()).ok()
}
