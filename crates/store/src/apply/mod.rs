//! Taking up what the site answered.
//!
//! ```text
//! verify (no file is touched) ─► one transaction on device.db ─► one on each open vault
//! ```
//!
//! device.db comes first, so that redo of an evicted entry is gone before the
//! vault's cursor moves past the eviction: a crash between the two brings the
//! same part of the feed again.

mod away;
mod erasures;
mod prune;
mod receipts;
mod settle;
mod verify;

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use handoff_cipherdb::{Disposition, WriteTx};
use handoff_domain::{EntryId, Hlc, MAX_DRIFT_MS, ReferralId, UserId, VerificationState};
use handoff_protocol::ids::{EpochId, ItemId, KeyId, Lane};
use handoff_protocol::message::{Answer, FeedItem, FeedPosition, KEEP_VAULT_DAYS, NotServed};
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::SignedError;
use handoff_sync::ReceiptRefused;

use crate::device::{DeviceStore, ReadError};
use crate::enrolment;
use crate::error::{StorageError, Stored};
use crate::folder::FolderError;
use crate::journal;
use crate::lives::Outlived;
use crate::person::{self, Slot};
use crate::planted;
use crate::session::UserReader;
use crate::site_entry;
use crate::view;
use verify::Verified;

/// What an answer changed.
#[derive(Debug, Default)]
pub struct Applied {
    /// The epoch changed, or a receipt took coverage back: whatever is in
    /// flight starts from a wrong place.
    pub restarted: bool,
    /// A feed has more.
    pub more: bool,
    /// Referrals whose verification has changed in an open vault.
    pub decided: Vec<(ReferralId, VerificationState)>,
    /// Entries that are proved to be at the site, and were not before.
    pub received: u64,
    /// Entries that a person has to look at, and had not before.
    pub parked: Vec<(EntryId, ParkCode)>,
    /// A receipt proves that another copy of this device has gone on in the
    /// lane that is written to: go on in another ([`DeviceStore::go_on`]).
    /// Until that is done every answer says so again.
    pub outlived: Option<(Lane, Outlived)>,
    /// People whose account the site has disabled, or this device with it:
    /// their leases are gone, so they may write and not read.
    pub disabled: Vec<UserId>,
    /// Entries that were erased by an order.
    pub erased: u64,
    /// What proved nothing or did not hold, and changed nothing.
    pub ignored: Vec<Ignored>,
}

