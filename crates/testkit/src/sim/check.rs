//! What must hold after every operation.
//!
//! Only what an operation can have changed is looked at: the rest was looked
//! at before.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::rights::{Viewer, may_receive};
use handoff_domain::{Entry, EntryId, UserId};
use handoff_protocol::chain::{self, ChainHash, Head};
use handoff_protocol::codec;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{EpochId, ItemId, Seq};
use handoff_protocol::item::{Item, ItemDigest};
use handoff_protocol::message::{FeedItem, FeedPart, FeedPosition};
use handoff_protocol::pack::Unpacker;
use handoff_site::storage::{LineId, LineRow, Reads, StorageError};
use handoff_sync::Standing;

use super::invariant::Invariant;
use super::world::{Held, World};

/// What of the site was looked at.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Commits and restores as of which.
    as_of: (u64, u32),
    epoch: Option<EpochId>,
    lines: BTreeMap<LineId, SeenLine>,
    items: BTreeMap<(ItemId, ItemDigest), (LineId, Seq)>,
    parked: BTreeSet<(LineId, Seq)>,
}

#[derive(Debug, Clone, Copy)]
struct SeenLine {
    head: Head,
    applied: Seq,
}

impl Seen {
    /// The store was put back: everything is new.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// What was found wrong, if anything.
type Found = Option<(Invariant, String)>;

impl World {
    /// Looks at what the site has committed since.
    pub fn check_site(&mut self) -> Held {
        let as_of = (self.site.fuse.commits(), self.site.generation);
        if self.seen.as_of == as_of || self.site.fuse.is_blown() {
            return Ok(());
        }
        self.seen.as_of = as_of;
        let looked = {
            let (site, seen, ledger) = (&self.site, &mut self.seen, &mut self.ledger);
            site.storage().reading(|reads| look(reads, seen, ledger))
        };
        for invariant in [
            Invariant::CustodyStays,
            Invariant::ChainsVerify,
            Invariant::HeldOnce,
            Invariant::AppliedIsKeptOrParked,
            Invariant::TakenBackStaysBack,
        ] {
            self.checks.count(invariant);
        }
        match looked {
            Ok(None) => Ok(()),
            Ok(Some((invariant, found))) => self.hold(invariant, false, || found),
            Err(error) => self.hold(Invariant::NothingBreaks, false, || error.to_string()),
        }
    }

    /// Looks at what was saved on devices that have committed since.
    pub fn check_hosts(&mut self) -> Held {
        for at in 0..self.hosts.len() {
            let host = &mut self.hosts[at];
            let as_of = (host.fuse.commits(), host.life);
            if host.looked != Some(as_of) {
                host.looked = Some(as_of);
                self.check_host(at)?;
            }
        }
        Ok(())
    }

    fn check_host(&mut self, at: usize) -> Held {
        let files = &self.hosts[at].files;
        let Some(epoch) = files.epoch().ok().and_then(|signed| {
            let record: Option<EpochRecord> = codec::from_cbor(&signed.bytes, "an epoch").ok();
            Some(record?.id)
        }) else {
            return Ok(());
        };
        let mut found: Found = None;
        for (id, fact) in &mut self.ledger.facts {
            if !fact.on.contains(&at) {
                continue;
            }
            let item = ItemId(id.0);
            let place = match files.place(item) {
                Ok(place) => place,
                Err(error) => {
                    found = Some((Invariant::NothingBreaks, error.to_string()));
                    break;
                }
            };
            let Some(place) = place.filter(|place| place.taken_back == fact.back_on.contains(&at))
            else {
                let what = format!("{id}, saved on device {at}, is not there as it was: {place:?}");
                found = Some((Invariant::SavedIsKept, what));
                break;
            };
            let shown = (place.standing, epoch);
            if fact.shown.get(&at) == Some(&shown) {
                continue;
            }
            fact.shown.insert(at, shown);
            let claims = matches!(place.standing, Standing::Received | Standing::Parked(_));
            if claims && !self.ledger.taken.contains(&(epoch, item)) {
                let what = format!(
                    "{id} is shown as {:?} on device {at} in epoch {epoch}, and the site has \
                     never taken it there",
                    place.standing
                );
                found = Some((Invariant::ReceivedIsAtSite, what));
                break;
            }
            // What was ordered away may go before all of it was there.
            let is_expected = self.ledger.attached.contains_key(id)
                && !place.taken_back
                && !self.ledger.erased.contains_key(&fact.referral);
            if is_expected
                && place.standing == Standing::Received
                && !self.ledger.whole.contains(&(epoch, *id))
            {
                let what = format!(
                    "{id} is shown as received on device {at} in epoch {epoch}, and the site has \
                     never had all of its attachment there"
                );
                found = Some((Invariant::ReceivedIsAtSite, what));
                break;
            }
        }
        for invariant in [Invariant::SavedIsKept, Invariant::ReceivedIsAtSite] {
            self.checks.count(invariant);
        }
        match found {
            None => Ok(()),
            Some((invariant, found)) => self.hold(invariant, false, || found),
        }
    }

