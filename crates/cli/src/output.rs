//! What a command says, and with which status it ends.
//!
//! With `--json` the answer is one JSON value on standard output, in snake_case
//! and stable; errors are one paragraph on standard error: what happened, what
//! is safe, what to do. They never hold an answer about a person.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use serde::Serialize;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    text: String,
}

/// The input has to change first.
const REFUSED: u8 = 1;
/// The command line itself does not read.
const USAGE: u8 = 2;
/// The site was not reached; nothing is lost.
const NOT_REACHED: u8 = 3;

impl Failure {
    /// The input is refused: fix it and try again.
    pub fn refused(text: impl fmt::Display) -> Self {
        Self {
            status: REFUSED,
            text: text.to_string(),
        }
    }

    /// The command was called in a way that it does not have.
    pub fn usage(text: impl fmt::Display) -> Self {
        Self {
            status: USAGE,
            text: text.to_string(),
        }
    }

    /// The site was not reached; nothing is lost.
    pub fn not_reached(text: impl fmt::Display) -> Self {
        Self {
            status: NOT_REACHED,
            text: text.to_string(),
        }
    }

    /// The same, with the place of the input that it is about in front.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        self.text.insert_str(0, place);
        self
    }

    /// Says it on standard error.
    #[expect(clippy::print_stderr, reason = "the command line speaks here")]
    pub fn report(&self) -> ExitCode {
        eprintln!("handoff: {}", self.text);
        ExitCode::from(self.status)
    }
}

/// Prints an answer: JSON on one line, or what a person reads.
///
/// # Errors
/// [`Failure`] when it cannot be written, so that what is shown only once is
/// not lost unseen; a reader that has seen enough (`| head`) is no failure.
pub fn answer<T: Serialize>(
    json: bool,
    value: &T,
    human: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    let unwritten = |error: io::Error| {
        Failure::refused(format!(
            "the answer cannot be written ({error}). The command itself was carried out. Look at where its output goes."
        ))
    };
    let text = if json {
        serde_json::to_string(value).map_err(|error| unwritten(error.into()))?
    } else {
        human(value)
    };
    if text.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritten(error)),
        _ => Ok(()),
    }
}
