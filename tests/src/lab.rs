//! A site and its devices in this process: the real files, the real server and
//! the real driver, without a password to stretch. For tests that open the same
//! files many thousand times.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use handoff_device::sync::{Client, Envelope, Link, Summary, enrol, make_request};
use handoff_domain::{Entry, EntryId, Role, SiteId, UserId};
use handoff_protocol::DeviceId;
use handoff_protocol::ids::Incarnation;
use handoff_protocol::message::Answer;
use handoff_site::{NewSiteOptions, Opener, Serving, Site};
use handoff_store::{
    Access, DeviceStore, Enrolment, Folder, NewDevice, NewPerson, Salvage, SessionKeys, Slot,
    UserSession, salvage,
};
use handoff_sync::device::{BatchPlan, Post};
use handoff_vault::{
    DatabaseKey, DeviceSecretStore as _, FileDeviceSecret, OsRandom, Password, UnlockSecrets,
    UserKeys, UserWrap, WritingKeys,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::synthetic::{Seeded, record};
use crate::world::{LIAISON, OFFICER, World};

/// The file of the device secret within a device's folder.
const SECRET: &str = "device.secret";
const PACK: &str = "md-baltimore-2017";

/// A site with a roster, and devices enrolled at it. Nothing runs.
pub struct Lab {
    folder: TempDir,
    /// What networks run on.
    pub runtime: Runtime,
    /// The devices' people, with what a password would have opened.
    pub badges: Vec<Badge>,
    /// What opens the site's backups.
    pub recovery_key: String,
}

/// Who uses a device, and what their password opens.
#[derive(Clone)]
pub struct Badge {
    /// The device.
    pub device: DeviceId,
    /// Who.
    pub user: UserId,
    /// The site.
    pub site: SiteId,
    keys: UserKeys,
}

impl Lab {
    /// Founds a site and enrols so many devices.
    #[must_use]
    pub fn with(devices: usize) -> Self {
        Self::with_in(devices, &std::env::temp_dir())
    }

    /// As [`Self::with`], its folder in this one.
    #[must_use]
    pub fn with_in(devices: usize, folder: &Path) -> Self {
        let folder = tempfile::tempdir_in(folder).expect("a scratch folder");
        let runtime = Runtime::new().expect("a runtime");
        let address = SocketAddr::from(([127, 0, 0, 1], World::free_port()));
        let mut lab = Self {
            recovery_key: found(&folder.path().join("site"), address),
            folder,
            runtime,
            badges: Vec::new(),
        };
        let site = open_site(&lab.site_folder());
        for (name, role) in [(OFFICER, Role::Officer), (LIAISON, Role::ProsecutorLiaison)] {
            site.add_person(name, [role].into(), "").expect("a person");
        }
        let serving = lab
            .runtime
            .block_on(handoff_site::serve(Arc::clone(&site), address))
            .expect("the site serves");
        for number in 0..devices {
            let code = site.invite(OFFICER).expect("an invitation").code;
            let badge = lab.enrol(number, &code);
            lab.badges.push(badge);
        }
        lab.runtime.block_on(serving.stop());
        lab
    }

    fn enrol(&self, number: usize, code: &str) -> Badge {
        let host = handoff_device::Host::system();
        let name = format!("Unit {number}");
        let enrolled = self
            .runtime
            .block_on(enrol(&host, code, &name))
            .expect("an enrolment");
        let folder = Folder::new(&self.device_folder(number), Access::Owner).with_ballast(BALLAST);
        std::fs::create_dir_all(folder.path()).expect("a folder");
        let secret = secret_of(folder.path())
            .load_or_make(&OsRandom)
            .expect("a secret");
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
            incarnation: Incarnation(host.uuid_v4()),
            person: NewPerson {
                user: enrolled.author.user,
                name: enrolled.author.name.clone(),
                // Nobody types a password here.
                wrap: vec![0; 40],
                certificate: enrolled.reply.author.clone(),
                recovery_wrap: None,
                lease: Some(enrolled.reply.lease.clone()),
            },
        };
        drop(DeviceStore::create(&folder, &secret, &OsRandom, &new).expect("a device"));
        Badge {
            device: enrolled.device.device,
            user: enrolled.author.user,
            site: enrolled.site.site,
            keys: enrolled.user_keys,
        }
    }

    /// The site's data folder.
    #[must_use]
    pub fn site_folder(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// The data folder of a device.
    #[must_use]
    pub fn device_folder(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("device-{number}"))
    }

    /// A path in the scratch folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of a folder, to be changed.
    #[must_use]
    pub fn copy(&self, of: &Path, name: &str) -> PathBuf {
        let to = self.path(name);
        copy_folder(of, &to);
        to
    }

    /// Serves a site on any port.
    #[must_use]
    pub fn serve(&self, site: &Arc<Site>) -> Serving {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        self.runtime
            .block_on(handoff_site::serve(Arc::clone(site), any))
            .expect("the site serves")
    }

    /// One session of the real driver with whoever answers there.
    #[must_use]
    pub fn sync(
        &self,
        store: &DeviceStore,
        session: Option<&Arc<UserSession>>,
        address: SocketAddr,
    ) -> Summary {
        let link = link(store, address);
        self.runtime.block_on(sync_once(&link, session))
    }

    /// Sessions until the site has applied everything.
    ///
    /// # Panics
    /// When one stops early.
    pub fn sync_all(
        &self,
        store: &DeviceStore,
        session: Option<&Arc<UserSession>>,
        address: SocketAddr,
    ) {
        let link = link(store, address);
        loop {
            let summary = self.runtime.block_on(sync_once(&link, session));
            assert!(summary.stop.is_none(), "{summary:?}");
            if !summary.not_yet_applied {
                return;
            }
        }
    }
}

