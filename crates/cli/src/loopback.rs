//! The field app in a browser on this machine: the real core behind HTTP on
//! the loopback address, so that the same screens can be driven by browser
//! tests. Behind a feature that no shipped build has.
//!
//! The page sets a cookie with a random value; calls without it are refused,
//! so that another page in the same browser cannot call the core.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event as Message, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use clap::Args;
use futures_util::Stream;
use handoff_device::contract::dispatch;
use handoff_device::{Core, Host};

use crate::output::Failure;

/// The field app in a browser on this machine
#[derive(Args)]
pub struct Loopback {
    /// The device's data folder
    #[arg(long)]
    home: PathBuf,
    /// The built UI
    #[arg(long, default_value = "ui/dist/field")]
    ui: PathBuf,
    /// Where to listen; loopback addresses only
    #[arg(long, default_value = "127.0.0.1:5190")]
    listen: SocketAddr,
}

struct Served {
    core: Arc<Core>,
    ui: PathBuf,
    cookie: String,
}

/// Serves until the process ends.
///
/// # Errors
/// [`Failure`].
pub fn run(options: &Loopback) -> Result<(), Failure> {
    if !options.listen.ip().is_loopback() {
        return Err(Failure::usage(
            "the browser host listens on loopback addresses only",
        ));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::refused(format!("the program cannot start: {error}")))?;
    runtime.block_on(serve(options))
}

async fn serve(options: &Loopback) -> Result<(), Failure> {
    let core = Core::open(&options.home, Host::system()).map_err(Failure::refused)?;
    let core = Arc::new(core);
    tokio::spawn(Arc::clone(&core).drive());
    let mut secret = [0; 16];
    getrandom::fill(&mut secret).map_err(|error| Failure::refused(error.to_string()))?;
    let cookie = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let served = Arc::new(Served {
        core,
        ui: options.ui.clone(),
        cookie,
    });
    let router = Router::new()
        .route("/api/events", get(events))
        .route("/api/{command}", post(command))
        .fallback(file)
        .with_state(served);
    let listener = tokio::net::TcpListener::bind(options.listen)
        .await
        .map_err(|error| Failure::refused(format!("{}: {error}", options.listen)))?;
    axum::serve(listener, router)
        .await
        .map_err(|error| Failure::refused(error.to_string()))
}

fn is_ours(served: &Served, headers: &HeaderMap) -> bool {
    let wanted = format!("handoff={}", served.cookie);
    headers
        .get(header::COOKIE)
        .and_then(|cookies| cookies.to_str().ok())
        .is_some_and(|cookies| cookies.split("; ").any(|cookie| cookie == wanted))
}

async fn command(
    State(served): State<Arc<Served>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(request): Json<serde_json::Value>,
) -> Response {
    if !is_ours(&served, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match dispatch(&*served.core, &name, request).await {
        Ok(view) => Json(view).into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
    }
}

async fn events(State(served): State<Arc<Served>>, headers: HeaderMap) -> Response {
    if !is_ours(&served, &headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    Sse::new(stream(&served.core)).into_response()
}

fn stream(core: &Core) -> impl Stream<Item = Result<Message, Infallible>> + use<> {
    futures_util::stream::unfold(core.events(), |mut events| async move {
        let event = events.next().await?;
        let message = Message::default().json_data(event).unwrap_or_default();
        Some((Ok(message), events))
    })
}

async fn file(State(served): State<Arc<Served>>, uri: axum::http::Uri) -> Response {
    let name = match uri.path() {
        "/" => "field.html",
        path => path.trim_start_matches('/'),
    };
    // Names of built files only: no way out of the folder.
    let plain = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'));
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let bytes = if plain {
        tokio::fs::read(served.ui.join(name)).await.ok()
    } else {
        None
    };
    let Some(bytes) = bytes else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cookie = format!(
        "handoff={}; HttpOnly; SameSite=Strict; Path=/",
        served.cookie
    );
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::SET_COOKIE, cookie),
    ];
    (headers, Body::from(bytes)).into_response()
}
