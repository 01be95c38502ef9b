//! The files of released versions, opened by this one while they are recorded.
//!
//! What SQLite does between two statements of a step changes no file: a process
//! that dies there leaves what the last call to the disk left. So the moments
//! behind each call are all the moments at which a migration can be killed
//! (seed 1: everything that was written is there), or lose its power.

use std::path::Path;
use std::str::FromStr as _;

use handoff_cipherdb::{CipherDbError, DbKey, Migrations, ReadOnlyDatabase, ReadTx};
use handoff_domain::{EntryId, VerificationMove};
use handoff_site::Site;
use handoff_site::storage::StorageError;
use handoff_testkit::crash_fs::Disk;
use handoff_vault::{DeviceSecretStore as _, FileDeviceSecret, OsRandom, unwrap_device_key};
use serde_json::Value;
use uuid::Uuid;

use super::ledger::{Fact, Ledger};
use super::scenes::{Scene, Side};
use super::survey::NOW_MS;
use crate::lab::{Badge, folder_of, open_device, opener};
use crate::released::found;
use crate::synthetic::Seeded;
use crate::world::{LIAISON, PASSWORD, World};

/// A file of a version and the schema that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// The version.
    pub version: String,
    /// The file, by what it is.
    pub file: &'static str,
    /// Its schema then.
    pub schema: u32,
}

/// The files of a version, with their keys.
struct Files {
    world: World,
    known: Value,
    badge: Badge,
}

impl Files {
    fn of(version: &Path) -> Self {
        // The keys come from a copy of their own: to look for them opens it.
        let (copy, _) = found(version).expect("what it left");
        let badge = Badge::with_password(&copy.path("device"), PASSWORD);
        let (world, known) = found(version).expect("what it left");
        Self {
            world,
            known,
            badge,
        }
    }

    fn id(&self, name: &str) -> EntryId {
        let id = self.known[name].as_str().expect("an id");
        EntryId(Uuid::from_str(id).expect("an id"))
    }
}

/// A device and a site of a version, opened and used, step by step.
///
/// # Panics
/// When something in it fails: nothing is made to.
#[must_use]
pub fn scenes_of(version: &Path) -> Vec<Scene> {
    let name = name_of(version);
    vec![device(version, &name), site(version, &name)]
}

fn name_of(version: &Path) -> String {
    let name = version.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn device(version: &Path, name: &str) -> Scene {
    let files = Files::of(version);
    let home = files.world.path("device");
    let mut ledger = Ledger::default();
    for saved in ["approved", "received", "waiting"] {
        ledger.note(0, Fact::Saved(files.id(saved)));
    }
    for received in ["approved", "received"] {
        ledger.note(0, Fact::Received(files.id(received)));
    }
    let disk = Disk::watch(&home).expect("a folder");
    let store = open_device(&home).expect("a device");
    let head = handoff_store::schema_versions().device;
    ledger.note(disk.mark(), Fact::Schema(head));
    let session = files.badge.unlock(&store);
    let entry = files.badge.referral(&mut Seeded::new(0xa9e));
    session
        .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
        .expect("a save");
    ledger.note(disk.mark(), Fact::Saved(entry.id));
    drop((session, store));
    Scene {
        name: format!("device of {name}"),
        recording: disk.stop(),
        ledger,
        side: Side::Device(Box::new(files.badge)),
    }
}

fn site(version: &Path, name: &str) -> Scene {
    let files = Files::of(version);
    let data = files.world.path("site");
    let mut ledger = Ledger::default();
    for taken in ["approved", "received"] {
        ledger.note(0, Fact::Custody(files.id(taken)));
    }
    ledger.note(0, Fact::Decided(files.id("approved")));
    let disk = Disk::watch(&data).expect("a folder");
    let site = Site::open(&data, |_| None, handoff_site::Host::system()).expect("a site");
    let freed: Result<(), StorageError> = site.storage().writing(|writes| writes.free_applier());
    freed.expect("no other applier");
    site.judge_parked(&mut opener()).expect("it judges");
    let decided = files.id("received");
    site.decide(decided.into(), LIAISON, VerificationMove::Approve, "")
        .expect("a decision");
    ledger.note(disk.mark(), Fact::Decided(decided));
    drop(site);
    Scene {
        name: format!("site of {name}"),
        recording: disk.stop(),
        ledger,
        side: Side::Site,
    }
}

/// A database, with what opens it.
struct Database {
    file: &'static str,
    path: std::path::PathBuf,
    key: DbKey,
}

/// The databases of a device and a site.
fn databases(home: &Path, data: &Path, badge: &Badge) -> Vec<Database> {
    let secret = FileDeviceSecret::new(home.join("device.secret"), folder_of(home).access());
    let wrapped = std::fs::read(home.join("device.key")).expect("a key file");
    let device = unwrap_device_key(&secret.load().expect("a secret"), &wrapped).expect("a key");
    let keys = handoff_site::Keys::load(&handoff_site::Paths::of(data)).expect("keys");
    let (vault, drafts) = badge.database_keys();
    let named = |prefix: &str| {
        let files = std::fs::read_dir(home).expect("a folder");
        let mut files = files.map(|file| file.expect("a file").path());
        let is_it = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(prefix) && name.ends_with(".db")
        };
        files.find(is_it).expect("a file of a person")
    };
    let of = |file, path, key: &[u8; 32]| Database {
        file,
        path,
        key: DbKey::from_bytes(key),
    };
    vec![
        of("device", home.join("device.db"), device.expose()),
        of("vault", named("vault-"), vault.expose()),
        of("drafts", named("drafts-"), drafts.expose()),
        of("site", data.join("site.db"), keys.database().expose()),
    ]
}

