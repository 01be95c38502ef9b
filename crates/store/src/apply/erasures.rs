//! Erasure orders: what a court, a rule or a person's right takes from a device.
//!
//! The content of an entry and its redo go; a digest keeps its place in the
//! chain. Vaults that are open lose it at once, the others at their next unlock,
//! before anything is shown. It is acknowledged when nothing of it is left in
//! device.db or its log: until then the order comes again.

use handoff_cipherdb::WriteTx;
use handoff_protocol::message::ErasureOrder;

use crate::attachment;
use crate::device::Shared;
use crate::enrolment;
use crate::error::Stored;
use crate::journal;

/// Erases; says how many entries there were to erase.
pub(super) fn carry_out(tx: &WriteTx<'_>, order: &ErasureOrder) -> Stored<u64> {
    let mut erased = 0;
    for item in &order.items {
        erased += journal::erase(tx, *item)?;
    }
    if erased > 0 {
        attachment::forget_unnamed(tx)?;
    }
    Ok(erased)
}

/// From now on the site is told that it was done; false when it was before.
pub(super) fn acknowledge(shared: &Shared, order: &ErasureOrder) -> Stored<bool> {
    let known = shared.db.read(enrolment::erased_through)?;
    if known >= order.through {
        return Ok(false);
    }
    shared.write(|tx| enrolment::set_erased_through(tx, order.through))?;
    Ok(true)
}