    /// Looks at the chains of a device that was opened again.
    pub fn check_whole(&mut self, at: usize) -> Held {
        let is_whole = self.hosts[at].files.is_whole();
        self.hold(Invariant::ChainsVerify, is_whole == Ok(true), || {
            format!("the journal of device {at} does not verify: {is_whole:?}")
        })
    }

    /// Looks at what a reply brings somebody.
    pub fn check_feed(&mut self, at: usize, user: UserId, part: &FeedPart) -> Held {
        let brought: Vec<_> = part
            .items
            .iter()
            .filter_map(|item| match item {
                FeedItem::Include(entry) => Some(entry),
                FeedItem::Evict(_) => None,
            })
            .collect();
        let mut unpacker = Unpacker::new();
        for feed in brought {
            let id = EntryId(feed.id.0);
            let record = feed.record.read(&mut unpacker);
            let may = record.ok().and_then(|record| {
                let entry = Entry {
                    id,
                    site: self.site.site.status().ok()?.name,
                    author: feed.author,
                    record,
                };
                let reading = |reads: &dyn Reads| may_have(reads, user, &entry);
                self.site.storage().reading(reading).ok()
            });
            self.hold(Invariant::FeedLeaksNothing, may == Some(true), || {
                format!("a reply brings {user} on device {at} entry {id}")
            })?;
        }
        Ok(())
    }

    /// Looks at what answers have taken from people of a device.
    pub fn check_evicted(&mut self, at: usize) -> Held {
        for item in std::mem::take(&mut self.hosts[at].ordered) {
            let files = &self.hosts[at].files;
            let place = files.place(item).ok().flatten();
            if place.is_some_and(|place| place.is_erased) {
                let comes_back = files.keeps_redo(item).unwrap_or(false);
                self.hold(Invariant::EvictedIsGone, !comes_back, || {
                    format!("{item} was erased, and the journal of device {at} can make it again")
                })?;
            }
        }
        for (user, item, next) in std::mem::take(&mut self.hosts[at].evicted) {
            let files = &self.hosts[at].files;
            // An answer that came too late changes nothing.
            let stands = files.position(user);
            let Ok(Some((FeedPosition::After(cursor), _))) = stands else {
                continue;
            };
            if cursor != next {
                continue;
            }
            let id = EntryId(item.0);
            let Ok(Some(vault)) = files.vault(user) else {
                continue;
            };
            let is_shown = vault.iter().any(|(entry, _)| entry.id == id);
            let fact = self.ledger.facts.get(&id);
            let is_own = fact.is_some_and(|fact| fact.author == user);
            let comes_back = is_own && files.keeps_redo(item).unwrap_or(false);
            self.hold(Invariant::EvictedIsGone, !is_shown && !comes_back, || {
                format!(
                    "{id} was taken from {user} on device {at}: in the vault {is_shown}, in the \
                     journal {comes_back}"
                )
            })?;
        }
        Ok(())
    }

    /// The epoch that the site is in.
    pub fn site_epoch(&self) -> Option<EpochId> {
        self.site.site.status().ok().map(|site| site.epoch_id)
    }

