//! Looking at a site as a whole: what an administrator should know, by code and
//! count, without a name.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_protocol::certificate::KeyPurpose;
use handoff_protocol::receipt::ParkCode;

use crate::control_log;
use crate::site::Site;
use crate::storage::{LineRow, Soundness, StorageError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The database is whole.
    pub database_sound: bool,
    /// The control log reads and is whole.
    pub control_log: Result<usize, String>,
    /// Announced opening keys whose private half is not here: entries sealed
    /// to them cannot be opened.
    pub opening_keys_missing: Vec<String>,
    /// Restored, and nobody has confirmed it yet.
    pub awaiting_confirmation: bool,
    /// What stands out, with since when.
    pub alarms: Vec<(&'static str, DateTime<Utc>)>,
    /// Items that a person has to look at, by code.
    pub parked: BTreeMap<&'static str, usize>,
    /// Items in custody.
    pub items: u64,
    /// Of them not yet applied.
    pub unapplied: u64,
    /// Of them not in a verified backup.
    pub not_backed_up: u64,
    /// Devices, and how many of them this database did not enrol itself.
    pub devices: (usize, usize),
}

impl Examination {
    /// Whether nothing needs a person.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.database_sound
            && self.control_log.is_ok()
            && self.opening_keys_missing.is_empty()
            && !self.awaiting_confirmation
            && self.alarms.is_empty()
            // What an order has erased is parked for its author to see.
            && self.parked.keys().all(|code| *code == ParkCode::Erased.as_str())
    }
}

impl Site {
    /// Looks at everything.
    ///
    /// # Errors
    /// [`StorageError`] when the store cannot be read at all.
    pub fn examine(&self) -> Result<Examination, StorageError> {
        let database_sound = self.storage.check()? == Soundness::Sound;
        let identity = self.keys.identity().public();
        let log = control_log::read(&self.paths.control_log(), &identity);
        self.storage.reading(|reads| {
            let lines = reads.all_lines()?;
            let mut parked = BTreeMap::new();
            for row in reads.parked()? {
                *parked.entry(row.code.as_str()).or_insert(0) += 1;
            }
            let keys = reads.site_keys()?;
            let missing = keys.iter().filter(|key| {
                key.purpose == KeyPurpose::Sealing && self.keys.sealing(key.id()).is_none()
            });
            let devices = reads.devices()?;
            // Items of each line itself that lie behind a position of it.
            let behind = |at: fn(&LineRow) -> u64| {
                let own = lines.iter().map(|line| {
                    let head = line.head.seq;
                    head - at(line).max(line.from_seq).min(head)
                });
                own.sum::<u64>()
            };
            Ok(Examination {
                database_sound,
                control_log: match &log {
                    Ok(lines) => Ok(lines.len()),
                    Err(error) => Err(error.to_string()),
                },
                opening_keys_missing: missing.map(|key| key.id().to_string()).collect(),
                awaiting_confirmation: reads.site()?.awaiting,
                alarms: reads
                    .alarms()?
                    .iter()
                    .map(|alarm| (alarm.code.as_str(), alarm.raised_at))
                    .collect(),
                parked,
                items: behind(|_| 0),
                unapplied: behind(|line| line.applied_through),
                not_backed_up: behind(|line| line.backed_up_through),
                devices: (
                    devices.len(),
                    devices.iter().filter(|device| device.vouched).count(),
                ),
            })
        })
    }
}
