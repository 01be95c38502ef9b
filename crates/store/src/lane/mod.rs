//! The lives of the journal, and what the site has proved about each.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_protocol::chain::{ChainHash, Head, Parent};
use handoff_protocol::ids::{EpochId, Lane, Seq};
use handoff_protocol::receipt::{Branch, ParkCode, Receipt};
use handoff_protocol::{Signed, from_cbor, to_cbor};
use handoff_sync::{Coverage, Standing, standing};

use crate::error::{StorageError, Stored};
use crate::lives::{Outlived, WentOn};
use crate::numbers::{column, seq};

/// The columns of `*.sql`, in their order.
macro_rules! columns {
    ($row:ident) => {
        Columns {
            number: $row.get(0)?,
            lane: $row.get(1)?,
            parent: ($row.get(2)?, $row.get(3)?, $row.get(4)?),
            left_through: $row.get(5)?,
            sent: ($row.get(6)?, $row.get(7)?),
            receipt: $row.get(8)?,
            epoch: $row.get(9)?,
            branch: $row.get(10)?,
            revision: $row.get(11)?,
            through: ($row.get(12)?, $row.get(13)?),
            applied_through: $row.get(14)?,
        }
    };
}

const BAD: StorageError = StorageError::Row { table: "lane" };

/// What never changes about one life of the journal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LaneKey {
    pub number: i64,
    pub lane: Lane,
    pub parent: Option<Parent>,
}

/// One life of the journal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LaneRow {
    pub key: LaneKey,
    /// May have left the device, in whatever epoch.
    pub left_through: Seq,
    pub sent: Option<(Seq, EpochId)>,
    pub receipt: Option<Known>,
}

/// The newest good receipt, as far as it is needed without decoding it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub signed: Vec<u8>,
    pub epoch: EpochId,
    pub branch: Branch,
    pub revision: u64,
    pub through: Head,
    pub applied_through: Seq,
}

impl LaneRow {
    /// Covered and applied in this epoch.
    pub fn covered(&self, epoch: EpochId) -> (Seq, Seq) {
        match &self.receipt {
            Some(known) if known.epoch == epoch => (known.through.seq, known.applied_through),
            _ => (0, 0),
        }
    }

    /// What is known before another receipt of this branch is judged.
    pub fn coverage(&self, branch: Branch) -> Option<Coverage> {
        let known = self
            .receipt
            .as_ref()
            .filter(|known| known.branch == branch)?;
        Some(Coverage {
            epoch: known.epoch,
            through: known.through,
            applied_through: known.applied_through,
            revision: known.revision,
            parked: Vec::new(),
            blobs_missing: Vec::new(),
        })
    }

    /// The newest receipt in full.
    pub fn signed_receipt(&self) -> Stored<Option<Signed<Receipt>>> {
        match &self.receipt {
            Some(known) => Ok(Some(from_cbor(&known.signed, "a receipt")?)),
            None => Ok(None),
        }
    }

    /// The receipt that first covered a position, of those of this epoch.
    pub fn first_receipt(
        &self,
        tx: &ReadTx<'_>,
        at: Seq,
        epoch: EpochId,
    ) -> Stored<Option<Receipt>> {
        if at > self.covered(epoch).0 {
            return Ok(None);
        }
        let sql = include_str!("first_receipt.sql");
        let given = params![self.key.number, epoch.as_bytes(), column(at)];
        let signed: Option<Vec<u8>> = tx.query_optional(sql, given, |row| row.get(0))?;
        signed
            .map(|signed| -> Stored<_> {
                let signed: Signed<Receipt> = from_cbor(&signed, "a receipt")?;
                Ok(from_cbor(&signed.bytes, "a receipt")?)
            })
            .transpose()
    }

    /// Where the item at a position stands.
    pub fn standing(&self, tx: &ReadTx<'_>, at: Seq, epoch: EpochId) -> Stored<Standing> {
        let coverage = match &self.receipt {
            Some(known) if at <= known.through.seq => Some(Coverage {
                epoch: known.epoch,
                through: known.through,
                applied_through: known.applied_through,
                revision: known.revision,
                parked: parked_at(tx, self.key.number, at)?.into_iter().collect(),
                blobs_missing: is_blob_missing(tx, self.key.number, at)?
                    .then_some(at)
                    .into_iter()
                    .collect(),
            }),
            _ => None,
        };
        Ok(standing::standing(at, epoch, coverage.as_ref(), self.sent))
    }
}

