//! Opening redo: what an author saved here, with the author's own keys.

use std::collections::BTreeMap;

use handoff_protocol::ids::{ContextId, Lane};
use handoff_vault::{ContextPlace, RedoKey, SealingKey, WrappedRedoKey, Zeroizing, open_redo_key};

use super::UserSession;
use crate::error::Stored;
use crate::journal::RedoRow;
use crate::lane;
use crate::redo_key;

/// The redo keys of one person, opened as they are needed.
pub(super) struct RedoKeys<'a> {
    session: &'a UserSession,
    sealing: &'a SealingKey,
    lanes: BTreeMap<i64, Lane>,
    keys: BTreeMap<ContextId, Option<RedoKey>>,
}

impl<'a> RedoKeys<'a> {
    pub fn of(session: &'a UserSession, sealing: &'a SealingKey) -> Stored<Self> {
        let lanes = session.shared.db.read(lane::all)?;
        Ok(Self {
            session,
            sealing,
            lanes: lanes
                .into_iter()
                .map(|row| (row.key.number, row.key.lane))
                .collect(),
            keys: BTreeMap::new(),
        })
    }

    /// A lane by its number.
    pub fn lane(&self, number: i64) -> Option<Lane> {
        self.lanes.get(&number).copied()
    }

    /// What was packed, as it was sealed; `None` when it does not open.
    pub fn packed(&mut self, row: &RedoRow) -> Stored<Option<Zeroizing<Vec<u8>>>> {
        if !self.keys.contains_key(&row.context) {
            let key = self.key(row)?;
            self.keys.insert(row.context, key);
        }
        let Some(Some(key)) = self.keys.get(&row.context) else {
            return Ok(None);
        };
        Ok(key.open(&row.id, &row.redo).ok())
    }

    fn key(&self, row: &RedoRow) -> Stored<Option<RedoKey>> {
        let shared = &self.session.shared;
        let wrapped = shared
            .db
            .read(|tx| redo_key::read(tx, row.context, self.session.slot))?;
        let (Some(wrapped), Some(lane)) = (wrapped, self.lane(row.lane)) else {
            return Ok(None);
        };
        let Ok(wrapped) = WrappedRedoKey::from_bytes(&wrapped) else {
            return Ok(None);
        };
        let place = ContextPlace {
            site: shared.me.pin,
            lane,
            device: shared.me.device,
            author: self.session.user,
            context: row.context,
        };
        Ok(open_redo_key(self.sealing, place, &wrapped).ok())
    }
}