/// Something in an answer that was left alone.
#[derive(Debug)]
pub enum Ignored {
    /// A receipt: every standing stays what it was.
    Receipt {
        /// The lane that it says it is for, if it could be read.
        lane: Option<Lane>,
        /// Why.
        why: ReceiptProblem,
    },
    /// A key that the identity key does not vouch for.
    Key(KeyId),
    /// A lease that does not hold, or is older than the one that is kept.
    Lease,
    /// A feed of another epoch than the answer's, or of somebody who is not
    /// signed in.
    Feed(Option<UserId>),
    /// An entry that does not belong in the site-scope feed.
    SiteEntry(ItemId),
    /// An erasure order that the site has not signed, or for another device.
    Erasures,
    /// An erasure whose traces could not be cleared out of the log yet. The
    /// order comes again.
    Unswept(StorageError),
    /// A vault could not be written. Its feed comes again.
    Vault {
        /// Whose.
        user: UserId,
        /// Why.
        source: StorageError,
    },
    /// The vault of somebody who stays away could not be removed. The next
    /// answer tries again.
    Stays {
        /// Whose.
        user: UserId,
        /// Why.
        source: FolderError,
    },
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptProblem {
    /// No certified receipt key has this name.
    #[error("no certified receipt key has the name {0}")]
    UnknownKey(KeyId),
    /// Its signature or its bytes do not hold.
    #[error(transparent)]
    Signed(#[from] SignedError),
    /// This device has no such lane.
    #[error("this device has no such lane")]
    UnknownLane,
    /// Its signature is good and it does not fit what this device has.
    #[error(transparent)]
    Refused(#[from] ReceiptRefused),
}

/// Why an answer was not taken up. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Its epoch is not signed by the pinned identity key.
    #[error("the epoch of the answer does not hold")]
    Epoch(#[source] SignedError),
    /// Its epoch is another site's.
    #[error("the epoch of the answer is another site's")]
    OtherSite,
    /// It speaks of an epoch that the site has left behind: an answer that was
    /// held up, or a site that was put back and has not noticed.
    #[error("the answer speaks of epoch {answered}, which epoch {current} has replaced")]
    OldEpoch {
        /// The epoch of the answer.
        answered: EpochId,
        /// The epoch that this device knows.
        current: EpochId,
    },
    /// No room on the disk, and none left to give up.
    #[error("no space is left on the disk: the answer was not taken up")]
    DiskFull,
    /// The files.
    #[error(transparent)]
    Storage(StorageError),
}

impl ApplyError {
    /// What to do next.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Epoch(_) | Self::OtherSite => Disposition::Stop,
            Self::OldEpoch { .. } | Self::DiskFull => Disposition::Retry,
            Self::Storage(error) => error.disposition(),
        }
    }
}

impl From<StorageError> for ApplyError {
    fn from(error: StorageError) -> Self {
        if error.is_disk_full() {
            Self::DiskFull
        } else {
            Self::Storage(error)
        }
    }
}

impl From<ReadError> for ApplyError {
    fn from(error: ReadError) -> Self {
        error.0.into()
    }
}

impl DeviceStore {
    /// Takes up an answer of the site whose nonce was checked. `site_time` is
    /// the reply's.
    ///
    /// What does not hold is left alone and named in [`Applied::ignored`].
    ///
    /// # Errors
    /// [`ApplyError`]; nothing has changed then.
    pub fn apply(&self, answer: &Answer, site_time: DateTime<Utc>) -> Result<Applied, ApplyError> {
        let verified = verify::verify(self, answer)?;
        let vaults = self.shared.open_vaults();
        let people = self.people()?;
        let slot_of = |user: UserId| {
            let person = people.iter().find(|person| person.user == user);
            person.map(|person| person.slot)
        };
        let evicted = evictions(answer, verified.epoch, |user| {
            slot_of(user).filter(|slot| vaults.iter().any(|(of, _)| of == slot))
        });

        let mut applied = self.shared.write(|tx| {
            let mut applied = self.take_up(tx, answer, &verified, site_time)?;
            let spared = planted::eviction_spares_journal();
            for (slot, id) in evicted.iter().filter(|_| !spared) {
                journal::erase_redo_of(tx, *id, *slot)?;
            }
            applied.restarted |= verified.is_new_epoch;
            Ok(applied)
        })?;
        applied.ignored.extend(verified.ignored);
        if verified.new_sealing_key {
            self.shared.context_age.fetch_add(1, Ordering::Release);
        }
        let mut is_swept = true;
        if !evicted.is_empty() || verified.erasures.is_some() {
            // What was erased leaves the log too, before anybody is told.
            if let Err(error) = self.shared.db.writer()?.checkpoint_truncate() {
                applied.ignored.push(Ignored::Unswept(error.into()));
                is_swept = false;
            }
        }
        if let Some(order) = verified.erasures.as_ref().filter(|_| is_swept) {
            for (_, vault) in &vaults {
                vault.erase(&order.items)?;
            }
            // One more question tells the site that it was done.
            applied.more |= erasures::acknowledge(&self.shared, order)?;
        }

        // Redo is erased behind the commit that proves it is needed no more: a
        // crash before this leaves redo, never a gap.
        for (slot, vault) in &vaults {
            if let Err(source) = self.shared.settle_redo(*slot, vault) {
                let user = vault.user;
                applied.ignored.push(Ignored::Vault { user, source });
            }
        }

        for (user, part) in &answer.user_feeds {
            let vault = slot_of(*user)
                .and_then(|slot| vaults.iter().find(|(of, _)| *of == slot))
                .filter(|_| part.next.epoch == verified.epoch && is_swept);
            let Some((slot, vault)) = vault else {
                applied.ignored.push(Ignored::Feed(Some(*user)));
                continue;
            };
            let is_disabled = applied.disabled.contains(user);
            let taken = self.take_feed(*slot, vault, part, site_time);
            let taken = taken.and_then(|taken| {
                if is_disabled {
                    self.drop_applied(vault)?;
                }
                Ok(taken)
            });
            match taken {
                Ok(taken) => {
                    applied.decided.extend(taken.decided);
                    // One more question tells the site that the vault is empty.
                    let is_emptied = part.snapshot && is_disabled;
                    applied.more |= taken.more || is_emptied;
                }
                Err(source) => {
                    let user = *user;
                    applied.ignored.push(Ignored::Vault { user, source });
                }
            }
        }
        let keep_days = answer.keep_vault_days.unwrap_or(KEEP_VAULT_DAYS);
        if keep_days > 0 {
            applied
                .ignored
                .extend(self.drop_vaults(&people, keep_days, site_time)?);
        }
        Ok(applied)
    }

