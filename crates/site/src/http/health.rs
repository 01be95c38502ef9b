//! For whoever watches the machine: no names, no ids of people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::Shared;
use crate::storage::StorageError;

#[derive(Serialize)]
struct Health {
    /// `ok`, `alarm` or `damaged`.
    status: &'static str,
    /// Codes of what an administrator has to look at.
    alarms: Vec<&'static str>,
    /// Restored, and nobody has confirmed it yet.
    awaiting_confirmation: bool,
    /// Items in custody that are not applied.
    unapplied: u64,
    /// Items that a person has to look at.
    parked: usize,
}

/// Whether the process works; a damaged database is the one thing that fails.
pub(super) async fn healthz(State(shared): State<Arc<Shared>>) -> Response {
    respond(&shared, false).await
}

/// Whether it takes what devices bring.
pub(super) async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    respond(&shared, true).await
}

async fn respond(shared: &Arc<Shared>, must_be_open: bool) -> Response {
    let health = tokio::task::spawn_blocking({
        let shared = Arc::clone(shared);
        move || look(&shared)
    });
    let health = match health.await {
        Ok(Ok(health)) => health,
        Ok(Err(error)) => {
            shared.note(&error);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let is_down = health.status == "damaged" || (must_be_open && shared.is_closing());
    let status = if is_down {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (status, Json(health)).into_response()
}

fn look(shared: &Shared) -> Result<Health, StorageError> {
    let is_damaged = shared.is_damaged();
    shared.site.storage.reading(|reads| {
        let alarms: Vec<&'static str> = reads
            .alarms()?
            .iter()
            .map(|alarm| alarm.code.as_str())
            .collect();
        let unapplied = reads
            .unapplied()?
            .iter()
            .map(|line| line.head.seq - line.applied_through)
            .sum();
        Ok(Health {
            status: match (is_damaged, alarms.is_empty()) {
                (true, _) => "damaged",
                (false, false) => "alarm",
                (false, true) => "ok",
            },
            alarms,
            awaiting_confirmation: reads.site()?.awaiting,
            unapplied,
            parked: reads.parked()?.len(),
        })
    })
}
