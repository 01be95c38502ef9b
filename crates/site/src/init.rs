//! Founding a site: keys, store, first epoch, first pack.
//!
//! Everything is made in a folder beside the wanted one, which then takes its
//! name: there is a whole site afterwards, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use handoff_domain::{Body, PackPublished, Role, SiteId};
use handoff_protocol::certificate::KeyPurpose;
use handoff_protocol::{CodecError, PublicKey};
use handoff_vault::{PrivateFileError, RecoveryKey, Zeroizing};

use crate::control_log::{self, ControlEvent, ControlLogError};
use crate::epoch;
use crate::files;
use crate::host::Host;
use crate::keys::Keys;
use crate::packs::{self, PublishError};
use crate::paths::Paths;
use crate::settings::{Settings, SettingsError, host_and_port};
use crate::site::{OpenError, Site};
use crate::site_lane::{self, INSTALLATION, SiteLaneError};
use crate::storage::sqlite::SqliteStorage;
use crate::storage::{NewSite, Storage, StorageError};
use crate::tls::{self, TlsError};

/// What a site is founded with.
#[derive(Debug, Clone)]
pub struct NewSiteOptions<'a> {
    /// Where it will lie.
    pub data: &'a Path,
    /// Its short name.
    pub name: SiteId,
    /// Its first rule pack (TOML).
    pub pack: &'a str,
    /// Where devices reach it.
    pub url: &'a str,
}

/// A site that was founded.
#[derive(Debug)]
pub struct Founded {
    /// The recovery key, to be shown once and kept on paper. Only its public
    /// half stays.
    pub recovery_key: Zeroizing<String>,
    /// What devices pin, for people to compare.
    pub pin: String,
    /// The pack in force: id and version.
    pub pack: (String, String),
}

