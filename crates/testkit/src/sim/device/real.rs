//! The real files: `handoff-store` over SQLCipher, in a folder of memory where
//! there is one, because nothing here is about the disk.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, Entry, EntryId, Hlc, State, UserId};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::chain::Head;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{Incarnation, ItemId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::message::{Answer, Certificates, FeedPosition, LaneReport, UserPull};
use handoff_protocol::signed::Signed;
use handoff_store::{
    Access, ApplyError, CatchUpError, DeviceStore, Draft, DraftError, Enrolment, Folder, Ignored,
    NewDevice, NewPerson, Outlived, ReceiptProblem, SaveError, SendError, SessionKeys,
    TakeBackError, UnlockError, UserSession, open_reader,
};
use handoff_sync::device::Outlook;
use handoff_vault::{DeviceSecret, SealedAttachment, UserKeys, WritingKeys};
use tempfile::TempDir;

use super::{DeviceFiles, FilesError, Image, NewFiles, NewUser, Opening, Place, Refused, TakenUp};
use crate::sim::fuse::{Fuse, Gate};
use crate::sim::seeded::Seeded;

/// Referrals that are listed at most.
const MOST: usize = 100_000;

/// The real files of a device.
pub struct RealFiles {
    home: TempDir,
    secret: DeviceSecret,
    random: Seeded,
    fuse: Fuse,
    sessions: RefCell<BTreeMap<UserId, UserSession>>,
    store: Option<DeviceStore>,
}

/// A copy of a device's folder.
struct RealImage {
    home: TempDir,
    secret: DeviceSecret,
    random: Seeded,
}

type Done<T> = Result<T, FilesError>;

fn broken(what: impl std::fmt::Display) -> FilesError {
    FilesError::Broken(what.to_string())
}

/// A scratch folder: in memory where the system has such a place.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a scratch folder")
}

fn folder(home: &TempDir) -> Folder {
    Folder::new(&home.path().join("data"), Access::Owner).with_ballast(0)
}

fn copy(from: &TempDir) -> TempDir {
    let to = scratch();
    let data = to.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let files = fs::read_dir(from.path().join("data")).expect("a device's folder");
    for file in files {
        let file = file.expect("a file");
        let name = file.file_name();
        let is_file = file.file_type().is_ok_and(|kind| kind.is_file());
        let is_volatile = name.to_string_lossy().ends_with("-shm");
        if is_file && !is_volatile {
            fs::copy(file.path(), data.join(name)).expect("a copy");
        }
    }
    to
}

impl RealFiles {
    /// A device that was just enrolled.
    ///
    /// # Errors
    /// [`FilesError::Broken`] when it cannot be made.
    pub fn make(new: &NewFiles, random: Seeded, fuse: Fuse) -> Done<Self> {
        let home = scratch();
        let secret = DeviceSecret::random(&random);
        let reply = &new.person.reply;
        let device = NewDevice {
            enrolment: Enrolment {
                site: new.site.clone(),
                device: new.device,
                name: "Unit 4B12".to_owned(),
                url: "https://127.0.0.1:8443".to_owned(),
                tls_pins: vec![[7; 32]],
                certificate: reply.device.clone(),
                epoch: reply.epoch.clone(),
                site_time: new.at,
            },
            keys: reply.keys.clone(),
            device_key: new.key.clone(),
            incarnation: new.incarnation,
            person: person(&new.person),
        };
        let store = DeviceStore::create(&folder(&home), &secret, &random, &device);
        Ok(Self {
            store: Some(store.map_err(broken)?),
            home,
            secret,
            random,
            fuse,
            sessions: RefCell::default(),
        })
    }

    fn opened(home: TempDir, secret: DeviceSecret, random: Seeded, fuse: Fuse) -> Self {
        let store = DeviceStore::open(&folder(&home), &secret);
        Self {
            store: Some(store.expect("a device that was put aside opens")),
            home,
            secret,
            random,
            fuse,
            sessions: RefCell::default(),
        }
    }

