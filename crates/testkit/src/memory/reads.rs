//! Reading.

use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::chain::ChainHash;
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::ids::{DeviceId, ItemId, Lane, Seq};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::receipt::ParkCode;
use handoff_site::storage::{
    AlarmRow, AuthorRow, DeviceRow, EntryRow, FeedRow, HeldItem, InvitationRow, LineId, LineRow,
    ParkedRow, PersonRow, Reads, ReferralRow, Scope, ScopeRow, SiteKeyRow, SiteRow, StorageError,
    Usage,
};

use super::Handle;

type Read<T> = Result<T, StorageError>;

impl Reads for Handle {
    fn site(&self) -> Read<SiteRow> {
        let site = self.tables.borrow().site.clone();
        site.ok_or(StorageError::Absent { table: "site" })
    }

    fn site_keys(&self) -> Read<Vec<SiteKeyRow>> {
        let mut keys = self.tables.borrow().site_keys.to_vec();
        keys.sort_by_key(|key| (key.made_at, key.id()));
        Ok(keys)
    }

    fn device(&self, device: DeviceId) -> Read<Option<DeviceRow>> {
        Ok(self.tables.borrow().devices.get(&device).cloned())
    }

    fn devices(&self) -> Read<Vec<DeviceRow>> {
        let mut rows: Vec<_> = self.tables.borrow().devices.values().cloned().collect();
        rows.sort_by_key(|row| (row.first_seen_at, row.device));
        Ok(rows)
    }

