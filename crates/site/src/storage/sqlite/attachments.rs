//! Attachments, in SQLite.

use chrono::{DateTime, Utc};
use handoff_cipherdb::{WriteTx, params};
use handoff_domain::{AttachmentAddress, EntryId};
use handoff_protocol::ids::{DeviceId, Seq};

use super::columns::{Columns, ms, signed};
use super::{Handle, Readable, SITE};
use crate::storage::{
    AttachmentReads, AttachmentRow, AttachmentWrites, LineId, NamedAttachment, StorageError,
};

type Read<T> = Result<T, StorageError>;

impl<T> AttachmentReads for Handle<T>
where
    Self: Readable,
{
    fn attachment(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Read<Option<AttachmentRow>> {
        let sql = include_str!("read/attachment.sql");
        let params = params![SITE, device.as_bytes(), address.0];
        let found = self.tx().query_optional(sql, params, |row| {
            let c = Columns::of(row, "attachment");
            Ok((c.count(0), c.count(1)))
        })?;
        found
            .map(|(total, held)| {
                Ok(AttachmentRow {
                    device,
                    address,
                    total: total?,
                    held: held?,
                })
            })
            .transpose()
    }

    fn attachment_bytes(&self, device: DeviceId, address: AttachmentAddress) -> Read<Vec<u8>> {
        let sql = include_str!("read/attachment_bytes.sql");
        let params = params![SITE, device.as_bytes(), address.0];
        let pieces = self
            .tx()
            .query_all(sql, params, |row| row.get::<_, Vec<u8>>(0))?;
        Ok(pieces.concat())
    }

    fn is_attachment_named(&self, device: DeviceId, address: AttachmentAddress) -> Read<bool> {
        let sql = include_str!("read/attachment_lines.sql");
        let params = params![SITE, device.as_bytes(), address.0];
        Ok(self.tx().query_optional(sql, params, |_| Ok(()))?.is_some())
    }

    fn attachments_missing(&self, line: LineId) -> Read<Vec<Seq>> {
        let sql = include_str!("read/attachments_missing.sql");
        self.tx()
            .query_all(sql, params![SITE, line.0], |row| {
                Ok(Columns::of(row, "attachment_of").count(0))
            })?
            .into_iter()
            .collect()
    }

    fn attachments(&self) -> Read<Vec<(NamedAttachment, u64)>> {
        self.tx()
            .query_all(include_str!("read/attachments.sql"), [SITE], |row| {
                let c = Columns::of(row, "attachment_of");
                let named = || {
                    let named = NamedAttachment {
                        line: LineId(c.get(0)?),
                        seq: c.count(1)?,
                        entry: EntryId::from_bytes(c.get(2)?),
                        device: DeviceId::from_bytes(c.get(3)?),
                        address: AttachmentAddress(c.get(4)?),
                        total: c.count(5)?,
                    };
                    Ok((named, c.count(6)?))
                };
                Ok(named())
            })?
            .into_iter()
            .collect()
    }
}

impl Handle<&WriteTx<'_>> {
    /// Whether an attachment is whole has changed: every line with an entry that
    /// names it is another one now.
    fn set_whole(&self, device: DeviceId, address: AttachmentAddress, is_whole: bool) -> Read<()> {
        const NAMED: &str = include_str!("read/attachment_lines.sql");
        let key = params![SITE, device.as_bytes(), address.0];
        let lines = self.tx.query_all(NAMED, key, |row| row.get::<_, i64>(0))?;
        let set = params![SITE, device.as_bytes(), address.0, is_whole];
        self.tx
            .execute(include_str!("write/attachment_is_whole.sql"), set)?;
        lines
            .into_iter()
            .try_for_each(|line| self.revise(LineId(line)))
    }
}

impl AttachmentWrites for Handle<&WriteTx<'_>> {
    fn keep_piece(&self, row: &AttachmentRow, bytes: &[u8], at: DateTime<Utc>) -> Read<()> {
        let AttachmentRow {
            device,
            address,
            total,
            held,
        } = row;
        let now = held + bytes.len() as u64;
        let piece = params![SITE, device.as_bytes(), address.0, signed(*held), bytes];
        self.tx
            .execute(include_str!("write/keep_piece.sql"), piece)?;
        self.tx.execute(
            include_str!("write/keep_attachment.sql"),
            params![
                SITE,
                device.as_bytes(),
                address.0,
                signed(*total),
                signed(now),
                ms(at)
            ],
        )?;
        if now == *total {
            self.set_whole(*device, *address, true)?;
        }
        Ok(())
    }

    fn drop_attachment(&self, device: DeviceId, address: AttachmentAddress) -> Read<()> {
        const PIECES: &str = "DELETE FROM attachment_piece \
                              WHERE site_id = ?1 AND device = ?2 AND address = ?3";
        const ROW: &str = "DELETE FROM attachment \
                           WHERE site_id = ?1 AND device = ?2 AND address = ?3";
        for sql in [PIECES, ROW] {
            self.tx
                .execute(sql, params![SITE, device.as_bytes(), address.0])?;
        }
        self.set_whole(device, address, false)
    }

    fn name_attachment(&self, named: &NamedAttachment) -> Read<()> {
        let held = self.attachment(named.device, named.address)?;
        self.tx.execute(
            include_str!("write/name_attachment.sql"),
            params![
                SITE,
                named.line.0,
                signed(named.seq),
                named.entry.as_bytes(),
                named.device.as_bytes(),
                named.address.0,
                signed(named.total),
                held.is_some_and(|row| row.is_whole()),
            ],
        )?;
        self.revise(named.line)
    }

    fn erase_attachment(&self, entry: EntryId) -> Read<()> {
        const NAMED: &str = include_str!("read/attachments_of.sql");
        const UNNAME: &str = "DELETE FROM attachment_of WHERE site_id = ?1 AND entry_id = ?2";
        let key = params![SITE, entry.as_bytes()];
        let named = self.tx.query_all(NAMED, key, |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, [u8; 16]>(1)?,
                row.get::<_, [u8; 32]>(2)?,
            ))
        })?;
        self.tx.execute(UNNAME, key)?;
        for (line, device, address) in named {
            let (device, address) = (DeviceId::from_bytes(device), AttachmentAddress(address));
            if !self.is_attachment_named(device, address)? {
                self.drop_attachment(device, address)?;
            }
            self.revise(LineId(line))?;
        }
        Ok(())
    }

    fn forget_unnamed(&self, before: DateTime<Utc>) -> Read<()> {
        let sql = include_str!("read/attachments_unnamed.sql");
        let unnamed = self.tx.query_all(sql, params![SITE, ms(before)], |row| {
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 32]>(1)?))
        })?;
        for (device, address) in unnamed {
            self.drop_attachment(DeviceId::from_bytes(device), AttachmentAddress(address))?;
        }
        Ok(())
    }
}
