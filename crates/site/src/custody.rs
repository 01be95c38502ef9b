//! Taking into custody: one short transaction, and only then a word of it.
//!
//! **What.** A request is checked ([`handoff_sync::site::accept`]), its batches
//! are placed on the lines that they continue, and everything is committed at
//! once. What entries say is not looked at: that is the applier's.
//!
//! **Why.** A record that is refused stays where nobody looks. So a chain that
//! continues is taken whole, whoever wrote it and whatever is in it.
//!
//! **How data moves through.** Bytes → [`Taken`] (committed) → the applier, and
//! `answer` for what is said about it.
//!
//! **What it does not do.** It signs no receipt: that happens from committed
//! rows, after this.
//!
//! **Where decided.** `docs/adr/0004-custody-apart-from-validity.md`.

mod caps;
mod copies;
pub(crate) mod pieces;
pub(crate) mod place;
mod state;
mod strangers;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use handoff_protocol::batch::VerifiedBatch;
use handoff_protocol::certificate::{
    AuthorCertificate, DeviceCertificate, KeyCertificate, KeyPurpose,
};
use handoff_protocol::chain::Head;
use handoff_protocol::codec;
use handoff_protocol::epoch::{EpochRecord, Kinship};
use handoff_protocol::ids::Lane;
use handoff_protocol::message::{
    Certificates, Gap, Greeting, Outcome, Refusal, SyncReply, SyncRequest,
};
use handoff_protocol::receipt::{Branch, Receipt};
use handoff_protocol::signed::{PublicKey, Signed};
use handoff_sync::site::{
    AcceptedRequest, Custody, MAX_REQUEST_AGE, SiteFacts, accept, custody, proves_rollback,
};

use crate::control_log::ControlEvent;
use crate::epoch;
use crate::planted;
use crate::site::Site;
use crate::storage::{
    AlarmCode, AuthorRow, DeviceRow, LineId, NewLine, Reads, SiteRow, StorageError, Usage, Writes,
};

/// Seconds after which a device may come again when the disk is full or the
/// database was busy.
const FULL_FOR: u32 = 30;
/// What a request ever has: lanes that are not finally applied, people signed
/// in, batches.
const MOST_LANES: usize = 1024;
const MOST_PULLS: usize = 64;
const MOST_BATCHES: usize = 64;
/// Keys that a request may bring.
const MOST_KEYS: usize = 64;
/// Most bytes of one recovery wrap.
const MOST_WRAP: usize = 4 * 1024;

/// A request whose items are in custody.
#[derive(Debug)]
pub struct Taken {
    /// The request.
    pub request: SyncRequest,
    /// The lines that its batches ended on.
    pub lines: Vec<(Lane, LineId)>,
    /// Lanes that are ahead of what is held.
    pub gaps: Vec<Gap>,
    /// The batches of these lanes.
    pub(crate) ahead: Vec<VerifiedBatch>,
    /// How the epoch that the device knows relates to the site's.
    pub kinship: Kinship,
    /// Certificates came in full: the device is here for the first time.
    pub introduced: bool,
    /// Something new was taken.
    pub any_new: bool,
    /// Receipts that were signed before the commit: none, unless a bug is
    /// planted.
    pub(crate) early: Vec<Signed<Receipt>>,
}

impl Taken {
    /// Whether some of it waits for what it follows.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }
}

/// Why nothing was taken.
#[derive(Debug)]
enum NotTaken {
    Answer(Outcome),
    Storage(StorageError),
}

