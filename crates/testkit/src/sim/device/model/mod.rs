//! A device's files in memory: what `handoff-store` keeps and in which
//! transactions, with the real chain, seals, signatures and judgement of
//! receipts.

mod people;
mod state;
mod taking;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{
    AttachmentAddress, Entry, EntryId, Held as HeldEntry, Hlc, State, UserId, Written, fold,
};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose, SiteIdentity};
use handoff_protocol::chain::{Head, Parent};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::message::{Answer, Certificates, FeedPosition, LaneReport, UserPull};
use handoff_protocol::pack::Unpacker;
use handoff_protocol::signed::Signed;
use handoff_store::Draft;
use handoff_sync::device::{LaneOutlook, Outlook};
use handoff_vault::{SealedAttachment, UserKeys};

use super::{DeviceFiles, FilesError, Image, NewFiles, NewUser, Opening, Place, Refused, TakenUp};
use crate::sim::fuse::{Fuse, Gate};
use crate::sim::seeded::Seeded;
use people::Session;
use state::{DeviceDb, Files, LaneRow, PersonRow};

/// A device's files in memory.
#[derive(Debug)]
pub struct ModelFiles {
    site: SiteIdentity,
    device: DeviceId,
    random: Seeded,
    fuse: Fuse,
    durable: RefCell<Files>,
    /// Vaults as written and not yet durable.
    vaults: RefCell<BTreeMap<UserId, state::VaultDb>>,
    open: RefCell<Open>,
}

/// What dies with the process.
#[derive(Debug, Default)]
struct Open {
    sessions: BTreeMap<UserId, Session>,
    context_age: u64,
    read_through: BTreeMap<Lane, Seq>,
}

#[derive(Debug)]
struct ModelImage {
    site: SiteIdentity,
    device: DeviceId,
    random: Seeded,
    files: Files,
}

type Done<T> = Result<T, FilesError>;

pub(super) fn refused<T>(why: Refused) -> Done<T> {
    Err(FilesError::Refused(why))
}

pub(super) fn broken(what: impl std::fmt::Display) -> FilesError {
    FilesError::Broken(what.to_string())
}

impl ModelFiles {
    /// A device that was just enrolled.
    ///
    /// # Errors
    /// [`FilesError::Broken`] when what the site said does not hold.
    pub fn make(new: &NewFiles, random: Seeded, fuse: Fuse) -> Done<Self> {
        let reply = &new.person.reply;
        let identity = &new.site.key;
        let epoch = reply.epoch.open(identity).map_err(broken)?;
        let mut keys = Vec::new();
        for signed in &reply.keys {
            keys.push((signed.clone(), signed.open(identity).map_err(broken)?));
        }
        let lane = Lane::Device {
            device: new.device,
            incarnation: new.incarnation,
        };
        let device = DeviceDb {
            certificate: reply.device.clone(),
            epoch: reply.epoch.clone(),
            epoch_id: epoch.id,
            erased_through: 0,
            erased_elsewhere: Arc::default(),
            keys: Arc::new(keys),
            people: Arc::default(),
            site_entries: Arc::default(),
            site_cursor: None,
            site_time: new.at,
            hlc: Hlc::default(),
            lanes: vec![LaneRow::begun(lane, None)],
            places: Arc::default(),
            redo_keys: Arc::default(),
            attachments: Arc::default(),
        };
        let files = Self {
            site: new.site.clone(),
            device: new.device,
            random,
            fuse,
            durable: RefCell::new(Files {
                device,
                vaults: BTreeMap::new(),
                drafts: BTreeMap::new(),
            }),
            vaults: RefCell::default(),
            open: RefCell::default(),
        };
        files.add_user(&new.person)?;
        Ok(files)
    }

    fn alive(&self) -> Done<()> {
        if self.fuse.is_blown() {
            return Err(FilesError::Died);
        }
        Ok(())
    }

    /// A transaction on one file of the device.
    fn commit<T>(&self, change: impl FnOnce(&mut Files) -> Done<T>) -> Done<T> {
        self.alive()?;
        let mut files = self.durable.borrow().clone();
        let done = change(&mut files)?;
        let gate = self.fuse.at_commit();
        match gate {
            Gate::Full => return Err(FilesError::DiskFull),
            Gate::DiesBefore => return Err(FilesError::Died),
            Gate::Passes | Gate::DiesAfter => *self.durable.borrow_mut() = files,
        }
        if gate == Gate::DiesAfter {
            return Err(FilesError::Died);
        }
        Ok(done)
    }

