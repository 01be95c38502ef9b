//! Attachments: a signature, a photo. The entry names sealed bytes that travel
//! apart from it, and carries the key that opens them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::ReferralId;

/// Most bytes of one attachment, before it is sealed.
pub const MAX_ATTACHMENT: usize = 8 * 1024 * 1024;

/// Something was added to a referral that is no text. The bytes lie elsewhere,
/// sealed under a key of their own that stands only here: who may read the entry
/// may open them, and once the entry is erased nobody can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentAdded {
    /// Which referral.
    pub referral: ReferralId,
    /// What it is.
    pub what: AttachmentKind,
    /// The form of the opened bytes, such as `image/png`.
    pub media_type: String,
    /// How many bytes they are when opened.
    pub len: u64,
    /// The sealed bytes by their hash.
    pub address: AttachmentAddress,
    /// How many bytes they are when sealed.
    pub sealed_len: u64,
    /// Opens them.
    pub key: AttachmentKey,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// Of the person, for what they agreed to.
    Signature,
    /// Where a site allows it.
    Photo,
}

impl AttachmentKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Signature, Self::Photo];

    /// Its name in the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Photo => "photo",
        }
    }
}

/// The form of a picture that a site takes, by how it begins; `None` for anything
/// else.
#[must_use]
pub fn media_type_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// Names sealed bytes: their SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentAddress(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl AttachmentAddress {
    /// Of these sealed bytes.
    #[must_use]
    pub fn of(sealed: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(sealed).into())
    }
}

impl fmt::Display for AttachmentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AttachmentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttachmentAddress({self})")
    }
}

/// Opens one attachment, and nothing else. `Debug` shows `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentKey(#[serde(with = "serde_bytes")] pub [u8; 32]);

impl fmt::Debug for AttachmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttachmentKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show_itself_and_an_address_does() {
        assert_eq!(
            format!("{:?}", AttachmentKey([7; 32])),
            "AttachmentKey(***)"
        );
        let address = AttachmentAddress::of(b"");
        assert!(address.to_string().starts_with("e3b0c44298fc1c14"));
        assert!(format!("{address:?}").contains(&address.to_string()));
    }

    #[test]
    fn a_picture_is_known_by_how_it_begins() {
        let known = |bytes: &[u8]| media_type_of(bytes);
        assert_eq!(known(b"\x89PNG\r\n\x1a\n\0\0"), Some("image/png"));
        assert_eq!(known(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(known(b"RIFF\x04\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [
            &b""[..],
            b"<svg/>",
            b"RIFF\x04\0\0\0WAVE",
            b"\x7fELF",
            b"%PDF-1.7",
        ] {
            assert_eq!(known(other), None);
        }
    }

    #[test]
    fn names_are_those_of_the_record() {
        for kind in AttachmentKind::ALL {
            let name = serde_json::to_value(kind).unwrap();
            assert_eq!(name, kind.as_str());
        }
    }
}