    /// Everything that concerns device.db.
    fn take_up(
        &self,
        tx: &WriteTx<'_>,
        answer: &Answer,
        verified: &Verified<'_>,
        site_time: DateTime<Utc>,
    ) -> Stored<Applied> {
        let mut applied = Applied::default();
        if verified.is_new_epoch {
            enrolment::set_epoch(tx, &answer.epoch, verified.epoch)?;
            journal::forget_erased_elsewhere(tx)?;
        }
        for (signed, key) in &verified.keys {
            enrolment::add_key(tx, signed, key)?;
        }
        enrolment::saw_time(tx, site_time, Hlc::default())?;
        receipts::take(tx, &self.shared.me, verified, &mut applied)?;
        for (slot, lease) in &verified.leases {
            person::set_lease(tx, *slot, lease)?;
        }
        for (user, why) in &answer.not_served {
            if *why == NotServed::Disabled {
                person::drop_lease(tx, *user)?;
                applied.disabled.push(*user);
            }
        }
        if let Some(order) = &verified.erasures {
            applied.erased = erasures::carry_out(tx, order)?;
        }
        if let Some(days) = answer.keep_sealed_days {
            prune::prune(tx, verified.epoch, days, site_time)?;
        }
        match &answer.site_feed {
            Some(part) if part.next.epoch == verified.epoch => {
                let left_out = site_entry::take(tx, part)?;
                applied
                    .ignored
                    .extend(left_out.into_iter().map(Ignored::SiteEntry));
                applied.more |= part.more;
            }
            Some(_) => applied.ignored.push(Ignored::Feed(None)),
            None => {}
        }
        Ok(applied)
    }

    /// Somebody whose account is disabled has been told once to hold nothing.
    /// What they had saved and the site had not applied yet stayed until it has.
    fn drop_applied(&self, vault: &view::Vault) -> Stored<()> {
        let applied = self.shared.applied()?;
        view::drop_applied(vault, |lane, seq| Ok(applied.covers(lane, seq)))
    }

    fn take_feed(
        &self,
        slot: Slot,
        vault: &view::Vault,
        part: &handoff_protocol::message::FeedPart,
        site_time: DateTime<Utc>,
    ) -> Stored<view::FeedTaken> {
        let spared = planted::eviction_spares_journal();
        let is_whole = part.snapshot && !part.without_own;
        if is_whole && vault.db.read(view::position)?.1 && !spared {
            // It has every entry of theirs that the site has applied and that
            // they may hold: redo would only bring back what is missing in it.
            self.shared.erase_applied_redo(slot)?;
            self.shared.db.writer()?.checkpoint_truncate()?;
        }
        let applied = self.shared.applied()?;
        let is_applied = |lane: &Lane, seq| Ok(applied.covers(lane, seq));
        let taken = view::take_feed(vault, part, is_applied, || self.shared.unproven(slot))?;
        self.shared.keep_needs_you(slot, vault)?;
        if taken.hlc > Hlc::default() {
            let most = Hlc {
                wall_ms: site_time.timestamp_millis().saturating_add(MAX_DRIFT_MS),
                count: 0,
            };
            let hlc = taken.hlc.min(most);
            self.shared
                .write(|tx| enrolment::saw_time(tx, site_time, hlc))?;
        }
        Ok(taken)
    }
}

/// So many days before a time, whatever the clock says that it was read from.
fn days_before(time: DateTime<Utc>, days: u16) -> i64 {
    const DAY_MS: i64 = 24 * 3_600_000;
    time.timestamp_millis() - i64::from(days) * DAY_MS
}

/// Entries that people may no longer hold, with whose redo has to go.
fn evictions(
    answer: &Answer,
    epoch: EpochId,
    slot_of: impl Fn(UserId) -> Option<Slot>,
) -> Vec<(Slot, ItemId)> {
    let mut evicted = Vec::new();
    for (user, part) in &answer.user_feeds {
        let Some(slot) = slot_of(*user).filter(|_| part.next.epoch == epoch) else {
            continue;
        };
        for item in &part.items {
            if let FeedItem::Evict(id) = item {
                evicted.push((slot, *id));
            }
        }
    }
    evicted
}

impl UserReader {
    /// Where this person stands in their feed, and whether entries of their own
    /// are wanted too; `None` while their vault is not open, or still shows
    /// traces of what was evicted in its log.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn position(&self) -> Result<Option<(FeedPosition, bool)>, ReadError> {
        let Some(vault) = &self.vault else {
            return Ok(None);
        };
        // The position says that what was evicted is gone.
        if vault.sweep().is_err() {
            return Ok(None);
        }
        Ok(Some(vault.db.read(view::position)?))
    }
}
