//! Sync, decided and not performed.
//!
//! **What.** The device's half ([`device`]) and the site's half ([`site`]) of
//! one conversation, each a machine that takes an event and returns steps; what
//! a receipt proves ([`standing`]); when to try again ([`backoff`]) and how
//! much at a time ([`pace`]).
//!
//! **Why.** Whoever performs the steps (the app, the server, a simulator that
//! owns time and chance) gets the same decisions.
//!
//! **How data moves through.** Device: journal → batches → request → reply →
//! receipts and feed → store. Site: request → verified batches → custody →
//! (applier) → receipts and feed → reply.
//!
//! **What it does not do.** No IO, no clock, no randomness, no keys: signing is
//! a step that somebody else performs.
//!
//! **Where decided.** `docs/adr/0004-custody-apart-from-validity.md`.

pub mod backoff;
pub mod device;
pub mod pace;
mod planted;
pub mod site;
pub mod standing;

pub use backoff::Backoff;
pub use pace::Pace;
pub use standing::{Coverage, ReceiptRefused, Standing};
