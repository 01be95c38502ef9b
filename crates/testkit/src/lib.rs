//! What tests share.
//!
//! **What.** [`sim`]: any number of devices, people and one site in one thread
//! under one seed, with the faults of the field. [`memory`]: a site's store in
//! memory, for it.
//!
//! **Why.** Loss hides where two faults meet, and no person thinks of every
//! pair. A simulator that owns time and chance meets them by the million, and
//! meets each again from its seed.
//!
//! **What it does not do.** No crate depends on it but for its tests.
//!
//! **Where decided.** `docs/adr/0019-the-simulator.md`.

pub mod memory;
pub mod sim;
