//! Puts requests together and signs them: what the session decided, with what
//! the files and the open vaults say.

use std::sync::Weak;

use chrono::{DateTime, Utc};
use handoff_protocol::batch::{Batch, BatchError};
use handoff_protocol::certificate::LeaseMark;
use handoff_protocol::message::{
    DeviceState, FeedPosition, LaneReport, ProtocolRange, SyncRequest, UserPull,
};
use handoff_protocol::{CodecError, DeviceId, Signed, SitePin, to_cbor};
use handoff_store::{DeviceStore, ReadError, UserSession};
use handoff_sync::device::Post;
use handoff_vault::SigningKey;

/// Somebody who is signed in and whose feed is asked for. Weak, so that a
/// request under way keeps nobody's keys in memory after they have locked.
pub type Puller = Weak<UserSession>;

/// What a request needs beside what the session decided.
pub struct Envelope<'a> {
    /// The device's files.
    pub store: &'a DeviceStore,
    /// The device key.
    pub device_key: &'a SigningKey,
    /// The pinned site.
    pub site: SitePin,
    /// This device.
    pub device: DeviceId,
    /// A fresh random value.
    pub nonce: [u8; 16],
    /// The device's clock, corrected by what the site last said.
    pub now: DateTime<Utc>,
    /// Who is signed in.
    pub pullers: &'a [Puller],
    /// How long the site may hold the answer back.
    pub wait_seconds: u16,
}

/// Why a request was not made.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The device's files could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It does not encode.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// Its batch cannot be made.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

/// The signed request as the body of a post.
///
/// # Errors
/// [`RequestError`].
pub fn make(envelope: &Envelope<'_>, post: Post) -> Result<Vec<u8>, RequestError> {
    let Envelope {
        store,
        device_key,
        site,
        device,
        nonce,
        ..
    } = *envelope;
    let site_time = post.site_time.unwrap_or(envelope.now);
    let batches = match post.batch {
        Some(plan) => {
            let sign = |head: &_| device_key.sign_statement(head);
            vec![Batch::make(
                site,
                plan.lane,
                plan.parent,
                plan.before,
                &plan.items,
                sign,
            )?]
        }
        None => Vec::new(),
    };
    let mut pulls = Vec::new();
    let mut site_feed = None;
    if post.pull {
        let people = store.people()?;
        site_feed = Some(store.site_position()?);
        for session in envelope.pullers.iter().filter_map(Weak::upgrade) {
            // Without a lease there is no vault to fill, and it takes a pull to
            // get one.
            let asked = session.position()?;
            let lease_only = asked.is_none();
            let (position, with_own) = asked.unwrap_or((FeedPosition::Start, false));
            let user = session.user();
            let lease = people
                .iter()
                .find(|person| person.user == user && !lease_only)
                .and_then(|person| person.lease.as_ref())
                .and_then(LeaseMark::of);
            let pull = UserPull {
                site,
                device,
                user,
                nonce,
                site_time,
                position,
                with_own,
                lease_only,
                lease,
            };
            pulls.push(session.sign(&pull)?);
        }
    }
    let lanes: Vec<LaneReport> = store.lane_reports()?;
    let request = SyncRequest {
        protocol: ProtocolRange::OURS,
        site,
        device,
        nonce,
        site_time,
        certificates: if post.with_certificates {
            Some(store.certificates()?)
        } else {
            None
        },
        epoch: store.enrolment()?.epoch,
        lanes,
        batches,
        pieces: post.pieces,
        site_feed,
        pulls,
        wait_seconds: envelope.wait_seconds,
        state: Some(DeviceState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..store.state()?
        }),
    };
    let signed: Signed<SyncRequest> = device_key.sign_statement(&request)?;
    Ok(to_cbor(&signed, "a request")?)
}
