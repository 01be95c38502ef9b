//! A peer's server and its devices: processes that are told what to do, a line
//! for each, as `tests/peers/README.md` says.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::measure::cpu;

/// The folder of PouchDB's scripts, with what they need installed.
const POUCHDB: &str = "HANDOFF_PEER_POUCHDB";
/// The program with atuin's libraries.
const ATUIN: &str = "HANDOFF_PEER_ATUIN";
/// Of a server that speaks TLS.
const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";

/// What is measured beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// Documents in LevelDB, replicated by the protocol of CouchDB, so many in a
    /// request.
    PouchDb {
        /// PouchDB's `batch_size`.
        batch: u16,
    },
    /// Encrypted records in SQLite, in the order of each device.
    Atuin,
}

impl Peer {
    /// What it is called in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::PouchDb { .. } => "PouchDB 9 → express-pouchdb 4.2",
            Self::Atuin => "atuin 18.16 record sync",
        }
    }

    /// What it is called in a row.
    pub fn short(self) -> String {
        match self {
            Self::PouchDb { batch } => format!("PouchDB in batches of {batch}"),
            Self::Atuin => "atuin".to_owned(),
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::PouchDb { .. } => "https",
            Self::Atuin => "http",
        }
    }

    fn server(self, folder: &Path) -> Result<Command> {
        let mut command = match self {
            Self::PouchDb { .. } => node("server.mjs")?,
            Self::Atuin => atuin("serve")?,
        };
        command.arg(folder);
        Ok(command)
    }

    fn device(self, url: &str) -> Result<Command> {
        let mut command = match self {
            Self::PouchDb { batch } => {
                let mut command = node("device.mjs")?;
                command.arg(batch.to_string());
                command
            }
            Self::Atuin => atuin("device")?,
        };
        command.arg(url);
        Ok(command)
    }
}

fn node(script: &str) -> Result<Command> {
    let mut command = Command::new("node");
    command.arg(PathBuf::from(place(POUCHDB)?).join(script));
    Ok(command)
}

fn atuin(what: &str) -> Result<Command> {
    let mut command = Command::new(place(ATUIN)?);
    command.arg(what);
    Ok(command)
}

fn place(variable: &str) -> Result<OsString> {
    std::env::var_os(variable)
        .with_context(|| format!("{variable} is not set: `cargo xtask bench --peers` does it"))
}

/// A server with nothing in it, in a scratch folder with its devices.
pub struct Server {
    peer: Peer,
    process: Killed,
    /// The port that it listens on.
    pub port: u16,
    folder: TempDir,
}

impl Server {
    /// Starts one; its scratch folder lies in this one.
    pub fn start(peer: Peer, folder: &Path) -> Result<Self> {
        let folder = tempfile::tempdir_in(folder)?;
        let home = made(folder.path().join("server"))?;
        let identity = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        std::fs::write(home.join(CERTIFICATE), identity.cert.pem())?;
        std::fs::write(home.join(KEY), identity.signing_key.serialize_pem())?;
        let mut process = Killed::start(peer.server(&home)?, &home)?;
        let mut said = BufReader::new(process.0.stdout.take().context("its output")?);
        let mut port = String::new();
        said.read_line(&mut port)?;
        let port = port.trim().parse().with_context(|| log_of(&home))?;
        Ok(Self {
            peer,
            process,
            port,
            folder,
        })
    }

    /// Starts a new device that reaches it at this port, and has joined it.
    pub fn device(&self, name: &str, port: u16) -> Result<Device> {
        let home = made(self.folder.path().join(name))?;
        let url = format!("{}://127.0.0.1:{port}", self.peer.scheme());
        let mut command = self.peer.device(&url)?;
        command.env(
            "NODE_EXTRA_CA_CERTS",
            self.folder.path().join("server").join(CERTIFICATE),
        );
        let mut process = Killed::start(command, &home)?;
        let orders = process.0.stdin.take().context("its input")?;
        let answers = BufReader::new(process.0.stdout.take().context("its output")?);
        let mut device = Device {
            process,
            orders,
            answers,
            home,
        };
        device.answer()?;
        Ok(device)
    }

    /// Processor time of it and a device of it.
    pub fn spent(&self, device: &Device) -> Result<Duration> {
        Ok(cpu(self.process.0.id())? + cpu(device.process.0.id())?)
    }
}

/// A device of a peer.
pub struct Device {
    process: Killed,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    home: PathBuf,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Count(usize),
    Error(String),
}

impl Device {
    /// Has it do something with this many documents.
    pub fn tell(&mut self, order: &str, count: usize) -> Result<()> {
        writeln!(self.orders, "{order}")?;
        let done = self.answer()?;
        ensure!(done == count, "{order}: {done} of {count} documents");
        Ok(())
    }

    /// Its next answer. Libraries may print lines of their own before it.
    fn answer(&mut self) -> Result<usize> {
        let mut line = String::new();
        while !line.starts_with('{') {
            line.clear();
            if self.answers.read_line(&mut line)? == 0 {
                bail!("it ended; {}", log_of(&self.home));
            }
        }
        match serde_json::from_str(&line)? {
            Answer::Count(count) => Ok(count),
            Answer::Error(error) => bail!("{error}"),
        }
    }
}

/// A process that ends when this is dropped.
struct Killed(Child);

impl Killed {
    /// Starts it in its folder, which is its home as well.
    fn start(mut command: Command, home: &Path) -> Result<Self> {
        command
            .current_dir(home)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(home.join("log"))?);
        let name = command.get_program().to_owned();
        let started = command.spawn();
        let child = started.with_context(|| format!("starting {}", name.display()))?;
        Ok(Self(child))
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    std::fs::create_dir(&folder)?;
    Ok(folder)
}

fn log_of(home: &Path) -> String {
    let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
    format!("its log says: {log}")
}
