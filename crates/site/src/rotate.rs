//! New keys for receipts and for sealing.
//!
//! A new key is made and certified at once, and announced to devices once it
//! lies in a backup that was restored as a test: a key that is lost with its
//! machine must never have been sealed to. Old keys stay, because a device may
//! be in a trunk for a year with entries sealed to them.

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::KeyPurpose;
use handoff_protocol::{CodecError, KeyId};
use handoff_vault::PrivateFileError;

use crate::control_log::ControlEvent;
use crate::keys::{Keys, Rotated};
use crate::people::{self, PersonError};
use crate::site::Site;
use crate::storage::{SiteKeyRow, StorageError};

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Whoever asks may not.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The key's file.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// Its certificate does not encode.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// A key of the site, as an administrator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownKey {
    /// Names it.
    pub id: KeyId,
    /// What for.
    pub purpose: KeyPurpose,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Devices are told of it.
    pub announced: bool,
    /// Its secret is here. Of keys whose secret lies elsewhere or is not this
    /// program's to hold, false too.
    pub is_here: bool,
}

impl Site {
    /// Makes a new key, on the word of somebody who may. Devices are told of it
    /// after the next backup.
    ///
    /// # Errors
    /// [`RotateError`]; nobody was told of anything.
    pub fn rotate_key(&self, rotated: Rotated, by: &str) -> Result<KeyId, RotateError> {
        self.storage
            .reading(|reads| people::administrator(reads, by).map(|_| ()))?;
        let now = self.host.now();
        let key = Keys::make_another(self.host.random(), &self.paths, rotated)?;
        let row = SiteKeyRow {
            announced: false,
            ..self.keys.certify(rotated.purpose(), key, now)?
        };
        self.storage.writing(|writes| {
            self.log_control(now, ControlEvent::KeyMade(row.purpose, row.id()))?;
            writes.keep_site_key(&row)
        })?;
        Ok(row.id())
    }

    /// The site's keys, the oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn known_keys(&self) -> Result<Vec<KnownKey>, StorageError> {
        let here = self.keys.public();
        let mut known: Vec<KnownKey> = self
            .storage
            .reading(|reads| reads.site_keys())?
            .iter()
            .map(|row| KnownKey {
                id: row.id(),
                purpose: row.purpose,
                made_at: row.made_at,
                announced: row.announced,
                is_here: here.contains(&(row.purpose, row.key)),
            })
            .collect();
        known.sort_by_key(|key| (key.made_at, key.id));
        Ok(known)
    }
}

#[cfg(test)]
mod tests;
