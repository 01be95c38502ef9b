//! The site's HTTP interface: two messages for devices, two questions for
//! whoever watches the machine.
//!
//! **What.** `POST /v1/sync` and `POST /v1/enrol` carry CBOR; `GET /healthz` and
//! `GET /readyz` answer in JSON. **How data moves through.** The body is read
//! under a limit of bytes for all connections together, worked on by a few
//! threads at once, and answered; a device that asked to be told waits without
//! holding either. **What it does not do.** It decides nothing; it logs ids and
//! counts, never a value.

mod health;
mod serve;
mod sync;

pub use serve::{ServeError, Serving, serve};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use handoff_protocol::codec;
use handoff_protocol::enrolment::{EnrolAnswer, EnrolRefusal};
use handoff_protocol::message::MAX_MESSAGE;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::site::Site;
use crate::storage::StorageError;

/// Bytes of bodies in memory at once, in units of [`UNIT`].
const BODIES: usize = 32 * 1024;
const UNIT: usize = 1024;
/// How long a body may take: 64 KiB on the slowest link that is served.
const BODY_FOR: Duration = Duration::from_secs(120);
/// Requests that wait for their turn before others are sent away.
const QUEUE: usize = 1024;
/// Enrolments that are worked on at once: guessing is slow.
const ENROLMENTS: usize = 2;
const MOST_ENROLMENT: usize = 64 * 1024;

/// What all requests share.
pub(crate) struct Shared {
    pub site: Arc<Site>,
    bodies: Arc<Semaphore>,
    gate: Arc<Semaphore>,
    enrolments: Arc<Semaphore>,
    queued: AtomicUsize,
    damaged: AtomicBool,
    closing: AtomicBool,
}

impl Shared {
    pub fn of(site: Arc<Site>) -> Self {
        let at_once = site.settings.limits.requests_at_once.max(1);
        Self {
            site,
            bodies: Arc::new(Semaphore::new(BODIES)),
            gate: Arc::new(Semaphore::new(at_once)),
            enrolments: Arc::new(Semaphore::new(ENROLMENTS)),
            queued: AtomicUsize::new(0),
            damaged: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        }
    }

    /// A damaged store is not written to any more, and says so.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    pub fn note(&self, error: &StorageError) {
        if error.is_damage() && !self.damaged.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the database is damaged: nothing is written any more");
        } else {
            tracing::error!(%error, "the store failed");
        }
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.site.wake().ring();
    }

    /// One of a few places for work that blocks; `None` when too many wait.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if self.queued.fetch_add(1, Ordering::Relaxed) >= QUEUE {
            self.queued.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let turn = Arc::clone(&self.gate).acquire_owned().await;
        self.queued.fetch_sub(1, Ordering::Relaxed);
        turn.ok()
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/sync", post(sync::sync))
        .route("/v1/enrol", post(enrol))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .with_state(shared)
}

/// Reads a body of at most `most` bytes; with it comes the share of memory
/// that it takes.
async fn read(
    shared: &Shared,
    request: Request<Body>,
    most: usize,
) -> Result<(Bytes, OwnedSemaphorePermit), StatusCode> {
    let stated = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    let len = stated.unwrap_or(most);
    if len > most {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let units = u32::try_from(len.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX);
    let bodies = Arc::clone(&shared.bodies);
    let read = async {
        let room = bodies
            .acquire_many_owned(units)
            .await
            .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        let bytes = axum::body::to_bytes(request.into_body(), len.max(1))
            .await
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok((bytes, room))
    };
    tokio::time::timeout(BODY_FOR, read)
        .await
        .unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

async fn enrol(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    if shared.is_damaged() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (bytes, _room) = match read(&shared, request, MOST_ENROLMENT).await {
        Ok(read) => read,
        Err(status) => return status.into_response(),
    };
    let Ok(_place) = Arc::clone(&shared.enrolments).try_acquire_owned() else {
        return cbor(&EnrolAnswer::Refused(EnrolRefusal::Busy));
    };
    let site = Arc::clone(&shared.site);
    match tokio::task::spawn_blocking(move || site.enrol(&bytes)).await {
        Ok(Ok(answer)) => cbor(&answer),
        Ok(Err(error)) => {
            shared.note(&error);
            if error.is_transient() {
                cbor(&EnrolAnswer::Refused(EnrolRefusal::Busy))
            } else {
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn cbor<T: Serialize>(message: &T) -> Response {
    const CBOR: HeaderValue = HeaderValue::from_static("application/cbor");
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    match codec::to_cbor(message, "an answer") {
        Ok(bytes) if bytes.len() <= MAX_MESSAGE => (
            [
                (header::CONTENT_TYPE, CBOR),
                (header::CACHE_CONTROL, NO_STORE),
            ],
            bytes,
        )
            .into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests;
