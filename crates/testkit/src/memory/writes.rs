//! Writing.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use handoff_domain::{Hlc, UserId};
use handoff_protocol::chain::Head;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::Signed;
use handoff_site::storage::{
    AlarmCode, AlarmRow, AuthorRow, DeviceRow, EntryRow, FeedRow, HeldItem, InvitationRow, LineId,
    LineRow, NewLine, NewSite, PersonRow, Reads, ReferralRow, Scope, ScopeRow, SiteKeyRow, SiteRow,
    StorageError, Usage, Writes,
};

use super::tables::Tables;
use super::{Handle, duplicate};

type Written = Result<(), StorageError>;

impl Handle {
    pub(super) fn change(&self, change: impl FnOnce(&mut Tables)) -> Written {
        change(&mut self.tables.borrow_mut());
        Ok(())
    }

    fn change_site(&self, change: impl FnOnce(&mut SiteRow)) -> Written {
        let mut tables = self.tables.borrow_mut();
        let site = tables.site.as_mut();
        change(site.ok_or(StorageError::Absent { table: "site" })?);
        Ok(())
    }

    /// Changes a line if it is there and `is_wanted`.
    fn change_line(
        &self,
        line: LineId,
        is_wanted: impl FnOnce(&LineRow) -> bool,
        change: impl FnOnce(&mut LineRow),
    ) -> bool {
        let mut tables = self.tables.borrow_mut();
        if !tables.lines.get(&line).is_some_and(is_wanted) {
            return false;
        }
        if let Some(row) = Arc::make_mut(&mut tables.lines).get_mut(&line) {
            change(row);
            row.revision += 1;
        }
        true
    }

    pub(super) fn revise(&self, line: LineId) -> Written {
        self.change_line(line, |_| true, |_| {});
        Ok(())
    }
}

impl Writes for Handle {
    fn savepoint(
        &self,
        part: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let before = self.tables.borrow().clone();
        let done = part(self);
        if done.is_err() {
            *self.tables.borrow_mut() = before;
        }
        done
    }

    // One writer at a time holds everything.
    fn lock_lane(&self, _lane: &Lane) -> Written {
        Ok(())
    }

    fn lock_head(&self) -> Result<SiteRow, StorageError> {
        self.site()
    }

    fn found(&self, site: &NewSite) -> Written {
        let mut tables = self.tables.borrow_mut();
        if tables.site.is_some() {
            return Err(duplicate("site"));
        }
        tables.site = Some(SiteRow {
            name: site.name.clone(),
            identity: site.identity,
            recovery: site.recovery,
            epoch_id: site.epoch_record.id,
            epoch: site.epoch.clone(),
            awaiting: false,
            feed_position: 0,
            judge_round: 0,
            judged_round: 0,
        });
        Ok(())
    }

    fn open_epoch(
        &self,
        signed: &Signed<EpochRecord>,
        record: &EpochRecord,
        awaiting: bool,
    ) -> Written {
        self.change_site(|site| {
            site.epoch_id = record.id;
            site.epoch = signed.clone();
            site.awaiting = awaiting;
        })
    }

    fn confirm(&self) -> Written {
        self.change_site(|site| site.awaiting = false)
    }

    fn keep_site_key(&self, key: &SiteKeyRow) -> Written {
        self.change(|tables| {
            let keys = Arc::make_mut(&mut tables.site_keys);
            match keys.iter_mut().find(|known| known.id() == key.id()) {
                Some(known) => {
                    known.certificate = key.certificate.clone();
                    known.announced = key.announced;
                }
                None => keys.push(key.clone()),
            }
        })
    }

    fn raise_alarm(&self, code: AlarmCode, device: Option<DeviceId>, at: DateTime<Utc>) -> Written {
        self.change(|tables| {
            let stands = |row: &AlarmRow| row.code == code && row.device == device;
            if !tables.alarms.iter().any(stands) {
                Arc::make_mut(&mut tables.alarms).push(AlarmRow {
                    code,
                    device,
                    raised_at: at,
                });
            }
        })
    }

    fn settle_alarm(&self, code: AlarmCode) -> Written {
        self.change(|tables| Arc::make_mut(&mut tables.alarms).retain(|row| row.code != code))
    }

    fn keep_device(&self, device: &DeviceRow) -> Written {
        self.change(|tables| {
            let devices = Arc::make_mut(&mut tables.devices);
            match devices.get_mut(&device.device) {
                Some(known) => {
                    known.name = device.name.clone();
                    known.certificate = device.certificate.clone();
                    known.vouched &= device.vouched;
                    known.revoked_at = known.revoked_at.or(device.revoked_at);
                }
                None => drop(devices.insert(device.device, device.clone())),
            }
        })
    }

