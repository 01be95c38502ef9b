//! A program that runs beside the task, and is gone when its guard is dropped.

use anyhow::{Context as _, Result};
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to end after SIGTERM before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running program and everything it started (one process group).
///
/// Dropping it sends SIGTERM to the group and, after five seconds, SIGKILL. If
/// the task itself is killed, the kernel sends the program a SIGTERM
/// (`setpriv --pdeathsig`), so that nothing is left behind.
pub struct Child {
    name: String,
    process: std::process::Child,
}

impl Child {
    /// Starts `program`, its output going to the file `log`.
    pub fn start<S: AsRef<OsStr>>(
        program: &Path,
        args: impl IntoIterator<Item = S>,
        env: &[(&str, &OsStr)],
        log: &Path,
    ) -> Result<Self> {
        let out = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let err = out.try_clone().context("sharing the log")?;
        let mut command = guarded(program);
        command.args(args).envs(env.iter().copied());
        command.stdout(out).stderr(err);
        Self::spawn(program, command)
    }

    /// Starts `program` and keeps its standard output for the caller to read.
    #[cfg(test)]
    pub fn start_piped<S: AsRef<OsStr>>(
        program: &Path,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let mut command = guarded(program);
        command.args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        Self::spawn(program, command)
    }

    fn spawn(program: &Path, mut command: Command) -> Result<Self> {
        let process = command
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        Ok(Self {
            name: program.display().to_string(),
            process,
        })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    #[cfg(test)]
    pub fn take_stdout(&mut self) -> Result<std::process::ChildStdout> {
        self.process
            .stdout
            .take()
            .with_context(|| format!("{} was not started with a pipe", self.name))
    }

    /// `None` while it runs.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.process
            .try_wait()
            .with_context(|| format!("asking after {}", self.name))
    }

    /// Waits until it ends by itself.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.process
            .wait()
            .with_context(|| format!("waiting for {}", self.name))
    }

    /// Ends it: SIGTERM to the group, then SIGKILL when it does not listen.
    pub fn stop(&mut self) {
        if matches!(self.process.try_wait(), Ok(Some(_))) {
            // The leader is gone; what it started may not be.
            self.signal("KILL");
            return;
        }
        self.signal("TERM");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal("KILL");
        let _ = self.process.wait();
    }

    fn signal(&self, signal: &str) {
        let _ = Command::new("kill")
            .args([format!("-{signal}"), "--".into(), format!("-{}", self.id())])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}

/// `program` in a process group of its own, told to end when the task dies.
fn guarded(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command.process_group(0).stdin(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};

    fn is_alive(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // A zombie that nobody has waited for yet has ended.
        !stat.is_empty() && !stat.contains(") Z ")
    }

    fn wait_until(what: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if what() {
                return true;
            }
            std::thread::yield_now();
        }
        what()
    }

    #[test]
    fn dropping_the_guard_ends_the_program_and_what_it_started() {
        let script = "sleep 600 & echo $!; wait";
        let mut child = Child::start_piped(Path::new("/bin/sh"), ["-c", script]).unwrap();
        let mut line = String::new();
        let stdout = child.take_stdout().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let (leader, started) = (child.id().to_string(), line.trim().to_owned());
        assert!(is_alive(&leader) && is_alive(&started));
        drop(child);
        assert!(wait_until(|| !is_alive(&leader) && !is_alive(&started)));
    }

    #[test]
    fn what_outlives_its_leader_is_ended_too() {
        let script = "sleep 600 >/dev/null & echo $!";
        let mut child = Child::start_piped(Path::new("/bin/sh"), ["-c", script]).unwrap();
        let mut line = String::new();
        let stdout = child.take_stdout().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert!(child.wait().unwrap().success());
        drop(child);
        assert!(wait_until(|| !is_alive(line.trim())));
    }

    #[test]
    fn output_goes_to_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let env: [(&str, &OsStr); 1] = [("WORD", OsStr::new("said"))];
        let script = ["-c", "echo $WORD; echo this >&2"];
        let mut child = Child::start(Path::new("/bin/sh"), script, &env, &log).unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(std::fs::read_to_string(log).unwrap(), "said\nthis\n");
    }
}
