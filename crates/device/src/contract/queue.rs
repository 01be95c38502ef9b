//! The queue and the state of each referral: what is on the device, what has a
//! receipt, what the site said.

use chrono::{DateTime, Utc};
use handoff_domain::{ChargeState, Door, EngagementState, VerificationState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::draft::ReferralForm;
use super::error::ErrorCode;
use super::verdict::VerdictView;

/// What the first screen shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodayView {
    /// Drafts, newest first.
    pub drafts: Vec<DraftLine>,
    /// The last five referrals.
    pub recent: Vec<ReferralLine>,
    /// Doors that this site has.
    pub doors: Vec<Door>,
}

/// Everything that waits, needs somebody, or was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueView {
    /// Parked by the site, or in conflict.
    pub needs_you: Vec<ReferralLine>,
    /// Saved on this device or sent, without a receipt.
    pub waiting: Vec<ReferralLine>,
    /// Not finished.
    pub drafts: Vec<DraftLine>,
    /// Covered by a receipt, newest first, at most 100.
    pub received: Vec<ReferralLine>,
    /// Referrals received in all.
    pub received_total: u32,
    /// Saved by other people on this device and still waiting: a count only.
    pub waiting_of_others: u32,
    /// Parked entries of theirs that stand in no list above: they are no
    /// referral by themselves, or stored records may not be read now.
    pub parked: Vec<ParkedLine>,
}

/// A parked entry without a word of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ParkedLine {
    /// Its id.
    pub entry: Uuid,
    /// The last eight characters of the id, for reading aloud.
    pub short: String,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// Why, as a code; said by `parked-<code>`.
    pub code: String,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftLine {
    /// Its id.
    pub draft: Uuid,
    /// The door.
    pub door: Door,
    /// Name or what they go by; empty when not known.
    pub name: String,
    /// When it was last saved.
    pub saved_at: DateTime<Utc>,
    /// How many answers are still missing.
    pub missing: u32,
}

/// A referral in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReferralLine {
    /// Its id.
    pub referral: Uuid,
    /// The last eight characters of the id, for reading aloud: the first tell
    /// when it was begun, and are alike for two of one minute.
    pub short: String,
    /// The door.
    pub door: Door,
    /// Name or what they go by; empty when not known.
    pub name: String,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// Where it stands.
    pub standing: StandingView,
    /// The verification track.
    pub verification: VerificationState,
    /// The engagement track.
    pub engagement: EngagementState,
}

/// Where an entry stands between device and site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StandingView {
    /// Saved on this device.
    OnDevice,
    /// Sent; no receipt yet.
    Sent,
    /// The site has it: shown only from a verified receipt.
    Received {
        /// When the site took it.
        received_at: DateTime<Utc>,
        /// The receipt's short code.
        receipt: String,
    },
    /// The site has it and a person has to look.
    Parked {
        /// Why, as a code; said by `parked-<code>`.
        code: String,
    },
}

/// Name one referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReferralRequest {
    /// Its id.
    pub referral: Uuid,
}

/// A referral with its reasons, its receipt and what the site said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReferralView {
    /// As in the lists.
    pub line: ReferralLine,
    /// What was reported, in the shape of the form: pages 1 to 3, and why it
    /// was referred anyway. What page 4 asked stands in the verdict.
    pub form: ReferralForm,
    /// The screening as it was when it was saved. Never recomputed.
    pub verdict: Option<VerdictView>,
    /// The charge track.
    pub charge: ChargeState,
    /// What the site decided, newest first.
    pub decisions: Vec<DecisionLine>,
    /// Lane position and chain hash, for IT.
    pub journal: JournalLine,
    /// True while it can be taken back.
    pub can_take_back: bool,
}

/// A decision of the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DecisionLine {
    /// Approved, not approved or needs information.
    pub verification: VerificationState,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// In words, if the site gave a reason for the referrer.
    pub reason: String,
}

/// Where the entry lies in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JournalLine {
    /// Position in the lane.
    pub seq: u64,
    /// Chain hash, hex.
    pub hash: String,
}

/// What a sync run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// Entries put on the wire.
    pub sent: u32,
    /// Entries newly covered by a receipt.
    pub received: u32,
    /// Entries that the site parked.
    pub parked: u32,
    /// Entries still waiting.
    pub waiting: u32,
    /// The site knows another copy of this device, so the journal goes on in a
    /// new lane. Nothing is lost.
    pub went_on: bool,
    /// Why it stopped early, if it did.
    pub error: Option<ErrorCode>,
}

/// What is pushed to the window without being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Something in these topics changed: read them again.
    Changed {
        /// Which.
        topics: Vec<super::Topic>,
    },
    /// The site decided on one of the person's own referrals.
    Decided {
        /// Which referral.
        referral: Uuid,
        /// How.
        verification: VerificationState,
    },
    /// The session was locked (time, lid, or another window).
    Locked,
}
