//! A device with one or two people, and a site that answers it: keys,
//! certificates and receipts are made as the real ones are.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod answers;
pub mod pages;

use std::cell::Cell;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use handoff_cipherdb::DbKey;
use handoff_domain::{
    Body, CapturedAt, Door, Entry, EntryId, Facts, Hlc, OccurredAt, Offer, PersonDescription,
    PersonId, Place, Record, ReferralLogged, ReferralReport, Response, Role, SiteId, UserId,
};
use handoff_protocol::certificate::{
    AuthorCertificate, DeviceCertificate, KeyPurpose, Lease, SiteIdentity,
};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, Incarnation};
use handoff_protocol::{Signed, SitePin};
use handoff_store::{
    Access, DeviceStore, Enrolment, Folder, NewDevice, NewPerson, Saved, SessionKeys, Slot,
    UserSession,
};
use handoff_vault::{
    DatabaseKey, DeviceSecret, OsRandom, Random, RecoveryKey, SigningKey, SiteKeys, UserKeys,
    WritingKeys, unwrap_device_key,
};
use uuid::Uuid;

pub const NAME: &str = "Ximena Quetzalli-Øverland";
pub const NOW: i64 = 1_790_000_000_000;

/// A person of the device.
pub struct Officer {
    pub user: UserId,
    pub slot: Slot,
    pub keys: UserKeys,
}

/// A folder with a device in it, and the site that it belongs to.
pub struct Lab {
    pub home: tempfile::TempDir,
    pub folder: Folder,
    pub secret: DeviceSecret,
    pub site: SiteKeys,
    pub recovery: RecoveryKey,
    pub site_id: SiteId,
    pub device: DeviceId,
    pub device_key: SigningKey,
    pub epoch: Signed<EpochRecord>,
    pub epoch_id: EpochId,
    pub officers: Vec<Officer>,
    ids: Cell<u64>,
}

impl Lab {
    /// A device that was just enrolled, closed again.
    pub fn new() -> Self {
        Self::with_ballast(0)
    }

    pub fn with_ballast(bytes: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(&home.path().join("data"), Access::Group).with_ballast(bytes);
        let site = SiteKeys::make(&OsRandom);
        let epoch_id = EpochId::from_bytes([0xe1; 16]);
        let epoch = sign_epoch(&site, epoch_id, &[]);
        let mut lab = Self {
            folder,
            secret: DeviceSecret::random(&OsRandom),
            recovery: RecoveryKey::make(&OsRandom),
            site_id: SiteId::new("md-baltimore").unwrap(),
            device: DeviceId::from_bytes([0xd1; 16]),
            device_key: SigningKey::make(&OsRandom),
            site,
            epoch,
            epoch_id,
            officers: Vec::new(),
            ids: Cell::new(1),
            home,
        };
        let (person, officer) = lab.person(1);
        let new = lab.new_device(person);
        drop(DeviceStore::create(&lab.folder, &lab.secret, &OsRandom, &new).unwrap());
        lab.officers.push(officer);
        lab
    }

    /// As [`Self::new`], with a second person.
    pub fn with_two() -> Self {
        let mut lab = Self::new();
        let (person, mut officer) = lab.person(2);
        officer.slot = lab.open().add_person(&OsRandom, &person).unwrap();
        lab.officers.push(officer);
        lab
    }

    pub fn new_device(&self, person: NewPerson) -> NewDevice {
        let certificate = DeviceCertificate {
            site: self.site.pin(),
            device: self.device,
            name: "Unit 4B12".into(),
            key: self.device_key.public(),
            issued_at: now(),
        };
        NewDevice {
            enrolment: Enrolment {
                site: SiteIdentity {
                    site: self.site_id.clone(),
                    key: self.site.identity.public(),
                },
                device: self.device,
                name: "Unit 4B12".into(),
                url: "https://127.0.0.1:8443".into(),
                tls_pins: vec![[7; 32]],
                certificate: self.site.identity.sign_statement(&certificate).unwrap(),
                epoch: self.epoch.clone(),
                site_time: now(),
            },
            keys: self
                .site
                .certificates(&[(KeyPurpose::Recovery, self.recovery.public())], now())
                .unwrap(),
            device_key: self.device_key.clone(),
            incarnation: Incarnation::from_bytes([0x11; 16]),
            person,
        }
    }

    pub fn person(&self, n: u8) -> (NewPerson, Officer) {
        let keys = UserKeys::make(&OsRandom);
        let user = UserId(Uuid::from_bytes([n; 16]));
        let certificate = AuthorCertificate {
            site: self.site.pin(),
            user,
            name: format!("Officer {n}"),
            roles: [Role::Officer].into(),
            device: self.device,
            signing_key: keys.signing.public(),
            sealing_key: keys.sealing.public(),
            issued_at: now(),
        };
        let lease = self.lease(user, now());
        let person = NewPerson {
            user,
            name: format!("Officer {n}"),
            wrap: vec![n; 40],
            certificate: self.site.identity.sign_statement(&certificate).unwrap(),
            recovery_wrap: None,
            lease: Some(lease),
        };
        let slot = Slot(1);
        (person, Officer { user, slot, keys })
    }

    pub fn lease(&self, user: UserId, issued_at: DateTime<Utc>) -> Signed<Lease> {
        let lease = Lease {
            site: self.site.pin(),
            user,
            device: self.device,
            roles: [Role::Officer].into(),
            issued_at,
            not_after: issued_at + TimeDelta::hours(72),
        };
        self.site.receipt.sign_statement(&lease).unwrap()
    }

    pub fn open(&self) -> DeviceStore {
        DeviceStore::open(&self.folder, &self.secret).unwrap()
    }

