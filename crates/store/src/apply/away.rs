//! Vaults of people who stay away.
//!
//! **What.** The vault of somebody who is not signed in, and whose leave to read
//! ended so many days ago by the site's time, is removed. With their next leave
//! it is begun anew and filled from their feed.
//!
//! **Why.** What the site takes from a vault (an eviction, an order) goes when
//! its owner signs in. Who never does would keep it for ever.
//!
//! **What it does not do.** It loses nothing: what the site has not applied has
//! its redo in the journal, and without a leave nobody could read the vault.
//! Drafts stay. A site that was put back does not tell: its clock may be wrong.
//!
//! **Where decided.** `docs/adr/0039-vaults-of-people-who-stay-away.md`.

use std::fs;
use std::io;

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::Lease;
use handoff_protocol::from_cbor;

use super::{Ignored, days_before};
use crate::device::{DeviceStore, lock};
use crate::error::Stored;
use crate::folder::{Folder, FolderError, sync_folder};
use crate::person::Person;

impl DeviceStore {
    /// Removes vaults; what could not be removed is tried again with the next
    /// answer.
    ///
    /// `people` as they were before this answer.
    pub(super) fn drop_vaults(
        &self,
        people: &[Person],
        keep_days: u16,
        site_time: DateTime<Utc>,
    ) -> Stored<Vec<Ignored>> {
        let ended_ms = days_before(site_time, keep_days);
        let mut stay = Vec::new();
        if !people.iter().any(|person| is_away(person, ended_ms)) {
            return Ok(stay);
        }
        // Some of them may have got a lease with this answer.
        let people = self.people().map_err(|error| error.0)?;
        // Nobody signs in meanwhile.
        let open = lock(&self.shared.open);
        for person in people.iter().filter(|person| is_away(person, ended_ms)) {
            let vault = open.get(&person.slot);
            if vault.is_some_and(|vault| vault.strong_count() > 0) {
                continue;
            }
            if let Err(source) = remove(&self.shared.folder, &person.vault_file) {
                let user = person.user;
                stay.push(Ignored::Stays { user, source });
            }
        }
        Ok(stay)
    }
}

/// Whether their leave to read ended before this.
fn is_away(person: &Person, ended_ms: i64) -> bool {
    let lease = person.lease.as_ref();
    let lease = lease.and_then(|signed| from_cbor(&signed.bytes, "a lease").ok());
    lease.is_some_and(|lease: Lease| lease.not_after.timestamp_millis() < ended_ms)
}

/// Its log goes first: a database without it is only older.
fn remove(folder: &Folder, name: &str) -> Result<(), FolderError> {
    let mut any = false;
    for suffix in ["-wal", "-shm", ""] {
        let file = folder.file(&format!("{name}{suffix}"));
        match fs::remove_file(&file) {
            Ok(()) => any = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(folder.failed(&file, source)),
        }
    }
    if any {
        let path = folder.path();
        sync_folder(path).map_err(|source| folder.failed(path, source))?;
    }
    Ok(())
}
