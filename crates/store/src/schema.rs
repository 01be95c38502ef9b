//! The schemas of the three files. A released step is never edited.

use handoff_cipherdb::Migrations;

pub(crate) const DEVICE: Migrations = Migrations::new(&[(1, include_str!("schema/device_1.sql"))]);

pub(crate) const VAULT: Migrations = Migrations::new(&[(1, include_str!("schema/vault_1.sql"))]);

pub(crate) const DRAFTS: Migrations = Migrations::new(&[(1, include_str!("schema/drafts_1.sql"))]);
