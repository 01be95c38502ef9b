//! What one person has begun and not saved. Durable on every change.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::EntryId;

use crate::error::{StorageError, Stored};

/// A form that was begun. It holds from its first change the ids of the
/// entries it will become, so that submitting it twice enters nothing twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id of the first entry that it becomes; of a referral, its id.
    pub id: EntryId,
    /// All entries that it becomes, `id` first.
    pub entries: Vec<EntryId>,
    /// The form as its screen keeps it.
    pub form: Vec<u8>,
    /// The page that was open.
    pub page: u32,
    /// What the device's clock said.
    pub saved_at_ms: i64,
    /// Of two changes the one with the higher version stays.
    pub version: u32,
}

/// Keeps a change; `false` when a later one is kept already.
pub(crate) fn put(tx: &WriteTx<'_>, draft: &Draft) -> Stored<bool> {
    let entries: Vec<u8> = draft.entries.iter().flat_map(|id| *id.as_bytes()).collect();
    let changed = tx.execute(
        include_str!("put.sql"),
        params![
            draft.id.as_bytes(),
            entries,
            draft.form,
            draft.page,
            draft.saved_at_ms,
            draft.version
        ],
    )?;
    Ok(changed == 1)
}

pub(crate) fn delete(tx: &WriteTx<'_>, id: EntryId) -> Stored<bool> {
    let gone = tx.execute("DELETE FROM draft WHERE id = ?1", [id.as_bytes()])?;
    Ok(gone == 1)
}

/// All of them, the newest first.
pub(crate) fn all(tx: &ReadTx<'_>) -> Stored<Vec<Draft>> {
    const BAD: StorageError = StorageError::Row { table: "draft" };
    let rows = tx.query_all(include_str!("all.sql"), [], |row| {
        Ok((
            row.get::<_, [u8; 16]>(0)?,
            row.get::<_, Vec<u8>>(1)?,
            row.get::<_, Vec<u8>>(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        ))
    })?;
    rows.into_iter()
        .map(|(id, entries, form, page, saved_at_ms, version)| {
            let (ids, rest) = entries.as_chunks::<16>();
            if !rest.is_empty() {
                return Err(BAD);
            }
            Ok(Draft {
                id: EntryId::from_bytes(id),
                entries: ids.iter().copied().map(EntryId::from_bytes).collect(),
                form,
                page,
                saved_at_ms,
                version,
            })
        })
        .collect()
}
