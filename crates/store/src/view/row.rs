//! Entries as a vault holds them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use handoff_cipherdb::{ReadTx, params};
use handoff_domain::{Entry, EntryId, ReferralId, SiteId, UserId};
use handoff_protocol::ids::{Lane, Seq};
use handoff_protocol::kept;
use handoff_protocol::pack::Unpacker;

use crate::error::{StorageError, Stored};
use crate::numbers::{seq, time};

const TABLE: &str = "entry";
const BAD: StorageError = StorageError::Row { table: TABLE };

/// An entry that a vault holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeldEntry<'a> {
    pub entry: Cow<'a, Entry>,
    pub lane: Lane,
    pub seq: Seq,
    pub received_at: Option<DateTime<Utc>>,
    pub own: bool,
}

struct Columns {
    id: [u8; 16],
    lane: Vec<u8>,
    seq: i64,
    author: [u8; 16],
    received_at_ms: Option<i64>,
    own: bool,
    bytes: Vec<u8>,
}

macro_rules! columns {
    ($row:ident) => {
        Columns {
            id: $row.get(0)?,
            lane: $row.get(1)?,
            seq: $row.get(2)?,
            author: $row.get(3)?,
            received_at_ms: $row.get(4)?,
            own: $row.get(5)?,
            bytes: $row.get(6)?,
        }
    };
}

impl Columns {
    /// `None` for a record that this version does not read: it is kept, and
    /// folded once it is read.
    /// One of `read` need not be read again.
    fn into_held<'a>(
        self,
        site: &SiteId,
        read: &[&'a Entry],
        unpacker: &mut Unpacker,
    ) -> Stored<Option<HeldEntry<'a>>> {
        let author = UserId::from_bytes(self.author);
        let id = EntryId::from_bytes(self.id);
        let entry = match read.iter().find(|entry| entry.id == id) {
            Some(entry) => Cow::Borrowed(*entry),
            None => match kept::read(&self.bytes, unpacker) {
                Ok(record) => Cow::Owned(Entry {
                    id,
                    site: site.clone(),
                    author,
                    record,
                }),
                Err(_) => return Ok(None),
            },
        };
        Ok(Some(HeldEntry {
            entry,
            lane: Lane::from_bytes(&self.lane).ok_or(BAD)?,
            seq: seq(self.seq),
            received_at: self.received_at_ms.map(|ms| time(ms, TABLE)).transpose()?,
            own: self.own,
        }))
    }
}

/// All entries of a referral, by id; those in `read` have been read already.
pub(crate) fn entries_of<'a>(
    tx: &ReadTx<'_>,
    site: &SiteId,
    referral: ReferralId,
    read: &[&'a Entry],
) -> Stored<Vec<HeldEntry<'a>>> {
    let sql = include_str!("entries_of.sql");
    let rows = tx.query_all(sql, params![referral.as_bytes()], |row| Ok(columns!(row)))?;
    let mut unpacker = Unpacker::new();
    rows.into_iter()
        .filter_map(|row| row.into_held(site, read, &mut unpacker).transpose())
        .collect()
}
