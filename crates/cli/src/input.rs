//! What people and scripts hand in: one JSON object, or one on each line.
//!
//! Why: records must be read for ever, so their types let unknown fields be;
//! what a person hands in must not lose an answer to a slip of the keyboard.
//! This is the one place where input is held to its fields. How data moves
//! through: [`Source`] is a file or standard input, [`Objects`] finds one object
//! after the other without holding the rest, [`ObjectText::read`] makes a value
//! of it; [`one`] takes exactly one, [`all`] every one. What it does not do: it
//! judges no answers (`Facts::validate`, `ReferralReport::validate`), and it
//! repeats none in an error, for they are somebody's record. Where decided:
//! ADR 0015.

mod frame;
mod hint;
mod once;
mod strict;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub use frame::{ObjectText, Objects};
pub use hint::{Meant, shown};

use crate::output::Failure;

/// A file, or standard input as `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`
    StandardInput,
    /// A file.
    File(PathBuf),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::of(name))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Source {
    /// What a command line names.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "-" => Self::StandardInput,
            name => Self::File(name.into()),
        }
    }

    /// Opens it for reading.
    ///
    /// # Errors
    /// [`InputError::Unreadable`] when there is no such file or it may not be
    /// read.
    pub fn open(&self) -> Result<Box<dyn BufRead>, InputError> {
        Ok(match self {
            Self::StandardInput => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(BufReader::new(
                File::open(path).map_err(InputError::Unreadable)?,
            )),
        })
    }
}

/// A value of the input and where its object begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read<T> {
    /// The line, from 1.
    pub line: u32,
    /// The value.
    pub value: T,
}

/// Why input is not what it has to be.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// There is nothing to read from.
    #[error("cannot be read ({0})")]
    Unreadable(#[source] io::Error),
    /// Nothing but blanks.
    #[error("holds nothing")]
    Empty,
    /// Bytes that are not UTF-8.
    #[error("line {line}, column {column}: this is not text in UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// Text that is not JSON.
    #[error("line {line}, column {column}: this is not JSON ({what})")]
    NotJson {
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
        /// What the reader missed there; never a value.
        what: String,
    },
    /// JSON, but not an object.
    #[error("line {line}: this is not a JSON object but {found}")]
    NotAnObject {
        /// The line, from 1.
        line: u32,
        /// What stands there.
        found: &'static str,
    },
    /// Something after the object on the same line.
    #[error("line {line}, column {column}: something follows the object on its line")]
    NotAlone {
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// A second object where one is asked for.
    #[error("line {line}: there is a second object, and only one is taken here")]
    Second {
        /// The line, from 1.
        line: u32,
    },
    /// An object that does not end.
    #[error("the object that begins on line {line} has no end within {limit} bytes")]
    TooLarge {
        /// The line, from 1.
        line: u32,
        /// As many are read.
        limit: usize,
    },
    /// Fields that the input does not have.
    #[error("{}", unknown_fields(*line, fields))]
    UnknownFields {
        /// The line on which the object begins, from 1.
        line: u32,
        /// Each with what was probably meant.
        fields: Vec<UnknownField>,
    },
    /// A field that cannot be what it is.
    #[error("{}{fault}", place(*line, path))]
    Field {
        /// The line on which the reader stopped, from 1.
        line: u32,
        /// The field; empty for the object itself.
        path: String,
        /// What is wrong with it.
        fault: FieldFault,
    },
}

/// A field that the input does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// Its path, for example `facts.suspected_offensess`.
    pub path: String,
    /// The field that was probably meant.
    pub meant: Meant,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// It has to be given, and is not.
    #[error("is missing")]
    Missing,
    /// It is given twice.
    #[error("is given twice")]
    Twice,
    /// A word that is not in the list.
    #[error("takes one of {}{meant}", .known.join(", "))]
    NotOneOf {
        /// The list.
        known: Vec<String>,
        /// The word that was probably meant.
        meant: Meant,
    },
    /// A value that it does not take.
    #[error("takes {0}")]
    Takes(String),
    /// A value that has to be written otherwise.
    #[error("cannot be read: {0}")]
    Written(String),
}

impl InputError {
    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "Check the name of the file and who may read it",
            Self::Empty => "Give one JSON object, or one on each line",
            Self::NotUtf8 { .. } => "Save the file as UTF-8 and try again",
            Self::NotJson { .. } => "Correct that place and try again",
            Self::NotAnObject { .. } | Self::NotAlone { .. } => {
                "Give one JSON object { … }, or one on each line, without a list around them"
            }
            Self::Second { .. } => "Give one object at a time",
            Self::TooLarge { .. } => "Look for a bracket or a quote that is not closed",
            Self::UnknownFields { .. } => "Correct the name or remove the field, and try again",
            Self::Field { .. } => "Correct it and try again",
        }
    }

    /// The error as a command ends with it: `whose` input, what is wrong, what
    /// is `safe`, what to do.
    #[must_use]
    pub fn failure(&self, whose: impl fmt::Display, safe: &str) -> Failure {
        let fix = self.fix();
        Failure::refused(format!("{whose}: {self}. {safe}. {fix}."))
    }
}

fn place(line: u32, path: &str) -> String {
    if path.is_empty() {
        format!("line {line}: ")
    } else {
        format!("line {line}: `{path}` ")
    }
}

fn unknown_fields(line: u32, fields: &[UnknownField]) -> String {
    let each: Vec<String> = fields
        .iter()
        .map(|field| format!("`{}`{}", field.path, field.meant))
        .collect();
    let noun = if each.len() == 1 { "field" } else { "fields" };
    format!(
        "the object on line {line} has no {noun} {}",
        each.join(", ")
    )
}

/// Reads the text of exactly one object.
///
/// # Errors
/// [`InputError`] when there is none, or more than one.
pub fn one(source: &Source) -> Result<ObjectText, InputError> {
    let mut objects = Objects::of(source.open()?);
    let first = objects.next().ok_or(InputError::Empty)??;
    match objects.next() {
        None => Ok(first),
        Some(Ok(second)) => Err(InputError::Second { line: second.line }),
        Some(Err(error)) => Err(error),
    }
}

/// Reads every object, before any of them is used.
///
/// # Errors
/// The first [`InputError`]; [`InputError::Empty`] when there is no object.
pub fn all<T: DeserializeOwned + JsonSchema>(source: &Source) -> Result<Vec<Read<T>>, InputError> {
    let read = Objects::of(source.open()?)
        .map(|text| text?.read())
        .collect::<Result<Vec<_>, _>>()?;
    if read.is_empty() {
        Err(InputError::Empty)
    } else {
        Ok(read)
    }
}
