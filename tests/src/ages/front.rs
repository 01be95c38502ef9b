//! Something that stands where devices look for their site, with its TLS key.

use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::Result;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What comes back for a path and a body: a status and a body.
type Answer = dyn Fn(&str, Vec<u8>) -> (u16, Vec<u8>) + Send + Sync;

/// Answers in a site's place until it is dropped.
pub struct Front {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    listens: Option<JoinHandle<()>>,
}

impl Front {
    /// Listens at a port of this machine with the key of the site whose data
    /// folder this is.
    ///
    /// # Errors
    /// When the port is taken, or the key does not serve.
    pub fn at(
        port: u16,
        site: &Path,
        answer: impl Fn(&str, Vec<u8>) -> (u16, Vec<u8>) + Send + Sync + 'static,
    ) -> Result<Self> {
        let keys = site.join("keys");
        let chain = vec![CertificateDer::from_pem_file(keys.join("tls.crt"))?];
        let key = PrivateKeyDer::from_pem_file(keys.join("tls.key"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let (tls, answer, over) = (Arc::new(tls), Arc::new(answer), Arc::clone(&is_over));
        let listens = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (tls, answer) = (Arc::clone(&tls), Arc::clone(&answer));
                // A device that hangs up ends its connection, whatever else.
                std::thread::spawn(move || {
                    if let Ok(connection) = ServerConnection::new(tls) {
                        let _ = converse(StreamOwned::new(connection, stream), answer.as_ref());
                    }
                });
            }
        });
        Ok(Self {
            address,
            is_over,
            listens: Some(listens),
        })
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        if let Some(listens) = self.listens.take() {
            let _ = listens.join();
        }
    }
}

/// One connection: requests and their answers, until the other hangs up.
fn converse(stream: StreamOwned<ServerConnection, TcpStream>, answer: &Answer) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some((path, body)) = read(&mut stream)? {
        let (status, body) = answer(&path, body);
        let head = format!(
            "HTTP/1.1 {status} .\r\ncontent-type: application/cbor\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let to = stream.get_mut();
        to.write_all(head.as_bytes())?;
        to.write_all(&body)?;
        to.flush()?;
    }
    Ok(())
}

/// A request as HTTP/1.1 carries it; `None` when no more comes.
fn read(from: &mut impl BufRead) -> io::Result<Option<(String, Vec<u8>)>> {
    let first = line(from)?;
    let Some(path) = first.split(' ').nth(1) else {
        return Ok(None);
    };
    let path = path.trim_start_matches('/').to_owned();
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let header = line(from)?.to_ascii_lowercase();
        match header.split_once(':') {
            None => break,
            Some(("content-length", value)) => length = number(value, 10)?,
            Some(("transfer-encoding", value)) => is_chunked = value.trim() == "chunked",
            Some(_) => {}
        }
    }
    let mut body = Vec::new();
    if is_chunked {
        loop {
            let size = number(&line(from)?, 16)?;
            take(from, size, &mut body)?;
            line(from)?;
            if size == 0 {
                break;
            }
        }
    } else {
        take(from, length, &mut body)?;
    }
    Ok(Some((path, body)))
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

fn number(text: &str, radix: u32) -> io::Result<u64> {
    u64::from_str_radix(text.trim(), radix)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a length"))
}

fn take(from: &mut impl BufRead, length: u64, to: &mut Vec<u8>) -> io::Result<()> {
    from.by_ref().take(length).read_to_end(to).map(|_| ())
}
