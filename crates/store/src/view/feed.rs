//! A person's feed, taken into their vault.

use std::borrow::Cow;
use std::collections::BTreeSet;

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::{Entry, EntryId, Hlc, ReferralId};
use handoff_protocol::ids::{ItemId, Lane, Seq};
use handoff_protocol::message::{Cursor, FeedEntry, FeedItem, FeedPart, FeedPosition};
use handoff_protocol::pack::Unpacker;
use handoff_protocol::{from_cbor, to_cbor};

use super::{Arriving, Decided, Touched, Vault};
use crate::error::{StorageError, Stored};
use crate::numbers::seq;
use crate::planted;

/// Where a person stands, for the next pull.
pub(crate) fn position(tx: &ReadTx<'_>) -> Stored<(FeedPosition, bool)> {
    let (cursor, wants_own) = state(tx)?;
    Ok(match cursor {
        Some(cursor) => (FeedPosition::After(cursor), wants_own),
        None => (FeedPosition::Start, true),
    })
}

fn state(tx: &ReadTx<'_>) -> Stored<(Option<Cursor>, bool)> {
    const SQL: &str = "SELECT cursor, wants_own FROM feed";
    let (bytes, wants_own): (Option<Vec<u8>>, bool) =
        tx.query_one(SQL, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let cursor = bytes
        .map(|bytes| from_cbor(&bytes, "a cursor"))
        .transpose()?;
    Ok((cursor, wants_own))
}

/// Deleted rows may still lie in the file or its log.
pub(crate) fn set_unswept(tx: &WriteTx<'_>) -> Stored<()> {
    tx.execute("UPDATE feed SET unswept = 1", [])?;
    Ok(())
}

pub(crate) fn is_unswept(tx: &ReadTx<'_>) -> Stored<bool> {
    Ok(tx.query_one("SELECT unswept FROM feed", [], |row| row.get(0))?)
}

/// What a part of the feed did.
#[derive(Debug, Default)]
pub(crate) struct FeedTaken {
    pub decided: Vec<Decided>,
    /// The newest logical time in it.
    pub hlc: Hlc,
    /// Something was evicted: what was deleted must leave file and log.
    pub evicted: bool,
    /// Ask again: there is more, or a snapshot came that nobody asked for.
    pub more: bool,
}

/// Takes a part of the feed, with its cursor, in one durable transaction.
///
/// `is_applied` says whether the site has applied an own entry in its current
/// epoch: a snapshot that lacks such an entry means that it must go; one that
/// lacks another only means that the site has not seen it yet. `unproven` are own
/// entries that nothing here can bring back, and that a site which was put back
/// may apply only later: while one of them is missing, own ones are asked for.
pub(crate) fn take_feed(
    vault: &Vault,
    part: &FeedPart,
    is_applied: impl Fn(&Lane, Seq) -> Stored<bool>,
    unproven: impl Fn() -> Stored<Vec<ItemId>>,
) -> Stored<FeedTaken> {
    let writer = vault.writer()?;
    let mut unpacker = Unpacker::new();
    let arriving: Vec<Option<Arriving<'_>>> = part
        .items
        .iter()
        .map(|item| match item {
            FeedItem::Include(entry) => Some(arriving(vault, entry, &mut unpacker)),
            FeedItem::Evict(_) => None,
        })
        .collect();
    let taken = writer.write_durably(|tx| -> Stored<FeedTaken> {
        let (cursor, wants_own) = state(tx)?;
        if !part.snapshot && cursor.as_ref().is_none_or(|cursor| !follows(cursor, part)) {
            // An answer to an earlier question: what it brings is here already,
            // or comes again.
            return Ok(FeedTaken::default());
        }
        let mut taken = FeedTaken {
            more: part.more,
            ..FeedTaken::default()
        };
        let mut touched = Touched::default();
        if part.snapshot && !planted::eviction_skipped() {
            let with_own = wants_own && !part.without_own;
            touched.extend(clear(tx, part, with_own, &is_applied)?);
            taken.evicted = true;
        }
        for (item, arriving) in part.items.iter().zip(&arriving) {
            match (item, arriving) {
                (FeedItem::Evict(_), _) if planted::eviction_skipped() => {}
                (FeedItem::Evict(id), _) => {
                    touched.extend(vault.remove(tx, *id)?);
                    taken.evicted = true;
                }
                (FeedItem::Include(_), Some(arriving)) => {
                    let read = arriving.entry.as_ref();
                    let hlc = read.map(|read| read.record.captured_at.hlc);
                    taken.hlc = taken.hlc.max(hlc.unwrap_or_default());
                    vault.put(tx, arriving, &mut touched)?;
                }
                (FeedItem::Include(_), None) => {}
            }
        }
        taken.decided = vault.refold(tx, &touched)?;
        // A snapshot that nobody asked for came without own entries, or a part was
        // on its way when they came to be wanted: ask again for all of it. Own
        // entries are wanted up to the end of a snapshot that was asked for.
        let wanted = wants_own || cursor.is_none();
        let unasked = if wanted {
            part.without_own
        } else {
            part.snapshot
        };
        let asked = wanted && !unasked;
        taken.more |= unasked;
        let mut wants_own = unasked || (asked && part.more);
        if asked && !wants_own {
            for id in unproven()? {
                wants_own |= !vault.holds(tx, id)?;
            }
        }
        let next = to_cbor(&part.next, "a cursor")?;
        tx.execute(
            "UPDATE feed SET cursor = ?1, wants_own = ?2",
            params![(!unasked).then_some(next), wants_own],
        )?;
        if taken.evicted {
            set_unswept(tx)?;
        }
        Ok(taken)
    })?;
    // A reader may still need the log. The cursor is shown to nobody before
    // this has been done.
    let _ = vault.sweep();
    Ok(taken)
}

/// Takes entries of the reader's own out that the site has applied: somebody
/// whose account is disabled had them only until then.
pub(crate) fn drop_applied(
    vault: &Vault,
    is_applied: impl Fn(&Lane, Seq) -> Stored<bool>,
) -> Stored<()> {
    let applied = vault.db.read(|tx| applied_own(tx, &is_applied))?;
    if applied.is_empty() || planted::eviction_skipped() {
        return Ok(());
    }
    vault.erase(&applied)
}

/// Entries of the reader's own that the site has applied.
fn applied_own(
    tx: &ReadTx<'_>,
    is_applied: &impl Fn(&Lane, Seq) -> Stored<bool>,
) -> Stored<Vec<ItemId>> {
    const BAD: StorageError = StorageError::Row { table: "entry" };
    let own = tx.query_all(include_str!("own.sql"), [], |row| {
        Ok((
            row.get::<_, [u8; 16]>(0)?,
            row.get::<_, Vec<u8>>(1)?,
            row.get::<_, i64>(2)?,
        ))
    })?;
    let mut applied = Vec::new();
    for (id, lane, at) in own {
        let lane = Lane::from_bytes(&lane).ok_or(BAD)?;
        if is_applied(&lane, seq(at))? {
            applied.push(ItemId::from_bytes(id));
        }
    }
    Ok(applied)
}

/// Whether a part goes on from where its reader stands, and not from before.
pub(crate) fn follows(cursor: &Cursor, part: &FeedPart) -> bool {
    let place = |cursor: &Cursor| (cursor.scope_version, cursor.position);
    cursor.epoch == part.next.epoch && place(cursor) <= place(&part.next)
}

/// Empties the vault for a snapshot: everything but what the snapshot cannot
/// know of.
fn clear(
    tx: &WriteTx<'_>,
    part: &FeedPart,
    with_own: bool,
    is_applied: &impl Fn(&Lane, Seq) -> Stored<bool>,
) -> Stored<Vec<ReferralId>> {
    const REFERRALS: &str = "SELECT id FROM referral";
    let touched: Vec<[u8; 16]> = tx.query_all(REFERRALS, [], |row| row.get(0))?;
    if with_own {
        let included: BTreeSet<ItemId> = part
            .items
            .iter()
            .filter_map(|item| match item {
                FeedItem::Include(entry) => Some(entry.id),
                FeedItem::Evict(_) => None,
            })
            .collect();
        for id in applied_own(tx, is_applied)? {
            if !included.contains(&id) {
                tx.execute("DELETE FROM entry WHERE id = ?1", [id.as_bytes()])?;
            }
        }
    }
    tx.execute("DELETE FROM entry WHERE own = 0", [])?;
    Ok(touched.into_iter().map(ReferralId::from_bytes).collect())
}

fn arriving<'a>(vault: &Vault, entry: &'a FeedEntry, unpacker: &mut Unpacker) -> Arriving<'a> {
    let read = entry.record.read(unpacker).ok().map(|record| Entry {
        id: EntryId(entry.id.0),
        site: vault.site.clone(),
        author: entry.author,
        record,
    });
    Arriving {
        id: entry.id,
        lane: entry.lane,
        seq: entry.seq,
        author: entry.author,
        received_at: Some(entry.received_at),
        own: entry.author == vault.user,
        kept: entry.record.as_bytes(),
        entry: read.map(Cow::Owned),
    }
}
