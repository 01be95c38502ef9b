//! Finds one JSON object after the other in a stream.
//!
//! An object may stand on one line or over several; nothing else may stand on
//! the line where it ends. Memory holds one object, and at most
//! [`MAX_OBJECT`] bytes of one.

use std::io::{BufRead, Read as _};

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::strict::{parse, syntax_error};
use super::{InputError, Read};

/// The longest object that is read.
pub const MAX_OBJECT: usize = 1024 * 1024;

/// The text of an object and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectText {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The object; where the source ends too early, what there is of it.
    pub text: String,
}

impl ObjectText {
    /// The object as a value.
    ///
    /// # Errors
    /// [`InputError`] when it is not JSON, or not a `T` field by field.
    pub fn read<T: DeserializeOwned + JsonSchema>(&self) -> Result<Read<T>, InputError> {
        parse(&self.text, self.line, self.column).map(|value| Read {
            line: self.line,
            value,
        })
    }
}

/// The objects of a stream, one after the other; ends after the first error.
pub struct Objects<R> {
    reader: R,
    line: u32,
    has_ended: bool,
}

impl<R: BufRead> Objects<R> {
    /// The objects of `reader`.
    pub fn of(reader: R) -> Self {
        Self {
            reader,
            line: 0,
            has_ended: false,
        }
    }
}

impl<R: BufRead> Iterator for Objects<R> {
    type Item = Result<ObjectText, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let next = self.object().transpose();
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<R: BufRead> Objects<R> {
    fn object(&mut self) -> Result<Option<ObjectText>, InputError> {
        let mut object = ObjectText {
            line: 0,
            column: 1,
            text: String::new(),
        };
        let mut end = End::default();
        loop {
            let Some(line) = self.line()? else {
                // Where it ends before the object does, the reader says so.
                return Ok((!object.text.is_empty()).then_some(object));
            };
            let is_first = object.text.is_empty();
            if object.text.len() + line.len() > MAX_OBJECT {
                let ObjectText { line, column, text } = object;
                let too_large = InputError::TooLarge {
                    line: if is_first { self.line } else { line },
                    limit: MAX_OBJECT,
                };
                return Err(syntax_error(&text, line, column).unwrap_or(too_large));
            }
            let mut line = line.as_str();
            if is_first {
                let inner = line.trim_start();
                if inner.is_empty() {
                    continue;
                }
                object.line = self.line;
                object.column = count(line) - count(inner) + 1;
                line = inner;
                if !line.starts_with('{') {
                    return Err(no_object(line, object.line, object.column));
                }
            }
            let Some(length) = end.of(line) else {
                object.text.push_str(line);
                continue;
            };
            let (inside, after) = line.split_at(length);
            object.text.push_str(inside);
            let Some(place) = after.find(|c: char| !c.is_ascii_whitespace()) else {
                return Ok(Some(object));
            };
            let before = count(inside) + count(after.get(..place).unwrap_or_default());
            return Err(InputError::NotAlone {
                line: self.line,
                column: before + if is_first { object.column } else { 1 },
            });
        }
    }

    /// The next line with its end, or a little more than is taken of it.
    fn line(&mut self) -> Result<Option<String>, InputError> {
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(MAX_OBJECT as u64 + 1)
            .read_until(b'\n', &mut bytes)
            .map_err(InputError::Unreadable)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        // The mark that some editors put before UTF-8.
        if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let line = self.line;
        if bytes.len() > MAX_OBJECT {
            return Err(InputError::TooLarge {
                line,
                limit: MAX_OBJECT,
            });
        }
        String::from_utf8(bytes).map(Some).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let good = error.as_bytes().get(..good).unwrap_or_default();
            InputError::NotUtf8 {
                line,
                column: count(&String::from_utf8_lossy(good)) + 1,
            }
        })
    }
}

/// Looks for the bracket that closes the object.
#[derive(Default)]
struct End {
    depth: u32,
    is_in_text: bool,
    is_escaped: bool,
}

impl End {
    /// How much of `line` belongs to the object, if it ends here.
    fn of(&mut self, line: &str) -> Option<usize> {
        for (i, byte) in line.bytes().enumerate() {
            match byte {
                // No text goes over a line's end: the reader says so.
                b'\n' if self.is_in_text => return Some(line.len()),
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_in_text => self.is_escaped = true,
                b'"' => self.is_in_text = !self.is_in_text,
                _ if self.is_in_text => {}
                b'{' => self.depth += 1,
                b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(i + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// What is wrong with a line that does not begin with `{`.
fn no_object(line: &str, number: u32, column: u32) -> InputError {
    let found = match line.trim_end() {
        list if list.starts_with('[') => "a list",
        text => match serde_json::from_str::<IgnoredAny>(text) {
            Err(_) => {
                return InputError::NotJson {
                    line: number,
                    column,
                    what: "it begins with no {".to_owned(),
                };
            }
            Ok(_) if text.starts_with('"') => "a text",
            Ok(_) => "a single value",
        },
    };
    InputError::NotAnObject {
        line: number,
        found,
    }
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