pub(crate) fn insert(tx: &WriteTx<'_>, lane: &Lane, parent: Option<&Parent>) -> Stored<i64> {
    tx.execute(
        include_str!("insert.sql"),
        params![
            lane.to_bytes(),
            parent.map(|parent| parent.lane.to_bytes()),
            parent.map(|parent| column(parent.seq)),
            parent.map(|parent| parent.hash),
        ],
    )?;
    Ok(tx.last_row_id())
}

/// Every life, oldest first. There are as many as the device was put back or
/// cloned, and one.
pub(crate) fn all(tx: &ReadTx<'_>) -> Stored<Vec<LaneRow>> {
    tx.query_all(include_str!("all.sql"), [], |row| Ok(columns!(row)))?
        .into_iter()
        .map(Columns::into_lane)
        .collect()
}

pub(crate) fn by_lane(tx: &ReadTx<'_>, lane: &Lane) -> Stored<Option<LaneRow>> {
    tx.query_optional(include_str!("by_lane.sql"), [lane.to_bytes()], |row| {
        Ok(columns!(row))
    })?
    .map(Columns::into_lane)
    .transpose()
}

pub(crate) fn by_number(tx: &ReadTx<'_>, number: i64) -> Stored<LaneRow> {
    tx.query_one(include_str!("by_number.sql"), [number], |row| {
        Ok(columns!(row))
    })?
    .into_lane()
}

/// The life that is written to.
pub(crate) fn current(tx: &ReadTx<'_>) -> Stored<Option<LaneRow>> {
    tx.query_optional(include_str!("current.sql"), [], |row| Ok(columns!(row)))?
        .map(Columns::into_lane)
        .transpose()
}

/// Writes down when and why a life began.
pub(crate) fn set_went_on(tx: &WriteTx<'_>, number: i64, went_on: WentOn) -> Stored<()> {
    const SQL: &str = "UPDATE lane SET begun_ms = ?2, why = ?3 WHERE number = ?1";
    tx.execute(SQL, params![number, went_on.at_ms, went_on.why.as_str()])?;
    Ok(())
}

/// When and why the newest life that was not the first began.
pub(crate) fn went_on(tx: &ReadTx<'_>) -> Stored<Option<WentOn>> {
    let sql = include_str!("went_on.sql");
    Ok(tx.query_optional(sql, [], |row| {
        Ok(WentOn {
            at_ms: row.get(0)?,
            why: Outlived::from_str(&row.get::<_, String>(1)?),
        })
    })?)
}

/// Everything up to here may have left the device, by another copy of it.
pub(crate) fn may_all_have_left(tx: &WriteTx<'_>, number: i64, through: Seq) -> Stored<()> {
    const SQL: &str = "UPDATE lane SET left_through = max(left_through, ?2) WHERE number = ?1";
    tx.execute(SQL, params![number, column(through)])?;
    Ok(())
}

/// Everything up to here may leave the device from now on.
pub(crate) fn mark_sent(tx: &WriteTx<'_>, number: i64, through: Seq, epoch: EpochId) -> Stored<()> {
    tx.execute(
        include_str!("mark_sent.sql"),
        params![number, column(through), epoch.as_bytes()],
    )?;
    Ok(())
}

/// Keeps a receipt that was judged good, and what it says.
pub(crate) fn set_receipt(
    tx: &WriteTx<'_>,
    number: i64,
    signed: &Signed<Receipt>,
    branch: Branch,
    coverage: &Coverage,
) -> Stored<()> {
    let receipt = to_cbor(signed, "a receipt")?;
    keep_coverage(tx, number, &receipt, coverage)?;
    tx.execute(
        include_str!("set_receipt.sql"),
        params![
            number,
            receipt,
            coverage.epoch.as_bytes(),
            branch.0,
            column(coverage.revision),
            column(coverage.through.seq),
            coverage.through.hash,
            column(coverage.applied_through)
        ],
    )?;
    tx.execute("DELETE FROM parked WHERE lane = ?1", [number])?;
    for (at, code) in &coverage.parked {
        const SQL: &str = "INSERT OR REPLACE INTO parked (lane, seq, code) VALUES (?1, ?2, ?3)";
        tx.execute(SQL, params![number, column(*at), code.as_str()])?;
    }
    tx.execute("DELETE FROM blob_missing WHERE lane = ?1", [number])?;
    for at in &coverage.blobs_missing {
        const SQL: &str = "INSERT OR REPLACE INTO blob_missing (lane, seq) VALUES (?1, ?2)";
        tx.execute(SQL, params![number, column(*at)])?;
    }
    Ok(())
}

