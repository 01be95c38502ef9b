//! A site, a device and their processes, as an administrator and an officer
//! would run them: the real `handoff`, real files, a real port.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use handoff_mutants::Mutant;
use serde_json::Value;
use tempfile::TempDir;

/// The password of every device here.
pub const PASSWORD: &str = "correct horse battery staple";
/// The officer of every site here.
pub const OFFICER: &str = "Imogen Calloway";
/// The project manager of every site here.
pub const MANAGER: &str = "Oriel Vantongeren";
/// The prosecutor's liaison of every site here.
pub const LIAISON: &str = "Tobias Merrin";

/// The program under test: `HANDOFF_PROGRAM`, or what Cargo builds now, once.
pub fn handoff() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| match std::env::var_os("HANDOFF_PROGRAM") {
        Some(program) => program.into(),
        None => build().expect("the program builds"),
    })
}

fn build() -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "-p", "handoff-cli"])
        .status()?;
    if !status.success() {
        bail!("building handoff failed");
    }
    let here = std::env::current_exe()?;
    // Programs lie in target/PROFILE, tests one folder below.
    here.ancestors()
        .map(|folder| folder.join("handoff"))
        .find(|program| program.is_file())
        .context("Cargo has built handoff beside this")
}

/// A scratch folder with a site and a device, and the port between them.
pub struct World {
    folder: TempDir,
    /// The planted bug that lives in the processes that are started from now
    /// on. Only a program that was built with the feature `mutants` has it.
    pub bug: Option<Mutant>,
    /// The port that the site listens on.
    pub port: u16,
    /// The rules that its sites begin with.
    pack: &'static str,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The answer as JSON; panics with everything that was said otherwise.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.status.success(), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The exit status, -1 for a signal.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status,
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl World {
    /// A scratch folder and a free port; nothing runs.
    #[track_caller]
    pub fn empty() -> Self {
        Self::empty_in(&std::env::temp_dir())
    }

    /// As [`Self::empty`], its scratch folder in this one.
    #[track_caller]
    pub fn empty_in(folder: &Path) -> Self {
        let folder = tempfile::tempdir_in(folder).expect("a scratch folder");
        let port = Self::free_port();
        Self {
            folder,
            bug: None,
            port,
            pack: "md-baltimore-2017",
        }
    }

    /// As [`Self::enrolled`], at a site with these rules.
    #[track_caller]
    pub fn enrolled_with(pack: &'static str) -> Self {
        let mut world = Self::empty();
        world.pack = pack;
        world.with_a_device()
    }

    /// As [`Self::enrolled`], with a planted bug from the first process on.
    #[track_caller]
    pub fn planted(bug: Mutant) -> Self {
        let mut world = Self::empty();
        world.bug = Some(bug);
        world.with_a_device()
    }

    /// A port that nothing listened on a moment ago. The system lends none of
    /// these to a client's connection while a site is down.
    #[track_caller]
    pub fn free_port() -> u16 {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let start = std::process::id().wrapping_mul(61);
        let mut ports = std::iter::repeat_with(|| {
            let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
            15_000 + u16::try_from(number % 17_000).unwrap_or(0)
        });
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        ports
            .by_ref()
            .take(17_000)
            .find(is_free)
            .expect("a free port")
    }

    /// A site with an officer and a liaison, and an enrolled device. The site
    /// is down again when this returns.
    #[track_caller]
    pub fn enrolled() -> Self {
        Self::enrolled_in(&std::env::temp_dir())
    }

    /// As [`Self::enrolled`], its scratch folder in this one.
    #[track_caller]
    pub fn enrolled_in(folder: &Path) -> Self {
        Self::empty_in(folder).with_a_device()
    }

    #[track_caller]
    fn with_a_device(self) -> Self {
        self.init("site");
        let site = self.serve("site");
        self.enrol("device");
        drop(site);
        self
    }

    pub(crate) fn bug_in_environment(&self) -> Option<(&'static str, &'static str)> {
        self.bug.map(|bug| (handoff_mutants::VARIABLE, bug.name()))
    }

    /// A path within the scratch folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets a site up with its roster; returns the recovery key.
    #[track_caller]
    pub fn init(&self, site: &str) -> String {
        let url = format!("https://127.0.0.1:{}", self.port);
        let data = self.path(site);
        let data = data.to_str().expect("a path in UTF-8");
        let founded = self
            .run(&[
                "site",
                "init",
                "--data",
                data,
                "--site",
                "md-baltimore",
                "--pack",
                self.pack,
                "--url",
                &url,
                "--json",
            ])
            .json();
        for (name, role) in [
            (OFFICER, "officer"),
            (LIAISON, "prosecutor_liaison"),
            (MANAGER, "project_manager"),
        ] {
            let said = self.run(&[
                "site", "person", "add", "--data", data, "--name", name, "--role", role,
            ]);
            assert_eq!(said.code(), 0, "{said:?}");
        }
        founded["recovery_key"]
            .as_str()
            .expect("a recovery key")
            .to_owned()
    }

    /// Enrols a device for the officer; the site has to be up.
    #[track_caller]
    pub fn enrol(&self, device: &str) {
        let invited = self.site(&["invite", "--person", OFFICER, "--json"]).json();
        let code = invited["code"].as_str().expect("a code");
        let said = self.device(device, &["enrol", "--code", code]);
        assert_eq!(said.code(), 0, "{said:?}");
    }

    /// Starts a site and waits until it answers.
    #[track_caller]
    pub fn serve(&self, site: &str) -> Serving {
        self.serve_at(site, self.port)
    }

    /// As [`Self::serve`], on another port than devices know: something stands
    /// between.
    #[track_caller]
    pub fn serve_at(&self, site: &str, port: u16) -> Serving {
        let child = Command::new("setpriv")
            // It ends with this program, even if that is killed.
            .args(["--pdeathsig", "KILL", "--"])
            .args(self.serve_arguments(site, port))
            .envs(self.bug_in_environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the site starts");
        let serving = Serving(child);
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        assert!(
            comes_true(Duration::from_secs(30), answers),
            "the site does not answer"
        );
        serving
    }

    /// The program and its arguments for a site that listens on a port.
    pub(crate) fn serve_arguments(&self, site: &str, port: u16) -> Vec<OsString> {
        let words = ["site".into(), "serve".into(), "--data".into()];
        let mut all = vec![handoff().into()];
        all.extend(words);
        all.push(self.path(site).into());
        all.extend(["--listen".into(), format!("127.0.0.1:{port}").into()]);
        all
    }

    /// Runs `handoff site …` on this world's site.
    #[track_caller]
    pub fn site(&self, arguments: &[&str]) -> Said {
        let data = self.path("site");
        let mut all: Vec<&str> = vec!["site"];
        let words = arguments
            .iter()
            .take_while(|word| !word.starts_with('-'))
            .count();
        let words = match arguments.first() {
            Some(&"person" | &"device" | &"pack" | &"key") => words.min(2),
            _ => words.min(1),
        };
        all.extend(&arguments[..words]);
        all.extend(["--data", data.to_str().expect("a path in UTF-8")]);
        all.extend(&arguments[words..]);
        self.run(&all)
    }

    /// Runs `handoff device …` with the password.
    #[track_caller]
    pub fn device(&self, home: &str, arguments: &[&str]) -> Said {
        self.device_with(home, arguments, Some(PASSWORD), "")
    }

    /// Runs `handoff device …` with any password and input.
    #[track_caller]
    pub fn device_with(
        &self,
        home: &str,
        arguments: &[&str],
        password: Option<&str>,
        input: &str,
    ) -> Said {
        let mut command = self.device_command(handoff().as_os_str(), &[], home, arguments);
        match password {
            Some(password) => command.env("HANDOFF_PASSWORD", password),
            None => command.env_remove("HANDOFF_PASSWORD"),
        };
        run(command, input)
    }

    /// A command for `handoff device …`, run by another program in front.
    pub fn device_command(
        &self,
        program: &std::ffi::OsStr,
        before: &[OsString],
        home: &str,
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(before)
            .arg("device")
            .args(&arguments[..1])
            .arg("--home")
            .arg(self.path(home))
            .args(&arguments[1..])
            .env("HANDOFF_PASSWORD", PASSWORD)
            .envs(self.bug_in_environment())
            .env("TMPDIR", self.temp())
            .env("SQLITE_TMPDIR", self.temp());
        command
    }

    /// The temporary folder of this world's processes.
    pub fn temp(&self) -> PathBuf {
        let temp = self.path("tmp");
        std::fs::create_dir_all(&temp).expect("a temporary folder");
        temp
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(handoff());
        command
            .args(arguments)
            .envs(self.bug_in_environment())
            .env("TMPDIR", self.temp())
            .env_remove("HANDOFF_PASSWORD");
        run(command, "")
    }

    /// The referrals that the site lists.
    #[track_caller]
    pub fn referrals(&self) -> Vec<Value> {
        let listed = self.site(&["referrals", "--json"]).json();
        listed.as_array().expect("a list").clone()
    }

    /// The referrals that the device lists.
    #[track_caller]
    pub fn listed(&self, home: &str) -> Vec<Value> {
        let listed = self.device(home, &["list", "--json"]).json();
        listed.as_array().expect("a list").clone()
    }
}

/// How often it is looked whether another process has done something.
const LOOK: Duration = Duration::from_millis(10);

/// Waits for something that another process does, which tells nobody; false when
/// it does not happen in time.
#[must_use]
pub fn comes_true(patience: Duration, mut happened: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !happened() {
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(LOOK);
    }
    true
}

/// Waits until a tracer has attached to a process.
#[track_caller]
pub(crate) fn wait_until_traced(pid: u32) {
    let traced = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        tracer.is_some_and(|tracer| tracer.trim() != "0")
    };
    assert!(
        comes_true(Duration::from_secs(20), traced),
        "the tracer does not attach"
    );
}

/// Runs a command with its input.
#[track_caller]
pub fn run(mut command: Command, input: &str) -> Said {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input");
    // A program that ends early does not read all of it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its output").into()
}

/// A site that runs; ended when this is dropped.
pub struct Serving(pub(crate) Child);

impl Serving {
    /// Asks it to end, as a service manager does, and waits.
    #[track_caller]
    pub fn stop(mut self) {
        let pid = self.0.id().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill");
        assert!(asked.success());
        let ended = self.0.wait().expect("its end");
        assert!(ended.success(), "the site ended with {ended}");
    }

    /// Kills it where it stands.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Whether its process has ended by itself, or was killed.
    #[track_caller]
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_some()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A referral as the command line takes it, in one line. `n` makes it another
/// one; the names are made up.
pub fn referral(n: usize) -> String {
    serde_json::json!({
        "door": "arrest_diversion",
        "person": {"given_name": format!("Zephyrine{n}"), "family_name": "Quillwhistle"},
        "facts": {
            "encounter_at": "2026-11-22T19:04:00-05:00",
            "age": {"birth_date": "1996-05-04"},
            "suspected_offenses": [{"code": "35A", "level": "misdemeanor"}],
            "zone": {"answer": {"inside": ["pilot_area"]}},
            "volunteers": {"answer": "yes", "source": "participant_statement"},
        },
        "place": {"address": "W Lombard St & S Greene St"},
        "needs": ["substance_use", "housing"],
        "offer": {"made": "accepted"},
        "narrative": "Sat on the steps, asked about a bed.",
    })
    .to_string()
}

/// Every file under a folder, with its bytes.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let mut bytes = Vec::new();
            if let Ok(mut file) = std::fs::File::open(&path) {
                let _ = file.read_to_end(&mut bytes);
            }
            found.push((path, bytes));
        }
    }
    found
}
