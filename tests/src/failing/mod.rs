//! Disks that fail: the n-th call of each kind, in each piece of work, for
//! every n; and disks that fill up.
//!
//! **What.** [`Job`] is one piece of work of a device or a site, on a folder
//! that was made ready for it. [`run`] lets every call of it fail once, and asks:
//! was the error plain, was nothing called safe that is not, does the work
//! succeed when it is tried again, is everything still there?
//! [`full`] fills the disk instead.
//!
//! **How data moves through.** job → error or acknowledgement → the folder as a
//! power loss right then would have left it, the work once more, the folder as
//! it is → [`crate::power::Findings`] → [`crate::report::Report`].

mod full;
mod job;
mod run;

pub use full::full;
pub use job::Job;
pub use run::{Plan, run};
