//! Opening a person's files with the keys that their password gave.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use handoff_cipherdb::{
    CipherDbError, Create, Database, DbKey, Disposition, Durability, Migrations, ReadOnlyDatabase,
};
use handoff_protocol::certificate::AuthorCertificate;
use handoff_protocol::ids::ItemId;
use handoff_protocol::pack::Packer;
use handoff_protocol::{CodecError, UserId, from_cbor};
use handoff_vault::{DatabaseKey, SealingKey, SigningKey, UserKeys, WritingKeys};

use super::{UserReader, UserSession};
use crate::db::Db;
use crate::device::{DeviceReader, DeviceStore, ReadError, Shared, lock};
use crate::device_key::db_key;
use crate::error::{StorageError, Stored};
use crate::folder::FolderError;
use crate::person::{Person, Slot};
use crate::view::Vault;
use crate::{drafts, journal, quarantine, redo_key, schema};

/// The keys that a password opened.
#[derive(Debug, Clone)]
pub enum SessionKeys {
    /// The lease holds.
    Reading(UserKeys),
    /// The lease has run out: drafts and new entries only.
    WritingOnly(WritingKeys),
}

/// Why a person's files did not open.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// Nobody has this slot.
    #[error("nobody has slot {}", .0.0)]
    UnknownSlot(Slot),
    /// They are signed in.
    #[error("person {0} is signed in already")]
    AlreadyUnlocked(UserId),
    /// The keys are not those of the person's certificate.
    #[error("the keys are not those of person {0}")]
    OtherKeys(UserId),
    /// A later version of the program has written a file. It was not touched.
    #[error("a file of the person has schema {found}, this program knows up to {known}")]
    Newer {
        /// The schema of the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The files.
    #[error(transparent)]
    Storage(StorageError),
}

impl UnlockError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::UnknownSlot(_) | Self::AlreadyUnlocked(_) | Self::OtherKeys(_) => {
                Disposition::Stop
            }
            Self::Newer { .. } | Self::Folder(_) => Disposition::AskUser,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl From<StorageError> for UnlockError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Db(CipherDbError::NewerSchema { found, known, .. }) => {
                Self::Newer { found, known }
            }
            error => Self::Storage(error),
        }
    }
}