    fn touch_device(&self, device: DeviceId, at: DateTime<Utc>) -> Written {
        self.change(|tables| {
            if let Some(row) = Arc::make_mut(&mut tables.devices).get_mut(&device) {
                row.last_contact_at = Some(at);
            }
        })
    }

    fn revoke_device(&self, device: DeviceId, at: DateTime<Utc>) -> Written {
        self.change(|tables| {
            if let Some(row) = Arc::make_mut(&mut tables.devices).get_mut(&device) {
                row.revoked_at = row.revoked_at.or(Some(at));
            }
        })
    }

    fn keep_author(&self, author: &AuthorRow) -> Written {
        self.change(|tables| {
            let place = (author.user, author.device, author.signing_key.id());
            let authors = Arc::make_mut(&mut tables.authors);
            match authors.get_mut(&place) {
                Some(known) => known.vouched &= author.vouched,
                None => drop(authors.insert(place, author.clone())),
            }
        })
    }

    fn keep_recovery_wrap(
        &self,
        user: UserId,
        device: DeviceId,
        bytes: &[u8],
        _at: DateTime<Utc>,
    ) -> Written {
        self.change(|tables| {
            Arc::make_mut(&mut tables.wraps).insert((user, device), bytes.to_vec());
        })
    }

    fn keep_invitation(&self, invitation: &InvitationRow) -> Written {
        self.change(|tables| {
            let invitations = Arc::make_mut(&mut tables.invitations);
            match invitations.get_mut(&invitation.invitation.0) {
                Some(known) => {
                    known.used = invitation.used;
                    known.failures = invitation.failures;
                }
                None => {
                    invitations.insert(invitation.invitation.0, invitation.clone());
                }
            }
        })
    }

    fn note_request(
        &self,
        device: DeviceId,
        nonce: &[u8; 16],
        at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let mut tables = self.tables.borrow_mut();
        if tables.nonces.contains_key(&(device, *nonce)) {
            return Ok(false);
        }
        Arc::make_mut(&mut tables.nonces).insert((device, *nonce), at);
        Ok(true)
    }

    fn forget_requests(&self, before: DateTime<Utc>) -> Written {
        self.change(|tables| {
            if tables.nonces.values().any(|seen| *seen < before) {
                Arc::make_mut(&mut tables.nonces).retain(|_, seen| *seen >= before);
            }
        })
    }

    fn use_up(&self, device: DeviceId, day: i64, more: Usage) -> Written {
        self.change(|tables| {
            let used = Arc::make_mut(&mut tables.usage);
            let used = used.entry((device, day)).or_default();
            used.items += more.items;
            used.bytes += more.bytes;
            used.lanes += more.lanes;
            used.branches += more.branches;
        })
    }

    fn begin_line(&self, line: &NewLine) -> Result<LineRow, StorageError> {
        let mut tables = self.tables.borrow_mut();
        let is_taken = |row: &LineRow| row.lane == line.lane && row.branch == line.branch;
        if tables.lines.values().any(is_taken) {
            return Err(duplicate("line"));
        }
        let last = tables.lines.keys().next_back().map_or(0, |last| last.0);
        let row = LineRow {
            id: LineId(last + 1),
            lane: line.lane,
            branch: line.branch,
            start_hash: line.start.hash,
            parent: line.parent,
            from: line.from,
            from_seq: line.start.seq,
            head: line.start,
            applied_through: line.start.seq,
            revision: 0,
            received_at: line.at,
            backed_up_through: 0,
        };
        Arc::make_mut(&mut tables.lines).insert(row.id, row.clone());
        Ok(row)
    }

    fn append(&self, line: LineId, items: &[(&Item, Head)], at: DateTime<Utc>) -> Written {
        let (Some((_, first)), Some((_, last))) = (items.first(), items.last()) else {
            return Ok(());
        };
        let moves = |row: &LineRow| row.head.seq + 1 == first.seq;
        let moved = self.change_line(line, moves, |row| {
            row.head = *last;
            row.received_at = at;
        });
        if !moved {
            return Err(StorageError::Absent { table: "line" });
        }
        self.change(|tables| {
            let held = Arc::make_mut(&mut tables.items);
            let by_id = Arc::make_mut(&mut tables.by_id);
            for (item, head) in items {
                by_id.insert((item.id(), line, head.seq), ());
                let row = HeldItem {
                    seq: head.seq,
                    item: (*item).clone(),
                    hash: head.hash,
                    received_at: at,
                };
                held.insert((line, head.seq), Arc::new(row));
            }
        })
    }

