//! The field app's window, on the display there is.

use super::state::State;
use crate::process::Child;
use anyhow::{Result, bail};
use std::ffi::OsStr;
use std::path::Path;

/// Whether a window can be shown to somebody.
pub fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Shows it until somebody closes it.
pub fn open(app: &Path, state: &State) -> Result<()> {
    let home = state.device();
    let env: [(&str, &OsStr); 1] = [("HANDOFF_HOME", home.as_os_str())];
    let mut window = Child::start::<&str>(app, [], &env, &state.app_log())?;
    let status = window.wait()?;
    if !status.success() {
        let log = state.app_log();
        bail!("the field app ended: {status}; {} says why", log.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(folder: &Path) -> State {
        State::open(&folder.join("run"), false).unwrap()
    }

    #[test]
    fn a_window_that_is_closed_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        open(Path::new("/bin/true"), &state(folder.path())).unwrap();
    }

    #[test]
    fn an_app_that_fails_is_an_error_that_names_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(Path::new("/bin/false"), &state(folder.path())).unwrap_err();
        assert!(error.to_string().contains("app.log"), "{error}");
    }
}
