//! What changes about a device and its people outside saves and syncs.

use handoff_cipherdb::WriteTx;
use handoff_vault::lockout::Attempts;

use super::{DeviceStore, ReadError};
use crate::error::{StorageError, Stored};
use crate::person::{self, Slot};
use crate::{enrolment, preference};

impl DeviceStore {
    /// Passwords that were tried for somebody since one was right.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn attempts(&self, slot: Slot) -> Result<Attempts, ReadError> {
        self.read(|tx| person::attempts(tx, slot))
    }

    /// Writes an attempt down, durably: before the password is stretched.
    ///
    /// # Errors
    /// [`StorageError`]; the password must not be tried then.
    pub fn set_attempts(&self, slot: Slot, attempts: &Attempts) -> Result<(), StorageError> {
        self.shared
            .write(|tx| person::set_attempts(tx, slot, attempts))
    }

    /// Keeps a person's keys under a new password. The old wrap is gone when
    /// this returns.
    ///
    /// # Errors
    /// [`StorageError`]; the old one stays then.
    pub fn set_wrap(&self, slot: Slot, wrap: &[u8]) -> Result<(), StorageError> {
        self.change(|tx| person::set_wrap(tx, slot, wrap))
    }

    /// Keeps a person's keys wrapped to the recovery key, for the site too.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn set_recovery_wrap(&self, slot: Slot, wrap: &[u8]) -> Result<(), StorageError> {
        self.change(|tx| person::set_recovery_wrap(tx, slot, wrap))
    }

    /// Replaces the pins of the site's TLS keys. The caller has checked that
    /// the site itself said so.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn set_tls_pins(&self, pins: &[[u8; 32]]) -> Result<(), StorageError> {
        self.shared.write(|tx| enrolment::set_tls_pins(tx, pins))
    }

    /// Keeps a choice of a person's, or the device's own.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn set_preference(
        &self,
        of: Option<Slot>,
        name: &str,
        value: &str,
    ) -> Result<(), StorageError> {
        self.shared.write(|tx| preference::set(tx, of, name, value))
    }

    fn change(&self, change: impl Fn(&WriteTx<'_>) -> Stored<bool>) -> Stored<()> {
        if self.shared.write(change)? {
            Ok(())
        } else {
            Err(StorageError::Row { table: "person" })
        }
    }
}
