//! What can go wrong with a database, and what to do about it.
//!
//! No variant holds a value of a row: what SQLite says about a failed
//! statement may quote one (full-text search quotes the words searched for), so
//! only codes and the statement itself are kept, and a statement is always a
//! constant of the program.

use std::path::{Path, PathBuf};

use rusqlite::ffi::{self, ErrorCode};

/// Why a database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CipherDbError {
    /// There is no such file, and it was not to be made.
    #[error("{file}: there is no such database")]
    Missing {
        /// Which file.
        file: PathBuf,
    },
    /// No page of the file opens under this key: the key is another, or the
    /// first sixteen bytes of the file (its salt) are damaged.
    #[error("{file}: the key does not open this database")]
    WrongKey {
        /// Which file.
        file: PathBuf,
    },
    /// The file is something else: an unencrypted database, a text, a stub.
    #[error("{file}: this is not an encrypted database")]
    NotADatabase {
        /// Which file.
        file: PathBuf,
    },
    /// The key is right and pages are damaged, or the file is empty beside a
    /// log that is not. Never a reason to delete: set it aside, salvage.
    #[error("{file}: the database is damaged")]
    Damaged {
        /// Which file.
        file: PathBuf,
    },
    /// A later version of the program has written it.
    #[error("{file}: the database has schema {found}, this program knows up to {known}")]
    NewerSchema {
        /// Which file.
        file: PathBuf,
        /// The schema of the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// It was opened to read only and waits for its migrations.
    #[error("{file}: the database has schema {found} and has to be opened to write first")]
    OlderSchema {
        /// Which file.
        file: PathBuf,
        /// The schema of the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// No space is left. What was committed before stays.
    #[error("{file}: no space is left on the disk")]
    DiskFull {
        /// Which file.
        file: PathBuf,
    },
    /// Somebody else held the database for longer than five seconds.
    #[error("{file}: the database is busy")]
    Busy {
        /// Which file.
        file: PathBuf,
    },
    /// Reading or writing failed. After a failed commit nothing may be called
    /// saved, although the next opening may find it.
    #[error("{file}: input or output failed (SQLite code {code})")]
    Io {
        /// Which file.
        file: PathBuf,
        /// SQLite's extended result code.
        code: i32,
        /// The system's answer, where there is one.
        source: Option<std::io::Error>,
    },
    /// A setting that the safety of the data rests on did not hold.
    #[error("{file}: the setting {setting} does not hold")]
    Setting {
        /// Which file.
        file: PathBuf,
        /// Which setting.
        setting: &'static str,
    },
    /// A migration failed. The database is as it was before it.
    #[error("{file}: the step to schema {version} failed")]
    Migration {
        /// Which file.
        file: PathBuf,
        /// Which step.
        version: u32,
        /// Why.
        source: Box<CipherDbError>,
    },
    /// The thread that asks is inside a `write` of this database already.
    #[error("{file}: a write was asked for inside a write")]
    NestedWrite {
        /// Which file.
        file: PathBuf,
    },
    /// A statement failed by itself.
    #[error("{problem} in: {sql}")]
    Statement {
        /// The statement: a constant of the program, without values.
        sql: &'static str,
        /// What happened.
        problem: StatementProblem,
    },
}

/// How a statement failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementProblem {
    /// It returned no row where one was expected.
    #[error("no row")]
    NoRow,
    /// A constraint of the schema does not hold.
    #[error("a {0:?} constraint does not hold")]
    Constraint(Constraint),
    /// A write through a read handle.
    #[error("a write through a read handle")]
    ReadHandle,
    /// A column is of another type than asked for, or does not convert.
    #[error("column {0} is not what was asked for")]
    Column(usize),
    /// Numbers of parameters, or a name, do not agree.
    #[error("the parameters do not fit")]
    Parameters,
    /// SQLite does not understand it, at this byte.
    #[error("not understood at byte {0}")]
    Syntax(i32),
    /// A value is too large.
    #[error("a value is too large")]
    TooBig,
    /// An earlier failure (a full disk, for one) has undone the whole write.
    #[error("the write was undone before")]
    Undone,
    /// Anything else, by SQLite's extended result code (0: not SQLite's).
    #[error("SQLite code {0}")]
    Code(i32),
}

