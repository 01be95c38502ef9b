//! Attachments.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, EntryId};
use handoff_protocol::ids::{DeviceId, Seq};
use handoff_site::storage::{
    AttachmentReads, AttachmentRow, AttachmentWrites, LineId, NamedAttachment, StorageError,
};

use super::Handle;
use super::tables::Attachment;

type Read<T> = Result<T, StorageError>;

impl Handle {
    fn is_whole(&self, named: &NamedAttachment) -> bool {
        let tables = self.tables.borrow();
        let held = tables.attachments.get(&(named.device, named.address));
        held.is_some_and(|held| held.row.is_whole())
    }

    fn revise_naming(&self, key: (DeviceId, AttachmentAddress)) -> Read<()> {
        let tables = self.tables.borrow();
        let named = tables.named.values();
        let named = named.filter(|named| (named.device, named.address) == key);
        let lines = named.map(|named| named.line).collect();
        drop(tables);
        self.revise_all(lines)
    }

    fn revise_all(&self, mut lines: Vec<LineId>) -> Read<()> {
        lines.sort_unstable();
        lines.dedup();
        lines.into_iter().try_for_each(|line| self.revise(line))
    }
}

impl AttachmentReads for Handle {
    fn attachment(
        &self,
        device: DeviceId,
        address: AttachmentAddress,
    ) -> Read<Option<AttachmentRow>> {
        let tables = self.tables.borrow();
        let held = tables.attachments.get(&(device, address));
        Ok(held.map(|held| held.row))
    }

    fn attachment_bytes(&self, device: DeviceId, address: AttachmentAddress) -> Read<Vec<u8>> {
        let tables = self.tables.borrow();
        let held = tables.attachments.get(&(device, address));
        Ok(held.map(|held| (*held.bytes).clone()).unwrap_or_default())
    }

    fn is_attachment_named(&self, device: DeviceId, address: AttachmentAddress) -> Read<bool> {
        let tables = self.tables.borrow();
        let mut named = tables.named.values();
        Ok(named.any(|named| (named.device, named.address) == (device, address)))
    }

    fn attachments_missing(&self, line: LineId) -> Read<Vec<Seq>> {
        let tables = self.tables.borrow();
        let named = tables.named.range((line, 0)..=(line, Seq::MAX));
        let missing = named.filter(|(_, named)| !self.is_whole(named));
        Ok(missing.map(|((_, seq), _)| *seq).collect())
    }

    fn attachments(&self) -> Read<Vec<(NamedAttachment, u64)>> {
        let tables = self.tables.borrow();
        let held = |named: &NamedAttachment| {
            let held = tables.attachments.get(&(named.device, named.address));
            held.map_or(0, |held| held.row.held)
        };
        let all = tables.named.values();
        Ok(all.map(|named| (*named, held(named))).collect())
    }
}

impl AttachmentWrites for Handle {
    fn keep_piece(&self, row: &AttachmentRow, bytes: &[u8], at: DateTime<Utc>) -> Read<()> {
        let key = (row.device, row.address);
        let mut row = *row;
        self.change(|tables| {
            let all = Arc::make_mut(&mut tables.attachments);
            let held = all.entry(key).or_insert_with(|| Attachment {
                row,
                bytes: Arc::default(),
                touched_at: at,
            });
            Arc::make_mut(&mut held.bytes).extend_from_slice(bytes);
            row.held += bytes.len() as u64;
            (held.row, held.touched_at) = (row, at);
        })?;
        if row.is_whole() {
            self.revise_naming(key)?;
        }
        Ok(())
    }

    fn drop_attachment(&self, device: DeviceId, address: AttachmentAddress) -> Read<()> {
        self.change(|tables| {
            Arc::make_mut(&mut tables.attachments).remove(&(device, address));
        })?;
        self.revise_naming((device, address))
    }

    fn name_attachment(&self, named: &NamedAttachment) -> Read<()> {
        self.change(|tables| {
            let all = Arc::make_mut(&mut tables.named);
            all.insert((named.line, named.seq), *named);
        })?;
        self.revise(named.line)
    }

    fn erase_attachment(&self, entry: EntryId) -> Read<()> {
        let tables = self.tables.borrow();
        let all = tables.named.values();
        let (gone, left): (Vec<_>, Vec<_>) = all.copied().partition(|named| named.entry == entry);
        drop(tables);
        self.change(|tables| {
            for named in &gone {
                Arc::make_mut(&mut tables.named).remove(&(named.line, named.seq));
                let key = (named.device, named.address);
                if left.iter().all(|left| (left.device, left.address) != key) {
                    Arc::make_mut(&mut tables.attachments).remove(&key);
                }
            }
        })?;
        self.revise_all(gone.iter().map(|named| named.line).collect())
    }

    fn forget_unnamed(&self, before: DateTime<Utc>) -> Read<()> {
        self.change(|tables| {
            let named = &tables.named;
            let is_named = |key: &(DeviceId, AttachmentAddress)| {
                let mut named = named.values();
                named.any(|named| (named.device, named.address) == *key)
            };
            let all = Arc::make_mut(&mut tables.attachments);
            all.retain(|key, held| held.touched_at >= before || is_named(key));
        })
    }
}
