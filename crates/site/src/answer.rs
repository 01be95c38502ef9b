//! What the site says about a request that it took up: receipts from committed
//! rows, feeds, leases.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, Utc};
use handoff_protocol::certificate::{KeyCertificate, Lease, LeaseMark};
use handoff_protocol::epoch::Kinship;
use handoff_protocol::ids::{DeviceId, KeyId, Lane};
use handoff_protocol::message::{
    Answer, ErasureOrder, FeedPosition, LaneReport, NotServed, SyncRequest, UserPull,
};
use handoff_protocol::receipt::Receipt;
use handoff_protocol::signed::Signed;
use handoff_protocol::{CodecError, UserId};
use handoff_sync::site::accept_pull;

use crate::custody::{Taken, pieces, place};
use crate::feed::{self, Own};
use crate::planted;
use crate::site::Site;
use crate::storage::{
    DeviceRow, FeedReaderRow, LineId, LineRow, Reads, Scope, SiteRow, StorageError,
};

/// Erasure orders in one answer.
const MOST_ERASURES: usize = 500;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Something does not encode.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl Site {
    /// Answers a request whose items are in custody.
    ///
    /// # Errors
    /// [`AnswerError`]; custody stands all the same, and the device asks again.
    pub fn answer(&self, taken: &Taken) -> Result<Answer, AnswerError> {
        let request = &taken.request;
        let now = self.host.now();
        let asked = self.asked(request)?;
        self.freshen(request, &asked)?;
        self.note_readers(request, &asked, now)?;
        self.storage.reading(|reads| {
            let site = reads.site()?;
            let signer = self.keys.receipt(reads)?;
            let device = reads.device(request.device)?;
            let mut answer = Answer {
                epoch: site.epoch.clone(),
                keys: keys(reads, taken)?,
                receipts: Vec::new(),
                gaps: taken.gaps.clone(),
                site_feed: None,
                user_feeds: Vec::new(),
                leases: Vec::new(),
                not_served: Vec::new(),
                attachments: pieces::held(reads, request)?,
                erasures: None,
                keep_vault_days: self.settings.keep_vault_days(),
                // A restored site may lack what a device still has.
                keep_sealed_days: self.settings.keep_sealed_days().filter(|_| !site.awaiting),
            };
            for (of, line) in lines(reads, taken)? {
                let receipt = self.receipt(reads, &site, of, &line)?;
                // To a device that is behind: what it has is here. That there
                // is more, the whole receipt proves.
                for receipt in [
                    through_its_head(reads, taken, &line, &receipt)?,
                    Some(receipt),
                ]
                .into_iter()
                .flatten()
                {
                    if is_shown(taken, &receipt, signer.id()) {
                        continue;
                    }
                    let signed = signer.sign_statement(&receipt)?;
                    answer.receipts.push(signed);
                }
            }
            answer.receipts.extend(taken.early.iter().cloned());
            let is_served = device.as_ref().is_some_and(|row| row.revoked_at.is_none());
            if let Some(position) = &request.site_feed
                && is_served
                && !site.awaiting
            {
                let part = feed::part(reads, site.epoch_id, Scope::Site, position, Own::All)?;
                answer.site_feed = Some(part);
            }
            answer.erasures = self.erasures(reads, &site, taken)?;
            for (user, pull) in asked {
                self.serve(reads, &site, device.as_ref(), user, pull, now, &mut answer)?;
            }
            Ok(answer)
        })
    }

    /// Who asks for a feed, with the pull if it is proven.
    fn asked(
        &self,
        request: &SyncRequest,
    ) -> Result<Vec<(UserId, Option<UserPull>)>, StorageError> {
        let mut asked = Vec::new();
        self.storage.reading(|reads| {
            for signed in &request.pulls {
                let unverified: Result<UserPull, CodecError> =
                    handoff_protocol::from_cbor(&signed.bytes, "a pull");
                let Ok(unverified) = unverified else { continue };
                let pull = reads
                    .authors(unverified.user, request.device)?
                    .iter()
                    .find_map(|author| {
                        accept_pull(self.pin(), request, signed, &author.signing_key)
                    });
                asked.push((unverified.user, pull));
            }
            Ok(asked)
        })
    }

    /// Makes logs anew that somebody is about to read.
    fn freshen(
        &self,
        request: &SyncRequest,
        asked: &[(UserId, Option<UserPull>)],
    ) -> Result<(), StorageError> {
        let mut scopes: BTreeSet<Scope> = asked
            .iter()
            .filter(|(_, pull)| pull.as_ref().is_some_and(|pull| !pull.lease_only))
            .map(|(user, _)| Scope::User(*user))
            .collect();
        if request.site_feed.is_some() {
            scopes.insert(Scope::Site);
        }
        for scope in scopes {
            let is_fresh = self.storage.reading(|reads| feed::is_fresh(reads, scope))?;
            if !is_fresh {
                self.storage
                    .writing(|writes| feed::refresh(writes, scope))?;
            }
        }
        Ok(())
    }

    /// Keeps which version of their scope each reader holds: they say so once
    /// what was evicted is gone from their file.
    fn note_readers(
        &self,
        request: &SyncRequest,
        asked: &[(UserId, Option<UserPull>)],
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        for (user, pull) in asked {
            let Some(FeedPosition::After(cursor)) = pull.as_ref().map(|pull| &pull.position) else {
                continue;
            };
            let row = FeedReaderRow {
                user: *user,
                device: request.device,
                epoch: cursor.epoch,
                version: cursor.scope_version,
                read_at: now,
            };
            let known = self
                .storage
                .reading(|reads| reads.feed_reader(row.user, row.device))?;
            let is_known =
                known.is_some_and(|known| (known.epoch, known.version) == (row.epoch, row.version));
            if !is_known {
                self.storage
                    .writing(|writes| writes.keep_feed_reader(&row))?;
            }
        }
        Ok(())
    }

    /// What this device has to erase and has not said that it has.
    fn erasures(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        taken: &Taken,
    ) -> Result<Option<Signed<ErasureOrder>>, AnswerError> {
        let Some(state) = &taken.request.state else {
            return Ok(None);
        };
        let done = match taken.kinship {
            Kinship::Same => state.erased_through,
            Kinship::Ancestor | Kinship::Descendant | Kinship::Sibling => 0,
        };
        let device = taken.request.device;
        let rows = reads.erasures_for(device, done, MOST_ERASURES)?;
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        let order = ErasureOrder {
            site: self.pin(),
            device,
            epoch: site.epoch_id,
            items: rows.iter().map(|row| row.item).collect(),
            through: last.position,
            more: rows.len() == MOST_ERASURES,
        };
        Ok(Some(self.keys.receipt(reads)?.sign_statement(&order)?))
    }

    #[expect(clippy::too_many_arguments, reason = "one reader of one request")]
    fn serve(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        device: Option<&DeviceRow>,
        user: UserId,
        pull: Option<UserPull>,
        now: DateTime<Utc>,
        answer: &mut Answer,
    ) -> Result<(), AnswerError> {
        let people = reads.people()?;
        let person = people.iter().find(|person| person.user == user);
        let is_revoked = device.is_none_or(|device| device.revoked_at.is_some());
        let refused = match (pull.as_ref(), person) {
            (None, _) => Some(NotServed::BadSignature),
            _ if site.awaiting => Some(NotServed::AwaitingConfirmation),
            (_, None) => Some(NotServed::Unknown),
            (_, Some(person)) if person.roles.is_empty() || is_revoked => Some(NotServed::Disabled),
            (Some(_), Some(_)) => None,
        };
        if let Some(why) = refused {
            answer.not_served.push((user, why));
            let is_emptied = why == NotServed::Disabled;
            if let Some(pull) = pull.filter(|pull| is_emptied && !pull.lease_only) {
                let part = feed::nothing(site.epoch_id, &pull.position);
                answer.user_feeds.push((user, part));
            }
            return Ok(());
        }
        let (Some(pull), Some(person), Some(device)) = (pull, person, device) else {
            return Ok(());
        };
        let own = if pull.with_own {
            Own::All
        } else {
            Own::FromElsewhere(device.device)
        };
        if !pull.lease_only {
            let scope = Scope::User(user);
            let part = feed::part(reads, site.epoch_id, scope, &pull.position, own)?;
            answer.user_feeds.push((user, part));
        }
        let lease_of = |issued_at: DateTime<Utc>| Lease {
            site: self.pin(),
            user,
            device: device.device,
            roles: person.roles.clone(),
            issued_at,
            not_after: issued_at + self.settings.lease_for(),
        };
        // One that was signed a while ago and would say the same now stays.
        if let Some(shown) = pull.lease
            && let Some(issued_at) = DateTime::from_timestamp(shown.0, 0)
            && issued_at <= now
            && now - issued_at < self.settings.lease_stays()
            && LeaseMark::expected(&lease_of(issued_at))? == shown
        {
            return Ok(());
        }
        let signed = self.keys.receipt(reads)?;
        let signed = signed.sign_statement(&lease_of(now.trunc_subsecs(0)))?;
        answer.leases.push(signed);
        Ok(())
    }

    pub(crate) fn receipt(
        &self,
        reads: &dyn Reads,
        site: &SiteRow,
        device: DeviceId,
        line: &LineRow,
    ) -> Result<Receipt, StorageError> {
        let mut parked = reads.parked_on(line.id)?;
        let mut elided = reads.elided(line.id, line.head.seq)?;
        let mut blobs_missing = reads.attachments_missing(line.id)?;
        let mut applied_through = line.applied_through;
        // What a branch shares with the line that it left is judged there.
        let mut at = line.clone();
        while let Some(parent) = at.from {
            let Some(row) = reads.line(parent)? else {
                break;
            };
            let shared = at.from_seq;
            let on_parent = reads.parked_on(parent)?;
            parked.extend(on_parent.into_iter().filter(|(seq, _)| *seq <= shared));
            elided.extend(reads.elided(parent, shared)?);
            let on_parent = reads.attachments_missing(parent)?;
            blobs_missing.extend(on_parent.into_iter().filter(|seq| *seq <= shared));
            if row.applied_through < shared {
                applied_through = row.applied_through;
            }
            at = row;
        }
        parked.sort_unstable();
        elided.sort_unstable();
        blobs_missing.sort_unstable();
        if planted::receipt_hides_parked() {
            parked.clear();
        }
        if planted::receipt_hides_elided() {
            elided.clear();
        }
        if planted::receipt_hides_missing() {
            blobs_missing.clear();
        }
        Ok(Receipt {
            site: self.pin(),
            device,
            lane: line.lane,
            branch: line.branch,
            through: line.head,
            applied_through,
            epoch: site.epoch_id,
            revision: line.revision,
            parked,
            blobs_missing,
            elided,
            backed_up_through: line.backed_up_through,
            received_at: line.received_at,
        })
    }
}

