//! Passwords come from `HANDOFF_PASSWORD` or from a prompt, never from the
//! command line, where everybody on the machine could read them.

use crate::output::Failure;

const VARIABLE: &str = "HANDOFF_PASSWORD";

/// A password that was chosen before.
///
/// # Errors
/// [`Failure`] when there is neither the variable nor a terminal.
pub fn known(whose: &str) -> Result<String, Failure> {
    match given() {
        Some(password) => Ok(password),
        None => prompt(&format!("Password of {whose}: ")),
    }
}

/// A new password, asked for twice at a prompt.
///
/// # Errors
/// [`Failure`] when the two differ, or there is neither the variable nor a
/// terminal.
pub fn chosen() -> Result<String, Failure> {
    if let Some(password) = given() {
        return Ok(password);
    }
    let first = prompt("New password for this device, at least 12 characters: ")?;
    if prompt("The same again: ")? == first {
        Ok(first)
    } else {
        Err(Failure::refused(
            "the two passwords differ; nothing was changed: try again",
        ))
    }
}

/// The password of the variable, if it is set: for commands that do less
/// without one.
pub fn given() -> Option<String> {
    std::env::var(VARIABLE)
        .ok()
        .filter(|password| !password.is_empty())
}

/// The organisation's recovery key, from `HANDOFF_RECOVERY_KEY` or a prompt.
///
/// # Errors
/// [`Failure`] when there is neither the variable nor a terminal.
pub fn recovery_key() -> Result<String, Failure> {
    const VARIABLE: &str = "HANDOFF_RECOVERY_KEY";
    match std::env::var(VARIABLE).ok().filter(|key| !key.is_empty()) {
        Some(key) => Ok(key),
        None => rpassword::prompt_password("Recovery key: ").map_err(|_| {
            Failure::usage(format!(
                "there is no terminal to ask for the recovery key: set {VARIABLE}"
            ))
        }),
    }
}

fn prompt(text: &str) -> Result<String, Failure> {
    rpassword::prompt_password(text).map_err(|_| {
        Failure::usage(format!(
            "there is no terminal to ask for a password: set {VARIABLE}"
        ))
    })
}
