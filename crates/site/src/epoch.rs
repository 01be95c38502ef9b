//! Opening an epoch: at `init`, at a restore, and when a device proves that the
//! database was put back without anybody being told.

use chrono::{DateTime, Utc};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::EpochId;
use handoff_protocol::{CodecError, Signed};
use uuid::Uuid;

use crate::host::Host;
use crate::keys::Keys;
use crate::planted;
use crate::site::Site;
use crate::storage::{StorageError, Writes};

/// A signed epoch with a new random id.
pub(crate) fn make(
    keys: &Keys,
    host: &Host,
    ancestors: Vec<EpochId>,
    at: DateTime<Utc>,
) -> Result<(Signed<EpochRecord>, EpochRecord), CodecError> {
    let id = if planted::epoch_counter() {
        EpochId(Uuid::from_u128(ancestors.len() as u128))
    } else {
        EpochId(host.random_id())
    };
    let record = EpochRecord {
        site: keys.pin(),
        id,
        ancestors,
        opened_at: at,
    };
    Ok((keys.identity().sign_statement(&record)?, record))
}

/// Opens a new epoch behind the current one. Until somebody confirms it, or a
/// control log was replayed, no feed is served and no lease signed.
pub(crate) fn open(
    site: &Site,
    writes: &dyn Writes,
    now: DateTime<Utc>,
) -> Result<EpochId, StorageError> {
    let current = site.epoch_record(&writes.lock_head()?)?;
    let mut ancestors = vec![current.id];
    ancestors.extend(current.ancestors);
    let (signed, record) = make(&site.keys, &site.host, ancestors, now)
        .map_err(|_| StorageError::Row { table: "site_head" })?;
    writes.open_epoch(&signed, &record, true)?;
    Ok(record.id)
}
