//! The packaged window, driven as an officer would: by the words on the screen,
//! with real keys and clicks, in a display of its own.
//!
//! WebKit's own driver starts the program, so the window is the one that
//! installers ship. What it says over HTTP is a dozen calls: [`Session`] makes
//! them with `ureq`, where `fantoccini` would bring an async runtime, a URL
//! parser, a cookie jar and a second table of the protocol, and `tauri-driver`
//! a process that renames one capability.

mod app;
mod display;
mod officer;
mod walk;
mod webdriver;

pub use app::{App, command, field_program};
pub use display::Display;
pub use officer::{Answers, Person};
pub use walk::Walk;
pub use webdriver::{Element, Session};
