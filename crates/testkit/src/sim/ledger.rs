//! What was reported, apart from everything that keeps it.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::ids::{EpochId, ItemId};
use handoff_sync::Standing;

/// An entry that was reported saved.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub author: UserId,
    /// The form that it came from.
    pub form: u32,
    /// The referral that it corrects, and on what that builds.
    pub amends: Option<(ReferralId, EntryId)>,
    /// Devices (by their place in the world) whose files hold it.
    pub on: BTreeSet<usize>,
    /// Of those, the ones on which it was taken back.
    pub back_on: BTreeSet<usize>,
    /// Files that hold it were copied: what one copy takes back the other may
    /// have sent.
    pub copied: bool,
    /// Its last copy went with a disk.
    pub gone: bool,
    /// The referral that it is about, or logs.
    pub referral: ReferralId,
    /// How each device showed it last, and in which epoch.
    pub shown: BTreeMap<usize, (Standing, EpochId)>,
}

impl Fact {
    /// Nobody is left who would send it.
    pub fn is_back(&self) -> bool {
        !self.back_on.is_empty() && self.on.is_subset(&self.back_on)
    }
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub facts: BTreeMap<EntryId, Fact>,
    /// What the site has ever taken, by epoch.
    pub taken: BTreeSet<(EpochId, ItemId)>,
    /// What was attached, by the entry that names it.
    pub attached: BTreeMap<EntryId, Vec<u8>>,
    /// Entries whose attachments the site ever had whole, by epoch.
    pub whole: BTreeSet<(EpochId, EntryId)>,
    pub next_form: u32,
    pub saved: u64,
    /// Referrals that were erased, and whether the order stands: one that a
    /// database was put back to before, without its control log, may be
    /// forgotten.
    pub erased: BTreeMap<ReferralId, Ordered>,
}

/// An order to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ordered {
    /// It stands.
    Stands,
    /// It may have gone with what was replaced.
    PerhapsForgotten,
}

impl Ledger {
    /// Whether an order is known that names an entry.
    pub fn ordered(&self, id: &EntryId) -> Option<Ordered> {
        let fact = self.facts.get(id)?;
        self.erased.get(&fact.referral).copied()
    }

    pub fn form(&mut self) -> u32 {
        self.next_form += 1;
        self.next_form
    }

    /// An entry was reported saved on a device.
    pub fn saved(
        &mut self,
        id: EntryId,
        host: usize,
        author: UserId,
        form: u32,
        referral: ReferralId,
        amends: Option<(ReferralId, EntryId)>,
    ) {
        self.saved += 1;
        let fact = self.facts.entry(id).or_insert_with(|| Fact {
            author,
            form,
            amends,
            on: BTreeSet::new(),
            back_on: BTreeSet::new(),
            copied: false,
            gone: false,
            referral,
            shown: BTreeMap::new(),
        });
        fact.on.insert(host);
        fact.gone = false;
    }
}