impl From<StorageError> for NotTaken {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Site {
    /// Takes a request into custody.
    ///
    /// # Errors
    /// The reply that says why nothing was taken, and what the store said if
    /// it was the store.
    pub fn take(&self, bytes: &[u8]) -> Result<Taken, (SyncReply, Option<StorageError>)> {
        let now = self.host.now();
        let unreadable = || (self.not_read(bytes, now), None);
        let signed: Signed<SyncRequest> =
            codec::from_cbor(bytes, "a request").map_err(|_| unreadable())?;
        let unverified: SyncRequest =
            codec::from_cbor(&signed.bytes, "a request").map_err(|_| unreadable())?;
        let is_sane = unverified.lanes.len() <= MOST_LANES
            && unverified.pulls.len() <= MOST_PULLS
            && unverified.batches.len() <= MOST_BATCHES
            && unverified.pieces.len() <= pieces::MOST_PIECES;
        if !is_sane {
            return Err(unreadable());
        }
        let nonce = unverified.nonce;
        self.try_take(&signed, &unverified, now)
            .map_err(|why| match why {
                NotTaken::Answer(outcome) => (self.reply(nonce, now, outcome), None),
                NotTaken::Storage(error) => {
                    let retry_after_seconds = FULL_FOR;
                    let busy = Outcome::Busy {
                        retry_after_seconds,
                    };
                    (self.reply(nonce, now, busy), Some(error))
                }
            })
    }

    /// The reply to what does not read. A version that we do not speak may have
    /// changed everything but its greeting.
    fn not_read(&self, bytes: &[u8], now: DateTime<Utc>) -> SyncReply {
        let unreadable = Outcome::Refused(Refusal::Unreadable);
        match Greeting::of_request(bytes) {
            Ok(Greeting { protocol, nonce }) if self.protocol.common(&protocol).is_none() => {
                self.reply(nonce, now, Outcome::UpdateNeeded)
            }
            Ok(Greeting { nonce, .. }) => self.reply(nonce, now, unreadable),
            Err(_) => self.reply([0; 16], now, unreadable),
        }
    }

    pub(crate) fn reply(&self, nonce: [u8; 16], now: DateTime<Utc>, outcome: Outcome) -> SyncReply {
        SyncReply {
            protocol: self.protocol,
            site_time: now,
            nonce,
            outcome,
        }
    }

    fn try_take(
        &self,
        signed: &Signed<SyncRequest>,
        unverified: &SyncRequest,
        now: DateTime<Utc>,
    ) -> Result<Taken, NotTaken> {
        let (site, device) = self.storage.reading(|reads| {
            Ok::<_, StorageError>((reads.site()?, reads.device(unverified.device)?))
        })?;
        let epoch = self.epoch_record(&site)?;
        let facts = SiteFacts {
            pin: self.pin(),
            protocol: self.protocol,
            identity: &site.identity,
            epoch: &epoch,
            now,
            device_key: device.as_ref().map(|device| &device.key),
        };
        let accepted = accept(facts, signed, unverified).map_err(NotTaken::Answer)?;
        let (keys, names_strangers) = self.storage.reading(|reads| {
            let keys = self.receipt_keys(reads, &site, &accepted.request)?;
            Ok::<_, StorageError>((keys, strangers::are_named(reads, &accepted)?))
        })?;
        let is_signed_by_a_stranger =
            strangers::sign_receipts(&keys, site.epoch_id, &accepted.request);
        if names_strangers || is_signed_by_a_stranger {
            return Err(NotTaken::Answer(Outcome::SendCertificates));
        }
        if planted::receipt_before_commit() {
            return self.take_early(accepted, &keys, now);
        }
        let taken = self
            .storage
            .writing(|writes| self.take_accepted(writes, accepted, &keys, now))?;
        self.wake.ring();
        Ok(taken)
    }

    /// The planted bug: receipts are signed within the transaction, and given
    /// out whether it is committed or not.
    fn take_early(
        &self,
        accepted: AcceptedRequest,
        keys: &[PublicKey],
        now: DateTime<Utc>,
    ) -> Result<Taken, NotTaken> {
        let mut early = Vec::new();
        let (request, kinship) = (accepted.request.clone(), accepted.kinship);
        let done = self.storage.writing(|writes| {
            let taken = self.take_accepted(writes, accepted, keys, now)?;
            let site = writes.site()?;
            for (_, line) in &taken.lines {
                let line = writes.line(*line)?;
                let line = line.ok_or(StorageError::Absent { table: "line" })?;
                let receipt = self.receipt(writes, &site, request.device, &line)?;
                early.extend(self.keys.receipt(writes)?.sign_statement(&receipt));
            }
            Ok(taken)
        });
        match done {
            Err(NotTaken::Storage(_)) => Ok(Taken {
                request,
                lines: Vec::new(),
                gaps: Vec::new(),
                ahead: Vec::new(),
                kinship,
                introduced: false,
                any_new: true,
                early,
            }),
            done => done,
        }
    }

