//! Listening, TLS, the applier beside it, and ending in good order.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::{Shared, router};
use crate::apply::Opener;
use crate::site::Site;
use crate::storage::{Soundness, StorageError};
use crate::tls::{self, TlsError};

/// How often the store is looked at for what other processes did.
const POLL: Duration = Duration::from_millis(500);
const HANDSHAKE_FOR: Duration = Duration::from_secs(10);
const HEADERS_FOR: Duration = Duration::from_secs(20);
/// How long requests in hand may take when the server ends.
const END_FOR: Duration = Duration::from_secs(10);
/// How often everything is looked at for damage.
const CHECK_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process serves this folder.
    #[error("{0}: another process serves this site")]
    Locked(PathBuf),
    /// The file system.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot listen there.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A server that listens.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    done: tokio::task::JoinHandle<()>,
}

impl Serving {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, finishes what is in hand, and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.done.await;
    }
}

/// Serves a site until it is stopped.
///
/// # Errors
/// [`ServeError`] when it cannot start.
pub async fn serve(site: Arc<Site>, listen: SocketAddr) -> Result<Serving, ServeError> {
    let lock = lock(&site)?;
    // A process that was killed cannot give its lease back; it is not alive,
    // or it would hold the lock.
    site.storage().writing(|writes| writes.free_applier())?;
    let acceptor = TlsAcceptor::from(Arc::new(tls::config(site.paths())?));
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|source| ServeError::Listen {
            address: listen,
            source,
        })?;
    let address = listener.local_addr().map_err(|source| ServeError::Listen {
        address: listen,
        source,
    })?;
    let opener = Opener::new(&site.host);
    let shared = Arc::new(Shared::of(site));
    let (stop, stopped) = watch::channel(false);
    let applier = tokio::spawn(apply(Arc::clone(&shared), opener, stopped.clone()));
    let checker = tokio::spawn(check(Arc::clone(&shared)));
    let done = tokio::spawn(async move {
        accept(&shared, listener, acceptor, stopped).await;
        checker.abort();
        let _ = applier.await;
        drop(lock);
    });
    tracing::info!(%address, "serving");
    Ok(Serving {
        address,
        stop,
        done,
    })
}

/// One serving process for each folder.
fn lock(site: &Site) -> Result<File, ServeError> {
    let path = site.paths().lock();
    let io = |source| ServeError::Io {
        file: path.clone(),
        source,
    };
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(ServeError::Locked(site.paths().data().to_owned()))
        }
        Err(std::fs::TryLockError::Error(source)) => Err(io(source)),
    }
}

async fn accept(
    shared: &Arc<Shared>,
    listener: TcpListener,
    acceptor: TlsAcceptor,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(
        shared.site.settings.limits.connections.max(1),
    ));
    let graceful = Arc::new(GracefulShutdown::new());
    let router = router(Arc::clone(shared));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: wait for some.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        let (acceptor, router) = (acceptor.clone(), router.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = talk(stream, &acceptor, router, watcher).await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    shared.close();
    if let Some(graceful) = Arc::into_inner(graceful) {
        let _ = tokio::time::timeout(END_FOR, graceful.shutdown()).await;
    }
}

async fn talk(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    router: axum::Router,
    watcher: hyper_util::server::graceful::Watcher,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = tokio::time::timeout(HANDSHAKE_FOR, acceptor.accept(stream))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        router.clone().oneshot(request.map(Body::new))
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_FOR);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(8)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    watcher
        .watch(connection.into_owned())
        .await
        .map_err(io::Error::other)
}

/// Applies what comes into custody, notices what other processes did, and ends
/// after the transaction in hand.
async fn apply(shared: Arc<Shared>, mut opener: Opener, mut stopped: watch::Receiver<bool>) {
    let mut news = shared.site.wake().listen();
    let mut seen = None;
    let mut is_first = true;
    loop {
        news.borrow_and_update();
        let site = Arc::clone(&shared.site);
        let run = tokio::task::spawn_blocking(move || {
            let ran = if is_first {
                site.judge_parked(&mut opener)
            } else {
                Ok(())
            };
            let ran = ran.and_then(|()| site.apply(&mut opener).map(|_| ()));
            let head = ran.and_then(|()| site.status());
            (
                opener,
                head.map(|head| (head.feed_position, head.judge_round, head.awaiting)),
            )
        });
        let Ok((back, head)) = run.await else {
            tracing::error!("the applier ended");
            return;
        };
        opener = back;
        is_first = false;
        match head {
            Ok(head) => {
                // A command beside this server has written something.
                if seen.replace(head).is_some_and(|before| before != head) {
                    shared.site.wake().ring();
                    news.borrow_and_update();
                }
            }
            Err(error) => {
                shared.note(&error);
                if shared.is_damaged() {
                    return;
                }
            }
        }
        tokio::select! {
            _ = news.changed() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopped.changed() => return,
        }
    }
}

async fn check(shared: Arc<Shared>) {
    loop {
        let site = Arc::clone(&shared.site);
        match tokio::task::spawn_blocking(move || site.storage.check()).await {
            Ok(Ok(Soundness::Damaged)) => shared.note(&StorageError::Damaged),
            Ok(Err(error)) => shared.note(&error),
            Ok(Ok(Soundness::Sound)) | Err(_) => {}
        }
        tokio::time::sleep(CHECK_EVERY).await;
    }
}
