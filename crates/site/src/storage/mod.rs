//! What the site keeps, as operations of custody, applying, feeds and people:
//! no SQL here, and none above.
//!
//! **Why.** One implementation lies in a folder (`sqlite`), another will lie in
//! PostgreSQL; whoever calls cannot tell them apart, and one conformance suite
//! (`conformance`) is run through each.
//!
//! **How data moves through.** [`Storage::read`] lends a view of one moment,
//! [`Storage::write`] a transaction that is durable when it returns, or undone.
//! Within a transaction lanes are locked before the head ([`Writes::lock_lane`],
//! then [`Writes::lock_head`]): that order is the whole protocol against
//! deadlock. Positions of the site lane and of feeds are given under the head,
//! so they become visible in the order in which they were committed.
//!
//! **What it does not do.** It checks no signature, opens no seal, judges
//! nothing, reads no clock.
//!
//! **Where decided.** `docs/adr/0014-site-storage.md`.

mod attachments;
mod orders;
mod rows;
pub mod sqlite;

#[cfg(test)]
pub(crate) mod conformance;

pub use attachments::*;
pub use orders::*;
pub use rows::*;

use std::path::Path;

use chrono::{DateTime, Utc};
use handoff_domain::{EntryId, Hlc, ReferralId, UserId};
use handoff_protocol::chain::{ChainHash, Head};
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, ItemId, KeyId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::Signed;

/// A site's store.
pub trait Storage: Send + Sync {
    /// Reads at one moment.
    ///
    /// # Errors
    /// Those of `work`, and [`StorageError`] when the view cannot be had.
    fn read(
        &self,
        work: &mut dyn FnMut(&dyn Reads) -> Result<(), StorageError>,
    ) -> Result<(), StorageError>;

    /// Writes all of it, durably, or nothing.
    ///
    /// # Errors
    /// Those of `work`, and [`StorageError`] when it cannot be committed:
    /// nothing may then be acknowledged.
    fn write(
        &self,
        work: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError>;

    /// Looks at everything for damage.
    ///
    /// # Errors
    /// [`StorageError`] when it cannot be looked at. Damage is an answer.
    fn check(&self) -> Result<Soundness, StorageError>;

    /// Clears what was deleted out of every file, logs too.
    ///
    /// # Errors
    /// [`StorageError`]; transient while somebody still reads an earlier moment.
    fn sweep(&self) -> Result<(), StorageError>;

    /// A consistent, encrypted copy of one moment under another key.
    ///
    /// # Errors
    /// [`StorageError`]; also when there is a file of that name.
    fn copy_to(&self, file: &Path, key: &[u8; 32]) -> Result<(), StorageError>;
}

impl dyn Storage + '_ {
    /// [`Storage::read`] with a value and an error of the caller's.
    ///
    /// # Errors
    /// Those of `work` and of [`Storage::read`].
    pub fn reading<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&dyn Reads) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut work, mut done) = (Some(work), None);
        let read = self.read(&mut |reads| {
            let work = work.take().ok_or(StorageError::Abandoned)?;
            settle(work(reads), &mut done)
        });
        finish(read, done)
    }

    /// [`Storage::write`] with a value and an error of the caller's. An error
    /// undoes everything.
    ///
    /// # Errors
    /// Those of `work` and of [`Storage::write`].
    pub fn writing<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&dyn Writes) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut work, mut done) = (Some(work), None);
        let written = self.write(&mut |writes| {
            let work = work.take().ok_or(StorageError::Abandoned)?;
            settle(work(writes), &mut done)
        });
        finish(written, done)
    }
}

impl dyn Writes + '_ {
    /// [`Writes::savepoint`] with a value and an error of the caller's.
    ///
    /// # Errors
    /// Those of `part`.
    pub fn part<T, E: From<StorageError>>(
        &self,
        part: impl FnOnce(&dyn Writes) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut part, mut done) = (Some(part), None);
        let kept = self.savepoint(&mut |writes| {
            let part = part.take().ok_or(StorageError::Abandoned)?;
            settle(part(writes), &mut done)
        });
        finish(kept, done)
    }
}

