//! The roster: who is here, and as what.

use std::collections::BTreeSet;

use handoff_domain::{Body, MAX_LINE, Role, RosterChanged, UserId};

use handoff_protocol::ids::DeviceId;

use crate::apply::views;
use crate::control_log::ControlEvent;
use crate::site::Site;
use crate::site_lane::{self, INSTALLATION, SiteLaneError};
use crate::storage::{DeviceRow, PersonRow, Reads, StorageError, Writes};

/// Why somebody was not added, or not found.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The entry was not written.
    #[error(transparent)]
    Lane(#[from] SiteLaneError),
    /// A name is missing.
    #[error("a person needs a name")]
    NoName,
    /// A text is longer than a line.
    #[error("{field} has {characters} characters; at most {MAX_LINE} are kept")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How many there are.
        characters: usize,
    },
    /// A text holds what cannot be seen.
    #[error(
        "{field} holds a character that cannot be seen (U+{code:04X}, at place {place}): \
         two names could look alike"
    )]
    Invisible {
        /// Which field.
        field: &'static str,
        /// The character.
        code: u32,
        /// Where, counted from 1.
        place: usize,
    },
    /// Somebody has that name.
    #[error("somebody of that name is on the roster already: {0}")]
    NameTaken(UserId),
    /// Nobody has that name.
    #[error("nobody of that name is on the roster")]
    NotFound,
    /// The person may not.
    #[error("only a project manager or a site administrator does that")]
    NotPermitted,
    /// The account is enabled.
    #[error("the account is enabled already")]
    Enabled,
    /// The account is disabled.
    #[error("the account is disabled already")]
    Disabled,
}

impl Site {
    /// Puts somebody on the roster.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed.
    pub fn add_person(
        &self,
        name: &str,
        roles: BTreeSet<Role>,
        agency: &str,
    ) -> Result<PersonRow, PersonError> {
        let name = line("the name", name)?;
        let agency = line("the agency", agency)?;
        if name.is_empty() {
            return Err(PersonError::NoName);
        }
        let new = UserId(self.host.new_id());
        let user = self.storage.writing(|writes| {
            let same = |person: &PersonRow| person.name.to_lowercase() == name.to_lowercase();
            if let Some(person) = writes.people()?.into_iter().find(same) {
                return Err(PersonError::NameTaken(person.user));
            }
            // Somebody whom this database forgot keeps their id, and with it
            // their devices.
            let user = self.vouched(writes, &name)?.unwrap_or(new);
            let change = RosterChanged {
                user,
                name: name.clone(),
                roles: roles.clone(),
                agency: agency.clone(),
            };
            let by = (INSTALLATION, Role::SiteAdmin);
            site_lane::write(self, writes, by, Vec::new(), Body::RosterChanged(change))?;
            Ok(user)
        })?;
        self.wake.ring();
        Ok(PersonRow {
            user,
            name,
            roles,
            agency,
        })
    }

