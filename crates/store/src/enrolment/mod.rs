//! What the device is at its site.

use chrono::{DateTime, Utc};
use handoff_cipherdb::{ReadTx, WriteTx, params};
use handoff_domain::{Hlc, SiteId};
use handoff_protocol::certificate::{DeviceCertificate, KeyCertificate, KeyPurpose, SiteIdentity};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, KeyId};
use handoff_protocol::message::Cursor;
use handoff_protocol::{PublicKey, Signed, from_cbor, to_cbor};
use zeroize::Zeroizing;

use crate::error::{StorageError, Stored};
use crate::numbers::{column, seq, time};

const TABLE: &str = "enrolment";

/// What a device keeps of its enrolment.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// The site, with the identity key that everything is checked with.
    pub site: SiteIdentity,
    /// The device's id.
    pub device: DeviceId,
    /// What the site calls it.
    pub name: String,
    /// Where the site listens.
    pub url: String,
    /// SHA-256 over the public keys of TLS certificates that are the site's.
    pub tls_pins: Vec<[u8; 32]>,
    /// The device's certificate.
    pub certificate: Signed<DeviceCertificate>,
    /// The epoch that the site was in when it last answered.
    pub epoch: Signed<EpochRecord>,
    /// The newest site time that was seen: no clock of this device is earlier.
    pub site_time: DateTime<Utc>,
}

pub(crate) fn insert(
    tx: &WriteTx<'_>,
    enrolment: &Enrolment,
    epoch: EpochId,
    signing_key: &[u8],
) -> Stored<()> {
    tx.execute(
        include_str!("insert.sql"),
        params![
            enrolment.site.site.as_str(),
            enrolment.site.key.as_bytes(),
            enrolment.device.as_bytes(),
            enrolment.name,
            signing_key,
            enrolment.url,
            enrolment.tls_pins.concat(),
            to_cbor(&enrolment.certificate, "a device certificate")?,
            to_cbor(&enrolment.epoch, "an epoch")?,
            epoch.as_bytes(),
            enrolment.site_time.timestamp_millis(),
        ],
    )?;
    Ok(())
}

/// The enrolment; `None` while the device is not enrolled.
pub(crate) fn read(tx: &ReadTx<'_>) -> Stored<Option<Enrolment>> {
    const BAD: StorageError = StorageError::Row { table: TABLE };
    let row = tx.query_optional(include_str!("read.sql"), [], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, [u8; 65]>(1)?,
            row.get::<_, [u8; 16]>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(4)?,
            row.get::<_, Vec<u8>>(5)?,
            row.get::<_, Vec<u8>>(6)?,
            row.get::<_, Vec<u8>>(7)?,
            row.get::<_, i64>(8)?,
        ))
    })?;
    let Some((site, key, device, name, url, pins, certificate, epoch, site_time)) = row else {
        return Ok(None);
    };
    Ok(Some(Enrolment {
        site: SiteIdentity {
            site: SiteId::new(&site).map_err(|_| BAD)?,
            key: PublicKey::from_bytes(&key).ok_or(BAD)?,
        },
        device: DeviceId::from_bytes(device),
        name,
        url,
        tls_pins: pins.as_chunks().0.to_vec(),
        certificate: from_cbor(&certificate, "a device certificate")?,
        epoch: from_cbor(&epoch, "an epoch")?,
        site_time: time(site_time, TABLE)?,
    }))
}

pub(crate) fn signing_key(tx: &ReadTx<'_>) -> Stored<Zeroizing<Vec<u8>>> {
    const SQL: &str = "SELECT signing_key FROM enrolment";
    Ok(tx.query_one(SQL, [], |row| row.get(0).map(Zeroizing::new))?)
}

/// The current epoch.
pub(crate) fn epoch(tx: &ReadTx<'_>) -> Stored<EpochId> {
    const SQL: &str = "SELECT epoch_id FROM enrolment";
    Ok(tx.query_one(SQL, [], |row| row.get(0).map(EpochId::from_bytes))?)
}

/// Erasure orders of the current epoch that were carried out.
pub(crate) fn erased_through(tx: &ReadTx<'_>) -> Stored<u64> {
    const SQL: &str = "SELECT erased_through FROM enrolment";
    Ok(seq(tx.query_one(SQL, [], |row| row.get(0))?))
}

pub(crate) fn set_erased_through(tx: &WriteTx<'_>, through: u64) -> Stored<()> {
    tx.execute(
        "UPDATE enrolment SET erased_through = ?1",
        [column(through)],
    )?;
    Ok(())
}

