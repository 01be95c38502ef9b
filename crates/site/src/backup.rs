//! Backing a site up, so that the backup counts.
//!
//! **What.** One file: a consistent encrypted copy of the database, the keys,
//! the settings and the control log, sealed as a whole to the recovery key,
//! with a statement over its content that the identity key signed.
//!
//! **Why.** A backup that nobody restored is a hope. Each one is opened again
//! into a scratch folder, while its key is still in memory, and looked at;
//! only then does the file get its name, and only then do receipts say
//! "backed up".
//!
//! **What it does not do.** It does not carry the file away from the machine.

mod archive;
mod restore;

pub use restore::{ConfirmError, RestoreError, RestoreOptions, Restored, restore};

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use handoff_domain::SiteId;
use handoff_protocol::ids::{EpochId, SitePin};
use handoff_protocol::signed::{Signed, Statement};
use handoff_protocol::{CodecError, KeyId, codec};
use handoff_vault::{BackupError as SealError, BackupReader, BackupWriter, PrivateFileError};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::keys::Keys;
use crate::paths::Paths;
use crate::site::Site;
use crate::storage::sqlite::SqliteStorage;
use crate::storage::{LineRow, Soundness, Storage, StorageError};

/// What the identity key says about a backup. Stands in the clear: no name in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRecord {
    /// Which site.
    pub site: SitePin,
    /// Its short name.
    pub name: SiteId,
    /// The epoch that it was in.
    pub epoch: EpochId,
    /// When, site time.
    pub made_at: DateTime<Utc>,
    /// The schema of the database.
    pub schema: u32,
    /// SHA-256 over the content.
    #[serde(with = "codec::bytes32")]
    pub content: [u8; 32],
}

impl Statement for BackupRecord {
    const TAG: &'static str = "handoff/backup/1";
}

/// A backup that counts.
#[derive(Debug, Clone)]
pub struct BackedUp {
    /// What it says about itself.
    pub record: BackupRecord,
    /// Bytes of the file.
    pub bytes: u64,
    /// Items that it holds.
    pub items: u64,
}

/// Why there is no backup. No file of the name was left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file of that name.
    #[error("{0}: the file exists")]
    Exists(PathBuf),
    /// The file system.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The statement does not encode.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Its restore, as a test, did not bring back what is here.
    #[error("the backup was made, and its test restore failed: {0}")]
    NotRestorable(NotRestorable),
}

/// What a test restore did not bring back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRestorable {
    /// Its parts do not read, or its statement does not hold.
    #[error("its parts do not read")]
    Content,
    /// The keys in it do not open its database.
    #[error("its keys do not open its database")]
    Keys,
    /// Its database is damaged.
    #[error("its database is damaged")]
    Damaged,
    /// Something that was here before it was made is not in it.
    #[error("it lacks items that were here before")]
    Lacks,
}

impl Site {
    /// Backs the site up into a new file.
    ///
    /// # Errors
    /// [`BackupError`]; no file of that name was left behind.
    pub fn back_up(&self, file: &Path) -> Result<BackedUp, BackupError> {
        if file.symlink_metadata().is_ok() {
            return Err(BackupError::Exists(file.to_owned()));
        }
        let scratch = Scratch::make(&self.paths, &self.host)?;
        let partial = Scratch::beside(file, &self.host);
        let made = self.make(&scratch, &partial).and_then(|(done, brought)| {
            files::publish_new(&partial, file).map_err(|source| BackupError::Io {
                file: file.to_owned(),
                source,
            })?;
            self.counts(&brought)?;
            Ok(done)
        });
        let _ = fs::remove_file(&partial);
        made
    }

    fn make(&self, scratch: &Scratch, partial: &Path) -> Result<(BackedUp, Brought), BackupError> {
        let io = |file: &Path| {
            let file = file.to_owned();
            move |source| BackupError::Io { file, source }
        };
        let before = self.storage.reading(|reads| reads.all_lines())?;
        let copy = scratch.folder.join("site.db");
        self.storage.copy_to(&copy, self.keys.database().expose())?;
        // Behind the database: the log may know more, never less.
        let parts = archive::parts(&self.paths, &copy).map_err(io(self.paths.data()))?;
        let site = self.status()?;
        let record = BackupRecord {
            site: self.pin(),
            name: site.name,
            epoch: site.epoch_id,
            made_at: self.host.now(),
            schema: SqliteStorage::schema(),
            content: archive::hash(&parts).map_err(io(self.paths.data()))?,
        };
        let signed = self.keys.identity().sign_statement(&record)?;
        let manifest = codec::to_cbor(&signed, BackupRecord::TAG)?;

        let out = files::make(partial).map_err(io(partial))?;
        let random = self.host.random();
        let out = BufWriter::new(out);
        let mut writer = BackupWriter::begin(random, &site.recovery, &manifest, out)?;
        let key = writer.key();
        archive::write(&parts, &mut writer).map_err(io(partial))?;
        let mut out = writer.finish()?;
        out.flush().map_err(io(partial))?;
        let out = out.into_inner().map_err(|error| BackupError::Io {
            file: partial.to_owned(),
            source: error.into_error(),
        })?;
        out.sync_all().map_err(io(partial))?;

        let input = BufReader::new(File::open(partial).map_err(io(partial))?);
        let reader = BackupReader::open_with(key, input)?;
        let target = scratch.folder.join("restored");
        let (_, brought) =
            unpack(reader, &target).map_err(|why| BackupError::NotRestorable(why.of_test()))?;
        let lacks = before.iter().any(|line| {
            let head = brought.lines.iter().find(|head| head.id == line.id);
            head.is_none_or(|head| head.head.seq < line.head.seq)
        });
        if lacks {
            return Err(BackupError::NotRestorable(NotRestorable::Lacks));
        }
        let done = BackedUp {
            record,
            bytes: fs::metadata(partial).map_err(io(partial))?.len(),
            items: brought
                .lines
                .iter()
                .map(|line| line.head.seq - line.from_seq)
                .sum(),
        };
        Ok((done, brought))
    }

