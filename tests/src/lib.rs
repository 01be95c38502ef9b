//! Tests that cross crates, and the generators that need local crates.