fn settle<T, E>(result: Result<T, E>, done: &mut Option<Result<T, E>>) -> Result<(), StorageError> {
    let outcome = match result {
        Ok(_) => Ok(()),
        Err(_) => Err(StorageError::Abandoned),
    };
    *done = Some(result);
    outcome
}

/// An error of the caller's stays the caller's; a value counts only when the
/// commit holds.
fn finish<T, E: From<StorageError>>(
    outer: Result<(), StorageError>,
    done: Option<Result<T, E>>,
) -> Result<T, E> {
    match (outer, done) {
        (_, Some(Err(error))) => Err(error),
        (Err(error), _) => Err(error.into()),
        (Ok(()), Some(Ok(value))) => Ok(value),
        (Ok(()), None) => Err(StorageError::Abandoned.into()),
    }
}

/// A view of one moment.
pub trait Reads: OrderReads + AttachmentReads {
    /// The site's row and head.
    fn site(&self) -> Result<SiteRow, StorageError>;
    /// All keys of the site that were ever made.
    fn site_keys(&self) -> Result<Vec<SiteKeyRow>, StorageError>;

    /// A device.
    fn device(&self, device: DeviceId) -> Result<Option<DeviceRow>, StorageError>;
    /// All devices.
    fn devices(&self) -> Result<Vec<DeviceRow>, StorageError>;
    /// The keys that a person ever had on a device, newest first.
    fn authors(&self, user: UserId, device: DeviceId) -> Result<Vec<AuthorRow>, StorageError>;
    /// The people with keys on a device.
    fn users_of(&self, device: DeviceId) -> Result<Vec<UserId>, StorageError>;
    /// An invitation.
    fn invitation(&self, invitation: Invitation) -> Result<Option<InvitationRow>, StorageError>;
    /// What a device used up on a day (days since 1970).
    fn usage(&self, device: DeviceId, day: i64) -> Result<Usage, StorageError>;

    /// The main line and the branches of a lane, the main line first.
    fn lines(&self, lane: &Lane) -> Result<Vec<LineRow>, StorageError>;
    /// A line.
    fn line(&self, line: LineId) -> Result<Option<LineRow>, StorageError>;
    /// All lines of a device.
    fn lines_of(&self, device: DeviceId) -> Result<Vec<LineRow>, StorageError>;
    /// Every line.
    fn all_lines(&self) -> Result<Vec<LineRow>, StorageError>;
    /// Lines with items that are not applied.
    fn unapplied(&self) -> Result<Vec<LineRow>, StorageError>;
    /// Chain hashes of a line itself (not of what it branched from), from one
    /// position to another, without gaps.
    fn hashes(
        &self,
        line: LineId,
        from: Seq,
        through: Seq,
    ) -> Result<Vec<(Seq, ChainHash)>, StorageError>;
    /// Items of a line itself from a position on.
    fn items(&self, line: LineId, from: Seq, max: usize) -> Result<Vec<HeldItem>, StorageError>;
    /// One item.
    fn item(&self, line: LineId, seq: Seq) -> Result<Option<HeldItem>, StorageError>;
    /// Places of a line itself that hold only a placeholder.
    fn placeholders(&self, line: LineId, from: Seq, through: Seq)
    -> Result<Vec<Seq>, StorageError>;
    /// Places of a line itself, up to a position, that hold only that their
    /// author took them back. There are few.
    fn elided(&self, line: LineId, through: Seq) -> Result<Vec<Seq>, StorageError>;
    /// Items of this id, wherever they are held, oldest first.
    fn items_by_id(&self, id: ItemId) -> Result<Vec<(LineId, HeldItem)>, StorageError>;
    /// What is parked on a line.
    fn parked_on(&self, line: LineId) -> Result<Vec<(Seq, ParkCode)>, StorageError>;
    /// Everything that is parked.
    fn parked(&self) -> Result<Vec<ParkedRow>, StorageError>;

