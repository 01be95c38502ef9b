//! The site: the real one, over a store that can be put back.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use handoff_domain::{PackPublished, Role, SiteId, UserId};
use handoff_protocol::codec;
use handoff_protocol::enrolment::{EnrolAnswer, EnrolReply, EnrolRequest, EnrolmentCode, Speaker};
use handoff_protocol::ids::DeviceId;
use handoff_protocol::message::{Outcome, ProtocolRange, SyncReply};
use handoff_site::storage::sqlite::SqliteStorage;
use handoff_site::storage::{SiteKeyRow, Storage, StorageError};
use handoff_site::{Founding, Host, Keys, Opener, Paths, Settings, Site, check_pack, control_log};
use handoff_vault::{SigningKey, UserKeys, enrol_mac};
use tempfile::TempDir;

use super::Depth;
use super::device::scratch;
use super::fuse::Fuse;
use super::fused::Fused;
use super::seeded::Seeded;
use crate::memory::{MemoryStorage, Tables};

/// The rule pack of every simulated site.
pub(super) const PACK: &str = include_str!("../../../eligibility/packs/md-baltimore-2017.toml");
/// Who confirms a restored site.
pub(super) const ADMIN: &str = "Terry Cole";

/// The site and everything around its process.
pub(super) struct SiteHost {
    pub site: Site,
    pub fuse: Fuse,
    pub is_down: bool,
    pub backups: Vec<Backup>,
    /// The backup that was brought back last.
    pub brought_back: Option<usize>,
    /// How often its store was put back.
    pub generation: u32,
    speaks: ProtocolRange,
    host: Host,
    opener: Opener,
    fused: Fused,
    store: Store,
    clock: Arc<AtomicI64>,
    settings: Settings,
    /// Secrets of sealing keys that are not where the site looks for them.
    lost: Vec<PathBuf>,
    folder: TempDir,
}

enum Store {
    Memory(Arc<MemoryStorage>),
    Files,
}

/// A store as it was.
pub(super) struct Backup {
    image: Image,
    /// Lines of the control log then.
    log: usize,
}

enum Image {
    Memory(Box<Tables>),
    File(PathBuf),
}

/// What became of a request.
pub(super) enum Answered {
    /// A reply.
    Reply(Box<SyncReply>),
    /// The connection was refused, or ended without a reply.
    Nothing,
}

impl SiteHost {
    pub fn found(
        depth: Depth,
        random: &Seeded,
        now_ms: i64,
        items_per_day: u64,
        lets_go: bool,
    ) -> Self {
        let folder = scratch();
        let clock = Arc::new(AtomicI64::new(now_ms));
        let host = {
            let clock = Arc::clone(&clock);
            let now = move || time(clock.load(Ordering::Relaxed));
            Host::new(now, random.clone())
        };
        let paths = Paths::of(folder.path());
        std::fs::create_dir(paths.keys()).expect("a folder");
        Keys::make(random).save(&paths).expect("keys");
        let keys = Keys::load(&paths).expect("keys");
        let fuse = Fuse::default();
        let (inner, store): (Arc<dyn Storage>, Store) = match depth {
            Depth::Model => {
                let memory = Arc::new(MemoryStorage::default());
                (memory.clone(), Store::Memory(memory))
            }
            Depth::Files => {
                let made = SqliteStorage::make(&paths.database(), keys.database().expose());
                (Arc::new(made.expect("a store")), Store::Files)
            }
        };
        let fused = Fused::new(inner, fuse.clone());
        let mut settings = Settings::read("", |_| None).expect("the default settings");
        settings.limits.items_per_day = items_per_day;
        settings.devices.keep_sealed_days = u16::from(lets_go);
        let other = || SigningKey::make(random).public();
        let founding = Founding {
            name: SiteId::new("md-baltimore").expect("a name"),
            recovery: other(),
            tls: other(),
            pack: pack(),
        };
        let storage: Arc<dyn Storage> = Arc::new(fused.clone());
        let site = Site::found(
            paths,
            settings.clone(),
            keys,
            storage,
            host.clone(),
            founding,
        );
        Self {
            site: site.expect("a site"),
            fuse,
            is_down: false,
            backups: Vec::new(),
            brought_back: None,
            generation: 0,
            speaks: ProtocolRange::OURS,
            opener: Opener::new(&host),
            host,
            fused,
            store,
            clock,
            settings,
            lost: Vec::new(),
            folder,
        }
    }

    pub fn storage(&self) -> &dyn Storage {
        self.site.storage()
    }

    pub fn set_clock(&self, ms: i64) {
        self.clock.store(ms, Ordering::Relaxed);
    }