    /// Unlocks for reading and catches up.
    pub fn unlock(&self, device: &DeviceStore) -> UserSession {
        self.unlock_as(device, 0)
    }

    pub fn unlock_as(&self, device: &DeviceStore, n: usize) -> UserSession {
        let officer = &self.officers[n];
        let keys = SessionKeys::Reading(officer.keys.clone());
        let session = device.unlock(officer.slot, keys).unwrap();
        session.catch_up().unwrap();
        session
    }

    pub fn unlock_to_write(&self, device: &DeviceStore) -> UserSession {
        let keys = &self.officers[0].keys;
        let writing = WritingKeys {
            drafts: keys.drafts.clone(),
            signing: keys.signing.clone(),
        };
        let slot = self.officers[0].slot;
        device
            .unlock(slot, SessionKeys::WritingOnly(writing))
            .unwrap()
    }

    /// A new referral about [`NAME`].
    pub fn referral(&self) -> Entry {
        self.referral_by(0)
    }

    pub fn referral_by(&self, n: usize) -> Entry {
        let id = self.next_id();
        self.entry(id, self.officers[n].user, logged(NAME))
    }

    pub fn entry(&self, id: EntryId, author: UserId, body: Body) -> Entry {
        let n = self.ids.get();
        Entry {
            id,
            site: self.site_id.clone(),
            author,
            record: Record {
                occurred_at: OccurredAt(now().fixed_offset()),
                captured_at: CapturedAt {
                    clock_ms: NOW,
                    hlc: Hlc {
                        wall_ms: NOW + i64::try_from(n).unwrap(),
                        count: 0,
                    },
                },
                role: Role::Officer,
                based_on: Vec::new(),
                body,
            },
        }
    }

    /// An id that rises, as those of version 7 do.
    pub fn next_id(&self) -> EntryId {
        let n = self.ids.get();
        self.ids.set(n + 1);
        EntryId(Uuid::from_u128(
            (u128::from(n) << 80) | 0x7000_8000_0000_0000_0000,
        ))
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Every file of the device with its bytes, at any depth.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        walk(self.home.path(), &mut files);
        files
    }

    /// The key of device.db, as somebody with the machine's secret has it.
    pub fn device_db_key(&self) -> DbKey {
        let wrapped = std::fs::read(self.path().join("device.key")).unwrap();
        let key = unwrap_device_key(&self.secret, &wrapped).unwrap();
        DbKey::from_bytes(key.expose())
    }

    /// The one file whose name begins so and ends with `.db`.
    pub fn file(&self, kind: &str) -> PathBuf {
        let mut found: Vec<PathBuf> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                name.starts_with(kind) && name.ends_with(".db")
            })
            .collect();
        assert_eq!(found.len(), 1, "{kind}");
        found.remove(0)
    }

    /// The bytes of a closed database, to be put back later: so a write is lost.
    pub fn keep(&self, kind: &str) -> Kept {
        let path = self.file(kind);
        let bytes = std::fs::read(&path).unwrap();
        Kept { path, bytes }
    }

    pub fn pin(&self) -> SitePin {
        self.site.pin()
    }
}

/// A database as it was.
pub struct Kept {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Kept {
    /// Puts it back without its log, as if nothing had been written since.
    pub fn put_back(self) {
        for suffix in ["-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            let _ = std::fs::remove_file(name);
        }
        std::fs::write(self.path, self.bytes).unwrap();
    }
}

pub fn save(session: &UserSession, entry: &Entry) -> Saved {
    session
        .save(&OsRandom, std::slice::from_ref(entry), None, NOW)
        .unwrap()
}

pub fn logged(name: &str) -> Body {
    Body::ReferralLogged(ReferralLogged {
        person: PersonId(Uuid::from_bytes([9; 16])),
        report: report(name),
        screening: None,
        charge_held: false,
    })
}

pub fn report(name: &str) -> ReferralReport {
    ReferralReport {
        door: Door::SocialContact,
        trigger: None,
        person: PersonDescription {
            given_name: name.into(),
            ..PersonDescription::default()
        },
        facts: Facts::default(),
        place: Place::default(),
        needs: Vec::new(),
        overdose: None,
        offer: Offer::Made(Response::Accepted),
        narrative: format!("{name} asked about treatment at the shelter on Greene Street."),
        refer_anyway: None,
    }
}

pub fn sign_epoch(site: &SiteKeys, id: EpochId, ancestors: &[EpochId]) -> Signed<EpochRecord> {
    let record = EpochRecord {
        site: site.pin(),
        id,
        ancestors: ancestors.to_vec(),
        opened_at: now(),
    };
    site.identity.sign_statement(&record).unwrap()
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(NOW).unwrap()
}

pub fn key_of(key: &DatabaseKey) -> DbKey {
    DbKey::from_bytes(key.expose())
}

/// The port, as a trait object.
pub fn random() -> &'static dyn Random {
    &OsRandom
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}

/// The number of device.db's schema, which is all that looking into it takes.
pub const DEVICE_SCHEMA: handoff_cipherdb::Migrations =
    handoff_cipherdb::Migrations::new(&[(1, ""), (2, ""), (3, ""), (4, ""), (5, "")]);

/// A number out of device.db, beside the process that writes it.
pub fn peek(lab: &Lab, sql: &'static str) -> i64 {
    let file = lab.path().join("device.db");
    let key = lab.device_db_key();
    let db = match handoff_cipherdb::ReadOnlyDatabase::open(&file, &key, &DEVICE_SCHEMA) {
        Ok(db) => db,
        Err(error) => panic!("{error}"),
    };
    db.read(|tx| tx.query_one(sql, [], |row| row.get(0)))
        .unwrap()
}