    fn take_accepted(
        &self,
        writes: &dyn Writes,
        accepted: AcceptedRequest,
        keys: &[PublicKey],
        now: DateTime<Utc>,
    ) -> Result<Taken, NotTaken> {
        let request = accepted.request;
        let lanes: BTreeSet<Lane> = accepted.batches.iter().map(|b| b.head.lane).collect();
        for lane in &lanes {
            writes.lock_lane(lane)?;
        }
        let site = writes.site()?;
        if !writes.note_request(request.device, &request.nonce, now)? {
            return Err(NotTaken::Answer(Outcome::Refused(Refusal::Replayed)));
        }
        writes.forget_requests(now - MAX_REQUEST_AGE * 2 - TimeDelta::minutes(1))?;
        if let Some(certificates) = &accepted.certificates {
            self.keep_certificates(writes, &site, &accepted.device_key, certificates, now)?;
        }
        writes.touch_device(request.device, now)?;
        if self.shows_rollback(writes, &site, accepted.kinship, &request, keys)? {
            tracing::error!(device = %request.device, "this database was put back unannounced");
            writes.raise_alarm(AlarmCode::RolledBack, Some(request.device), now)?;
            let opened = epoch::open(self, writes, now)?;
            self.log_control(now, ControlEvent::EpochOpened(opened))?;
        }
        let mut taken = Taken {
            introduced: request.certificates.is_some(),
            request,
            lines: Vec::new(),
            gaps: Vec::new(),
            ahead: Vec::new(),
            kinship: accepted.kinship,
            any_new: false,
            early: Vec::new(),
        };
        let mut used = Usage::default();
        for batch in &accepted.batches {
            self.take_batch(writes, batch, now, &mut taken, &mut used)?;
        }
        let request = &taken.request;
        if !request.pieces.is_empty() {
            let most = self.room_for_pieces(writes, request.device, now)?;
            pieces::take(
                writes,
                request.device,
                &request.pieces,
                most,
                now,
                &mut used,
            )?;
        }
        self.charge(writes, request.device, used, now)?;
        if let Some(state) = &taken.request.state {
            writes.keep_device_state(&state::row(writes, &taken.request, state, now)?)?;
        }
        Ok(taken)
    }

    /// Takes what was ahead of its lane, if what it follows has come since.
    ///
    /// # Errors
    /// [`StorageError`]; what was taken before is taken.
    pub fn take_ahead(&self, taken: &mut Taken) -> Result<(), StorageError> {
        let has_come = self.storage.reading(|reads| {
            let mut has_come = false;
            for batch in &taken.ahead {
                let lines = reads.lines(&batch.head.lane)?;
                let held = lines.first().map_or(0, |line| line.head.seq);
                has_come |= held + 1 >= batch.head.first;
            }
            Ok::<_, StorageError>(has_come)
        })?;
        if !has_come {
            return Ok(());
        }
        let now = self.host.now();
        let (ahead, gaps) = (
            std::mem::take(&mut taken.ahead),
            std::mem::take(&mut taken.gaps),
        );
        let before = (taken.lines.clone(), taken.any_new);
        let done = self.storage.writing(|writes| {
            let mut used = Usage::default();
            for batch in &ahead {
                writes.lock_lane(&batch.head.lane)?;
                self.take_batch(writes, batch, now, taken, &mut used)?;
            }
            self.charge(writes, taken.request.device, used, now)
        });
        match done {
            Ok(()) if taken.ahead.len() == ahead.len() => {}
            Ok(()) => self.wake.ring(),
            Err(why) => {
                (taken.lines, taken.any_new) = before;
                (taken.gaps, taken.ahead) = (gaps, ahead);
                match why {
                    NotTaken::Storage(error) => return Err(error),
                    // Above its caps: the gap says that it has to come again.
                    NotTaken::Answer(_) => taken.ahead.clear(),
                }
            }
        }
        Ok(())
    }

