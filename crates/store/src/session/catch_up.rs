//! The vault's catch-up from redo: what was saved and is not in the view.

use std::borrow::Cow;

use handoff_cipherdb::Disposition;
use handoff_domain::{Entry, EntryId, Record};
use handoff_protocol::pack::Unpacker;
use handoff_vault::Zeroizing;

use super::UserSession;
use super::redo_keys::RedoKeys;
use crate::error::{StorageError, Stored};
use crate::journal::{self, RedoRow};
use crate::view::{Arriving, Vault};

/// Entries that are put in at a time.
const AT_ONCE: u32 = 256;

/// What a catch-up did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Entries that the vault lacked and has now.
    pub taken: u64,
    /// Entries whose redo does not open: they wait in the journal for the site
    /// as before.
    pub unreadable: Vec<EntryId>,
}

/// Why the vault was not brought up to the journal. Both stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The lease has run out: the vault is not open.
    #[error("the vault is not open")]
    WritingOnly,
    /// The files.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CatchUpError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::WritingOnly => Disposition::AskUser,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl UserSession {
    /// Puts into the vault what was saved and is not there, drops from it what
    /// was taken back or erased, and erases redo that nobody needs any more.
    ///
    /// # Errors
    /// [`CatchUpError`].
    pub fn catch_up(&self) -> Result<CaughtUp, CatchUpError> {
        let (Some(vault), Some(sealing)) = (&self.vault, &self.sealing) else {
            return Err(CatchUpError::WritingOnly);
        };
        self.shared.rebuild_if_older(self.slot, vault)?;
        let mut work = Work {
            session: self,
            vault,
            keys: RedoKeys::of(self, sealing)?,
            unpacker: Unpacker::new(),
            done: CaughtUp::default(),
        };
        let mut behind = (0, 0);
        loop {
            let rows = self
                .shared
                .db
                .read(|tx| journal::redo_of(tx, self.slot, behind, AT_ONCE))?;
            let Some(last) = rows.last() else { break };
            behind = (last.lane, last.seq);
            work.take(&rows)?;
        }
        let done = work.done;
        self.drop_gone(vault)?;
        if done.taken > 0 {
            vault.make_durable()?;
        }
        self.shared.settle_redo(self.slot, vault)?;
        self.shared.keep_needs_you(self.slot, vault)?;
        Ok(done)
    }

    /// A take-back whose vault write was lost, and what an order has erased
    /// while the vault was closed.
    fn drop_gone(&self, vault: &Vault) -> Stored<()> {
        let (mut gone, elsewhere) = self.shared.db.read(|tx| -> Stored<_> {
            let gone = journal::gone_of(tx, self.slot)?;
            Ok((gone, journal::erased_elsewhere(tx)?))
        })?;
        gone.extend(vault.own_among(&elsewhere)?);
        vault.erase(&gone)
    }
}

/// A record, packed and read.
type Opened = (Zeroizing<Vec<u8>>, Option<Entry>);

struct Work<'a> {
    session: &'a UserSession,
    vault: &'a Vault,
    keys: RedoKeys<'a>,
    unpacker: Unpacker,
    done: CaughtUp,
}

impl Work<'_> {
    fn take(&mut self, rows: &[RedoRow]) -> Stored<()> {
        let mut missing = Vec::new();
        self.vault.db.read(|tx| -> Stored<()> {
            for row in rows {
                if !self.vault.holds(tx, row.id)? {
                    missing.push(row);
                }
            }
            Ok(())
        })?;
        let mut opened = Vec::with_capacity(missing.len());
        for row in missing {
            match self.open(row)? {
                Some((kept, entry)) => opened.push((row, kept, entry)),
                None => self.done.unreadable.push(EntryId(row.id.0)),
            }
        }
        let arriving: Vec<Arriving<'_>> = opened
            .iter()
            .filter_map(|(row, kept, entry)| {
                Some(Arriving {
                    id: row.id,
                    lane: self.keys.lane(row.lane)?,
                    seq: row.seq,
                    author: self.session.user,
                    received_at: None,
                    own: true,
                    kept,
                    entry: entry.as_ref().map(Cow::Borrowed),
                })
            })
            .collect();
        if !arriving.is_empty() {
            self.vault.put_own(&arriving)?;
            self.done.taken += arriving.len() as u64;
        }
        Ok(())
    }

    /// The record in a redo, packed and read; `None` when it does not open, no
    /// entry when this version does not read it.
    fn open(&mut self, row: &RedoRow) -> Stored<Option<Opened>> {
        let Some(packed) = self.keys.packed(row)? else {
            return Ok(None);
        };
        let Ok(plain) = self.unpacker.unpack(&packed).map(Zeroizing::new) else {
            return Ok(None);
        };
        let entry = Record::from_bytes(&plain).ok().map(|record| Entry {
            id: EntryId(row.id.0),
            site: self.session.site().clone(),
            author: self.session.user,
            record,
        });
        Ok(Some((packed, entry)))
    }
}
