//! Reading a device beside the program that writes it: for `device list`.

use std::path::Path;

use handoff_domain::UserId;
use handoff_store::{Access, DeviceReader, Folder, open_reader};
use handoff_vault::DeviceSecretStore as _;

use super::{CoreError, people, referrals, secret_store};
use crate::contract::ReferralLine;
use crate::host::Host;

/// Referrals that one page reads.
const PAGE: usize = 200;

/// A device opened to read, without the lock.
pub struct DeviceList {
    folder: Folder,
    reader: DeviceReader,
    host: Host,
}

impl DeviceList {
    /// Opens the data folder.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn open(home: impl AsRef<Path>, host: Host) -> Result<Self, CoreError> {
        let folder = Folder::new(home.as_ref(), Access::Owner);
        if !folder.holds_a_device() {
            return Err(CoreError::NotEnrolled);
        }
        let secret = secret_store(&folder).load()?;
        let reader = open_reader(&folder, &secret)?;
        Ok(Self {
            folder,
            reader,
            host,
        })
    }

    /// The people of this device.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn people(&self) -> Result<Vec<(UserId, String)>, CoreError> {
        let people = self.reader.people()?;
        Ok(people
            .into_iter()
            .map(|person| (person.user, person.name))
            .collect())
    }

    /// Every referral that this person may read here, the newest first.
    ///
    /// # Errors
    /// [`CoreError::WrongPassword`], [`CoreError::LeaseRanOut`], and what the
    /// files say.
    pub fn referrals(&self, user: UserId, password: &str) -> Result<Vec<ReferralLine>, CoreError> {
        let person = self.reader.person(user)?.ok_or(CoreError::UnknownUser)?;
        let keys = people::reading_keys(&self.folder, &person, password)?;
        if !people::lease_holds(&self.reader, &person, self.host.now())? {
            return Err(CoreError::LeaseRanOut);
        }
        let reader = self.reader.read_as(person.slot, &keys)?;
        let mut lines = Vec::new();
        let mut behind = None;
        loop {
            let page = reader.referrals(PAGE, behind)?;
            lines.extend(page.iter().filter_map(referrals::line));
            behind = page.last().map(|held| held.order);
            if page.len() < PAGE {
                return Ok(lines);
            }
        }
    }
}
