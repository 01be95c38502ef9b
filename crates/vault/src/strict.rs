//! Reading CBOR that this crate has written: only as it writes it, bit by bit,
//! so that no two byte strings mean the same secret.

use handoff_protocol::{CodecError, codec};
use serde::{Serialize, de::DeserializeOwned};

/// Reads a value whose encoding is exactly these bytes.
pub(crate) fn from_cbor<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    what: &'static str,
) -> Result<T, CodecError> {
    let value: T = codec::from_cbor(bytes, what)?;
    if codec::to_cbor(&value, what)? == bytes {
        Ok(value)
    } else {
        Err(CodecError::Unreadable { what })
    }
}

/// Reads the version of a map that has one, whatever else a later version has
/// put into it.
pub(crate) fn version(bytes: &[u8], what: &'static str) -> Result<u16, CodecError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u16,
    }
    codec::from_cbor::<Versioned>(bytes, what).map(|versioned| versioned.version)
}