/// A new epoch gives its orders anew.
pub(crate) fn set_epoch(tx: &WriteTx<'_>, signed: &Signed<EpochRecord>, id: EpochId) -> Stored<()> {
    const SQL: &str = "UPDATE enrolment SET epoch = ?1, epoch_id = ?2, erased_through = 0";
    tx.execute(SQL, params![to_cbor(signed, "an epoch")?, id.as_bytes()])?;
    Ok(())
}

pub(crate) fn set_tls_pins(tx: &WriteTx<'_>, pins: &[[u8; 32]]) -> Stored<()> {
    tx.execute("UPDATE enrolment SET tls_pins = ?1", [pins.concat()])?;
    Ok(())
}

/// Site time and logical time only rise.
pub(crate) fn saw_time(tx: &WriteTx<'_>, site_time: DateTime<Utc>, hlc: Hlc) -> Stored<()> {
    const SITE: &str = "UPDATE enrolment SET site_time_ms = max(site_time_ms, ?1)";
    tx.execute(SITE, [site_time.timestamp_millis()])?;
    tx.execute(include_str!("saw_hlc.sql"), params![hlc.wall_ms, hlc.count])?;
    Ok(())
}

/// The newest logical time seen in others' entries.
pub(crate) fn hlc(tx: &ReadTx<'_>) -> Stored<Hlc> {
    const SQL: &str = "SELECT hlc_ms, hlc_count FROM enrolment";
    Ok(tx.query_one(SQL, [], |row| {
        Ok(Hlc {
            wall_ms: row.get(0)?,
            count: row.get(1)?,
        })
    })?)
}

/// Where the device stands in the site-scope feed.
pub(crate) fn cursor(tx: &ReadTx<'_>) -> Stored<Option<Cursor>> {
    const SQL: &str = "SELECT cursor FROM enrolment";
    let bytes: Option<Vec<u8>> = tx.query_one(SQL, [], |row| row.get(0))?;
    Ok(bytes
        .map(|bytes| from_cbor(&bytes, "a cursor"))
        .transpose()?)
}

pub(crate) fn set_cursor(tx: &WriteTx<'_>, cursor: &Cursor) -> Stored<()> {
    let bytes = to_cbor(cursor, "a cursor")?;
    tx.execute("UPDATE enrolment SET cursor = ?1", [bytes])?;
    Ok(())
}

/// Keeps a key whose certificate was verified.
pub(crate) fn add_key(
    tx: &WriteTx<'_>,
    signed: &Signed<KeyCertificate>,
    key: &KeyCertificate,
) -> Stored<()> {
    tx.execute(
        include_str!("insert_key.sql"),
        params![
            key.key.id().0,
            purpose(key.purpose),
            key.issued_at.timestamp_millis(),
            to_cbor(signed, "a key certificate")?
        ],
    )?;
    Ok(())
}

/// The site's keys for a purpose, the newest first.
pub(crate) fn keys(tx: &ReadTx<'_>, wanted: KeyPurpose) -> Stored<Vec<Signed<KeyCertificate>>> {
    let rows: Vec<Vec<u8>> = tx.query_all(include_str!("keys.sql"), [purpose(wanted)], |row| {
        row.get(0)
    })?;
    let mut keys = Vec::with_capacity(rows.len());
    for bytes in rows {
        keys.push(from_cbor(&bytes, "a key certificate")?);
    }
    Ok(keys)
}

/// The certificate of one key, if the key is for this.
pub(crate) fn key(
    tx: &ReadTx<'_>,
    wanted: KeyPurpose,
    id: KeyId,
) -> Stored<Option<Signed<KeyCertificate>>> {
    const SQL: &str = "SELECT certificate FROM site_key WHERE id = ?1 AND purpose = ?2";
    let bytes: Option<Vec<u8>> =
        tx.query_optional(SQL, params![id.0, purpose(wanted)], |row| row.get(0))?;
    Ok(bytes
        .map(|bytes| from_cbor(&bytes, "a key certificate"))
        .transpose()?)
}

fn purpose(purpose: KeyPurpose) -> &'static str {
    match purpose {
        KeyPurpose::Receipt => "receipt",
        KeyPurpose::Sealing => "sealing",
        KeyPurpose::Tls => "tls",
        KeyPurpose::Recovery => "recovery",
    }
}
