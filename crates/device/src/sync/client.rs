//! The one outbound connection of a device: HTTPS to its own site.
//!
//! The site is recognised by the public key of its TLS certificate, pinned at
//! enrolment, and by nothing else: no certificate authority of the machine, no
//! host name, and no switch to skip it. Dates of the certificate are not a
//! reason to refuse (a device's clock may be wrong); TLS 1.3 only.

use std::sync::Arc;
use std::time::Duration;

use handoff_protocol::message::MAX_MESSAGE;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error as TlsError, SignatureScheme};
use sha2::{Digest as _, Sha256};

/// How long a request may take when the site does not have to wait.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(6);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Talks to the pinned site.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: reqwest::Url,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection, a time-out, or a cut line.
    #[error("the site did not answer")]
    NotReached(#[source] Option<reqwest::Error>),
    /// Somebody else answers at the site's address.
    #[error("the one who answered is not the pinned site")]
    NotPinned,
    /// An HTTP status that the protocol does not have.
    #[error("the site answered with HTTP status {0}")]
    Status(u16),
    /// More bytes than any answer has.
    #[error("the answer is longer than {MAX_MESSAGE} bytes")]
    TooLong,
    /// The address of the site does not read.
    #[error("the address of the site does not read as https://host:port")]
    Address,
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up")]
    Tls(#[source] TlsError),
}

impl Client {
    /// A client for the site at `url`, recognised by any of `pins`.
    ///
    /// # Errors
    /// [`ClientError::Address`] or [`ClientError::Tls`].
    pub fn new(url: &str, pins: Vec<[u8; 32]>) -> Result<Self, ClientError> {
        let base = reqwest::Url::parse(url).map_err(|_| ClientError::Address)?;
        if base.scheme() != "https" || base.host().is_none() {
            return Err(ClientError::Address);
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Pinned {
            pins,
            algorithms: provider.signature_verification_algorithms,
        });
        let tls = rustls::ClientConfig::builder_with_provider(provider as Arc<CryptoProvider>)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(ClientError::Tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .https_only(true)
            .tcp_nodelay(true)
            .build()
            .map_err(|error| ClientError::NotReached(Some(error)))?;
        Ok(Self { http, base })
    }

    /// Posts a message and reads the whole answer. `wait` is added to the time
    /// that a request may take.
    ///
    /// # Errors
    /// [`ClientError`] when there is no answer; with [`ClientError::Status`]
    /// the body was not read.
    pub async fn post(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        wait: Duration,
    ) -> Result<Vec<u8>, ClientError> {
        let url = self.base.join(path).map_err(|_| ClientError::Address)?;
        let request = self
            .http
            .post(url)
            .header(reqwest::header::CONTENT_TYPE, "application/cbor")
            .timeout(REQUEST_TIMEOUT + wait)
            .body(body);
        let mut answer = request.send().await.map_err(classify)?;
        let status = answer.status().as_u16();
        // 200 and 422 carry a message of the protocol.
        if status != 200 && status != 422 {
            return Err(ClientError::Status(status));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(classify)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_MESSAGE {
                return Err(ClientError::TooLong);
            }
        }
        Ok(bytes)
    }
}

/// A pin that does not hold shows as a certificate error somewhere inside.
fn classify(error: reqwest::Error) -> ClientError {
    if holds_certificate_error(&error) {
        ClientError::NotPinned
    } else {
        ClientError::NotReached(Some(error))
    }
}

/// Looks through sources, and into I/O errors, which hide what they wrap from
/// `source`.
fn holds_certificate_error(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<TlsError>() {
        return matches!(tls, TlsError::InvalidCertificate(_));
    }
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|inner| holds_certificate_error(inner))
        || error.source().is_some_and(holds_certificate_error)
}

#[derive(Debug)]
struct Pinned {
    pins: Vec<[u8; 32]>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let bad = || {
            TlsError::InvalidCertificate(rustls::CertificateError::ApplicationVerificationFailure)
        };
        let certificate = webpki::EndEntityCert::try_from(end_entity).map_err(|_| bad())?;
        let pin: [u8; 32] = Sha256::digest(certificate.subject_public_key_info()).into();
        if self.pins.contains(&pin) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(bad())
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        Err(TlsError::PeerIncompatible(
            rustls::PeerIncompatible::Tls12NotOfferedOrEnabled,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
