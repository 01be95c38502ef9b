//! Feeds: what each reader may hold, as a log of its own.
//!
//! **What.** A scope is a reader (a person, or "every device"). Its log names
//! entries to include and to evict, in positions given under the site's head.
//!
//! **Why.** What a reader may have depends on rights, which change. A filter
//! over the journal with a cursor would miss what came into scope later.
//!
//! **How data moves through.** An entry that was applied is appended to the log
//! of every scope that may have it ([`spread`]); a scope whose rights changed is
//! stale ([`scope_changed`]) and made anew at the next pull ([`refresh`]), as
//! another version that begins with a snapshot. Logs are made when somebody
//! first asks.
//!
//! **What it does not do.** It decides nothing: [`rights::may_receive`] does.
//!
//! **Where decided.** `docs/adr/0014-site-storage.md`.

use handoff_domain::rights::{self, Viewer};
use handoff_domain::{Body, Entry, EntryId, UserId};
use handoff_protocol::ids::{DeviceId, EpochId, ItemId};
use handoff_protocol::message::{Cursor, FeedEntry, FeedItem, FeedPart, FeedPosition};
use handoff_protocol::pack::Unpacker;
use sha2::{Digest as _, Sha256};

use crate::apply::views;
use crate::planted;
use crate::storage::{EntryRow, FeedRow, PersonRow, Reads, Scope, ScopeRow, StorageError, Writes};

/// Most items of one part.
const PART_ITEMS: usize = 500;
/// Most bytes of one part's entries.
const PART_BYTES: usize = 1024 * 1024;

/// Appends an entry that was just kept to the logs of those who may have it.
/// `kept` is everything that is kept of its referral.
pub(crate) fn spread(
    writes: &dyn Writes,
    entry: &Entry,
    kept: &[EntryRow],
) -> Result<(), StorageError> {
    let scopes = writes.scopes()?;
    if scopes.iter().all(|scope| scope.stale) {
        return Ok(());
    }
    let referral = entry.record.body.referral(entry.id);
    let logged = kept
        .iter()
        .find(|row| Some(row.id) == referral.map(EntryId::from));
    let referrer = logged.map(|row| row.author);
    let arrived_late = logged.is_some_and(|row| row.id == entry.id) && kept.len() > 1;
    let people = writes.people()?;
    for scope in scopes {
        if scope.stale {
            continue;
        }
        // Entries about the referral came before the one that says whose it is.
        if arrived_late && scope.scope == referrer.map_or(Scope::Site, Scope::User) {
            stale(writes, scope)?;
            continue;
        }
        if may_have(&people, scope.scope, entry, referrer) {
            append(writes, scope, (entry.id, entry.author), What::Include)?;
        }
    }
    Ok(())
}

/// Appends an eviction to the logs of those who have an entry that is erased.
pub(crate) fn evict(
    writes: &dyn Writes,
    entry: &Entry,
    referrer: Option<UserId>,
) -> Result<(), StorageError> {
    let people = writes.people()?;
    for scope in writes.scopes()? {
        if !scope.stale && may_have(&people, scope.scope, entry, referrer) {
            append(writes, scope, (entry.id, entry.author), What::Evict)?;
        }
    }
    Ok(())
}

/// What a person may receive has changed.
pub(crate) fn scope_changed(writes: &dyn Writes, user: UserId) -> Result<(), StorageError> {
    match writes.scope(Scope::User(user))? {
        Some(scope) => stale(writes, scope),
        None => Ok(()),
    }
}

/// Whether a scope has to be made anew before it is read.
pub(crate) fn is_fresh(reads: &dyn Reads, scope: Scope) -> Result<bool, StorageError> {
    Ok(reads.scope(scope)?.is_some_and(|row| !row.stale))
}

/// Makes a scope's log anew.
pub(crate) fn refresh(writes: &dyn Writes, scope: Scope) -> Result<(), StorageError> {
    writes.lock_head()?;
    if is_fresh(writes, scope)? {
        return Ok(());
    }
    let site = writes.site()?.name;
    let before = writes.scope(scope)?;
    writes.clear_feed(scope)?;
    writes.set_scope(&ScopeRow {
        scope,
        version: before.map_or(1, |row| row.version + 1),
        stale: false,
        last_position: 0,
        last_hash: [0; 32],
    })?;
    let people = writes.people()?;
    let mut unpacker = Unpacker::new();
    let mut wanted = Vec::new();
    writes.each_entry(&mut |row| {
        let entry = views::read_with(&site, &row, &mut unpacker)?;
        let referrer = match row.referral {
            Some(referral) => writes.entry(referral.into())?.map(|logged| logged.author),
            None => None,
        };
        if may_have(&people, scope, &entry, referrer) {
            wanted.push((entry.id, entry.author));
        }
        Ok(())
    })?;
    for (id, author) in wanted {
        let row = writes.scope(scope)?.ok_or(StorageError::Absent {
            table: "feed_scope",
        })?;
        append(writes, row, (id, author), What::Include)?;
    }
    Ok(())
}

fn stale(writes: &dyn Writes, scope: ScopeRow) -> Result<(), StorageError> {
    writes.set_scope(&ScopeRow {
        stale: true,
        ..scope
    })
}

fn may_have(people: &[PersonRow], scope: Scope, entry: &Entry, referrer: Option<UserId>) -> bool {
    match scope {
        Scope::Site => matches!(
            entry.record.body,
            Body::PackPublished(_) | Body::RosterChanged(_)
        ),
        Scope::User(user) => {
            // Packs and the roster come with the site's scope.
            if entry.record.body.referral(entry.id).is_none() {
                return false;
            }
            let own = referrer == Some(user);
            let person = people.iter().find(|person| person.user == user);
            person.is_some_and(|person| {
                person
                    .roles
                    .iter()
                    .any(|role| rights::may_receive(Viewer { user, role: *role }, entry, own))
            })
        }
    }
}

