//! Letting sealed contents go that a backup of the site holds, where the site
//! says so.
//!
//! **What.** An entry whose content the site has applied and holds in a verified
//! backup, by a receipt of the current epoch, and that its author's vault has, is
//! kept for so many days; then a placeholder with its digest stands in its place
//! in the chain.
//!
//! **How data moves through.** Each answer looks at a few rows, behind those that
//! the last one looked at, and begins at the front again when it is through:
//! what was not old enough, or parked, or not in the vault yet, has another turn.
//!
//! **What it does not do.** A context stays, and so does what was sealed again.
//!
//! **Where decided.** `docs/adr/0038-letting-sealed-contents-go.md`.

use chrono::{DateTime, Utc};
use handoff_cipherdb::WriteTx;
use handoff_protocol::from_cbor;
use handoff_protocol::ids::EpochId;
use handoff_protocol::receipt::Receipt;

use super::days_before;
use crate::error::Stored;
use crate::journal;
use crate::lane;
use crate::planted;
use crate::preference;

/// Rows of each life that one answer looks at.
const ROWS: u64 = 1_000;

/// Lets go of what was saved so many days before now, by the site's time.
pub(super) fn prune(
    tx: &WriteTx<'_>,
    epoch: EpochId,
    keep_days: u16,
    site_time: DateTime<Utc>,
) -> Stored<()> {
    let until_ms = days_before(site_time, keep_days);
    let looked_at = preference::all(tx, None)?;
    for row in lane::all(tx)? {
        let (_, applied) = row.covered(epoch);
        let signed = row.signed_receipt()?.filter(|_| applied > 0);
        let Some(signed) = signed else { continue };
        let receipt: Receipt = from_cbor(&signed.bytes, "a receipt")?;
        let mut through = applied.min(receipt.backed_up_through);
        if planted::let_go_unproven() {
            through = applied;
        }
        if through == 0 {
            continue;
        }
        let name = format!("journal.pruned.{}", row.key.number);
        let before = looked_at.get(&name).and_then(|text| text.parse().ok());
        let before = before.filter(|before| *before < through).unwrap_or(0);
        let last = through.min(before + ROWS);
        journal::prune(tx, row.key.number, (before + 1, last), until_ms)?;
        let next = if last == through { 0 } else { last };
        if next != before {
            preference::set(tx, None, &name, &next.to_string())?;
        }
    }
    Ok(())
}
