//! Asking at a terminal, a line at a time.
//!
//! Why plain lines and no crate for prompts: dialoguer and inquire redraw the
//! line as one types, which a screen reader reads badly, and refuse to work
//! where standard input is no terminal; every answer here is a word or two of
//! text anyway. So the same question is answered by a person, a pipe or a test.
//! What it does not do: it reads no passwords (`passwords.rs`).

use std::io::{self, BufRead, Write};

use crate::output::Failure;

/// Asks on one side, reads on the other.
pub struct Prompt<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Prompt<R, W> {
    /// Answers come from `input`; questions go to `output`.
    pub const fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    /// Says something.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written.
    pub fn say(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.output, "{text}").map_err(unwritten)
    }

    /// Asks, and reads one line without its end; none = the input has ended.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be asked or read.
    pub fn ask(&mut self, text: &str) -> Result<Option<String>, Failure> {
        write!(self.output, "{text} ")
            .and_then(|()| self.output.flush())
            .map_err(unwritten)?;
        let mut line = String::new();
        let read = self.input.read_line(&mut line).map_err(|error| {
            Failure::refused(format!(
                "standard input: cannot be read ({error}). Nothing was changed. Answer in UTF-8, one answer on each line."
            ))
        })?;
        // After a piped answer the next words begin on a line of their own.
        if read == 0 {
            self.say("")?;
            return Ok(None);
        }
        Ok(Some(line.trim().to_owned()))
    }
}

fn unwritten(error: io::Error) -> Failure {
    Failure::refused(format!(
        "the question cannot be written ({error}). Nothing was changed. Look at where the output goes."
    ))
}