    /// An opened entry.
    fn entry(&self, id: EntryId) -> Result<Option<EntryRow>, StorageError>;
    /// The opened entries that speak of a referral.
    fn entries_of(&self, referral: ReferralId) -> Result<Vec<EntryRow>, StorageError>;
    /// The opened entries of a kind, in the order in which they were taken.
    fn entries_of_kind(&self, kind: &str) -> Result<Vec<EntryRow>, StorageError>;
    /// Every opened entry, in the order in which they were taken.
    fn each_entry(
        &self,
        each: &mut dyn FnMut(EntryRow) -> Result<(), StorageError>,
    ) -> Result<(), StorageError>;
    /// The view of one referral.
    fn referral(&self, referral: ReferralId) -> Result<Option<ReferralRow>, StorageError>;
    /// The view of all referrals.
    fn referrals(&self) -> Result<Vec<ReferralRow>, StorageError>;
    /// The roster.
    fn people(&self) -> Result<Vec<PersonRow>, StorageError>;

    /// A reader's scope, if anybody ever asked.
    fn scope(&self, scope: Scope) -> Result<Option<ScopeRow>, StorageError>;
    /// All scopes.
    fn scopes(&self) -> Result<Vec<ScopeRow>, StorageError>;
    /// The feed hash at a position that exists.
    fn feed_hash(&self, scope: Scope, position: u64) -> Result<Option<[u8; 32]>, StorageError>;
    /// Items of a feed behind a position, in order.
    fn feed(&self, scope: Scope, after: u64, max: usize) -> Result<Vec<FeedRow>, StorageError>;

    /// What an administrator has to know.
    fn alarms(&self) -> Result<Vec<AlarmRow>, StorageError>;
}

