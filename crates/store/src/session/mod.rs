//! A signed-in person: what they may write, and, while their lease holds, read.

mod catch_up;
mod draft;
#[cfg(test)]
mod full_disk;
mod redo_keys;
mod reseal;
mod save;
mod sealing;
mod take_back;
mod unlock;

pub use catch_up::{CatchUpError, CaughtUp};
pub use draft::DraftError;
pub use save::{SaveError, Saved, SavedEntry};
pub use take_back::TakeBackError;
pub use unlock::{SessionKeys, UnlockError};

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use handoff_cipherdb::Database;
use handoff_domain::{SiteId, UserId};
use handoff_protocol::pack::Packer;
use handoff_protocol::signed::Statement;
use handoff_protocol::{CodecError, PublicKey, Signed};
use handoff_vault::{SealingKey, SigningKey};

use crate::device::{DeviceStore, Shared};
use crate::person::Slot;
use crate::view::Vault;
use sealing::Writing;

/// A person's vault, opened to read.
pub struct UserReader {
    pub(crate) shared: Arc<Shared>,
    pub(crate) slot: Slot,
    pub(crate) user: UserId,
    pub(crate) vault: Option<Arc<Vault>>,
}

/// A person who has unlocked the device. Dropping it locks: keys are wiped.
///
/// Threads may use it at once; saves of one person wait for each other.
pub struct UserSession {
    reader: UserReader,
    device: DeviceStore,
    signing: SigningKey,
    /// Redo is wrapped to it; in their certificate, so that it is known even
    /// when the lease has run out.
    sealing_public: PublicKey,
    sealing: Option<SealingKey>,
    drafts: Database,
    writing: Mutex<Option<Writing>>,
    packer: Mutex<Packer>,
    set_aside: Vec<PathBuf>,
}

impl Deref for UserSession {
    type Target = UserReader;

    fn deref(&self) -> &UserReader {
        &self.reader
    }
}

impl UserReader {
    /// Whose it is.
    #[must_use]
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// Who it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whether stored records may be read: not when the lease has run out.
    #[must_use]
    pub fn can_read(&self) -> bool {
        self.vault.is_some()
    }

    pub(crate) fn site(&self) -> &SiteId {
        &self.shared.me.site.site
    }
}

impl UserSession {
    /// The device.
    #[must_use]
    pub fn device(&self) -> &DeviceStore {
        &self.device
    }

    /// The public half of the key that signs for this person.
    #[must_use]
    pub fn signing_key(&self) -> PublicKey {
        self.signing.public()
    }

    /// Signs a statement as this person: a pull, for one.
    ///
    /// # Errors
    /// [`CodecError`] when it does not encode.
    pub fn sign<T: Statement>(&self, statement: &T) -> Result<Signed<T>, CodecError> {
        self.signing.sign_statement(statement)
    }

    /// Files of this person that were damaged and set aside at this unlock.
    #[must_use]
    pub fn set_aside(&self) -> &[PathBuf] {
        &self.set_aside
    }

    /// Locks: every key of this person leaves memory.
    pub fn lock(self) {}
}

impl std::fmt::Debug for UserReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserReader({})", self.user)
    }
}

impl std::fmt::Debug for UserSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UserSession({}, ***)", self.user)
    }
}
