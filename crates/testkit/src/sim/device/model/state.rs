//! What a device's files hold, as values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{AttachmentAddress, EntryId, Hlc, ReferralId, UserId};
use handoff_protocol::KeptRecord;
use handoff_protocol::certificate::{
    AuthorCertificate, DeviceCertificate, KeyCertificate, KeyPurpose, Lease,
};
use handoff_protocol::chain::{self, ChainHash, Head, Parent};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{ContextId, EpochId, ItemId, Lane, Seq};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::message::{Cursor, FeedEntry, LaneReport};
use handoff_protocol::receipt::{Branch, Receipt};
use handoff_protocol::signed::{PublicKey, Signed};
use handoff_store::Draft;
use handoff_sync::device::AttachmentOutlook;
use handoff_sync::{Coverage, Standing, standing};
use handoff_vault::WrappedRedoKey;

use crate::sim::planted;

/// All files of a device.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub device: DeviceDb,
    pub vaults: BTreeMap<UserId, VaultDb>,
    pub drafts: BTreeMap<UserId, BTreeMap<EntryId, Draft>>,
}

/// device.db.
#[derive(Debug, Clone)]
pub(super) struct DeviceDb {
    pub certificate: Signed<DeviceCertificate>,
    pub epoch: Signed<EpochRecord>,
    pub epoch_id: EpochId,
    /// Erasure orders of that epoch that were carried out.
    pub erased_through: u64,
    /// Items that they name and that are in no lane here.
    pub erased_elsewhere: Arc<BTreeSet<ItemId>>,
    pub keys: Arc<Vec<(Signed<KeyCertificate>, KeyCertificate)>>,
    pub people: Arc<Vec<PersonRow>>,
    pub site_entries: Arc<BTreeMap<ItemId, FeedEntry>>,
    pub site_cursor: Option<Cursor>,
    pub site_time: DateTime<Utc>,
    pub hlc: Hlc,
    pub lanes: Vec<LaneRow>,
    pub places: Arc<BTreeMap<ItemId, (usize, Seq)>>,
    pub redo_keys: Arc<BTreeMap<ContextId, (UserId, WrappedRedoKey)>>,
    pub attachments: Arc<BTreeMap<ItemId, Attached>>,
}

/// Sealed bytes that an entry names, and the referral that it is about.
#[derive(Debug, Clone)]
pub(super) struct Attached {
    pub referral: ReferralId,
    pub address: AttachmentAddress,
    pub bytes: Arc<Vec<u8>>,
}

#[derive(Debug, Clone)]
pub(super) struct PersonRow {
    pub user: UserId,
    pub certificate: Signed<AuthorCertificate>,
    pub sealing_key: PublicKey,
    pub lease: Signed<Lease>,
    pub leased_at: DateTime<Utc>,
}

/// One life of the journal.
#[derive(Debug, Clone)]
pub(super) struct LaneRow {
    pub lane: Lane,
    pub parent: Option<Parent>,
    pub left_through: Seq,
    pub sent: Option<(Seq, EpochId)>,
    pub known: Option<Known>,
    pub rows: Arc<Vec<Arc<Row>>>,
}

/// The newest good receipt, and what it says.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub signed: Signed<Receipt>,
    pub branch: Branch,
    pub backed_up_through: Seq,
    pub coverage: Coverage,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub item: Item,
    pub hash: ChainHash,
    pub user: UserId,
    pub redo: Option<Vec<u8>>,
    pub saved_at_ms: i64,
    pub hlc: Hlc,
}

/// A row on its way into a journal.
pub(super) struct NewRow {
    pub item: Item,
    pub user: UserId,
    pub redo: Option<Vec<u8>>,
    pub saved_at_ms: i64,
    pub hlc: Hlc,
}

/// A person's vault.
#[derive(Debug, Clone)]
pub(super) struct VaultDb {
    pub cursor: Option<Cursor>,
    pub wants_own: bool,
    pub entries: Arc<BTreeMap<ItemId, Held>>,
}

#[derive(Debug, Clone)]
pub(super) struct Held {
    pub lane: Lane,
    pub seq: Seq,
    pub author: UserId,
    pub own: bool,
    pub record: Arc<KeptRecord>,
}

impl Default for VaultDb {
    /// A vault that was just begun wants everything.
    fn default() -> Self {
        Self {
            cursor: None,
            wants_own: true,
            entries: Arc::default(),
        }
    }
}

impl LaneRow {
    /// Whether every item is what the chain links.
    pub fn is_whole(&self) -> bool {
        let mut head = chain::genesis(&self.lane, self.parent.as_ref());
        self.rows.iter().all(|row| {
            head = chain::link(&self.lane, &head, &row.item.digest());
            head.hash == row.hash
        })
    }

    pub fn begun(lane: Lane, parent: Option<Parent>) -> Self {
        Self {
            lane,
            parent,
            left_through: 0,
            sent: None,
            known: None,
            rows: Arc::default(),
        }
    }

