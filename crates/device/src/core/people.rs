//! Enrolment, unlock and lock.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use handoff_domain::{Role, UserId};
use handoff_protocol::certificate::{AuthorCertificate, KeyPurpose, Lease};
use handoff_protocol::from_cbor;
use handoff_protocol::ids::Incarnation;
use handoff_store::{
    DeviceReader, DeviceStore, Enrolment, NewDevice, NewPerson, Person, SessionKeys,
};
use handoff_vault::{
    DeviceSecretKind, DeviceSecretStore as _, Kdf, Owner, Password, UnlockSecrets, UserKeys,
    UserWrap, WrapTerms, make_recovery_wrap,
};

use super::{Core, CoreError, Device, LOCK_AFTER, SignedIn, device_of, secret_store};
use crate::contract::{
    EnrolmentView, Event, PersonTile, Preferences, QueueCounts, SessionView, StatusView, Topic,
};
use crate::sync::{self, Enrolled};

impl Core {
    /// Enrols this device and its first person, who is signed in afterwards.
    ///
    /// # Errors
    /// [`CoreError`]; a code that was refused is still unused.
    pub async fn enrol_with(&self, code: &str, password: &str) -> Result<(), CoreError> {
        if self.state().device.is_some() {
            return Err(CoreError::AlreadyEnrolled);
        }
        if !self.host.clock_is_possible() {
            return Err(CoreError::ClockImpossible);
        }
        // Before the code is used up.
        let password = Password::chosen(password, &[]).map_err(CoreError::PasswordRefused)?;
        let enrolled = sync::enrol(&self.host, code, &device_name()).await?;
        let device = self.off_thread(|| self.make_files(&enrolled, &password))?;
        if let Some(look) = self.state().look.take()
            && let Err(error) = keep_look(&device, look)
        {
            tracing::warn!(%error, "the look that was chosen before was not kept");
        }
        self.state().device = Some(device);
        self.off_thread(|| self.sign_in(enrolled.author.user, &password))?;
        self.announce(&[Topic::Device, Topic::Session, Topic::Packs]);
        // Rules and roster come with the first sync; an enrolment without them
        // is whole all the same.
        self.sync_once(Duration::ZERO).await;
        Ok(())
    }

    fn make_files(&self, enrolled: &Enrolled, password: &Password) -> Result<Device, CoreError> {
        let random = self.host.random();
        self.folder.make()?;
        let secret = secret_store(&self.folder).load_or_make(random)?;
        let recovery = enrolled
            .keys
            .iter()
            .find(|key| key.purpose == KeyPurpose::Recovery);
        let owner = Owner {
            site: enrolled.site.pin(),
            device: enrolled.device.device,
            user: enrolled.author.user,
        };
        let secrets = UnlockSecrets {
            password,
            device: &secret,
            second_factor: None,
        };
        let terms = WrapTerms {
            owner,
            kdf: Kdf::standard(),
            second_factor: None,
            recovery: recovery.map(|key| key.key.id()),
        };
        let wrap = UserWrap::make(random, terms, &secrets, &enrolled.user_keys)?;
        let recovery_wrap = match recovery {
            Some(key) => {
                let wrap = make_recovery_wrap(random, &key.key, &owner, &enrolled.user_keys)?;
                Some(wrap)
            }
            None => None,
        };
        let new = NewDevice {
            enrolment: Enrolment {
                site: enrolled.site.clone(),
                device: enrolled.device.device,
                name: enrolled.device.name.clone(),
                url: enrolled.url.clone(),
                tls_pins: enrolled.tls_pins.clone(),
                certificate: enrolled.reply.device.clone(),
                epoch: enrolled.reply.epoch.clone(),
                site_time: enrolled.lease.issued_at,
            },
            keys: enrolled.reply.keys.clone(),
            device_key: enrolled.device_key.clone(),
            incarnation: Incarnation(self.host.uuid_v4()),
            person: NewPerson {
                user: enrolled.author.user,
                name: enrolled.author.name.clone(),
                wrap: wrap.to_bytes()?,
                certificate: enrolled.reply.author.clone(),
                recovery_wrap,
                lease: Some(enrolled.reply.lease.clone()),
            },
        };
        let store = DeviceStore::create(&self.folder, &secret, random, &new)?;
        device_of(store, &self.host)
    }

