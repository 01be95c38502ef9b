//! Choices that are nobody's record: theme, language.

use std::collections::BTreeMap;

use handoff_cipherdb::{ReadTx, WriteTx, params};

use crate::error::Stored;
use crate::person::Slot;

/// A person's choices, or the device's own.
pub(crate) fn all(tx: &ReadTx<'_>, of: Option<Slot>) -> Stored<BTreeMap<String, String>> {
    const SQL: &str = "SELECT name, value FROM preference WHERE slot = ?1";
    let rows = tx.query_all(SQL, [owner(of)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

pub(crate) fn set(tx: &WriteTx<'_>, of: Option<Slot>, name: &str, value: &str) -> Stored<()> {
    tx.execute(include_str!("set.sql"), params![owner(of), name, value])?;
    Ok(())
}

fn owner(of: Option<Slot>) -> u32 {
    of.map_or(0, |slot| slot.0)
}
