//! Batches: a run of consecutive items of one lane, under one signed head.
//!
//! Lane, first position and contexts stand once; both sides rebuild what the
//! chain hashes. A batch proves itself: its items, linked from `before`, must
//! end at the head that the device key signed.

use serde::{Deserialize, Serialize};

use crate::chain::{self, ChainHash, Head, Parent};
use crate::codec::{self, CodecError};
use crate::ids::{ContextId, Lane, Seq, SitePin};
use crate::item::Item;
use crate::signed::{PublicKey, Signed, SignedError, Statement};

/// Most items of one batch.
pub const MAX_ITEMS: usize = 500;
/// Most bytes of one batch's items.
pub const MAX_BYTES: usize = 1024 * 1024;

/// What the device key signs over a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchHead {
    /// For which site.
    pub site: SitePin,
    /// The lane.
    pub lane: Lane,
    /// Where the lane goes on from, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Position of the first item.
    pub first: Seq,
    /// The chain hash before the first item.
    #[serde(with = "codec::bytes32")]
    pub before: ChainHash,
    /// Position and chain hash of the last item.
    pub through: Head,
}

impl Statement for BatchHead {
    const TAG: &'static str = "handoff/batch/1";
}

/// A run of items as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The signed head.
    pub head: Signed<BatchHead>,
    /// Contexts that the items name, by place.
    pub contexts: Vec<ContextId>,
    /// The items, one behind the other.
    #[serde(with = "serde_bytes")]
    pub items: Vec<u8>,
}

/// A batch whose signature and chain were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBatch {
    /// Its head.
    pub head: BatchHead,
    /// Its items with the head after each.
    pub items: Vec<(Item, Head)>,
}

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Its head is not signed by the device.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// Its items do not read.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// It is for another site.
    #[error("the batch is for another site")]
    OtherSite,
    /// It has no item, or more than are ever sent.
    #[error("a batch has 1 to {MAX_ITEMS} items; this one has {0}")]
    Size(usize),
    /// The positions do not add up.
    #[error("the batch says it begins at {first} and ends at {through}, and has {items} items")]
    Positions {
        /// Position of the first item, as stated.
        first: Seq,
        /// Position of the last item, as stated.
        through: Seq,
        /// Items that it has.
        items: usize,
    },
    /// The items do not link to the signed head.
    #[error("the items do not link to the signed head at {through}")]
    Chain {
        /// Position of the last item, as stated.
        through: Seq,
    },
    /// It names more contexts than one byte can.
    #[error("a batch names at most 256 contexts")]
    Contexts,
}

impl Batch {
    /// Puts a batch together; `sign` signs its head with the device key.
    ///
    /// # Errors
    /// [`BatchError`] when there are no items, too many, or too many contexts.
    pub fn make(
        site: SitePin,
        lane: Lane,
        parent: Option<Parent>,
        before: Head,
        items: &[Item],
        sign: impl FnOnce(&BatchHead) -> Result<Signed<BatchHead>, CodecError>,
    ) -> Result<Self, BatchError> {
        if items.is_empty() || items.len() > MAX_ITEMS {
            return Err(BatchError::Size(items.len()));
        }
        let mut contexts: Vec<ContextId> = Vec::new();
        let mut bytes = Vec::with_capacity(items.len() * 320);
        let mut through = before;
        for item in items {
            if let Item::Entry { context, .. } | Item::Resealed { context, .. } = item
                && !contexts.contains(context)
            {
                contexts.push(*context);
            }
            if contexts.len() > 256 {
                return Err(BatchError::Contexts);
            }
            through = chain::link(&lane, &through, &item.digest());
            let place = |id: &ContextId| {
                contexts
                    .iter()
                    .position(|c| c == id)
                    .and_then(|i| u8::try_from(i).ok())
                    .unwrap_or(0)
            };
            item.write(place, &mut bytes);
        }
        let head = BatchHead {
            site,
            lane,
            parent,
            first: before.seq + 1,
            before: before.hash,
            through,
        };
        Ok(Self {
            head: sign(&head)?,
            contexts,
            items: bytes,
        })
    }

    /// Checks signature, positions and chain.
    ///
    /// # Errors
    /// [`BatchError`] says what does not hold.
    pub fn verify(
        &self,
        site: &SitePin,
        device_key: &PublicKey,
    ) -> Result<VerifiedBatch, BatchError> {
        let head = self.head.open(device_key)?;
        if head.site != *site {
            return Err(BatchError::OtherSite);
        }
        if self.contexts.len() > 256 {
            return Err(BatchError::Contexts);
        }
        if self.items.len() > MAX_BYTES + crate::item::MAX_CONTENT {
            return Err(CodecError::TooLong {
                what: "a batch",
                len: self.items.len(),
                max: MAX_BYTES + crate::item::MAX_CONTENT,
            }
            .into());
        }
        let mut items = Vec::new();
        let mut rest: &[u8] = &self.items;
        let before = head.first.checked_sub(1).ok_or(BatchError::Size(0))?;
        let mut at = Head {
            seq: before,
            hash: head.before,
        };
        while !rest.is_empty() {
            if items.len() == MAX_ITEMS || at.seq == Seq::MAX {
                return Err(BatchError::Size(items.len() + 1));
            }
            let (item, behind) = Item::read(&self.contexts, rest)?;
            rest = behind;
            at = chain::link(&head.lane, &at, &item.digest());
            items.push((item, at));
        }
        if items.is_empty() {
            return Err(BatchError::Size(0));
        }
        if at.seq != head.through.seq {
            return Err(BatchError::Positions {
                first: head.first,
                through: head.through.seq,
                items: items.len(),
            });
        }
        if at.hash != head.through.hash
            || (before == 0 && head.before != chain::genesis(&head.lane, head.parent.as_ref()).hash)
        {
            return Err(BatchError::Chain {
                through: head.through.seq,
            });
        }
        Ok(VerifiedBatch { head, items })
    }
}

#[cfg(test)]
mod tests;
