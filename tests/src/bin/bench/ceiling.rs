//! The reference of a transfer: the same libraries with nothing of ours.
//! reqwest → TLS 1.3 → axum → SQLite, batches of 500 JSON documents compressed
//! with zstd, one transaction each; no seals, chains, receipts, rights, views
//! or encryption of files. What is left is what any design on these libraries
//! has to pay.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use rusqlite::Connection;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::Setup;
use crate::documents::{self, Document};
use crate::measure::cpu;

/// What it is called in the report.
pub const NAME: &str = "bare reqwest → axum → SQLite";
/// The command by which this program serves it.
pub const SERVE: &str = "serve-ceiling";
/// Documents of one request.
const BATCH: u16 = 500;
/// zstd's level for whole batches; entries of ours are packed one by one (ADR 0008).
const LEVEL: i32 = 3;
const CERTIFICATE: &str = "certificate.der";

/// A line for each document.
fn pack<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<u8>> {
    let lines: String = documents
        .into_iter()
        .flat_map(|(id, body)| [id, " ", body, "\n"])
        .collect();
    Ok(zstd::encode_all(lines.as_bytes(), LEVEL)?)
}

fn unpack(bytes: &[u8]) -> Result<String> {
    Ok(String::from_utf8(zstd::decode_all(bytes)?)?)
}

fn lines_of(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.lines().filter_map(|line| line.split_once(' '))
}

/// A server process and a client with documents in memory.
pub struct Ceiling {
    server: Child,
    url: String,
    client: reqwest::Client,
    runtime: Runtime,
    documents: Vec<Document>,
    folder: TempDir,
}

impl Ceiling {
    /// Starts the server and makes the documents.
    pub fn start(setup: &Setup, seed: u64) -> Result<Self> {
        let folder = tempfile::tempdir_in(&setup.folder)?;
        let mut server = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        BufReader::new(server.stdout.take().context("its output")?).read_line(&mut address)?;
        let certificate = std::fs::read(folder.path().join(CERTIFICATE))?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self {
            server,
            url: format!("https://localhost:{}", address.trim()),
            client,
            runtime: Runtime::new()?,
            documents: documents::make(setup.entries, seed)?,
            folder,
        })
    }

    /// Processor time of both sides.
    pub fn spent(&self) -> Result<Duration> {
        Ok(cpu(self.server.id())? + cpu(std::process::id())?)
    }

    /// Sends every document.
    pub fn push(&self) -> Result<()> {
        self.runtime.block_on(async {
            for batch in self.documents.chunks(BATCH.into()) {
                let body = pack(batch.iter().map(|(id, body)| (id.as_str(), body.as_str())))?;
                let request = self.client.post(format!("{}/push", self.url)).body(body);
                request.send().await?.error_for_status()?;
            }
            Ok(())
        })
    }

    /// Fetches every document into a database of its own; says how many.
    pub fn pull(&self) -> Result<usize> {
        let mut database = open(&self.folder.path().join("fresh.db"))?;
        self.runtime.block_on(async {
            let mut count = 0;
            loop {
                let url = format!("{}/pull?after={count}", self.url);
                let answer = self.client.get(url).send().await?.error_for_status()?;
                let lines = unpack(&answer.bytes().await?)?;
                let fetched = keep(&mut database, &lines)?;
                if fetched == 0 {
                    return Ok(count);
                }
                count += fetched;
            }
        })
    }
}

impl Drop for Ceiling {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn open(file: &Path) -> Result<Connection> {
    let database = Connection::open(file)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE IF NOT EXISTS documents (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT",
    )?;
    Ok(database)
}

fn keep(database: &mut Connection, lines: &str) -> Result<usize> {
    let tx = database.transaction()?;
    let mut count = 0;
    {
        let mut insert = tx.prepare_cached("INSERT INTO documents (id, body) VALUES (?1, ?2)")?;
        for document in lines_of(lines) {
            count += insert.execute(document)?;
        }
    }
    tx.commit()?;
    Ok(count)
}

fn page(database: &Connection, after: i64) -> Result<Vec<u8>> {
    let mut select = database
        .prepare_cached("SELECT id, body FROM documents WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let rows = select.query_map((after, BATCH), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let page: Vec<Document> = rows.collect::<rusqlite::Result<_>>()?;
    pack(page.iter().map(|(id, body)| (id.as_str(), body.as_str())))
}

type Shared = Arc<Mutex<Connection>>;

#[derive(Deserialize)]
struct After {
    after: i64,
}

async fn take(State(database): State<Shared>, body: Bytes) -> StatusCode {
    blocking(move || {
        let lines = unpack(&body)?;
        keep(
            &mut database.lock().unwrap_or_else(PoisonError::into_inner),
            &lines,
        )
    })
    .await
    .map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK)
}

async fn give(
    State(database): State<Shared>,
    Query(after): Query<After>,
) -> Result<Vec<u8>, StatusCode> {
    blocking(move || {
        page(
            &database.lock().unwrap_or_else(PoisonError::into_inner),
            after.after,
        )
    })
    .await
    .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

/// Serves on a free port, prints it, and goes on until it is killed.
pub fn serve(folder: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate: PathBuf = folder.join(CERTIFICATE);
    std::fs::write(&certificate, made.cert.der())?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(made.cert.der().to_vec())],
            PrivateKeyDer::Pkcs8(key),
        )?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let database = open(&folder.join("server.db"))?;
    let app = Router::new()
        .route("/push", post(take))
        .route("/pull", get(give))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(Mutex::new(database)));
    Runtime::new()?.block_on(async {
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", tcp.local_addr()?.port());
        let listener = Tls {
            tcp,
            acceptor: TlsAcceptor::from(Arc::new(tls)),
        };
        ensure!(axum::serve(listener, app).await.is_ok(), "it ended");
        Ok(())
    })
}

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((tcp, address)) = self.tcp.accept().await else {
                continue;
            };
            let _ = tcp.set_nodelay(true);
            if let Ok(tls) = self.acceptor.accept(tcp).await {
                return (tls, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
