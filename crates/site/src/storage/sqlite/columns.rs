//! From columns to values, and back.

use chrono::{DateTime, Utc};
use handoff_cipherdb::Row;
use handoff_cipherdb::types::FromSql;
use handoff_protocol::codec;
use handoff_protocol::signed::PublicKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::{Scope, StorageError};

/// The columns of one row, read as what they should be.
pub(super) struct Columns<'r> {
    row: &'r Row<'r>,
    table: &'static str,
}

impl<'r> Columns<'r> {
    pub fn of(row: &'r Row<'r>, table: &'static str) -> Self {
        Self { row, table }
    }

    pub fn damaged(&self) -> StorageError {
        StorageError::Row { table: self.table }
    }

    pub fn get<T: FromSql>(&self, column: usize) -> Result<T, StorageError> {
        self.row.get(column).map_err(|_| self.damaged())
    }

    pub fn flag(&self, column: usize) -> Result<bool, StorageError> {
        Ok(self.get::<i64>(column)? != 0)
    }

    /// Positions, versions and counts are never negative.
    pub fn count(&self, column: usize) -> Result<u64, StorageError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_| self.damaged())
    }

    pub fn time(&self, column: usize) -> Result<DateTime<Utc>, StorageError> {
        from_ms(self.get(column)?).ok_or_else(|| self.damaged())
    }

    pub fn time_if(&self, column: usize) -> Result<Option<DateTime<Utc>>, StorageError> {
        match self.get::<Option<i64>>(column)? {
            None => Ok(None),
            Some(ms) => from_ms(ms).map(Some).ok_or_else(|| self.damaged()),
        }
    }

    pub fn key(&self, column: usize) -> Result<PublicKey, StorageError> {
        let bytes: [u8; 65] = self.get(column)?;
        PublicKey::from_bytes(&bytes).ok_or_else(|| self.damaged())
    }

    /// CBOR, as messages are.
    pub fn cbor<T: DeserializeOwned>(&self, column: usize) -> Result<T, StorageError> {
        let bytes: Vec<u8> = self.get(column)?;
        codec::from_cbor(&bytes, self.table).map_err(|_| self.damaged())
    }

    /// A name that an enum has in records.
    pub fn name<T: DeserializeOwned>(&self, column: usize) -> Result<T, StorageError> {
        from_name(&self.get::<String>(column)?).ok_or_else(|| self.damaged())
    }

    pub fn name_if<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>, StorageError> {
        match self.get::<Option<String>>(column)? {
            None => Ok(None),
            Some(name) => from_name(&name).map(Some).ok_or_else(|| self.damaged()),
        }
    }
}

pub(super) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

fn from_ms(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}

/// SQLite counts with a sign; what is stored was counted here.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn cbor<T: Serialize>(value: &T, table: &'static str) -> Result<Vec<u8>, StorageError> {
    codec::to_cbor(value, table).map_err(|_| StorageError::Row { table })
}

/// The name that an enum without content has in records.
pub(super) fn name<T: Serialize>(value: &T, table: &'static str) -> Result<String, StorageError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(StorageError::Row { table }),
    }
}

fn from_name<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// A scope as sixteen bytes: a user, or zeros.
pub(super) fn scope_bytes(scope: Scope) -> [u8; 16] {
    match scope {
        Scope::Site => [0; 16],
        Scope::User(user) => *user.as_bytes(),
    }
}

pub(super) fn scope_of(bytes: [u8; 16]) -> Scope {
    if bytes == [0; 16] {
        Scope::Site
    } else {
        Scope::User(handoff_domain::UserId::from_bytes(bytes))
    }
}
