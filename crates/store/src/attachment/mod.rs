//! Attachments: sealed bytes beside the journal, and the entries they belong to.
//!
//! They are written in the transaction that is the save, so that none is without
//! its entry and no entry without what it names. Their key stands in the entry,
//! which is sealed itself: what lies here opens with nothing that lies here.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::{AttachmentAddress, ReferralId};
use handoff_protocol::ids::{EpochId, ItemId, Seq};
use handoff_sync::device::AttachmentOutlook;
use handoff_vault::SealedAttachment;

use crate::error::{StorageError, Stored};
use crate::lane::LaneRow;
use crate::numbers::{column, seq};

const BAD: StorageError = StorageError::Row {
    table: "attachment",
};

/// Bytes of one row: a piece is read without the rest of a photo.
const ROW: usize = 64 * 1024;

/// What an entry names, and the referral that it is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub referral: ReferralId,
    pub address: AttachmentAddress,
    pub total: u64,
}

/// Keeps an attachment with the entry that names it.
pub(crate) fn keep(
    tx: &WriteTx<'_>,
    item: ItemId,
    place: (i64, Seq),
    referral: ReferralId,
    sealed: &SealedAttachment,
) -> Stored<()> {
    let named = Named {
        referral,
        address: sealed.address,
        total: sealed.bytes.len() as u64,
    };
    name(tx, item, place, &named)?;
    for (number, bytes) in sealed.bytes.chunks(ROW).enumerate() {
        const SQL: &str = "INSERT INTO attachment_row (address, number, bytes) \
                           VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let number = column(number as u64);
        tx.execute(SQL, params![sealed.address.0, number, bytes])?;
    }
    Ok(())
}

fn name(tx: &WriteTx<'_>, item: ItemId, (lane, at): (i64, Seq), named: &Named) -> Stored<()> {
    const SQL: &str = "INSERT INTO attachment (item, lane, seq, referral, address, total) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Named {
        referral,
        address,
        total,
    } = named;
    tx.execute(
        SQL,
        params![
            item.as_bytes(),
            lane,
            column(at),
            referral.as_bytes(),
            address.0,
            column(*total)
        ],
    )?;
    Ok(())
}

/// What an entry names.
fn named(tx: &ReadTx<'_>, item: ItemId) -> Stored<Option<Named>> {
    const SQL: &str = "SELECT referral, address, total FROM attachment WHERE item = ?1";
    Ok(tx.query_optional(SQL, [item.as_bytes()], |row| {
        Ok(Named {
            referral: ReferralId::from_bytes(row.get(0)?),
            address: AttachmentAddress(row.get(1)?),
            total: seq(row.get(2)?),
        })
    })?)
}

/// What was sealed again names the same attachment.
pub(crate) fn name_again(
    tx: &WriteTx<'_>,
    of: ItemId,
    item: ItemId,
    place: (i64, Seq),
) -> Stored<()> {
    match named(tx, of)? {
        Some(named) => name(tx, item, place, &named),
        None => Ok(()),
    }
}

/// Entries that name attachments of a referral.
pub(crate) fn of_referral(tx: &ReadTx<'_>, referral: ReferralId) -> Stored<Vec<ItemId>> {
    const SQL: &str = "SELECT item FROM attachment WHERE referral = ?1";
    Ok(tx.query_all(SQL, [referral.as_bytes()], |row| {
        row.get(0).map(ItemId::from_bytes)
    })?)
}

/// Whether anything was ever attached on a lane.
pub(crate) fn any_on(tx: &ReadTx<'_>, lane: i64) -> Stored<bool> {
    const SQL: &str = "SELECT EXISTS (SELECT 1 FROM attachment WHERE lane = ?1)";
    Ok(tx.query_one(SQL, [lane], |row| row.get(0))?)
}

/// What entries named that have no content any more goes, unless another entry
/// names it too.
pub(crate) fn forget_unnamed(tx: &WriteTx<'_>) -> Stored<()> {
    tx.execute(include_str!("forget_gone.sql"), [])?;
    tx.execute(include_str!("forget_unnamed.sql"), [])?;
    Ok(())
}

/// Positions of a lane with attachments, behind one and up to another.
pub(crate) fn positions(tx: &ReadTx<'_>, lane: i64, behind: Seq, through: Seq) -> Stored<Vec<Seq>> {
    const SQL: &str = "SELECT seq FROM attachment WHERE lane = ?1 AND seq > ?2 AND seq <= ?3";
    let within = params![lane, column(behind), column(through)];
    Ok(tx.query_all(SQL, within, |row| row.get(0).map(seq))?)
}

/// Attachments of entries that a receipt of this epoch covers and says, or does
/// not yet know, that the site lacks.
pub(crate) fn missing(
    tx: &ReadTx<'_>,
    lane: &LaneRow,
    epoch: EpochId,
) -> Stored<Vec<AttachmentOutlook>> {
    let (covered, _) = lane.covered(epoch);
    if covered == 0 {
        return Ok(Vec::new());
    }
    Ok(
        tx.query_all(include_str!("missing.sql"), [lane.key.number], |row| {
            Ok(AttachmentOutlook {
                address: AttachmentAddress(row.get(0)?),
                total: seq(row.get(1)?),
            })
        })?,
    )
}

/// Sealed bytes of an attachment from a place on, at most so many; none when they
/// are not here.
pub(crate) fn read(
    tx: &ReadTx<'_>,
    address: AttachmentAddress,
    offset: u64,
    max: usize,
) -> Stored<Option<Vec<u8>>> {
    const SQL: &str = "SELECT bytes FROM attachment_row WHERE address = ?1 AND number = ?2";
    let mut bytes = Vec::with_capacity(max.min(ROW));
    let mut at = usize::try_from(offset).map_err(|_| BAD)?;
    while bytes.len() < max {
        let number = column((at / ROW) as u64);
        let row: Option<Vec<u8>> =
            tx.query_optional(SQL, params![address.0, number], |row| row.get(0))?;
        let Some(rest) = row.as_deref().and_then(|row| row.get(at % ROW..)) else {
            break;
        };
        let more = &rest[..rest.len().min(max - bytes.len())];
        if more.is_empty() {
            break;
        }
        bytes.extend_from_slice(more);
        at += more.len();
    }
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// All sealed bytes of the attachment that an entry names.
pub(crate) fn of_item(tx: &ReadTx<'_>, item: ItemId) -> Stored<Option<Vec<u8>>> {
    let Some(named) = named(tx, item)? else {
        return Ok(None);
    };
    let total = usize::try_from(named.total).map_err(|_| BAD)?;
    read(tx, named.address, 0, total)
}