    /// A transaction on a vault: durable later, or at once.
    fn commit_vault<T>(
        &self,
        user: UserId,
        is_durable: Durable,
        change: impl FnOnce(&mut state::VaultDb) -> Done<T>,
    ) -> Done<T> {
        self.alive()?;
        let mut vault = self.vault_of(user);
        let done = change(&mut vault)?;
        let gate = self.fuse.at_commit();
        match gate {
            Gate::Full => return Err(FilesError::DiskFull),
            Gate::DiesBefore => return Err(FilesError::Died),
            Gate::Passes | Gate::DiesAfter => {}
        }
        self.vaults.borrow_mut().insert(user, vault.clone());
        if is_durable == Durable::AtOnce {
            self.durable.borrow_mut().vaults.insert(user, vault);
        }
        if gate == Gate::DiesAfter {
            return Err(FilesError::Died);
        }
        Ok(done)
    }

    fn vault_of(&self, user: UserId) -> state::VaultDb {
        self.vaults.borrow().get(&user).cloned().unwrap_or_default()
    }

    fn can_read(&self, user: UserId) -> bool {
        let open = self.open.borrow();
        let session = open.sessions.get(&user);
        session.is_some_and(|session| session.sealing.is_some())
    }
}

/// When a vault's commit is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durable {
    AtOnce,
    Later,
}

impl DeviceFiles for ModelFiles {
    fn outlook(&self) -> Done<Outlook> {
        self.alive()?;
        let files = self.durable.borrow();
        let epoch = files.device.epoch_id;
        let lanes = files.device.lanes.iter();
        Ok(Outlook {
            lanes: lanes
                .map(|row| (row, row.covered(epoch)))
                .filter(|(row, (_, applied))| *applied < row.head().seq)
                .map(|(row, (covered, applied))| LaneOutlook {
                    lane: row.lane,
                    parent: row.parent,
                    head: row.head(),
                    covered,
                    applied,
                })
                .collect(),
            attachments: files.device.attachments_missing(),
        })
    }

    fn lane_reports(&self) -> Done<Vec<LaneReport>> {
        self.alive()?;
        let files = self.durable.borrow();
        let epoch = files.device.epoch_id;
        let lanes = &files.device.lanes;
        let proved = lanes.iter().rposition(|row| row.covered(epoch).0 > 0);
        let last = lanes.len().checked_sub(1);
        Ok(lanes
            .iter()
            .enumerate()
            .filter(|(at, row)| {
                let parked = row
                    .known
                    .iter()
                    .any(|known| !known.coverage.parked.is_empty());
                let missing = row
                    .known
                    .iter()
                    .any(|known| !known.coverage.blobs_missing.is_empty());
                let attached = !files.device.attached(row, 0, Seq::MAX - 1).is_empty();
                let is_open =
                    row.covered(epoch).1 < row.head().seq || parked || missing || attached;
                is_open || Some(*at) == last || Some(*at) == proved
            })
            .map(|(_, row)| row.report())
            .collect())
    }

    fn read_items(&self, lane: &Lane, from: Seq, max: usize) -> Done<(Head, Vec<Item>)> {
        self.alive()?;
        let files = self.durable.borrow();
        let seq = from.saturating_sub(1);
        let Some(row) = files.device.lane(lane) else {
            return refused(Refused::NoSuchItem);
        };
        let Some(hash) = row.hash_at(seq) else {
            return refused(Refused::NoSuchItem);
        };
        let at = usize::try_from(seq).unwrap_or(usize::MAX);
        let rows = row.rows.iter().skip(at).take(max);
        let items: Vec<Item> = rows.map(|row| row.item.clone()).collect();
        let mut open = self.open.borrow_mut();
        let known = open.read_through.entry(*lane).or_insert(0);
        *known = (*known).max(seq + items.len() as Seq);
        Ok((Head { seq, hash }, items))
    }

    fn read_piece(
        &self,
        address: AttachmentAddress,
        offset: u64,
        max: usize,
    ) -> Done<Option<Vec<u8>>> {
        self.alive()?;
        let files = self.durable.borrow();
        let mut all = files.device.attachments.values();
        let Some(attached) = all.find(|of| of.address == address) else {
            return Ok(None);
        };
        let bytes = &attached.bytes;
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = bytes.get(from..).unwrap_or_default();
        let piece = &rest[..rest.len().min(max)];
        Ok((!piece.is_empty()).then(|| piece.to_vec()))
    }

