//! Opens SQLCipher safely.
//!
//! **What.** [`Database`] opens an encrypted file under a raw [`DbKey`], checks
//! that every setting which the safety of the data rests on really holds, runs
//! [`Migrations`], and lends handles that read ([`Database::read`]) or write
//! ([`Database::write`]). [`ReadOnlyDatabase`] looks at a file that another
//! process writes. [`Ballast`] keeps space for a full disk.
//!
//! **Why.** SQLCipher is safe only when used in one certain way: its defaults
//! leave plaintext in freed memory, may write temporary tables unencrypted, and
//! print to standard error. That way is written down and tested here, once, for
//! every file of device and site.
//!
//! **How data moves through.** A key comes in from whoever unwrapped it; one
//! connection writes, in `BEGIN IMMEDIATE`; others read, each at one moment. No
//! connection leaves the crate. Statements are constants, values are bound.
//!
//! **What it does not do.** It knows no word of the domain, derives no key,
//! reads no clock, and deletes no database, whatever is wrong with it. It
//! cannot notice that an older version of a page, or of a whole file, was put
//! back: the hash chain of the journal does that.
//!
//! **Where decided.** `docs/adr/`, on encrypted databases.
//!
//! ```
//! use handoff_cipherdb::{CipherDbError, Database, DbKey, Migrations, OpenOptions};
//!
//! const SCHEMA: Migrations = Migrations::new(&[(1, "CREATE TABLE note (text TEXT NOT NULL) STRICT")]);
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let key = DbKey::from_bytes(&[7; 32]); // really: random bytes, unwrapped
//! let path = folder.path().join("notes.db");
//! let notes = Database::open(&path, &key, &SCHEMA, OpenOptions::durable())?;
//! notes.write(|tx| tx.execute("INSERT INTO note VALUES (?1)", ["seen at the bridge"]))?;
//! let count: u32 = notes.read(|tx| tx.query_one("SELECT count(*) FROM note", [], |row| row.get(0)))?;
//! assert_eq!(count, 1);
//!
//! let wrong = Database::open(&path, &DbKey::from_bytes(&[8; 32]), &SCHEMA, OpenOptions::durable());
//! assert!(matches!(wrong, Err(CipherDbError::WrongKey { .. })));
//! # Ok(())
//! # }
//! ```

mod ballast;
mod check;
mod connect;
mod copy;
mod database;
mod error;
mod files;
mod key;
mod log;
mod migrate;
mod open_here;
mod planted;
mod process;
mod readers;
mod settings;
mod tx;

pub use ballast::{Ballast, BallastState};
pub use check::Health;
pub use database::{Create, Database, OpenOptions};
pub use error::{CipherDbError, Constraint, Disposition, StatementProblem};
pub use key::DbKey;
pub use migrate::Migrations;
pub use readers::ReadOnlyDatabase;
pub use rusqlite::{Params, Row, ToSql, named_params, params, params_from_iter, types};
pub use settings::Durability;
pub use tx::{ReadTx, WriteTx};
