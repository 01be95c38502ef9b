//! What device and site said was safe, and when.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::{AttachmentAddress, EntryId};
use handoff_protocol::message::FeedPosition;

/// Something that was acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// `save` returned.
    Saved(EntryId),
    /// `save` returned with an attachment.
    Attached(EntryId, AttachmentAddress),
    /// `put_draft` returned, with this version.
    Draft(EntryId, u32),
    /// The device showed it as received by the site.
    Received(EntryId),
    /// An eviction began: the view may lose it from now on.
    MayGo(EntryId),
    /// The eviction was taken up: the view holds it no more.
    Gone(EntryId),
    /// Whoever stands here in their feed holds so many entries of the referral.
    Feed(FeedPosition, EntryId, usize),
    /// The schema is at least this one.
    Schema(u32),
    /// The site gave a receipt over it.
    Custody(EntryId),
    /// The site said that it has decided on this referral.
    Decided(EntryId),
}

/// Facts with the step behind which they were noted.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Vec<(usize, Fact)>);

impl Ledger {
    /// Notes a fact.
    pub fn note(&mut self, at: usize, fact: Fact) {
        self.0.push((at, fact));
    }

    /// How many acknowledgements it has.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        let is_one = |fact: &&(usize, Fact)| !matches!(fact.1, Fact::MayGo(_) | Fact::Feed(..));
        self.0.iter().filter(is_one).count()
    }

    /// What had been said when so many steps were done.
    #[must_use]
    pub fn known(&self, at: usize) -> Known {
        let mut known = Known::default();
        for (_, fact) in self.0.iter().filter(|(noted, _)| *noted <= at) {
            known.add(fact);
        }
        known
    }
}

/// Everything that has to hold at some moment.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// In the journal.
    pub saved: BTreeSet<EntryId>,
    /// In the journal, with what they name.
    pub attached: BTreeMap<EntryId, AttachmentAddress>,
    /// Drafts, with the version that was kept last.
    pub drafts: BTreeMap<EntryId, u32>,
    /// Received by the site.
    pub received: BTreeSet<EntryId>,
    /// Perhaps no more in the view.
    pub may_go: BTreeSet<EntryId>,
    /// No more in the view.
    pub gone: BTreeSet<EntryId>,
    /// What a place in the feed means.
    pub feed: Vec<(FeedPosition, EntryId, usize)>,
    /// The oldest schema that the file may have.
    pub schema: u32,
    /// In the site's custody.
    pub custody: BTreeSet<EntryId>,
    /// Decided by the site.
    pub decided: BTreeSet<EntryId>,
}

impl Known {
    fn add(&mut self, fact: &Fact) {
        match fact {
            Fact::Saved(id) => {
                self.saved.insert(*id);
                self.drafts.remove(id);
            }
            Fact::Attached(id, address) => {
                self.saved.insert(*id);
                self.attached.insert(*id, *address);
            }
            Fact::Draft(id, version) => {
                self.drafts.insert(*id, *version);
            }
            Fact::Received(id) => {
                self.received.insert(*id);
            }
            Fact::MayGo(id) => {
                self.may_go.insert(*id);
            }
            Fact::Gone(id) => {
                self.gone.insert(*id);
            }
            Fact::Feed(position, id, entries) => {
                self.feed.push((position.clone(), *id, *entries));
            }
            Fact::Schema(schema) => self.schema = self.schema.max(*schema),
            Fact::Custody(id) => {
                self.custody.insert(*id);
            }
            Fact::Decided(id) => {
                self.decided.insert(*id);
            }
        }
    }
}