    fn mark_sent(&self, lane: &Lane, through: Seq) -> Done<()> {
        self.commit(|files| {
            let epoch = files.device.epoch_id;
            let Some(row) = files.device.lane_mut(lane) else {
                return refused(Refused::NoSuchItem);
            };
            if through > row.head().seq {
                return refused(Refused::NoSuchItem);
            }
            row.left_through = row.left_through.max(through);
            let sent = match row.sent {
                Some((sent, in_epoch)) if in_epoch == epoch => sent.max(through),
                _ => through,
            };
            row.sent = Some((sent, epoch));
            Ok(())
        })
    }

    fn certificates(&self) -> Done<Certificates> {
        self.alive()?;
        let files = self.durable.borrow();
        let people = files.device.people.iter();
        Ok(Certificates {
            device: files.device.certificate.clone(),
            authors: people.map(|person| person.certificate.clone()).collect(),
            recovery_wraps: Vec::new(),
            receipt_keys: files.device.receipt_keys(),
        })
    }

    fn erased_through(&self) -> Done<u64> {
        self.alive()?;
        Ok(self.durable.borrow().device.erased_through)
    }

    fn epoch(&self) -> Done<Signed<EpochRecord>> {
        self.alive()?;
        Ok(self.durable.borrow().device.epoch.clone())
    }

    fn hlc(&self) -> Done<Hlc> {
        self.alive()?;
        let files = self.durable.borrow();
        let rows = files.device.lanes.iter().flat_map(|lane| lane.rows.last());
        Ok(rows.fold(files.device.hlc, |hlc, row| hlc.seen(row.hlc)))
    }

    fn sealing_key(&self) -> Done<Option<KeyCertificate>> {
        self.alive()?;
        let files = self.durable.borrow();
        let keys = files.device.keys.iter().map(|(_, key)| key);
        Ok(keys
            .filter(|key| key.purpose == KeyPurpose::Sealing)
            .max_by_key(|key| key.issued_at)
            .cloned())
    }

    fn site_position(&self) -> Done<FeedPosition> {
        self.alive()?;
        let cursor = self.durable.borrow().device.site_cursor.clone();
        Ok(cursor.map_or(FeedPosition::Start, FeedPosition::After))
    }

    fn apply(&self, answer: &Answer, site_time: DateTime<Utc>) -> Done<TakenUp> {
        self.take_up(answer, site_time)
    }

    fn current_lane(&self) -> Done<Lane> {
        self.alive()?;
        let files = self.durable.borrow();
        let last = files.device.lanes.last().map(|row| row.lane);
        last.ok_or_else(|| broken("a device without a lane"))
    }

    fn begin_lane(&self, incarnation: Incarnation) -> Done<()> {
        let device = self.device;
        self.commit(|files| {
            let parent = files.device.lanes.last_mut().map(|row| {
                let Head { seq, hash } = row.head();
                // By the copy that made a new life necessary.
                row.left_through = seq;
                Parent {
                    lane: row.lane,
                    seq,
                    hash,
                }
            });
            let lane = Lane::Device {
                device,
                incarnation,
            };
            files.device.lanes.push(LaneRow::begun(lane, parent));
            Ok(())
        })
    }

    fn add_user(&self, new: &NewUser) -> Done<()> {
        let receipt_keys = self.durable.borrow().device.keys.clone();
        let lease = receipt_keys
            .iter()
            .filter(|(_, key)| key.purpose == KeyPurpose::Receipt)
            .find_map(|(_, key)| new.reply.lease.open(&key.key).ok())
            .ok_or_else(|| broken("a lease that does not hold"))?;
        let certificate = new.reply.author.open(&self.site.key).map_err(broken)?;
        self.commit(|files| {
            if files.device.person(new.user).is_some() {
                return refused(Refused::IdTaken);
            }
            Arc::make_mut(&mut files.device.people).push(PersonRow {
                user: new.user,
                certificate: new.reply.author.clone(),
                sealing_key: certificate.sealing_key,
                lease: new.reply.lease.clone(),
                leased_at: lease.issued_at,
            });
            Ok(())
        })
    }

    fn users(&self) -> Done<Vec<UserId>> {
        self.alive()?;
        let files = self.durable.borrow();
        Ok(files.device.people.iter().map(|row| row.user).collect())
    }

    fn unlock(&self, user: UserId, keys: &UserKeys, how: Opening) -> Done<()> {
        self.sign_in(user, keys, how)
    }

    fn lock(&self, user: UserId) {
        self.open.borrow_mut().sessions.remove(&user);
    }