/// Bytes of a lab device's ballast.
pub const BALLAST: u64 = 64 * 1024;

/// A driver for a device that finds its site at this address.
#[must_use]
pub fn link(store: &DeviceStore, address: SocketAddr) -> Link {
    let enrolment = store.enrolment().expect("an enrolment");
    let url = format!("https://{address}");
    Link {
        host: handoff_device::Host::system(),
        client: Client::new(&url, enrolment.tls_pins.clone()).expect("a client"),
        device_key: store.device_key().expect("a key"),
        site: enrolment.site.pin(),
        device: enrolment.device,
        offset_ms: AtomicI64::new(0),
        answered_ms: AtomicI64::new(0),
        pace: Mutex::default(),
        store: store.clone(),
    }
}

/// One session of a driver.
pub async fn sync_once(link: &Link, session: Option<&Arc<UserSession>>) -> Summary {
    let pullers: Vec<Weak<UserSession>> = session.map(Arc::downgrade).into_iter().collect();
    let progress = Arc::new(|_, _| ());
    let tell = Arc::new(|_| ());
    link.session(pullers, Duration::ZERO, progress, tell).await
}

/// What a device would send now: everything that no receipt covers, marked as
/// sent, and with a session also the question for its feed.
///
/// # Panics
/// When the files do not read.
#[must_use]
pub fn request(store: &DeviceStore, session: Option<&Arc<UserSession>>) -> Vec<u8> {
    let host = handoff_device::Host::system();
    let enrolment = store.enrolment().expect("an enrolment");
    let outlook = store.outlook().expect("an outlook");
    let batch = outlook.lanes.first().map(|lane| {
        let from = lane.covered + 1;
        let (before, items) = store.read_items(&lane.lane, from, 500).expect("items");
        store
            .mark_sent(&lane.lane, lane.head.seq)
            .expect("they are sent");
        BatchPlan {
            lane: lane.lane,
            parent: lane.parent,
            before,
            items,
        }
    });
    let pullers: Vec<Weak<UserSession>> = session.map(Arc::downgrade).into_iter().collect();
    let envelope = Envelope {
        store,
        device_key: &store.device_key().expect("a key"),
        site: enrolment.site.pin(),
        device: enrolment.device,
        nonce: host.bytes(),
        now: host.now(),
        pullers: &pullers,
        wait_seconds: 0,
    };
    let post = Post {
        number: 1,
        with_certificates: false,
        batch,
        pieces: Vec::new(),
        pull: session.is_some(),
        site_time: None,
    };
    make_request(&envelope, post).expect("a request")
}

/// What the site answers, everything applied.
///
/// # Errors
/// What the store said.
pub fn answer(site: &Site, opener: &mut Opener, request: &[u8]) -> Result<Answer, String> {
    let taken = site
        .take(request)
        .map_err(|(reply, error)| format!("{:?} {error:?}", reply.outcome))?;
    let applied = site.apply(opener).map_err(|error| error.to_string())?;
    if applied.is_elsewhere {
        return Err("another process applies at this site".to_owned());
    }
    site.answer(&taken).map_err(|error| error.to_string())
}

