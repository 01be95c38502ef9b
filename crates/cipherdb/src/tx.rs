//! What is done inside a read or a write.
//!
//! Every statement is a constant of the program (`&'static str`): values are
//! bound, never written into SQL, and an error may show the statement.

use std::ops::Deref;
use std::path::Path;

use rusqlite::{Connection, Params, Row};

use crate::error::{CipherDbError, StatementProblem};

/// A consistent view of the database that cannot write.
pub struct ReadTx<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) file: &'a Path,
}

impl ReadTx<'_> {
    /// The one row that the statement returns.
    ///
    /// # Errors
    /// [`CipherDbError::Statement`] with `NoRow` when there is none, and
    /// whatever reading the file ends in.
    pub fn query_one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CipherDbError> {
        let query = || self.connection.prepare_cached(sql)?.query_row(params, row);
        query().map_err(|error| CipherDbError::from_sql(self.file, sql, &error))
    }

    /// The row that the statement returns, if it returns one.
    ///
    /// # Errors
    /// Whatever reading the file ends in.
    pub fn query_optional<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        row: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, CipherDbError> {
        let query = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params)?;
            rows.next()?.map(row).transpose()
        };
        query().map_err(|error| CipherDbError::from_sql(self.file, sql, &error))
    }

    /// All rows.
    ///
    /// # Errors
    /// Whatever reading the file ends in.
    pub fn query_all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CipherDbError> {
        let query = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement
                .query_map(params, row)?
                .collect::<rusqlite::Result<Vec<T>>>()
        };
        query().map_err(|error| CipherDbError::from_sql(self.file, sql, &error))
    }

    /// Row after row without holding them all. What `each` returns as an error
    /// ends the reading.
    ///
    /// # Errors
    /// Whatever reading the file ends in, and the errors of `each`.
    pub fn query_each<E: From<CipherDbError>>(
        &self,
        sql: &'static str,
        params: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: &rusqlite::Error| CipherDbError::from_sql(self.file, sql, error);
        let mut statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|e| failed(&e))?;
        let mut rows = statement.query(params).map_err(|e| failed(&e))?;
        while let Some(row) = rows.next().map_err(|e| failed(&e))? {
            each(row)?;
        }
        Ok(())
    }
}

/// A view of the database that may write. Everything done through it is
/// committed at once, or not at all.
///
/// It reads too: it is a [`ReadTx`] that sees its own writes.
pub struct WriteTx<'a> {
    pub(crate) read: ReadTx<'a>,
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl WriteTx<'_> {
    /// Runs one statement and says how many rows it changed.
    ///
    /// # Errors
    /// [`CipherDbError::Statement`] with what does not hold, and whatever
    /// writing the file ends in.
    pub fn execute(&self, sql: &'static str, params: impl Params) -> Result<usize, CipherDbError> {
        self.check(sql)?;
        let run = || self.read.connection.prepare_cached(sql)?.execute(params);
        run().map_err(|error| CipherDbError::from_sql(self.read.file, sql, &error))
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn execute_batch(&self, sql: &'static str) -> Result<(), CipherDbError> {
        self.check(sql)?;
        self.read
            .connection
            .execute_batch(sql)
            .map_err(|error| CipherDbError::from_sql(self.read.file, sql, &error))
    }

    /// SQLite undoes the whole transaction after some failures; a statement
    /// after that would commit by itself.
    pub(crate) fn check(&self, sql: &'static str) -> Result<(), CipherDbError> {
        if self.read.connection.is_autocommit() {
            return Err(CipherDbError::Statement {
                sql,
                problem: StatementProblem::Undone,
            });
        }
        Ok(())
    }

    /// The row id of the row inserted last.
    #[must_use]
    pub fn last_row_id(&self) -> i64 {
        self.read.connection.last_insert_rowid()
    }

    /// Does a part that may fail by itself: on an error, and on a panic, what
    /// the part wrote is undone, and the rest of the write goes on.
    ///
    /// # Errors
    /// Those of `part`, and whatever writing the file ends in.
    pub fn savepoint<T, E: From<CipherDbError>>(
        &self,
        part: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        const BEGIN: &str = "SAVEPOINT part";
        const KEEP: &str = "RELEASE part";
        self.execute_batch(BEGIN)?;
        let undo = Undo(self.read.connection);
        let done = part(self)?;
        self.execute_batch(KEEP)?;
        std::mem::forget(undo);
        Ok(done)
    }
}

/// Undoes a savepoint unless it is forgotten.
struct Undo<'a>(&'a Connection);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        // When even this fails, SQLite has rolled the whole write back, and
        // its commit fails.
        let _ = self.0.execute_batch("ROLLBACK TO part; RELEASE part");
    }
}
