//! Bits that turn on the disk, and files that are put back from yesterday.
//!
//! **What.** [`flips`] turns one bit of one file of a device or a site, again
//! and again, through every kind of file. [`yesterday`] puts pages and whole
//! files back as they were a day before.
//!
//! **Why.** A disk that returns something else than was written must be noticed,
//! or must not matter. A cipher with seals notices most by itself: not what was
//! once right, and not what a log leaves out.
//!
//! **How data moves through.** [`Past`] (a device and a site that have lived for
//! two days) → a copy, spoiled → opened and used by the real code → a
//! [`Verdict`].

mod judge;
mod past;
mod run;

pub use judge::Verdict;
pub use past::Past;
pub use run::{flips, yesterday};
