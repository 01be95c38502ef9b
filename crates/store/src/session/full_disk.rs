//! A full disk: the ballast gives way once, and then a save fails whole.

use handoff_cipherdb::{Ballast, BallastState, CipherDbError};
use handoff_vault::OsRandom;

use super::SaveError;
use crate::error::{StorageError, Stored};
use crate::{DeviceStore, UserSession};

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{Lab, NOW};

const BALLAST: u64 = 256 * 1024;

fn ballast(lab: &Lab) -> BallastState {
    match std::fs::metadata(lab.path().join("ballast")) {
        Ok(file) if file.len() == BALLAST => BallastState::Held,
        _ => BallastState::Released,
    }
}

/// Changes how far device.db may grow.
fn limit(device: &DeviceStore, sql: &'static str) {
    let db = device.shared.db.writer().unwrap();
    db.write(|tx| tx.execute_batch(sql)).unwrap();
}

fn try_save(lab: &Lab, session: &UserSession) -> Result<crate::Saved, SaveError> {
    session.save(&OsRandom, &[lab.referral()], None, NOW)
}

#[test]
fn the_ballast_gives_way_once_so_that_a_save_still_works() {
    let lab = Lab::with_ballast(BALLAST);
    let device = lab.open();
    assert_eq!(ballast(&lab), BallastState::Held);
    let file = lab.path().join("device.db");
    let tries = std::cell::Cell::new(0);
    let full = || {
        let file = file.clone();
        StorageError::Db(CipherDbError::DiskFull { file })
    };
    let done = device.shared.write(|_| -> Stored<()> {
        tries.set(tries.get() + 1);
        if tries.get() == 1 {
            Err(full())
        } else {
            Ok(())
        }
    });
    assert!(done.is_ok());
    assert_eq!((tries.get(), ballast(&lab)), (2, BallastState::Released));
    // There is no second ballast.
    tries.set(0);
    let done = device.shared.write(|_| -> Stored<()> {
        tries.set(tries.get() + 1);
        Err(full())
    });
    assert!(done.is_err_and(|error| error.is_disk_full()));
    assert_eq!(tries.get(), 1);
    drop(device);
    // It is filled again when there is room.
    lab.open();
    assert_eq!(ballast(&lab), BallastState::Held);
    assert!(Ballast::ensure(lab.path(), BALLAST, 0o660).is_ok());
}

#[test]
fn a_save_that_finds_no_room_leaves_nothing_behind() {
    let lab = Lab::with_ballast(BALLAST);
    let device = lab.open();
    let session = lab.unlock(&device);
    try_save(&lab, &session).unwrap();
    let before = device.lane_reports().unwrap();
    limit(&device, "PRAGMA max_page_count = 1");
    let mut failed = 0;
    let mut saved = 1;
    for _ in 0..40 {
        match try_save(&lab, &session) {
            Ok(_) => saved += 1,
            Err(SaveError::DiskFull) => failed += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(failed > 30, "{failed}");
    assert_eq!(ballast(&lab), BallastState::Released);
    assert_eq!(device.counts().unwrap().waiting, saved);
    limit(&device, "PRAGMA max_page_count = 1000000");
    try_save(&lab, &session).unwrap();
    assert_eq!(device.counts().unwrap().waiting, saved + 1);
    assert_ne!(device.lane_reports().unwrap(), before);
    drop((session, device));
    // Chain and all: opening checks it.
    let device = lab.open();
    assert_eq!(device.counts().unwrap().waiting, saved + 1);
}