    fn store(&self) -> Done<&DeviceStore> {
        if self.fuse.is_blown() {
            return Err(FilesError::Died);
        }
        self.store.as_ref().ok_or(FilesError::Died)
    }

    /// Something that writes: the process may die before or after it.
    fn writing<T>(&self, write: impl FnOnce(&DeviceStore) -> Done<T>) -> Done<T> {
        let store = self.store()?;
        match self.fuse.at_commit() {
            Gate::Full => Err(FilesError::DiskFull),
            Gate::DiesBefore => Err(FilesError::Died),
            Gate::Passes => write(store),
            Gate::DiesAfter => {
                drop(write(store));
                Err(FilesError::Died)
            }
        }
    }

    /// Whether one of them is in the journal already.
    fn is_there(&self, entries: &[Entry]) -> Done<bool> {
        let store = self.store()?;
        for entry in entries {
            if store.place(ItemId(entry.id.0)).map_err(broken)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn with_session<T>(&self, user: UserId, work: impl FnOnce(&UserSession) -> Done<T>) -> Done<T> {
        match self.sessions.borrow().get(&user) {
            Some(session) => work(session),
            None => Err(FilesError::Refused(Refused::NotSignedIn)),
        }
    }
}

fn person(new: &NewUser) -> NewPerson {
    NewPerson {
        user: new.user,
        name: new.name.clone(),
        wrap: vec![1; 40],
        certificate: new.reply.author.clone(),
        recovery_wrap: None,
        lease: Some(new.reply.lease.clone()),
    }
}

impl DeviceFiles for RealFiles {
    fn outlook(&self) -> Done<Outlook> {
        self.store()?.outlook().map_err(broken)
    }

    fn lane_reports(&self) -> Done<Vec<LaneReport>> {
        self.store()?.lane_reports().map_err(broken)
    }

    fn read_items(&self, lane: &Lane, from: Seq, max: usize) -> Done<(Head, Vec<Item>)> {
        self.store()?.read_items(lane, from, max).map_err(of_send)
    }

    fn read_piece(
        &self,
        address: AttachmentAddress,
        offset: u64,
        max: usize,
    ) -> Done<Option<Vec<u8>>> {
        self.store()?
            .read_piece(address, offset, max)
            .map_err(broken)
    }

    fn mark_sent(&self, lane: &Lane, through: Seq) -> Done<()> {
        self.writing(|store| store.mark_sent(lane, through).map_err(of_send))
    }

    fn certificates(&self) -> Done<Certificates> {
        self.store()?.certificates().map_err(broken)
    }

    fn erased_through(&self) -> Done<u64> {
        Ok(self.store()?.state().map_err(broken)?.erased_through)
    }

    fn epoch(&self) -> Done<Signed<EpochRecord>> {
        Ok(self.store()?.enrolment().map_err(broken)?.epoch)
    }

    fn hlc(&self) -> Done<Hlc> {
        self.store()?.hlc().map_err(broken)
    }

    fn sealing_key(&self) -> Done<Option<KeyCertificate>> {
        let keys = self.store()?.site_keys(KeyPurpose::Sealing);
        Ok(keys.map_err(broken)?.into_iter().next())
    }

    fn site_position(&self) -> Done<FeedPosition> {
        self.store()?.site_position().map_err(broken)
    }

    fn apply(&self, answer: &Answer, site_time: DateTime<Utc>) -> Done<TakenUp> {
        self.writing(|store| {
            let applied = store
                .apply(answer, site_time)
                .map_err(|error| match error {
                    ApplyError::DiskFull => FilesError::DiskFull,
                    ApplyError::OldEpoch { .. } => FilesError::Refused(Refused::OldEpoch),
                    error => broken(error),
                })?;
            let refused = applied
                .ignored
                .into_iter()
                .filter_map(|ignored| match ignored {
                    Ignored::Receipt {
                        lane: Some(lane),
                        why: ReceiptProblem::Refused(why),
                    } => Some((lane, why)),
                    _ => None,
                });
            Ok(TakenUp {
                restarted: applied.restarted,
                more: applied.more,
                refused: refused.collect(),
            })
        })
    }

    fn current_lane(&self) -> Done<Lane> {
        let reports = self.store()?.lane_reports().map_err(broken)?;
        let last = reports.last().map(|report| report.lane);
        last.ok_or_else(|| broken("a device without a lane"))
    }

    fn begin_lane(&self, incarnation: Incarnation) -> Done<()> {
        let from = self.current_lane()?;
        self.writing(|store| {
            let begun = store.go_on(&from, Outlived::Behind, incarnation, 0);
            begun.map(|_| ()).map_err(broken)
        })
    }

    fn add_user(&self, new: &NewUser) -> Done<()> {
        self.writing(|store| {
            let added = store.add_person(&self.random, &person(new));
            added.map(|_| ()).map_err(broken)
        })
    }

    fn users(&self) -> Done<Vec<UserId>> {
        let people = self.store()?.people().map_err(broken)?;
        Ok(people.into_iter().map(|person| person.user).collect())
    }

    fn unlock(&self, user: UserId, keys: &UserKeys, how: Opening) -> Done<()> {
        if self.sessions.borrow().contains_key(&user) {
            return Err(FilesError::Refused(Refused::SignedIn));
        }
        let session = self.writing(|store| {
            let Some(person) = store.person(user).map_err(broken)? else {
                return Err(FilesError::Refused(Refused::NotSignedIn));
            };
            let keys = match how {
                Opening::Reading => SessionKeys::Reading(keys.clone()),
                Opening::WritingOnly => SessionKeys::WritingOnly(WritingKeys {
                    drafts: keys.drafts.clone(),
                    signing: keys.signing.clone(),
                }),
            };
            let session = store
                .unlock(person.slot, keys)
                .map_err(|error| match error {
                    UnlockError::AlreadyUnlocked(_) => FilesError::Refused(Refused::SignedIn),
                    error => broken(error),
                })?;
            match session.catch_up() {
                Ok(_) | Err(CatchUpError::WritingOnly) => Ok(session),
                Err(error) => Err(broken(error)),
            }
        })?;
        self.sessions.borrow_mut().insert(user, session);
        Ok(())
    }

    fn lock(&self, user: UserId) {
        self.sessions.borrow_mut().remove(&user);
    }

    fn save(
        &self,
        user: UserId,
        entries: &[Entry],
        attachments: &[SealedAttachment],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Done<()> {
        self.with_session(user, |session| {
            let save = |draft| {
                let saved = session.save_with(&self.random, entries, attachments, draft, now_ms);
                saved.map(|_| ()).map_err(of_save)
            };
            if !self.is_there(entries)? {
                return self.writing(|_| save(draft));
            }
            // Saved before: nothing is committed but the end of its draft, and
            // one that does not go stays.
            save(None)?;
            let kept = session.drafts().map_err(broken)?;
            let Some(draft) = draft.filter(|id| kept.iter().any(|draft| draft.id == *id)) else {
                return Ok(());
            };
            match self.writing(|_| session.discard_draft(draft).map_err(broken)) {
                Err(FilesError::Died) => Err(FilesError::Died),
                Ok(_) | Err(_) => Ok(()),
            }
        })
    }

    fn put_draft(&self, user: UserId, draft: &Draft) -> Done<()> {
        self.with_session(user, |session| {
            self.writing(|_| {
                session.put_draft(draft).map_err(|error| match error {
                    DraftError::Stale(_) => FilesError::Refused(Refused::StaleDraft),
                    DraftError::DiskFull => FilesError::DiskFull,
                    error => broken(error),
                })
            })
        })
    }

    fn drafts(&self, user: UserId) -> Done<Vec<Draft>> {
        self.store()?;
        self.with_session(user, |session| session.drafts().map_err(broken))
    }

    fn take_back(&self, user: UserId, entry: EntryId) -> Done<()> {
        self.with_session(user, |session| {
            self.writing(|_| {
                session.take_back(entry).map_err(|error| match error {
                    TakeBackError::AlreadySent(_) => FilesError::Refused(Refused::AlreadySent),
                    TakeBackError::AlreadyTakenBack(_) => FilesError::Refused(Refused::TakenBack),
                    TakeBackError::NotTheirs(_) => FilesError::Refused(Refused::NotTheirs),
                    error => broken(error),
                })
            })
        })
    }

    fn position(&self, user: UserId) -> Done<Option<(FeedPosition, bool)>> {
        self.store()?;
        match self.sessions.borrow().get(&user) {
            Some(session) => session.position().map_err(broken),
            None => Ok(None),
        }
    }

    fn sign_pull(&self, user: UserId, pull: &UserPull) -> Done<Signed<UserPull>> {
        self.store()?;
        self.with_session(user, |session| session.sign(pull).map_err(broken))
    }

    fn place(&self, id: ItemId) -> Done<Option<Place>> {
        let place = self.store()?.place(id).map_err(broken)?;
        Ok(place.map(|place| Place {
            lane: place.lane,
            seq: place.seq,
            hash: place.hash,
            standing: place.standing,
            taken_back: place.taken_back,
            is_erased: place.is_erased,
        }))
    }

    fn keeps_redo(&self, id: ItemId) -> Done<bool> {
        self.store()?.keeps_redo(id).map_err(broken)
    }

    fn is_whole(&self) -> Done<bool> {
        self.store()?;
        Ok(open_reader(&folder(&self.home), &self.secret).is_ok())
    }

    fn vault(&self, user: UserId) -> Done<Option<Vec<(Entry, Lane)>>> {
        self.store()?;
        let sessions = self.sessions.borrow();
        let Some(session) = sessions.get(&user).filter(|session| session.can_read()) else {
            return Ok(None);
        };
        let views = session.referrals(MOST, None).map_err(broken)?;
        let entries = views.into_iter().flat_map(|view| view.entries);
        let mut entries: Vec<_> = entries.map(|view| (view.entry, view.lane)).collect();
        entries.sort_by_key(|(entry, _)| entry.id);
        Ok(Some(entries))
    }

    fn site_state(&self) -> Done<State> {
        self.store()?.site_state().map_err(broken)
    }

    fn commits(&self) -> u64 {
        self.fuse.commits()
    }

    fn die(&mut self, _is_late: bool) {
        self.sessions.get_mut().clear();
        self.store = None;
        self.fuse.renew();
        let store = DeviceStore::open(&folder(&self.home), &self.secret);
        self.store = Some(store.expect("a device opens after its process died"));
    }

    fn image(&self) -> Box<dyn Image> {
        Box::new(RealImage {
            home: copy(&self.home),
            secret: self.secret.clone(),
            random: self.random.clone(),
        })
    }
}

impl Image for RealImage {
    fn open(&self, fuse: Fuse) -> Box<dyn DeviceFiles> {
        let (secret, random) = (self.secret.clone(), self.random.clone());
        Box::new(RealFiles::opened(copy(&self.home), secret, random, fuse))
    }
}

fn of_save(error: SaveError) -> FilesError {
    match error {
        SaveError::DiskFull => FilesError::DiskFull,
        SaveError::NotTheirs(_) => FilesError::Refused(Refused::NotTheirs),
        SaveError::IdTaken(_) => FilesError::Refused(Refused::IdTaken),
        SaveError::TakenBack(_) => FilesError::Refused(Refused::TakenBack),
        error => broken(error),
    }
}

fn of_send(error: SendError) -> FilesError {
    match error {
        SendError::UnknownLane(_) | SendError::Beyond { .. } => {
            FilesError::Refused(Refused::NoSuchItem)
        }
        error => broken(error),
    }
}

impl std::fmt::Debug for RealFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RealFiles({})", self.home.path().display())
    }
}

impl std::fmt::Debug for RealImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RealImage({})", self.home.path().display())
    }
}
