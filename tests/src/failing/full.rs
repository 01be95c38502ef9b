//! A disk that fills up while a device is used, page by page.

use std::path::{Path, PathBuf};

use handoff_domain::EntryId;
use handoff_store::{DeviceStore, SaveError};
use handoff_testkit::crash_fs::{self, Disk};
use handoff_vault::OsRandom;

use crate::lab::{BALLAST, Lab, SLOT, open_device};
use crate::power::{Depth, Fact, Ledger, NOW_MS, survey_device};
use crate::report::Report;
use crate::synthetic::Seeded;

/// How much more room each try has, in bytes.
const STEP: u64 = 4096;

/// Uses a device on disks with 0, 4 KiB, 8 KiB, … of room, so many of them.
///
/// # Panics
/// When a scratch folder fails.
#[must_use]
pub fn full(tries: u64, folder: &Path) -> Report {
    crash_fs::install();
    let lab = Lab::with_in(1, folder);
    let mut report = Report::new("full disk");
    let (mut saved_by_ballast, mut opened) = (0_u64, 0_u64);
    for n in 0..tries {
        let home = lab.copy(&lab.device_folder(0), "full");
        let disk = Disk::watch(&home).expect("a folder");
        let room = n * STEP;
        disk.limit(Some(disk.used().expect("a folder") + room));
        let mut ledger = Ledger::default();
        let place = format!("with {room} bytes of room");
        let mut wrong = Vec::new();
        match open_device(&home) {
            Ok(store) => {
                opened += 1;
                let mut fill = Fill {
                    lab: &lab,
                    disk: &disk,
                    ballast: home.join("ballast"),
                    ledger: &mut ledger,
                    by_ballast: 0,
                };
                wrong.extend(fill.up(&store, n));
                saved_by_ballast += fill.by_ballast;
            }
            Err(error) => wrong.extend(misleads(&error)),
        }
        disk.limit(None);
        report.runs += 1;
        report.fault("a full disk", 1);
        report.acknowledged += ledger.acknowledged() as u64;
        report.corrupt(&place, &wrong);
        let end = disk.mark();
        drop(disk);
        let found = survey_device(&home, &lab.badges[0], &ledger.known(end), Depth::Deep);
        found.count(&place, &mut report);
        std::fs::remove_dir_all(&home).expect("a scratch folder");
    }
    report.figure("saved_by_ballast", saved_by_ballast);
    report.figure("opened", opened);
    report
}

/// Saves until nothing more fits.
struct Fill<'a> {
    lab: &'a Lab,
    disk: &'a Disk,
    ballast: PathBuf,
    ledger: &'a mut Ledger,
    /// Saves for which the ballast gave way.
    by_ballast: u64,
}

impl Fill<'_> {
    fn up(&mut self, store: &DeviceStore, seed: u64) -> Vec<String> {
        let badge = &self.lab.badges[0];
        let session = match store.unlock(SLOT, badge.reading()) {
            Ok(session) => session,
            Err(error) => return misleads(&format!("{error:?}")).into_iter().collect(),
        };
        let mut rng = Seeded::new(seed);
        loop {
            let entry = badge.referral(&mut rng);
            let held = is_held(&self.ballast);
            let entries = std::slice::from_ref(&entry);
            match session.save(&OsRandom, entries, None, NOW_MS) {
                Ok(_) => {
                    self.ledger.note(self.disk.mark(), Fact::Saved(entry.id));
                    self.by_ballast += u64::from(held && !is_held(&self.ballast));
                }
                Err(error) => return plain(&error, entry.id, is_held(&self.ballast)),
            }
        }
    }
}

fn is_held(ballast: &Path) -> bool {
    std::fs::metadata(ballast).is_ok_and(|file| file.len() == BALLAST)
}

/// The error says that nothing was saved, and comes only when nothing was left
/// to give up.
fn plain(error: &SaveError, id: EntryId, is_held: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    if !matches!(error, SaveError::DiskFull) {
        wrong.push(format!("a full disk was called {error:?}"));
    }
    if is_held {
        wrong.push(format!("{id} was not saved, and the ballast is still held"));
    }
    wrong
}

fn misleads(error: &str) -> Option<String> {
    (!error.contains("DiskFull")).then(|| format!("a full disk was called {error}"))
}
