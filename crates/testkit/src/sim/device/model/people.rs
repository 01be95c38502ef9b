//! What people do at the device: sign in, save, go on with drafts, take back.

use std::collections::BTreeMap;
use std::sync::Arc;

use handoff_domain::{Body, Entry, EntryId, Hlc, UserId};
use handoff_protocol::KeptRecord;
use handoff_protocol::codec;
use handoff_protocol::ids::{ContextId, ItemId, Lane};
use handoff_protocol::item::Item;
use handoff_protocol::pack::{Packer, Unpacker};
use handoff_store::Draft;
use handoff_vault::{
    ContextKey, ContextPlace, RedoKey, SealedAttachment, SealingKey, SigningKey, UserKeys,
    WrappedRedoKey, open_redo_key,
};

use super::super::{DeviceFiles as _, FilesError, Opening, Refused};
use super::state::{Attached, DeviceDb, Held, LaneRow, NewRow, VaultDb};
use super::{Done, Durable, ModelFiles, broken, refused};

/// A context key lives at most so long.
const CONTEXT_MS: i64 = 12 * 60 * 60 * 1000;

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    pub signing: SigningKey,
    pub sealing: Option<SealingKey>,
    pub writing: Option<Writing>,
}

#[derive(Debug)]
pub(super) struct Writing {
    lane: Lane,
    age: u64,
    made_at_ms: i64,
    context: ContextKey,
    redo: RedoKey,
}

struct Begun {
    item: Item,
    wrapped: WrappedRedoKey,
    writing: Writing,
}

impl ModelFiles {
    pub(super) fn signed_in(&self, user: UserId) -> Done<()> {
        self.alive()?;
        if self.open.borrow().sessions.contains_key(&user) {
            return Ok(());
        }
        refused(Refused::NotSignedIn)
    }

    pub(super) fn sign_in(&self, user: UserId, keys: &UserKeys, how: Opening) -> Done<()> {
        self.alive()?;
        if self.durable.borrow().device.person(user).is_none() {
            return refused(Refused::NotSignedIn);
        }
        if self.open.borrow().sessions.contains_key(&user) {
            return refused(Refused::SignedIn);
        }
        self.drop_saved_drafts(user)?;
        self.forget_unused_redo_keys(user)?;
        let sealing = (how == Opening::Reading).then(|| keys.sealing.clone());
        self.open.borrow_mut().sessions.insert(
            user,
            Session {
                signing: keys.signing.clone(),
                sealing,
                writing: None,
            },
        );
        if how == Opening::Reading {
            self.catch_up(user, &keys.sealing)?;
        }
        Ok(())
    }

    /// Drafts that were saved before a crash could drop them.
    fn drop_saved_drafts(&self, user: UserId) -> Done<()> {
        for draft in self.drafts_of(user) {
            let was_saved = {
                let files = self.durable.borrow();
                let mut ids = draft.entries.iter();
                ids.any(|id| files.device.places.contains_key(&ItemId(id.0)))
            };
            if was_saved {
                self.drop_draft(user, draft.id)?;
            }
        }
        Ok(())
    }

    fn forget_unused_redo_keys(&self, user: UserId) -> Done<()> {
        let needed = |device: &DeviceDb| -> Vec<ContextId> {
            let rows = device.lanes.iter().flat_map(|lane| lane.rows.iter());
            let waiting = rows.filter(|row| row.redo.is_some());
            waiting
                .filter_map(|row| match &row.item {
                    Item::Entry { context, .. } => Some(*context),
                    _ => None,
                })
                .collect()
        };
        let files = self.durable.borrow().device.clone();
        let needed = needed(&files);
        let is_unused = |id: &ContextId, of: UserId| of == user && !needed.contains(id);
        if !files
            .redo_keys
            .iter()
            .any(|(id, (of, _))| is_unused(id, *of))
        {
            return Ok(());
        }
        self.commit(|files| {
            Arc::make_mut(&mut files.device.redo_keys).retain(|id, (of, _)| !is_unused(id, *of));
            Ok(())
        })
    }

    pub(super) fn drafts_of(&self, user: UserId) -> Vec<Draft> {
        let files = self.durable.borrow();
        let drafts = files
            .drafts
            .get(&user)
            .into_iter()
            .flat_map(BTreeMap::values);
        drafts.cloned().map(crate::sim::planted::reread).collect()
    }

