//! Bringing a site back, and saying so.
//!
//! A restored site opens a new epoch at once, so that no device takes an old
//! receipt for a new one. It takes custody at once too: what devices saved
//! since the backup comes back by itself. What it may have forgotten (who was
//! disabled, which device was revoked) is in the control log: until that was
//! replayed, or a person has confirmed, it serves no feed and signs no lease.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use handoff_domain::{Body, ReferralId, Role, RosterChanged, UserId};
use handoff_protocol::ids::{EpochId, ItemId};
use handoff_vault::{BackupError as SealError, BackupReader, RecoveryKey, RecoveryTextError};

use super::{BackupRecord, UnpackError, unpack};
use crate::control_log::{self, ControlEvent, ControlLine, ControlLogError};
use crate::epoch;
use crate::erase::{self, Order};
use crate::files;
use crate::host::Host;
use crate::init::{self, InitError};
use crate::people::{self, PersonError};
use crate::site::{OpenError, Site};
use crate::site_lane::{self, INSTALLATION, SiteLaneError};
use crate::storage::{AlarmCode, InvitationRow, StorageError, Writes};

/// What to bring back, and where.
#[derive(Debug, Clone, Copy)]
pub struct RestoreOptions<'a> {
    /// The new data folder: empty, or not there.
    pub data: &'a Path,
    /// The backup.
    pub file: &'a Path,
    /// The recovery key as it was shown.
    pub recovery_key: &'a str,
    /// The control log as it was when the site was lost.
    pub control_log: Option<&'a Path>,
}

/// A site that was brought back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the backup says about itself.
    pub record: BackupRecord,
    /// The epoch that was opened.
    pub epoch: EpochId,
    /// Nobody has confirmed it yet, and no control log was replayed.
    pub awaiting: bool,
    /// Events of the control log that the backup did not know.
    pub replayed: usize,
}

