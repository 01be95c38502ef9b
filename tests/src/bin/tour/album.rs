//! Pictures of screens, by day and by night.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use handoff_tests::window::{App, Display};
use serde_json::Value;

/// More of a page than this is not photographed.
const MOST_PARTS: u32 = 4;

/// Where the pictures go, and how many steps there were.
pub struct Album {
    pub display: Display,
    pub folder: PathBuf,
    step: u32,
}

impl Album {
    /// An empty folder and a display.
    pub fn new(folder: PathBuf) -> Result<Self> {
        empty(&folder)?;
        Ok(Self {
            display: Display::start(),
            folder,
            step: 0,
        })
    }

    /// Photographs the screen, part by part where it scrolls, in both looks.
    pub fn picture(&mut self, app: &App, name: &str) -> Result<()> {
        self.step += 1;
        for look in ["day", "night"] {
            app.wear(look)?;
            self.parts(app, name, look)?;
        }
        println!("tour: {:02} {name}", self.step);
        Ok(())
    }

    fn parts(&self, app: &App, name: &str, look: &str) -> Result<()> {
        app.session()
            .run("document.querySelector('.scroll')?.scrollTo(0, 0)")?;
        for part in 1..=MOST_PARTS {
            let suffix = if part == 1 {
                String::new()
            } else {
                format!("-part{part}")
            };
            let file = self
                .folder
                .join(format!("{:02}-{name}{suffix}-{look}.png", self.step));
            // What was changed last is on the display two frames later.
            app.session().settle(
                "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
                   .then(() => null)",
            )?;
            self.display.photograph(&file);
            let has_more = app.session().run(
                "const pane = document.querySelector('.scroll');
                 const before = pane?.scrollTop ?? 0;
                 pane?.scrollBy(0, pane.clientHeight - 48);
                 return (pane?.scrollTop ?? 0) > before;",
            )?;
            if has_more != Value::Bool(true) {
                break;
            }
        }
        app.session()
            .run("document.querySelector('.scroll')?.scrollTo(0, 0)")
            .map(drop)
    }
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("emptying {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}
