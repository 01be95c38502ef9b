//! What a receipt proves, and where an entry stands because of it.

use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::ids::{DeviceId, EpochId, Lane, Seq, SitePin};
use handoff_protocol::receipt::{ParkCode, Receipt};

use crate::planted;

/// Where an entry stands between device and site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Saved on this device; the site may not have it.
    OnDevice,
    /// On its way: it may or may not have arrived.
    Sent,
    /// The site has it, by a verified receipt of the current epoch.
    Received,
    /// The site has it, and a person has to look.
    Parked(ParkCode),
}

/// What the device knows of one lane at the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The epoch of the newest verified receipt.
    pub epoch: EpochId,
    /// Taken up to here.
    pub through: Head,
    /// Applied up to here.
    pub applied_through: Seq,
    /// The receipt's revision.
    pub revision: u64,
    /// Positions that a person has to look at.
    pub parked: Vec<(Seq, ParkCode)>,
    /// Positions whose attachments are not all there.
    pub blobs_missing: Vec<Seq>,
}

/// Why a receipt was put aside. The standing stays what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptRefused {
    /// It is another site's.
    #[error("the receipt is another site's")]
    OtherSite,
    /// It is another device's or lane's.
    #[error("the receipt is for another device or lane")]
    OtherLane,
    /// It speaks of another epoch than the one that the site is in.
    #[error("the receipt speaks of another epoch")]
    OtherEpoch,
    /// A newer one was seen before.
    #[error("a newer receipt was seen before")]
    Older,
    /// It covers what this device never had.
    #[error("the receipt covers position {0}, which this device does not have")]
    Beyond(Seq),
    /// Its hash is not this device's at that position: one of the two was
    /// changed or put back.
    #[error("the receipt's hash at position {0} is not this device's")]
    Diverged(Seq),
}

impl ReceiptRefused {
    /// Whether it proves that another copy of this device has gone on from the
    /// same journal: the site holds what this device signed and does not have.
    #[must_use]
    pub fn is_of_a_copy(self) -> bool {
        match self {
            Self::Beyond(_) | Self::Diverged(_) => true,
            Self::OtherSite | Self::OtherLane | Self::OtherEpoch | Self::Older => false,
        }
    }
}

/// What this device is and has, as far as a receipt is judged by it.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// The pinned site.
    pub site: SitePin,
    /// This device.
    pub device: DeviceId,
    /// The lane that is judged.
    pub lane: Lane,
    /// Its head here.
    pub head: Head,
    /// The chain hash here at the receipt's position, if it is held.
    pub hash_at_through: Option<ChainHash>,
    /// The site's current epoch, from its verified record.
    pub epoch: EpochId,
    /// The head here before the first of the receipt's positions
    /// [`without_content`] whose content is here all the same, if there is one.
    ///
    /// [`without_content`]: Receipt::without_content
    pub before_kept: Option<Head>,
    /// Positions up to the receipt's, and behind what it says is applied, whose
    /// entries name attachments.
    pub attached: &'a [Seq],
    /// What was known before.
    pub before: Option<&'a Coverage>,
}

/// Judges a receipt whose signature was verified.
///
/// What another copy of this device took back or let go, and this one did not, is
/// not at the site: the receipt then covers no more than what comes before it, and
/// the rest goes out again.
///
/// Only a site that has opened an entry knows which attachment it names: until
/// then one is missing, whatever the receipt says.
///
/// # Errors
/// [`ReceiptRefused`] says why it proves nothing.
pub fn judge(own: Own<'_>, receipt: &Receipt) -> Result<Coverage, ReceiptRefused> {
    if receipt.site != own.site {
        return Err(ReceiptRefused::OtherSite);
    }
    if receipt.device != own.device || receipt.lane != own.lane {
        return Err(ReceiptRefused::OtherLane);
    }
    if receipt.epoch != own.epoch && !planted::epoch_ignored() {
        return Err(ReceiptRefused::OtherEpoch);
    }
    if let Some(before) = own.before
        && before.epoch == receipt.epoch
        && (receipt.revision, receipt.through.seq) < (before.revision, before.through.seq)
    {
        return Err(ReceiptRefused::Older);
    }
    if receipt.through.seq > own.head.seq {
        return Err(ReceiptRefused::Beyond(receipt.through.seq));
    }
    if own.hash_at_through != Some(receipt.through.hash) {
        return Err(ReceiptRefused::Diverged(receipt.through.seq));
    }
    let through = match own.before_kept {
        Some(head) if head.seq < receipt.through.seq => head,
        _ => receipt.through,
    };
    let mut coverage = Coverage {
        epoch: receipt.epoch,
        through,
        applied_through: receipt.applied_through.min(through.seq),
        revision: receipt.revision,
        parked: receipt.parked.clone(),
        blobs_missing: receipt.blobs_missing.clone(),
    };
    let unproven = own
        .attached
        .iter()
        .filter(|seq| **seq > coverage.applied_through && !receipt.blobs_missing.contains(seq));
    coverage.blobs_missing.extend(unproven);
    coverage.parked.retain(|(seq, _)| *seq <= through.seq);
    coverage.blobs_missing.retain(|seq| *seq <= through.seq);
    Ok(coverage)
}

/// Where the item at `seq` stands. `sent` is the position up to which items
/// were put on the wire, and the epoch in which that was.
#[must_use]
pub fn standing(
    seq: Seq,
    epoch: EpochId,
    coverage: Option<&Coverage>,
    sent: Option<(Seq, EpochId)>,
) -> Standing {
    if let Some(coverage) = coverage
        && (coverage.epoch == epoch || planted::epoch_ignored())
        && seq <= coverage.through.seq
    {
        if let Some((_, code)) = coverage.parked.iter().find(|(parked, _)| *parked == seq) {
            return Standing::Parked(*code);
        }
        if !coverage.blobs_missing.contains(&seq) {
            return Standing::Received;
        }
        return Standing::Sent;
    }
    match sent {
        Some((through, sent_in)) if sent_in == epoch && seq <= through => Standing::Sent,
        _ => Standing::OnDevice,
    }
}

#[cfg(test)]
mod tests;
