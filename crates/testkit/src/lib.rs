//! What tests of several crates need: a disk that loses power, a line that cuts
//! out, and a simulator of devices and a site.
//!
//! **What.** [`crash_fs`] stands under SQLite in the test's process, records
//! what is done to the files of a folder, and makes the folders that a power
//! loss could have left. It also fails calls, and fills the disk. [`chaos`]
//! stands between a device and a site and spoils their connections.
//! [`sim`]: any number of devices, people and one site in one thread under one
//! seed, with the faults of the field; [`memory`]: a site's store in memory.
//!
//! **Why.** A killed process leaves everything that it wrote to the system; a
//! power loss does not. Only a disk that forgets what was not synced can tell a
//! commit that is durable from one that looks it.
//!
//! **What it does not do.** It is a dev-dependency and in no program that ships.
//!
//! **Where decided.** `docs/adr/0024-power-is-lost-in-a-vfs.md`,
//! `docs/adr/0022-the-simulator.md`.

pub mod chaos;
pub mod crash_fs;
pub mod memory;
pub mod sim;
