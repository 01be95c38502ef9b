//! What the site answers: receipts and feeds, as the real one signs them.

use chrono::{DateTime, Utc};
use handoff_domain::{
    Body, Decided, Entry, ReferralId, Role, RosterChanged, UserId, VerificationMove,
};
use handoff_protocol::KeptRecord;
use handoff_protocol::chain::Head;
use handoff_protocol::ids::{EpochId, ItemId, Lane, Seq};
use handoff_protocol::message::{Answer, Cursor, FeedEntry, FeedItem, FeedPart};
use handoff_protocol::pack::Packer;
use handoff_protocol::receipt::{Branch, Receipt};
use handoff_protocol::{Signed, UserId as ProtocolUser};
use handoff_store::{Applied, DeviceStore};

use super::{Lab, now};

impl Lab {
    /// A receipt over the whole of the device's newest lane.
    pub fn receipt(&self, device: &DeviceStore, revision: u64) -> Receipt {
        let report = device.lane_reports().unwrap().pop().unwrap();
        self.receipt_for(report.lane, report.head, revision)
    }

    pub fn receipt_for(&self, lane: Lane, through: Head, revision: u64) -> Receipt {
        Receipt {
            site: self.site.pin(),
            device: self.device,
            lane,
            branch: Branch::MAIN,
            through,
            applied_through: through.seq,
            epoch: self.epoch_id,
            revision,
            parked: Vec::new(),
            blobs_missing: Vec::new(),
            elided: Vec::new(),
            backed_up_through: 0,
            received_at: now(),
        }
    }

    pub fn sign(&self, receipt: &Receipt) -> Signed<Receipt> {
        self.site.receipt.sign_statement(receipt).unwrap()
    }

    /// An answer with these receipts and nothing else.
    pub fn answer(&self, receipts: Vec<Signed<Receipt>>) -> Answer {
        Answer {
            epoch: self.epoch.clone(),
            keys: Vec::new(),
            receipts,
            gaps: Vec::new(),
            site_feed: None,
            user_feeds: Vec::new(),
            leases: Vec::new(),
            not_served: Vec::new(),
            attachments: Vec::new(),
            erasures: None,
            keep_sealed_days: None,
            keep_vault_days: None,
        }
    }

    /// The device sends everything and the site takes it.
    pub fn sync(&self, device: &DeviceStore, revision: u64) -> Applied {
        self.send_all(device);
        let receipt = self.sign(&self.receipt(device, revision));
        apply(device, &self.answer(vec![receipt]))
    }

    pub fn send_all(&self, device: &DeviceStore) {
        for lane in device.outlook().unwrap().lanes {
            device
                .read_items(&lane.lane, lane.covered + 1, 500)
                .unwrap();
            device.mark_sent(&lane.lane, lane.head.seq).unwrap();
        }
    }

    /// An answer with a part of the first officer's feed.
    pub fn user_feed(&self, part: FeedPart) -> Answer {
        let user: ProtocolUser = self.officers[0].user;
        Answer {
            user_feeds: vec![(user, part)],
            ..self.answer(Vec::new())
        }
    }

    pub fn site_feed(&self, part: FeedPart) -> Answer {
        Answer {
            site_feed: Some(part),
            ..self.answer(Vec::new())
        }
    }

    pub fn part(&self, position: u64, snapshot: bool, items: Vec<FeedItem>) -> FeedPart {
        FeedPart {
            snapshot,
            items,
            next: Cursor {
                epoch: self.epoch_id,
                scope_version: 1,
                position,
                feed_hash: [0; 32],
            },
            more: false,
            without_own: false,
        }
    }

    /// The site's decision on a referral.
    pub fn decision(&self, referral: ReferralId, decision: VerificationMove) -> Entry {
        let body = Body::VerificationDecided(Decided {
            referral,
            decision,
            reason: String::new(),
        });
        let mut entry = self.entry(self.next_id(), user(0x77), body);
        entry.record.role = Role::ProsecutorLiaison;
        entry
    }

    pub fn roster_change(&self, name: &str) -> Entry {
        let body = Body::RosterChanged(RosterChanged {
            user: user(0x42),
            name: name.into(),
            roles: [Role::Officer].into(),
            agency: String::new(),
        });
        let mut entry = self.entry(self.next_id(), user(0x77), body);
        entry.record.role = Role::SiteAdmin;
        entry
    }

    pub fn site_lane(&self) -> Lane {
        Lane::Site {
            epoch: self.epoch_id,
        }
    }

    pub fn include(&self, entry: &Entry, lane: Lane, seq: Seq) -> FeedItem {
        FeedItem::Include(feed_entry(entry, lane, seq, now()))
    }
}

pub fn feed_entry(entry: &Entry, lane: Lane, seq: Seq, received_at: DateTime<Utc>) -> FeedEntry {
    FeedEntry {
        id: ItemId(entry.id.0),
        lane,
        seq,
        author: entry.author,
        received_at,
        record: KeptRecord::of(
            &mut Packer::new().unwrap(),
            &entry.record.to_bytes().unwrap(),
        )
        .unwrap(),
    }
}

pub fn apply(device: &DeviceStore, answer: &Answer) -> Applied {
    device.apply(answer, now()).unwrap()
}

pub fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

pub fn epoch(n: u8) -> EpochId {
    EpochId::from_bytes([n; 16])
}
