//! HPKE (RFC 9180), base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
//! AES-256-GCM. Used to wrap keys, never for bulk.

use handoff_protocol::{PublicKey, codec};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::aead::{SealError, Unsealed};
use crate::random::{Random, Rng};

type Suite = DhP256HkdfSha256;
type PrivateKey = <Suite as Kem>::PrivateKey;
type RecipientKey = <Suite as Kem>::PublicKey;
type Encapsulated = <Suite as Kem>::EncappedKey;

/// Something wrapped to a public key: whoever has the private key opens it.
/// Says nothing about who wrapped it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// HPKE encapsulated key.
    #[serde(with = "codec::bytes65")]
    pub encapsulated: [u8; 65],
    /// Ciphertext and tag.
    #[serde(with = "serde_bytes")]
    pub wrapped: Vec<u8>,
}

/// Wraps to a public key.
pub(crate) fn wrap(
    random: &dyn Random,
    recipient: &PublicKey,
    info: &[u8],
    associated: &[u8],
    plain: &[u8],
) -> Result<Envelope, SealError> {
    let recipient =
        RecipientKey::from_bytes(recipient.as_bytes()).map_err(|_| SealError::NotAKey)?;
    let (encapsulated, wrapped) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Suite>(
        &OpModeS::Base,
        &recipient,
        info,
        plain,
        associated,
        &mut Rng(random),
    )
    .map_err(|_| SealError::NotAKey)?;
    Ok(Envelope {
        encapsulated: encapsulated.to_bytes().into(),
        wrapped,
    })
}

/// Opens what was wrapped to the public key of `secret`.
pub(crate) fn unwrap(
    secret: &[u8; 32],
    info: &[u8],
    associated: &[u8],
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, Unsealed> {
    let secret = PrivateKey::from_bytes(secret).map_err(|_| Unsealed)?;
    let encapsulated = Encapsulated::from_bytes(&envelope.encapsulated).map_err(|_| Unsealed)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, Suite>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        info,
        &envelope.wrapped,
        associated,
    )
    .map(Zeroizing::new)
    .map_err(|_| Unsealed)
}

/// A P-256 private key from 32 random bytes.
pub(crate) fn make_secret(random: &dyn Random) -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(seed.as_mut());
    let (secret, _) = Suite::derive_keypair(seed.as_ref());
    let mut bytes = secret.to_bytes();
    let secret = Zeroizing::new(bytes.into());
    zeroize::Zeroize::zeroize(bytes.as_mut_slice());
    secret
}
