//! What devices and a site do while their folders are recorded.

use std::path::{Path, PathBuf};

use handoff_cipherdb::{Database, DbKey, Migrations, OpenOptions};
use handoff_domain::{AttachmentAdded, AttachmentKind, Body, Entry, EntryId, VerificationMove};
use handoff_protocol::ids::ItemId;
use handoff_protocol::message::{Answer, Cursor, FeedItem, FeedPart, FeedPosition};
use handoff_store::{DeviceStore, Draft, SessionKeys, UserSession};
use handoff_testkit::crash_fs::{Disk, Recording};
use handoff_vault::{
    DeviceSecretStore as _, FileDeviceSecret, OsRandom, seal_attachment, unwrap_device_key,
};

use super::ledger::{Fact, Ledger};
use super::survey::NOW_MS;
use crate::lab::{Badge, Lab, SLOT, folder_of, open_device, open_site};
use crate::synthetic::Seeded;
use crate::world::LIAISON;

/// A recorded piece of work, and what was acknowledged in it.
pub struct Scene {
    /// What was done.
    pub name: String,
    /// What happened to the disk.
    pub recording: Recording,
    /// What was said to be safe.
    pub ledger: Ledger,
    /// Whose folder it is.
    pub side: Side,
}

/// Whose folder was recorded.
pub enum Side {
    /// A device's.
    Device(Box<Badge>),
    /// The site's.
    Site,
}

/// How much is done in each scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A few entries.
    Small,
    /// Enough to move logs into databases on the way.
    Large,
}

impl Size {
    fn of(self, small: usize, large: usize) -> usize {
        match self {
            Self::Small => small,
            Self::Large => large,
        }
    }
}

/// Every scene, recorded.
///
/// # Panics
/// When something in them fails: nothing is made to.
#[must_use]
pub fn scenes(lab: &Lab, size: Size) -> Vec<Scene> {
    let mut all = vec![
        save(lab, size),
        save_with_a_long_log(lab, size),
        attach(lab, size),
        catch_up(lab, size),
        migration(lab, size),
        eviction(lab, size),
        letting_go(lab, size),
    ];
    all.extend(sync(lab, size));
    all
}

/// A device on a watched disk.
struct Watched {
    home: PathBuf,
    badge: Badge,
    disk: Disk,
    ledger: Ledger,
    rng: Seeded,
}

impl Watched {
    fn of(lab: &Lab, name: &'static str) -> Self {
        Self::prepared(lab, name, |_, _| {})
    }

    /// As [`Self::of`], with something done before anybody watches.
    fn prepared(lab: &Lab, name: &'static str, before: impl FnOnce(&Path, &mut Ledger)) -> Self {
        let home = lab.copy(&lab.device_folder(0), name);
        let mut ledger = Ledger::default();
        before(&home, &mut ledger);
        let disk = Disk::watch(&home).expect("a folder");
        Self {
            badge: lab.badges[0].clone(),
            disk,
            ledger,
            rng: Seeded::new(name.len() as u64),
            home,
        }
    }

    fn note(&mut self, fact: Fact) {
        let at = self.disk.mark();
        self.ledger.note(at, fact);
    }

    fn save(&mut self, session: &UserSession) -> EntryId {
        let entry = self.badge.referral(&mut self.rng);
        save_one(session, &entry, None);
        self.note(Fact::Saved(entry.id));
        entry.id
    }

    fn done(self, name: &'static str) -> Scene {
        Scene {
            name: name.to_owned(),
            recording: self.disk.stop(),
            ledger: self.ledger,
            side: Side::Device(Box::new(self.badge)),
        }
    }
}

fn save_one(session: &UserSession, entry: &Entry, draft: Option<EntryId>) {
    session
        .save(&OsRandom, std::slice::from_ref(entry), draft, NOW_MS)
        .expect("a save");
}

/// A draft that becomes this entry.
#[must_use]
pub fn draft_of(entry: &Entry, version: u32) -> Draft {
    Draft {
        id: entry.id,
        entries: vec![entry.id],
        form: vec![u8::try_from(version % 251).unwrap_or(0); 700],
        page: 1,
        saved_at_ms: NOW_MS,
        version,
    }
}

