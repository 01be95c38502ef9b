//! The field app's window: on the display there is, or on one in memory.

use super::state::State;
use crate::process::{Child, Cmd, Xvfb};
use crate::workspace::target_dir;
use anyhow::{Context as _, Result, bail};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long the window may take to show something.
const PATIENCE: Duration = Duration::from_secs(60);

/// A picture with fewer colours shows an empty window, or none.
const COLOURS_OF_A_PAGE: u32 = 16;

pub fn open(root: &Path, app: &Path, state: &State) -> Result<()> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if has_display {
        let mut window = start(app, state, None)?;
        let status = window.wait()?;
        if !status.success() {
            bail!(
                "the field app ended: {status}; {} says why",
                state.app_log().display()
            );
        }
        return Ok(());
    }
    println!("run: there is no display, so the window opens on one in memory");
    let pictures = target_dir(root).join("tour");
    fs::create_dir_all(&pictures).with_context(|| format!("creating {}", pictures.display()))?;
    let xvfb = Xvfb::start(1280, 800)?;
    let mut window = start(app, state, Some(xvfb.display()))?;
    let picture = pictures.join("window.png");
    photograph(root, xvfb.display(), &mut window, &picture)?;
    println!("run: the window is in {}", picture.display());
    Ok(())
}

fn start(app: &Path, state: &State, display: Option<&str>) -> Result<Child> {
    let home = state.device();
    let mut env: Vec<(&str, &OsStr)> = vec![("HANDOFF_HOME", home.as_os_str())];
    if let Some(display) = display {
        env.push(("DISPLAY", OsStr::new(display)));
    }
    Child::start::<&str>(app, [], &env, &state.app_log())
}

/// Takes a picture of the whole display once there is something on it.
fn photograph(root: &Path, display: &str, window: &mut Child, picture: &Path) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = window.ended()? {
            bail!("the field app ended before it showed anything: {status}");
        }
        Cmd::new("import", root)
            .args(["-display", display, "-window", "root"])
            .args([picture])
            .run()?;
        let colours = Cmd::new("identify", root)
            .args(["-format", "%k"])
            .args([picture])
            .output()?;
        let colours: u32 = colours.trim().parse().context("counting colours")?;
        if colours >= COLOURS_OF_A_PAGE {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("the window shows nothing after {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::is_on_path;

    /// `xmessage`-like programs are not installed everywhere; ImageMagick's own
    /// window, with a picture of many colours, stands for the app.
    #[test]
    fn a_window_that_shows_something_is_photographed() {
        if !["Xvfb", "import", "display"]
            .iter()
            .all(|tool| is_on_path(tool))
        {
            eprintln!("skipped: Xvfb or ImageMagick is not installed");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let xvfb = Xvfb::start(320, 240).unwrap();
        let env = [("DISPLAY", OsStr::new(xvfb.display()))];
        let log = folder.path().join("log");
        let args = ["-size", "200x200", "gradient:red-blue"];
        let mut window = Child::start(Path::new("display"), args, &env, &log).unwrap();
        let picture = folder.path().join("picture.png");
        photograph(folder.path(), xvfb.display(), &mut window, &picture).unwrap();
        assert!(fs::metadata(picture).unwrap().len() > 0);
    }

    #[test]
    fn an_app_that_ends_at_once_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut window = Child::start::<&str>(Path::new("/bin/false"), [], &[], &log).unwrap();
        window.wait().unwrap();
        let picture = folder.path().join("picture.png");
        let error = photograph(folder.path(), ":0", &mut window, &picture).unwrap_err();
        assert!(error.to_string().contains("ended before"), "{error}");
    }
}