/// Whether the device shows this very receipt and sent nothing on its lane: it
/// would learn nothing from it.
fn is_shown(taken: &Taken, receipt: &Receipt, key: KeyId) -> bool {
    let is_batched = taken.lines.iter().any(|(lane, _)| *lane == receipt.lane);
    let mut reports = taken.request.lanes.iter();
    let report = reports.find(|report| report.lane == receipt.lane && !is_batched);
    let shown = report
        .and_then(|report| report.receipt.as_ref())
        .filter(|signed| signed.key == key);
    let shown: Option<Receipt> =
        shown.and_then(|signed| handoff_protocol::from_cbor(&signed.bytes, "a receipt").ok());
    shown.as_ref() == Some(receipt)
}

/// For a line that goes on behind the head that the device reports on it: the
/// receipt as far as that head.
fn through_its_head(
    reads: &dyn Reads,
    taken: &Taken,
    line: &LineRow,
    whole: &Receipt,
) -> Result<Option<Receipt>, StorageError> {
    let report = taken.request.lanes.iter().find(|report| {
        report.lane == line.lane && report.head.seq > 0 && report.head.seq < line.head.seq
    });
    let Some(head) = report.map(|report| report.head) else {
        return Ok(None);
    };
    let held = place::path(reads, line, head.seq, head.seq)?;
    if held.first() != Some(&head.hash) {
        return Ok(None);
    }
    let mut receipt = whole.clone();
    receipt.through = head;
    receipt.applied_through = receipt.applied_through.min(head.seq);
    receipt.backed_up_through = receipt.backed_up_through.min(head.seq);
    receipt.parked.retain(|(seq, _)| *seq <= head.seq);
    receipt.blobs_missing.retain(|seq| *seq <= head.seq);
    receipt.elided.retain(|seq| *seq <= head.seq);
    Ok(Some(receipt))
}