/// Forms are begun, changed and saved, over several unlocks and openings.
fn save(lab: &Lab, size: Size) -> Scene {
    let mut at = Watched::of(lab, "save");
    for _ in 0..size.of(2, 4) {
        let store = open_device(&at.home).expect("a device");
        for _ in 0..2 {
            let session = at.badge.unlock(&store);
            for turn in 0..size.of(3, 6) {
                let entry = at.badge.referral(&mut at.rng);
                for version in 1..=2 {
                    session
                        .put_draft(&draft_of(&entry, version))
                        .expect("a draft");
                    at.note(Fact::Draft(entry.id, version));
                }
                if turn % 3 < 2 {
                    save_one(&session, &entry, Some(entry.id));
                    at.note(Fact::Saved(entry.id));
                }
            }
        }
    }
    at.done("save")
}

/// Saves until the log of device.db is moved into it while it is in use.
fn save_with_a_long_log(lab: &Lab, size: Size) -> Scene {
    let mut at = Watched::of(lab, "long-log");
    let store = open_device(&at.home).expect("a device");
    let session = at.badge.unlock(&store);
    for _ in 0..size.of(4, 120) {
        at.save(&session);
    }
    drop((session, store));
    at.done("save with a long log")
}

/// Pictures are saved with the entries that name them, and some are taken back.
fn attach(lab: &Lab, size: Size) -> Scene {
    let mut at = Watched::of(lab, "attach");
    let store = open_device(&at.home).expect("a device");
    let session = at.badge.unlock(&store);
    for turn in 0..size.of(3, 12) {
        let referral = at.save(&session);
        let plain = vec![u8::try_from(turn).unwrap_or(0); 70_000 * (turn % 3) + 900];
        let sealed = seal_attachment(&OsRandom, &plain).expect("it is short");
        let mut entry = at.badge.referral(&mut at.rng);
        entry.record.body = Body::AttachmentAdded(AttachmentAdded {
            referral: referral.into(),
            what: AttachmentKind::Signature,
            media_type: "image/png".to_owned(),
            len: plain.len() as u64,
            address: sealed.address,
            sealed_len: sealed.bytes.len() as u64,
            key: sealed.key.clone(),
        });
        let (id, address) = (entry.id, sealed.address);
        session
            .save_with(&OsRandom, &[entry], &[sealed], None, NOW_MS)
            .expect("a save");
        if turn % 4 == 1 {
            session.take_back(id).expect("it has not left");
        } else {
            at.note(Fact::Attached(id, address));
        }
    }
    drop((session, store));
    at.done("save with attachments")
}

/// The vault takes up what was saved behind an expired lease.
fn catch_up(lab: &Lab, size: Size) -> Scene {
    let mut at = Watched::of(lab, "catch-up");
    let store = open_device(&at.home).expect("a device");
    for _ in 0..size.of(2, 4) {
        let writing = store
            .unlock(SLOT, at.badge.writing_only())
            .expect("an unlock");
        for _ in 0..size.of(3, 8) {
            at.save(&writing);
        }
        drop(writing);
        drop(at.badge.unlock(&store));
    }
    drop(store);
    at.done("vault catch-up")
}

/// A file of schema 1 is opened by a program that knows schema 2.
fn migration(lab: &Lab, size: Size) -> Scene {
    let mut at = Watched::prepared(lab, "migration", |home, ledger| {
        let badge = &lab.badges[0];
        let mut rng = Seeded::new(0x3161);
        let store = open_device(home).expect("a device");
        let session = badge.unlock(&store);
        for _ in 0..size.of(5, 20) {
            let entry = badge.referral(&mut rng);
            save_one(&session, &entry, None);
            ledger.note(0, Fact::Saved(entry.id));
        }
        drop((session, store));
        downgrade(home);
    });
    let store = open_device(&at.home).expect("a device");
    at.note(Fact::Schema(2));
    let session = at.badge.unlock(&store);
    at.save(&session);
    drop((session, store));
    at.done("migration")
}

