//! The device's files.
//!
//! **What.** [`DeviceStore`] is device.db: enrolment, people, and the journal of
//! everything that was saved. [`UserSession`] is a signed-in person: drafts,
//! saves, and the vault that they read. [`DeviceReader`] and [`UserReader`] read
//! beside a process that writes.
//!
//! **Why.** A car's laptop loses power, fills up and is shared. What was called
//! saved must be there afterwards exactly once, must reach the site from a
//! locked device, and must say nothing to whoever else holds the files.
//!
//! **How data moves through.** [`UserSession::save`] packs, seals and chains
//! entries and commits them in one transaction; the vault's view follows.
//! A sync reads items ([`DeviceStore::read_items`]), marks them sent, and takes
//! up the answer ([`DeviceStore::apply`]): receipts into device.db, feeds into
//! open vaults. Where an entry stands is derived from receipts each time it is
//! asked.
//!
//! **What it does not do.** No network, no clock, no randomness of its own:
//! times, ids and the port `Random` come in as arguments. It deletes no damaged
//! file, and no entry without its author's word.
//!
//! **Where decided.** `docs/adr/0002-the-journal-commit-is-the-save.md`.

// The lab of `tests/` names this crate as others do.
#[cfg(test)]
extern crate self as handoff_store;

mod apply;
mod attachment;
mod db;
mod device;
mod device_key;
mod drafts;
mod enrolment;
mod error;
mod folder;
mod journal;
mod lane;
mod lives;
mod numbers;
mod person;
mod planted;
mod preference;
mod quarantine;
mod redo_key;
mod salvage;
mod schema;
mod session;
mod site_entry;
mod sync;
mod view;
mod views;

pub use apply::{Applied, ApplyError, Ignored, ReceiptProblem};
pub use device::{
    Counts, CreateError, DeviceReader, DeviceStore, ItemPlace, NewDevice, OpenError, ReadError,
    WaitingItem, open_reader,
};
pub use device_key::DeviceKeyError;
pub use drafts::Draft;
pub use enrolment::Enrolment;
pub use error::{Disposition, StorageError};
pub use folder::{Folder, FolderError};
pub use handoff_vault::Access;
pub use lives::{Outlived, WentOn};
pub use person::{NewPerson, Person, Slot};
pub use salvage::{Salvage, SalvagedRun, salvage, salvage_with};
pub use schema::{SchemaVersions, schema_versions};
pub use session::{
    CatchUpError, CaughtUp, DraftError, SaveError, Saved, SavedEntry, SessionKeys, TakeBackError,
    UnlockError, UserReader, UserSession,
};
pub use sync::SendError;
pub use views::{EntryView, ListPlace, ReferralView};
