//! The site-scope feed: rule packs and the roster. It is read with the
//! device's certificate alone, so nothing about a person served may stand here.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::{Body, Entry, Held, SiteId, State, fold};
use handoff_protocol::ids::{ItemId, Lane, UserId};
use handoff_protocol::kept;
use handoff_protocol::message::{FeedEntry, FeedItem, FeedPart};
use handoff_protocol::pack::Unpacker;

use crate::enrolment;
use crate::error::{StorageError, Stored};
use crate::view::{follows, written};

/// Takes a part of the feed. Returns the ids of entries that do not belong in
/// it: they are left out.
pub(crate) fn take(tx: &WriteTx<'_>, part: &FeedPart) -> Stored<Vec<ItemId>> {
    let mut left_out = Vec::new();
    let cursor = enrolment::cursor(tx)?;
    if !part.snapshot && cursor.is_none_or(|cursor| !follows(&cursor, part)) {
        return Ok(left_out);
    }
    if part.snapshot {
        tx.execute("DELETE FROM site_entry", [])?;
    }
    for item in &part.items {
        match item {
            FeedItem::Include(entry) if belongs(entry) => insert(tx, entry)?,
            FeedItem::Include(entry) => left_out.push(entry.id),
            FeedItem::Evict(id) => {
                tx.execute("DELETE FROM site_entry WHERE id = ?1", [id.as_bytes()])?;
            }
        }
    }
    enrolment::set_cursor(tx, &part.next)?;
    Ok(left_out)
}

/// Packs, rosters, and kinds that only a later version knows; nothing that
/// speaks of a person served.
fn belongs(entry: &FeedEntry) -> bool {
    let at_site = matches!(entry.lane, Lane::Site { .. });
    at_site
        && entry.record.read(&mut Unpacker::new()).is_ok_and(|record| {
            matches!(
                record.body,
                Body::PackPublished(_) | Body::RosterChanged(_) | Body::Unknown { .. }
            )
        })
}

fn insert(tx: &WriteTx<'_>, entry: &FeedEntry) -> Stored<()> {
    tx.execute(
        include_str!("insert.sql"),
        params![
            entry.id.as_bytes(),
            entry.lane.to_bytes(),
            crate::numbers::column(entry.seq),
            entry.author.as_bytes(),
            entry.received_at.timestamp_millis(),
            entry.record.as_bytes()
        ],
    )?;
    Ok(())
}

/// What the feed amounts to: packs and roster.
pub(crate) fn state(tx: &ReadTx<'_>, site: &SiteId) -> Stored<State> {
    const BAD: StorageError = StorageError::Row {
        table: "site_entry",
    };
    let rows = tx.query_all(include_str!("all.sql"), [], |row| {
        Ok((
            row.get::<_, [u8; 16]>(0)?,
            row.get::<_, Vec<u8>>(1)?,
            row.get::<_, [u8; 16]>(2)?,
            row.get::<_, Vec<u8>>(3)?,
        ))
    })?;
    let mut unpacker = Unpacker::new();
    let mut entries = Vec::with_capacity(rows.len());
    for (id, lane, author, bytes) in rows {
        let entry = Entry {
            id: handoff_domain::EntryId::from_bytes(id),
            site: site.clone(),
            author: UserId::from_bytes(author),
            record: kept::read(&bytes, &mut unpacker).map_err(|_| BAD)?,
        };
        entries.push((entry, written(&Lane::from_bytes(&lane).ok_or(BAD)?)));
    }
    Ok(fold(entries.iter().map(|(entry, written)| Held {
        entry,
        written: *written,
    })))
}