    pub fn hash_at(&self, seq: Seq) -> Option<ChainHash> {
        match seq.checked_sub(1) {
            None => Some(chain::genesis(&self.lane, self.parent.as_ref()).hash),
            Some(at) => self.row(at + 1).map(|row| row.hash),
        }
    }

    /// The head before the first of some positions whose content is here.
    pub fn before_kept(&self, positions: &[Seq]) -> Option<Head> {
        let seq = positions.iter().find_map(|at| {
            let row = self.row(*at)?;
            let is_kept = row.item.gone().is_none();
            is_kept.then(|| at - 1)
        })?;
        Some(Head {
            seq,
            hash: self.hash_at(seq)?,
        })
    }

    pub fn row(&self, seq: Seq) -> Option<&Arc<Row>> {
        let at = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.rows.get(at)
    }

    pub fn head(&self) -> Head {
        let seq = self.rows.len() as Seq;
        let hash = self.rows.last().map(|row| row.hash);
        match hash {
            Some(hash) => Head { seq, hash },
            None => chain::genesis(&self.lane, self.parent.as_ref()),
        }
    }

    /// Covered and applied in this epoch.
    pub fn covered(&self, epoch: EpochId) -> (Seq, Seq) {
        match &self.known {
            Some(known) if known.coverage.epoch == epoch => {
                let coverage = &known.coverage;
                (coverage.through.seq, coverage.applied_through)
            }
            _ => (0, 0),
        }
    }

    pub fn is_parked(&self, seq: Seq) -> bool {
        let parked = self.known.iter().flat_map(|known| &known.coverage.parked);
        parked.into_iter().any(|(at, _)| *at == seq)
    }

    /// Whether the attachment that an entry names is not all at the site.
    pub fn is_missing(&self, seq: Seq) -> bool {
        let known = self.known.iter();
        let mut missing = known.flat_map(|known| &known.coverage.blobs_missing);
        missing.any(|at| *at == seq)
    }

    pub fn standing(&self, seq: Seq, epoch: EpochId) -> Standing {
        let coverage = self.known.as_ref().map(|known| &known.coverage);
        standing::standing(seq, epoch, coverage, self.sent)
    }

    /// Appends an item.
    pub fn append(&mut self, new: NewRow) -> Seq {
        let head = chain::link(&self.lane, &self.head(), &new.item.digest());
        Arc::make_mut(&mut self.rows).push(Arc::new(Row {
            item: new.item,
            hash: head.hash,
            user: new.user,
            redo: new.redo,
            saved_at_ms: new.saved_at_ms,
            hlc: new.hlc,
        }));
        head.seq
    }

    /// Changes one row.
    pub fn change(&mut self, seq: Seq, change: impl FnOnce(&mut Row)) {
        let Some(at) = seq.checked_sub(1).and_then(|at| usize::try_from(at).ok()) else {
            return;
        };
        if let Some(row) = Arc::make_mut(&mut self.rows).get_mut(at) {
            change(Arc::make_mut(row));
        }
    }

    pub fn report(&self) -> LaneReport {
        LaneReport {
            lane: self.lane,
            parent: self.parent,
            head: self.head(),
            receipt: self.known.as_ref().map(|known| known.signed.clone()),
        }
    }
}

impl Row {
    pub fn is_entry(&self) -> bool {
        !matches!(self.item, Item::Context { .. })
    }

    pub fn is_erased(&self) -> bool {
        self.item.gone() == Some(Gone::Erased)
    }

    pub fn is_taken_back(&self) -> bool {
        self.item.gone() == Some(Gone::Elided)
    }
}

impl DeviceDb {
    pub fn lane(&self, lane: &Lane) -> Option<&LaneRow> {
        self.lanes.iter().find(|row| row.lane == *lane)
    }

    pub fn lane_mut(&mut self, lane: &Lane) -> Option<&mut LaneRow> {
        self.lanes.iter_mut().find(|row| row.lane == *lane)
    }

    pub fn find(&self, id: ItemId) -> Option<(&LaneRow, Seq, &Arc<Row>)> {
        let (lane, seq) = self.places.get(&id)?;
        let lane = self.lanes.get(*lane)?;
        Some((lane, *seq, lane.row(*seq)?))
    }

    /// Attachments of entries that a receipt of this epoch covers and does not
    /// say that the site has.
    pub fn attachments_missing(&self) -> Vec<AttachmentOutlook> {
        let is_missing = |id: &ItemId| {
            self.find(*id).is_some_and(|(lane, seq, _)| {
                let (covered, _) = lane.covered(self.epoch_id);
                seq <= covered && lane.is_missing(seq) && !lane.is_parked(seq)
            })
        };
        let missing = self.attachments.iter().filter(|(id, _)| is_missing(id));
        let mut missing: Vec<AttachmentOutlook> = missing
            .map(|(_, attached)| AttachmentOutlook {
                address: attached.address,
                total: attached.bytes.len() as u64,
            })
            .collect();
        missing.sort_by_key(|of| (of.total, of.address));
        missing
    }

