//! Taking up what the site answered: verified, then one transaction on
//! device.db, then one on each open vault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{Body, Hlc, MAX_DRIFT_MS, UserId};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose, Lease};
use handoff_protocol::codec;
use handoff_protocol::epoch::Kinship;
use handoff_protocol::ids::{EpochId, ItemId, KeyId, Lane};
use handoff_protocol::message::{
    Answer, Cursor, ErasureOrder, FeedEntry, FeedItem, FeedPart, KEEP_VAULT_DAYS, NotServed,
};
use handoff_protocol::pack::Unpacker;
use handoff_protocol::receipt::Receipt;
use handoff_protocol::signed::{PublicKey, Signed};
use handoff_sync::standing::{Own, judge};
use handoff_sync::{Coverage, ReceiptRefused};

use super::super::{FilesError, Refused, TakenUp};
use super::state::{DeviceDb, Held, Known, VaultDb};
use super::{Done, Durable, ModelFiles, broken, refused};
use crate::sim::planted;

struct Verified<'a> {
    epoch: EpochId,
    is_new_epoch: bool,
    keys: Vec<(&'a Signed<KeyCertificate>, KeyCertificate)>,
    receipts: Vec<(&'a Signed<Receipt>, Receipt)>,
    leases: Vec<(&'a Signed<Lease>, Lease)>,
    erasures: Option<ErasureOrder>,
}

impl ModelFiles {
    pub(super) fn take_up(&self, answer: &Answer, site_time: DateTime<Utc>) -> Done<TakenUp> {
        self.alive()?;
        let verified = self.verify(answer)?;
        let mut taken = self.commit(|files| {
            let mut taken = self.take_device(&mut files.device, answer, &verified, site_time);
            for (user, part) in &answer.user_feeds {
                if self.can_read(*user) && part.next.epoch == verified.epoch {
                    erase_evicted(&mut files.device, *user, part);
                }
            }
            taken.restarted |= verified.is_new_epoch;
            Ok(taken)
        })?;
        if let Some(order) = &verified.erasures {
            taken.more |= self.finish_erasing(order)?;
        }
        let has_new = |(_, key): &(_, KeyCertificate)| key.purpose == KeyPurpose::Sealing;
        if verified.keys.iter().any(has_new) {
            self.open.borrow_mut().context_age += 1;
        }
        let readers: Vec<UserId> = {
            let open = self.open.borrow();
            let users = open.sessions.keys().copied();
            users.collect()
        };
        for user in readers.into_iter().filter(|user| self.can_read(*user)) {
            alive(self.settle_redo(user))?;
        }
        for (user, part) in &answer.user_feeds {
            if self.can_read(*user) && part.next.epoch == verified.epoch {
                let is_disabled = answer.not_served.contains(&(*user, NotServed::Disabled));
                let fed = self.take_feed(*user, part, site_time);
                let fed = fed.and_then(|more| {
                    if is_disabled {
                        self.drop_applied(*user)?;
                    }
                    Ok(more)
                });
                match fed {
                    Ok(more) => taken.more |= more,
                    Err(FilesError::Died) => return Err(FilesError::Died),
                    // Its feed comes again.
                    Err(_) => {}
                }
            }
        }
        let keep_days = answer.keep_vault_days.unwrap_or(KEEP_VAULT_DAYS);
        if keep_days > 0 {
            self.drop_vaults(site_time - TimeDelta::days(i64::from(keep_days)));
        }
        Ok(taken)
    }

    /// Vaults of people who stay away, whose leave to read ended before this, go.
    fn drop_vaults(&self, ended: DateTime<Utc>) {
        let people = Arc::clone(&self.durable.borrow().device.people);
        for person in people.iter().filter(|person| !self.can_read(person.user)) {
            let lease: Result<Lease, _> = codec::from_cbor(&person.lease.bytes, "a lease");
            if lease.is_ok_and(|lease| lease.not_after < ended) {
                self.vaults.borrow_mut().remove(&person.user);
                self.durable.borrow_mut().vaults.remove(&person.user);
            }
        }
    }

    /// Vaults that are open lose what an order names, and the site is told from
    /// now on that it was done; false when it was before.
    fn finish_erasing(&self, order: &ErasureOrder) -> Done<bool> {
        let readers: Vec<UserId> = self.open.borrow().sessions.keys().copied().collect();
        for user in readers.into_iter().filter(|user| self.can_read(*user)) {
            let held = self.vault_of(user);
            if order.items.iter().any(|id| held.entries.contains_key(id)) {
                self.commit_vault(user, Durable::AtOnce, |vault| {
                    Arc::make_mut(&mut vault.entries).retain(|id, _| !order.items.contains(id));
                    Ok(())
                })?;
            }
        }
        if self.durable.borrow().device.erased_through >= order.through {
            return Ok(false);
        }
        self.commit(|files| {
            files.device.erased_through = order.through;
            Ok(true)
        })
    }

    fn verify<'a>(&self, answer: &'a Answer) -> Done<Verified<'a>> {
        let identity = &self.site.key;
        let files = self.durable.borrow();
        let epoch = answer.epoch.open(identity).map_err(broken)?;
        let current = files.device.epoch.open(identity).map_err(broken)?;
        let is_new_epoch = match current.kinship(&epoch) {
            Kinship::Same => false,
            Kinship::Descendant | Kinship::Sibling => true,
            Kinship::Ancestor => return refused(Refused::OldEpoch),
        };
        let mut keys = Vec::new();
        for signed in &answer.keys {
            keys.push((signed, signed.open(identity).map_err(broken)?));
        }
        let mut receipt_keys: BTreeMap<KeyId, PublicKey> = BTreeMap::new();
        let known = files.device.keys.iter().map(|(_, key)| key);
        for key in known.chain(keys.iter().map(|(_, key)| key)) {
            if key.purpose == KeyPurpose::Receipt {
                receipt_keys.insert(key.key.id(), key.key);
            }
        }
        let mut receipts = Vec::new();
        for signed in &answer.receipts {
            let key = receipt_keys.get(&signed.key);
            let receipt = key.and_then(|key| signed.open(key).ok());
            receipts.extend(receipt.map(|receipt| (signed, receipt)));
        }
        let mut leases = Vec::new();
        for signed in &answer.leases {
            let key = receipt_keys.get(&signed.key);
            let lease = key.and_then(|key| signed.open(key).ok());
            leases.extend(lease.map(|lease| (signed, lease)));
        }
        let erasures = answer.erasures.as_ref().and_then(|signed| {
            let order: ErasureOrder = signed.open(receipt_keys.get(&signed.key)?).ok()?;
            let is_ours = order.device == self.device && order.epoch == epoch.id;
            is_ours.then_some(order)
        });
        Ok(Verified {
            erasures,
            epoch: epoch.id,
            is_new_epoch,
            keys,
            receipts,
            leases,
        })
    }

    fn take_device(
        &self,
        device: &mut DeviceDb,
        answer: &Answer,
        verified: &Verified<'_>,
        site_time: DateTime<Utc>,
    ) -> TakenUp {
        let mut taken = TakenUp::default();
        if verified.is_new_epoch {
            device.epoch = answer.epoch.clone();
            device.epoch_id = verified.epoch;
            device.erased_through = 0;
            device.erased_elsewhere = Arc::default();
        }
        for (signed, key) in &verified.keys {
            let is_known = |(_, known): &(_, KeyCertificate)| known.key == key.key;
            if !device.keys.iter().any(is_known) {
                Arc::make_mut(&mut device.keys).push(((*signed).clone(), key.clone()));
            }
        }
        device.site_time = device.site_time.max(site_time);
        for (signed, receipt) in &verified.receipts {
            self.take_receipt(device, verified.epoch, signed, receipt, &mut taken);
        }
        for (signed, lease) in &verified.leases {
            let people = Arc::make_mut(&mut device.people);
            let person = people.iter_mut().find(|person| person.user == lease.user);
            if let Some(person) = person.filter(|person| person.leased_at <= lease.issued_at) {
                person.lease = (*signed).clone();
                person.leased_at = lease.issued_at;
            }
        }
        for id in verified.erasures.iter().flat_map(|order| &order.items) {
            device.erase(*id);
        }
        if let Some(days) = answer.keep_sealed_days {
            let until = site_time - TimeDelta::days(i64::from(days));
            device.prune(until.timestamp_millis());
        }
        if let Some(part) = &answer.site_feed
            && part.next.epoch == verified.epoch
        {
            take_site_feed(device, part);
            taken.more |= part.more;
        }
        taken
    }

    fn take_receipt(
        &self,
        device: &mut DeviceDb,
        epoch: EpochId,
        signed: &Signed<Receipt>,
        receipt: &Receipt,
        taken: &mut TakenUp,
    ) {
        let Some(row) = device.lane(&receipt.lane) else {
            return;
        };
        let before: Option<Coverage> = row
            .known
            .as_ref()
            .filter(|known| known.branch == receipt.branch)
            .map(|known| known.coverage.clone());
        let attached = device.attached(row, receipt.applied_through, receipt.through.seq);
        let own = Own {
            site: self.site.pin(),
            device: self.device,
            lane: row.lane,
            head: row.head(),
            hash_at_through: row.hash_at(receipt.through.seq),
            epoch,
            before_kept: row.before_kept(&receipt.without_content()),
            attached: &attached,
            before: before.as_ref(),
        };
        let (covered, _) = row.covered(epoch);
        let coverage = match judge(own, receipt) {
            // Another branch that shares a beginning with this line.
            Ok(_) if before.is_none() && receipt.through.seq < covered => {
                taken.refused.push((row.lane, ReceiptRefused::Older));
                return;
            }
            Ok(coverage) => coverage,
            Err(why) => {
                taken.refused.push((row.lane, why));
                return;
            }
        };
        taken.restarted |= coverage.through.seq < covered;
        if let Some(row) = device.lane_mut(&receipt.lane) {
            row.known = Some(Known {
                signed: signed.clone(),
                branch: receipt.branch,
                backed_up_through: receipt.backed_up_through,
                coverage,
            });
        }
    }

    /// Somebody whose account is disabled holds nothing that the site has applied.
    fn drop_applied(&self, user: UserId) -> Done<()> {
        let device = self.durable.borrow().device.clone();
        let is_applied = |held: &Held| held.own && device.is_applied(&held.lane, held.seq);
        let vault = self.vault_of(user);
        if planted::eviction_skipped() || !vault.entries.values().any(is_applied) {
            return Ok(());
        }
        self.commit_vault(user, Durable::AtOnce, |vault| {
            Arc::make_mut(&mut vault.entries).retain(|_, held| !is_applied(held));
            Ok(())
        })
    }

    /// Takes a part of somebody's feed; whether to ask again.
    fn take_feed(&self, user: UserId, part: &FeedPart, site_time: DateTime<Utc>) -> Done<bool> {
        let asks_for_own = {
            let vault = self.vault_of(user);
            vault.wants_own || vault.cursor.is_none()
        };
        let is_whole = part.snapshot && !part.without_own;
        if is_whole && asks_for_own && !planted::eviction_spares_journal() {
            let finished = self.durable.borrow().device.finished_redo(user);
            if !finished.is_empty() {
                self.commit(|files| {
                    files.device.erase_redo(&finished);
                    Ok(())
                })?;
            }
        }
        if planted::cursor_before_apply() {
            self.commit_vault(user, Durable::AtOnce, |vault| {
                vault.cursor = Some(part.next.clone());
                Ok(())
            })?;
        }
        let device = self.durable.borrow().device.clone();
        let (more, hlc) = self.commit_vault(user, Durable::AtOnce, |vault| {
            Ok(take_part(vault, user, part, &device))
        })?;
        if hlc > Hlc::default() {
            let most = Hlc {
                wall_ms: site_time.timestamp_millis().saturating_add(MAX_DRIFT_MS),
                count: 0,
            };
            self.commit(|files| {
                files.device.hlc = files.device.hlc.seen(hlc.min(most));
                Ok(())
            })?;
        }
        Ok(more)
    }
}

