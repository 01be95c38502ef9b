//! The site's half: what a request amounts to, what a batch adds to a lane,
//! and what may be said about it.
//!
//! Custody is apart from validity. A chain that continues is taken whole, even
//! if an entry in it cannot be opened, is of an unknown kind, comes from a
//! disabled account or from a device that a restored site does not know: the
//! certificates of the site's identity key are enough. Judging entries is the
//! applier's, later.

use chrono::{DateTime, TimeDelta, Utc};
use handoff_protocol::batch::VerifiedBatch;
use handoff_protocol::certificate::DeviceCertificate;
use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::epoch::{EpochRecord, Kinship};
use handoff_protocol::ids::{Seq, SitePin};
use handoff_protocol::message::{
    Certificates, Outcome, ProtocolRange, Refusal, SyncRequest, UserPull,
};
use handoff_protocol::receipt::Branch;
use handoff_protocol::signed::{PublicKey, Signed};

use crate::planted;

/// How far a request's time may be from site time.
pub const MAX_REQUEST_AGE: TimeDelta = TimeDelta::minutes(5);

/// What the site is, as far as a request is judged by it.
#[derive(Debug, Clone, Copy)]
pub struct SiteFacts<'a> {
    /// Its pin.
    pub pin: SitePin,
    /// Versions that it speaks.
    pub protocol: ProtocolRange,
    /// Its identity key.
    pub identity: &'a PublicKey,
    /// The epoch that it is in.
    pub epoch: &'a EpochRecord,
    /// Site time.
    pub now: DateTime<Utc>,
    /// What the site knows of the device: its key, if it is enrolled here.
    pub device_key: Option<&'a PublicKey>,
}

/// A request that holds, with its batches verified.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedRequest {
    /// The request.
    pub request: SyncRequest,
    /// The key that signed it.
    pub device_key: PublicKey,
    /// Set when the site did not know the device, or the device sent its
    /// certificates anyway: certificates that hold, to be kept.
    pub certificates: Option<Certificates>,
    /// Its batches, in the order of the request.
    pub batches: Vec<VerifiedBatch>,
    /// How the epoch that the device knows relates to the site's.
    pub kinship: Kinship,
}

/// Opens and checks a request.
///
/// # Errors
/// The outcome to answer with.
pub fn accept(
    site: SiteFacts<'_>,
    signed: &Signed<SyncRequest>,
    unverified: &SyncRequest,
) -> Result<AcceptedRequest, Outcome> {
    if site.protocol.common(&unverified.protocol).is_none() {
        return Err(Outcome::UpdateNeeded);
    }
    if unverified.site != site.pin {
        return Err(Outcome::Refused(Refusal::OtherSite));
    }
    let vouched = match &unverified.certificates {
        Some(certificates) => Some(check_certificates(site, unverified, certificates)?),
        None => None,
    };
    let device_key = match (site.device_key, &vouched) {
        (Some(key), _) => *key,
        (None, Some(_)) if planted::unknown_device_refused() => {
            return Err(Outcome::Refused(Refusal::BadCertificate));
        }
        (None, Some(certificate)) => certificate.key,
        (None, None) => return Err(Outcome::SendCertificates),
    };
    let Ok(request) = signed.open(&device_key) else {
        return Err(Outcome::Refused(Refusal::BadSignature));
    };
    if (request.site_time - site.now).abs() > MAX_REQUEST_AGE {
        return Err(Outcome::StaleClock);
    }
    let epoch = request
        .epoch
        .open(site.identity)
        .map_err(|_| Outcome::Refused(Refusal::BadCertificate))?;
    let mut batches = Vec::with_capacity(request.batches.len());
    for batch in &request.batches {
        let verified = batch
            .verify(&site.pin, &device_key)
            .map_err(|_| Outcome::Refused(Refusal::BadBatch))?;
        if verified.head.lane.device() != Some(request.device) {
            return Err(Outcome::Refused(Refusal::BadBatch));
        }
        batches.push(verified);
    }
    Ok(AcceptedRequest {
        certificates: request.certificates.clone(),
        kinship: site.epoch.kinship(&epoch),
        device_key,
        batches,
        request,
    })
}

