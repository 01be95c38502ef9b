//! Other programs: run one to its end, or keep one alive and end it for certain.

mod child;
mod port;

pub use child::Child;
pub use port::{free_port, wait_for_port};

use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

/// A program that is run to its end. It never reads from the terminal.
pub struct Cmd(Command);

impl Cmd {
    pub fn new(program: impl AsRef<OsStr>, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        Self(command)
    }

    /// The Cargo that runs this task.
    pub fn cargo(folder: &Path) -> Self {
        let mut cmd = Self::new(std::env::var_os("CARGO").unwrap_or("cargo".into()), folder);
        // What `cargo run` set for xtask itself must not reach what xtask builds.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cmd.0.env_remove(&name);
            }
        }
        cmd
    }

    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it with its output on the terminal; any status but 0 is an error.
    pub fn run(mut self) -> Result<()> {
        let status = self
            .0
            .status()
            .with_context(|| format!("starting {self}"))?;
        if !status.success() {
            bail!("{self}: {status}");
        }
        Ok(())
    }

    /// Runs it and returns what it printed; its errors go to the terminal.
    pub fn output(mut self) -> Result<String> {
        let output = self
            .0
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("starting {self}"))?;
        if !output.status.success() {
            bail!("{self}: {}", output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("{self}: output is not UTF-8"))
    }

    /// Whether it ends with status 0; says nothing.
    pub fn succeeds(mut self) -> bool {
        self.0
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

/// As one would type it. Environment variables are left out: some are secrets.
impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(self.0.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        write!(f, "`{}", name.to_string_lossy())?;
        for arg in self.0.get_args() {
            let arg = arg.to_string_lossy();
            if arg.contains(char::is_whitespace) {
                write!(f, " '{arg}'")?;
            } else {
                write!(f, " {arg}")?;
            }
        }
        write!(f, "`")
    }
}

/// Whether `program` is found on the path.
pub fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let here = Path::new(".");
        let error = Cmd::new("/bin/sh", here).args(["-c", "exit 3"]).run();
        let text = error.unwrap_err().to_string();
        assert!(text.contains("`sh -c 'exit 3'`"), "{text}");
        assert!(text.contains('3'), "{text}");
    }

    #[test]
    fn a_program_that_is_missing_is_an_error_that_names_it() {
        let error = Cmd::new("handoff-no-such-program", Path::new(".")).run();
        assert!(format!("{:#}", error.unwrap_err()).contains("handoff-no-such-program"));
    }

    #[test]
    fn output_is_what_was_printed() {
        let cmd = Cmd::new("/bin/sh", Path::new(".")).args(["-c", "echo $WORD"]);
        assert_eq!(cmd.env("WORD", "ok").output().unwrap(), "ok\n");
    }
}
