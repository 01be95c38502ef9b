//! A display without a screen, ended with its guard.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// An X server in memory, on a display number that was free.
pub struct Display {
    name: String,
    server: Child,
}

impl Display {
    /// Starts one of the size of a vehicle's screen and waits until it takes clients.
    ///
    /// # Panics
    /// Without `Xvfb` (package `xvfb`).
    #[must_use]
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("its output"))
            .read_line(&mut number)
            .expect("a display number");
        assert!(!number.trim().is_empty(), "Xvfb ended without a display");
        Self {
            name: format!(":{}", number.trim()),
            server,
        }
    }

    /// What `DISPLAY` is set to.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes a picture (PNG) of everything on it.
    ///
    /// # Panics
    /// Without `import` (package `imagemagick`).
    pub fn photograph(&self, file: &Path) {
        let mut command = Command::new("import");
        command
            .args(["-display", &self.name, "-window", "root"])
            .arg(file);
        assert!(
            command.status().expect("import starts").success(),
            "no picture was taken"
        );
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
