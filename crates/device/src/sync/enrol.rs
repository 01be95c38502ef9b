//! Enrolment: a one-time code becomes a device of the site.
//!
//! Both sides prove that they know the code; everything that comes back is
//! checked against the identity that the code pins before a byte is written.

use handoff_domain::SiteId;
use handoff_protocol::certificate::{
    AuthorCertificate, DeviceCertificate, KeyCertificate, KeyPurpose, Lease, SiteIdentity,
};
use handoff_protocol::enrolment::{
    CodeError, EnrolAnswer, EnrolRefusal, EnrolReply, EnrolRequest, EnrolmentCode, Proven, Speaker,
    tls_pin,
};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::{CodecError, PublicKey, Signed, from_cbor, to_cbor};
use handoff_vault::enrol_mac::{check, prove};
use handoff_vault::{SigningKey, UserKeys};

use super::client::{Client, ClientError};
use crate::host::Host;

/// What an enrolment yields: everything that the device then keeps.
#[derive(Debug)]
pub struct Enrolled {
    /// Where the site listens.
    pub url: String,
    /// The site.
    pub site: SiteIdentity,
    /// The device key.
    pub device_key: SigningKey,
    /// The keys of its first person.
    pub user_keys: UserKeys,
    /// What the device is.
    pub device: DeviceCertificate,
    /// Who its first person is.
    pub author: AuthorCertificate,
    /// The site's reply with the signed originals.
    pub reply: EnrolReply,
    /// The site's keys, checked.
    pub keys: Vec<KeyCertificate>,
    /// Pins of the site's TLS keys.
    pub tls_pins: Vec<[u8; 32]>,
    /// The lease, checked.
    pub lease: Lease,
    /// The epoch, checked.
    pub epoch: EpochRecord,
}

/// Why a device was not enrolled. Nothing was written here.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The text is not a code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// No answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The site did not enrol it.
    #[error("{}; nothing was set up on this machine", refused(.0))]
    Refused(EnrolRefusal),
    /// The one who answered does not know the code, or what it says does not
    /// fit together.
    #[error("the one who answered is not the site of this code")]
    NotProven,
    /// The answer does not read.
    #[error("the site's answer does not read")]
    Unreadable(#[from] CodecError),
}

fn refused(refusal: &EnrolRefusal) -> &'static str {
    match refusal {
        EnrolRefusal::Unknown => "the site has given out no such code: ask for a new one",
        EnrolRefusal::Used => "this code was used: ask for a new one",
        EnrolRefusal::Expired => "this code is too old: ask for a new one",
        EnrolRefusal::BadProof => {
            "what arrived at the site does not fit this code: check the connection, and try again"
        }
        EnrolRefusal::TooManyTries => "this code is void after too many tries: ask for a new one",
        EnrolRefusal::OtherDeviceKey => {
            "the site knows this device under another key: ask the site's administrator"
        }
        EnrolRefusal::DeviceRevoked => {
            "the site does not let this device in any more: ask the site's administrator"
        }
        EnrolRefusal::PersonDisabled => {
            "the person of this code has no role at the site: ask the site's administrator"
        }
        EnrolRefusal::AwaitingConfirmation => {
            "the site was put back and nobody has confirmed it yet: try again later"
        }
        EnrolRefusal::Unreadable => {
            "the site could not read what was sent: check the name of this device and the versions"
        }
        EnrolRefusal::Busy => "the site has too much to do: try again in a minute",
        EnrolRefusal::Other => "the site refused for a reason that this version does not know",
    }
}

/// Enrols: one exchange.
///
/// # Errors
/// [`EnrolError`].
pub async fn enrol(host: &Host, code: &str, device_name: &str) -> Result<Enrolled, EnrolError> {
    let code = EnrolmentCode::from_text(code)?;
    let client = Client::new(&code.url, vec![code.tls_pin])?;
    let device_key = SigningKey::make(host.random());
    let user_keys = UserKeys::make(host.random());
    let request = EnrolRequest {
        invitation: code.invitation(),
        device: handoff_protocol::DeviceId(host.uuid_v4()),
        device_name: device_name.to_owned(),
        device_key: device_key.public(),
        signing_key: user_keys.signing.public(),
        sealing_key: user_keys.sealing.public(),
    };
    let proven = prove(&code.token, Speaker::Device, &code.site, &request)?;
    let body = to_cbor(&proven, "an enrolment")?;
    let answer = client
        .post("v1/enrol", body, std::time::Duration::ZERO)
        .await?;
    let proven: Proven = match from_cbor(&answer, "an enrolment answer")? {
        EnrolAnswer::Done(proven) => proven,
        EnrolAnswer::Refused(refusal) => return Err(EnrolError::Refused(refusal)),
    };
    let reply: EnrolReply = check(&code.token, Speaker::Site, &code.site, &proven)
        .map_err(|_| EnrolError::NotProven)?;
    accept(code, request, device_key, user_keys, reply).ok_or(EnrolError::NotProven)
}

/// Checks that everything in the reply is signed by the pinned identity and
/// speaks of this device and its keys.
fn accept(
    code: EnrolmentCode,
    request: EnrolRequest,
    device_key: SigningKey,
    user_keys: UserKeys,
    reply: EnrolReply,
) -> Option<Enrolled> {
    let site = SiteIdentity {
        site: SiteId::new(reply.site.as_str()).ok()?,
        key: reply.identity,
    };
    if site.pin() != code.site {
        return None;
    }
    let device = reply.device.open(&site.key).ok()?;
    let author = reply.author.open(&site.key).ok()?;
    let epoch = reply.epoch.open(&site.key).ok()?;
    let mut keys = Vec::with_capacity(reply.keys.len());
    for key in &reply.keys {
        keys.push(key.open(&site.key).ok()?);
    }
    let lease = open_with(&keys, KeyPurpose::Receipt, &reply.lease)?;
    let pin = site.pin();
    let holds = device.site == pin
        && device.device == request.device
        && device.key == request.device_key
        && author.site == pin
        && author.device == request.device
        && author.signing_key == request.signing_key
        && author.sealing_key == request.sealing_key
        && epoch.site == pin
        && keys.iter().all(|key| key.site == pin)
        && keys.iter().any(|key| key.purpose == KeyPurpose::Sealing)
        && lease.site == pin
        && lease.device == request.device
        && lease.user == author.user;
    if !holds {
        return None;
    }
    let mut tls_pins: Vec<[u8; 32]> = keys
        .iter()
        .filter(|key| key.purpose == KeyPurpose::Tls)
        .map(|key| tls_pin(&key.key))
        .collect();
    if !tls_pins.contains(&code.tls_pin) {
        tls_pins.push(code.tls_pin);
    }
    Some(Enrolled {
        url: code.url,
        site,
        device_key,
        user_keys,
        device,
        author,
        keys,
        tls_pins,
        lease,
        epoch,
        reply,
    })
}

/// Opens a statement with whichever certified key of a purpose signed it.
fn open_with(
    keys: &[KeyCertificate],
    purpose: KeyPurpose,
    signed: &Signed<Lease>,
) -> Option<Lease> {
    let key: &PublicKey = &keys
        .iter()
        .find(|key| key.purpose == purpose && key.key.id() == signed.key)?
        .key;
    signed.open(key).ok()
}
