//! The proof in an enrolment that the other side knows the code.

use handoff_protocol::enrolment::{Proven, Speaker, proof_input};
use handoff_protocol::{CodecError, SitePin, codec};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;

/// Why a message of an enrolment is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Its sender does not know the code, or somebody in between changed it.
    #[error("the other side does not know the code")]
    NotProven,
    /// It is proven and does not read.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// A message with the proof that `speaker` knows the token.
///
/// # Errors
/// [`CodecError`] when it does not encode.
pub fn prove<T: Serialize>(
    token: &[u8; 16],
    speaker: Speaker,
    site: &SitePin,
    message: &T,
) -> Result<Proven, CodecError> {
    let bytes = codec::to_cbor(message, "an enrolment message")?;
    let mac = mac(token, speaker, site, &bytes)
        .finalize()
        .into_bytes()
        .into();
    Ok(Proven { bytes, mac })
}

/// Checks the proof (in constant time), then reads the message.
///
/// # Errors
/// [`ProofError`].
pub fn check<T: DeserializeOwned>(
    token: &[u8; 16],
    speaker: Speaker,
    site: &SitePin,
    proven: &Proven,
) -> Result<T, ProofError> {
    mac(token, speaker, site, &proven.bytes)
        .verify_slice(&proven.mac)
        .map_err(|_| ProofError::NotProven)?;
    Ok(codec::from_cbor(&proven.bytes, "an enrolment message")?)
}

fn mac(token: &[u8; 16], speaker: Speaker, site: &SitePin, bytes: &[u8]) -> Hmac<Sha256> {
    // HMAC hashes 64 bytes of key; a shorter one is filled up with zeros.
    let mut key = zeroize::Zeroizing::new([0; 64]);
    key[..16].copy_from_slice(token);
    let mut mac = Hmac::<Sha256>::new((&*key).into());
    mac.update(&proof_input(speaker, site, bytes));
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: SitePin = SitePin([1; 32]);

    #[test]
    fn a_proof_is_believed_from_its_speaker_and_with_its_code_only() {
        let proven = prove(&[5; 16], Speaker::Device, &SITE, &"hello").unwrap();
        let read =
            |token, speaker, site, proven: &Proven| check::<String>(token, speaker, site, proven);
        assert_eq!(
            read(&[5; 16], Speaker::Device, &SITE, &proven).unwrap(),
            "hello"
        );
        let not = Err(ProofError::NotProven);
        assert_eq!(read(&[6; 16], Speaker::Device, &SITE, &proven), not);
        assert_eq!(read(&[5; 16], Speaker::Site, &SITE, &proven), not);
        assert_eq!(
            read(&[5; 16], Speaker::Device, &SitePin([2; 32]), &proven),
            not
        );
        for bit in 0..256 {
            let mut forged = proven.clone();
            forged.mac[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&[5; 16], Speaker::Device, &SITE, &forged), not);
        }
        let mut changed = proven.clone();
        changed.bytes[1] ^= 1;
        assert_eq!(read(&[5; 16], Speaker::Device, &SITE, &changed), not);
    }

    /// The same bytes as from another implementation of HMAC-SHA-256.
    #[test]
    fn the_proof_is_frozen() {
        let proven = prove(b"0123456789abcdef", Speaker::Site, &SITE, &"hello").unwrap();
        expect_test::expect!["b611733d95bce494b5e90d3494b396150fe104c451281ce5de8e89219c3f428c"]
            .assert_eq(&data_encoding::HEXLOWER.encode(&proven.mac));
    }
}
