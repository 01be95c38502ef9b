//! The raw key of one database file.

use std::fmt;

use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// A raw 256-bit database key: 32 bytes from a secure random source, never a
/// password. Deriving and wrapping it is somebody else's work.
///
/// Wiped when dropped; `Debug` shows `***`.
#[derive(Clone, ZeroizeOnDrop)]
pub struct DbKey([u8; 32]);

impl DbKey {
    /// Takes over 32 random bytes and wipes where they came from.
    #[must_use]
    pub fn take(bytes: &mut [u8; 32]) -> Self {
        let key = Self(*bytes);
        bytes.zeroize();
        key
    }

    /// From 32 random bytes. Their owner wipes them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    /// `PRAGMA key = "x'…'"`, in memory that is wiped. It never grows, so no
    /// copy of it stays behind.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        const HEX: [char; 16] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
        ];
        let mut sql = Zeroizing::new(String::with_capacity(96));
        sql.push_str("PRAGMA key = \"x'");
        for byte in &self.0 {
            sql.push(HEX[usize::from(byte >> 4)]);
            sql.push(HEX[usize::from(byte & 15)]);
        }
        sql.push_str("'\"");
        sql
    }
}

impl fmt::Debug for DbKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DbKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show_itself() {
        let mut bytes = [0xab; 32];
        let key = DbKey::take(&mut bytes);
        assert_eq!(format!("{key:?}"), "DbKey(***)");
        assert_eq!(bytes, [0; 32]);
    }

    #[test]
    fn the_key_statement_fits_its_memory() {
        let sql = DbKey::from_bytes(&[0x0f; 32]).pragma();
        assert_eq!(
            sql.as_str(),
            format!("PRAGMA key = \"x'{}'\"", "0f".repeat(32))
        );
        assert!(sql.len() <= 96);
    }
}
