//! Receipts: what a site has taken, provably, and what a device may say of it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::chain::{ChainHash, Head};
use crate::codec;
use crate::ids::{DeviceId, EpochId, Lane, Seq, SitePin};
use crate::signed::Statement;

/// Which branch of a lane: the first diverging chain hash, or zeros for the
/// main line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Branch(#[serde(with = "codec::bytes32")] pub ChainHash);

impl Branch {
    /// The main line.
    pub const MAIN: Self = Self([0; 32]);
}

impl fmt::Debug for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::MAIN {
            f.write_str("Branch::MAIN")
        } else {
            write!(
                f,
                "Branch({}…)",
                data_encoding::HEXLOWER.encode(&self.0[..4])
            )
        }
    }
}

/// The site has taken a lane up to a position, durably. Signed by the receipt
/// key after the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which site.
    pub site: SitePin,
    /// Whose device.
    pub device: DeviceId,
    /// The lane.
    pub lane: Lane,
    /// The branch.
    #[serde(default)]
    pub branch: Branch,
    /// Taken up to here, with the chain hash there.
    pub through: Head,
    /// Opened, judged and folded up to here.
    pub applied_through: Seq,
    /// The epoch that it speaks of.
    pub epoch: EpochId,
    /// Rises with every receipt of a lane, branch and epoch.
    pub revision: u64,
    /// Positions that a person has to look at, with the reason as a code.
    #[serde(default)]
    pub parked: Vec<(Seq, ParkCode)>,
    /// Positions whose attachments are not all here.
    #[serde(default)]
    pub blobs_missing: Vec<Seq>,
    /// Positions of which the site holds only that their author took them back,
    /// or that an order erased them which the site does not know any more. Two
    /// copies of a device may have the same chain, and one of them the content
    /// still: to that one the receipt proves nothing from there on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elided: Vec<Seq>,
    /// In a verified backup up to here.
    #[serde(default)]
    pub backed_up_through: Seq,
    /// When it was taken, site time.
    pub received_at: DateTime<Utc>,
}

impl Statement for Receipt {
    const TAG: &'static str = "handoff/receipt/1";
}

/// Why an entry is parked: taken into custody, and not folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkCode {
    /// The key that it is sealed to is not here.
    KeyMissing,
    /// It does not open under its context.
    CannotOpen,
    /// Its context is missing or not signed by its author.
    ContextForged,
    /// Its author is not the author of its context.
    AuthorMismatch,
    /// No certificate of its author is here.
    AuthorUnknown,
    /// Its author had been disabled.
    AuthorDisabled,
    /// It opens and does not read as an entry.
    Unreadable,
    /// It is of a kind that this version does not know.
    UnknownKind,
    /// Its author's role may not write this kind.
    NotPermitted,
    /// It is for another site.
    OtherSite,
    /// An entry with the same id and other content was taken before.
    IdTaken,
    /// The site erased it before it could be read.
    Erased,
    /// The device let its content go when a backup had it, and this site was put
    /// back to before.
    Lost,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl ParkCode {
    /// The code as it stands on the wire and in message ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyMissing => "key_missing",
            Self::CannotOpen => "cannot_open",
            Self::ContextForged => "context_forged",
            Self::AuthorMismatch => "author_mismatch",
            Self::AuthorUnknown => "author_unknown",
            Self::AuthorDisabled => "author_disabled",
            Self::Unreadable => "unreadable",
            Self::UnknownKind => "unknown_kind",
            Self::NotPermitted => "not_permitted",
            Self::OtherSite => "other_site",
            Self::IdTaken => "id_taken",
            Self::Erased => "erased",
            Self::Lost => "lost",
            Self::Other => "other",
        }
    }
}

impl Receipt {
    /// Eight letters and digits of the chain hash, for reading aloud.
    #[must_use]
    pub fn short_code(&self) -> String {
        let text = data_encoding::BASE32_NOPAD.encode(&self.through.hash[..5]);
        format!("{}-{}", &text[..4], &text[4..])
    }

    /// Positions whose content the site wants from any copy of the device that
    /// has it: those in [`elided`](Self::elided), and those that it has lost.
    #[must_use]
    pub fn without_content(&self) -> Vec<Seq> {
        let lost = self
            .parked
            .iter()
            .filter(|(_, code)| *code == ParkCode::Lost);
        let mut positions: Vec<Seq> = lost
            .map(|(seq, _)| *seq)
            .chain(self.elided.iter().copied())
            .collect();
        positions.sort_unstable();
        positions
    }
}