    fn take_batch(
        &self,
        writes: &dyn Writes,
        batch: &VerifiedBatch,
        now: DateTime<Utc>,
        taken: &mut Taken,
        used: &mut Usage,
    ) -> Result<(), StorageError> {
        let lane = batch.head.lane;
        let lines = writes.lines(&lane)?;
        let main_head = lines.first().map_or(0, |line| line.head.seq);
        let placed = place::place(writes, &lines, batch)?;
        let line = placed.as_ref().map(|(_, line)| line);
        let state = taken.request.state.as_ref();
        let erased_through = state.map_or(0, |state| state.erased_through);
        let erased = place::erased(writes, batch, erased_through, now)?;
        let mut append = |line: LineId, from: usize| {
            let new: Vec<_> = batch.items[from..]
                .iter()
                .map(|(item, head)| (erased.get(&item.id()).unwrap_or(item), *head))
                .collect();
            used.items += new.len() as u64;
            used.bytes += new.iter().map(|(item, _)| place::weight(item)).sum::<u64>();
            writes.append(line, &new, now)
        };
        let line = match (custody(line, main_head, batch), placed) {
            (Custody::Gap { expected }, _) => {
                taken.gaps.push(Gap {
                    lane,
                    branch: Branch::MAIN,
                    expected,
                });
                taken.ahead.push(batch.clone());
                return Ok(());
            }
            (Custody::Held { .. }, Some((Some(row), _))) => {
                place::keep_bodies(writes, row.id, batch, now)?;
                taken.lines.push((lane, row.id));
                return Ok(());
            }
            (Custody::Append { from, .. }, Some((Some(row), _))) => {
                append(row.id, from)?;
                row.id
            }
            (Custody::Append { from, .. }, _) => {
                let row = writes.begin_line(&place::new_line(batch, Branch::MAIN, None, 0, now))?;
                append(row.id, from)?;
                used.lanes += 1;
                row.id
            }
            (Custody::Fork { branch, from, .. }, placed) => {
                let leaves = placed.and_then(|(row, _)| row).map(|row| row.id);
                let new: NewLine = place::new_line(batch, branch, leaves, from, now);
                let row = writes.begin_line(&new)?;
                append(row.id, from)?;
                used.branches += 1;
                tracing::warn!(device = ?lane.device(), "a device's journal went two ways");
                writes.raise_alarm(AlarmCode::Forked, lane.device(), now)?;
                row.id
            }
            (Custody::Held { .. }, _) => return Ok(()),
        };
        taken.any_new = true;
        place::keep_bodies(writes, line, batch, now)?;
        taken.lines.push((lane, line));
        if let Some(row) = writes.line(line)?
            && copies::show_two(writes, &row)?
        {
            tracing::error!(device = ?lane.device(), "two copies of a device are at work");
            writes.raise_alarm(AlarmCode::TwoCopies, lane.device(), now)?;
        }
        Ok(())
    }

