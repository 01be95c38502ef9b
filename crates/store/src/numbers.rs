//! SQLite's integers are signed; positions and times of this program are not.

use chrono::{DateTime, Utc};
use handoff_protocol::ids::Seq;

use crate::error::{StorageError, Stored};

/// A position for a column.
pub(crate) fn column(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A position from a column that is never negative.
pub(crate) fn seq(column: i64) -> Seq {
    Seq::try_from(column).unwrap_or(0)
}

/// A time from a column.
pub(crate) fn time(ms: i64, table: &'static str) -> Stored<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).ok_or(StorageError::Row { table })
}