impl From<CodecError> for UnlockError {
    fn from(error: CodecError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<ReadError> for UnlockError {
    fn from(error: ReadError) -> Self {
        error.0.into()
    }
}

impl DeviceStore {
    /// Opens a person's files. Drafts whose entries are in the journal are
    /// dropped here: they were saved. What the vault lacks of them is a second
    /// step, [`UserSession::catch_up`].
    ///
    /// # Errors
    /// [`UnlockError`]. A damaged vault or drafts file is set aside and begun
    /// anew; a session says so.
    pub fn unlock(&self, slot: Slot, keys: SessionKeys) -> Result<UserSession, UnlockError> {
        let person = find(self, slot)?;
        let signed: AuthorCertificate =
            from_cbor(&person.certificate.bytes, "an author certificate")?;
        let (drafts_key, signing, reading) = parts(keys);
        let is_theirs = signing.public() == signed.signing_key
            && reading
                .as_ref()
                .is_none_or(|(_, sealing)| sealing.public() == signed.sealing_key);
        if !is_theirs {
            return Err(UnlockError::OtherKeys(person.user));
        }
        let mut open = lock(&self.shared.open);
        if open
            .get(&slot)
            .is_some_and(|vault| vault.strong_count() > 0)
        {
            return Err(UnlockError::AlreadyUnlocked(person.user));
        }
        let mut set_aside = Vec::new();
        let drafts = open_or_begin(
            &self.shared,
            &person.drafts_file,
            &db_key(&drafts_key),
            &schema::DRAFTS,
            Durability::EveryCommit,
            &mut set_aside,
        )?;
        self.drop_saved_drafts(&drafts)?;
        let (vault, sealing) = match reading {
            Some((key, sealing)) => {
                let db = open_or_begin(
                    &self.shared,
                    &person.vault_file,
                    &db_key(&key),
                    &schema::VAULT,
                    Durability::Checkpoint,
                    &mut set_aside,
                )?;
                let vault = Arc::new(Vault {
                    db: Db::Write(db),
                    site: self.shared.me.site.site.clone(),
                    user: person.user,
                });
                open.insert(slot, Arc::downgrade(&vault));
                (Some(vault), Some(sealing))
            }
            None => (None, None),
        };
        self.shared.write(|tx| redo_key::forget_unused(tx, slot))?;
        Ok(UserSession {
            reader: UserReader {
                shared: Arc::clone(&self.shared),
                slot,
                user: person.user,
                vault,
            },
            device: self.clone(),
            signing,
            sealing_public: signed.sealing_key,
            sealing,
            drafts,
            writing: Mutex::new(None),
            packer: Mutex::new(Packer::new()?),
            set_aside,
        })
    }

    /// Drafts that were saved before a crash could drop them.
    fn drop_saved_drafts(&self, drafts: &Database) -> Stored<()> {
        let all = drafts.read(drafts::all)?;
        for draft in all {
            let was_saved = self.shared.db.read(|tx| -> Stored<bool> {
                for id in &draft.entries {
                    if journal::by_item(tx, ItemId(id.0))?.is_some() {
                        return Ok(true);
                    }
                }
                Ok(false)
            })?;
            if was_saved {
                drafts.write(|tx| drafts::delete(tx, draft.id))?;
            }
        }
        Ok(())
    }
}

impl DeviceReader {
    /// A person's vault, to read beside a process that writes it. Shows what
    /// that process has put there; it catches up when it unlocks.
    ///
    /// # Errors
    /// [`UnlockError`]; [`CipherDbError::Missing`] before the first unlock.
    pub fn read_as(&self, slot: Slot, keys: &UserKeys) -> Result<UserReader, UnlockError> {
        let person = find(self, slot)?;
        let file = self.shared.folder.file(&person.vault_file);
        let db = ReadOnlyDatabase::open(&file, &db_key(&keys.vault), &schema::VAULT)
            .map_err(StorageError::Db)?;
        Ok(UserReader {
            shared: Arc::clone(&self.shared),
            slot,
            user: person.user,
            vault: Some(Arc::new(Vault {
                db: Db::Read(db),
                site: self.shared.me.site.site.clone(),
                user: person.user,
            })),
        })
    }
}

fn find(device: &DeviceReader, slot: Slot) -> Result<Person, UnlockError> {
    let people = device.people()?;
    people
        .into_iter()
        .find(|person| person.slot == slot)
        .ok_or(UnlockError::UnknownSlot(slot))
}

fn parts(keys: SessionKeys) -> (DatabaseKey, SigningKey, Option<(DatabaseKey, SealingKey)>) {
    match keys {
        SessionKeys::Reading(keys) => (keys.drafts, keys.signing, Some((keys.vault, keys.sealing))),
        SessionKeys::WritingOnly(keys) => (keys.drafts, keys.signing, None),
    }
}

/// Opens a file of a person's; a damaged one is set aside and begun anew. The
/// key was authenticated, so that one that does not fit means damage too.
fn open_or_begin(
    shared: &Shared,
    name: &str,
    key: &DbKey,
    schema: &Migrations,
    durability: Durability,
    set_aside: &mut Vec<PathBuf>,
) -> Result<Database, UnlockError> {
    let folder = &shared.folder;
    let options = folder.open_options(Create::IfMissing, durability);
    let open = || Database::open(&folder.file(name), key, schema, options);
    match open() {
        Err(CipherDbError::DiskFull { .. }) if shared.gives_way() => {
            Ok(open().map_err(StorageError::Db)?)
        }
        Err(
            CipherDbError::Damaged { .. }
            | CipherDbError::NotADatabase { .. }
            | CipherDbError::WrongKey { .. },
        ) => {
            set_aside.push(quarantine::set_aside(folder, name)?);
            Ok(open().map_err(StorageError::Db)?)
        }
        opened => Ok(opened.map_err(StorageError::Db)?),
    }
}