/// Why no site was founded. Nothing was left behind.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Something lies in the folder.
    #[error("{0}: the folder is not empty")]
    NotEmpty(PathBuf),
    /// The file system.
    #[error("{file}: {source}")]
    Io {
        /// Which file or folder.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The address.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The pack.
    #[error(transparent)]
    Pack(#[from] PublishError),
    /// A key file.
    #[error(transparent)]
    Keys(#[from] PrivateFileError),
    /// The TLS certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Something does not encode.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The control log.
    #[error(transparent)]
    ControlLog(#[from] ControlLogError),
    /// The first entry was not written.
    #[error(transparent)]
    Lane(#[from] SiteLaneError),
    /// The new site does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Founds a site.
///
/// # Errors
/// [`InitError`]; nothing was left behind.
pub fn init(options: &NewSiteOptions<'_>, host: &Host) -> Result<Founded, InitError> {
    // Everything that may be refused is looked at before anything is made.
    let settings = Settings::file_for(options.url)?;
    let pack = packs::check(options.pack)?;
    check_free(options.data)?;
    let building = beside(options.data, host);
    let founded = build(options, &settings, pack, &building, host)
        .and_then(|founded| publish(&building, options.data).map(|()| founded));
    if founded.is_err() {
        // Made a moment ago by this call, and nobody has seen it.
        let _ = fs::remove_dir_all(&building);
    }
    founded
}

fn build(
    options: &NewSiteOptions<'_>,
    settings: &str,
    pack: PackPublished,
    folder: &Path,
    host: &Host,
) -> Result<Founded, InitError> {
    let io = |source| InitError::Io {
        file: options.data.to_owned(),
        source,
    };
    if let Some(parent) = folder.parent().filter(|path| !path.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let paths = Paths::of(folder);
    files::make_folder(folder).map_err(io)?;
    files::make_folder(&paths.keys()).map_err(io)?;
    files::write(&paths.settings(), settings.as_bytes()).map_err(io)?;

    let keys = Keys::make(host.random());
    keys.save(&paths)?;
    let recovery = RecoveryKey::make(host.random());
    let hostname = host_and_port(options.url).map(|(host, _)| host);
    let tls_key = tls::make(&paths, hostname.unwrap_or_default())?;

    let storage = SqliteStorage::make(&paths.database(), keys.database().expose())?;
    let storage: Arc<dyn Storage> = Arc::new(storage);
    let settings = Settings::read(settings, |_| None)?;
    let named = (pack.pack.id.clone(), pack.pack.version.clone());
    let founding = Founding {
        name: options.name.clone(),
        recovery: recovery.public(),
        tls: tls_key,
        pack,
    };
    let site = Site::found(paths, settings, keys, storage, host.clone(), founding)?;
    Ok(Founded {
        recovery_key: recovery.to_text(),
        pin: data_encoding::HEXLOWER.encode(&site.pin().0),
        pack: named,
    })
}

/// What an empty store becomes a site with.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The site's short name.
    pub name: SiteId,
    /// The public half of the recovery key.
    pub recovery: PublicKey,
    /// The key of the TLS certificate.
    pub tls: PublicKey,
    /// The first rule pack.
    pub pack: PackPublished,
}

impl Site {
    /// Founds a site in an empty store: first epoch, certified keys, first
    /// pack. The keys are those that the site will be opened with.
    ///
    /// # Errors
    /// [`InitError`]; a store that holds a part of a site is of no use.
    pub fn found(
        paths: Paths,
        settings: Settings,
        keys: Keys,
        storage: Arc<dyn Storage>,
        host: Host,
        founding: Founding,
    ) -> Result<Self, InitError> {
        let now = host.now();
        let (epoch, epoch_record) = epoch::make(&keys, &host, Vec::new(), now)?;
        let mut certified = vec![
            keys.certify(KeyPurpose::Tls, founding.tls, now)?,
            keys.certify(KeyPurpose::Recovery, founding.recovery, now)?,
        ];
        for (purpose, key) in keys.public() {
            certified.push(keys.certify(purpose, key, now)?);
        }
        let epoch_opened = ControlEvent::EpochOpened(epoch_record.id);
        storage.writing(|writes| {
            writes.found(&NewSite {
                name: founding.name,
                identity: keys.identity().public(),
                recovery: founding.recovery,
                epoch,
                epoch_record,
            })?;
            for key in &certified {
                writes.keep_site_key(key)?;
            }
            Ok::<_, StorageError>(())
        })?;
        let log = paths.control_log();
        control_log::append(&log, keys.identity(), now, epoch_opened)?;
        for key in &certified {
            let event = ControlEvent::KeyMade(key.purpose, key.key.id());
            control_log::append(&log, keys.identity(), now, event)?;
        }
        let site = Self::with(paths, settings, keys, storage, host)?;
        let pack = Body::PackPublished(founding.pack);
        site.storage.writing(|writes| {
            let by = (INSTALLATION, Role::SiteAdmin);
            site_lane::write(&site, writes, by, Vec::new(), pack)
        })?;
        Ok(site)
    }
}

/// The folder does not exist, or is empty.
pub(crate) fn check_free(data: &Path) -> Result<(), InitError> {
    let io = |source| InitError::Io {
        file: data.to_owned(),
        source,
    };
    match fs::read_dir(data) {
        Ok(mut inside) => match inside.next() {
            None => Ok(()),
            Some(_) => Err(InitError::NotEmpty(data.to_owned())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(error)),
    }
}

/// A name beside the folder that nobody else uses.
pub(crate) fn beside(data: &Path, host: &Host) -> PathBuf {
    let mut name = data
        .file_name()
        .unwrap_or(std::ffi::OsStr::new("site"))
        .to_owned();
    name.push(format!(".{}.partial", host.random_id().simple()));
    data.parent().unwrap_or(Path::new("")).join(name)
}

/// Gives a finished folder its name. An empty folder of that name gives way.
pub(crate) fn publish(building: &Path, data: &Path) -> Result<(), InitError> {
    let io = |source| InitError::Io {
        file: data.to_owned(),
        source,
    };
    match fs::rename(building, data) {
        Ok(()) => {}
        // Not on the same file system as its parent: a mount point.
        Err(_) if data.is_dir() => {
            for entry in fs::read_dir(building).map_err(io)? {
                let entry = entry.map_err(io)?;
                fs::rename(entry.path(), data.join(entry.file_name())).map_err(io)?;
            }
            fs::remove_dir(building).map_err(io)?;
        }
        Err(error) => return Err(io(error)),
    }
    files::close_folder(data).map_err(io)?;
    files::sync_folder(data).map_err(io)
}

#[cfg(test)]
mod tests;