/// A transaction.
pub trait Writes: Reads + OrderWrites + AttachmentWrites {
    /// Does a part that may fail by itself: on an error it is undone, and the
    /// transaction goes on.
    fn savepoint(
        &self,
        part: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError>;

    /// Keeps everybody else from the lane until the commit.
    fn lock_lane(&self, lane: &Lane) -> Result<(), StorageError>;
    /// Keeps everybody else from giving positions until the commit; after any
    /// lane, never before.
    fn lock_head(&self) -> Result<SiteRow, StorageError>;

    /// Founds the site: once.
    fn found(&self, site: &NewSite) -> Result<(), StorageError>;
    /// Opens an epoch.
    fn open_epoch(
        &self,
        signed: &Signed<EpochRecord>,
        record: &EpochRecord,
        awaiting: bool,
    ) -> Result<(), StorageError>;
    /// Somebody confirmed a restored site.
    fn confirm(&self) -> Result<(), StorageError>;
    /// Keeps a key of the site.
    fn keep_site_key(&self, key: &SiteKeyRow) -> Result<(), StorageError>;
    /// Raises an alarm, unless the same one stands.
    fn raise_alarm(
        &self,
        code: AlarmCode,
        device: Option<DeviceId>,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
    /// Somebody has seen to what an alarm is about.
    fn settle_alarm(&self, code: AlarmCode) -> Result<(), StorageError>;

    /// Keeps a device; one that is known keeps its revocation.
    fn keep_device(&self, device: &DeviceRow) -> Result<(), StorageError>;
    /// A device was in touch.
    fn touch_device(&self, device: DeviceId, at: DateTime<Utc>) -> Result<(), StorageError>;
    /// A device is revoked from now on.
    fn revoke_device(&self, device: DeviceId, at: DateTime<Utc>) -> Result<(), StorageError>;
    /// Keeps a person's keys on a device.
    fn keep_author(&self, author: &AuthorRow) -> Result<(), StorageError>;
    /// Keeps recovery wraps.
    fn keep_recovery_wrap(
        &self,
        user: UserId,
        device: DeviceId,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
    /// Keeps an invitation.
    fn keep_invitation(&self, invitation: &InvitationRow) -> Result<(), StorageError>;
    /// Notes a request; false when it was noted before.
    fn note_request(
        &self,
        device: DeviceId,
        nonce: &[u8; 16],
        at: DateTime<Utc>,
    ) -> Result<bool, StorageError>;
    /// Forgets requests from before a time.
    fn forget_requests(&self, before: DateTime<Utc>) -> Result<(), StorageError>;
    /// Adds to what a device used up on a day.
    fn use_up(&self, device: DeviceId, day: i64, more: Usage) -> Result<(), StorageError>;

    /// Begins a line without items.
    fn begin_line(&self, line: &NewLine) -> Result<LineRow, StorageError>;
    /// Appends items; the line's head moves and its revision rises.
    fn append(
        &self,
        line: LineId,
        items: &[(&Item, Head)],
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
    /// Keeps the content of an item that was held as a placeholder.
    fn keep_body(&self, line: LineId, seq: Seq, item: &Item) -> Result<(), StorageError>;
    /// Everything up to here is judged.
    fn applied(&self, line: LineId, through: Seq) -> Result<(), StorageError>;
    /// Everything up to here is in a verified backup.
    fn backed_up(&self, line: LineId, through: Seq) -> Result<(), StorageError>;
    /// Parks an item, or changes why.
    fn park(
        &self,
        line: LineId,
        seq: Seq,
        code: ParkCode,
        at: DateTime<Utc>,
    ) -> Result<(), StorageError>;
    /// An item is no longer parked.
    fn unpark(&self, line: LineId, seq: Seq) -> Result<(), StorageError>;
    /// Parked items are to be judged again.
    fn ask_to_judge(&self) -> Result<(), StorageError>;
    /// Everything parked was judged as of this round.
    fn judged(&self, round: u64) -> Result<(), StorageError>;

    /// Keeps an opened entry.
    fn keep_entry(&self, entry: &EntryRow) -> Result<(), StorageError>;
    /// Sets the view of a referral.
    fn set_referral(&self, referral: &ReferralRow) -> Result<(), StorageError>;
    /// Sets a person of the roster.
    fn set_person(&self, person: &PersonRow) -> Result<(), StorageError>;
    /// Empties the views of referrals and people.
    fn clear_views(&self) -> Result<(), StorageError>;

    /// Gives the next reading of the site's hybrid logical clock.
    fn next_reading(&self, now: DateTime<Utc>) -> Result<Hlc, StorageError>;
    /// Gives the next position of the site's feeds.
    fn next_position(&self) -> Result<u64, StorageError>;
    /// Sets a scope's row.
    fn set_scope(&self, scope: &ScopeRow) -> Result<(), StorageError>;
    /// Takes a scope's items away: what follows is another version.
    fn clear_feed(&self, scope: Scope) -> Result<(), StorageError>;
    /// Appends to a feed.
    fn append_feed(&self, scope: Scope, row: &FeedRow) -> Result<(), StorageError>;

    /// Nobody applies: said by whoever alone has the store.
    fn free_applier(&self) -> Result<(), StorageError>;
    /// Takes or renews the lease of the one applier; false while somebody
    /// else holds it.
    fn lease_applier(
        &self,
        holder: &[u8; 16],
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StorageError>;
}

/// Whether the store is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    /// Nothing was found.
    Sound,
    /// Damage.
    Damaged,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database.
    #[error(transparent)]
    Database(#[from] handoff_cipherdb::CipherDbError),
    /// A row does not read as what it should be.
    #[error("a row of `{table}` does not read: the database was changed by something else")]
    Row {
        /// Of which table.
        table: &'static str,
    },
    /// What was asked for is not there.
    #[error("nothing of this id in `{table}`")]
    Absent {
        /// Of which table.
        table: &'static str,
    },
    /// The control log could not be written, so nothing was committed.
    #[error(transparent)]
    ControlLog(crate::control_log::ControlLogError),
    /// A look at everything found damage.
    #[error("the database is damaged")]
    Damaged,
    /// The work gave up; everything is undone.
    #[error("the work was given up")]
    Abandoned,
}

impl StorageError {
    /// Whether trying again, perhaps with more space, can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        use handoff_cipherdb::Disposition;
        matches!(self, Self::Database(error) if error.disposition() == Disposition::Retry)
    }

    /// Whether the store itself is damaged.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        use handoff_cipherdb::CipherDbError as E;
        matches!(
            self,
            Self::Row { .. } | Self::Damaged | Self::Database(E::Damaged { .. })
        )
    }
}

/// The epoch's id within a site row, for callers that only compare.
impl SiteRow {
    /// Whether this is the epoch that the site is in.
    #[must_use]
    pub fn is_in(&self, epoch: EpochId) -> bool {
        self.epoch_id == epoch
    }
}

/// The key's id, for maps.
impl SiteKeyRow {
    /// Names the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.key.id()
    }
}