    /// Signs somebody in; whoever was signed in is locked first.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn unlock_as(&self, user: UserId, password: &str) -> Result<(), CoreError> {
        let password = Password::typed(password).map_err(|_| CoreError::WrongPassword)?;
        self.off_thread(|| self.sign_in(user, &password))?;
        self.announce(&[Topic::Session, Topic::Drafts, Topic::Referrals]);
        self.wake.notify_one();
        Ok(())
    }

    /// The people of this device.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn people(&self) -> Result<Vec<Person>, CoreError> {
        Ok(self.device()?.store.people()?)
    }

    fn sign_in(&self, user: UserId, password: &Password) -> Result<(), CoreError> {
        let device = self.device()?;
        let person = device.store.person(user)?.ok_or(CoreError::UnknownUser)?;
        let secret = secret_store(&self.folder).load()?;
        let wrap = UserWrap::from_bytes(&person.wrap)?;
        let secrets = UnlockSecrets {
            password,
            device: &secret,
            second_factor: None,
        };
        let keys = if lease_holds(&device.store, &person, self.host.now())? {
            SessionKeys::Reading(wrap.unwrap_for_reading(&secrets)?)
        } else {
            SessionKeys::WritingOnly(wrap.unwrap_for_writing(&secrets)?)
        };
        let certificate: AuthorCertificate =
            from_cbor(&person.certificate.bytes, "an author certificate")?;
        let mut state = self.state();
        // Two open sessions would be two people at one keyboard.
        state.signed_in = None;
        let session = device.store.unlock(person.slot, keys)?;
        if let Err(error) = session.catch_up()
            && session.can_read()
        {
            tracing::warn!(%error, "the vault was not brought up to the journal; the next unlock tries again");
        }
        let now_ms = self.host.now().timestamp_millis();
        if let Err(error) = session.reseal(self.host.random(), now_ms) {
            tracing::warn!(%error, "what the site cannot open was not sealed again; the next unlock tries again");
        }
        state.signed_in = Some(SignedIn {
            session: Arc::new(session),
            user,
            name: person.name,
            roles: certificate.roles.into_iter().collect(),
            touched_at: self.host.now(),
        });
        Ok(())
    }

    /// Whether the site has renewed the lease of somebody who was signed in
    /// without one: unlocking again opens what is stored.
    ///
    /// # Errors
    /// [`CoreError`].
    pub fn is_renewed(&self) -> Result<bool, CoreError> {
        let (device, signed_in) = (self.device()?, self.state().signed_in.clone());
        match signed_in {
            Some(signed_in) => self.renewed(&device, &signed_in),
            None => Ok(false),
        }
    }

    fn renewed(&self, device: &Device, signed_in: &SignedIn) -> Result<bool, CoreError> {
        if signed_in.session.can_read() {
            return Ok(false);
        }
        match device.store.person(signed_in.user)? {
            Some(person) => lease_holds(&device.store, &person, self.host.now()),
            None => Ok(false),
        }
    }

    /// Drops the keys of whoever is signed in.
    pub fn lock_now(&self) {
        let was = self.state().signed_in.take();
        if was.is_some() {
            drop(was);
            let _ = self.events.send(Event::Locked);
            self.announce(&[Topic::Session, Topic::Drafts, Topic::Referrals]);
            self.wake.notify_one();
        }
    }

    /// Locks when nobody has touched the device for too long.
    pub(super) fn lock_when_left(&self) {
        let now = self.host.now();
        let left = self.state().signed_in.as_ref().is_some_and(|signed_in| {
            (now - signed_in.touched_at)
                .to_std()
                .is_ok_and(|idle| idle >= LOCK_AFTER)
        });
        if left {
            self.lock_now();
        }
    }

    pub(super) fn status_view(&self) -> Result<StatusView, CoreError> {
        let connection = super::locked(&self.connection).clone();
        let (device, signed_in) = {
            let state = self.state();
            (state.device.clone(), state.signed_in.clone())
        };
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let Some(device) = device else {
            return Ok(StatusView {
                enrolment: None,
                people: Vec::new(),
                session: None,
                queue: QueueCounts::default(),
                connection,
                copied_at: None,
                preferences: self.preferences(),
                version,
            });
        };
        let enrolment = device.store.enrolment()?;
        let counts = device.store.counts()?;
        let drafts = match &signed_in {
            Some(signed_in) => signed_in.session.drafts()?.len(),
            None => 0,
        };
        let short = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let session = match signed_in {
            Some(signed_in) => Some(SessionView {
                user: signed_in.user.0,
                roles: signed_in
                    .roles
                    .iter()
                    .map(|role| role.as_str().to_owned())
                    .collect(),
                write_only: !signed_in.session.can_read(),
                renewed: self.renewed(&device, &signed_in)?,
                locks_after_seconds: u32::try_from(LOCK_AFTER.as_secs()).unwrap_or(u32::MAX),
                name: signed_in.name,
            }),
            None => None,
        };
        Ok(StatusView {
            enrolment: Some(EnrolmentView {
                site: enrolment.site.site.as_str().to_owned(),
                device_name: enrolment.name,
                secret_in_file: secret_store(&self.folder).kind() == DeviceSecretKind::File,
            }),
            people: device
                .store
                .people()?
                .into_iter()
                .map(|person| PersonTile {
                    user: person.user.0,
                    initials: initials(&person.name),
                    name: person.name,
                })
                .collect(),
            session,
            queue: QueueCounts {
                drafts: short(drafts as u64),
                waiting: short(counts.waiting),
                needs_you: short(counts.needs_you),
                received: short(counts.received),
            },
            connection,
            copied_at: device
                .store
                .went_on()?
                .map(|went_on| super::referrals::time(went_on.at_ms)),
            preferences: self.preferences(),
            version,
        })
    }

    /// Keeps the look of the app: with the device, or until there is one.
    pub(super) fn keep_preferences(&self, preferences: Preferences) -> Result<(), CoreError> {
        let device = {
            let mut state = self.state();
            if state.device.is_none() {
                state.look = Some(preferences);
            }
            state.device.clone()
        };
        if let Some(device) = device {
            keep_look(&device, preferences)?;
        }
        self.announce(&[Topic::Device]);
        Ok(())
    }

    /// Work that takes a while (a password's stretching): off the thread that
    /// serves others, where there are several.
    fn off_thread<T>(&self, work: impl FnOnce() -> T) -> T {
        let many = tokio::runtime::Handle::try_current().is_ok_and(|runtime| {
            runtime.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread
        });
        if many {
            tokio::task::block_in_place(work)
        } else {
            work()
        }
    }
}

