//! The keys of redo, wrapped to their owners.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_protocol::ids::ContextId;

use crate::error::Stored;
use crate::person::Slot;

pub(crate) fn insert(
    tx: &WriteTx<'_>,
    context: ContextId,
    slot: Slot,
    wrapped: &[u8],
) -> Stored<()> {
    const SQL: &str = "INSERT INTO redo_key (context, slot, wrapped) VALUES (?1, ?2, ?3)";
    tx.execute(SQL, params![context.as_bytes(), slot.0, wrapped])?;
    Ok(())
}

pub(crate) fn read(tx: &ReadTx<'_>, context: ContextId, slot: Slot) -> Stored<Option<Vec<u8>>> {
    const SQL: &str = "SELECT wrapped FROM redo_key WHERE context = ?1 AND slot = ?2";
    Ok(tx.query_optional(SQL, params![context.as_bytes(), slot.0], |row| row.get(0))?)
}

/// Forgets keys of somebody that no redo is left for.
pub(crate) fn forget_unused(tx: &WriteTx<'_>, slot: Slot) -> Stored<()> {
    tx.execute(include_str!("forget_unused.sql"), [slot.0])?;
    Ok(())
}
