//! Reading TOML tables with places for errors.
//!
//! Why: serde loses the place of what it flattens or tags; a pack's author
//! needs it. How it moves: `parse.rs` opens a table with the keys it takes,
//! asks for them, and gets a value or a placed [`PackError`]. What it does not
//! do: it knows no rules.

use std::ops::Range;

use chrono::NaiveDate;
use handoff_domain::Words;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Meant, Names, PackError, PackMistake};
use crate::ask::is_name;

pub(crate) type Value<'i> = Spanned<DeValue<'i>>;

/// The pack's text, for lines and columns.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t>(pub(crate) &'t str);

impl Text<'_> {
    pub(crate) fn line_of(self, at: usize) -> (u32, u32) {
        let before = self.0.get(..at.min(self.0.len())).unwrap_or(self.0);
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let last = before.rsplit('\n').next().unwrap_or_default();
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        (count(line), count(last.chars().count()))
    }

    pub(crate) fn error(self, at: Range<usize>, mistake: PackMistake) -> PackError {
        let (line, column) = self.line_of(at.start);
        PackError {
            line,
            column,
            mistake,
        }
    }
}

impl Text<'_> {
    /// What the TOML reader says, or what a word processor did to the quotes.
    pub(crate) fn syntax(self, at: Range<usize>, message: &str) -> PackError {
        let start = at.start.min(self.0.len());
        let line_start = self
            .0
            .get(..start)
            .and_then(|t| t.rfind('\n'))
            .map_or(0, |n| n + 1);
        let line = self
            .0
            .get(line_start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or("");
        let code = line.split(" #").next().unwrap_or(line);
        let curly = code
            .char_indices()
            .find(|(_, c)| matches!(c, '“' | '”' | '„' | '‘' | '’' | '«' | '»'));
        let is_outside = |place: usize| {
            code.get(..place)
                .is_some_and(|before| before.matches('"').count() % 2 == 0)
        };
        match curly {
            Some((place, quote)) if is_outside(place) => {
                let at = line_start + place;
                self.error(at..at, PackMistake::CurlyQuotes { quote })
            }
            _ => {
                let message = message.to_owned();
                self.error(at, PackMistake::Syntax { message })
            }
        }
    }
}

/// A table that takes certain keys.
pub(crate) struct Table<'a, 'i> {
    pub(crate) text: Text<'a>,
    pub(crate) name: &'static str,
    pub(crate) at: Range<usize>,
    table: &'a DeTable<'i>,
}

impl<'a, 'i> Table<'a, 'i> {
    pub(crate) fn root(text: Text<'a>, table: &'a DeTable<'i>) -> Self {
        Self {
            text,
            name: "the pack",
            at: 0..0,
            table,
        }
    }