fn keep_look(device: &Device, look: Preferences) -> Result<(), CoreError> {
    let text = serde_json::to_string(&look).unwrap_or_default();
    Ok(device
        .store
        .set_preference(None, super::PREFERENCES, &text)?)
}

/// Whether what is stored may be read: the lease is the site's own word, and
/// its time is counted from the latest site time that was seen.
pub(super) fn lease_holds(
    device: &DeviceReader,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<bool, CoreError> {
    let Some(signed) = &person.lease else {
        return Ok(false);
    };
    let keys = device.site_keys(KeyPurpose::Receipt)?;
    let Some(key) = keys.iter().find(|key| key.key.id() == signed.key) else {
        return Ok(false);
    };
    let lease: Lease = match signed.open(&key.key) {
        Ok(lease) => lease,
        Err(_) => return Ok(false),
    };
    let now = now.max(device.enrolment()?.site_time);
    Ok(lease.user == person.user && now < lease.not_after)
}

/// Keys for reading, opened with a password.
///
/// # Errors
/// [`CoreError::WrongPassword`], and what the files say.
pub(super) fn reading_keys(
    folder: &handoff_store::Folder,
    person: &Person,
    password: &str,
) -> Result<UserKeys, CoreError> {
    let password = Password::typed(password).map_err(|_| CoreError::WrongPassword)?;
    let secret = secret_store(folder).load()?;
    let secrets = UnlockSecrets {
        password: &password,
        device: &secret,
        second_factor: None,
    };
    Ok(UserWrap::from_bytes(&person.wrap)?.unwrap_for_reading(&secrets)?)
}

/// At most three letters, one of each of the first words of a name.
fn initials(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .filter_map(|word| word.chars().next())
        .take(3)
        .flat_map(char::to_uppercase)
        .collect()
}

/// What this machine calls itself.
fn device_name() -> String {
    std::fs::read_to_string("/etc/hostname")
        .ok()
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| {
            name.trim()
                .chars()
                .filter(|c| !c.is_control())
                .take(60)
                .collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Field device".to_owned())
}

/// The role under which somebody logs referrals.
pub(super) fn referring_role(roles: &[Role]) -> Option<Role> {
    [Role::Officer, Role::Sergeant]
        .into_iter()
        .find(|role| roles.contains(role))
}
