//! What the sync session asks the journal: what there is to do, items to send,
//! and that they are on their way.

use handoff_cipherdb::Disposition;
use handoff_domain::AttachmentAddress;
use handoff_protocol::chain::Head;
use handoff_protocol::ids::{Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::message::{DeviceState, LaneReport};
use handoff_sync::device::{LaneOutlook, Outlook};

use crate::attachment;
use crate::device::{DeviceReader, DeviceStore, ReadError, lock};
use crate::enrolment;
use crate::error::{StorageError, Stored};
use crate::journal::{self, JournalRow};
use crate::lane::{self, LaneRow};

/// Why the journal was not read for the wire, or "sent" not written down.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// This device has no such lane.
    #[error("this device has no lane {0:?}")]
    UnknownLane(Lane),
    /// The lane does not reach so far.
    #[error("position {through} is beyond the end of the lane at {head}")]
    Beyond {
        /// What was asked for.
        through: Seq,
        /// Where the lane ends.
        head: Seq,
    },
    /// The files.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl SendError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::UnknownLane(_) | Self::Beyond { .. } => Disposition::Stop,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl DeviceReader {
    /// Lanes with something that no receipt of the current epoch finally covers.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn outlook(&self) -> Result<Outlook, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut lanes = Vec::new();
            let mut attachments = Vec::new();
            for row in lane::all(tx)? {
                attachments.extend(attachment::missing(tx, &row, epoch)?);
                let head = journal::tail(tx, &row.key)?.head;
                let (covered, applied) = row.covered(epoch);
                if applied < head.seq {
                    lanes.push(LaneOutlook {
                        lane: row.key.lane,
                        parent: row.key.parent,
                        head,
                        covered,
                        applied,
                    });
                }
            }
            attachments.sort_by_key(|of| (of.total, of.address));
            attachments.dedup();
            Ok(Outlook { lanes, attachments })
        })
    }

    /// Sealed bytes of an attachment from a place on, at most so many; `None` when
    /// they are not here.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_piece(
        &self,
        address: AttachmentAddress,
        offset: u64,
        max: usize,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        self.read(|tx| attachment::read(tx, address, offset, max))
    }

    /// How the device is doing, in numbers. Its program's version is not
    /// known here.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn state(&self) -> Result<DeviceState, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let mut waiting = 0;
            let mut oldest: Option<i64> = None;
            for row in lane::all(tx)? {
                let of_lane = journal::tally(tx, &row, epoch)?.waiting;
                waiting += of_lane;
                if of_lane > 0 {
                    let first = journal::waiting_items(tx, &row, epoch, 1)?;
                    let saved = first.first().map(|row| row.saved_at_ms.div_euclid(60_000));
                    oldest = [oldest, saved].into_iter().flatten().min();
                }
            }
            Ok(DeviceState {
                version: String::new(),
                waiting,
                oldest_waiting_minute: oldest,
                erased_through: enrolment::erased_through(tx)?,
            })
        })
    }

    /// What the device says of its lanes: every one that is not finally
    /// applied, that has something parked, or that is written to; and the
    /// newest one with a receipt, so that a site which was put back notices.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn lane_reports(&self) -> Result<Vec<LaneReport>, ReadError> {
        self.read(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let rows = lane::all(tx)?;
            let current = rows.last().map(|row| row.key.number);
            let proved = rows
                .iter()
                .rev()
                .find(|row| row.covered(epoch).0 > 0)
                .map(|row| row.key.number);
            let mut reports = Vec::new();
            for row in &rows {
                let head = journal::tail(tx, &row.key)?.head;
                let number = Some(row.key.number);
                let open = row.covered(epoch).1 < head.seq
                    || !lane::parked(tx, row.key.number)?.is_empty()
                    || lane::blobs_missing(tx, row.key.number)? > 0
                    // The last piece may have come behind the newest receipt of
                    // the lane that is written to.
                    || attachment::any_on(tx, row.key.number)?;
                if open || number == current || number == proved {
                    reports.push(LaneReport {
                        lane: row.key.lane,
                        parent: row.key.parent,
                        head,
                        receipt: row.signed_receipt()?,
                    });
                }
            }
            Ok(reports)
        })
    }
}

impl DeviceStore {
    /// Items of a lane from a position on, with the head before the first of
    /// them. What was read can no longer be taken back: it may be on its way.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn read_items(
        &self,
        lane: &Lane,
        from: Seq,
        max: usize,
    ) -> Result<(Head, Vec<Item>), SendError> {
        let mut read_through = lock(&self.shared.read_through);
        let read = self.shared.db.read(|tx| -> Stored<_> {
            let Some(row) = lane::by_lane(tx, lane)? else {
                return Ok(None);
            };
            let before = from.saturating_sub(1);
            let Some(hash) = journal::hash_at(tx, &row.key, before)? else {
                return Ok(Some((row.key.number, None)));
            };
            let rows = journal::rows(tx, row.key.number, before + 1, max)?;
            let items: Vec<Item> = rows.iter().map(JournalRow::item).collect::<Stored<_>>()?;
            let before = Head { seq: before, hash };
            Ok(Some((row.key.number, Some((before, items)))))
        })?;
        let (number, read) = read.ok_or(SendError::UnknownLane(*lane))?;
        let Some((before, items)) = read else {
            let head = from.saturating_sub(1);
            return Err(SendError::Beyond {
                through: from,
                head,
            });
        };
        let through = before.seq + items.len() as Seq;
        let known = read_through.entry(number).or_insert(0);
        *known = (*known).max(through);
        Ok((before, items))
    }

    /// Writes down, durably, that everything up to here may leave the device.
    ///
    /// # Errors
    /// [`SendError`]; nothing may be sent then.
    pub fn mark_sent(&self, lane: &Lane, through: Seq) -> Result<(), SendError> {
        enum Done {
            Marked,
            Unknown,
            Beyond(Seq),
        }
        let done = self.shared.write(|tx| {
            let epoch = enrolment::epoch(tx)?;
            let Some(row) = lane::by_lane(tx, lane)? else {
                return Ok(Done::Unknown);
            };
            let head = journal::tail(tx, &row.key)?.head.seq;
            if through > head {
                return Ok(Done::Beyond(head));
            }
            lane::mark_sent(tx, row.key.number, through, epoch)?;
            Ok(Done::Marked)
        })?;
        match done {
            Done::Marked => Ok(()),
            Done::Unknown => Err(SendError::UnknownLane(*lane)),
            Done::Beyond(head) => Err(SendError::Beyond { through, head }),
        }
    }
}

/// Whether content at this position may have left the device.
pub(crate) fn may_have_left(row: &LaneRow, read_through: Option<&Seq>, at: Seq) -> bool {
    at <= row.left_through.max(read_through.copied().unwrap_or(0))
}
