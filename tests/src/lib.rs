//! Tests that cross crates, and the generators that need local crates.

#![expect(clippy::expect_used, reason = "everything here is a test")]

pub mod synthetic;
pub mod window;
pub mod world;
