//! The program in a world of its own: home, temporary folder, display, driver.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::{Display, Session};
use crate::secrecy::WRITES;
use crate::world::World;

/// The program that is driven: `HANDOFF_FIELD_PROGRAM`, or `handoff-field` where Cargo
/// has built this.
#[must_use]
pub fn field_program() -> PathBuf {
    if let Some(program) = std::env::var_os("HANDOFF_FIELD_PROGRAM") {
        return program.into();
    }
    let here = std::env::current_exe().expect("this program has a path");
    let built = here
        .ancestors()
        .map(|folder| folder.join("handoff-field"))
        .find(|program| program.is_file());
    built.expect("handoff-field is built: cargo build --package handoff-desktop")
}

/// The window of one device.
pub struct App {
    session: Session,
    driver: Child,
    device: PathBuf,
}

impl App {
    /// Opens the window of the device whose folder in `world` is `device`.
    ///
    /// # Panics
    /// When it does not open.
    #[track_caller]
    #[must_use]
    pub fn open(world: &World, display: &Display, device: &str) -> Self {
        Self::start(world, display, device, &field_program()).expect("the window opens")
    }

    /// Opens the window as [`App::open`] does, with every call of its processes
    /// that brings bytes to a file in `trace`. The first of them is a write of
    /// `planted` to a file of that name, which shows that the trace sees.
    ///
    /// # Panics
    /// When it does not open.
    #[track_caller]
    #[must_use]
    pub fn open_traced(
        world: &World,
        display: &Display,
        device: &str,
        trace: &Path,
        planted: &str,
    ) -> Self {
        let script = world.path("traced");
        let program = field_program();
        let text = format!(
            "#!/bin/sh\nexec strace -f --seccomp-bpf -qq -y -xx -s 1000000 -e {WRITES} -o '{}' \\\n  \
             sh -c 'printf %s {planted} >\"$TMPDIR/planted\" && rm \"$TMPDIR/planted\" && exec \"$0\" \"$@\"' '{}' \"$@\"\n",
            trace.display(),
            program.display(),
        );
        std::fs::write(&script, text).expect("a script");
        let runs = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&script, runs).expect("a script that runs");
        Self::start(world, display, device, &script).expect("the window opens")
    }

    fn start(world: &World, display: &Display, device: &str, program: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = command(Path::new("setpriv"), world, display, device)?;
        command
            // It ends with this program, even if that is killed; the window
            // ends with its display.
            .args(["--pdeathsig", "KILL", "--", "WebKitWebDriver"])
            .args(["--host=127.0.0.1", &format!("--port={}", address.port())])
            // Tauri's own switch; without it no driver reaches the window.
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = command.spawn().context("starting WebKitWebDriver")?;
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            anyhow::ensure!(
                begun.elapsed() < Duration::from_secs(10),
                "no driver answers"
            );
            std::thread::yield_now();
        }
        let session = Session::start(&address.to_string(), program)?;
        Ok(Self {
            session,
            driver,
            device: world.path(device),
        })
    }

    /// What drives it.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The program's process.
    ///
    /// # Panics
    /// When it does not run.
    #[track_caller]
    #[must_use]
    pub fn pid(&self) -> u32 {
        let home = format!("HANDOFF_HOME={}\0", self.device.display());
        let program = field_program()
            .canonicalize()
            .expect("the program is there");
        let is_ours = |process: &Path| {
            let environment = std::fs::read(process.join("environ")).unwrap_or_default();
            std::fs::read_link(process.join("exe")).is_ok_and(|path| path == program)
                && String::from_utf8_lossy(&environment).contains(&home)
        };
        let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
        let ours = processes
            .map(|entry| entry.path())
            .find(|process| is_ours(process));
        let ours = ours.expect("the program runs");
        ours.file_name()
            .and_then(|name| name.to_str()?.parse().ok())
            .expect("a process id")
    }

    /// Ends the program as a power cut does.
    ///
    /// # Panics
    /// When it does not run.
    #[track_caller]
    pub fn kill(self) {
        let killed = Command::new("kill")
            .args(["-KILL", &self.pid().to_string()])
            .status();
        assert!(killed.expect("kill").success());
    }

    /// Closes the window.
    ///
    /// # Panics
    /// When it does not close.
    #[track_caller]
    pub fn close(self) {
        self.session.end().expect("the window closes");
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // The driver, the program and WebKit's processes are one group.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.driver.wait();
    }
}

/// `program`, knowing nothing of this machine but the path: its home, its
/// temporary folder and its display are the world's.
///
/// # Errors
/// When a folder cannot be made.
pub fn command(program: &Path, world: &World, display: &Display, device: &str) -> Result<Command> {
    let mut command = Command::new(program);
    command.env_clear().process_group(0);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("TZ", "America/New_York")
        .env("DISPLAY", display.name())
        .env("HANDOFF_HOME", world.path(device))
        .env("TMPDIR", world.temp())
        // No bus: none is started, and none of this machine's is asked.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .env("NO_AT_BRIDGE", "1");
    let folders = [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "home/.local/share"),
        ("XDG_CACHE_HOME", "home/.cache"),
        ("XDG_CONFIG_HOME", "home/.config"),
        ("XDG_RUNTIME_DIR", "run"),
    ];
    for (name, folder) in folders {
        let folder = world.path(folder);
        std::fs::create_dir_all(&folder)?;
        command.env(name, folder);
    }
    Ok(command)
}
