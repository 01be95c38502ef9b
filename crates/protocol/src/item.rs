//! Items: what stands at one position of a lane.
//!
//! An item's digest `d` is SHA-256 over its kind byte, its id, and its
//! content. The chain links digests only, so a content may go (taken back,
//! erased, pruned) and the chain still verifies: a placeholder carries `d`.

use sha2::{Digest as _, Sha256};

use crate::codec::CodecError;
use crate::ids::{ContextId, ItemId};

/// SHA-256 of an item's bytes, kind byte first.
pub type ItemDigest = [u8; 32];

/// Most bytes of one item's content that are ever accepted: the cap on an
/// opened entry (64 KiB) with padding and sealing.
pub const MAX_CONTENT: usize = 80 * 1024;

/// What stands at one position of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The key that entries behind it are sealed under, wrapped to the site
    /// and signed by the author ([`crate::certificate::Context`]).
    Context {
        /// Names the context.
        id: ItemId,
        /// `Signed<Context>` as CBOR.
        bytes: Vec<u8>,
    },
    /// A sealed entry.
    Entry {
        /// The entry's id.
        id: ItemId,
        /// The context that it is sealed under.
        context: ContextId,
        /// Nonce (12 bytes), ciphertext, tag (16 bytes).
        sealed: Vec<u8>,
    },
    /// An entry sealed once more, because the site cannot open the first.
    Resealed {
        /// Its own id.
        id: ItemId,
        /// The context that it is sealed under.
        context: ContextId,
        /// The entry's item that it stands for, with that item's digest.
        of: (ItemId, ItemDigest),
        /// Nonce, ciphertext, tag.
        sealed: Vec<u8>,
    },
    /// Stands where an item was whose content is gone.
    Placeholder {
        /// The id of the item that was there.
        id: ItemId,
        /// Why it is gone.
        gone: Gone,
        /// The digest of the item that was there.
        digest: ItemDigest,
    },
}

/// Why a content is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gone {
    /// Its author took it back before it left the device.
    Elided,
    /// An erasure order.
    Erased,
    /// The site has opened it and its backup is verified.
    Pruned,
}

/// Kind bytes on the wire and in digests. Never reused.
mod kind {
    pub const CONTEXT: u8 = 1;
    pub const ENTRY: u8 = 2;
    pub const RESEALED: u8 = 3;
    pub const ELIDED: u8 = 0x11;
    pub const ERASED: u8 = 0x12;
    pub const PRUNED: u8 = 0x13;
}

impl Item {
    /// The item's id.
    #[must_use]
    pub fn id(&self) -> ItemId {
        match self {
            Self::Context { id, .. }
            | Self::Entry { id, .. }
            | Self::Resealed { id, .. }
            | Self::Placeholder { id, .. } => *id,
        }
    }

    /// Why its content is gone; `None` while it is there.
    #[must_use]
    pub fn gone(&self) -> Option<Gone> {
        match self {
            Self::Placeholder { gone, .. } => Some(*gone),
            Self::Context { .. } | Self::Entry { .. } | Self::Resealed { .. } => None,
        }
    }

