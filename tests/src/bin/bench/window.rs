//! The field app's start and memory beside an empty window of the same
//! toolkit, made by the same build.
//!
//! Both paint one field of a colour that is nowhere else: the field app its
//! button on the lock screen, which is there when a password can be typed, the
//! empty window its whole page. The clock runs from the start of the process
//! until a picture of the display holds that colour.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use handoff_tests::window::Display;
use handoff_tests::world::World;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};
use x11rb::rust_connection::RustConnection;

use crate::Setup;
use crate::measure::{family_memory, median};
use crate::report::{Budget, Report, Row};

/// Starts of each.
const STARTS: usize = 9;
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);
/// How long a window settles before its memory is read.
const SETTLES: Duration = Duration::from_secs(4);
/// Rows of pixels are looked at so far apart: a picture of all of them, again and
/// again, would take half a core from what is measured.
const APART: u16 = 16;
/// Pixels of the colour in these rows that make a field.
const FIELD: usize = 50;

/// A program whose first screen is recognised.
struct Program {
    file: PathBuf,
    /// Blue, green, red.
    colour: [u8; 3],
}

/// `window`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let path = |name: &str| -> Result<PathBuf> {
        let file = std::env::var_os(name).with_context(|| format!("{name} is not set"))?;
        Ok(file.into())
    };
    let ours = Program {
        file: path("HANDOFF_FIELD_PROGRAM")?,
        // --primary of the night look, ui/src/lib/theme/tokens.css.
        colour: [0x8f, 0x72, 0x37],
    };
    let empty = Program {
        file: path("HANDOFF_EMPTY_WINDOW")?,
        // src-tauri/examples/empty/index.html.
        colour: [0x5c, 0x1a, 0x7b],
    };
    let world = World::enrolled_in(&setup.folder);
    let display = Display::start();
    let (mut starts, mut references) = (Vec::new(), Vec::new());
    let (mut memories, mut empties) = (Vec::new(), Vec::new());
    for turn in 0..=STARTS {
        let (start, memory) = look_at(&ours, &display, &world.path("device"))?;
        let (reference, empty_memory) = look_at(&empty, &display, &world.path("none"))?;
        println!("bench: {start:.3} s, empty {reference:.3} s");
        // The first ones read the programs from the disk.
        if turn > 0 {
            starts.push(start * 1e3);
            references.push(reference * 1e3);
            memories.push(memory);
            empties.push(empty_memory);
        }
    }
    let name = "empty window of the same toolkit".to_owned();
    report.say(Row {
        what: "start of the app to a lock screen that takes a password".to_owned(),
        unit: "ms",
        ours: median(&starts),
        reference: Some((name.clone(), median(&references))),
        budget: Budget::RatioAtMost(1.3),
        method: format!(
            "medians of {STARTS} starts each, in turns, under Xvfb without a graphics card; from the start of the process until the screen shows the button (the page of the empty window), looked at every {} ms",
            LOOK.as_millis()
        ),
    });
    report.say(Row {
        what: "memory of the app at its lock screen (PSS of all its processes)".to_owned(),
        unit: "MB",
        ours: median(&memories),
        reference: Some((name, median(&empties))),
        budget: Budget::RatioAtMost(1.25),
        method: format!(
            "in the same starts, {} s after the screen",
            SETTLES.as_secs()
        ),
    });
    Ok(())
}

/// Seconds until the first screen, and the memory behind it.
fn look_at(program: &Program, display: &Display, home: &Path) -> Result<(f64, f64)> {
    let (screen, number) = x11rb::connect(Some(display.name()))?;
    ensure!(
        !shows(&screen, number, program.colour)?,
        "the display is not empty"
    );
    let begun = Instant::now();
    let child = Command::new(&program.file)
        .env("DISPLAY", display.name())
        .env("HANDOFF_HOME", home)
        .env("GDK_BACKEND", "x11")
        // Without it the window restarts itself once: see src-tauri/src/graphics.rs.
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| program.file.display().to_string())?;
    let mut child = Ended(child);
    while !shows(&screen, number, program.colour)? {
        if let Some(status) = child.0.try_wait()? {
            bail!("{} ended with {status}", program.file.display());
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{} shows nothing",
            program.file.display()
        );
        std::thread::sleep(LOOK);
    }
    let seconds = begun.elapsed().as_secs_f64();
    std::thread::sleep(SETTLES);
    let memory = family_memory(child.0.id())?;
    drop(child);
    // The window goes with its process; the display says so a moment later.
    let ended = Instant::now();
    while shows(&screen, number, program.colour)? {
        ensure!(ended.elapsed() < PATIENCE, "the window stays");
        std::thread::sleep(LOOK);
    }
    Ok((seconds, memory))
}

/// Whether the display shows a field of this colour.
fn shows(screen: &RustConnection, number: usize, colour: [u8; 3]) -> Result<bool> {
    let root = &screen.setup().roots[number];
    let row = |y| {
        let (x, y) = (0, i16::try_from(y)?);
        let (width, height) = (root.width_in_pixels, 1);
        let format = ImageFormat::Z_PIXMAP;
        Ok(screen.get_image(format, root.root, x, y, width, height, u32::MAX)?)
    };
    let asked = (0..root.height_in_pixels).step_by(APART.into()).map(row);
    let asked = asked.collect::<Result<Vec<_>>>()?;
    let mut pixels = 0;
    for row in asked {
        let row = row.reply()?.data;
        pixels += row
            .chunks_exact(4)
            .filter(|pixel| pixel[..3] == colour)
            .count();
    }
    Ok(pixels >= FIELD)
}

/// A program that is ended with its guard.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