fn check_certificates(
    site: SiteFacts<'_>,
    request: &SyncRequest,
    certificates: &Certificates,
) -> Result<DeviceCertificate, Outcome> {
    let bad = || Outcome::Refused(Refusal::BadCertificate);
    let device = certificates.device.open(site.identity).map_err(|_| bad())?;
    if device.site != site.pin || device.device != request.device {
        return Err(bad());
    }
    for author in &certificates.authors {
        let author = author.open(site.identity).map_err(|_| bad())?;
        if author.site != site.pin || author.device != request.device {
            return Err(bad());
        }
    }
    Ok(device)
}

/// A pull that holds.
///
/// # Errors
/// `Err(())` when it is not signed by this key or not meant for this request.
pub fn accept_pull(
    site: SitePin,
    request: &SyncRequest,
    pull: &Signed<UserPull>,
    signing_key: &PublicKey,
) -> Option<UserPull> {
    let pull = pull.open(signing_key).ok()?;
    let holds = pull.site == site && pull.device == request.device && pull.nonce == request.nonce;
    holds.then_some(pull)
}

/// What the site holds of the line that a batch continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The main line or a branch.
    pub branch: Branch,
    /// Its head.
    pub head: Head,
    /// Chain hashes held from the batch's first position on.
    pub held: Vec<ChainHash>,
}

/// What a batch adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custody {
    /// The site lacks what comes before: nothing is taken, nothing is lost.
    Gap {
        /// The next position that it can take.
        expected: Seq,
    },
    /// All of it is held already: a reply was lost.
    Held {
        /// On this line.
        branch: Branch,
    },
    /// Items to append to a line.
    Append {
        /// The line.
        branch: Branch,
        /// The first item of the batch that is new.
        from: usize,
    },
    /// From this item on the device goes another way than before: a disk was
    /// cloned, or an image put back. Both ways are kept.
    Fork {
        /// The line that it leaves.
        from_branch: Branch,
        /// The new branch, named by the first diverging hash.
        branch: Branch,
        /// The first item of the batch that diverges.
        from: usize,
    },
}

/// Decides what a batch adds. `line` is the line that holds the batch's
/// `before` hash (or has no item yet, for a batch that begins the lane);
/// `main_head` is the main line's last position, 0 for none.
#[must_use]
pub fn custody(line: Option<&Line>, main_head: Seq, batch: &VerifiedBatch) -> Custody {
    let Some(line) = line else {
        return Custody::Gap {
            expected: main_head + 1,
        };
    };
    for (i, (_, at)) in batch.items.iter().enumerate() {
        match line.held.get(i) {
            Some(held) if *held == at.hash && !planted::no_deduplication() => {}
            Some(_) if planted::fork_not_detected() => {}
            Some(_) => {
                return Custody::Fork {
                    from_branch: line.branch,
                    branch: Branch(at.hash),
                    from: i,
                };
            }
            None => {
                return Custody::Append {
                    branch: line.branch,
                    from: i,
                };
            }
        }
    }
    Custody::Held {
        branch: line.branch,
    }
}

/// Whether what a device shows proves that the site was rolled back without
/// being told: a receipt of the current epoch for what the site does not hold,
/// or an epoch that descends from the current one.
///
/// `receipts_of_this_epoch`: for each whether the line that it is for has come to
/// its revision, and holds the chain hash that it names. A position alone is
/// not enough: another copy of the device may have filled it since with
/// something else, or with the word that its content was taken back.
#[must_use]
pub fn proves_rollback(
    kinship: Kinship,
    receipts_of_this_epoch: impl IntoIterator<Item = bool>,
) -> bool {
    kinship == Kinship::Descendant || receipts_of_this_epoch.into_iter().any(|is_held| !is_held)
}

#[cfg(test)]
mod tests;
