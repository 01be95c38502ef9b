//! Writing.

use chrono::{DateTime, Utc};
use handoff_cipherdb::{WriteTx, params};
use handoff_domain::{Hlc, UserId};
use handoff_protocol::chain::Head;
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::receipt::ParkCode;
use handoff_protocol::signed::Signed;

use super::columns::{cbor, ms, name, scope_bytes, signed};
use super::{Handle, SITE};
use crate::storage::{
    AlarmCode, AuthorRow, DeviceRow, EntryRow, FeedRow, InvitationRow, LineId, LineRow, NewLine,
    NewSite, PersonRow, Reads as _, ReferralRow, Scope, ScopeRow, SiteKeyRow, SiteRow,
    StorageError, Usage, Writes,
};

type Written = Result<(), StorageError>;

/// What of an item is kept apart from its digest.
fn body(item: &Item) -> Option<std::borrow::Cow<'_, [u8]>> {
    match item {
        Item::Context { bytes, .. } => Some(bytes.into()),
        Item::Entry { sealed, .. } => Some(sealed.into()),
        Item::Resealed { of, sealed, .. } => {
            let mut bytes = Vec::with_capacity(48 + sealed.len());
            bytes.extend_from_slice(of.0.as_bytes());
            bytes.extend_from_slice(&of.1);
            bytes.extend_from_slice(sealed);
            Some(bytes.into())
        }
        Item::Placeholder { .. } => None,
    }
}

fn context(item: &Item) -> Option<&[u8; 16]> {
    match item {
        Item::Entry { context, .. } | Item::Resealed { context, .. } => Some(context.as_bytes()),
        Item::Context { .. } | Item::Placeholder { .. } => None,
    }
}

impl Handle<&WriteTx<'_>> {
    pub(super) fn revise(&self, line: LineId) -> Written {
        self.tx
            .execute(include_str!("write/revise.sql"), params![SITE, line.0])?;
        Ok(())
    }
}

