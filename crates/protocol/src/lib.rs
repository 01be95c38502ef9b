//! What device and site say to each other, down to the byte.
//!
//! **What.** Item bytes and their digests ([`item`]), the hash chain of a lane
//! ([`chain`]), batches ([`batch`]), receipts and standings ([`receipt`]),
//! hello and reply ([`message`]), certificates, leases and epochs
//! ([`certificate`], [`epoch`]), the dictionary and padding that come before
//! sealing ([`pack`]), the one-time enrolment code ([`enrolment`]).
//!
//! **Why.** Device and site must agree for ever on what was saved. Everything
//! that is hashed or signed is kept as the bytes that were hashed or signed:
//! nothing here encodes a second time to check.
//!
//! **How data moves through.** An entry is encoded and packed (compressed,
//! padded), sealed by `vault`, wrapped in an [`item::Item`], linked by
//! [`chain::link`], sent in a [`batch::Batch`], and answered by a
//! [`receipt::Receipt`].
//!
//! **What it does not do.** It holds no secret, makes no randomness, reads no
//! clock, does no IO. It verifies signatures; `vault` makes them.
//!
//! **Where decided.** `docs/adr/0006-item-bytes-and-chain.md`.

pub mod batch;
pub mod certificate;
pub mod chain;
pub mod codec;
pub mod enrolment;
pub mod epoch;
pub mod ids;
pub mod item;
pub mod kept;
pub mod message;
pub mod pack;
pub mod receipt;
pub mod signed;

pub use codec::{CodecError, from_cbor, to_cbor};
/// Named by entries, sent in pieces.
pub use handoff_domain::{AttachmentAddress, AttachmentKey, MAX_ATTACHMENT};
pub use ids::{
    ContextId, DeviceId, EpochId, Incarnation, ItemId, KeyId, Lane, Seq, SitePin, UserId,
};
pub use kept::{KeptError, KeptRecord};
pub use signed::{PublicKey, Signature, Signed, SignedError};

/// The protocol version that this build speaks.
pub const PROTOCOL_VERSION: u16 = 1;
/// The oldest protocol version that this build still understands.
pub const PROTOCOL_OLDEST: u16 = 1;
