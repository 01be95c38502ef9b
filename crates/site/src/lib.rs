//! A site's server: it takes custody of what devices saved, proves that it has,
//! and lets the site's people decide.
//!
//! **What.** [`init`] founds a site in a folder; [`Site`] opens it; [`serve`]
//! answers devices over TLS; the operations of the command line (people, packs,
//! invitations, decisions, backups) are methods of [`Site`].
//!
//! **Why.** A device shows "received" only from a receipt that the site signed.
//! So everything here is arranged around one transaction ([`Site::take`]): what
//! is not committed is not acknowledged, and what is committed is never refused.
//!
//! **How data moves through.** Request → custody ([`Site::take`]) → applier
//! ([`Site::apply`]: open, judge, fold, or park) → answer ([`Site::answer`]:
//! receipts, feeds, leases). What the site itself says is written into its own
//! lane, with the same chain and the same fold.
//!
//! **What it does not do.** It knows no HTML and no device's files; it decides
//! nothing about eligibility.
//!
//! **Where decided.** `docs/adr/0004-custody-apart-from-validity.md`,
//! `docs/adr/0014-site-storage.md`.

// The conformance suite names this crate as others do.
#[cfg(test)]
extern crate self as handoff_site;

mod answer;
mod apply;
mod attachments;
mod backup;
pub mod control_log;
mod custody;
mod decide;
mod devices;
mod doctor;
mod enrol;
mod epoch;
mod erase;
mod feed;
mod files;
mod host;
mod http;
mod init;
mod keys;
mod packs;
mod parked;
mod paths;
mod people;
mod planted;
mod rotate;
mod settings;
mod site;
mod site_lane;
pub mod storage;
#[cfg(test)]
mod testing;
mod tls;
mod wake;

pub use answer::AnswerError;
pub use apply::{Applied, Opener};
pub use attachments::{Attachment, AttachmentError};
pub use backup::{
    BackedUp, BackupError, BackupRecord, ConfirmError, NotRestorable, RestoreError, RestoreOptions,
    Restored, restore,
};
pub use custody::Taken;
pub use decide::DecideError;
pub use devices::{Copies, DeviceOnBoard};
pub use doctor::Examination;
pub use enrol::{InviteError, Invited};
pub use erase::{EraseError, Erased};
pub use handoff_protocol::ids::DeviceId;
pub use host::Host;
pub use http::{ServeError, Serving, serve};
pub use init::{Founded, Founding, InitError, NewSiteOptions, init};
pub use keys::{Keys, Rotated};
pub use packs::{PublishError, check as check_pack};
pub use parked::{Parked, ReleaseError, may_be_released};
pub use paths::Paths;
pub use people::PersonError;
pub use rotate::{KnownKey, RotateError};
pub use settings::{Settings, SettingsError};
pub use site::{OpenError, Site};
pub use site_lane::{INSTALLATION, SiteLaneError, lane_name};
pub use tls::TlsError;
pub use wake::Wake;
