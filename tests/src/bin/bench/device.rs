//! Devices with much in them: the real files, filled through the real saves.

use std::path::Path;

use anyhow::{Context as _, Result};
use handoff_domain::{Entry, EntryId, SiteId, UserId};
use handoff_store::{Access, DeviceStore, Folder, SessionKeys, Slot, UserSession, open_reader};
use handoff_tests::synthetic::{Seeded, record};
use handoff_tests::world::PASSWORD;
use handoff_vault::{
    DeviceSecret, DeviceSecretStore as _, FileDeviceSecret, OsRandom, Password, UnlockSecrets,
    UserWrap,
};
use uuid::Uuid;

/// When everything is saved: within one unlock, and so in one context.
pub const NOW_MS: i64 = 1_795_000_000_000;

/// Entries of one save when a device is filled.
const BY: usize = 50;

/// A device that somebody has unlocked, without the app around it.
pub struct Unlocked {
    /// The one person of it.
    pub session: UserSession,
    site: SiteId,
    user: UserId,
}

/// What opens a device without a password: for what is measured without Argon2.
pub struct Keys {
    folder: Folder,
    secret: DeviceSecret,
    slot: Slot,
    user: UserId,
    keys: SessionKeys,
}

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Everything.
    Reading,
    /// As behind an expired lease: saves, and no view.
    WritingOnly,
}

impl Keys {
    /// Those of a device's one person, by the password of all tests.
    pub fn of(home: &Path, rights: Rights) -> Result<Self> {
        let folder = Folder::new(home, Access::Owner);
        let secret = FileDeviceSecret::new(home.join("device.secret"), folder.access()).load()?;
        let reader = open_reader(&folder, &secret)?;
        let person = reader.people()?.into_iter().next().context("a person")?;
        let password = Password::typed(PASSWORD)?;
        let secrets = UnlockSecrets {
            password: &password,
            device: &secret,
            second_factor: None,
        };
        let wrap = UserWrap::from_bytes(&person.wrap)?;
        let keys = match rights {
            Rights::Reading => SessionKeys::Reading(wrap.unwrap_for_reading(&secrets)?),
            Rights::WritingOnly => SessionKeys::WritingOnly(wrap.unwrap_for_writing(&secrets)?),
        };
        Ok(Self {
            folder,
            secret,
            slot: person.slot,
            user: person.user,
            keys,
        })
    }
}

impl Unlocked {
    /// Opens the device in a data folder with the password of all tests.
    pub fn open(home: &Path, rights: Rights) -> Result<Self> {
        Self::with(&Keys::of(home, rights)?)
    }

    /// Opens a device's files and its person's.
    pub fn with(keys: &Keys) -> Result<Self> {
        let store = DeviceStore::open(&keys.folder, &keys.secret)?;
        let session = store.unlock(keys.slot, keys.keys.clone())?;
        let site = store.enrolment()?.site.site;
        Ok(Self {
            session,
            site,
            user: keys.user,
        })
    }

    /// An entry as an officer of this device would write it.
    pub fn entry(&self, rng: &mut Seeded) -> Entry {
        Entry {
            id: EntryId(Uuid::from_bytes(rng.bytes())),
            site: self.site.clone(),
            author: self.user,
            record: record(rng),
        }
    }

    /// Saves so many entries, many at once.
    pub fn fill(&self, count: usize, seed: u64) -> Result<()> {
        let mut rng = Seeded::new(seed);
        let mut left = count;
        while left > 0 {
            let some: Vec<Entry> = (0..left.min(BY)).map(|_| self.entry(&mut rng)).collect();
            left -= some.len();
            self.session.save(&OsRandom, &some, None, NOW_MS)?;
        }
        Ok(())
    }
}