/// Makes device.db what schema 1 was: `device_2.sql` only adds a table that is
/// filled from others, `device_3.sql` columns and indices.
///
/// # Panics
/// When it does not open.
pub fn downgrade(home: &Path) {
    const HEAD: Migrations = Migrations::new(&[(1, ""), (2, ""), (3, ""), (4, ""), (5, "")]);
    const BACK: &str = "DROP TABLE attachment_row;
        DROP TABLE attachment;
        DROP TABLE erased;
        DROP INDEX journal_erased;
        DROP INDEX journal_resealed;
        ALTER TABLE enrolment DROP COLUMN erased_through;
        ALTER TABLE lane DROP COLUMN why;
        ALTER TABLE lane DROP COLUMN begun_ms;
        DROP TABLE coverage;
        PRAGMA user_version = 1";
    let secret = FileDeviceSecret::new(home.join("device.secret"), folder_of(home).access());
    let wrapped = std::fs::read(home.join("device.key")).expect("a key file");
    let key = unwrap_device_key(&secret.load().expect("a secret"), &wrapped).expect("a key");
    let key = DbKey::from_bytes(key.expose());
    let file = home.join("device.db");
    let db = Database::open(&file, &key, &HEAD, OpenOptions::durable()).expect("device.db");
    db.write(|tx| tx.execute_batch(BACK)).expect("schema 1");
}

/// The site takes entries away again.
fn eviction(lab: &Lab, size: Size) -> Scene {
    let site = open_site(&lab.copy(&lab.site_folder(), "eviction-site"));
    let serving = lab.serve(&site);
    let mut ids = Vec::new();
    let mut at = Watched::prepared(lab, "eviction", |home, ledger| {
        let badge = &lab.badges[0];
        let mut rng = Seeded::new(0xe1);
        let store = open_device(home).expect("a device");
        let session = badge.unlock(&store);
        for _ in 0..size.of(6, 16) {
            let entry = badge.referral(&mut rng);
            save_one(&session, &entry, None);
            ledger.note(0, Fact::Saved(entry.id));
            ids.push(entry.id);
        }
        lab.sync_all(&store, Some(&session), serving.address());
        for id in &ids {
            ledger.note(0, Fact::Received(*id));
        }
    });
    lab.runtime.block_on(serving.stop());
    let store = open_device(&at.home).expect("a device");
    let session = at.badge.unlock(&store);
    for some in ids.chunks(2).take(ids.len() / 4) {
        for id in some {
            at.note(Fact::MayGo(*id));
        }
        let evicts = some.iter().map(|id| FeedItem::Evict(ItemId(id.0)));
        let answer = feed(&store, &session, evicts.collect());
        let applied = store
            .apply(&answer, handoff_device::Host::system().now())
            .expect("an answer");
        assert!(applied.ignored.is_empty(), "{:?}", applied.ignored);
        for id in some {
            at.note(Fact::Gone(*id));
        }
    }
    drop((session, store));
    at.done("eviction")
}

