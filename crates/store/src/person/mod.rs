//! People who use this device.

use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_protocol::certificate::{AuthorCertificate, Lease};
use handoff_protocol::{Signed, UserId, from_cbor, to_cbor};
use handoff_vault::lockout::Attempts;

use crate::error::Stored;

/// Names a person on this device; what they saved carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// A person to enrol, or one more on this device.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPerson {
    /// Who.
    pub user: UserId,
    /// As the lock screen names them.
    pub name: String,
    /// Their keys, wrapped under their password: opaque bytes of the vault.
    pub wrap: Vec<u8>,
    /// Their certificate.
    pub certificate: Signed<AuthorCertificate>,
    /// Their keys, wrapped to the recovery key: opaque bytes of the vault.
    pub recovery_wrap: Option<Vec<u8>>,
    /// Leave to read.
    pub lease: Option<Signed<Lease>>,
}

/// A person of this device.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Their slot.
    pub slot: Slot,
    /// Who.
    pub user: UserId,
    /// As the lock screen names them.
    pub name: String,
    /// Their keys, wrapped under their password.
    pub wrap: Vec<u8>,
    /// Their certificate.
    pub certificate: Signed<AuthorCertificate>,
    /// Their keys, wrapped to the recovery key.
    pub recovery_wrap: Option<Vec<u8>>,
    /// The newest leave to read.
    pub lease: Option<Signed<Lease>>,
    pub(crate) vault_file: String,
    pub(crate) drafts_file: String,
}

pub(crate) fn insert(
    tx: &WriteTx<'_>,
    person: &NewPerson,
    vault_file: &str,
    drafts_file: &str,
) -> Stored<Slot> {
    let lease = match &person.lease {
        Some(lease) => Some(to_cbor(lease, "a lease")?),
        None => None,
    };
    tx.execute(
        include_str!("insert.sql"),
        params![
            person.user.as_bytes(),
            person.name,
            person.wrap,
            to_cbor(&person.certificate, "an author certificate")?,
            person.recovery_wrap,
            lease,
            vault_file,
            drafts_file
        ],
    )?;
    let slot = tx.query_one(
        "SELECT slot FROM person WHERE user = ?1",
        [person.user.as_bytes()],
        |row| row.get(0),
    )?;
    Ok(Slot(slot))
}

/// All of them, by slot.
pub(crate) fn all(tx: &ReadTx<'_>) -> Stored<Vec<Person>> {
    let rows = tx.query_all(include_str!("all.sql"), [], |row| {
        Ok((
            Slot(row.get(0)?),
            UserId::from_bytes(row.get(1)?),
            row.get::<_, String>(2)?,
            row.get::<_, Vec<u8>>(3)?,
            row.get::<_, Vec<u8>>(4)?,
            row.get::<_, Option<Vec<u8>>>(5)?,
            row.get::<_, Option<Vec<u8>>>(6)?,
            row.get::<_, String>(7)?,
            row.get::<_, String>(8)?,
        ))
    })?;
    let mut people = Vec::with_capacity(rows.len());
    for (slot, user, name, wrap, certificate, recovery_wrap, lease, vault_file, drafts_file) in rows
    {
        people.push(Person {
            slot,
            user,
            name,
            wrap,
            certificate: from_cbor(&certificate, "an author certificate")?,
            recovery_wrap,
            lease: lease
                .map(|bytes| from_cbor(&bytes, "a lease"))
                .transpose()?,
            vault_file,
            drafts_file,
        });
    }
    Ok(people)
}

pub(crate) fn set_wrap(tx: &WriteTx<'_>, slot: Slot, wrap: &[u8]) -> Stored<bool> {
    const SQL: &str = "UPDATE person SET wrap = ?2 WHERE slot = ?1";
    Ok(tx.execute(SQL, params![slot.0, wrap])? == 1)
}

pub(crate) fn set_recovery_wrap(tx: &WriteTx<'_>, slot: Slot, wrap: &[u8]) -> Stored<bool> {
    const SQL: &str = "UPDATE person SET recovery_wrap = ?2 WHERE slot = ?1";
    Ok(tx.execute(SQL, params![slot.0, wrap])? == 1)
}

pub(crate) fn set_lease(tx: &WriteTx<'_>, slot: Slot, lease: &Signed<Lease>) -> Stored<()> {
    const SQL: &str = "UPDATE person SET lease = ?2 WHERE slot = ?1";
    tx.execute(SQL, params![slot.0, to_cbor(lease, "a lease")?])?;
    Ok(())
}

/// The site has withdrawn somebody's leave to read.
pub(crate) fn drop_lease(tx: &WriteTx<'_>, user: UserId) -> Stored<()> {
    const SQL: &str = "UPDATE person SET lease = NULL WHERE user = ?1";
    tx.execute(SQL, [user.as_bytes()])?;
    Ok(())
}

/// Passwords tried since one was right.
pub(crate) fn attempts(tx: &ReadTx<'_>, slot: Slot) -> Stored<Attempts> {
    const SQL: &str = "SELECT attempts FROM person WHERE slot = ?1";
    let bytes: Option<Vec<u8>> = tx.query_one(SQL, [slot.0], |row| row.get(0))?;
    Ok(match bytes {
        Some(bytes) => from_cbor(&bytes, "attempts")?,
        None => Attempts::default(),
    })
}

pub(crate) fn set_attempts(tx: &WriteTx<'_>, slot: Slot, attempts: &Attempts) -> Stored<()> {
    const SQL: &str = "UPDATE person SET attempts = ?2 WHERE slot = ?1";
    tx.execute(SQL, params![slot.0, to_cbor(attempts, "attempts")?])?;
    Ok(())
}

pub(crate) fn set_needs_you(tx: &WriteTx<'_>, slot: Slot, count: u64) -> Stored<()> {
    const SQL: &str = "UPDATE person SET needs_you = ?2 WHERE slot = ?1";
    tx.execute(SQL, params![slot.0, crate::numbers::column(count)])?;
    Ok(())
}

/// How many things wait for a person, without saying what.
pub(crate) fn needs_you(tx: &ReadTx<'_>) -> Stored<Vec<(Slot, u64)>> {
    const SQL: &str = "SELECT slot, needs_you FROM person ORDER BY slot";
    Ok(tx.query_all(SQL, [], |row| {
        Ok((Slot(row.get(0)?), crate::numbers::seq(row.get(1)?)))
    })?)
}