/// The lines that the answer speaks of: those that batches ended on, and for
/// every other lane of the request the one that the device is on.
fn lines(reads: &dyn Reads, taken: &Taken) -> Result<Vec<(DeviceId, LineRow)>, StorageError> {
    let device = taken.request.device;
    let mut ids: Vec<LineId> = taken.lines.iter().map(|(_, line)| *line).collect();
    let batched: BTreeSet<Lane> = taken.lines.iter().map(|(lane, _)| *lane).collect();
    for report in &taken.request.lanes {
        if report.lane.device() != Some(device) || batched.contains(&report.lane) {
            continue;
        }
        ids.extend(reported(reads, report)?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        found.extend(reads.line(id)?.map(|line| (device, line)));
    }
    Ok(found)
}

/// The line that a device is on: the one that holds its head; or the one of
/// its newest receipt; or the main line, which then tells it that it diverged.
fn reported(reads: &dyn Reads, report: &LaneReport) -> Result<Option<LineId>, StorageError> {
    let lines = reads.lines(&report.lane)?;
    let at = report.head.seq;
    let mut on: Vec<&LineRow> = Vec::new();
    for line in &lines {
        let held = place::path(reads, line, at, at)?;
        if held.first() == Some(&report.head.hash) {
            on.push(line);
        }
    }
    // Rather the line that others left than one that left it further on.
    if let Some(line) = on.iter().min_by_key(|line| line.from_seq) {
        return Ok(Some(line.id));
    }
    if let Some(signed) = &report.receipt
        && let Ok(receipt) = handoff_protocol::from_cbor::<Receipt>(&signed.bytes, "a receipt")
        && let Some(line) = lines.iter().find(|line| line.branch == receipt.branch)
    {
        return Ok(Some(line.id));
    }
    Ok(lines.first().map(|line| line.id))
}

/// Certificates of keys that the device may lack: all of them when it is here
/// for the first time or comes from another epoch, or else those that came
/// after the site's first ones, which every device has from its enrolment. When
/// a key was made says nothing: it may be announced long after, and to devices
/// that were enrolled in between.
fn keys(reads: &dyn Reads, taken: &Taken) -> Result<Vec<Signed<KeyCertificate>>, StorageError> {
    let all = taken.introduced || taken.kinship != Kinship::Same;
    let keys = reads.site_keys()?;
    let founded_at = keys.iter().map(|key| key.made_at).min();
    Ok(keys
        .into_iter()
        .filter(|key| key.announced && (all || Some(key.made_at) > founded_at))
        .map(|key| key.certificate)
        .collect())
}