    fn save(
        &self,
        user: UserId,
        entries: &[Entry],
        attachments: &[SealedAttachment],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Done<()> {
        self.save_all(user, entries, attachments, draft, now_ms)
    }

    fn put_draft(&self, user: UserId, draft: &Draft) -> Done<()> {
        self.keep_draft(user, draft)
    }

    fn drafts(&self, user: UserId) -> Done<Vec<Draft>> {
        self.signed_in(user)?;
        Ok(self.drafts_of(user))
    }

    fn take_back(&self, user: UserId, entry: EntryId) -> Done<()> {
        self.take_back_entry(user, entry)
    }

    fn position(&self, user: UserId) -> Done<Option<(FeedPosition, bool)>> {
        self.alive()?;
        if !self.can_read(user) {
            return Ok(None);
        }
        let vault = self.vault_of(user);
        Ok(Some(match vault.cursor {
            Some(cursor) => (FeedPosition::After(cursor), vault.wants_own),
            None => (FeedPosition::Start, true),
        }))
    }

    fn sign_pull(&self, user: UserId, pull: &UserPull) -> Done<Signed<UserPull>> {
        self.alive()?;
        let open = self.open.borrow();
        let Some(session) = open.sessions.get(&user) else {
            return refused(Refused::NotSignedIn);
        };
        session.signing.sign_statement(pull).map_err(broken)
    }

    fn place(&self, id: ItemId) -> Done<Option<Place>> {
        self.alive()?;
        let files = self.durable.borrow();
        let found = files.device.find(id).filter(|(_, _, row)| row.is_entry());
        Ok(found.map(|(lane, seq, row)| Place {
            lane: lane.lane,
            seq,
            hash: row.hash,
            standing: lane.standing(seq, files.device.epoch_id),
            taken_back: row.is_taken_back(),
            is_erased: row.is_erased(),
        }))
    }

    fn keeps_redo(&self, id: ItemId) -> Done<bool> {
        self.alive()?;
        let files = self.durable.borrow();
        let found = files.device.find(id);
        Ok(found.is_some_and(|(_, _, row)| row.redo.is_some()))
    }

    fn is_whole(&self) -> Done<bool> {
        self.alive()?;
        let files = self.durable.borrow();
        let mut lanes = files.device.lanes.iter();
        Ok(lanes.all(LaneRow::is_whole))
    }

    fn vault(&self, user: UserId) -> Done<Option<Vec<(Entry, Lane)>>> {
        self.alive()?;
        if !self.can_read(user) {
            return Ok(None);
        }
        let mut unpacker = Unpacker::new();
        let mut entries = Vec::new();
        for (id, held) in self.vault_of(user).entries.iter() {
            let id = EntryId(id.0);
            let record = held.record.read(&mut unpacker).map_err(broken)?;
            if record.body.referral(id).is_some() {
                let entry = Entry {
                    id,
                    site: self.site.site.clone(),
                    author: held.author,
                    record,
                };
                entries.push((entry, held.lane));
            }
        }
        Ok(Some(entries))
    }

    fn site_state(&self) -> Done<State> {
        self.alive()?;
        let files = self.durable.borrow();
        let mut unpacker = Unpacker::new();
        let mut entries = Vec::new();
        for held in files.device.site_entries.values() {
            entries.push(Entry {
                id: EntryId(held.id.0),
                site: self.site.site.clone(),
                author: held.author,
                record: held.record.read(&mut unpacker).map_err(broken)?,
            });
        }
        Ok(fold(entries.iter().map(|entry| HeldEntry {
            entry,
            written: Written::AtSite,
        })))
    }

    fn commits(&self) -> u64 {
        self.fuse.commits()
    }

    fn die(&mut self, is_late: bool) {
        self.fuse.renew();
        *self.open.get_mut() = Open::default();
        let durable = self.durable.get_mut();
        if is_late {
            *self.vaults.get_mut() = durable.vaults.clone();
        } else {
            durable.vaults.clone_from(self.vaults.get_mut());
        }
    }

    fn image(&self) -> Box<dyn Image> {
        Box::new(ModelImage {
            site: self.site.clone(),
            device: self.device,
            random: self.random.clone(),
            files: self.durable.borrow().clone(),
        })
    }
}

impl Image for ModelImage {
    fn open(&self, fuse: Fuse) -> Box<dyn DeviceFiles> {
        Box::new(ModelFiles {
            site: self.site.clone(),
            device: self.device,
            random: self.random.clone(),
            fuse,
            vaults: RefCell::new(self.files.vaults.clone()),
            durable: RefCell::new(self.files.clone()),
            open: RefCell::default(),
        })
    }
}
