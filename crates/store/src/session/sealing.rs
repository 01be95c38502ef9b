//! What a save seals, before its transaction begins.
//!
//! One context key serves an unlock and a lane, for at most twelve hours. It is
//! used only once it is in the journal, and lives in memory only.

use handoff_domain::{Entry, Hlc};
use handoff_protocol::certificate::{KeyCertificate, KeyPurpose};
use handoff_protocol::ids::{ContextId, ItemId, Lane};
use handoff_protocol::item::{Item, ItemDigest};
use handoff_protocol::{CodecError, from_cbor, to_cbor};
use handoff_vault::{ContextKey, ContextPlace, Random, RedoKey, WrappedRedoKey, Zeroizing};

use super::UserSession;
use super::save::{MOST_ENTRIES, SaveError};
use crate::device::lock;
use crate::enrolment;
use crate::error::Stored;
use crate::lane::LaneKey;

/// A context key lives at most so long.
const CONTEXT_MS: i64 = 12 * 60 * 60 * 1000;

/// The context and redo keys of this unlock and lane, once they are in the
/// journal.
pub(super) struct Writing {
    lane: Lane,
    age: u64,
    made_at_ms: i64,
    context: ContextKey,
    redo: RedoKey,
}

/// A context on its way into the journal.
pub(super) struct Begun {
    pub(super) writing: Writing,
    pub(super) item: Item,
    pub(super) wrapped: WrappedRedoKey,
}

/// An entry, sealed for the site and for its author.
pub(super) struct Sealed {
    pub(super) item: Item,
    /// None for what was saved with redo of its own before.
    pub(super) redo: Option<Vec<u8>>,
    pub(super) hlc: Hlc,
}

impl Writing {
    /// Whether it may seal one more entry. A clock that was set back ends it.
    pub(super) fn is_good(&self, lane: &LaneKey, age: u64, now_ms: i64) -> bool {
        let until = self.made_at_ms.saturating_add(CONTEXT_MS);
        self.lane == lane.lane && self.age == age && (self.made_at_ms..until).contains(&now_ms)
    }
}

impl UserSession {
    /// Encodes, compresses and pads.
    pub(super) fn pack(&self, entries: &[Entry]) -> Result<Packed, SaveError> {
        if entries.is_empty() || entries.len() > MOST_ENTRIES {
            return Err(SaveError::HowMany(entries.len()));
        }
        let mut packer = lock(&self.packer);
        let mut packed = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.author != self.user || entry.site != *self.site() {
                return Err(SaveError::NotTheirs(entry.id));
            }
            let bytes = Zeroizing::new(entry.record.to_bytes()?);
            packed.push(Zeroizing::new(packer.pack(&bytes).map_err(
                |error| match error {
                    CodecError::TooLong { len, max, .. } => SaveError::TooLong {
                        entry: entry.id,
                        len,
                        max,
                    },
                    error => error.into(),
                },
            )?));
        }
        Ok(packed)
    }

    /// A new context with its redo key, in memory only.
    pub(super) fn begin(
        &self,
        random: &dyn Random,
        lane: &LaneKey,
        age: u64,
        now_ms: i64,
    ) -> Result<Begun, SaveError> {
        let newest = self.shared.db.read(|tx| -> Stored<_> {
            Ok(enrolment::keys(tx, KeyPurpose::Sealing)?.into_iter().next())
        })?;
        let newest = newest.ok_or(SaveError::NoSealingKey)?;
        let site: KeyCertificate = from_cbor(&newest.bytes, "a key certificate")?;
        let mut id = [0; 16];
        random.fill(&mut id);
        let context = ContextId::from_bytes(id);
        let place = ContextPlace {
            site: self.shared.me.pin,
            lane: lane.lane,
            device: self.shared.me.device,
            author: self.user,
            context,
        };
        let (key, statement) = ContextKey::make(random, place, &site.key, &self.signing)?;
        let (redo, wrapped) = RedoKey::make(random, place, &self.sealing_public)?;
        Ok(Begun {
            item: Item::Context {
                id: context,
                bytes: to_cbor(&statement, "a context")?,
            },
            wrapped,
            writing: Writing {
                lane: lane.lane,
                age,
                made_at_ms: now_ms,
                context: key,
                redo,
            },
        })
    }
}

pub(super) type Packed = Vec<Zeroizing<Vec<u8>>>;

/// Seals entries for the site and for their author.
pub(super) fn seal(
    random: &dyn Random,
    keys: &Writing,
    entries: &[Entry],
    packed: &Packed,
) -> Result<Vec<Sealed>, SaveError> {
    let context = keys.context.place().context;
    entries
        .iter()
        .zip(packed)
        .map(|(entry, packed)| {
            let id = ItemId(entry.id.0);
            let sealed = keys.context.seal(random, &id, packed)?;
            let redo = keys.redo.seal(random, &id, packed)?;
            Ok(Sealed {
                item: Item::Entry {
                    id,
                    context,
                    sealed,
                },
                redo: Some(redo),
                hlc: entry.record.captured_at.hlc,
            })
        })
        .collect()
}

/// Seals once more, for the site only, what was saved before.
pub(super) fn reseal(
    random: &dyn Random,
    keys: &Writing,
    again: &[Again],
    hlc: Hlc,
) -> Result<Vec<Sealed>, SaveError> {
    let context = keys.context.place().context;
    again
        .iter()
        .map(|again| {
            let mut id = [0; 16];
            random.fill(&mut id);
            let id = ItemId::from_bytes(id);
            let sealed = keys.context.seal(random, &id, &again.packed)?;
            Ok(Sealed {
                item: Item::Resealed {
                    id,
                    context,
                    of: again.of,
                    sealed,
                },
                redo: None,
                hlc,
            })
        })
        .collect()
}

/// An entry that is sealed once more.
pub(super) struct Again {
    pub(super) of: (ItemId, ItemDigest),
    pub(super) packed: Zeroizing<Vec<u8>>,
}