    pub(super) fn keep_draft(&self, user: UserId, draft: &Draft) -> Done<()> {
        self.signed_in(user)?;
        self.commit(|files| {
            let drafts = files.drafts.entry(user).or_default();
            if drafts
                .get(&draft.id)
                .is_some_and(|known| known.version > draft.version)
            {
                return refused(Refused::StaleDraft);
            }
            drafts.insert(draft.id, draft.clone());
            Ok(())
        })
    }

    fn drop_draft(&self, user: UserId, id: EntryId) -> Done<()> {
        let is_there = self
            .durable
            .borrow()
            .drafts
            .get(&user)
            .is_some_and(|drafts| drafts.contains_key(&id));
        if !is_there {
            return Ok(());
        }
        self.commit(|files| {
            if let Some(drafts) = files.drafts.get_mut(&user) {
                drafts.remove(&id);
            }
            Ok(())
        })
    }

    pub(super) fn save_all(
        &self,
        user: UserId,
        entries: &[Entry],
        attachments: &[SealedAttachment],
        draft: Option<EntryId>,
        now_ms: i64,
    ) -> Done<()> {
        self.signed_in(user)?;
        let mut attached = Vec::new();
        for entry in entries {
            if let Body::AttachmentAdded(added) = &entry.record.body {
                let mut given = attachments.iter();
                let given = given.find(|sealed| sealed.address == added.address);
                let sealed = given.ok_or_else(|| broken("an attachment that was not given"))?;
                let bytes = Arc::new(sealed.bytes.clone());
                let of_it = Attached {
                    referral: added.referral,
                    address: added.address,
                    bytes,
                };
                attached.push((ItemId(entry.id.0), of_it));
            }
        }
        let mut packer = Packer::new().map_err(broken)?;
        let mut packed = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.author != user {
                return refused(Refused::NotTheirs);
            }
            let bytes = entry.record.to_bytes().map_err(broken)?;
            packed.push(packer.pack(&bytes).map_err(broken)?);
        }
        if self.was_saved(user, entries)? {
            return self.drop_submitted(user, draft);
        }
        let begun = self.begin(user, now_ms)?;
        let sealed = self.seal(user, begun.as_ref(), entries, &packed)?;
        let lane = self.current_lane()?;
        let saved = self.append(user, begun.as_ref(), sealed, attached, now_ms)?;
        if let (Some(begun), Some(session)) =
            (begun, self.open.borrow_mut().sessions.get_mut(&user))
        {
            session.writing = Some(begun.writing);
        }
        if self.can_read(user) {
            let arriving = saved.iter().zip(entries).zip(packed);
            let held = arriving.map(|((seq, entry), packed)| {
                let held = Held {
                    lane,
                    seq: *seq,
                    author: user,
                    own: true,
                    record: Arc::new(KeptRecord::from_bytes(packed)),
                };
                (ItemId(entry.id.0), held)
            });
            // A vault that lags is no failure; a process that died is.
            let shown = self.commit_vault(user, Durable::Later, |vault| {
                Arc::make_mut(&mut vault.entries).extend(held);
                Ok(())
            });
            if let Err(FilesError::Died) = shown {
                return Err(FilesError::Died);
            }
        }
        self.drop_submitted(user, draft)
    }

    fn drop_submitted(&self, user: UserId, draft: Option<EntryId>) -> Done<()> {
        let Some(draft) = draft else { return Ok(()) };
        match self.drop_draft(user, draft) {
            Err(FilesError::Died) => Err(FilesError::Died),
            // A draft that stays is dropped at the next unlock.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether all of them are there already.
    fn was_saved(&self, user: UserId, entries: &[Entry]) -> Done<bool> {
        let files = self.durable.borrow();
        let mut there = 0;
        for entry in entries {
            if let Some((_, _, row)) = files.device.find(ItemId(entry.id.0)) {
                if row.user != user || !row.is_entry() {
                    return refused(Refused::IdTaken);
                }
                if row.is_taken_back() {
                    return refused(Refused::TakenBack);
                }
                there += 1;
            }
        }
        match there {
            0 => Ok(false),
            there if there == entries.len() => Ok(true),
            _ => refused(Refused::IdTaken),
        }
    }

    fn begin(&self, user: UserId, now_ms: i64) -> Done<Option<Begun>> {
        let lane = self.current_lane()?;
        let open = self.open.borrow();
        let age = open.context_age;
        let Some(session) = open.sessions.get(&user) else {
            return refused(Refused::NotSignedIn);
        };
        let is_good = |writing: &Writing| {
            let until = writing.made_at_ms.saturating_add(CONTEXT_MS);
            writing.lane == lane
                && writing.age == age
                && (writing.made_at_ms..until).contains(&now_ms)
        };
        if session.writing.as_ref().is_some_and(is_good) {
            return Ok(None);
        }
        let site = self.sealing_key()?;
        let site = site.ok_or_else(|| broken("no sealing key"))?;
        let context = ContextId::from_bytes(*self.random.id().as_bytes());
        let place = ContextPlace {
            site: self.site.pin(),
            lane,
            device: self.device,
            author: user,
            context,
        };
        let (key, statement) =
            ContextKey::make(&self.random, place, &site.key, &session.signing).map_err(broken)?;
        let files = self.durable.borrow();
        let Some(person) = files.device.person(user) else {
            return refused(Refused::NotSignedIn);
        };
        let (redo, wrapped) =
            RedoKey::make(&self.random, place, &person.sealing_key).map_err(broken)?;
        Ok(Some(Begun {
            item: Item::Context {
                id: context,
                bytes: codec::to_cbor(&statement, "a context").map_err(broken)?,
            },
            wrapped,
            writing: Writing {
                lane,
                age,
                made_at_ms: now_ms,
                context: key,
                redo,
            },
        }))
    }

    fn seal(
        &self,
        user: UserId,
        begun: Option<&Begun>,
        entries: &[Entry],
        packed: &[Vec<u8>],
    ) -> Done<Vec<(Item, Vec<u8>, Hlc)>> {
        let open = self.open.borrow();
        let kept = open
            .sessions
            .get(&user)
            .and_then(|session| session.writing.as_ref());
        let writing = begun.map(|begun| &begun.writing).or(kept);
        let writing = writing.ok_or_else(|| broken("no key to seal with"))?;
        let context = writing.context.place().context;
        let mut sealed = Vec::with_capacity(entries.len());
        for (entry, packed) in entries.iter().zip(packed) {
            let id = ItemId(entry.id.0);
            let bytes = writing
                .context
                .seal(&self.random, &id, packed)
                .map_err(broken)?;
            let redo = writing
                .redo
                .seal(&self.random, &id, packed)
                .map_err(broken)?;
            let item = Item::Entry {
                id,
                context,
                sealed: bytes,
            };
            sealed.push((item, redo, entry.record.captured_at.hlc));
        }
        Ok(sealed)
    }

    fn append(
        &self,
        user: UserId,
        begun: Option<&Begun>,
        sealed: Vec<(Item, Vec<u8>, Hlc)>,
        attached: Vec<(ItemId, Attached)>,
        saved_at_ms: i64,
    ) -> Done<Vec<u64>> {
        self.commit(|files| {
            let device = &mut files.device;
            Arc::make_mut(&mut device.attachments).extend(attached);
            let number = device.lanes.len() - 1;
            let lane: &mut LaneRow = &mut device.lanes[number];
            let places = Arc::make_mut(&mut device.places);
            if let Some(begun) = begun {
                let id = begun.item.id();
                let hlc = sealed.first().map(|(_, _, hlc)| *hlc).unwrap_or_default();
                let seq = lane.append(NewRow {
                    item: begun.item.clone(),
                    user,
                    redo: None,
                    saved_at_ms,
                    hlc,
                });
                places.insert(id, (number, seq));
                let keys = Arc::make_mut(&mut device.redo_keys);
                keys.insert(id, (user, begun.wrapped.clone()));
            }
            let mut saved = Vec::with_capacity(sealed.len());
            for (item, redo, hlc) in sealed {
                let id = item.id();
                let seq = lane.append(NewRow {
                    item,
                    user,
                    redo: Some(redo),
                    saved_at_ms,
                    hlc,
                });
                places.insert(id, (number, seq));
                saved.push(seq);
            }
            Ok(saved)
        })
    }

    pub(super) fn take_back_entry(&self, user: UserId, entry: EntryId) -> Done<()> {
        self.signed_in(user)?;
        let id = ItemId(entry.0);
        let read_through = self.open.borrow().read_through.clone();
        let stays = |device: &DeviceDb, id: ItemId| {
            let Some((lane, seq, row)) = device.find(id) else {
                return Some(Refused::NotTheirs);
            };
            let read = read_through.get(&lane.lane).copied().unwrap_or(0);
            if row.user != user || !row.is_entry() {
                Some(Refused::NotTheirs)
            } else if row.is_taken_back() {
                Some(Refused::TakenBack)
            } else {
                (seq <= lane.left_through.max(read)).then_some(Refused::AlreadySent)
            }
        };
        let taken = self.commit(|files| {
            let device = &mut files.device;
            if let Some(why) = stays(device, id) {
                return refused(why);
            }
            let attached = device.attachments.iter();
            let attached = attached.filter(|(_, of)| of.referral == entry.into());
            let attached = attached.map(|(id, _)| *id);
            let mut taken: Vec<ItemId> =
                attached.filter(|id| stays(device, *id).is_none()).collect();
            taken.push(id);
            for id in &taken {
                device.take_back(*id);
            }
            Ok(taken)
        })?;
        if !self.can_read(user) {
            return Ok(());
        }
        match self.drop_own(user, &taken) {
            Err(FilesError::Died) => Err(FilesError::Died),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn drop_own(&self, user: UserId, ids: &[ItemId]) -> Done<()> {
        self.commit_vault(user, Durable::Later, |vault| {
            Arc::make_mut(&mut vault.entries).retain(|id, _| !ids.contains(id));
            Ok(())
        })
    }

    /// Puts into the vault what was saved and is not there.
    fn catch_up(&self, user: UserId, sealing: &SealingKey) -> Done<()> {
        let device = self.durable.borrow().device.clone();
        let vault = self.vault_of(user);
        let mut unpacker = Unpacker::new();
        let mut missing = Vec::new();
        let is_own = |id: &&ItemId| vault.entries.get(id).is_some_and(|held| held.own);
        let mut gone: Vec<ItemId> = device
            .erased_elsewhere
            .iter()
            .filter(is_own)
            .copied()
            .collect();
        for lane in &device.lanes {
            for (row, seq) in lane.rows.iter().zip(1..) {
                let id = row.item.id();
                if row.user != user {
                    continue;
                }
                if (row.is_taken_back() || row.is_erased()) && vault.entries.contains_key(&id) {
                    gone.push(id);
                }
                let Item::Entry { context, .. } = &row.item else {
                    continue;
                };
                let Some(redo) = row
                    .redo
                    .as_ref()
                    .filter(|_| !vault.entries.contains_key(&id))
                else {
                    continue;
                };
                let (_, wrapped) = device
                    .redo_keys
                    .get(context)
                    .ok_or_else(|| broken("redo without its key"))?;
                let place = ContextPlace {
                    site: self.site.pin(),
                    lane: lane.lane,
                    device: self.device,
                    author: user,
                    context: *context,
                };
                let key = open_redo_key(sealing, place, wrapped).map_err(broken)?;
                let packed = key.open(&id, redo).map_err(broken)?;
                unpacker.unpack(&packed).map_err(broken)?;
                let held = Held {
                    lane: lane.lane,
                    seq,
                    author: user,
                    own: true,
                    record: Arc::new(KeptRecord::from_bytes(packed.to_vec())),
                };
                missing.push((id, held));
            }
        }
        if !missing.is_empty() || !gone.is_empty() {
            self.commit_vault(user, Durable::AtOnce, |vault: &mut VaultDb| {
                let entries = Arc::make_mut(&mut vault.entries);
                entries.extend(missing);
                entries.retain(|id, _| !gone.contains(id));
                Ok(())
            })?;
        }
        self.settle_redo(user)
    }

    /// Erases redo that nobody needs any more.
    pub(super) fn settle_redo(&self, user: UserId) -> Done<()> {
        let vault = self.vault_of(user);
        let mut finished = self.durable.borrow().device.finished_redo(user);
        finished.retain(|id| vault.entries.contains_key(id));
        if finished.is_empty() {
            return Ok(());
        }
        self.commit_vault(user, Durable::AtOnce, |_| Ok(()))?;
        self.commit(|files| {
            files.device.erase_redo(&finished);
            Ok(())
        })
    }
}
