//! Trains the dictionary that entries are packed with, on synthetic records.
//! Run by `cargo xtask dictionary`; a new dictionary gets a new number, and the
//! old ones stay for ever.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use handoff_tests::synthetic::{Seeded, record};

/// Records to train on.
const RECORDS: usize = 20_000;
/// Bytes of the dictionary.
const SIZE: usize = 64 * 1024;

fn main() -> Result<()> {
    let out = std::env::args().nth(1).context("usage: dictionary FILE")?;
    let mut rng = Seeded::new(1);
    let mut samples = Vec::new();
    for _ in 0..RECORDS {
        samples.push(record(&mut rng).to_bytes()?);
    }
    let dictionary = zstd::dict::from_samples(&samples, SIZE)?;
    std::fs::write(PathBuf::from(&out), dictionary).with_context(|| out.clone())?;
    Ok(())
}