impl Writes for Handle<&WriteTx<'_>> {
    fn savepoint(
        &self,
        part: &mut dyn FnMut(&dyn Writes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.tx.savepoint(|tx| part(&Handle { tx }))
    }

    fn lock_lane(&self, _: &Lane) -> Written {
        Ok(())
    }

    fn lock_head(&self) -> Result<SiteRow, StorageError> {
        self.site()
    }

    fn found(&self, site: &NewSite) -> Written {
        self.tx.execute(
            include_str!("write/found_site.sql"),
            params![
                SITE,
                site.name.as_str(),
                site.identity.as_bytes(),
                site.recovery.as_bytes(),
            ],
        )?;
        self.tx.execute(
            include_str!("write/found_head.sql"),
            params![
                SITE,
                site.epoch_record.id.as_bytes(),
                cbor(&site.epoch, "site_head")?
            ],
        )?;
        Ok(())
    }

    fn open_epoch(
        &self,
        signed: &Signed<EpochRecord>,
        record: &EpochRecord,
        awaiting: bool,
    ) -> Written {
        const SQL: &str =
            "UPDATE site_head SET epoch_id = ?2, epoch = ?3, awaiting = ?4 WHERE site_id = ?1";
        let epoch = cbor(signed, "site_head")?;
        self.tx
            .execute(SQL, params![SITE, record.id.as_bytes(), epoch, awaiting])?;
        Ok(())
    }

    fn confirm(&self) -> Written {
        const SQL: &str = "UPDATE site_head SET awaiting = 0 WHERE site_id = ?1";
        self.tx.execute(SQL, [SITE])?;
        Ok(())
    }

    fn keep_site_key(&self, key: &SiteKeyRow) -> Written {
        self.tx.execute(
            include_str!("write/keep_site_key.sql"),
            params![
                SITE,
                key.id().0,
                name(&key.purpose, "site_key")?,
                key.key.as_bytes(),
                cbor(&key.certificate, "site_key")?,
                key.announced,
                ms(key.made_at),
            ],
        )?;
        Ok(())
    }

    fn raise_alarm(&self, code: AlarmCode, device: Option<DeviceId>, at: DateTime<Utc>) -> Written {
        let device = device.map(|device| *device.as_bytes());
        self.tx.execute(
            include_str!("write/raise_alarm.sql"),
            params![SITE, code.as_str(), device, ms(at)],
        )?;
        Ok(())
    }

    fn settle_alarm(&self, code: AlarmCode) -> Written {
        const SQL: &str = "DELETE FROM alarm WHERE site_id = ?1 AND code = ?2";
        self.tx.execute(SQL, params![SITE, code.as_str()])?;
        Ok(())
    }

    fn keep_device(&self, device: &DeviceRow) -> Written {
        self.tx.execute(
            include_str!("write/keep_device.sql"),
            params![
                SITE,
                device.device.as_bytes(),
                device.name,
                device.key.as_bytes(),
                cbor(&device.certificate, "device")?,
                device.vouched,
                ms(device.first_seen_at),
                device.last_contact_at.map(ms),
                device.revoked_at.map(ms),
            ],
        )?;
        Ok(())
    }

    fn touch_device(&self, device: DeviceId, at: DateTime<Utc>) -> Written {
        const SQL: &str =
            "UPDATE device SET last_contact_at = ?3 WHERE site_id = ?1 AND device = ?2";
        self.tx
            .execute(SQL, params![SITE, device.as_bytes(), ms(at)])?;
        Ok(())
    }

    fn revoke_device(&self, device: DeviceId, at: DateTime<Utc>) -> Written {
        const SQL: &str = "UPDATE device SET revoked_at = coalesce(revoked_at, ?3) \
                           WHERE site_id = ?1 AND device = ?2";
        self.tx
            .execute(SQL, params![SITE, device.as_bytes(), ms(at)])?;
        Ok(())
    }

    fn keep_author(&self, author: &AuthorRow) -> Written {
        self.tx.execute(
            include_str!("write/keep_author.sql"),
            params![
                SITE,
                author.user.as_bytes(),
                author.device.as_bytes(),
                author.signing_key.id().0,
                author.signing_key.as_bytes(),
                cbor(&author.certificate, "author")?,
                ms(author.issued_at),
                author.vouched,
            ],
        )?;
        Ok(())
    }

    fn keep_recovery_wrap(
        &self,
        user: UserId,
        device: DeviceId,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> Written {
        self.tx.execute(
            include_str!("write/keep_recovery_wrap.sql"),
            params![SITE, user.as_bytes(), device.as_bytes(), bytes, ms(at)],
        )?;
        Ok(())
    }

    fn keep_invitation(&self, invitation: &InvitationRow) -> Written {
        self.tx.execute(
            include_str!("write/keep_invitation.sql"),
            params![
                SITE,
                invitation.invitation.0,
                invitation.user.as_bytes(),
                invitation.token_seed,
                ms(invitation.expires_at),
                invitation.used.map(|(at, _)| ms(at)),
                invitation.used.map(|(_, device)| *device.as_bytes()),
                invitation.failures,
            ],
        )?;
        Ok(())
    }

    fn note_request(
        &self,
        device: DeviceId,
        nonce: &[u8; 16],
        at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let new = self.tx.execute(
            include_str!("write/note_request.sql"),
            params![SITE, device.as_bytes(), nonce, ms(at)],
        )?;
        Ok(new == 1)
    }

    fn forget_requests(&self, before: DateTime<Utc>) -> Written {
        const SQL: &str = "DELETE FROM request_nonce WHERE site_id = ?1 AND seen_at < ?2";
        self.tx.execute(SQL, params![SITE, ms(before)])?;
        Ok(())
    }

    fn use_up(&self, device: DeviceId, day: i64, more: Usage) -> Written {
        self.tx.execute(
            include_str!("write/use_up.sql"),
            params![
                SITE,
                device.as_bytes(),
                day,
                signed(more.items),
                signed(more.bytes),
                signed(more.lanes),
                signed(more.branches),
            ],
        )?;
        Ok(())
    }

    fn begin_line(&self, line: &NewLine) -> Result<LineRow, StorageError> {
        let parent = match &line.parent {
            None => None,
            Some(parent) => Some(cbor(parent, "line")?),
        };
        self.tx.execute(
            include_str!("write/begin_line.sql"),
            params![
                SITE,
                line.lane.to_bytes(),
                line.branch.0,
                line.lane.device().map(|device| *device.as_bytes()),
                parent,
                line.from.map(|from| from.0),
                signed(line.start.seq),
                line.start.hash,
                ms(line.at),
            ],
        )?;
        self.lines(&line.lane)?
            .into_iter()
            .find(|row| row.branch == line.branch)
            .ok_or(StorageError::Absent { table: "line" })
    }

    fn append(&self, line: LineId, items: &[(&Item, Head)], at: DateTime<Utc>) -> Written {
        let (Some((_, first)), Some((_, last))) = (items.first(), items.last()) else {
            return Ok(());
        };
        for (item, head) in items {
            self.tx.execute(
                include_str!("write/append_item.sql"),
                params![
                    SITE,
                    line.0,
                    signed(head.seq),
                    item.id().as_bytes(),
                    item.kind(),
                    item.digest(),
                    head.hash,
                    context(item),
                    ms(at),
                ],
            )?;
            if let Some(body) = body(item) {
                self.tx.execute(
                    include_str!("write/append_body.sql"),
                    params![SITE, line.0, signed(head.seq), body.as_ref()],
                )?;
            }
        }
        // Whoever read the head before must have read it in this transaction.
        let moved = self.tx.execute(
            include_str!("write/move_head.sql"),
            params![
                SITE,
                line.0,
                signed(last.seq),
                last.hash,
                ms(at),
                signed(first.seq) - 1
            ],
        )?;
        if moved == 1 {
            Ok(())
        } else {
            Err(StorageError::Absent { table: "line" })
        }
    }

    fn keep_body(&self, line: LineId, seq: Seq, item: &Item) -> Written {
        let kept = self.tx.execute(
            include_str!("write/keep_kind.sql"),
            params![
                SITE,
                line.0,
                signed(seq),
                item.kind(),
                context(item),
                item.digest()
            ],
        )?;
        if kept != 1 {
            return Err(StorageError::Absent { table: "item" });
        }
        if let Some(body) = body(item) {
            self.tx.execute(
                include_str!("write/append_body.sql"),
                params![SITE, line.0, signed(seq), body.as_ref()],
            )?;
        }
        self.revise(line)
    }

    fn applied(&self, line: LineId, through: Seq) -> Written {
        self.tx.execute(
            include_str!("write/applied.sql"),
            params![SITE, line.0, signed(through)],
        )?;
        Ok(())
    }

    fn backed_up(&self, line: LineId, through: Seq) -> Written {
        self.tx.execute(
            include_str!("write/backed_up.sql"),
            params![SITE, line.0, signed(through)],
        )?;
        Ok(())
    }

    fn park(&self, line: LineId, seq: Seq, code: ParkCode, at: DateTime<Utc>) -> Written {
        let parked = self.tx.execute(
            include_str!("write/park.sql"),
            params![SITE, line.0, signed(seq), code.as_str(), ms(at)],
        )?;
        if parked == 0 {
            Ok(())
        } else {
            self.revise(line)
        }
    }

    fn unpark(&self, line: LineId, seq: Seq) -> Written {
        const SQL: &str = "DELETE FROM parked WHERE site_id = ?1 AND line_id = ?2 AND seq = ?3";
        let gone = self.tx.execute(SQL, params![SITE, line.0, signed(seq)])?;
        if gone == 0 { Ok(()) } else { self.revise(line) }
    }

    fn ask_to_judge(&self) -> Written {
        const SQL: &str = "UPDATE site_head SET judge_round = judge_round + 1 WHERE site_id = ?1";
        self.tx.execute(SQL, [SITE])?;
        Ok(())
    }

    fn judged(&self, round: u64) -> Written {
        const SQL: &str = "UPDATE site_head SET judged_round = max(judged_round, ?2) \
                           WHERE site_id = ?1";
        self.tx.execute(SQL, params![SITE, signed(round)])?;
        Ok(())
    }

    fn keep_entry(&self, entry: &EntryRow) -> Written {
        self.tx.execute(
            include_str!("write/keep_entry.sql"),
            params![
                SITE,
                entry.id.as_bytes(),
                entry.line.0,
                signed(entry.seq),
                entry.author.as_bytes(),
                entry.lane.device().is_none(),
                entry.kind,
                entry.referral.map(|referral| *referral.as_bytes()),
                ms(entry.received_at),
                entry.record.as_bytes(),
            ],
        )?;
        Ok(())
    }

    fn set_referral(&self, view: &ReferralRow) -> Written {
        const TABLE: &str = "referral";
        let door = view.door.map(|door| name(&door, TABLE)).transpose()?;
        let outcome = view.outcome.map(|outcome| name(&outcome, TABLE));
        self.tx.execute(
            include_str!("write/set_referral.sql"),
            params![
                SITE,
                view.referral.as_bytes(),
                view.referrer.map(|user| *user.as_bytes()),
                door,
                name(&view.verification, TABLE)?,
                name(&view.engagement, TABLE)?,
                name(&view.charge, TABLE)?,
                view.withdrawn,
                view.has_conflict,
                outcome.transpose()?,
                view.occurred_at.map(|at| at.to_rfc3339()),
            ],
        )?;
        Ok(())
    }

    fn set_person(&self, person: &PersonRow) -> Written {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
        self.tx.execute(
            include_str!("write/set_person.sql"),
            params![
                SITE,
                person.user.as_bytes(),
                person.name,
                roles.join(","),
                person.agency,
            ],
        )?;
        Ok(())
    }

    fn clear_views(&self) -> Written {
        self.tx
            .execute("DELETE FROM referral WHERE site_id = ?1", [SITE])?;
        self.tx
            .execute("DELETE FROM person WHERE site_id = ?1", [SITE])?;
        Ok(())
    }

    fn next_reading(&self, now: DateTime<Utc>) -> Result<Hlc, StorageError> {
        const SQL: &str = "SELECT hlc_wall_ms, hlc_count FROM site_head WHERE site_id = ?1";
        let last = self.tx.query_one(SQL, [SITE], |row| {
            Ok(Hlc {
                wall_ms: row.get(0)?,
                count: row.get(1)?,
            })
        })?;
        let next = last.next(ms(now), None);
        self.tx.execute(
            include_str!("write/set_clock.sql"),
            params![SITE, next.wall_ms, next.count],
        )?;
        Ok(next)
    }

    fn next_position(&self) -> Result<u64, StorageError> {
        // Two statements: one with RETURNING makes a table for its result, which
        // costs more than both.
        const RAISE: &str = "UPDATE site_head SET feed_position = feed_position + 1 \
                             WHERE site_id = ?1";
        const READ: &str = "SELECT feed_position FROM site_head WHERE site_id = ?1";
        self.tx.execute(RAISE, [SITE])?;
        let position: i64 = self.tx.query_one(READ, [SITE], |row| row.get(0))?;
        Ok(u64::try_from(position).unwrap_or_default())
    }

    fn set_scope(&self, row: &ScopeRow) -> Written {
        self.tx.execute(
            include_str!("write/set_scope.sql"),
            params![
                SITE,
                scope_bytes(row.scope),
                signed(row.version),
                row.stale,
                signed(row.last_position),
                row.last_hash,
            ],
        )?;
        Ok(())
    }

    fn clear_feed(&self, scope: Scope) -> Written {
        const SQL: &str = "DELETE FROM feed WHERE site_id = ?1 AND scope = ?2";
        self.tx.execute(SQL, params![SITE, scope_bytes(scope)])?;
        Ok(())
    }

    fn append_feed(&self, scope: Scope, row: &FeedRow) -> Written {
        self.tx.execute(
            include_str!("write/append_feed.sql"),
            params![
                SITE,
                scope_bytes(scope),
                signed(row.position),
                row.entry.as_bytes(),
                row.evict,
                row.own,
                row.hash,
            ],
        )?;
        Ok(())
    }

    fn free_applier(&self) -> Written {
        self.tx
            .execute("DELETE FROM applier WHERE site_id = ?1", [SITE])?;
        Ok(())
    }

    fn lease_applier(
        &self,
        holder: &[u8; 16],
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let leased = self.tx.execute(
            include_str!("write/lease_applier.sql"),
            params![SITE, holder, ms(now), ms(until)],
        )?;
        Ok(leased == 1)
    }
}