/// Why no site was brought back. Nothing was left behind.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Something lies in the folder.
    #[error("{0}: the folder is not empty")]
    NotEmpty(PathBuf),
    /// The recovery key is mistyped.
    #[error("the recovery key: {0}")]
    RecoveryKey(#[from] RecoveryTextError),
    /// The backup does not open.
    #[error("{file}: {source}")]
    Backup {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: SealError,
    },
    /// It opens and is not whole.
    #[error("{0}: the backup opens, and what is in it does not fit together")]
    Content(PathBuf),
    /// The file system.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The control log does not hold.
    #[error(transparent)]
    ControlLog(#[from] ControlLogError),
    /// The control log ends before the backup, or is another one.
    #[error("{0}: this control log does not go on from the one in the backup")]
    OtherControlLog(PathBuf),
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// An entry was not written.
    #[error(transparent)]
    Lane(#[from] SiteLaneError),
    /// The restored site does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Why a restored site was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Whoever confirms is not on the roster.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The person may not.
    #[error("only a project manager or a site administrator confirms a restored site")]
    NotPermitted,
}

/// Brings a site back into a new folder.
///
/// # Errors
/// [`RestoreError`]; nothing was left behind.
pub fn restore(options: &RestoreOptions<'_>, host: &Host) -> Result<Restored, RestoreError> {
    let recovery = RecoveryKey::from_text(options.recovery_key)?;
    init::check_free(options.data).map_err(|error| of_folder(error, options.data))?;
    let building = init::beside(options.data, host);
    let restored = bring_back(options, &recovery, &building, host).and_then(|restored| {
        init::publish(&building, options.data).map_err(|error| of_folder(error, options.data))?;
        Ok(restored)
    });
    if restored.is_err() {
        // Made a moment ago by this call, and nobody has seen it.
        let _ = fs::remove_dir_all(&building);
    }
    restored
}

fn bring_back(
    options: &RestoreOptions<'_>,
    recovery: &RecoveryKey,
    folder: &Path,
    host: &Host,
) -> Result<Restored, RestoreError> {
    let file = options.file;
    let io = |source| RestoreError::Io {
        file: file.to_owned(),
        source,
    };
    if let Some(parent) = folder.parent().filter(|path| !path.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let input = BufReader::new(File::open(file).map_err(io)?);
    let sealed = |source| RestoreError::Backup {
        file: file.to_owned(),
        source,
    };
    let reader = BackupReader::open(recovery, input).map_err(sealed)?;
    let (record, _) = unpack(reader, folder).map_err(|why| match why {
        UnpackError::Seal(error) => sealed(error),
        UnpackError::Io { file, source } => RestoreError::Io { file, source },
        _ => RestoreError::Content(file.to_owned()),
    })?;
    let site = Site::open(folder, |_| None, host.clone())?;
    let news = match options.control_log {
        Some(log) => Some(site.adopt_log(log)?),
        None => None,
    };
    let epoch = site.announce_restore(news.as_deref())?;
    Ok(Restored {
        record,
        epoch,
        awaiting: news.is_none(),
        replayed: news.map_or(0, |news| news.len()),
    })
}

fn of_folder(error: InitError, data: &Path) -> RestoreError {
    match error {
        InitError::NotEmpty(folder) => RestoreError::NotEmpty(folder),
        InitError::Io { file, source } => RestoreError::Io { file, source },
        _ => RestoreError::NotEmpty(data.to_owned()),
    }
}

impl Site {
    /// Says that this store was brought back: opens a new epoch, and replays
    /// what the store has forgotten, if that is known. Without it the site
    /// serves no feed and signs no lease until somebody confirms it.
    ///
    /// # Errors
    /// [`RestoreError`]; nothing was changed.
    pub fn announce_restore(
        &self,
        forgotten: Option<&[ControlLine]>,
    ) -> Result<EpochId, RestoreError> {
        let now = self.host.now();
        self.storage.writing(|writes| {
            let epoch = epoch::open(self, writes, now)?;
            writes.free_applier()?;
            if let Some(forgotten) = forgotten {
                self.replay(writes, forgotten)?;
                writes.confirm()?;
            }
            self.log_control(now, ControlEvent::EpochOpened(epoch))?;
            Ok(epoch)
        })
    }

    /// Takes a newer control log in the place of the backup's; returns what the
    /// backup did not know.
    fn adopt_log(&self, log: &Path) -> Result<Vec<ControlLine>, RestoreError> {
        let identity = self.keys.identity().public();
        let known = control_log::read(&self.paths.control_log(), &identity)?;
        let newer = control_log::read(log, &identity)?;
        let goes_on = newer.len() >= known.len()
            && known
                .iter()
                .zip(&newer)
                .all(|((_, known), (_, newer))| known == newer);
        if !goes_on {
            return Err(RestoreError::OtherControlLog(log.to_owned()));
        }
        let bytes = fs::read(log)
            .and_then(|bytes| files::write(&self.paths.control_log(), &bytes))
            .map_err(|source| RestoreError::Io {
                file: log.to_owned(),
                source,
            });
        bytes?;
        let news = newer.into_iter().skip(known.len());
        Ok(news.map(|(line, _)| line).collect())
    }

    /// Does again what the database has forgotten.
    pub(crate) fn replay(
        &self,
        writes: &dyn Writes,
        news: &[ControlLine],
    ) -> Result<(), RestoreError> {
        let mut disabled: BTreeMap<UserId, bool> = BTreeMap::new();
        for line in news {
            match &line.event {
                ControlEvent::PersonDisabled(user) => {
                    disabled.insert(*user, true);
                }
                ControlEvent::PersonEnabled(user) => {
                    disabled.insert(*user, false);
                }
                ControlEvent::DeviceRevoked(device) => writes.revoke_device(*device, line.at)?,
                ControlEvent::InvitationUsed(invitation, device) => {
                    if let Some(row) = writes.invitation(*invitation)? {
                        let used = Some((line.at, *device));
                        writes.keep_invitation(&InvitationRow { used, ..row })?;
                    }
                }
                ControlEvent::Erased {
                    item,
                    device,
                    reason,
                    by,
                } => {
                    let order = Order {
                        reason: *reason,
                        by: *by,
                        at: line.at,
                    };
                    self.erase_unnamed(writes, *item, order)?;
                    erase::erase(writes, *item, *device, order)?;
                }
                ControlEvent::Released(item, by) => {
                    writes.release(*item, *by, line.at)?;
                    writes.ask_to_judge()?;
                }
                ControlEvent::EpochOpened(_)
                | ControlEvent::KeyMade(..)
                | ControlEvent::Confirmed(_)
                | ControlEvent::Other => {}
            }
        }
        for person in writes.people()? {
            let is_disabled = disabled.get(&person.user) == Some(&true);
            if is_disabled && !person.roles.is_empty() {
                let change = RosterChanged {
                    user: person.user,
                    name: person.name,
                    roles: BTreeSet::new(),
                    agency: person.agency,
                };
                let by = (INSTALLATION, Role::SiteAdmin);
                site_lane::write(self, writes, by, Vec::new(), Body::RosterChanged(change))?;
            }
        }
        Ok(())
    }

    /// What this database has of an erased referral and the order does not name: the
    /// one that it was given on had not had it (again) yet. The entry that logged
    /// it goes last, and says whose the others are.
    fn erase_unnamed(
        &self,
        writes: &dyn Writes,
        logged: ItemId,
        order: Order,
    ) -> Result<(), RestoreError> {
        for row in writes.entries_of(ReferralId(logged.0))? {
            let device = row.lane.device();
            let mut items = BTreeSet::from([ItemId(row.id.0)]);
            // An entry that was sealed again stands in an item of another id.
            let held = writes.item(row.line, row.seq)?;
            items.extend(held.map(|held| held.item.id()));
            for item in items.into_iter().filter(|item| *item != logged) {
                let event = ControlEvent::Erased {
                    item,
                    device,
                    reason: order.reason,
                    by: order.by,
                };
                self.log_control(self.host.now(), event)?;
                erase::erase(writes, item, device, order)?;
            }
        }
        Ok(())
    }

    /// Somebody who may says that a restored site is fit to serve: feeds and
    /// leases again. False when there was nothing to confirm.
    ///
    /// # Errors
    /// [`ConfirmError`]; nothing was changed.
    pub fn confirm(&self, name: &str) -> Result<bool, ConfirmError> {
        let now = self.host.now();
        let confirmed = self.storage.writing(|writes| {
            let person = people::find(writes, name)?;
            let may = [Role::ProjectManager, Role::SiteAdmin];
            if !may.iter().any(|role| person.roles.contains(role)) {
                return Err(ConfirmError::NotPermitted);
            }
            writes.settle_alarm(AlarmCode::RolledBack)?;
            if !writes.lock_head()?.awaiting {
                return Ok(false);
            }
            self.log_control(now, ControlEvent::Confirmed(person.user))?;
            writes.confirm()?;
            Ok(true)
        })?;
        self.wake.ring();
        Ok(confirmed)
    }
}