/// The schemas of a version's files as it left them.
///
/// # Panics
/// When one does not open.
#[must_use]
pub fn schemas_of(version: &Path) -> Vec<Aged> {
    const NONE: Migrations = Migrations::new(&[]);
    let files = Files::of(version);
    let (home, data) = (files.world.path("device"), files.world.path("site"));
    let looked = databases(&home, &data, &files.badge).into_iter().map(|db| {
        let schema = match ReadOnlyDatabase::open(&db.path, &db.key, &NONE) {
            Err(CipherDbError::NewerSchema { found, .. }) => found,
            other => panic!("{}: {other:?}", db.file),
        };
        Aged {
            version: name_of(version),
            file: db.file,
            schema,
        }
    });
    looked.collect()
}

/// Every table, index and trigger of the four databases, in SQL: of a version's
/// files once this one has opened them.
///
/// # Panics
/// When one does not open.
#[must_use]
pub fn upgraded(version: &Path) -> Vec<(&'static str, Vec<String>)> {
    let files = Files::of(version);
    let (home, data) = (files.world.path("device"), files.world.path("site"));
    drop(files.badge.unlock(&open_device(&home).expect("a device")));
    drop(crate::lab::open_site(&data));
    tables(&home, &data, &files.badge)
}

/// As [`upgraded`], of files that this version has made.
///
/// # Panics
/// When they are not made.
#[must_use]
pub fn made_new() -> Vec<(&'static str, Vec<String>)> {
    let lab = crate::lab::Lab::with(1);
    let home = lab.device_folder(0);
    drop(lab.badges[0].unlock(&open_device(&home).expect("a device")));
    tables(&home, &lab.site_folder(), &lab.badges[0])
}

fn tables(home: &Path, data: &Path, badge: &Badge) -> Vec<(&'static str, Vec<String>)> {
    const ALL: &str = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema
        ORDER BY type, name";
    let looked = databases(home, data, badge).into_iter().map(|db| {
        let schema = ReadOnlyDatabase::open(&db.path, &db.key, &Migrations::new(&[]));
        let Err(CipherDbError::NewerSchema { found, .. }) = schema else {
            panic!("{} has no schema", db.file);
        };
        // Looking takes the schema as it is.
        let as_it_is: Vec<(u32, &'static str)> = (1..=found).map(|n| (n, "")).collect();
        let as_it_is = Migrations::new(Box::leak(as_it_is.into_boxed_slice()));
        let open = ReadOnlyDatabase::open(&db.path, &db.key, &as_it_is).expect(db.file);
        let all = |tx: &ReadTx<'_>| tx.query_all(ALL, [], |row| row.get(0));
        let rows: Result<Vec<String>, CipherDbError> = open.read(all);
        (db.file, rows.expect("its schema"))
    });
    looked.collect()
}
