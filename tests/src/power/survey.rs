//! A folder after a power loss, looked at with the real code.

use std::collections::BTreeSet;
use std::path::Path;

use handoff_cipherdb::{Database, DbKey, Health, Migrations, OpenOptions};
use handoff_domain::{AttachmentAddress, EntryId, MAX_ATTACHMENT};
use handoff_protocol::chain::{self, Head};
use handoff_protocol::ids::{ItemId, Lane};
use handoff_protocol::item::Item;
use handoff_store::{DeviceStore, UserSession};
use handoff_sync::Standing;
use handoff_vault::{DeviceSecretStore as _, FileDeviceSecret, OsRandom, unwrap_device_key};

use super::ledger::Known;
use crate::lab::{Badge, SLOT, folder_of, open_device, opener};
use crate::report::Report;
use crate::synthetic::Seeded;

/// What is wrong, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged and not there.
    pub lost: Vec<String>,
    /// Kept, and not in the view of whoever saved it.
    pub hidden: Vec<String>,
    /// Does not open, does not read, does not link.
    pub corrupt: Vec<String>,
    /// There more than once.
    pub duplicated: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty()
            && self.hidden.is_empty()
            && self.corrupt.is_empty()
            && self.duplicated.is_empty()
    }

    /// Takes another's in.
    pub fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.hidden.extend(other.hidden);
        self.corrupt.extend(other.corrupt);
        self.duplicated.extend(other.duplicated);
    }

    /// Counts all of it in a report.
    pub fn count(&self, place: &str, report: &mut Report) {
        report.lost(place, &self.lost);
        report.lost(place, &self.hidden);
        report.corrupt(place, &self.corrupt);
        report.duplicated(place, &self.duplicated);
    }

    fn lost(&mut self, what: String) {
        self.lost.push(what);
    }

    fn hidden(&mut self, what: String) {
        self.hidden.push(what);
    }

    fn corrupt(&mut self, what: String) {
        self.corrupt.push(what);
    }
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Opens, and checks what was acknowledged.
    Ordinary,
    /// Also reads every page, saves something, and opens once more.
    Deep,
}

/// Looks at a device.
#[must_use]
pub fn device(home: &Path, badge: &Badge, known: &Known, depth: Depth) -> Findings {
    let mut found = Findings::default();
    match open_device(home) {
        Ok(store) => look(&store, badge, known, &mut found),
        Err(error) => found.corrupt(format!("the device does not open: {error}")),
    }
    copies(home, &mut found);
    if depth == Depth::Deep && found.is_clean() {
        whole(home, known, &mut found);
        go_on(home, badge, &mut found);
    }
    found
}

fn look(store: &DeviceStore, badge: &Badge, known: &Known, found: &mut Findings) {
    if !store.quarantined().is_empty() {
        found.corrupt("something was set aside".to_owned());
    }
    chains(store, found);
    for id in &known.saved {
        match store.place(ItemId(id.0)) {
            Ok(Some(place)) if !place.taken_back => {
                let is_received = place.standing == Standing::Received;
                if known.received.contains(id) && !is_received {
                    found.lost(format!("{id} was received, and is {:?}", place.standing));
                }
            }
            Ok(_) => found.lost(format!("{id} was saved and is not in the journal")),
            Err(error) => found.corrupt(format!("{id} does not read: {error}")),
        }
    }
    for (id, address) in &known.attached {
        match store.read_piece(*address, 0, MAX_ATTACHMENT) {
            Ok(Some(bytes)) if AttachmentAddress::of(&bytes) == *address => {}
            Ok(_) => found.lost(format!("what {id} names was saved and is not all there")),
            Err(error) => found.corrupt(format!("what {id} names does not read: {error}")),
        }
    }
    let session = match store.unlock(SLOT, badge.reading()) {
        Ok(session) => session,
        Err(error) => return found.corrupt(format!("nobody can sign in: {error}")),
    };
    for file in session.set_aside() {
        found.corrupt(format!("{} was set aside", file.display()));
    }
    match session.catch_up() {
        Ok(done) => {
            for id in done.unreadable {
                found.corrupt(format!("the redo of {id} does not open"));
            }
        }
        Err(error) => found.corrupt(format!("the catch-up failed: {error}")),
    }
    views(&session, known, found);
    drafts(store, &session, known, found);
}

