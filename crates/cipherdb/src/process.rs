//! What has to be settled once per process, before the first key.

use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags};

/// Wipes SQLCipher's memory when it is freed, from now to the end of the
/// process, and keeps it from writing to standard error, which it does by
/// default.
///
/// Nothing of SQLite is logged: its messages quote statements and, in full-text
/// search, the words searched for. Errors carry codes instead.
pub(crate) fn prepare() -> Result<(), &'static str> {
    static PREPARED: OnceLock<Result<(), &'static str>> = OnceLock::new();
    *PREPARED.get_or_init(|| {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_MEMORY;
        let set = || {
            let connection = Connection::open_with_flags(":memory:", flags)?;
            connection.execute_batch("PRAGMA cipher_memory_security = ON")?;
            connection.pragma_update_and_check(None, "cipher_log_level", "NONE", |_| Ok(()))?;
            connection
                .pragma_update_and_check(None, "cipher_log", "off", |row| row.get::<_, String>(0))
        };
        match set() {
            Ok(status) if status == "0" => Ok(()),
            Ok(_) | Err(rusqlite::Error::QueryReturnedNoRows) => Err("cipher_log"),
            Err(_) => Err("cipher_memory_security"),
        }
    })
}