/// What opens entries at a site.
///
/// # Panics
/// When there is no memory.
#[must_use]
pub fn opener() -> Opener {
    Opener::new(&handoff_site::Host::system())
}

/// Founds a site; returns its recovery key.
fn found(data: &Path, address: SocketAddr) -> String {
    let pack = handoff_eligibility::builtin()
        .iter()
        .find(|builtin| builtin.pack.id() == PACK)
        .expect("a pack")
        .toml;
    let options = NewSiteOptions {
        data,
        name: SiteId::new("md-baltimore").expect("a name"),
        pack,
        url: &format!("https://{address}"),
    };
    let founded = handoff_site::init(&options, &handoff_site::Host::system());
    founded.expect("a site").recovery_key.to_string()
}

/// Opens the site in a folder.
///
/// # Panics
/// When it does not open.
#[must_use]
pub fn open_site(data: &Path) -> Arc<Site> {
    let site = Site::open(data, |_| None, handoff_site::Host::system()).expect("a site");
    Arc::new(site)
}

fn secret_of(home: &Path) -> FileDeviceSecret {
    FileDeviceSecret::new(home.join(SECRET), Access::Owner)
}

/// The folder of a device that lies here.
#[must_use]
pub fn folder_of(home: &Path) -> Folder {
    Folder::new(home, Access::Owner).with_ballast(BALLAST)
}

/// Opens the device in a folder.
///
/// # Errors
/// What was said of its secret or of its files, by name.
pub fn open_device(home: &Path) -> Result<DeviceStore, String> {
    let secret = secret_of(home).load();
    let secret = secret.map_err(|error| format!("{error:?}"))?;
    DeviceStore::open(&folder_of(home), &secret).map_err(|error| format!("{error:?}"))
}

/// What still reads of a device.db that was set aside.
///
/// # Errors
/// What was said of its secret or of the file, by name.
pub fn salvage_device(home: &Path, file: &Path) -> Result<Salvage, String> {
    let secret = secret_of(home).load();
    let secret = secret.map_err(|error| format!("{error:?}"))?;
    salvage(&folder_of(home), &secret, file).map_err(|error| format!("{error:?}"))
}

impl Badge {
    /// The one person of a device that lies here, with what their password opens.
    ///
    /// # Panics
    /// When it opens nothing.
    #[must_use]
    pub fn with_password(home: &Path, password: &str) -> Self {
        let store = open_device(home).expect("a device");
        let enrolment = store.enrolment().expect("an enrolment");
        let person = store.people().expect("people").remove(0);
        let wrap = UserWrap::from_bytes(&person.wrap).expect("a wrap");
        let secrets = UnlockSecrets {
            password: &Password::typed(password).expect("a password"),
            device: &secret_of(home).load().expect("a secret"),
            second_factor: None,
        };
        Self {
            device: enrolment.device,
            user: person.user,
            site: enrolment.site.site,
            keys: wrap.unwrap_for_reading(&secrets).expect("the keys"),
        }
    }

    /// The keys of their vault and of their drafts.
    #[must_use]
    pub fn database_keys(&self) -> (&DatabaseKey, &DatabaseKey) {
        (&self.keys.vault, &self.keys.drafts)
    }

    /// What a password opens while the lease holds.
    #[must_use]
    pub fn reading(&self) -> SessionKeys {
        SessionKeys::Reading(self.keys.clone())
    }

    /// What it opens behind an expired lease.
    #[must_use]
    pub fn writing_only(&self) -> SessionKeys {
        SessionKeys::WritingOnly(WritingKeys {
            drafts: self.keys.drafts.clone(),
            signing: self.keys.signing.clone(),
        })
    }

    /// Signs in and catches up.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn unlock(&self, store: &DeviceStore) -> Arc<UserSession> {
        let session = store.unlock(SLOT, self.reading()).expect("an unlock");
        session.catch_up().expect("a catch-up");
        Arc::new(session)
    }

    /// A referral as this person would write it.
    #[must_use]
    pub fn referral(&self, rng: &mut Seeded) -> Entry {
        Entry {
            id: EntryId(Uuid::from_bytes(rng.bytes())),
            site: self.site.clone(),
            author: self.user,
            record: record(rng),
        }
    }
}

/// The one person of a lab device.
pub const SLOT: Slot = Slot(1);

/// Copies a folder with everything below it.
///
/// # Panics
/// When it cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
