//! The site's TLS key and certificate: self-signed, because devices pin the key
//! and trust no authority.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use handoff_protocol::PublicKey;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::files;
use crate::paths::Paths;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate could not be made.
    #[error("the TLS certificate could not be made")]
    Make(#[from] rcgen::Error),
    /// A file was not written.
    #[error("{file}: {source}")]
    Io {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not read as what it should be.
    #[error("{0}: this does not read as PEM of a key or certificate")]
    Pem(PathBuf),
    /// The key is of another kind than devices pin.
    #[error("the TLS key is not a P-256 key")]
    NotP256,
    /// The library refuses key and certificate.
    #[error("key and certificate do not serve")]
    Config(#[from] rustls::Error),
}

/// Makes key and certificate for a host name or address, and writes both.
pub(crate) fn make(paths: &Paths, host: String) -> Result<PublicKey, TlsError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let mut names = vec![host.clone()];
    // A site on this machine is reached under several names.
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        names.extend([
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "::1".to_owned(),
        ]);
        names.sort();
        names.dedup();
    }
    let mut params = CertificateParams::new(names)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Handoff site");
    params.distinguished_name = subject;
    let certificate = params.self_signed(&key)?;
    let pem = Zeroizing::new(key.serialize_pem());
    for (file, bytes) in [
        (paths.tls_key(), pem.as_bytes()),
        (paths.tls_certificate(), certificate.pem().as_bytes()),
    ] {
        files::write(&file, bytes).map_err(|source| TlsError::Io { file, source })?;
    }
    PublicKey::from_bytes(key.public_key_raw()).ok_or(TlsError::NotP256)
}

/// What the server speaks: TLS 1.3 with AES-GCM, HTTP/2 and HTTP/1.1.
pub(crate) fn config(paths: &Paths) -> Result<ServerConfig, TlsError> {
    let certificate = paths.tls_certificate();
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect)
        .map_err(|_| TlsError::Pem(certificate))?;
    let key = paths.tls_key();
    let key = PrivateKeyDer::from_pem_file(&key).map_err(|_| TlsError::Pem(key))?;
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites = vec![
        aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
        aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
    ];
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // Nobody comes back with a ticket: a device keeps none over a restart, and
    // within TLS 1.3 it would save no round trip.
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