/// A copy that a migration made goes once the file is whole, however often the
/// migration was killed.
fn copies(folder: &Path, found: &mut Findings) {
    for file in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.contains(".before-") {
            found.corrupt(format!("{name} is left"));
        }
    }
}

/// Every lane links from its beginning to its head, and has each item once.
fn chains(store: &DeviceStore, found: &mut Findings) {
    let reports = match store.lane_reports() {
        Ok(reports) => reports,
        Err(error) => return found.corrupt(format!("the lanes do not read: {error}")),
    };
    let mut seen = BTreeSet::new();
    for report in reports {
        let mut head = chain::genesis(&report.lane, report.parent.as_ref());
        while head.seq < report.head.seq {
            let items = match store.read_items(&report.lane, head.seq + 1, 500) {
                Ok((_, items)) if !items.is_empty() => items,
                Ok(_) => return found.corrupt("a lane ends before its head".to_owned()),
                Err(error) => return found.corrupt(format!("items do not read: {error}")),
            };
            for item in items {
                head = chain::link(&report.lane, &head, &item.digest());
                if !seen.insert(item.id()) {
                    found.duplicated.push(format!("{:?}", item.id()));
                }
            }
        }
        if head != report.head {
            found.corrupt("a chain does not end in its head".to_owned());
        }
    }
}

/// Whoever saved something reads it, unless it was evicted.
fn views(session: &UserSession, known: &Known, found: &mut Findings) {
    let is_referral = |id: &&EntryId| !known.attached.contains_key(*id);
    for id in known.saved.difference(&known.may_go).filter(is_referral) {
        match session.referral((*id).into()) {
            Ok(Some(view)) => {
                let times = view.entries.iter().filter(|held| held.entry.id == *id);
                match times.count() {
                    1 => {}
                    0 => found.hidden(format!("{id} is not in the view of its referral")),
                    _ => found.duplicated.push(format!("{id} in the view")),
                }
            }
            Ok(None) => found.hidden(format!("{id} was saved and is not in the view")),
            Err(error) => found.corrupt(format!("the view of {id} does not read: {error}")),
        }
    }
    for id in &known.gone {
        if !matches!(session.referral((*id).into()), Ok(None)) {
            found.corrupt(format!("{id} was evicted and is in the view"));
        }
    }
    let position = match session.position() {
        Ok(position) => position.map(|(position, _)| position),
        Err(error) => return found.corrupt(format!("the cursor does not read: {error}")),
    };
    for (at, id, entries) in &known.feed {
        if position.as_ref() != Some(at) || known.may_go.contains(id) {
            continue;
        }
        let held = session.referral((*id).into()).ok().flatten();
        if held.is_none_or(|view| view.entries.len() < *entries) {
            found.hidden(format!("the cursor is beyond what the view has of {id}"));
        }
    }
}

fn drafts(store: &DeviceStore, session: &UserSession, known: &Known, found: &mut Findings) {
    let kept = match session.drafts() {
        Ok(kept) => kept,
        Err(error) => return found.corrupt(format!("the drafts do not read: {error}")),
    };
    for (id, version) in &known.drafts {
        let is_kept = kept
            .iter()
            .any(|draft| draft.id == *id && draft.version >= *version);
        let was_saved = matches!(store.place(ItemId(id.0)), Ok(Some(_)));
        if !is_kept && !was_saved {
            found.lost(format!("change {version} of draft {id}"));
        }
    }
    for draft in kept {
        if known.saved.contains(&draft.id) {
            found
                .duplicated
                .push(format!("draft {} was saved", draft.id));
        }
    }
}

/// Looking takes the schema as it is.
const SCHEMA: Migrations = Migrations::new(&[(1, ""), (2, ""), (3, ""), (4, ""), (5, "")]);

