//! What still reads of a journal that was set aside.

use std::collections::BTreeMap;
use std::path::Path;

use handoff_cipherdb::{DbKey, ReadOnlyDatabase, ReadTx};
use handoff_protocol::chain::{self, Head, Parent};
use handoff_protocol::ids::Lane;
use handoff_protocol::item::Item;
use handoff_vault::{DatabaseKey, DeviceSecret, SigningKey};

use crate::device::OpenError;
use crate::device_key::{self, db_key};
use crate::enrolment::{self, Enrolment};
use crate::error::Stored;
use crate::folder::Folder;
use crate::journal::{self, JournalRow};
use crate::lane::{self, LaneKey};
use crate::schema;

/// A journal that was set aside, as far as it reads.
#[derive(Debug)]
pub struct Salvage {
    /// What the device was, if that reads.
    pub enrolment: Option<Enrolment>,
    /// The key that signs its batches, if that reads.
    pub device_key: Option<SigningKey>,
    /// Unbroken runs of its lanes, in order.
    pub runs: Vec<SalvagedRun>,
    /// Rows that do not read.
    pub unreadable: u64,
}

/// Consecutive items of a lane whose chain holds.
#[derive(Debug, Clone, PartialEq)]
pub struct SalvagedRun {
    /// The lane.
    pub lane: Lane,
    /// Where it goes on from.
    pub parent: Option<Parent>,
    /// The head before the first item.
    pub before: Head,
    /// The items: sealed, to be sent as they are.
    pub items: Vec<Item>,
}

/// Reads what still reads of a database in quarantine. Nothing is changed.
///
/// # Errors
/// [`OpenError`] when not even its first page reads.
pub fn salvage(folder: &Folder, secret: &DeviceSecret, file: &Path) -> Result<Salvage, OpenError> {
    let key = device_key::read(folder, secret)?.ok_or(OpenError::NotEnrolled)?;
    Ok(read(file, &key)?)
}

/// As [`salvage`], on a dead machine's disk, with the key that its
/// `device.recovery` gave.
///
/// # Errors
/// [`OpenError`].
pub fn salvage_with(file: &Path, key: &DatabaseKey) -> Result<Salvage, OpenError> {
    Ok(read(file, &db_key(key))?)
}

/// A damaged database, read piece by piece.
struct Piecewise<'a> {
    file: &'a Path,
    key: &'a DbKey,
    db: Option<ReadOnlyDatabase>,
}

impl Piecewise<'_> {
    /// SQLCipher reads nothing more through a connection that has met a page
    /// whose seal does not hold: the next piece gets a new one.
    fn read<T>(&mut self, read: impl FnOnce(&ReadTx<'_>) -> Stored<T>) -> Stored<T> {
        let db = match self.db.take() {
            Some(db) => db,
            None => ReadOnlyDatabase::open(self.file, self.key, &schema::DEVICE)?,
        };
        let found = db.read(read)?;
        self.db = Some(db);
        Ok(found)
    }
}

fn read(file: &Path, key: &DbKey) -> Stored<Salvage> {
    let mut db = Piecewise {
        file,
        key,
        db: Some(ReadOnlyDatabase::open(file, key, &schema::DEVICE)?),
    };
    let enrolment = db.read(enrolment::read).ok().flatten();
    let device_key = db.read(enrolment::signing_key).ok().and_then(|bytes| {
        let bytes: &[u8; 32] = bytes.as_slice().try_into().ok()?;
        SigningKey::from_bytes(bytes).ok()
    });
    let lanes: BTreeMap<i64, LaneKey> = db
        .read(lane::all)?
        .into_iter()
        .map(|row| (row.key.number, row.key))
        .collect();
    let mut unreadable = 0;
    let mut rows: BTreeMap<(i64, u64), JournalRow> = BTreeMap::new();
    // Row by row: one that does not read costs only itself. Rows are only ever
    // appended, so that numbers are dense up to the newest that reads.
    for number in 1..=newest_row(&mut db)? {
        match db.read(|tx| journal::by_row(tx, number)) {
            Ok(Some(row)) => {
                rows.insert((row.lane, row.seq), row);
            }
            Ok(None) => {}
            Err(_) => unreadable += 1,
        }
    }
    Ok(Salvage {
        enrolment,
        device_key,
        runs: runs(&lanes, rows),
        unreadable,
    })
}

/// The newest row that can be named: by the table, or else by its index.
fn newest_row(db: &mut Piecewise<'_>) -> Stored<i64> {
    const BY_TABLE: &str = "SELECT max(rowid) FROM journal";
    const BY_INDEX: &str = "SELECT count(*) FROM journal INDEXED BY sqlite_autoindex_journal_1";
    let mut ask = |sql: &'static str| {
        db.read(|tx| -> Stored<Option<i64>> { Ok(tx.query_one(sql, [], |row| row.get(0))?) })
    };
    let newest = match ask(BY_TABLE) {
        Ok(newest) => newest,
        Err(_) => ask(BY_INDEX)?,
    };
    Ok(newest.unwrap_or(0))
}

fn runs(
    lanes: &BTreeMap<i64, LaneKey>,
    rows: BTreeMap<(i64, u64), JournalRow>,
) -> Vec<SalvagedRun> {
    let mut runs: Vec<SalvagedRun> = Vec::new();
    // The row before, if it reads: its lane and the head behind it.
    let mut last: Option<(i64, Head)> = None;
    for ((number, seq), row) in rows {
        let Some(lane) = lanes.get(&number) else {
            continue;
        };
        let before = match last {
            Some((of, head)) if of == number && head.seq + 1 == seq => Some(head),
            _ if seq == 1 => Some(chain::genesis(&lane.lane, lane.parent.as_ref())),
            _ => None,
        };
        last = Some((number, row.head()));
        let (Some(before), Ok(item)) = (before, row.item()) else {
            continue;
        };
        if item.digest() != row.digest
            || chain::link(&lane.lane, &before, &row.digest) != row.head()
        {
            continue;
        }
        match runs.last_mut() {
            Some(run)
                if run.lane == lane.lane
                    && run.before.seq + run.items.len() as u64 == before.seq =>
            {
                run.items.push(item);
            }
            _ => runs.push(SalvagedRun {
                lane: lane.lane,
                parent: lane.parent,
                before,
                items: vec![item],
            }),
        }
    }
    runs
}
