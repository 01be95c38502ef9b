//! Raw keys of databases.

use std::fmt;

use zeroize::Zeroizing;

use crate::random::{self, Random};

/// The raw 256-bit key of one database. Wiped when dropped; `Debug` shows
/// `***`.
#[derive(Clone)]
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

impl DatabaseKey {
    /// A new key.
    #[must_use]
    pub fn make(random: &dyn Random) -> Self {
        Self(Zeroizing::new(random::array(random)))
    }

    /// From its 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Its 32 bytes, for whoever opens the database.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(***)")
    }
}