    fn keep_body(&self, line: LineId, seq: Seq, item: &Item) -> Written {
        let held = self.item(line, seq)?;
        let held = held.filter(|held| held.item.digest() == item.digest());
        let held = held.ok_or(StorageError::Absent { table: "item" })?;
        self.change(|tables| {
            let row = HeldItem {
                item: item.clone(),
                ..held
            };
            Arc::make_mut(&mut tables.items).insert((line, seq), Arc::new(row));
        })?;
        self.revise(line)
    }

    fn applied(&self, line: LineId, through: Seq) -> Written {
        let rises = |row: &LineRow| row.applied_through < through;
        self.change_line(line, rises, |row| row.applied_through = through);
        Ok(())
    }

    fn backed_up(&self, line: LineId, through: Seq) -> Written {
        let rises = |row: &LineRow| row.backed_up_through < through;
        self.change_line(line, rises, |row| row.backed_up_through = through);
        Ok(())
    }

    fn park(&self, line: LineId, seq: Seq, code: ParkCode, at: DateTime<Utc>) -> Written {
        let known = self.tables.borrow().parked.get(&(line, seq)).copied();
        let since = match known {
            Some((known, _)) if known == code => return Ok(()),
            Some((_, since)) => since,
            None => at,
        };
        self.change(|tables| {
            Arc::make_mut(&mut tables.parked).insert((line, seq), (code, since));
        })?;
        self.revise(line)
    }

    fn unpark(&self, line: LineId, seq: Seq) -> Written {
        if !self.tables.borrow().parked.contains_key(&(line, seq)) {
            return Ok(());
        }
        self.change(|tables| {
            Arc::make_mut(&mut tables.parked).remove(&(line, seq));
        })?;
        self.revise(line)
    }

    fn ask_to_judge(&self) -> Written {
        self.change_site(|site| site.judge_round += 1)
    }

    fn judged(&self, round: u64) -> Written {
        self.change_site(|site| site.judged_round = site.judged_round.max(round))
    }

    fn keep_entry(&self, entry: &EntryRow) -> Written {
        if self.tables.borrow().entries.contains_key(&entry.id) {
            return Ok(());
        }
        self.change(|tables| {
            Arc::make_mut(&mut tables.entries).insert(entry.id, Arc::new(entry.clone()));
            if let Some(referral) = entry.referral {
                Arc::make_mut(&mut tables.of_referral).insert((referral, entry.id), ());
            }
        })
    }

    fn set_referral(&self, referral: &ReferralRow) -> Written {
        self.change(|tables| {
            let row = ReferralRow {
                logged: None,
                ..referral.clone()
            };
            Arc::make_mut(&mut tables.referrals).insert(row.referral, row);
        })
    }

    fn set_person(&self, person: &PersonRow) -> Written {
        let mut tables = self.tables.borrow_mut();
        let is_taken = |row: &PersonRow| row.name == person.name && row.user != person.user;
        if tables.people.values().any(is_taken) {
            return Err(duplicate("person"));
        }
        Arc::make_mut(&mut tables.people).insert(person.user, person.clone());
        Ok(())
    }

    fn clear_views(&self) -> Written {
        self.change(|tables| {
            tables.referrals = Arc::default();
            tables.people = Arc::default();
        })
    }

    fn next_reading(&self, now: DateTime<Utc>) -> Result<Hlc, StorageError> {
        let mut tables = self.tables.borrow_mut();
        tables.clock = tables.clock.next(now.timestamp_millis(), None);
        Ok(tables.clock)
    }

    fn next_position(&self) -> Result<u64, StorageError> {
        self.change_site(|site| site.feed_position += 1)?;
        Ok(self.site()?.feed_position)
    }

    fn set_scope(&self, scope: &ScopeRow) -> Written {
        self.change(|tables| {
            Arc::make_mut(&mut tables.scopes).insert(scope.scope, *scope);
        })
    }

    fn clear_feed(&self, scope: Scope) -> Written {
        self.change(|tables| Arc::make_mut(&mut tables.feed).retain(|(of, _), _| *of != scope))
    }

    fn append_feed(&self, scope: Scope, row: &FeedRow) -> Written {
        let mut tables = self.tables.borrow_mut();
        let before = Arc::make_mut(&mut tables.feed).insert((scope, row.position), *row);
        match before {
            None => Ok(()),
            Some(_) => Err(duplicate("feed")),
        }
    }

    fn free_applier(&self) -> Written {
        self.change(|tables| tables.applier = None)
    }

    fn lease_applier(
        &self,
        holder: &[u8; 16],
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let mut tables = self.tables.borrow_mut();
        let is_free = tables
            .applier
            .is_none_or(|(known, until)| known == *holder || until <= now);
        if is_free {
            tables.applier = Some((*holder, until));
        }
        Ok(is_free)
    }
}
