//! Finds one JSON object after the other in a stream.
//!
//! An object may stand on one line or over several; nothing else may stand on
//! the line where it ends. Memory holds one object, and at most
//! [`MAX_OBJECT`] bytes of one.

use std::io::{BufRead, Read as _};
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::strict::syntax_error;
use super::{InputError, Read, parse};

/// The longest object that is read.
pub const MAX_OBJECT: usize = 1024 * 1024;

/// The objects of a stream, one after the other; ends after the first error.
pub struct Objects<R, T> {
    reader: R,
    line: u32,
    has_ended: bool,
    value: PhantomData<fn() -> T>,
}

/// Reads objects from `reader`.
pub fn objects<R: BufRead, T: DeserializeOwned + JsonSchema>(reader: R) -> Objects<R, T> {
    Objects {
        reader,
        line: 0,
        has_ended: false,
        value: PhantomData,
    }
}

impl<R: BufRead, T: DeserializeOwned + JsonSchema> Iterator for Objects<R, T> {
    type Item = Result<Read<T>, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let next = self.object().transpose();
        self.has_ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<R: BufRead, T: DeserializeOwned + JsonSchema> Objects<R, T> {
    fn object(&mut self) -> Result<Option<Read<T>>, InputError> {
        let mut text = String::new();
        let mut end = End::default();
        let (mut first, mut column) = (0, 1);
        loop {
            let Some(line) = self.line()? else {
                if text.is_empty() {
                    return Ok(None);
                }
                // Ends before the object does: the reader says where.
                return parse(&text, first, column)
                    .map(|value| Some(Read { line: first, value }));
            };
            if text.len() + line.len() > MAX_OBJECT {
                let too_large = InputError::TooLarge {
                    line: if text.is_empty() { self.line } else { first },
                    limit: MAX_OBJECT,
                };
                return Err(syntax_error(&text, first, column).unwrap_or(too_large));
            }
            let mut line = line.as_str();
            if text.is_empty() {
                let inner = line.trim_start();
                if inner.is_empty() {
                    continue;
                }
                first = self.line;
                column = count(line) - count(inner) + 1;
                line = inner;
                if !line.starts_with('{') {
                    return Err(no_object(line, first, column));
                }
            }
            if let Some(length) = end.of(line) {
                let (object, after) = line.split_at(length);
                let begins = text.is_empty();
                text.push_str(object);
                let value = parse(&text, first, column)?;
                if let Some(place) = after.find(|c: char| !c.is_ascii_whitespace()) {
                    let before = count(object) + count(&after[..place]);
                    return Err(InputError::NotAlone {
                        line: self.line,
                        column: before + if begins { column } else { 1 },
                    });
                }
                return Ok(Some(Read { line: first, value }));
            }
            text.push_str(line);
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
                return syntax_error(text, number, column).unwrap_or(InputError::NotAnObject {
                    line: number,
                    found: "something else",
                });
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
