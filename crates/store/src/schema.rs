//! The schemas of the three files. A released step is never edited.

use handoff_cipherdb::Migrations;

/// The schemas that this build writes, by file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersions {
    /// Of `device.db`.
    pub device: u32,
    /// Of each person's vault.
    pub vault: u32,
    /// Of each person's drafts.
    pub drafts: u32,
}

/// The schemas that this build writes.
#[must_use]
pub fn schema_versions() -> SchemaVersions {
    SchemaVersions {
        device: DEVICE.head(),
        vault: VAULT.head(),
        drafts: DRAFTS.head(),
    }
}

pub(crate) const DEVICE: Migrations = Migrations::new(&[
    (1, include_str!("schema/device_1.sql")),
    (2, include_str!("schema/device_2.sql")),
    (3, include_str!("schema/device_3.sql")),
    (4, include_str!("schema/device_4.sql")),
    (5, include_str!("schema/device_5.sql")),
]);

pub(crate) const VAULT: Migrations = Migrations::new(&[
    (1, include_str!("schema/vault_1.sql")),
    (2, include_str!("schema/vault_2.sql")),
    (3, include_str!("schema/vault_3.sql")),
    (4, include_str!("schema/vault_4.sql")),
]);

pub(crate) const DRAFTS: Migrations = Migrations::new(&[(1, include_str!("schema/drafts_1.sql"))]);
