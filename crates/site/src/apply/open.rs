//! Opening what is sealed: contexts first, then the entries under them.

use std::collections::HashMap;
use std::sync::Arc;

use handoff_domain::Record;
use handoff_protocol::certificate::{AuthorCertificate, Context};
use handoff_protocol::codec;
use handoff_protocol::ids::{ContextId, ItemId, Lane, Seq, SitePin};
use handoff_protocol::item::Item;
use handoff_protocol::pack::Unpacker;
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::Signed;
use handoff_protocol::{CodecError, KeptRecord, UserId};
use handoff_vault::{ContextKey, Zeroizing, open_context};

use crate::custody::place;
use crate::host::Host;
use crate::keys::Keys;
use crate::storage::{LineRow, Reads, StorageError};

/// Opened contexts kept in memory at most.
const KEPT: usize = 512;

/// Opens entries; keeps opened contexts for the next ones. One per applier.
pub struct Opener {
    holder: [u8; 16],
    contexts: HashMap<(Lane, ContextId), Arc<Opened>>,
    unpacker: Unpacker,
}

/// A context that holds.
pub(super) struct Opened {
    /// Opens the entries under it.
    key: ContextKey,
    /// Who wrote under it.
    pub author: UserId,
    /// The certificate of the key that signed it.
    pub certificate: AuthorCertificate,
}

impl Opener {
    /// A new applier.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        Self {
            holder: host.bytes(),
            contexts: HashMap::new(),
            unpacker: Unpacker::new(),
        }
    }

    /// Names the applier.
    pub(super) fn holder(&self) -> &[u8; 16] {
        &self.holder
    }

    /// Opens a context of a line, or says with which code everything under it
    /// is parked.
    pub(super) fn context(
        &mut self,
        reads: &dyn Reads,
        keys: &Keys,
        line: &LineRow,
        before: Seq,
        id: ContextId,
    ) -> Result<Result<Arc<Opened>, ParkCode>, StorageError> {
        if let Some(opened) = self.contexts.get(&(line.lane, id)) {
            return Ok(Ok(Arc::clone(opened)));
        }
        let opened = match find(reads, line, before, id)? {
            None => Err(ParkCode::ContextForged),
            Some(bytes) => open(reads, keys, line, id, &bytes)?,
        };
        Ok(opened.map(|opened| {
            let opened = Arc::new(opened);
            if self.contexts.len() >= KEPT {
                self.contexts.clear();
            }
            self.contexts.insert((line.lane, id), Arc::clone(&opened));
            opened
        }))
    }

    /// Opens, unpacks and reads one entry; gives it packed too, as views keep it.
    pub(super) fn entry(
        &mut self,
        opened: &Opened,
        item: &ItemId,
        sealed: &[u8],
    ) -> Result<(KeptRecord, Record), ParkCode> {
        let packed = opened
            .key
            .open(item, sealed)
            .map_err(|_| ParkCode::CannotOpen)?;
        let plain = self.unpacker.unpack(&packed).map(Zeroizing::new);
        let plain = plain.map_err(|_| ParkCode::Unreadable)?;
        let record = Record::from_bytes(&plain).map_err(|_| ParkCode::Unreadable)?;
        Ok((KeptRecord::from_bytes(packed.to_vec()), record))
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opener({} contexts)", self.contexts.len())
    }
}

/// The context's bytes: on this line, or on what it branched from, in front of
/// what is sealed under it.
fn find(
    reads: &dyn Reads,
    line: &LineRow,
    before: Seq,
    id: ContextId,
) -> Result<Option<Vec<u8>>, StorageError> {
    for (on, held) in reads.items_by_id(id)? {
        let Item::Context { bytes, .. } = held.item else {
            continue;
        };
        if held.seq < before && place::owner(reads, line, held.seq)?.id == on {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn open(
    reads: &dyn Reads,
    keys: &Keys,
    line: &LineRow,
    id: ContextId,
    bytes: &[u8],
) -> Result<Result<Opened, ParkCode>, StorageError> {
    let site: SitePin = keys.pin();
    let signed: Result<Signed<Context>, CodecError> = codec::from_cbor(bytes, "a context");
    let Ok(signed) = signed else {
        return Ok(Err(ParkCode::ContextForged));
    };
    let unverified: Result<Context, CodecError> = codec::from_cbor(&signed.bytes, "a context");
    let Ok(unverified) = unverified else {
        return Ok(Err(ParkCode::ContextForged));
    };
    let is_here = unverified.site == site
        && unverified.lane == line.lane
        && unverified.context == id
        && line.lane.device() == Some(unverified.device);
    if !is_here {
        return Ok(Err(ParkCode::ContextForged));
    }
    let authors = reads.authors(unverified.author, unverified.device)?;
    if authors.is_empty() {
        return Ok(Err(ParkCode::AuthorUnknown));
    }
    // Signed by somebody else's key: written in another's name.
    let Some(author) = authors
        .into_iter()
        .find(|author| author.signing_key.id() == signed.key)
    else {
        return Ok(Err(ParkCode::AuthorMismatch));
    };
    let (Ok(context), Ok(certificate)) = (
        signed.open(&author.signing_key),
        author.certificate.open(&keys.identity().public()),
    ) else {
        return Ok(Err(ParkCode::ContextForged));
    };
    let Some(key) = keys.sealing(context.sealing_key) else {
        return Ok(Err(ParkCode::KeyMissing));
    };
    Ok(match open_context(&key, &context) {
        Ok(key) => Ok(Opened {
            key,
            author: context.author,
            certificate,
        }),
        Err(_) => Err(ParkCode::CannotOpen),
    })
}
