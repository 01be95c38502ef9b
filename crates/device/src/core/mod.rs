//! The core of the field app: one device, at most one person signed in, and the
//! driver that keeps it in touch with its site.
//!
//! Every host (the window, the command line, a browser in tests) holds one
//! [`Core`] and calls the commands of [`crate::contract`]. What changes is
//! announced as [`Event`]s. A decision is never made here: rules are in
//! `handoff-eligibility`, words of the field in `handoff-domain`, sync in
//! `handoff-sync`; files are `handoff-store`'s.

mod attachments;
mod commands;
mod drafts;
mod drive;
mod failure;
mod list;
mod packs;
mod people;
mod referrals;

pub use attachments::AttachedEntry;
pub use drafts::Referred;
pub use drive::Proof;
pub use failure::CoreError;
pub use list::DeviceList;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use handoff_domain::{PackHash, Role, UserId};
use handoff_eligibility::RulePack;
use handoff_store::{Access, DeviceStore, Folder, UserSession};
use handoff_vault::{DeviceSecret, DeviceSecretStore as _, FileDeviceSecret};
use tokio::sync::{Mutex as AsyncMutex, Notify, broadcast};

use crate::contract::{Connection, ConnectionView, Event, Preferences, Topic};
use crate::host::Host;
use crate::sync::{Client, Link};

/// The device secret's file in the data folder.
const SECRET: &str = "device.secret";
/// How long an unlocked device may lie untouched in a vehicle.
const LOCK_AFTER: Duration = Duration::from_secs(30 * 60);
/// Events that a slow listener may be behind; then it reads everything again.
const EVENTS: usize = 256;

/// The field app's core.
pub struct Core {
    folder: Folder,
    host: Host,
    state: Mutex<State>,
    connection: Mutex<ConnectionView>,
    packs: Mutex<HashMap<PackHash, Arc<RulePack>>>,
    events: broadcast::Sender<Event>,
    /// Rung when there is something to send, or somebody asks.
    wake: Notify,
    /// One sync at a time.
    syncing: AsyncMutex<()>,
}

#[derive(Default)]
struct State {
    device: Option<Device>,
    /// The look that was chosen before there is a device to keep it.
    look: Option<Preferences>,
    signed_in: Option<SignedIn>,
    closed: bool,
}

/// An enrolled device.
#[derive(Clone)]
struct Device {
    store: DeviceStore,
    link: Arc<Link>,
}

/// The person who is signed in.
#[derive(Clone)]
struct SignedIn {
    session: Arc<UserSession>,
    user: UserId,
    name: String,
    roles: Vec<Role>,
    touched_at: DateTime<Utc>,
}

impl Core {
    /// Opens the data folder. A folder without a device is an app that waits
    /// for its enrolment; nothing is written then.
    ///
    /// # Errors
    /// [`CoreError`]; nothing was changed.
    pub fn open(home: impl AsRef<Path>, host: Host) -> Result<Self, CoreError> {
        Self::in_folder(Folder::new(home.as_ref(), Access::Owner), host)
    }

    /// Opens a data folder with other access than its owner's alone.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn in_folder(folder: Folder, host: Host) -> Result<Self, CoreError> {
        let device = if folder.holds_a_device() {
            let secret = secret_store(&folder).load()?;
            Some(open_device(&folder, &secret, &host)?)
        } else {
            None
        };
        let (events, _) = broadcast::channel(EVENTS);
        Ok(Self {
            folder,
            host,
            state: Mutex::new(State {
                device,
                ..State::default()
            }),
            connection: Mutex::new(ConnectionView {
                state: Connection::Unknown,
                last_success_at: None,
                last_error: None,
                next_try_at: None,
                progress: None,
            }),
            packs: Mutex::default(),
            events,
            wake: Notify::new(),
            syncing: AsyncMutex::new(()),
        })
    }

    /// The data folder.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// What is announced from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        Events(self.events.subscribe())
    }

    /// Locks and stops. What was saved stays saved.
    pub fn close(&self) {
        let mut state = self.state();
        state.signed_in = None;
        state.closed = true;
        drop(state);
        self.wake.notify_waiters();
    }

    /// What the device is at its site.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn enrolment(&self) -> Result<handoff_store::Enrolment, CoreError> {
        Ok(self.device()?.store.enrolment()?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    fn device(&self) -> Result<Device, CoreError> {
        self.state().device.clone().ok_or(CoreError::NotEnrolled)
    }

    /// The signed-in person; being asked for counts as being there.
    fn signed_in(&self) -> Result<SignedIn, CoreError> {
        let now = self.host.now();
        let mut state = self.state();
        let signed_in = state.signed_in.as_mut().ok_or(CoreError::Locked)?;
        signed_in.touched_at = now;
        Ok(signed_in.clone())
    }

    fn announce(&self, topics: &[Topic]) {
        // Nobody listening is not an error.
        let _ = self.events.send(Event::Changed {
            topics: topics.to_vec(),
        });
    }

    fn preferences(&self) -> Preferences {
        let (device, look) = {
            let state = self.state();
            (state.device.clone(), state.look)
        };
        let Some(device) = device else {
            return look.unwrap_or_default();
        };
        let kept = device.store.preferences(None).unwrap_or_default();
        kept.get(PREFERENCES)
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }
}

/// The name under which the look of the app is kept.
const PREFERENCES: &str = "look";

/// What a listener gets, in order. One that falls behind is told to read
/// everything again.
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; `None` when the core is gone.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Changed {
                topics: Topic::ALL.to_vec(),
            }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

fn secret_store(folder: &Folder) -> FileDeviceSecret {
    FileDeviceSecret::new(folder.path().join(SECRET), folder.access())
}

fn open_device(folder: &Folder, secret: &DeviceSecret, host: &Host) -> Result<Device, CoreError> {
    let store = DeviceStore::open(folder, secret)?;
    device_of(store, host)
}

fn device_of(store: DeviceStore, host: &Host) -> Result<Device, CoreError> {
    let enrolment = store.enrolment()?;
    let link = Link {
        host: host.clone(),
        client: Client::new(&enrolment.url, enrolment.tls_pins.clone())?,
        device_key: store.device_key()?,
        site: enrolment.site.pin(),
        device: enrolment.device,
        offset_ms: AtomicI64::new(0),
        answered_ms: AtomicI64::new(0),
        pace: Mutex::default(),
        store: store.clone(),
    };
    Ok(Device {
        store,
        link: Arc::new(link),
    })
}

/// What these locks guard is set in one step, so it is whole after a panic.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
