//! The one-time code, and the exchange in which both sides prove that they
//! know it.
//!
//! The code carries the site's address and pins and a random token. The token
//! itself never travels: each side shows an HMAC over what it says and the
//! site's pin, so that somebody in between who lacks the code fails both ways.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use handoff_domain::SiteId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::certificate::{AuthorCertificate, DeviceCertificate, KeyCertificate, Lease};
use crate::codec;
use crate::epoch::EpochRecord;
use crate::ids::{DeviceId, SitePin};
use crate::signed::{PublicKey, Signed};

/// A one-time enrolment code.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// Where the site listens: `https://host:port`.
    pub url: String,
    /// Its identity.
    pub site: SitePin,
    /// What its TLS certificate is pinned by; see [`tls_pin`].
    pub tls_pin: [u8; 32],
    /// The secret of this code.
    pub token: [u8; 16],
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolmentCode({}, {:?}, ***)", self.url, self.site)
    }
}

/// The pin of a TLS key: SHA-256 over its SubjectPublicKeyInfo (DER), the same
/// bytes that a certificate carries.
#[must_use]
pub fn tls_pin(key: &PublicKey) -> [u8; 32] {
    // SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING }: fixed
    // for every uncompressed P-256 key (RFC 5480).
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let mut hash = Sha256::new();
    hash.update(HEAD);
    hash.update(key.as_bytes());
    hash.finalize().into()
}

/// Why a text is not an enrolment code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It does not begin like one.
    #[error("an enrolment code begins with {PREFIX}")]
    NotACode,
    /// Letters are missing or were changed.
    #[error("the code is not complete, or a letter was changed: copy it again as a whole")]
    Damaged,
}

const PREFIX: &str = "HANDOFF1.";

impl EnrolmentCode {
    /// The code as one line without spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(96 + self.url.len());
        bytes.extend_from_slice(&self.token);
        bytes.extend_from_slice(&self.site.0);
        bytes.extend_from_slice(&self.tls_pin);
        bytes.extend_from_slice(self.url.as_bytes());
        let check = Self::check(&bytes);
        bytes.extend_from_slice(&check);
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a code; white space anywhere in it is skipped.
    ///
    /// # Errors
    /// [`CodeError`] when it is not a code, or was not copied as a whole.
    pub fn from_text(text: &str) -> Result<Self, CodeError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let body = text.strip_prefix(PREFIX).ok_or(CodeError::NotACode)?;
        let bytes = BASE64URL_NOPAD
            .decode(body.as_bytes())
            .map_err(|_| CodeError::Damaged)?;
        let (bytes, check) = bytes.split_last_chunk::<4>().ok_or(CodeError::Damaged)?;
        if *check != Self::check(bytes) {
            return Err(CodeError::Damaged);
        }
        let (token, rest) = bytes.split_first_chunk::<16>().ok_or(CodeError::Damaged)?;
        let (site, rest) = rest.split_first_chunk::<32>().ok_or(CodeError::Damaged)?;
        let (tls_pin, url) = rest.split_first_chunk::<32>().ok_or(CodeError::Damaged)?;
        let url = std::str::from_utf8(url).map_err(|_| CodeError::Damaged)?;
        Ok(Self {
            url: url.to_owned(),
            site: SitePin(*site),
            tls_pin: *tls_pin,
            token: *token,
        })
    }

    fn check(bytes: &[u8]) -> [u8; 4] {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Names the invitation without showing the token.
    #[must_use]
    pub fn invitation(&self) -> Invitation {
        Invitation::of(&self.token)
    }
}

/// Names an invitation: a hash of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Invitation(#[serde(with = "codec::bytes16")] pub [u8; 16]);

impl Invitation {
    /// The invitation that a token opens.
    #[must_use]
    pub fn of(token: &[u8; 16]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"handoff/invitation/1");
        hash.update(token);
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }
}

/// What the device says when it enrols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// Which invitation.
    pub invitation: Invitation,
    /// The device's id: new, or that of an enrolled device which gets one
    /// more person.
    pub device: DeviceId,
    /// What the device calls itself.
    pub device_name: String,
    /// The device key.
    pub device_key: PublicKey,
    /// The person's signing key on this device.
    pub signing_key: PublicKey,
    /// The person's sealing key on this device.
    pub sealing_key: PublicKey,
}

/// What the site answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolReply {
    /// The site's short name.
    pub site: SiteId,
    /// Its identity key; its pin is in the code.
    pub identity: PublicKey,
    /// The device's certificate.
    pub device: Signed<DeviceCertificate>,
    /// The person's certificate.
    pub author: Signed<AuthorCertificate>,
    /// The keys to seal to, to check receipts with, and to connect with.
    pub keys: Vec<Signed<KeyCertificate>>,
    /// The epoch that the site is in.
    pub epoch: Signed<EpochRecord>,
    /// Leave to read, from now on.
    pub lease: Signed<Lease>,
}

/// A message with the proof that its sender knows the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// The message as CBOR.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// HMAC-SHA-256 under the token; see [`proof_input`].
    #[serde(with = "codec::bytes32")]
    pub mac: [u8; 32],
}

/// The body of the site's answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolAnswer {
    /// An [`EnrolReply`], proven by the site.
    Done(Proven),
    /// Nothing was changed.
    Refused(EnrolRefusal),
}

/// Why a device was not enrolled. Says nothing that a stranger could use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolRefusal {
    /// The site has made no such invitation.
    Unknown,
    /// Another device has used it. A device that only lost the answer may ask
    /// again with the same keys until the invitation expires.
    Used,
    /// Its time is over.
    Expired,
    /// The proof does not hold: somebody between, or a damaged message.
    BadProof,
    /// Too many proofs did not hold; the invitation is void.
    TooManyTries,
    /// The site knows this device under another key.
    OtherDeviceKey,
    /// The device is revoked.
    DeviceRevoked,
    /// The person's account is disabled.
    PersonDisabled,
    /// The site was restored and nobody has confirmed it yet.
    AwaitingConfirmation,
    /// The message does not read, or its device name is not a name.
    Unreadable,
    /// Not now; come again.
    Busy,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

/// Who speaks, so that neither side's proof can be shown back to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The device.
    Device,
    /// The site.
    Site,
}

/// What is put under the HMAC.
#[must_use]
pub fn proof_input(speaker: Speaker, site: &SitePin, bytes: &[u8]) -> Vec<u8> {
    let mut input = match speaker {
        Speaker::Device => b"handoff/enrol/device/1".to_vec(),
        Speaker::Site => b"handoff/enrol/site/1".to_vec(),
    };
    input.extend_from_slice(&site.0);
    input.extend_from_slice(bytes);
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_reads_back_and_a_changed_letter_is_noticed(
            token in any::<[u8; 16]>(), pin in any::<[u8; 32]>(), tls in any::<[u8; 32]>(),
            url in "https://[a-z.]{1,20}:[1-9][0-9]{2,3}", at in any::<prop::sample::Index>(),
        ) {
            let code = EnrolmentCode { url, site: SitePin(pin), tls_pin: tls, token };
            let text = code.to_text();
            let spaced = text.chars().flat_map(|c| [c, ' ']).collect::<String>();
            prop_assert_eq!(EnrolmentCode::from_text(&spaced), Ok(code));

            let i = PREFIX.len() + at.index(text.len() - PREFIX.len());
            let mut letters: Vec<char> = text.chars().collect();
            letters[i] = if letters[i] == 'A' { 'B' } else { 'A' };
            let changed: String = letters.into_iter().collect();
            prop_assert_eq!(EnrolmentCode::from_text(&changed), Err(CodeError::Damaged));
        }
    }
}
