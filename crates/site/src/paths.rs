//! Where everything lies: one value, so that a test redirects all of it.

use std::path::{Path, PathBuf};

use handoff_protocol::KeyId;

/// The data folder of a site and what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    data: PathBuf,
}

impl Paths {
    /// The paths of a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.data.join("site.toml")
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("site.db")
    }

    /// What must survive the loss of the database: signed lines, append-only.
    #[must_use]
    pub fn control_log(&self) -> PathBuf {
        self.data.join("control.log")
    }

    /// Held by the one serving process.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.data.join("site.lock")
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The key of the database.
    #[must_use]
    pub fn database_key(&self) -> PathBuf {
        self.keys().join("db.key")
    }

    /// The identity key: what devices pin.
    #[must_use]
    pub fn identity_key(&self) -> PathBuf {
        self.keys().join("identity.key")
    }

    /// The key that signs receipts and leases.
    #[must_use]
    pub fn receipt_key(&self) -> PathBuf {
        self.keys().join("receipt.key")
    }

    /// A key that signs receipts and leases in the place of the first.
    #[must_use]
    pub fn another_receipt_key(&self, id: KeyId) -> PathBuf {
        self.keys().join(format!("receipt-{id}.key"))
    }

    /// A key that contexts are wrapped to.
    #[must_use]
    pub fn sealing_key(&self, id: KeyId) -> PathBuf {
        self.keys().join(format!("sealing-{id}.key"))
    }

    /// The TLS key, PEM.
    #[must_use]
    pub fn tls_key(&self) -> PathBuf {
        self.keys().join("tls.key")
    }

    /// The TLS certificate, PEM.
    #[must_use]
    pub fn tls_certificate(&self) -> PathBuf {
        self.keys().join("tls.crt")
    }
}
