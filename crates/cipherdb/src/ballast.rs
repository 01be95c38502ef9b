//! A file that only takes space, given back when the disk is full.
//!
//! A database in its log cannot even be opened to write when no page can be
//! added. With the ballast gone there is room for the work in hand, and time
//! for somebody to make more.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::CipherDbError;
use crate::files;

const NAME: &str = "ballast";
const CHUNK: usize = 64 * 1024;

/// The ballast of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballast {
    file: PathBuf,
    bytes: u64,
}

/// Whether there is ballast to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BallastState {
    /// The space is set aside.
    Held,
    /// It was given back, or there was no room for it.
    Released,
}

impl Ballast {
    /// Sets `bytes` bytes aside in the folder, unless they are already. No room
    /// for it is not an error: the answer says so.
    ///
    /// # Errors
    /// [`CipherDbError`] when the folder cannot be written for another reason.
    pub fn ensure(
        folder: &Path,
        bytes: u64,
        mode: u32,
    ) -> Result<(Self, BallastState), CipherDbError> {
        let ballast = Self {
            file: folder.join(NAME),
            bytes,
        };
        let state = ballast.state();
        if state == BallastState::Held {
            return Ok((ballast, state));
        }
        let partial = files::beside(&ballast.file, ".partial");
        files::remove(&partial)?;
        let filled = files::make(&partial, mode).and_then(|mut file| {
            fill(&mut file, bytes).map_err(|error| CipherDbError::from_io(&partial, error))
        });
        let published = filled.and_then(|()| files::publish(&partial, &ballast.file));
        match published {
            Ok(()) => Ok((ballast, BallastState::Held)),
            Err(CipherDbError::DiskFull { .. }) => {
                files::remove(&partial)?;
                Ok((ballast, BallastState::Released))
            }
            Err(error) => {
                files::remove(&partial)?;
                Err(error)
            }
        }
    }

    /// Whether the space is set aside now.
    #[must_use]
    pub fn state(&self) -> BallastState {
        match fs::metadata(&self.file) {
            Ok(metadata) if metadata.len() >= self.bytes && self.bytes > 0 => BallastState::Held,
            _ => BallastState::Released,
        }
    }

    /// Gives the space back; says how many bytes that were. Zero when there was
    /// nothing left to give.
    ///
    /// # Errors
    /// [`CipherDbError`] when the file cannot be removed.
    pub fn release(&self) -> Result<u64, CipherDbError> {
        let held = match fs::metadata(&self.file) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(CipherDbError::from_io(&self.file, error)),
        };
        files::remove(&self.file)?;
        files::sync_folder(&self.file)?;
        Ok(held)
    }
}

/// Bytes that neither compress nor repeat: a file system that saves space on
/// zeros would set nothing aside.
fn fill(file: &mut File, bytes: u64) -> std::io::Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chunk = vec![0; CHUNK];
    let mut left = bytes;
    while left > 0 {
        for word in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        let now = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        file.write_all(&chunk[..now])?;
        left -= now as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballast_is_held_once_and_given_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let (ballast, state) = Ballast::ensure(folder.path(), 300_001, 0o600).unwrap();
        assert_eq!(state, BallastState::Held);
        assert_eq!(
            fs::metadata(folder.path().join(NAME)).unwrap().len(),
            300_001
        );
        assert_eq!(
            Ballast::ensure(folder.path(), 300_001, 0o600).unwrap().1,
            BallastState::Held
        );
        assert_eq!(ballast.release().unwrap(), 300_001);
        assert_eq!(ballast.state(), BallastState::Released);
        assert_eq!(ballast.release().unwrap(), 0);
    }
}
