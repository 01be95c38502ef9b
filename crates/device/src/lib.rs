//! The field app's use cases, its sync driver, and the contract with the window.
//!
//! **What.** [`Core`] is one device: enrolment, unlock, drafts, referrals, queue,
//! and [`Core::drive`], which keeps it in touch with its site. [`contract`] is
//! the one table of commands that every host of the core calls. [`referral`]
//! turns the officer's form into a report and a screening into what is shown.
//! [`sync`] is the pinned connection.
//!
//! **Why.** The window, the command line and the tests do the same by calling
//! the same.
//!
//! **How data moves through.** form → report → screening → entry →
//! `handoff-store` (saved) → sync session → site → receipt and feed → views.
//!
//! **What it does not do.** It decides nothing of the field (rules, tracks and
//! rights are `handoff-domain`'s and `handoff-eligibility`'s), and says nothing
//! in a language: codes and message ids do.
//!
//! **Where decided.** `docs/adr/0007-one-command-table.md`.

pub mod contract;
mod core;
mod host;
pub mod referral;
pub mod sync;

pub use core::{AttachedEntry, Core, CoreError, DeviceList, Events, Proof, Referred};
pub use handoff_protocol::{PROTOCOL_OLDEST, PROTOCOL_VERSION};
pub use handoff_store::{SchemaVersions, schema_versions};
pub use host::Host;
