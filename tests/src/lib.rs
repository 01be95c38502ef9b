//! Tests that cross crates, and the generators that need local crates.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "everything here is a test or waits for a process"
)]

pub mod custody;
pub mod kills;
pub mod released;
pub mod secrecy;
pub mod synthetic;
pub mod window;
pub mod world;