/// Keeps a receipt if it is the first through its position, and forgets those
/// whose coverage it takes back. Reads none of those before it: a device has as
/// many as it has synced. Called before the lane's own row says the epoch.
fn keep_coverage(tx: &WriteTx<'_>, number: i64, receipt: &[u8], coverage: &Coverage) -> Stored<()> {
    const OTHER_EPOCHS: &str = "DELETE FROM coverage WHERE lane = ?1 AND epoch <> ?2";
    let through = column(coverage.through.seq);
    let epoch = coverage.epoch.as_bytes();
    let before = by_number(tx, number)?.receipt.map(|known| known.epoch);
    if before.is_some_and(|before| before != coverage.epoch) {
        tx.execute(OTHER_EPOCHS, params![number, epoch])?;
    }
    tx.execute(include_str!("forget_beyond.sql"), params![number, through])?;
    tx.execute(
        include_str!("keep_coverage.sql"),
        params![number, through, epoch, receipt],
    )?;
    Ok(())
}

/// Positions that a person has to look at.
pub(crate) fn parked(tx: &ReadTx<'_>, number: i64) -> Stored<Vec<(Seq, ParkCode)>> {
    const SQL: &str = "SELECT seq, code FROM parked WHERE lane = ?1 ORDER BY seq";
    let rows = tx.query_all(SQL, [number], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    Ok(rows
        .into_iter()
        .map(|(at, code)| (seq(at), park_code(&code)))
        .collect())
}

/// Entries among [`parked`].
pub(crate) fn parked_entries(tx: &ReadTx<'_>, number: i64) -> Stored<u64> {
    let sql = include_str!("parked_entries.sql");
    Ok(seq(tx.query_one(sql, [number], |row| row.get(0))?))
}

/// Entries that are not parked and whose attachments are not all at the site.
pub(crate) fn blobs_missing(tx: &ReadTx<'_>, number: i64) -> Stored<u64> {
    let sql = include_str!("blobs_missing.sql");
    Ok(seq(tx.query_one(sql, [number], |row| row.get(0))?))
}

fn parked_at(tx: &ReadTx<'_>, number: i64, at: Seq) -> Stored<Option<(Seq, ParkCode)>> {
    const SQL: &str = "SELECT code FROM parked WHERE lane = ?1 AND seq = ?2";
    let code: Option<String> =
        tx.query_optional(SQL, params![number, column(at)], |row| row.get(0))?;
    Ok(code.map(|code| (at, park_code(&code))))
}

fn is_blob_missing(tx: &ReadTx<'_>, number: i64, at: Seq) -> Stored<bool> {
    const SQL: &str = "SELECT 1 FROM blob_missing WHERE lane = ?1 AND seq = ?2";
    Ok(tx
        .query_optional(SQL, params![number, column(at)], |_| Ok(()))?
        .is_some())
}

/// A code from its column; one of a later version is `Other`.
fn park_code(text: &str) -> ParkCode {
    use serde::Deserialize as _;
    use serde::de::value::{Error, StrDeserializer};
    ParkCode::deserialize(StrDeserializer::<Error>::new(text)).unwrap_or(ParkCode::Other)
}

/// A row as it stands in the file.
struct Columns {
    number: i64,
    lane: Vec<u8>,
    parent: (Option<Vec<u8>>, Option<i64>, Option<ChainHash>),
    left_through: i64,
    sent: (i64, Option<[u8; 16]>),
    receipt: Option<Vec<u8>>,
    epoch: Option<[u8; 16]>,
    branch: Option<ChainHash>,
    revision: i64,
    through: (i64, Option<ChainHash>),
    applied_through: i64,
}

impl Columns {
    fn into_lane(self) -> Stored<LaneRow> {
        let parent = match self.parent {
            (Some(lane), Some(at), Some(hash)) => Some(Parent {
                lane: Lane::from_bytes(&lane).ok_or(BAD)?,
                seq: seq(at),
                hash,
            }),
            (None, None, None) => None,
            _ => return Err(BAD),
        };
        let receipt = match (self.receipt, self.epoch, self.branch, self.through) {
            (Some(signed), Some(epoch), Some(branch), (through, Some(hash))) => Some(Known {
                signed,
                epoch: EpochId::from_bytes(epoch),
                branch: Branch(branch),
                revision: seq(self.revision),
                through: Head {
                    seq: seq(through),
                    hash,
                },
                applied_through: seq(self.applied_through),
            }),
            (None, None, None, (_, None)) => None,
            _ => return Err(BAD),
        };
        Ok(LaneRow {
            key: LaneKey {
                number: self.number,
                lane: Lane::from_bytes(&self.lane).ok_or(BAD)?,
                parent,
            },
            left_through: seq(self.left_through),
            sent: self
                .sent
                .1
                .map(|epoch| (seq(self.sent.0), EpochId::from_bytes(epoch))),
            receipt,
        })
    }
}
