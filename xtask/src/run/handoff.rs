//! `handoff`, the command line, as an administrator would type it.

use super::roster;
use super::state::State;
use crate::process::{Child, Cmd};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What `site init --json` prints; the recovery key is shown once.
#[derive(Deserialize)]
struct Founded {
    recovery_key: String,
}

/// What `site invite --json` prints.
#[derive(Deserialize)]
struct Invitation {
    code: String,
}

pub struct Handoff {
    program: PathBuf,
}

impl Handoff {
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// `site init`, then one `site person add` for each of the roster.
    pub fn found_site(&self, state: &State, port: u16) -> Result<()> {
        let url = format!("https://127.0.0.1:{port}");
        let founded = self
            .cmd(["site", "init", "--data"])
            .args([state.site()])
            .args([
                "--site",
                "sample",
                "--pack",
                roster::PACK,
                "--url",
                &url,
                "--json",
            ]);
        let founded: Founded = json(founded)?;
        let key = state.keep_secret("recovery-key", &founded.recovery_key)?;
        println!("site: its recovery key is in {}", key.display());
        state.keep_port(port)?;
        for (name, role, agency) in roster::PEOPLE {
            let person = self
                .cmd(["site", "person", "add", "--data"])
                .args([state.site()])
                .args(["--name", name, "--role", role])
                .args(agency.iter().flat_map(|agency| ["--agency", agency]));
            person.run()?;
        }
        Ok(())
    }

    /// `site serve`, beside this task.
    pub fn serve(&self, state: &State, port: u16) -> Result<Child> {
        let args: [OsString; 6] = [
            "site".into(),
            "serve".into(),
            "--data".into(),
            state.site().into(),
            "--listen".into(),
            format!("127.0.0.1:{port}").into(),
        ];
        Child::start(&self.program, args, &[], &state.site_log())
    }

    /// `site invite` for the officer, and `device enrol` with the code.
    pub fn enrol(&self, state: &State) -> Result<()> {
        let invitation = self
            .cmd(["site", "invite", "--data"])
            .args([state.site()])
            .args(["--person", roster::OFFICER, "--json"]);
        let invitation: Invitation = json(invitation)?;
        self.cmd(["device", "enrol", "--home"])
            .args([state.device()])
            .args(["--code", &invitation.code])
            .env("HANDOFF_PASSWORD", roster::PASSWORD)
            .run()
    }

    fn cmd<const N: usize>(&self, args: [&str; N]) -> Cmd {
        Cmd::new(&self.program, Path::new(".")).args(args)
    }
}

fn json<T: for<'de> Deserialize<'de>>(cmd: Cmd) -> Result<T> {
    let typed = cmd.to_string();
    let printed = cmd.output()?;
    serde_json::from_str(&printed).with_context(|| format!("reading what {typed} printed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    /// A `handoff` that writes down how it was called, and answers as issue 2 says.
    fn recording(folder: &Path) -> (Handoff, State) {
        let program = folder.join("handoff");
        let calls = folder.join("calls");
        let script = format!(
            "#!/bin/sh\n\
             echo \"${{HANDOFF_PASSWORD:+password }}$*\" >>'{}'\n\
             case \"$1 $2\" in\n\
             'site init') echo '{{\"recovery_key\":\"rk-1\",\"site\":\"sample\"}}';;\n\
             'site invite') echo '{{\"code\":\"c-1\",\"expires_at\":\"2026-01-01T00:00:00Z\"}}';;\n\
             esac\n",
            calls.display()
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let state = State::open(&folder.join("run"), false).unwrap();
        (Handoff::new(program), state)
    }

    fn calls(folder: &Path) -> Vec<String> {
        let run = folder.join("run").display().to_string();
        fs::read_to_string(folder.join("calls"))
            .unwrap()
            .lines()
            .map(|line| line.replace(&run, "RUN"))
            .collect()
    }

    #[test]
    fn founding_a_site_makes_it_and_adds_the_whole_roster() {
        let folder = tempfile::tempdir().unwrap();
        let (handoff, state) = recording(folder.path());
        handoff.found_site(&state, 8443).unwrap();
        let calls = calls(folder.path());
        assert_eq!(
            calls[..2],
            [
                "site init --data RUN/site --site sample --pack md-baltimore-2017 \
                 --url https://127.0.0.1:8443 --json",
                "site person add --data RUN/site --name Dana Reyes --role officer \
                 --agency sample-pd",
            ]
        );
        assert_eq!(calls.len(), 1 + roster::PEOPLE.len());
        assert_eq!(state.port().unwrap(), Some(8443));
        let key = fs::read_to_string(folder.path().join("run/recovery-key")).unwrap();
        assert_eq!(key, "rk-1");
    }

    #[test]
    fn a_device_is_enrolled_with_the_invitation_and_a_password_that_is_no_argument() {
        let folder = tempfile::tempdir().unwrap();
        let (handoff, state) = recording(folder.path());
        handoff.enrol(&state).unwrap();
        assert_eq!(
            calls(folder.path()),
            [
                "site invite --data RUN/site --person Dana Reyes --json",
                "password device enrol --home RUN/device --code c-1",
            ]
        );
    }
}
