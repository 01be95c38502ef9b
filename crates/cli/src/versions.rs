//! What `handoff --version` says: the program, the protocol, the schemas.

use std::sync::OnceLock;

use handoff_device::{PROTOCOL_OLDEST, PROTOCOL_VERSION, schema_versions};
use handoff_site::storage::sqlite::SqliteStorage;

/// The versions, as clap puts them after the program's name.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let files = schema_versions();
        format!(
            "{}\nprotocol {PROTOCOL_VERSION}, understands from {PROTOCOL_OLDEST}\nschema device {}, vault {}, drafts {}, site {}",
            env!("CARGO_PKG_VERSION"),
            files.device,
            files.vault,
            files.drafts,
            SqliteStorage::schema_version()
        )
    })
}