/// Every page of device.db carries its seal and hangs together.
fn whole(home: &Path, known: &Known, found: &mut Findings) {
    let secret = FileDeviceSecret::new(home.join("device.secret"), folder_of(home).access());
    let wrapped = std::fs::read(home.join("device.key")).expect("a key file");
    let key = unwrap_device_key(&secret.load().expect("a secret"), &wrapped).expect("a key");
    let key = DbKey::from_bytes(key.expose());
    let file = home.join("device.db");
    match Database::open(&file, &key, &SCHEMA, OpenOptions::durable()) {
        Ok(db) => match db.quick_check() {
            Ok(Health::Sound) => {}
            other => found.corrupt(format!("device.db: {other:?}")),
        },
        Err(error) => found.corrupt(format!("device.db: {error}")),
    }
    if known.schema > SCHEMA.head() {
        found.corrupt(format!("schema {} was reported", known.schema));
    }
}

/// The device goes on: saves, and keeps what it saved.
fn go_on(home: &Path, badge: &Badge, found: &mut Findings) {
    let entry = badge.referral(&mut Seeded::new(0x60_0d));
    let saved = open_device(home).and_then(|store| {
        let session = badge.unlock(&store);
        session
            .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
            .map_err(|error| error.to_string())
    });
    if let Err(error) = saved {
        return found.corrupt(format!("the device does not go on: {error}"));
    }
    match open_device(home) {
        Ok(store) if holds(&store, entry.id) => {}
        Ok(_) => found.lost("what was saved after the loss".to_owned()),
        Err(error) => found.corrupt(format!("the device does not open once more: {error}")),
    }
}

fn holds(store: &DeviceStore, id: EntryId) -> bool {
    matches!(store.place(ItemId(id.0)), Ok(Some(_)))
}

/// When everything in these tests is saved: within one context.
pub const NOW_MS: i64 = 1_795_000_000_000;

/// Items of one line in these tests.
const MOST: usize = 1_000_000;

/// Looks at a site.
#[must_use]
pub fn site(data: &Path, known: &Known) -> Findings {
    let mut found = Findings::default();
    let opened = handoff_site::Site::open(data, |_| None, handoff_site::Host::system());
    let site = match opened {
        Ok(site) => site,
        Err(error) => {
            found.corrupt(format!("the site does not open: {error}"));
            return found;
        }
    };
    copies(data, &mut found);
    match site.examine() {
        Ok(seen) => {
            if !seen.database_sound || seen.control_log.is_err() || !seen.alarms.is_empty() {
                found.corrupt(format!("{seen:?}"));
            }
        }
        Err(error) => found.corrupt(format!("the site cannot be looked at: {error}")),
    }
    let mut opener = opener();
    // A process that lost power does not give its lease back.
    let freed = site.storage().writing(|writes| writes.free_applier());
    let applied = freed.and_then(|()| site.apply(&mut opener).map(|_| ()));
    if let Err(error) = applied {
        found.corrupt(format!("the site does not apply: {error}"));
    }
    let looked = site.storage().reading(|reads| {
        for line in reads.all_lines()? {
            let mut head = Head {
                seq: line.from_seq,
                hash: line.start_hash,
            };
            for held in reads.items(line.id, head.seq + 1, MOST)? {
                head = chain::link(&line.lane, &head, &held.item.digest());
                if head.hash != held.hash {
                    found.corrupt("a line of the site does not link".to_owned());
                }
            }
            if head != line.head {
                found.corrupt("a line of the site does not end in its head".to_owned());
            }
        }
        for id in &known.custody {
            let held = reads.items_by_id(ItemId(id.0))?;
            let held = held
                .iter()
                .filter(|(_, held)| matches!(held.item, Item::Entry { .. }));
            match held.count() {
                0 => found.lost(format!("the site gave a receipt over {id}")),
                1 => {}
                _ => found.duplicated.push(format!("{id} at the site")),
            }
            if reads.entry(*id)?.is_none() && reads.parked()?.is_empty() {
                found.lost(format!("{id} is in custody and nobody sees it"));
            }
        }
        for id in &known.decided {
            let entries = reads.entries_of((*id).into())?;
            let decided = entries
                .iter()
                .filter(|row| matches!(row.lane, Lane::Site { .. }));
            if decided.count() == 0 {
                found.lost(format!("the decision on {id}"));
            }
        }
        Ok::<_, handoff_site::storage::StorageError>(())
    });
    if let Err(error) = looked {
        found.corrupt(format!("the site does not read: {error}"));
    }
    found
}