/// What a log says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Include,
    Evict,
}

fn append(
    writes: &dyn Writes,
    scope: ScopeRow,
    (entry, author): (EntryId, UserId),
    what: What,
) -> Result<(), StorageError> {
    let mut position = writes.next_position()?;
    if planted::feed_cursor_by_sequence() {
        let row = writes.entry(entry)?;
        position += row.map_or(0, |row| row.seq) << 32;
    }
    let mut hash = Sha256::new();
    hash.update(b"handoff/feed/1");
    hash.update(scope.last_hash);
    hash.update(position.to_be_bytes());
    hash.update([u8::from(what == What::Evict)]);
    hash.update(entry.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    writes.append_feed(
        scope.scope,
        &FeedRow {
            position,
            entry,
            evict: what == What::Evict,
            own: scope.scope == Scope::User(author),
            hash,
        },
    )?;
    writes.set_scope(&ScopeRow {
        last_position: position,
        last_hash: hash,
        ..scope
    })
}

/// Which of a reader's own entries are a part of what they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    /// All: their vault is being rebuilt.
    All,
    /// Those that they wrote on other devices: the vault on this one holds
    /// what was written here.
    FromElsewhere(DeviceId),
}

impl Own {
    /// Whether it leaves out an own entry of the reader.
    fn leaves_out(self, item: &FeedItem) -> bool {
        match (self, item) {
            (Self::FromElsewhere(device), FeedItem::Include(entry)) => {
                entry.lane.device() == Some(device)
            }
            (Self::All, _) | (_, FeedItem::Evict(_)) => false,
        }
    }
}

/// The next part of a fresh scope for a reader who stands at `position`.
pub(crate) fn part(
    reads: &dyn Reads,
    epoch: EpochId,
    scope: Scope,
    position: &FeedPosition,
    own: Own,
) -> Result<FeedPart, StorageError> {
    let row = reads.scope(scope)?.ok_or(StorageError::Absent {
        table: "feed_scope",
    })?;
    let (snapshot, mut next) = match position {
        FeedPosition::After(cursor) if holds(reads, epoch, &row, cursor)? => {
            (false, cursor.clone())
        }
        FeedPosition::After(_) | FeedPosition::Start => (
            true,
            Cursor {
                epoch,
                scope_version: row.version,
                position: 0,
                feed_hash: [0; 32],
            },
        ),
    };
    let mut items = Vec::new();
    let mut bytes = 0;
    let mut more = false;
    let mut without_own = false;
    'pages: loop {
        let rows = reads.feed(scope, next.position, PART_ITEMS)?;
        let at_end = rows.len() < PART_ITEMS;
        for row in rows {
            if items.len() == PART_ITEMS || bytes > PART_BYTES {
                more = true;
                break 'pages;
            }
            let item = item(reads, &row)?.filter(|item| {
                let is_left_out = row.own && own.leaves_out(item);
                without_own |= is_left_out;
                !is_left_out
            });
            if let Some(FeedItem::Include(entry)) = &item {
                bytes += entry.record.as_bytes().len();
            }
            items.extend(item);
            next.position = row.position;
            next.feed_hash = row.hash;
        }
        if at_end {
            break;
        }
    }
    Ok(FeedPart {
        snapshot,
        items,
        next,
        more,
        without_own,
    })
}

/// The feed hash of a reader who may hold nothing any more.
const EMPTIED: [u8; 32] = *b"handoff/feed/nothing/1..........";

/// For somebody whose account is disabled, or whose device is revoked: a
/// snapshot without anything in it, once, so that their vault is emptied.
pub(crate) fn nothing(epoch: EpochId, position: &FeedPosition) -> FeedPart {
    FeedPart {
        snapshot: !is_emptied(position, epoch),
        items: Vec::new(),
        next: Cursor {
            epoch,
            scope_version: 0,
            position: 0,
            feed_hash: EMPTIED,
        },
        more: false,
        without_own: false,
    }
}

/// Whether a reader has acknowledged that.
pub(crate) fn is_emptied(position: &FeedPosition, epoch: EpochId) -> bool {
    matches!(position, FeedPosition::After(cursor)
        if cursor.epoch == epoch && cursor.feed_hash == EMPTIED)
}

/// Whether a cursor is one that this scope gave.
fn holds(
    reads: &dyn Reads,
    epoch: EpochId,
    row: &ScopeRow,
    cursor: &Cursor,
) -> Result<bool, StorageError> {
    if cursor.epoch != epoch || cursor.scope_version != row.version {
        return Ok(false);
    }
    if cursor.position == 0 {
        return Ok(cursor.feed_hash == [0; 32]);
    }
    Ok(reads.feed_hash(row.scope, cursor.position)? == Some(cursor.feed_hash))
}

fn item(reads: &dyn Reads, row: &FeedRow) -> Result<Option<FeedItem>, StorageError> {
    let id = ItemId(row.entry.0);
    if row.evict {
        return Ok(Some(FeedItem::Evict(id)));
    }
    // An entry that was erased since is in nobody's feed.
    let Some(entry) = reads.entry(row.entry)? else {
        return Ok(None);
    };
    Ok(Some(FeedItem::Include(FeedEntry {
        id,
        lane: entry.lane,
        seq: entry.seq,
        author: entry.author,
        received_at: entry.received_at,
        record: entry.record,
    })))
}

#[cfg(test)]
mod tests;
