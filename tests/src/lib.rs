//! Tests that cross crates, and the generators that need local crates.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "everything here is a test or waits for a process"
)]

pub mod ages;
pub mod crowd;
pub mod custody;
pub mod failing;
pub mod kills;
pub mod lab;
pub mod link;
pub mod power;
pub mod released;
pub mod report;
pub mod rot;
pub mod secrecy;
pub mod synthetic;
pub mod window;
pub mod world;
