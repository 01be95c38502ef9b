//! From a password to bytes that are hard to guess.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::password::Password;

/// How a password is stretched, with its cost. Stands in the wrap header, so
/// that each wrap is opened as it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kdf {
    /// Argon2id, version 0x13.
    Argon2id(Argon2idCost),
    /// Reserved for sites that may use approved algorithms only. This version
    /// reads the name and cannot open such a wrap.
    Pbkdf2HmacSha512 {
        /// Rounds.
        iterations: u32,
    },
}

/// The cost of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argon2idCost {
    /// Memory, in KiB.
    pub(crate) memory_kib: u32,
    /// Passes over it.
    pub(crate) passes: u32,
    /// Lanes.
    pub(crate) lanes: u32,
}

/// Why a password was not stretched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// Cheaper than anything that is made.
    #[error("Argon2id needs at least {least_memory_kib} KiB and {least_passes} passes")]
    TooCheap {
        /// The least memory, in KiB.
        least_memory_kib: u32,
        /// The fewest passes.
        least_passes: u32,
    },
    /// More than any machine should be asked for.
    #[error("the cost of the key derivation is out of bounds")]
    OutOfBounds,
    /// This version does not know how.
    #[error("this version cannot use that key derivation")]
    Unsupported,
    /// No memory for it.
    #[error("there is not enough memory for the key derivation")]
    NoMemory,
}

impl KdfError {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::NoMemory)
    }
}

const FLOOR: Argon2idCost = Argon2idCost {
    memory_kib: 19 * 1024,
    passes: 2,
    lanes: 1,
};
const CEILING: Argon2idCost = Argon2idCost {
    memory_kib: 1024 * 1024,
    passes: 16,
    lanes: 8,
};

impl Kdf {
    /// What is used unless a site says otherwise: Argon2id, 64 MiB, 3 passes,
    /// 1 lane; about a third of a second on a car's laptop.
    #[must_use]
    pub fn standard() -> Self {
        Self::Argon2id(Argon2idCost {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
        })
    }

    /// The cheapest that is ever made: Argon2id, 19 MiB, 2 passes, 1 lane.
    #[must_use]
    pub fn floor() -> Self {
        Self::Argon2id(FLOOR)
    }

    /// Argon2id with another cost.
    ///
    /// # Errors
    /// [`KdfError::TooCheap`] below [`Self::floor`], [`KdfError::OutOfBounds`]
    /// above 1 GiB, 16 passes or 8 lanes.
    pub fn argon2id(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, KdfError> {
        let cost = Argon2idCost {
            memory_kib,
            passes,
            lanes,
        };
        if memory_kib < FLOOR.memory_kib || passes < FLOOR.passes {
            return Err(KdfError::TooCheap {
                least_memory_kib: FLOOR.memory_kib,
                least_passes: FLOOR.passes,
            });
        }
        if !cost.is_bounded() {
            return Err(KdfError::OutOfBounds);
        }
        Ok(Self::Argon2id(cost))
    }

    /// So cheap that it protects nothing. Exists in builds with debug
    /// assertions only: no shipped program can make such a wrap.
    #[cfg(any(test, debug_assertions))]
    #[must_use]
    pub fn worthless_for_tests() -> Self {
        Self::Argon2id(Argon2idCost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        })
    }

    /// Stretches a password to 32 bytes. The memory is wiped.
    pub(crate) fn stretch(
        &self,
        password: &Password,
        salt: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, KdfError> {
        let Self::Argon2id(cost) = self else {
            return Err(KdfError::Unsupported);
        };
        if !cost.is_bounded() {
            return Err(KdfError::OutOfBounds);
        }
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
            .map_err(|_| KdfError::OutOfBounds)?;
        let count = params.block_count();
        let mut blocks = Vec::new();
        blocks
            .try_reserve_exact(count)
            .map_err(|_| KdfError::NoMemory)?;
        blocks.resize(count, Block::new());
        let mut out = Zeroizing::new([0; 32]);
        let stretched = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(password.as_bytes(), salt, out.as_mut(), &mut blocks);
        blocks.iter_mut().for_each(Block::zeroize);
        stretched.map_err(|_| KdfError::OutOfBounds)?;
        Ok(out)
    }
}

impl Argon2idCost {
    /// A changed header must not be able to ask for all memory of a machine.
    fn is_bounded(self) -> bool {
        self.memory_kib <= CEILING.memory_kib
            && (1..=CEILING.passes).contains(&self.passes)
            && (1..=CEILING.lanes).contains(&self.lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_cheaper_than_the_floor_is_made() {
        assert!(matches!(
            Kdf::argon2id(19 * 1024 - 1, 2, 1),
            Err(KdfError::TooCheap { .. })
        ));
        assert!(matches!(
            Kdf::argon2id(64 * 1024, 1, 1),
            Err(KdfError::TooCheap { .. })
        ));
        assert_eq!(Kdf::argon2id(19 * 1024, 2, 1), Ok(Kdf::floor()));
        assert_eq!(Kdf::argon2id(64 * 1024, 3, 1), Ok(Kdf::standard()));
        assert_eq!(Kdf::argon2id(u32::MAX, 3, 1), Err(KdfError::OutOfBounds));
        assert_eq!(Kdf::argon2id(64 * 1024, 3, 0), Err(KdfError::OutOfBounds));
    }

    /// The same bytes as from the reference implementation:
    /// `argon2 0123456789abcdef -id -k 19456 -t 2 -p 1 -l 32 -r`.
    #[test]
    fn the_stretched_bytes_are_frozen() {
        let password = Password::typed("three otters cross at dusk").unwrap();
        let out = Kdf::floor()
            .stretch(&password, b"0123456789abcdef")
            .unwrap();
        expect_test::expect!["c6c3f4be415d9a93c032823a387a5944f85c3060e5342585db79c4252996c74a"]
            .assert_eq(&data_encoding::HEXLOWER.encode(&*out));
    }
}