    /// What the site holds and has judged, in short.
    pub fn fingerprint(&self) -> Vec<(i64, Seq, Seq, u64)> {
        let read = self.site.storage().reading(|reads| {
            let lines = reads.all_lines()?;
            let lines = lines.iter().map(|line| {
                let parked = line.revision;
                (line.id.0, line.head.seq, line.applied_through, parked)
            });
            let mut all: Vec<_> = lines.collect();
            let attachments = reads.attachments()?;
            let here = attachments.iter().map(|(_, held)| held).sum();
            all.push((-1, attachments.len() as Seq, here, 0));
            all.push((
                0,
                reads.parked()?.len() as Seq,
                reads.site()?.feed_position,
                0,
            ));
            Ok::<_, StorageError>(all)
        });
        read.unwrap_or_default()
    }
}

/// Whether somebody may have an entry, by the site's roster of this moment.
pub(super) fn may_have(
    reads: &dyn Reads,
    user: UserId,
    entry: &Entry,
) -> Result<bool, StorageError> {
    let Some(referral) = entry.record.body.referral(entry.id) else {
        return Ok(false);
    };
    let logged = reads.entry(referral.into())?;
    let own = logged.is_some_and(|logged| logged.author == user);
    let people = reads.people()?;
    let person = people.iter().find(|person| person.user == user);
    Ok(person.is_some_and(|person| {
        let mut roles = person.roles.iter();
        roles.any(|role| may_receive(Viewer { user, role: *role }, entry, own))
    }))
}

fn look(
    reads: &dyn Reads,
    seen: &mut Seen,
    ledger: &mut super::ledger::Ledger,
) -> Result<Found, StorageError> {
    let site = reads.site()?;
    if seen.epoch != Some(site.epoch_id) {
        seen.epoch = Some(site.epoch_id);
        // What is held in the new epoch was taken in an earlier one.
        let held = seen.items.keys().map(|(id, _)| (site.epoch_id, *id));
        ledger.taken.extend(held);
    }
    for (named, held) in reads.attachments()? {
        if held == named.total {
            ledger.whole.insert((site.epoch_id, named.entry));
        }
    }
    let lines = reads.all_lines()?;
    for (id, before) in &seen.lines {
        let line = lines.iter().find(|line| line.id == *id);
        let stays = match line {
            None => false,
            Some(line) if line.head == before.head => true,
            Some(line) => hash_at(reads, line, before.head.seq)? == Some(before.head.hash),
        };
        if !stays {
            let what = format!("line {} no longer reaches {}", id.0, before.head.seq);
            return Ok(Some((Invariant::CustodyStays, what)));
        }
    }
    let parked: BTreeSet<(LineId, Seq)> = reads
        .parked()?
        .iter()
        .map(|row| (row.line, row.seq))
        .collect();
    for line in &lines {
        let found = look_at_line(reads, seen, ledger, line, &parked, site.epoch_id)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    for (line, seq) in seen.parked.difference(&parked) {
        if let Some(held) = reads.item(*line, *seq)?
            && matches!(held.item, Item::Entry { .. })
            && reads.entry(EntryId(held.item.id().0))?.is_none()
        {
            let what = format!("{} was parked, and is nowhere now", held.item.id());
            return Ok(Some((Invariant::AppliedIsKeptOrParked, what)));
        }
    }
    seen.parked = parked;
    Ok(None)
}

fn hash_at(reads: &dyn Reads, line: &LineRow, seq: Seq) -> Result<Option<ChainHash>, StorageError> {
    if seq == line.from_seq {
        return Ok(Some(line.start_hash));
    }
    let hashes = reads.hashes(line.id, seq, seq)?;
    Ok(hashes.first().map(|(_, hash)| *hash))
}

fn look_at_line(
    reads: &dyn Reads,
    seen: &mut Seen,
    ledger: &mut super::ledger::Ledger,
    line: &LineRow,
    parked: &BTreeSet<(LineId, Seq)>,
    epoch: EpochId,
) -> Result<Found, StorageError> {
    let before = seen.lines.get(&line.id).copied().unwrap_or(SeenLine {
        head: Head {
            seq: line.from_seq,
            hash: line.start_hash,
        },
        applied: line.from_seq,
    });
    let mut head = before.head;
    if head.seq < line.head.seq {
        for held in reads.items(line.id, head.seq + 1, usize::MAX >> 1)? {
            let id = held.item.id();
            head = chain::link(&line.lane, &head, &held.item.digest());
            if (head.seq, head.hash) != (held.seq, held.hash) {
                let what = format!("line {} does not link at {}", line.id.0, held.seq);
                return Ok(Some((Invariant::ChainsVerify, what)));
            }
            let place = (line.id, held.seq);
            if let Some(other) = seen.items.insert((id, held.item.digest()), place)
                && other != place
            {
                let what = format!("{id} is held at {other:?} and at {place:?}");
                return Ok(Some((Invariant::HeldOnce, what)));
            }
            ledger.taken.insert((epoch, id));
            let fact = ledger.facts.get(&EntryId(id.0));
            let is_back = fact.is_some_and(|fact| fact.is_back() && !fact.copied);
            if is_back && !matches!(held.item, Item::Placeholder { .. }) {
                let what = format!("{id} was taken back, and is at the site");
                return Ok(Some((Invariant::TakenBackStaysBack, what)));
            }
        }
    }
    if head != line.head {
        let what = format!("line {} says it ends elsewhere than it does", line.id.0);
        return Ok(Some((Invariant::ChainsVerify, what)));
    }
    if before.applied < line.applied_through {
        let count = usize::try_from(line.applied_through - before.applied).unwrap_or(0);
        for held in reads.items(line.id, before.applied + 1, count)? {
            let id = EntryId(held.item.id().0);
            if matches!(held.item, Item::Entry { .. })
                && !parked.contains(&(line.id, held.seq))
                && reads.entry(id)?.is_none()
            {
                let what = format!("{id} is applied, and neither kept nor parked");
                return Ok(Some((Invariant::AppliedIsKeptOrParked, what)));
            }
        }
    }
    let now = SeenLine {
        head,
        applied: line.applied_through,
    };
    seen.lines.insert(line.id, now);
    Ok(None)
}
