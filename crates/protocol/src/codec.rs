//! CBOR with names for everything that is a message, and the few fixed-width
//! byte strings inside it.

use serde::{Serialize, de::DeserializeOwned};

/// Bytes that do not read as what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not CBOR of the expected shape.
    #[error("the bytes do not read as {what}")]
    Unreadable {
        /// What was expected.
        what: &'static str,
    },
    /// Bytes are left over behind a complete value.
    #[error("{extra} bytes too many behind {what}")]
    Trailing {
        /// What was expected.
        what: &'static str,
        /// How many bytes are left.
        extra: usize,
    },
    /// More bytes than are ever accepted.
    #[error("{what} has {len} bytes; at most {max} are accepted")]
    TooLong {
        /// What was expected.
        what: &'static str,
        /// How many bytes there are.
        len: usize,
        /// How many are accepted.
        max: usize,
    },
}

/// Encodes a message. Encoding to memory cannot fail for the types of this
/// crate; a type that serde refuses yields an error rather than a panic.
///
/// # Errors
/// [`CodecError::Unreadable`] when serde refuses the value.
pub fn to_cbor<T: Serialize>(value: &T, what: &'static str) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::with_capacity(256);
    ciborium::into_writer(value, &mut bytes).map_err(|_| CodecError::Unreadable { what })?;
    Ok(bytes)
}

/// Decodes one complete message.
///
/// # Errors
/// [`CodecError`] when the bytes are not exactly one such value.
pub fn from_cbor<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<T, CodecError> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).map_err(|_| CodecError::Unreadable { what })?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::Trailing {
            what,
            extra: rest.len(),
        })
    }
}

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        pub mod $name {
            use serde::{Deserializer, Serializer, de::Error as _};

            /// Writes a CBOR byte string.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize<S: Serializer>(bytes: &[u8; $len], s: S) -> Result<S::Ok, S::Error> {
                serde_bytes::serialize(&bytes[..], s)
            }

            /// Reads a CBOR byte string of exactly this length.
            ///
            /// # Errors
            /// Those of the deserializer, and a wrong length.
            pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<[u8; $len], D::Error> {
                let bytes: serde_bytes::ByteBuf = serde_bytes::deserialize(d)?;
                <[u8; $len]>::try_from(bytes.as_slice())
                    .map_err(|_| D::Error::invalid_length(bytes.len(), &stringify!($len)))
            }
        }
    };
}

fixed_bytes!(
    /// Eight bytes.
    bytes8, 8
);
fixed_bytes!(
    /// Sixteen bytes.
    bytes16, 16
);
fixed_bytes!(
    /// Thirty-two bytes.
    bytes32, 32
);
fixed_bytes!(
    /// Sixty-four bytes.
    bytes64, 64
);
fixed_bytes!(
    /// An uncompressed P-256 point.
    bytes65, 65
);
