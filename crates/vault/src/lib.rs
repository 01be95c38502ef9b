//! Everything with a secret: keys, passwords, wrapping, sealing, opening.
//!
//! **What.** Keys that sign ([`SigningKey`]) and open ([`SealingKey`]); the
//! sealing of entries ([`ContextKey`], [`RedoKey`]) and of what is attached to
//! them ([`SealedAttachment`]); a person's keys under a
//! password ([`UserKeys`], [`UserWrap`]) and under the organisation's recovery
//! key ([`RecoveryKey`]); the secret of a device ([`DeviceSecret`]); the keys of
//! a site ([`SiteKeys`]) and its sealed backups ([`BackupWriter`]); the proof in
//! an enrolment ([`enrol_mac`]); how often a password may be tried
//! ([`Attempts`]).
//!
//! **Why.** Secrets stay in one crate that a reviewer can read in an afternoon.
//! Everything else of Handoff passes sealed bytes and public keys along.
//!
//! **How data moves through.** Secrets go in as arguments and come out wrapped;
//! plaintext goes in and comes out sealed, and the other way round. Randomness
//! comes through [`Random`], times and ids as arguments. What is secret is wiped
//! when it is dropped, and shows itself as `***`.
//!
//! **What it does not do.** No SQL, no HTTP, no clock, no logging of any value.
//! It checks no lease and no role: whoever calls [`UserWrap::unwrap_for_reading`]
//! has. It proves nothing about freshness: the journal's chain does.
//!
//! **Where decided.** `docs/adr/`, on keys and wraps.
//!
//! ```
//! use handoff_vault::{ContextKey, ContextPlace, OsRandom, SealingKey, SigningKey, open_context};
//! # use handoff_protocol::{ContextId, DeviceId, Incarnation, ItemId, Lane, SitePin, UserId};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let device = DeviceId::from_bytes([1; 16]);
//! # let lane = Lane::Device { device, incarnation: Incarnation::from_bytes([2; 16]) };
//! # let (author, context) = (UserId::from_bytes([3; 16]), ContextId::from_bytes([4; 16]));
//! # let place = ContextPlace { site: SitePin([5; 32]), lane, device, author, context };
//! let site = SealingKey::make(&OsRandom);
//! let officer = SigningKey::make(&OsRandom);
//!
//! // On the device, at the first save of an unlock:
//! let (key, signed) = ContextKey::make(&OsRandom, place, &site.public(), &officer)?;
//! let item = ItemId::from_bytes([6; 16]);
//! let sealed = key.seal(&OsRandom, &item, b"a packed entry")?;
//!
//! // At the site:
//! let context = signed.open(&officer.public())?;
//! let entry = open_context(&site, &context)?.open(&item, &sealed)?;
//! assert_eq!(entry.as_slice(), b"a packed entry");
//! # Ok(())
//! # }
//! ```

mod aead;
mod attachment;
mod backup;
mod context;
mod database_key;
mod device_key;
mod device_secret;
pub mod enrol_mac;
mod envelope;
mod kdf;
pub mod lockout;
mod password;
pub mod private_file;
mod random;
mod recovery;
mod recovery_wrap;
mod redo;
mod sealing;
pub mod secret_file;
mod signing;
mod site_keys;
mod strict;
mod user_keys;
mod wrap;

pub use aead::{SealError, Unsealed};
pub use attachment::{SealedAttachment, open_attachment, seal_attachment, sealed_attachment_len};
pub use backup::{BackupError, BackupKey, BackupReader, BackupWriter};
pub use context::{ContextError, ContextKey, ContextPlace, open_context};
pub use database_key::DatabaseKey;
pub use device_key::{
    make_device_recovery, open_device_recovery, unwrap_device_key, wrap_device_key,
};
pub use device_secret::{DeviceSecret, DeviceSecretKind, DeviceSecretStore, FileDeviceSecret};
pub use envelope::Envelope;
pub use kdf::{Argon2idCost, Kdf, KdfError};
pub use lockout::{Attempts, Lockout};
pub use password::{LEAST_CHARACTERS, MOST_BYTES, Password, PasswordError};
pub use private_file::{Access, PrivateFileError};
pub use random::{OsRandom, Random};
pub use recovery::{RecoveryKey, RecoveryTextError};
pub use recovery_wrap::{RecoveryWrapError, make_recovery_wrap, open_recovery_wrap};
pub use redo::{RedoKey, WrappedRedoKey, open_redo_key};
pub use sealing::SealingKey;
pub use secret_file::SecretKind;
pub use signing::{NotAKey, SigningKey};
pub use site_keys::SiteKeys;
pub use user_keys::{Owner, UserKeys, WritingKeys};
pub use wrap::{
    KeyLabel, SecondFactorKind, SecondFactorSecret, SecondFactorSlot, UnlockSecrets, UnwrapError,
    UserWrap, WrapError, WrapHeader, WrapTerms,
};
pub use zeroize::Zeroizing;