/// A failure that a sync outlives, unless the process died of it.
fn alive(done: Done<()>) -> Done<()> {
    match done {
        Err(FilesError::Died) => Err(FilesError::Died),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn erase_evicted(device: &mut DeviceDb, user: UserId, part: &FeedPart) {
    if planted::eviction_spares_journal() {
        return;
    }
    for item in &part.items {
        if let FeedItem::Evict(id) = item
            && device.find(*id).is_some_and(|(_, _, row)| row.user == user)
        {
            device.erase_redo(&[*id]);
        }
    }
}

fn follows(cursor: &Cursor, part: &FeedPart) -> bool {
    let place = |cursor: &Cursor| (cursor.scope_version, cursor.position);
    cursor.epoch == part.next.epoch && place(cursor) <= place(&part.next)
}

fn take_site_feed(device: &mut DeviceDb, part: &FeedPart) {
    let goes_on = |cursor: &Cursor| follows(cursor, part);
    if !part.snapshot && !device.site_cursor.as_ref().is_some_and(goes_on) {
        return;
    }
    let entries = Arc::make_mut(&mut device.site_entries);
    if part.snapshot {
        entries.clear();
    }
    for item in &part.items {
        match item {
            FeedItem::Include(entry) => {
                let belongs = entry.record.read(&mut Unpacker::new()).is_ok_and(|record| {
                    matches!(
                        record.body,
                        Body::PackPublished(_) | Body::RosterChanged(_) | Body::Unknown { .. }
                    )
                });
                if belongs && matches!(entry.lane, Lane::Site { .. }) {
                    entries.insert(entry.id, entry.clone());
                }
            }
            FeedItem::Evict(id) => {
                entries.remove(id);
            }
        }
    }
    device.site_cursor = Some(part.next.clone());
}

/// What a part of the feed does to a vault: whether to ask again, and the
/// newest logical time in it.
fn take_part(vault: &mut VaultDb, user: UserId, part: &FeedPart, device: &DeviceDb) -> (bool, Hlc) {
    let goes_on = |cursor: &Cursor| follows(cursor, part);
    if !part.snapshot && !vault.cursor.as_ref().is_some_and(goes_on) {
        return (false, Hlc::default());
    }
    let wanted = vault.wants_own || vault.cursor.is_none();
    let with_own = vault.wants_own && !part.without_own;
    let entries = Arc::make_mut(&mut vault.entries);
    if part.snapshot && !planted::eviction_skipped() {
        let included: BTreeSet<ItemId> = part.items.iter().filter_map(included).collect();
        entries.retain(|id, held| {
            let is_missed =
                with_own && !included.contains(id) && device.is_applied(&held.lane, held.seq);
            held.own && !is_missed
        });
    }
    let mut hlc = Hlc::default();
    for item in &part.items {
        match item {
            FeedItem::Include(entry) => {
                hlc = hlc.max(hlc_of(entry));
                let own =
                    entry.author == user || entries.get(&entry.id).is_some_and(|held| held.own);
                let held = Held {
                    lane: entry.lane,
                    seq: entry.seq,
                    author: entry.author,
                    own,
                    record: Arc::new(entry.record.clone()),
                };
                entries.insert(entry.id, held);
            }
            FeedItem::Evict(_) if planted::eviction_skipped() => {}
            FeedItem::Evict(id) => {
                entries.remove(id);
            }
        }
    }
    let unasked = if wanted {
        part.without_own
    } else {
        part.snapshot
    };
    let asked = wanted && !unasked;
    let lacks_own = || device.unproven(user).any(|id| !entries.contains_key(&id));
    vault.wants_own = unasked || (asked && (part.more || lacks_own()));
    vault.cursor = (!unasked).then(|| part.next.clone());
    (part.more || unasked, hlc)
}

fn included(item: &FeedItem) -> Option<ItemId> {
    match item {
        FeedItem::Include(entry) => Some(entry.id),
        FeedItem::Evict(_) => None,
    }
}

fn hlc_of(entry: &FeedEntry) -> Hlc {
    entry
        .record
        .read(&mut Unpacker::new())
        .map(|record| record.captured_at.hlc)
        .unwrap_or_default()
}