    /// Keeps what the identity key vouches for: this database may be older
    /// than the device.
    fn keep_certificates(
        &self,
        writes: &dyn Writes,
        site: &SiteRow,
        device_key: &PublicKey,
        certificates: &Certificates,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let Ok(device) = certificates.device.open(&site.identity) else {
            return Ok(());
        };
        let device: DeviceCertificate = device;
        if writes.device(device.device)?.is_none() && device.key == *device_key {
            writes.keep_device(&DeviceRow {
                device: device.device,
                name: device.name,
                key: device.key,
                certificate: certificates.device.clone(),
                vouched: true,
                first_seen_at: now,
                last_contact_at: None,
                revoked_at: None,
            })?;
        }
        for signed in &certificates.authors {
            let Ok(author) = signed.open(&site.identity) else {
                continue;
            };
            let author: AuthorCertificate = author;
            let known = writes.authors(author.user, author.device)?;
            if known
                .iter()
                .all(|row| row.signing_key != author.signing_key)
            {
                writes.keep_author(&AuthorRow {
                    user: author.user,
                    device: author.device,
                    signing_key: author.signing_key,
                    certificate: signed.clone(),
                    issued_at: author.issued_at,
                    vouched: true,
                })?;
                // Entries of this author may be parked for want of a certificate.
                writes.ask_to_judge()?;
            }
        }
        for wrap in &certificates.recovery_wraps {
            // Only of people who have keys on this device, and of a size that
            // wraps have.
            let has_keys = !writes.authors(wrap.user, device.device)?.is_empty();
            if has_keys && wrap.bytes.len() <= MOST_WRAP {
                writes.keep_recovery_wrap(wrap.user, device.device, &wrap.bytes, now)?;
            }
        }
        Ok(())
    }

    fn shows_rollback(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        kinship: Kinship,
        request: &SyncRequest,
        keys: &[PublicKey],
    ) -> Result<bool, StorageError> {
        let mut held = Vec::new();
        for report in &request.lanes {
            let Some(signed) = &report.receipt else {
                continue;
            };
            let Some(key) = keys.iter().find(|key| key.id() == signed.key) else {
                continue;
            };
            // A receipt that does not hold proves nothing.
            let Ok(receipt) = signed.open(key) else {
                continue;
            };
            if receipt.epoch != site.epoch_id || receipt.site != self.pin() {
                continue;
            }
            let lines = reads.lines(&receipt.lane)?;
            // The chain is the same where a content was taken back, so the
            // revision has to be reached too.
            let line = lines
                .iter()
                .find(|line| line.branch == receipt.branch && line.revision >= receipt.revision);
            let Head { seq, hash } = receipt.through;
            held.push(match line {
                Some(line) => place::path(reads, line, seq, seq)?.first() == Some(&hash),
                None => false,
            });
        }
        Ok(proves_rollback(kinship, held))
    }

    /// Keys that sign receipts of this site: those that its database knows, those
    /// that lie here, and those that the request brings. A database that was put
    /// back may not know a key that lies here; a whole machine that was put back
    /// has neither.
    fn receipt_keys(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        request: &SyncRequest,
    ) -> Result<Vec<PublicKey>, StorageError> {
        let known = reads.site_keys()?;
        let known = known.iter().map(|key| (key.purpose, key.key));
        let certificates = request.certificates.iter();
        let brought = certificates
            .flat_map(|certificates| certificates.receipt_keys.iter().take(MOST_KEYS))
            .filter_map(|signed| signed.open(&site.identity).ok())
            .filter(|key: &KeyCertificate| key.site == self.pin())
            .map(|key| (key.purpose, key.key));
        Ok(known
            .chain(self.keys.public())
            .chain(brought)
            .filter(|(purpose, _)| *purpose == KeyPurpose::Receipt)
            .map(|(_, key)| key)
            .collect())
    }

    pub(crate) fn epoch_record(&self, site: &SiteRow) -> Result<EpochRecord, StorageError> {
        site.epoch
            .open(&site.identity)
            .map_err(|_| StorageError::Row { table: "site_head" })
    }

    /// Writes a line of the control log within a transaction: before it commits.
    pub(crate) fn log_control(
        &self,
        now: DateTime<Utc>,
        event: ControlEvent,
    ) -> Result<(), StorageError> {
        let file = self.paths.control_log();
        crate::control_log::append(&file, self.keys.identity(), now, event)
            .map_err(StorageError::ControlLog)
    }
}

#[cfg(test)]
mod tests;
