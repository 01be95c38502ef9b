//! What a power cut leaves of an image.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, OpenOptions};
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::SECTOR;
use super::image::{Change, Fate, FileState, Image, apply};

/// A folder as a power cut could have left it.
#[derive(Debug, Clone)]
pub struct Loss {
    /// Names what was kept: two losses of one moment with the same number are
    /// the same.
    pub kept: u64,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Loss {
    /// Writes the files into an existing, empty folder, for their owner alone.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        for (path, bytes) in &self.files {
            let to = folder.join(path);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            options.open(to)?.write_all(bytes)?;
        }
        Ok(())
    }

    /// The files and what they hold, by their path within the folder.
    #[must_use]
    pub fn files(&self) -> &[(PathBuf, Vec<u8>)] {
        &self.files
    }
}

/// The smallest index that SQLite makes, in bytes.
const INDEX: usize = 32 * 1024;

/// How a seed decides. The first two are the ends: nothing, and everything.
struct Choice {
    seed: u64,
    state: u64,
    /// Of 256 unsynced sectors so many are kept.
    odds: u64,
    chosen: DefaultHasher,
}

impl Choice {
    fn of(seed: u64) -> Self {
        let mut choice = Self {
            seed,
            state: seed,
            odds: 0,
            chosen: DefaultHasher::new(),
        };
        choice.odds = match seed {
            0 => 0,
            1 => 256,
            _ => [16, 64, 128, 192, 240][choice.number(5)],
        };
        choice
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn number(&mut self, below: u64) -> usize {
        usize::try_from(self.next() % below).unwrap_or(0)
    }

    /// Whether one thing that was not synced is kept.
    fn keeps(&mut self) -> bool {
        let keeps = self.next() % 256 < self.odds;
        keeps.hash(&mut self.chosen);
        keeps
    }

    /// What stands in a sector that a file grew by and that was not kept.
    fn fill(&mut self) -> u8 {
        let fill = if self.seed < 2 || self.next().is_multiple_of(2) {
            0
        } else {
            0xa5
        };
        fill.hash(&mut self.chosen);
        fill
    }
}

pub(super) fn lose(image: &Image, seed: u64) -> Loss {
    let mut choice = Choice::of(seed);
    let mut names = image.names.clone();
    for change in &image.pending_names {
        if choice.keeps() {
            match change.to {
                Some(file) => names.insert(change.path.clone(), file),
                None => names.remove(&change.path),
            };
        }
    }
    let mut files: Vec<(PathBuf, Vec<u8>)> = image
        .others
        .iter()
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect();
    for (path, file) in names {
        if let Some(state) = image.files.get(&file) {
            // The index of a log is no part of the data: none, or rubbish.
            if seed % 4 == 3
                && let Some(name) = path.to_str().and_then(|name| name.strip_suffix("-wal"))
            {
                files.push((PathBuf::from(format!("{name}-shm")), vec![0xa5; INDEX]));
            }
            files.push((path, kept_of(state, &mut choice)));
        }
    }
    Loss {
        kept: choice.chosen.finish(),
        files,
    }
}

fn kept_of(state: &FileState, choice: &mut Choice) -> Vec<u8> {
    let mut bytes = state.durable.clone();
    for pending in &state.pending {
        match (&pending.change, pending.fate) {
            (change, Fate::Sure) => apply(&mut bytes, change),
            (change @ Change::Truncate { .. }, _) => {
                if choice.keeps() {
                    apply(&mut bytes, change);
                }
            }
            (Change::Write { at, bytes: new }, _) => tear(&mut bytes, *at, new, choice),
        }
    }
    bytes
}

/// Keeps some sectors of a write.
fn tear(bytes: &mut Vec<u8>, at: usize, new: &[u8], choice: &mut Choice) {
    let mut from = at;
    let end = at + new.len();
    while from < end {
        let to = ((from / SECTOR + 1) * SECTOR).min(end);
        if choice.keeps() {
            if bytes.len() < to {
                let fill = choice.fill();
                bytes.resize(to, fill);
            }
            bytes[from..to].copy_from_slice(&new[from - at..to - at]);
        }
        from = to;
    }
}