    /// The kind byte.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Self::Context { .. } => kind::CONTEXT,
            Self::Entry { .. } => kind::ENTRY,
            Self::Resealed { .. } => kind::RESEALED,
            Self::Placeholder {
                gone: Gone::Elided, ..
            } => kind::ELIDED,
            Self::Placeholder {
                gone: Gone::Erased, ..
            } => kind::ERASED,
            Self::Placeholder {
                gone: Gone::Pruned, ..
            } => kind::PRUNED,
        }
    }

    /// What the chain links: a placeholder's is that of the item it replaced.
    #[must_use]
    pub fn digest(&self) -> ItemDigest {
        let mut hash = Sha256::new();
        match self {
            Self::Placeholder { digest, .. } => return *digest,
            Self::Context { id, bytes } => {
                hash.update([kind::CONTEXT]);
                hash.update(id.as_bytes());
                hash.update(bytes);
            }
            Self::Entry {
                id,
                context,
                sealed,
            } => {
                hash.update([kind::ENTRY]);
                hash.update(id.as_bytes());
                hash.update(context.as_bytes());
                hash.update(sealed);
            }
            Self::Resealed {
                id,
                context,
                of,
                sealed,
            } => {
                hash.update([kind::RESEALED]);
                hash.update(id.as_bytes());
                hash.update(context.as_bytes());
                hash.update(of.0.as_bytes());
                hash.update(of.1);
                hash.update(sealed);
            }
        }
        hash.finalize().into()
    }

    /// What remains of an item after its content has gone.
    #[must_use]
    pub fn into_placeholder(self, gone: Gone) -> Self {
        Self::Placeholder {
            id: self.id(),
            gone,
            digest: self.digest(),
        }
    }

    /// Appends the item for the wire. Contexts are named by their place in the
    /// batch's table instead of by their sixteen bytes.
    pub(crate) fn write(&self, context_index: impl Fn(&ContextId) -> u8, out: &mut Vec<u8>) {
        out.push(self.kind());
        out.extend_from_slice(self.id().as_bytes());
        match self {
            Self::Context { bytes, .. } => write_content(bytes, out),
            Self::Entry {
                context, sealed, ..
            } => {
                out.push(context_index(context));
                write_content(sealed, out);
            }
            Self::Resealed {
                context,
                of,
                sealed,
                ..
            } => {
                out.push(context_index(context));
                out.extend_from_slice(of.0.as_bytes());
                out.extend_from_slice(&of.1);
                write_content(sealed, out);
            }
            Self::Placeholder { digest, .. } => out.extend_from_slice(digest),
        }
    }

    /// Reads one item and what follows it.
    pub(crate) fn read<'a>(
        contexts: &[ContextId],
        bytes: &'a [u8],
    ) -> Result<(Self, &'a [u8]), CodecError> {
        let mut reader = Reader(bytes);
        let kind = reader.array::<1>()?[0];
        let id = ItemId::from_bytes(reader.array()?);
        let item = match kind {
            kind::CONTEXT => Self::Context {
                id,
                bytes: reader.content()?,
            },
            kind::ENTRY => Self::Entry {
                id,
                context: reader.context(contexts)?,
                sealed: reader.content()?,
            },
            kind::RESEALED => Self::Resealed {
                id,
                context: reader.context(contexts)?,
                of: (ItemId::from_bytes(reader.array()?), reader.array()?),
                sealed: reader.content()?,
            },
            kind::ELIDED => Self::Placeholder {
                id,
                gone: Gone::Elided,
                digest: reader.array()?,
            },
            kind::ERASED => Self::Placeholder {
                id,
                gone: Gone::Erased,
                digest: reader.array()?,
            },
            kind::PRUNED => Self::Placeholder {
                id,
                gone: Gone::Pruned,
                digest: reader.array()?,
            },
            _ => return Err(UNREADABLE),
        };
        Ok((item, reader.0))
    }
}

const UNREADABLE: CodecError = CodecError::Unreadable { what: "an item" };

/// Content behind its length: LEB128, at most three bytes.
fn write_content(content: &[u8], out: &mut Vec<u8>) {
    let mut len = content.len();
    while len >= 0x80 {
        out.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    out.extend_from_slice(content);
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(UNREADABLE)?;
        self.0 = rest;
        Ok(*head)
    }

    fn context(&mut self, contexts: &[ContextId]) -> Result<ContextId, CodecError> {
        let [index] = self.array()?;
        contexts.get(usize::from(index)).copied().ok_or(UNREADABLE)
    }

    fn content(&mut self) -> Result<Vec<u8>, CodecError> {
        let mut len = 0usize;
        for shift in [0, 7, 14] {
            let [byte] = self.array()?;
            len |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                // The shortest form only, so that bytes and item are one to one.
                if shift > 0 && byte == 0 {
                    return Err(UNREADABLE);
                }
                if len > MAX_CONTENT {
                    return Err(CodecError::TooLong {
                        what: "an item",
                        len,
                        max: MAX_CONTENT,
                    });
                }
                let (content, rest) = self.0.split_at_checked(len).ok_or(UNREADABLE)?;
                self.0 = rest;
                return Ok(content.to_vec());
            }
        }
        Err(UNREADABLE)
    }
}