/// Which kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// Two rows would have the same key.
    Unique,
    /// A reference to a row that is not there.
    ForeignKey,
    /// A `CHECK`.
    Check,
    /// A missing value.
    NotNull,
    /// `RAISE` in a trigger.
    Trigger,
    /// Another.
    Other,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Try again, perhaps after making space.
    Retry,
    /// A person has to decide: another key, another version, a file set aside.
    AskUser,
    /// The program is wrong, or the machine is: trying again does not help.
    Stop,
}

impl CipherDbError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Busy { .. } | Self::DiskFull { .. } => Disposition::Retry,
            Self::Missing { .. }
            | Self::WrongKey { .. }
            | Self::NotADatabase { .. }
            | Self::Damaged { .. }
            | Self::NewerSchema { .. }
            | Self::OlderSchema { .. } => Disposition::AskUser,
            Self::Io { .. }
            | Self::Setting { .. }
            | Self::NestedWrite { .. }
            | Self::Statement { .. } => Disposition::Stop,
            Self::Migration { source, .. } => source.disposition(),
        }
    }

    /// Whether a `UNIQUE` or primary key refused the row: it is there already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        let unique = StatementProblem::Constraint(Constraint::Unique);
        matches!(self, Self::Statement { problem, .. } if *problem == unique)
    }

    /// A failure of the file system.
    pub(crate) fn from_io(file: &Path, source: std::io::Error) -> Self {
        let file = file.to_owned();
        match source.kind() {
            std::io::ErrorKind::NotFound => Self::Missing { file },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { file }
            }
            _ => Self::Io {
                file,
                code: 0,
                source: Some(source),
            },
        }
    }

    /// A failure of a statement that is no constant (a setting, a key): what
    /// SQLite says is dropped, because it may quote the statement.
    pub(crate) fn from_setting(
        file: &Path,
        setting: &'static str,
        error: &rusqlite::Error,
    ) -> Self {
        Self::of_file(file, error).unwrap_or_else(|| Self::Setting {
            file: file.to_owned(),
            setting,
        })
    }

    /// A failure of a statement.
    pub(crate) fn from_sql(file: &Path, sql: &'static str, error: &rusqlite::Error) -> Self {
        Self::of_file(file, error).unwrap_or_else(|| Self::Statement {
            sql,
            problem: StatementProblem::of(error),
        })
    }

    /// Failures that are about the file and not about the statement.
    fn of_file(file: &Path, error: &rusqlite::Error) -> Option<Self> {
        let failure = error.sqlite_error()?;
        let (file, code) = (file.to_owned(), failure.extended_code);
        Some(match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { file },
            ErrorCode::DiskFull => Self::DiskFull { file },
            // The index of the log could not grow.
            ErrorCode::SystemIoFailure if code == ffi::SQLITE_IOERR_SHMSIZE => {
                Self::DiskFull { file }
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { file },
            ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::OutOfMemory => Self::Io {
                file,
                code,
                source: None,
            },
            // A write to a file that cannot be written, rather than through a read handle.
            ErrorCode::ReadOnly if code != ffi::SQLITE_READONLY => Self::Io {
                file,
                code,
                source: None,
            },
            _ => return None,
        })
    }
}

impl StatementProblem {
    fn of(error: &rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::QueryReturnedNoRows => Self::NoRow,
            E::SqlInputError { offset, .. } => Self::Syntax(*offset),
            E::FromSqlConversionFailure(column, ..)
            | E::IntegralValueOutOfRange(column, _)
            | E::Utf8Error(column, _)
            | E::InvalidColumnIndex(column)
            | E::InvalidColumnType(column, ..) => Self::Column(*column),
            E::InvalidParameterName(_) | E::InvalidParameterCount(..) | E::NulError(_) => {
                Self::Parameters
            }
            E::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::ConstraintViolation => {
                    Self::Constraint(Constraint::of(failure.extended_code))
                }
                ErrorCode::ReadOnly => Self::ReadHandle,
                ErrorCode::TooBig => Self::TooBig,
                ErrorCode::ParameterOutOfRange => Self::Parameters,
                _ => Self::Code(failure.extended_code),
            },
            _ => Self::Code(0),
        }
    }
}

impl Constraint {
    fn of(extended_code: i32) -> Self {
        match extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => Self::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Self::ForeignKey,
            ffi::SQLITE_CONSTRAINT_CHECK => Self::Check,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Self::NotNull,
            ffi::SQLITE_CONSTRAINT_TRIGGER => Self::Trigger,
            _ => Self::Other,
        }
    }
}
