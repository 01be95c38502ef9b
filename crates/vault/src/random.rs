//! Where randomness comes in.

use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};

/// The one port for randomness, so that a simulator can own it. Everything
/// secret that this crate makes comes out of it.
pub trait Random {
    /// Fills `bytes` with random bytes, all of them.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's secure random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    /// Ends the process when the system has no randomness: a key that is not
    /// random is worse than a program that stops, and what was saved stays.
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// `N` random bytes.
pub(crate) fn array<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// The port as HPKE wants it.
pub(crate) struct Rng<'a>(pub(crate) &'a dyn Random);

impl TryRng for Rng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(array(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(array(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Rng<'_> {}

/// Reproducible bytes for tests of this crate.
#[cfg(test)]
pub(crate) struct Seeded(std::cell::Cell<u64>);

#[cfg(test)]
impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(std::cell::Cell::new(seed))
    }
}

#[cfg(test)]
impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::Digest as _;
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.get();
            self.0.set(n.wrapping_add(1));
            let block: [u8; 32] = sha2::Sha256::digest(n.to_le_bytes()).into();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_gives_other_bytes_each_time() {
        let (a, b): ([u8; 32], [u8; 32]) = (array(&OsRandom), array(&OsRandom));
        assert_ne!(a, b);
        assert_ne!(a, [0; 32]);
    }
}