/// What lies in a backup of the site is let go, while more is saved.
fn letting_go(lab: &Lab, size: Size) -> Scene {
    let data = lab.copy(&lab.site_folder(), "letting-go-site");
    let site = open_site(&data);
    let serving = lab.serve(&site);
    let mut at = Watched::prepared(lab, "letting-go", |home, ledger| {
        let badge = &lab.badges[0];
        let mut rng = Seeded::new(0x17);
        let store = open_device(home).expect("a device");
        let session = badge.unlock(&store);
        for _ in 0..size.of(6, 24) {
            let entry = badge.referral(&mut rng);
            save_one(&session, &entry, None);
            ledger.note(0, Fact::Saved(entry.id));
            ledger.note(0, Fact::Received(entry.id));
        }
        lab.sync_all(&store, Some(&session), serving.address());
        site.back_up(&data.with_extension("backup"))
            .expect("a backup");
        lab.sync_all(&store, Some(&session), serving.address());
    });
    lab.runtime.block_on(serving.stop());
    let store = open_device(&at.home).expect("a device");
    let session = at.badge.unlock(&store);
    at.save(&session);
    let answer = Answer {
        user_feeds: Vec::new(),
        keep_sealed_days: Some(1),
        ..feed(&store, &session, Vec::new())
    };
    let later = handoff_device::Host::system().now() + chrono::TimeDelta::days(2);
    store.apply(&answer, later).expect("an answer");
    let lane = store.lane_reports().expect("reports")[0].lane;
    let (_, items) = store.read_items(&lane, 1, 500).expect("items");
    let gone = items.iter().filter(|item| item.gone().is_some());
    assert_eq!(gone.count(), size.of(6, 24));
    at.save(&session);
    drop((session, store));
    at.done("letting go")
}

/// An answer of the site that goes on in this person's feed.
///
/// # Panics
/// When the vault has not read its feed yet.
#[must_use]
pub fn feed(store: &DeviceStore, session: &UserSession, items: Vec<FeedItem>) -> Answer {
    let epoch = store.enrolment().expect("an enrolment").epoch;
    let Some((FeedPosition::After(at), _)) = session.position().expect("a position") else {
        panic!("the vault has read its feed");
    };
    let part = FeedPart {
        snapshot: false,
        items,
        next: Cursor {
            position: at.position + 1,
            ..at
        },
        more: false,
        without_own: false,
    };
    Answer {
        epoch,
        keys: Vec::new(),
        receipts: Vec::new(),
        gaps: Vec::new(),
        site_feed: None,
        user_feeds: vec![(session.user(), part)],
        leases: Vec::new(),
        not_served: Vec::new(),
        attachments: Vec::new(),
        erasures: None,
        keep_sealed_days: None,
        keep_vault_days: None,
    }
}

/// Real sessions between a device and a site, both recorded: receipts, a
/// snapshot, decisions.
fn sync(lab: &Lab, size: Size) -> Vec<Scene> {
    let data = lab.copy(&lab.site_folder(), "sync-site");
    let site_disk = Disk::watch(&data).expect("a folder");
    let mut site_ledger = Ledger::default();
    let mut at = Watched::of(lab, "sync");
    let site = open_site(&data);
    let serving = lab.serve(&site);
    let store = open_device(&at.home).expect("a device");
    for turn in 0..size.of(2, 5) {
        // Sometimes everything is sent while its author is away.
        let writing = store
            .unlock(SLOT, keys(&at.badge, turn))
            .expect("an unlock");
        let saved: Vec<EntryId> = (0..size.of(3, 6)).map(|_| at.save(&writing)).collect();
        drop(writing);
        let session = turn.is_multiple_of(2).then(|| at.badge.unlock(&store));
        lab.sync_all(&store, session.as_ref(), serving.address());
        let mark = site_disk.mark();
        for id in &saved {
            site_ledger.note(mark, Fact::Custody(*id));
            at.note(Fact::Received(*id));
        }
        let decided = saved[0];
        site.decide(decided.into(), LIAISON, VerificationMove::Approve, "")
            .expect("a decision");
        site_ledger.note(site_disk.mark(), Fact::Decided(decided));
        let session = session.unwrap_or_else(|| at.badge.unlock(&store));
        lab.sync_all(&store, Some(&session), serving.address());
        let (position, _) = session.position().expect("a position").expect("a vault");
        at.note(Fact::Feed(position, decided, 2));
    }
    drop(store);
    lab.runtime.block_on(serving.stop());
    drop(site);
    vec![
        at.done("sync apply"),
        Scene {
            name: "site commit".to_owned(),
            recording: site_disk.stop(),
            ledger: site_ledger,
            side: Side::Site,
        },
    ]
}

fn keys(badge: &Badge, turn: usize) -> SessionKeys {
    if turn.is_multiple_of(2) {
        badge.reading()
    } else {
        badge.writing_only()
    }
}
