//! The simulator: any number of devices, people and one site in one thread
//! under one seed.
//!
//! **What.** [`run`] takes a [`Case`] (a seed, a depth of storage, a list of
//! operations) and says what came of it: how often each fault fired, how often
//! each invariant was looked at, and what did not hold.
//!
//! **Why.** Loss hides where two faults meet.
//!
//! **How data moves through.** [`plan()`] draws operations from a seed; the world
//! performs them on the real site ([`handoff_site::Site`]) and on devices whose
//! syncs the real [`handoff_sync::device::DeviceSession`] decides; after each
//! operation what changed is checked; at the end everything is healed, comes
//! to rest, and is compared. A case that fails is made smaller ([`shrink()`]) and
//! can be kept ([`Case::to_text`]).
//!
//! **What it does not do.** No clock, no thread, no network, and no randomness
//! but the seed's: a run is a function of its case. It does not drive the
//! device's own driver (`handoff-device`), which needs a runtime: it performs
//! the same steps in the same order.
//!
//! **Where decided.** `docs/adr/0022-the-simulator.md`.

#![expect(
    clippy::expect_used,
    reason = "a test tool: what must not fail ends the run"
)]

mod case;
mod check;
pub mod device;
mod driver;
pub mod fault;
pub mod fuse;
mod fused;
mod heal;
mod host;
pub mod invariant;
mod ledger;
mod ops;
mod plan;
mod planted;
pub mod seeded;
mod shrink;
mod site;
mod wire;
mod world;

pub use case::{Case, Depth, Outcome, run};
pub use plan::{Op, What, plan};
pub use shrink::shrink;