    /// Receipts say "backed up" from now on, and keys that were waiting for a
    /// backup are announced.
    fn counts(&self, brought: &Brought) -> Result<(), StorageError> {
        self.storage.writing(|writes| {
            for line in &brought.lines {
                writes.backed_up(line.id, line.head.seq)?;
            }
            for key in writes.site_keys()? {
                // One that was made meanwhile waits for the next backup.
                if !key.announced && brought.keys.contains(&key.id()) {
                    writes.keep_site_key(&crate::storage::SiteKeyRow {
                        announced: true,
                        ..key
                    })?;
                }
            }
            Ok::<_, StorageError>(())
        })?;
        self.wake.ring();
        Ok(())
    }
}

/// What a restore brought back.
pub(crate) struct Brought {
    pub lines: Vec<LineRow>,
    /// Keys whose secrets are there.
    pub keys: BTreeSet<KeyId>,
}

/// Why a backup's content was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnpackError {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("{file}: {source}")]
    Io { file: PathBuf, source: io::Error },
    #[error("its content is not what the site signed")]
    Content,
    #[error(transparent)]
    Keys(#[from] PrivateFileError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("its database is damaged")]
    Damaged,
}

impl UnpackError {
    fn of_test(&self) -> NotRestorable {
        match self {
            Self::Seal(_) | Self::Io { .. } | Self::Content => NotRestorable::Content,
            Self::Keys(_) | Self::Storage(_) => NotRestorable::Keys,
            Self::Damaged => NotRestorable::Damaged,
        }
    }
}

/// Brings a backup back into a new folder and looks at all of it: statement,
/// keys, database. The same for a test and in earnest.
pub(crate) fn unpack<R: io::Read>(
    mut reader: BackupReader<R>,
    folder: &Path,
) -> Result<(BackupRecord, Brought), UnpackError> {
    let io = |source| UnpackError::Io {
        file: folder.to_owned(),
        source,
    };
    files::make_folder(folder).map_err(io)?;
    let content = archive::read(&mut reader, folder).map_err(|error| {
        // What the seal says comes through the reader.
        match error.downcast::<SealError>() {
            Ok(error) => UnpackError::Seal(error),
            Err(source) => io(source),
        }
    })?;
    let paths = Paths::of(folder);
    let keys = Keys::load(&paths)?;
    let signed: Signed<BackupRecord> =
        codec::from_cbor(reader.manifest(), BackupRecord::TAG).map_err(|_| UnpackError::Content)?;
    let record = signed
        .open(&keys.identity().public())
        .map_err(|_| UnpackError::Content)?;
    if record.content != content || record.site != keys.pin() {
        return Err(UnpackError::Content);
    }
    let storage = SqliteStorage::open(&paths.database(), keys.database().expose())?;
    if storage.check()? != Soundness::Sound {
        return Err(UnpackError::Damaged);
    }
    let storage: &dyn Storage = &storage;
    let (site, lines) =
        storage.reading(|reads| Ok::<_, StorageError>((reads.site()?, reads.all_lines()?)))?;
    if site.identity != keys.identity().public() || site.epoch_id != record.epoch {
        return Err(UnpackError::Content);
    }
    let keys = keys.public().iter().map(|(_, key)| key.id()).collect();
    Ok((record, Brought { lines, keys }))
}

/// A folder for work in progress, within the data folder and its owner's
/// alone; gone when the work is done.
pub(crate) struct Scratch {
    pub folder: PathBuf,
}

impl Scratch {
    fn make(paths: &Paths, host: &crate::host::Host) -> Result<Self, BackupError> {
        let name = format!("scratch-{}", host.random_id().simple());
        let folder = paths.data().join(name);
        files::make_folder(&folder).map_err(|source| BackupError::Io {
            file: folder.clone(),
            source,
        })?;
        Ok(Self { folder })
    }

    fn beside(file: &Path, host: &crate::host::Host) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}.partial", host.random_id().simple()));
        PathBuf::from(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Copies that this value made.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests;