    /// Positions of a lane, behind one and up to another, with attachments.
    pub fn attached(&self, lane: &LaneRow, behind: Seq, through: Seq) -> Vec<Seq> {
        let places = self.attachments.keys().filter_map(|id| self.find(*id));
        let places = places.filter(|(of, _, _)| of.lane == lane.lane);
        let mut places: Vec<Seq> = places.map(|(_, seq, _)| seq).collect();
        places.retain(|seq| *seq > behind && *seq <= through);
        places.sort_unstable();
        places
    }

    /// Keys of the site that sign receipts.
    pub fn receipt_keys(&self) -> Vec<Signed<KeyCertificate>> {
        let keys = self.keys.iter();
        let keys = keys.filter(|(_, key)| key.purpose == KeyPurpose::Receipt);
        keys.map(|(signed, _)| signed.clone()).collect()
    }

    pub fn person(&self, user: UserId) -> Option<&PersonRow> {
        self.people.iter().find(|row| row.user == user)
    }

    /// Entries of somebody whose redo nobody will ask for again.
    pub fn finished_redo(&self, user: UserId) -> Vec<ItemId> {
        let mut finished = Vec::new();
        for lane in &self.lanes {
            let (_, applied) = lane.covered(self.epoch_id);
            for (row, seq) in lane.rows.iter().zip(1..=applied) {
                let is_over = !lane.is_parked(seq) && !lane.is_missing(seq);
                if row.user == user && row.redo.is_some() && is_over {
                    finished.push(row.item.id());
                }
            }
        }
        finished
    }

    pub fn erase_redo(&mut self, ids: &[ItemId]) {
        for id in ids {
            let Some((lane, seq)) = self.places.get(id).copied() else {
                continue;
            };
            if let Some(lane) = self.lanes.get_mut(lane) {
                lane.change(seq, |row| row.redo = None);
            }
        }
    }

    /// Lets go of what was saved before this and is in a backup of the site.
    pub fn prune(&mut self, saved_before_ms: i64) {
        let epoch = self.epoch_id;
        for lane in &mut self.lanes {
            let (_, applied) = lane.covered(epoch);
            let Some(known) = lane.known.as_ref().filter(|_| applied > 0) else {
                continue;
            };
            let mut through = applied.min(known.backed_up_through);
            if planted::let_go_unproven() {
                through = applied;
            }
            for seq in 1..=through {
                let is_over = lane.row(seq).is_some_and(|row| {
                    matches!(row.item, Item::Entry { .. })
                        && row.redo.is_none()
                        && row.saved_at_ms < saved_before_ms
                });
                if is_over && !lane.is_parked(seq) && !lane.is_missing(seq) {
                    lane.change(seq, |row| {
                        row.item = row.item.clone().into_placeholder(Gone::Pruned);
                    });
                }
            }
        }
    }

    /// An entry that has not left is taken back, with what it names.
    pub fn take_back(&mut self, id: ItemId) {
        Arc::make_mut(&mut self.attachments).remove(&id);
        let Some((lane, seq)) = self.places.get(&id).copied() else {
            return;
        };
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.change(seq, |row| {
                row.item = row.item.clone().into_placeholder(Gone::Elided);
                row.redo = None;
            });
        }
    }

    /// The content of an entry goes, and what its vault could be made from.
    pub fn erase(&mut self, id: ItemId) {
        let Some((lane, seq)) = self.places.get(&id).copied() else {
            Arc::make_mut(&mut self.erased_elsewhere).insert(id);
            return;
        };
        Arc::make_mut(&mut self.attachments).remove(&id);
        let Some(lane) = self.lanes.get_mut(lane) else {
            return;
        };
        lane.change(seq, |row| {
            let is_there = matches!(row.item.gone(), None | Some(Gone::Pruned));
            if is_there && row.is_entry() {
                row.item = row.item.clone().into_placeholder(Gone::Erased);
                if !planted::eviction_spares_journal() {
                    row.redo = None;
                }
            }
        });
    }

    /// Entries of somebody's that only their vault and the site can have, and of
    /// which the site has not proven that it has applied them.
    pub fn unproven(&self, user: UserId) -> impl Iterator<Item = ItemId> {
        let rows = self.lanes.iter().flat_map(|lane| {
            let places = lane.rows.iter().zip(1..);
            places.map(move |(row, seq)| (lane, row, seq))
        });
        let rows = rows
            .filter(move |(_, row, _)| row.user == user && row.redo.is_none() && row.is_entry());
        rows.filter(|(_, row, _)| !row.is_erased() && !row.is_taken_back())
            .filter(|(lane, _, seq)| !self.is_applied(&lane.lane, *seq))
            .map(|(_, row, _)| row.item.id())
    }

    /// Whether the site has applied what stands here; what another device
    /// saved is here only because it has.
    pub fn is_applied(&self, lane: &Lane, seq: Seq) -> bool {
        self.lane(lane).is_none_or(|row| {
            let (_, applied) = row.covered(self.epoch_id);
            let is_current = row
                .known
                .as_ref()
                .is_some_and(|known| known.coverage.epoch == self.epoch_id);
            seq <= applied && !(is_current && row.is_parked(seq))
        })
    }
}