    pub fn clock(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Puts somebody on the roster.
    pub fn add_person(&self, name: &str, role: Role) -> UserId {
        let added = self.site.add_person(name, [role].into(), "BPD");
        added.expect("a person of the roster").user
    }

    /// Enrols a device, or somebody on it; `None` when the site does not let
    /// them in now.
    pub fn enrol(
        &self,
        name: &str,
        device: DeviceId,
        key: &SigningKey,
        keys: &UserKeys,
    ) -> Option<EnrolReply> {
        let invited = self.site.invite(name).ok()?;
        let code = EnrolmentCode::from_text(&invited.code).expect("a code");
        let request = EnrolRequest {
            invitation: code.invitation(),
            device,
            device_name: "Unit 4B12".to_owned(),
            device_key: key.public(),
            signing_key: keys.signing.public(),
            sealing_key: keys.sealing.public(),
        };
        let proven = enrol_mac::prove(&code.token, Speaker::Device, &code.site, &request);
        let bytes = codec::to_cbor(&proven.expect("a proof"), "an enrolment");
        match self.site.enrol(&bytes.expect("an enrolment")).ok()? {
            EnrolAnswer::Refused(_) => None,
            EnrolAnswer::Done(proven) => {
                let reply = enrol_mac::check(&code.token, Speaker::Site, &code.site, &proven);
                Some(reply.expect("the site's own reply"))
            }
        }
    }

    /// Takes a request, applies if it is told to, answers.
    pub fn perform(&mut self, bytes: &[u8], apply: bool) -> Answered {
        if self.is_down || self.fuse.is_blown() {
            return Answered::Nothing;
        }
        let taken = match self.site.take(bytes) {
            Ok(taken) => taken,
            Err(_) if self.fuse.is_blown() => return Answered::Nothing,
            Err((reply, _)) => return Answered::Reply(Box::new(reply)),
        };
        if apply {
            let _ = self.apply();
        }
        match self.site.answer(&taken) {
            Ok(answer) if !self.fuse.is_blown() => Answered::Reply(Box::new(SyncReply {
                protocol: self.speaks,
                site_time: self.host.now(),
                nonce: taken.request.nonce,
                outcome: Outcome::Done(Box::new(answer)),
            })),
            // What was taken is taken; the device asks again.
            Ok(_) | Err(_) => Answered::Nothing,
        }
    }

    pub fn apply(&mut self) -> Result<bool, StorageError> {
        let applied = self.site.apply(&mut self.opener)?;
        Ok(!applied.is_elsewhere)
    }

    pub fn judge(&mut self) -> Result<(), StorageError> {
        self.site.judge_parked(&mut self.opener)
    }

    /// A new process over what is durable.
    pub fn start(&mut self) {
        self.fuse.renew();
        self.is_down = false;
        self.opener = Opener::new(&self.host);
        let freed = self.storage().writing(|writes| writes.free_applier());
        freed.expect("a store that opens");
        self.judge().expect("what is parked is judged at a start");
    }

    /// Puts the store aside as it is.
    pub fn back_up(&mut self) {
        let image = match &self.store {
            Store::Memory(memory) => Image::Memory(Box::new(memory.tables())),
            Store::Files => {
                let number = self.backups.len();
                let file = self.folder.path().join(format!("backup-{number}.db"));
                let key = self.site.keys().database().expose();
                self.storage().copy_to(&file, key).expect("a backup");
                Image::File(file)
            }
        };
        // What lies in a backup may be announced, and let go by devices.
        let counted = self.storage().writing(|writes| {
            for line in writes.all_lines()? {
                writes.backed_up(line.id, line.head.seq)?;
            }
            for key in writes.site_keys()? {
                let announced = true;
                writes.keep_site_key(&SiteKeyRow { announced, ..key })?;
            }
            Ok::<_, StorageError>(())
        });
        // A disk that is full at this moment leaves it to the next one.
        drop(counted);
        let log = self.log().len();
        self.backups.push(Backup { image, log });
    }

    /// Whether devices let go of what is in a backup. Then only the newest is ever
    /// put back: who has thrown a verified backup away has thrown away what was
    /// in it.
    pub fn lets_devices_go(&self) -> bool {
        self.settings.keep_sealed_days().is_some()
    }

    /// Puts a backup in the store's place. With a control log, or awaiting
    /// somebody who confirms, or without a word.
    pub fn bring_back(&mut self, number: usize, how: Bring) {
        self.fuse.renew();
        let Some(backup) = self.backups.get(number) else {
            return;
        };
        let known = backup.log;
        match (&backup.image, &mut self.store) {
            (Image::Memory(tables), Store::Memory(memory)) => {
                let restored = Arc::new(MemoryStorage::of((**tables).clone()));
                *memory = Arc::clone(&restored);
                self.fused.put(restored);
            }
            (Image::File(file), Store::Files) => {
                self.fused.close();
                let database = self.site.paths().database();
                for suffix in ["", "-wal", "-shm"] {
                    let mut name = database.clone().into_os_string();
                    name.push(suffix);
                    let _ = std::fs::remove_file(name);
                }
                std::fs::copy(file, &database).expect("a copy");
                let key = self.site.keys().database().expose();
                let opened = SqliteStorage::open(&database, key).expect("a backup opens");
                self.fused.put(Arc::new(opened));
            }
            _ => unreachable!("a backup of the other depth"),
        }
        self.generation += 1;
        self.brought_back = Some(number);
        match how {
            Bring::WithoutAWord => {}
            Bring::WholeMachine => self.forget_receipt_keys(),
            Bring::Awaiting => {
                let announced = self.site.announce_restore(None);
                announced.expect("a restore is announced");
            }
            Bring::WithLog => {
                let lines = self.log();
                let forgotten: Vec<_> = lines.into_iter().skip(known).collect();
                let announced = self.site.announce_restore(Some(&forgotten));
                announced.expect("a restore is announced");
            }
        }
        self.start();
    }

    /// Receipt keys that were made after what was put back are gone for good.
    fn forget_receipt_keys(&mut self) {
        let known = self.storage().reading(|reads| reads.site_keys());
        let known = known.expect("a store that opens");
        let paths = self.site.paths();
        let kept: Vec<PathBuf> = known
            .iter()
            .map(|key| paths.another_receipt_key(key.id()))
            .collect();
        let files = std::fs::read_dir(paths.keys()).expect("a folder of keys");
        for file in files.map(|file| file.expect("a file").path()) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("receipt-") && !kept.contains(&file) {
                std::fs::remove_file(&file).expect("a key's file");
            }
        }
        self.load_keys();
    }

