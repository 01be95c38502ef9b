//! `target/run`: what one run leaves for the next.

use crate::process::free_port;
use anyhow::{Context as _, Result, bail};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Written last: without it, an earlier run was broken off half way.
const READY: &str = "ready";
const PORT: &str = "port";

pub struct State(PathBuf);

impl State {
    /// Goes on with what lies in `folder`, or begins anew if that is asked for
    /// or an earlier run did not come to its end.
    pub fn open(folder: &Path, fresh: bool) -> Result<Self> {
        let state = Self(folder.to_path_buf());
        if folder.exists() && (fresh || !state.is_ready()) {
            println!("run: emptying {}", folder.display());
            fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        Ok(state)
    }

    pub fn site(&self) -> PathBuf {
        self.0.join("site")
    }

    pub fn device(&self) -> PathBuf {
        self.0.join("device")
    }

    pub fn site_log(&self) -> PathBuf {
        self.0.join("site.log")
    }

    pub fn app_log(&self) -> PathBuf {
        self.0.join("app.log")
    }

    pub fn is_ready(&self) -> bool {
        self.0.join(READY).is_file()
    }

    pub fn mark_ready(&self) -> Result<()> {
        self.write(READY, "")
    }

    /// The port in the address that the site was made with.
    pub fn port(&self) -> Result<Option<u16>> {
        match fs::read_to_string(self.0.join(PORT)) {
            Ok(text) => text.trim().parse().map(Some).context("reading the port"),
            Err(_) => Ok(None),
        }
    }

    pub fn keep_port(&self, port: u16) -> Result<()> {
        self.write(PORT, &port.to_string())
    }

    /// A site's address is in its certificate and in every device, so that its
    /// server cannot move to another port.
    pub fn check_free(&self, port: u16) -> Result<()> {
        if free_port(port)? != port {
            bail!(
                "something listens on port {port}: is another run open? `--fresh` makes a new site"
            );
        }
        Ok(())
    }

    /// Keeps a secret of the sample site, readable by its owner only.
    pub fn keep_secret(&self, name: &str, secret: &str) -> Result<PathBuf> {
        self.write(name, secret)?;
        Ok(self.0.join(name))
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.0.join(name);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("creating {}", path.display()))?;
        file.write_all(text.as_bytes())
            .with_context(|| format!("writing {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_finished_run_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");
        let state = State::open(&folder, false).unwrap();
        assert_eq!(state.port().unwrap(), None);
        state.keep_port(8443).unwrap();
        state.mark_ready().unwrap();
        let state = State::open(&folder, false).unwrap();
        assert_eq!(state.port().unwrap(), Some(8443));
    }

    #[test]
    fn a_run_that_was_broken_off_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");
        State::open(&folder, false)
            .unwrap()
            .keep_port(8443)
            .unwrap();
        let state = State::open(&folder, false).unwrap();
        assert_eq!(state.port().unwrap(), None);
    }

    #[test]
    fn a_fresh_run_forgets_a_finished_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("run");
        let state = State::open(&folder, false).unwrap();
        state.keep_port(8443).unwrap();
        state.mark_ready().unwrap();
        let state = State::open(&folder, true).unwrap();
        assert_eq!(state.port().unwrap(), None);
    }

    #[test]
    fn secrets_are_readable_by_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("run"), false).unwrap();
        let path = state.keep_secret("recovery-key", "x").unwrap();
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