    /// Somebody of this name who is not on the roster, and whom a device has
    /// shown a certificate of this site for.
    fn vouched(&self, reads: &dyn Reads, name: &str) -> Result<Option<UserId>, StorageError> {
        let people = reads.people()?;
        let identity = self.keys.identity().public();
        for device in reads.devices()? {
            for user in reads.users_of(device.device)? {
                if people.iter().any(|person| person.user == user) {
                    continue;
                }
                for author in reads.authors(user, device.device)? {
                    let certificate = author.certificate.open(&identity);
                    if certificate.is_ok_and(|certificate| certificate.name == name) {
                        return Ok(Some(user));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Sets the roles of somebody; none disables the account.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed.
    pub fn set_roles(&self, name: &str, roles: BTreeSet<Role>) -> Result<(), PersonError> {
        self.storage.writing(|writes| {
            let person = find(writes, name)?;
            self.change_roles(writes, person, roles, (INSTALLATION, Role::SiteAdmin))
        })?;
        self.wake.ring();
        Ok(())
    }

    /// Disables an account: its feeds and leases end, its vaults are emptied
    /// at their next sync, and what is captured from now on is parked.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed.
    pub fn disable_person(&self, name: &str, by: &str) -> Result<PersonRow, PersonError> {
        self.switch(name, by, |_, person| {
            if person.roles.is_empty() {
                Err(PersonError::Disabled)
            } else {
                Ok(BTreeSet::new())
            }
        })
    }

    /// Enables an account again, with the roles that it had before: what was
    /// parked because of it is judged again.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed.
    pub fn enable_person(&self, name: &str, by: &str) -> Result<PersonRow, PersonError> {
        self.switch(name, by, |reads, person| {
            if person.roles.is_empty() {
                last_roles(reads, person.user)
            } else {
                Err(PersonError::Enabled)
            }
        })
    }

    fn switch(
        &self,
        name: &str,
        by: &str,
        roles: impl Fn(&dyn Reads, &PersonRow) -> Result<BTreeSet<Role>, PersonError>,
    ) -> Result<PersonRow, PersonError> {
        let changed = self.storage.writing(|writes| {
            let by = administrator(writes, by)?;
            let person = find(writes, name)?;
            let roles = roles(writes, &person)?;
            let changed = PersonRow {
                roles: roles.clone(),
                ..person.clone()
            };
            self.change_roles(writes, person, roles, by)?;
            Ok::<_, PersonError>(changed)
        })?;
        self.wake.ring();
        Ok(changed)
    }

    fn change_roles(
        &self,
        writes: &dyn Writes,
        person: PersonRow,
        roles: BTreeSet<Role>,
        by: (UserId, Role),
    ) -> Result<(), PersonError> {
        let event = if roles.is_empty() {
            ControlEvent::PersonDisabled(person.user)
        } else {
            ControlEvent::PersonEnabled(person.user)
        };
        self.log_control(self.host.now(), event)?;
        let change = RosterChanged {
            user: person.user,
            name: person.name,
            roles,
            agency: person.agency,
        };
        site_lane::write(self, writes, by, Vec::new(), Body::RosterChanged(change))?;
        Ok(())
    }

    /// Revokes a device on somebody's word.
    ///
    /// # Errors
    /// [`PersonError`]; nothing was changed. A device that nobody knows is
    /// [`StorageError::Absent`].
    pub fn revoke_device_by(&self, device: DeviceId, by: &str) -> Result<(), PersonError> {
        self.storage
            .reading(|reads| administrator(reads, by).map(|_| ()))?;
        Ok(self.revoke_device(device)?)
    }

    /// Revokes a device: it is served nothing any more, and what was captured
    /// on it from now on is parked. What it hands in is still taken.
    ///
    /// # Errors
    /// [`StorageError`]; nothing was changed.
    pub fn revoke_device(&self, device: DeviceId) -> Result<(), StorageError> {
        let now = self.host.now();
        self.storage.writing(|writes| {
            if writes.device(device)?.is_none() {
                return Err(StorageError::Absent { table: "device" });
            }
            self.log_control(now, ControlEvent::DeviceRevoked(device))?;
            writes.revoke_device(device, now)?;
            writes.ask_to_judge()
        })?;
        self.wake.ring();
        Ok(())
    }

    /// The devices, in the order in which they came.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn devices(&self) -> Result<Vec<DeviceRow>, StorageError> {
        self.storage.reading(|reads| reads.devices())
    }

    /// The roster, by name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn people(&self) -> Result<Vec<PersonRow>, StorageError> {
        self.storage.reading(|reads| reads.people())
    }
}

/// Somebody by name.
pub(crate) fn find(reads: &dyn Reads, name: &str) -> Result<PersonRow, PersonError> {
    let name = name.trim();
    reads
        .people()?
        .into_iter()
        .find(|person| person.name == name)
        .ok_or(PersonError::NotFound)
}

/// Somebody who may change accounts, devices and records, as whom they do it.
pub(crate) fn administrator(reads: &dyn Reads, name: &str) -> Result<(UserId, Role), PersonError> {
    let person = find(reads, name)?;
    [Role::SiteAdmin, Role::ProjectManager]
        .into_iter()
        .find(|role| person.roles.contains(role))
        .map(|role| (person.user, role))
        .ok_or(PersonError::NotPermitted)
}

/// The roles that somebody had before their account was disabled.
fn last_roles(reads: &dyn Reads, user: UserId) -> Result<BTreeSet<Role>, PersonError> {
    let site = reads.site()?.name;
    let mut last = None;
    for row in reads.entries_of_kind("roster_changed")? {
        let record = views::read(&site, &row)?.record;
        if let Body::RosterChanged(change) = record.body
            && change.user == user
            && !change.roles.is_empty()
        {
            last = last.max(Some((record.captured_at.hlc, change.roles)));
        }
    }
    last.map(|(_, roles)| roles).ok_or(PersonError::NotFound)
}

/// One line of any script: kept as it is, or refused with a reason.
pub(crate) fn line(field: &'static str, text: &str) -> Result<String, PersonError> {
    let text = text.trim();
    let characters = text.chars().count();
    if characters > MAX_LINE {
        return Err(PersonError::TooLong { field, characters });
    }
    match text.chars().position(is_invisible) {
        None => Ok(text.to_owned()),
        Some(at) => Err(PersonError::Invisible {
            field,
            code: text.chars().nth(at).map_or(0, u32::from),
            place: at + 1,
        }),
    }
}

/// Control characters, and those that turn the direction of text around.
/// Joiners are letters' business in many scripts and in emoji.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{200b}')
}

#[cfg(test)]
mod tests;