    /// The secret of one of the sealing keys goes away, and the process begins
    /// again without it; whether there was one to lose.
    pub fn lose_key(&mut self, rng: &mut fastrand::Rng) -> bool {
        let folder = self.site.paths().keys();
        let files = std::fs::read_dir(&folder).expect("a folder of keys");
        let mut sealing: Vec<PathBuf> = files
            .map(|file| file.expect("a file").path())
            .filter(|file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("sealing-") && name.ends_with(".key")
            })
            .collect();
        sealing.sort();
        if sealing.is_empty() || self.is_down {
            return false;
        }
        let file = sealing.swap_remove(rng.usize(..sealing.len()));
        std::fs::rename(&file, away(&file)).expect("a key's file");
        self.lost.push(file);
        self.load_keys();
        true
    }

    pub fn has_lost_keys(&self) -> bool {
        !self.lost.is_empty()
    }

    /// What was lost is put back where it was.
    pub fn find_keys(&mut self) {
        for file in std::mem::take(&mut self.lost) {
            std::fs::rename(away(&file), &file).expect("a key's file");
        }
        self.load_keys();
    }

    /// Versions that its program speaks.
    pub fn speaks(&self) -> ProtocolRange {
        self.speaks
    }

    /// A new process of another program.
    pub fn replace_program(&mut self, speaks: ProtocolRange) {
        if self.speaks != speaks {
            self.speaks = speaks;
            self.load_keys();
        }
    }

    /// A new process with the keys that are there.
    fn load_keys(&mut self) {
        let paths = self.site.paths().clone();
        let keys = Keys::load(&paths).expect("keys");
        let storage: Arc<dyn Storage> = Arc::new(self.fused.clone());
        let (settings, host) = (self.settings.clone(), self.host.clone());
        let opened = Site::with(paths, settings, keys, storage, host);
        let opened = opened.expect("the site opens with the keys that are there");
        self.site = opened.speaking(self.speaks);
        self.start();
    }

    fn log(&self) -> Vec<control_log::ControlLine> {
        let identity = self.site.keys().identity().public();
        let lines = control_log::read(&self.site.paths().control_log(), &identity);
        let lines = lines.expect("a control log");
        lines.into_iter().map(|(line, _)| line).collect()
    }
}

/// The pack, read once: reading it takes longer than a short run.
fn pack() -> PackPublished {
    static READ: OnceLock<PackPublished> = OnceLock::new();
    READ.get_or_init(|| check_pack(PACK).expect("a pack"))
        .clone()
}

/// Where a key's file lies that was lost.
fn away(file: &std::path::Path) -> PathBuf {
    file.with_extension("lost")
}

/// How a store is put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bring {
    WithLog,
    Awaiting,
    WithoutAWord,
    /// As that, with the folder of keys: a snapshot of the machine.
    WholeMachine,
}

pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}
