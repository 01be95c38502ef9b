//! A disk that forgets, under the real SQLCipher.
//!
//! **What.** [`Disk::watch`] takes a folder; from then on every open, write,
//! truncate, sync and delete that SQLite does in it is recorded. [`Disk::stop`]
//! yields a [`Recording`], whose [`Moment`]s each give any number of
//! [`Loss`]es: the folder as a power cut at that moment could have left it.
//! [`Disk::arm`] makes calls fail instead, [`Disk::limit`] fills the disk.
//!
//! **How data moves through.** [`install`] registers a VFS as SQLite's default,
//! so that the program under test opens its files as ever. Each call goes on to
//! the system's VFS, and into the log of the disk whose folder it is in.
//!
//! **What a loss keeps.** Everything that was synced, in order. Of what was not:
//! all, nothing, or sectors of 512 bytes by a seed, each write torn on its own.
//! Sectors that a file grew by and that were not kept read as zeros or as
//! something else. A name that SQLite made or deleted counts as durable from
//! the sync of its folder on, which SQLite's own VFS does with the first sync
//! of a log; before that it is there or not, by the seed. After a sync that was
//! made to fail, no later sync makes those bytes durable: so do systems that
//! drop the dirty pages with the error.
//!
//! **What it does not do.** It does not see what the program does to files past
//! SQLite (keys, renames of finished copies): they count as durable from the
//! next recorded call on, which is right where the program syncs them itself.
//! It never syncs the real disk: what is durable is what the recording says.

mod disk;
mod fault;
mod image;
mod log;
mod loss;
mod replay;
mod vfs;

pub use disk::{Counts, Disk};
pub use fault::{Answer, Call, Fault, Lasts};
pub use log::Kind;
pub use loss::Loss;
pub use replay::{Moment, Recording, Replay};
pub use vfs::install;

/// The grain at which a write is torn, in bytes.
pub const SECTOR: usize = 512;