    pub(crate) fn of(
        text: Text<'a>,
        name: &'static str,
        value: &'a Value<'i>,
    ) -> Result<Self, PackError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(Self {
                text,
                name,
                at: value.span(),
                table,
            }),
            other => Err(text.error(
                value.span(),
                PackMistake::WrongType {
                    key: name.to_owned(),
                    takes: "a table",
                    found: type_name(other),
                },
            )),
        }
    }

    /// Refuses keys that are not in `known`; `name` says what takes them.
    pub(crate) fn takes(&self, name: &str, known: &[&str]) -> Result<(), PackError> {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if !known.contains(&word) {
                return Err(self.text.error(
                    key.span(),
                    PackMistake::UnknownKey {
                        table: name.to_owned(),
                        key: word.to_owned(),
                        meant: Meant::among(word, known.iter().copied()),
                        known: Names(known.iter().map(|k| (*k).to_owned()).collect()),
                    },
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Value<'i>)> {
        self.table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.table
            .iter()
            .find(|(k, _)| k.get_ref() == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn need(&self, key: &'static str) -> Result<&'a Value<'i>, PackError> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    pub(crate) fn missing(&self, key: &'static str) -> PackError {
        self.error(PackMistake::Missing {
            table: self.name,
            key,
        })
    }

    pub(crate) fn error(&self, mistake: PackMistake) -> PackError {
        self.text.error(self.at.clone(), mistake)
    }

    pub(crate) fn wrong(&self, key: &str, value: &Value<'i>, takes: &'static str) -> PackError {
        let found = type_name(value.get_ref());
        self.text.error(
            value.span(),
            PackMistake::WrongType {
                key: key.to_owned(),
                takes,
                found,
            },
        )
    }

    pub(crate) fn text_of(&self, key: &str, value: &'a Value<'i>) -> Result<&'a str, PackError> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wrong(key, value, "a text in quotes"))
    }

    pub(crate) fn string(&self, key: &'static str) -> Result<&'a str, PackError> {
        self.text_of(key, self.need(key)?)
    }

    pub(crate) fn words_text(&self, key: &'static str) -> Result<String, PackError> {
        let text = self.string(key)?;
        if text.trim().is_empty() {
            let at = self.need(key)?.span();
            return Err(self.text.error(
                at,
                PackMistake::NoWords {
                    key: key.to_owned(),
                },
            ));
        }
        Ok(text.to_owned())
    }

    pub(crate) fn optional(&self, key: &'static str) -> Result<Option<&'a str>, PackError> {
        self.get(key)
            .map(|value| self.text_of(key, value))
            .transpose()
    }

    pub(crate) fn flag(&self, key: &'static str) -> Result<Option<bool>, PackError> {
        let read = |value: &'a Value<'i>| {
            value
                .get_ref()
                .as_bool()
                .ok_or_else(|| self.wrong(key, value, "true or false"))
        };
        self.get(key).map(read).transpose()
    }

    pub(crate) fn number(
        &self,
        key: &'static str,
        value: &Value<'i>,
        range: Range<u64>,
    ) -> Result<u64, PackError> {
        let Some(number) = value.get_ref().as_integer() else {
            return Err(self.wrong(key, value, "a whole number"));
        };
        u64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (min, max) = (range.start, range.end - 1);
                let mistake = PackMistake::OutOfRange {
                    key: key.to_owned(),
                    min,
                    max,
                };
                self.text.error(value.span(), mistake)
            })
    }

    /// The values of an array; none if the key is left out.
    pub(crate) fn list(&self, key: &'static str) -> Result<&'a [Value<'i>], PackError> {
        match self.get(key) {
            None => Ok(&[]),
            Some(value) => match value.get_ref() {
                DeValue::Array(values) => Ok(values.as_ref()),
                _ => Err(self.wrong(key, value, "a list in [ ]")),
            },
        }
    }

    /// A list that is given and not empty.
    pub(crate) fn some(&self, key: &'static str) -> Result<&'a [Value<'i>], PackError> {
        let at = self.need(key)?.span();
        match self.list(key)? {
            [] => Err(self.text.error(
                at,
                PackMistake::Empty {
                    key: key.to_owned(),
                },
            )),
            values => Ok(values),
        }
    }

    pub(crate) fn id(&self, key: &'static str) -> Result<String, PackError> {
        let id = self.string(key)?;
        if is_name(id) {
            return Ok(id.to_owned());
        }
        Err(self.text.error(
            self.need(key)?.span(),
            PackMistake::BadId { id: id.to_owned() },
        ))
    }

    pub(crate) fn date(&self, key: &'static str) -> Result<NaiveDate, PackError> {
        let value = self.need(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            _ => self.text_of(key, value)?.to_owned(),
        };
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| {
            self.text.error(
                value.span(),
                PackMistake::NotADate {
                    key: key.to_owned(),
                },
            )
        })
    }

    /// Words under `key`, as `{ en = "…", es = "…" }`.
    pub(crate) fn words(&self, key: &'static str) -> Result<Words, PackError> {
        let table = Table::of(self.text, key, self.need(key)?)?;
        table.takes(key, &["en", "es"])?;
        table.own_words()
    }

    /// The keys `en` and `es` of this table.
    pub(crate) fn own_words(&self) -> Result<Words, PackError> {
        Ok(Words {
            en: self.words_text("en")?,
            es: self.words_text("es")?,
        })
    }

    pub(crate) fn word<T: Copy>(
        &self,
        key: &str,
        value: &'a Value<'i>,
        known: &[(T, &'static str)],
    ) -> Result<T, PackError> {
        let word = self.text_of(key, value)?;
        known
            .iter()
            .find(|(_, name)| *name == word)
            .map(|(found, _)| *found)
            .ok_or_else(|| {
                self.text.error(
                    value.span(),
                    PackMistake::UnknownWord {
                        key: key.to_owned(),
                        word: word.to_owned(),
                        meant: Meant::among(word, known.iter().map(|(_, name)| *name)),
                        known: Names(known.iter().map(|(_, name)| (*name).to_owned()).collect()),
                    },
                )
            })
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
