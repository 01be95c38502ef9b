//! Synthetic records as JSON, for what does not know our records: the bare stack
//! and the peers. The same seed gives the records that a device of ours is filled
//! with.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;
use handoff_tests::synthetic::{Seeded, record};

/// A document: its id, and JSON, which holds no line break.
pub type Document = (String, String);

/// So many documents.
pub fn make(count: usize, seed: u64) -> Result<Vec<Document>> {
    let mut rng = Seeded::new(seed);
    (0..count)
        .map(|_| {
            let id = data_encoding::HEXLOWER.encode(&rng.bytes());
            Ok((id, serde_json::to_string(&record(&mut rng))?))
        })
        .collect()
}

/// Writes so many documents to a file: an id, a blank and JSON to a line.
pub fn write(file: &Path, count: usize, seed: u64) -> Result<()> {
    let mut file = BufWriter::new(File::create(file)?);
    for (id, body) in make(count, seed)? {
        writeln!(file, "{id} {body}")?;
    }
    Ok(file.flush()?)
}
