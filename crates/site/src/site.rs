//! A site: its store, its keys, its settings.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use handoff_protocol::ids::SitePin;
use handoff_protocol::message::ProtocolRange;
use handoff_protocol::pack::Packer;
use handoff_protocol::{CodecError, KeptRecord};
use handoff_vault::PrivateFileError;

use crate::host::Host;
use crate::keys::Keys;
use crate::paths::Paths;
use crate::settings::{Settings, SettingsError};
use crate::storage::sqlite::SqliteStorage;
use crate::storage::{SiteRow, Storage, StorageError};
use crate::wake::Wake;

/// An open site. Shared by the server's threads; a command beside the server
/// opens its own.
pub struct Site {
    pub(crate) paths: Paths,
    pub(crate) settings: Settings,
    pub(crate) keys: Keys,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) host: Host,
    pub(crate) wake: Wake,
    /// Versions of the protocol that it speaks.
    pub(crate) protocol: ProtocolRange,
    /// Made when the site first writes an entry.
    packer: Mutex<Option<Packer>>,
}

/// Why a site was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder holds no site.
    #[error("{0}: there is no site in this folder")]
    NoSite(std::path::PathBuf),
    /// The settings do not read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file does not read.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key does not read.
    #[error(transparent)]
    Keys(#[from] PrivateFileError),
    /// The store does not open.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Keys and database are of two sites.
    #[error("{0}: the identity key and the database belong to two different sites")]
    OtherIdentity(std::path::PathBuf),
}

impl Site {
    /// Opens the site in a data folder. `env` is the environment.
    ///
    /// # Errors
    /// [`OpenError`] says what is missing or does not fit together.
    pub fn open(
        data: &Path,
        env: impl Fn(&str) -> Option<String>,
        host: Host,
    ) -> Result<Self, OpenError> {
        let paths = Paths::of(data);
        if !paths.database().exists() && !paths.identity_key().exists() {
            return Err(OpenError::NoSite(data.to_owned()));
        }
        let file = paths.settings();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(OpenError::Io { file, source }),
        };
        let settings = Settings::read(&text, env)?;
        let keys = Keys::load(&paths)?;
        let storage = SqliteStorage::open(&paths.database(), keys.database().expose())?;
        Self::with(paths, settings, keys, Arc::new(storage), host)
    }

    /// A site from its parts. For a simulator, and for another store.
    ///
    /// # Errors
    /// [`OpenError::OtherIdentity`] when keys and store do not belong together.
    pub fn with(
        paths: Paths,
        settings: Settings,
        keys: Keys,
        storage: Arc<dyn Storage>,
        host: Host,
    ) -> Result<Self, OpenError> {
        let site: SiteRow = storage.reading(|reads| reads.site())?;
        if site.identity != keys.identity().public() {
            return Err(OpenError::OtherIdentity(paths.data().to_owned()));
        }
        Ok(Self {
            paths,
            settings,
            keys,
            storage,
            host,
            wake: Wake::default(),
            protocol: ProtocolRange::OURS,
            packer: Mutex::default(),
        })
    }

    /// This site as one of another age: it speaks these versions and no other.
    /// For tests of what a device does that shares none with it.
    #[must_use]
    pub fn speaking(self, protocol: ProtocolRange) -> Self {
        Self { protocol, ..self }
    }

    /// Packs a record that the site has written.
    pub(crate) fn pack(&self, record: &[u8]) -> Result<KeptRecord, CodecError> {
        let mut packer = self.packer.lock().unwrap_or_else(PoisonError::into_inner);
        let packer = match packer.as_mut() {
            Some(packer) => packer,
            None => packer.insert(Packer::new()?),
        };
        KeptRecord::of(packer, record)
    }

    /// What devices pin.
    #[must_use]
    pub fn pin(&self) -> SitePin {
        self.keys.pin()
    }

    /// The site's row and head.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn status(&self) -> Result<SiteRow, StorageError> {
        self.storage.reading(|reads| reads.site())
    }

    /// The store.
    #[must_use]
    pub fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where its files lie.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The bell that rings when something is committed.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.wake
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Site({})", self.paths.data().display())
    }
}