    fn authors(&self, user: UserId, device: DeviceId) -> Read<Vec<AuthorRow>> {
        let tables = self.tables.borrow();
        let rows = tables.authors.iter();
        let mut rows: Vec<AuthorRow> = rows
            .filter(|((of, on, _), _)| *of == user && *on == device)
            .map(|(_, row)| row.clone())
            .collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.issued_at), row.signing_key.id()));
        Ok(rows)
    }

    fn users_of(&self, device: DeviceId) -> Read<Vec<UserId>> {
        let tables = self.tables.borrow();
        let keys = tables.authors.keys();
        let mut users: Vec<UserId> = keys
            .filter(|(_, on, _)| *on == device)
            .map(|(user, _, _)| *user)
            .collect();
        users.dedup();
        Ok(users)
    }

    fn invitation(&self, invitation: Invitation) -> Read<Option<InvitationRow>> {
        Ok(self.tables.borrow().invitations.get(&invitation.0).cloned())
    }

    fn usage(&self, device: DeviceId, day: i64) -> Read<Usage> {
        let tables = self.tables.borrow();
        Ok(tables
            .usage
            .get(&(device, day))
            .copied()
            .unwrap_or_default())
    }

    fn lines(&self, lane: &Lane) -> Read<Vec<LineRow>> {
        let tables = self.tables.borrow();
        let rows = tables.lines.values();
        let mut rows: Vec<LineRow> = rows.filter(|row| row.lane == *lane).cloned().collect();
        rows.sort_by_key(|row| row.branch);
        Ok(rows)
    }

    fn line(&self, line: LineId) -> Read<Option<LineRow>> {
        Ok(self.tables.borrow().lines.get(&line).cloned())
    }

    fn lines_of(&self, device: DeviceId) -> Read<Vec<LineRow>> {
        let mut rows = self.all_lines()?;
        rows.retain(|row| row.lane.device() == Some(device));
        Ok(rows)
    }

    fn all_lines(&self) -> Read<Vec<LineRow>> {
        Ok(self.tables.borrow().lines.values().cloned().collect())
    }

    fn unapplied(&self) -> Read<Vec<LineRow>> {
        let mut rows = self.all_lines()?;
        rows.retain(|row| row.applied_through < row.head.seq);
        Ok(rows)
    }

    fn hashes(&self, line: LineId, from: Seq, through: Seq) -> Read<Vec<(Seq, ChainHash)>> {
        if from > through {
            return Ok(Vec::new());
        }
        let tables = self.tables.borrow();
        let rows = tables.items.range((line, from)..=(line, through));
        Ok(rows.map(|((_, seq), held)| (*seq, held.hash)).collect())
    }

    fn items(&self, line: LineId, from: Seq, max: usize) -> Read<Vec<HeldItem>> {
        let tables = self.tables.borrow();
        let rows = tables.items.range((line, from)..=(line, Seq::MAX));
        Ok(rows.take(max).map(|(_, held)| (**held).clone()).collect())
    }

    fn item(&self, line: LineId, seq: Seq) -> Read<Option<HeldItem>> {
        let tables = self.tables.borrow();
        Ok(tables.items.get(&(line, seq)).map(|held| (**held).clone()))
    }

    fn placeholders(&self, line: LineId, from: Seq, through: Seq) -> Read<Vec<Seq>> {
        if from > through {
            return Ok(Vec::new());
        }
        let tables = self.tables.borrow();
        let rows = tables.items.range((line, from)..=(line, through));
        Ok(rows
            .filter(|(_, held)| matches!(held.item, Item::Placeholder { .. }))
            .map(|((_, seq), _)| *seq)
            .collect())
    }

    fn elided(&self, line: LineId, through: Seq) -> Read<Vec<Seq>> {
        let tables = self.tables.borrow();
        let rows = tables.items.range((line, Seq::MIN)..=(line, through));
        Ok(rows
            .filter(|(_, held)| {
                let item = &held.item;
                matches!(item, Item::Placeholder { gone, .. } if *gone == Gone::Elided)
            })
            .map(|((_, seq), _)| *seq)
            .collect())
    }

    fn items_by_id(&self, id: ItemId) -> Read<Vec<(LineId, HeldItem)>> {
        let tables = self.tables.borrow();
        let from = (id, LineId(i64::MIN), Seq::MIN);
        let to = (id, LineId(i64::MAX), Seq::MAX);
        let mut rows: Vec<(LineId, HeldItem)> = tables
            .by_id
            .range(from..=to)
            .filter_map(|((_, line, seq), ())| {
                let held = tables.items.get(&(*line, *seq))?;
                Some((*line, (**held).clone()))
            })
            .collect();
        rows.sort_by_key(|(line, held)| (held.received_at, *line, held.seq));
        Ok(rows)
    }

    fn parked_on(&self, line: LineId) -> Read<Vec<(Seq, ParkCode)>> {
        let tables = self.tables.borrow();
        let rows = tables.parked.range((line, Seq::MIN)..=(line, Seq::MAX));
        Ok(rows.map(|((_, seq), (code, _))| (*seq, *code)).collect())
    }

    fn parked(&self) -> Read<Vec<ParkedRow>> {
        let tables = self.tables.borrow();
        let rows = tables.parked.iter();
        Ok(rows
            .map(|((line, seq), (code, parked_at))| ParkedRow {
                line: *line,
                seq: *seq,
                code: *code,
                parked_at: *parked_at,
            })
            .collect())
    }

    fn entry(&self, id: EntryId) -> Read<Option<EntryRow>> {
        let tables = self.tables.borrow();
        Ok(tables.entries.get(&id).map(|row| (**row).clone()))
    }

    fn entries_of(&self, referral: ReferralId) -> Read<Vec<EntryRow>> {
        let tables = self.tables.borrow();
        let from = (referral, EntryId::from_bytes([0; 16]));
        let to = (referral, EntryId::from_bytes([0xff; 16]));
        let ids = tables.of_referral.range(from..=to);
        Ok(ids
            .filter_map(|((_, id), ())| tables.entries.get(id))
            .map(|row| (**row).clone())
            .collect())
    }

    fn entries_of_kind(&self, kind: &str) -> Read<Vec<EntryRow>> {
        let rows = self.tables.borrow().entries_in_order();
        let of_kind = rows.iter().filter(|row| row.kind == kind);
        Ok(of_kind.map(|row| (**row).clone()).collect())
    }

    fn each_entry(&self, each: &mut dyn FnMut(EntryRow) -> Read<()>) -> Read<()> {
        let rows = self.tables.borrow().entries_in_order();
        rows.iter().try_for_each(|row| each((**row).clone()))
    }

    fn referral(&self, referral: ReferralId) -> Read<Option<ReferralRow>> {
        let tables = self.tables.borrow();
        let row = tables.referrals.get(&referral);
        Ok(row.map(|row| self.with_place(row.clone())))
    }

    fn referrals(&self) -> Read<Vec<ReferralRow>> {
        let tables = self.tables.borrow();
        let rows = tables.referrals.values().cloned();
        let mut rows: Vec<ReferralRow> = rows.map(|row| self.with_place(row)).collect();
        rows.sort_by_key(|row| (row.logged.map(|(_, _, at)| at), row.referral));
        Ok(rows)
    }

    fn people(&self) -> Read<Vec<PersonRow>> {
        let mut rows: Vec<_> = self.tables.borrow().people.values().cloned().collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    fn scope(&self, scope: Scope) -> Read<Option<ScopeRow>> {
        Ok(self.tables.borrow().scopes.get(&scope).copied())
    }

    fn scopes(&self) -> Read<Vec<ScopeRow>> {
        Ok(self.tables.borrow().scopes.values().copied().collect())
    }

    fn feed_hash(&self, scope: Scope, position: u64) -> Read<Option<[u8; 32]>> {
        let tables = self.tables.borrow();
        Ok(tables.feed.get(&(scope, position)).map(|row| row.hash))
    }

    fn feed(&self, scope: Scope, after: u64, max: usize) -> Read<Vec<FeedRow>> {
        let tables = self.tables.borrow();
        let Some(from) = after.checked_add(1) else {
            return Ok(Vec::new());
        };
        let rows = tables.feed.range((scope, from)..=(scope, u64::MAX));
        Ok(rows.take(max).map(|(_, row)| *row).collect())
    }

    fn alarms(&self) -> Read<Vec<AlarmRow>> {
        Ok(self.tables.borrow().alarms.to_vec())
    }
}

impl Handle {
    /// A referral's view with the place of the entry that logged it.
    fn with_place(&self, row: ReferralRow) -> ReferralRow {
        let tables = self.tables.borrow();
        let logged = tables.entries.get(&row.referral.into());
        ReferralRow {
            logged: logged.map(|logged| (logged.lane, logged.seq, logged.received_at)),
            ..row
        }
    }
}
