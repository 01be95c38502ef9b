//! The core opens while the toolkit makes its window.
//!
//! Neither needs the other: the first command of the page waits for whatever is
//! not done. What does not open is the answer to every command, and the window
//! says it in its own words.

use std::path::PathBuf;
use std::sync::Arc;

use handoff_device::contract::{CommandError, Disposition, ErrorCode};
use handoff_device::{Core, Host};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

/// The core, or why it did not open.
pub type Opened = Result<Arc<Core>, CommandError>;

/// The core of a folder, from when it begins to open.
pub struct Opening {
    home: PathBuf,
    opened: OnceCell<Opened>,
}

impl Opening {
    /// Begins to open the core.
    pub fn begin(home: PathBuf) -> Arc<Self> {
        let opening = Arc::new(Self {
            home,
            opened: OnceCell::new(),
        });
        let begun = Arc::clone(&opening);
        tauri::async_runtime::spawn(async move {
            begun.opened().await;
        });
        opening
    }

    /// The core, once it is open.
    pub async fn opened(&self) -> &Opened {
        self.opened.get_or_init(|| self.open()).await
    }

    /// The core, if it is open by now.
    pub fn by_now(&self) -> Option<&Opened> {
        self.opened.get()
    }

    async fn open(&self) -> Opened {
        let home = self.home.clone();
        match spawn_blocking(move || Core::open(home, Host::system())).await {
            Ok(Ok(core)) => Ok(Arc::new(core)),
            Ok(Err(error)) => {
                eprintln!("handoff-field: {error}");
                Err(CommandError::from(error))
            }
            // An error of the program, which has said where; or the program ends.
            Err(_) => Err(CommandError::new(ErrorCode::Internal, Disposition::Stop)),
        }
    }
}
