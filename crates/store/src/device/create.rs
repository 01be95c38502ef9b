//! Making a device's files, once, when it is enrolled.

use handoff_cipherdb::{Create, Database, Disposition, Durability};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::ids::{Incarnation, Lane, UserId};
use handoff_protocol::signed::SignedError;
use handoff_protocol::{PublicKey, Signed};
use handoff_vault::{DeviceSecret, Random, SigningKey};

use super::open::{OpenError, finish};
use super::{DeviceReader, DeviceStore};
use crate::device_key::{self, DeviceKeyError};
use crate::enrolment::{self, Enrolment};
use crate::error::{StorageError, Stored};
use crate::folder::{DEVICE, Folder, FolderError};
use crate::person::{self, NewPerson, Slot};
use crate::{lane, schema};

/// A device as the site has enrolled it, with its first person.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// What it is at its site.
    pub enrolment: Enrolment,
    /// The site's keys.
    pub keys: Vec<Signed<KeyCertificate>>,
    /// The device key.
    pub device_key: SigningKey,
    /// The first life of its journal.
    pub incarnation: Incarnation,
    /// Its first person.
    pub person: NewPerson,
}

/// Why a device was not made, or a person not added.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A device is enrolled here already.
    #[error("a device is enrolled in this folder already")]
    Exists,
    /// The person uses this device already.
    #[error("person {0} uses this device already")]
    PersonExists(UserId),
    /// What the site said is not signed by the identity key that is pinned.
    #[error("{what} does not hold")]
    NotSigned {
        /// What.
        what: &'static str,
        /// Why.
        source: SignedError,
    },
    /// What the site said is for another site, device or person.
    #[error("{what} is somebody else's")]
    NotOurs {
        /// What.
        what: &'static str,
    },
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The key of the files.
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    /// It was made and does not open.
    #[error(transparent)]
    Open(#[from] Box<OpenError>),
    /// The files.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CreateError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Exists | Self::PersonExists(_) | Self::Folder(_) => Disposition::AskUser,
            Self::NotSigned { .. } | Self::NotOurs { .. } => Disposition::Stop,
            Self::Key(error) => error.disposition(),
            Self::Open(error) => error.disposition(),
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl DeviceStore {
    /// Makes the files of a device that was just enrolled, and opens them. The
    /// device exists from one commit on: a call that was cut short is made
    /// again.
    ///
    /// # Errors
    /// [`CreateError`].
    pub fn create(
        folder: &Folder,
        secret: &DeviceSecret,
        random: &dyn Random,
        new: &NewDevice,
    ) -> Result<Self, CreateError> {
        let checked = Checked::of(new)?;
        folder.make()?;
        let locked = folder.lock()?.ok_or(OpenError::InUse).map_err(Box::new)?;
        // A key that is there already opens what may lie in quarantine.
        let key = device_key::read_or_make(folder, secret, random, checked.recovery.as_ref())?;
        let options = folder.open_options(Create::IfMissing, Durability::EveryCommit);
        let db = Database::open(&folder.file(DEVICE), &key, &schema::DEVICE, options)
            .map_err(StorageError::Db)?;
        if db.read(enrolment::read)?.is_some() {
            return Err(CreateError::Exists);
        }
        let (vault, drafts) = file_names(random);
        db.write(|tx| -> Stored<()> {
            let signing_key = new.device_key.to_bytes();
            enrolment::insert(tx, &new.enrolment, checked.epoch, signing_key.as_ref())?;
            for (signed, key) in &checked.keys {
                enrolment::add_key(tx, signed, key)?;
            }
            let device = new.enrolment.device;
            let incarnation = new.incarnation;
            lane::insert(
                tx,
                &Lane::Device {
                    device,
                    incarnation,
                },
                None,
            )?;
            person::insert(tx, &new.person, &vault, &drafts)?;
            Ok(())
        })?;
        Ok(finish(folder, db, locked).map_err(Box::new)?)
    }

    /// Adds a person to the device.
    ///
    /// # Errors
    /// [`CreateError`].
    pub fn add_person(&self, random: &dyn Random, new: &NewPerson) -> Result<Slot, CreateError> {
        let me = &self.shared.me;
        check_person(new, me.device, &me.site)?;
        let (vault, drafts) = file_names(random);
        match self
            .shared
            .write(|tx| person::insert(tx, new, &vault, &drafts))
        {
            Err(StorageError::Db(error)) if error.is_duplicate() => {
                Err(CreateError::PersonExists(new.user))
            }
            done => Ok(done?),
        }
    }
}

/// What was said at enrolment, with every signature checked.
struct Checked<'a> {
    epoch: handoff_protocol::EpochId,
    keys: Vec<(&'a Signed<KeyCertificate>, KeyCertificate)>,
    recovery: Option<PublicKey>,
}

impl<'a> Checked<'a> {
    fn of(new: &'a NewDevice) -> Result<Self, CreateError> {
        let Enrolment { site, device, .. } = &new.enrolment;
        let (pin, identity) = (site.pin(), &site.key);
        let what = "the epoch";
        let epoch = not_signed(new.enrolment.epoch.open(identity), what)?;
        ours(epoch.site == pin, what)?;
        let what = "the device's certificate";
        let certificate = not_signed(new.enrolment.certificate.open(identity), what)?;
        ours(
            certificate.site == pin
                && certificate.device == *device
                && certificate.key == new.device_key.public(),
            what,
        )?;
        let what = "a key certificate";
        let mut keys = Vec::with_capacity(new.keys.len());
        for signed in &new.keys {
            let key = not_signed(signed.open(identity), what)?;
            ours(key.site == pin, what)?;
            keys.push((signed, key));
        }
        check_person(&new.person, *device, site)?;
        let recovery = keys
            .iter()
            .filter(|(_, key)| key.purpose == KeyPurpose::Recovery)
            .max_by_key(|(_, key)| key.issued_at)
            .map(|(_, key)| key.key);
        let epoch = epoch.id;
        Ok(Self {
            epoch,
            keys,
            recovery,
        })
    }
}

fn check_person(
    new: &NewPerson,
    device: handoff_protocol::DeviceId,
    site: &handoff_protocol::certificate::SiteIdentity,
) -> Result<(), CreateError> {
    let what = "the person's certificate";
    let certificate = not_signed(new.certificate.open(&site.key), what)?;
    ours(
        certificate.site == site.pin()
            && certificate.device == device
            && certificate.user == new.user,
        what,
    )
}

fn not_signed<T>(opened: Result<T, SignedError>, what: &'static str) -> Result<T, CreateError> {
    opened.map_err(|source| CreateError::NotSigned { what, source })
}

fn ours(holds: bool, what: &'static str) -> Result<(), CreateError> {
    if holds {
        Ok(())
    } else {
        Err(CreateError::NotOurs { what })
    }
}

/// Names that say nothing about whose the files are.
fn file_names(random: &dyn Random) -> (String, String) {
    let name = |kind: &str| {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        format!("{kind}-{:016x}.db", u64::from_be_bytes(bytes))
    };
    (name("vault"), name("drafts"))
}

impl DeviceReader {
    /// The device's id.
    #[must_use]
    pub fn device(&self) -> handoff_protocol::DeviceId {
        self.shared.me.device
    }

    /// The pinned site.
    #[must_use]
    pub fn site(&self) -> &handoff_protocol::certificate::SiteIdentity {
        &self.shared.me.site
    }
}
