//! `handoff`, the command line.
fn main() {}
