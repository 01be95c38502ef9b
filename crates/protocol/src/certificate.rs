//! What the site identity key vouches for, leases, and contexts.
//!
//! The identity key is made by `site init` and never rotated in place. It
//! survives restores, so a certificate is enough for custody even at a site
//! that was put back to a time before the device existed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use handoff_domain::{Role, SiteId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::codec::{self, CodecError};
use crate::ids::{ContextId, DeviceId, KeyId, Lane, SitePin, UserId};
use crate::signed::{PublicKey, Signed, Statement};

/// A device that the site has enrolled. Signed by the identity key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertificate {
    /// Which site.
    pub site: SitePin,
    /// Which device.
    pub device: DeviceId,
    /// Its name at the site, such as `Unit 4B12`.
    pub name: String,
    /// The key that signs chain heads and requests.
    pub key: PublicKey,
    /// When it was enrolled, site time.
    pub issued_at: DateTime<Utc>,
}

impl Statement for DeviceCertificate {
    const TAG: &'static str = "handoff/device-certificate/1";
}

/// A person's keys on one device. Signed by the identity key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorCertificate {
    /// Which site.
    pub site: SitePin,
    /// Who.
    pub user: UserId,
    /// Their name on the roster.
    pub name: String,
    /// What they were when this was issued. Rights are judged by the roster.
    pub roles: BTreeSet<Role>,
    /// On which device.
    pub device: DeviceId,
    /// The key that signs contexts and pulls.
    pub signing_key: PublicKey,
    /// The key that redo is wrapped to.
    pub sealing_key: PublicKey,
    /// When it was issued, site time.
    pub issued_at: DateTime<Utc>,
}

impl Statement for AuthorCertificate {
    const TAG: &'static str = "handoff/author-certificate/1";
}

/// What one of the site's other keys is for. Signed by the identity key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCertificate {
    /// Which site.
    pub site: SitePin,
    /// What for.
    pub purpose: KeyPurpose,
    /// The key.
    pub key: PublicKey,
    /// When it was announced, site time. Of two keys for one purpose, new
    /// work goes to the newer.
    pub issued_at: DateTime<Utc>,
}

impl Statement for KeyCertificate {
    const TAG: &'static str = "handoff/key-certificate/1";
}

/// What a key of the site is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPurpose {
    /// Signs receipts and leases.
    Receipt,
    /// Context keys are wrapped to it.
    Sealing,
    /// The site's TLS certificate; the pin is over its public key.
    Tls,
    /// The organisation's recovery key: device keys and backups are wrapped to it.
    Recovery,
}

/// Leave to read what is stored on a device. Signed by the receipt key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which site.
    pub site: SitePin,
    /// Who.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// As what.
    pub roles: BTreeSet<Role>,
    /// Site time at signing: a floor for the device's clock.
    pub issued_at: DateTime<Utc>,
    /// Until when, site time.
    pub not_after: DateTime<Utc>,
}

impl Statement for Lease {
    const TAG: &'static str = "handoff/lease/1";
}

/// Names a lease: when it was issued, in seconds since 1970, and the beginning of
/// the SHA-256 of its bytes. A device shows it, and is not sent again what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseMark(pub i64, pub u64);

impl LeaseMark {
    /// The mark of a lease as it was signed; `None` when it does not read.
    #[must_use]
    pub fn of(signed: &Signed<Lease>) -> Option<Self> {
        let lease: Lease = codec::from_cbor(&signed.bytes, "a lease").ok()?;
        Some(Self::new(&lease, &signed.bytes))
    }

    /// The mark that a lease will have.
    ///
    /// # Errors
    /// It does not encode.
    pub fn expected(lease: &Lease) -> Result<Self, CodecError> {
        Ok(Self::new(lease, &codec::to_cbor(lease, "a lease")?))
    }

    fn new(lease: &Lease, bytes: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let mut beginning = [0; 8];
        beginning.copy_from_slice(&hash[..8]);
        Self(lease.issued_at.timestamp(), u64::from_be_bytes(beginning))
    }
}

/// A key under which entries are sealed, wrapped to the site's sealing key.
/// Signed by the author's signing key, so that a colleague with access to the
/// device's files cannot write in another's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Which site.
    pub site: SitePin,
    /// The lane that it belongs to.
    pub lane: Lane,
    /// On which device it was made.
    pub device: DeviceId,
    /// Who writes under it.
    pub author: UserId,
    /// Its own id.
    pub context: ContextId,
    /// The site's sealing key that it is wrapped to.
    pub sealing_key: KeyId,
    /// HPKE encapsulated key.
    #[serde(with = "codec::bytes65")]
    pub encapsulated: [u8; 65],
    /// The wrapped key (32 bytes and a tag).
    #[serde(with = "serde_bytes")]
    pub wrapped: Vec<u8>,
}

impl Statement for Context {
    const TAG: &'static str = "handoff/context/1";
}

/// HPKE `info` for a context key: everything that must not be moved from one
/// context to another.
#[must_use]
pub fn context_info(
    site: &SitePin,
    lane: &Lane,
    author: &UserId,
    context: &ContextId,
    sealing_key: &KeyId,
) -> Vec<u8> {
    let mut info = b"handoff/context/1".to_vec();
    info.extend_from_slice(&site.0);
    info.extend_from_slice(&lane.to_bytes());
    info.extend_from_slice(author.as_bytes());
    info.extend_from_slice(context.as_bytes());
    info.extend_from_slice(&sealing_key.0);
    info
}

/// Associated data of a sealed entry: site, lane, context and item id.
#[must_use]
pub fn entry_associated_data(
    site: &SitePin,
    lane: &Lane,
    context: &ContextId,
    item: &crate::ids::ItemId,
) -> Vec<u8> {
    let mut data = b"handoff/entry/1".to_vec();
    data.extend_from_slice(&site.0);
    data.extend_from_slice(&lane.to_bytes());
    data.extend_from_slice(context.as_bytes());
    data.extend_from_slice(item.as_bytes());
    data
}

/// A site's public face, as a device keeps it: everything that it needs to
/// seal, to verify and to connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteIdentity {
    /// The site's short name.
    pub site: SiteId,
    /// The identity key.
    pub key: PublicKey,
}

impl SiteIdentity {
    /// What devices pin.
    #[must_use]
    pub fn pin(&self) -> SitePin {
        SitePin::of(&self.key)
    }
}
