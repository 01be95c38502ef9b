//! A row of the journal, and the item that it holds.

use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::ids::{ItemId, Seq};
use handoff_protocol::item::{Gone, Item, ItemDigest};

use super::BAD;
use crate::error::Stored;
use crate::numbers::seq;
use crate::person::Slot;

/// Kind bytes as [`Item::kind`] gives them.
pub(crate) mod kind {
    pub(crate) const CONTEXT: u8 = 1;
    pub(crate) const ENTRY: u8 = 2;
    pub(crate) const RESEALED: u8 = 3;
    pub(crate) const ELIDED: u8 = 0x11;
    pub(crate) const ERASED: u8 = 0x12;
    pub(crate) const PRUNED: u8 = 0x13;
}

/// A row of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JournalRow {
    pub lane: i64,
    pub seq: Seq,
    pub id: ItemId,
    pub slot: Slot,
    pub kind: u8,
    pub context: Option<ItemId>,
    pub of: Option<(ItemId, ItemDigest)>,
    pub digest: ItemDigest,
    pub hash: ChainHash,
    pub content: Option<Vec<u8>>,
    pub saved_at_ms: i64,
}

/// A row as it stands in the file.
pub(crate) struct Columns {
    pub lane: i64,
    pub seq: i64,
    pub item: [u8; 16],
    pub slot: u32,
    pub kind: u8,
    pub context: Option<[u8; 16]>,
    pub of_item: Option<[u8; 16]>,
    pub of_digest: Option<[u8; 32]>,
    pub digest: [u8; 32],
    pub hash: [u8; 32],
    pub content: Option<Vec<u8>>,
    pub saved_at_ms: i64,
}

/// The columns of `by_item.sql`, `rows.sql` and `by_row.sql`, in their order.
macro_rules! columns {
    ($row:ident) => {
        $crate::journal::row::Columns {
            lane: $row.get(0)?,
            seq: $row.get(1)?,
            item: $row.get(2)?,
            slot: $row.get(3)?,
            kind: $row.get(4)?,
            context: $row.get(5)?,
            of_item: $row.get(6)?,
            of_digest: $row.get(7)?,
            digest: $row.get(8)?,
            hash: $row.get(9)?,
            content: $row.get(10)?,
            saved_at_ms: $row.get(11)?,
        }
    };
}
pub(crate) use columns;

impl Columns {
    pub(crate) fn into_row(self) -> Stored<JournalRow> {
        let of = match (self.of_item, self.of_digest) {
            (Some(id), Some(digest)) => Some((ItemId::from_bytes(id), digest)),
            (None, None) => None,
            _ => return Err(BAD),
        };
        Ok(JournalRow {
            lane: self.lane,
            seq: seq(self.seq),
            id: ItemId::from_bytes(self.item),
            slot: Slot(self.slot),
            kind: self.kind,
            context: self.context.map(ItemId::from_bytes),
            of,
            digest: self.digest,
            hash: self.hash,
            content: self.content,
            saved_at_ms: self.saved_at_ms,
        })
    }
}

impl JournalRow {
    /// The head behind this row.
    pub(crate) fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// Whether it is an entry, or was one.
    pub(crate) fn is_entry(&self) -> bool {
        self.kind != kind::CONTEXT
    }

    /// Whether it is an entry that was not taken back.
    pub(crate) fn is_live_entry(&self) -> bool {
        self.is_entry() && self.kind != kind::ELIDED
    }

    /// The item as it travels.
    pub(crate) fn item(&self) -> Stored<Item> {
        let id = self.id;
        let gone = |gone| Item::Placeholder {
            id,
            gone,
            digest: self.digest,
        };
        Ok(match (self.kind, &self.content, self.context, self.of) {
            (kind::CONTEXT, Some(bytes), None, None) => Item::Context {
                id,
                bytes: bytes.clone(),
            },
            (kind::ENTRY, Some(sealed), Some(context), None) => Item::Entry {
                id,
                context,
                sealed: sealed.clone(),
            },
            (kind::RESEALED, Some(sealed), Some(context), Some(of)) => Item::Resealed {
                id,
                context,
                of,
                sealed: sealed.clone(),
            },
            (kind::ELIDED, None, ..) => gone(Gone::Elided),
            (kind::ERASED, None, ..) => gone(Gone::Erased),
            (kind::PRUNED, None, ..) => gone(Gone::Pruned),
            _ => return Err(BAD),
        })
    }
}
