//! Reading.

use handoff_cipherdb::{Params, Row, params};
use handoff_domain::{EntryId, ReferralId, UserId};
use handoff_protocol::chain::ChainHash;
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::ids::{DeviceId, ItemId, Lane, Seq};
use handoff_protocol::receipt::ParkCode;

use super::columns::{Columns, scope_bytes, signed};
use super::{Handle, Readable, SITE, map};
use crate::storage::{
    AlarmRow, AuthorRow, DeviceRow, EntryRow, FeedRow, HeldItem, InvitationRow, LineId, LineRow,
    ParkedRow, PersonRow, Reads, ReferralRow, Scope, ScopeRow, SiteKeyRow, SiteRow, StorageError,
    Usage,
};

type Read<T> = Result<T, StorageError>;

impl<T> Handle<T>
where
    Self: Readable,
{
    fn all<V>(
        &self,
        sql: &'static str,
        params: impl Params,
        map: fn(&Row<'_>) -> Read<V>,
    ) -> Read<Vec<V>> {
        self.tx()
            .query_all(sql, params, |row| Ok(map(row)))?
            .into_iter()
            .collect()
    }

    fn one<V>(
        &self,
        sql: &'static str,
        params: impl Params,
        map: fn(&Row<'_>) -> Read<V>,
    ) -> Read<Option<V>> {
        self.tx()
            .query_optional(sql, params, |row| Ok(map(row)))?
            .transpose()
    }
}

impl<T> Reads for Handle<T>
where
    Self: Readable,
{
    fn site(&self) -> Read<SiteRow> {
        self.one(include_str!("read/site.sql"), [SITE], map::site)?
            .ok_or(StorageError::Absent { table: "site" })
    }

    fn site_keys(&self) -> Read<Vec<SiteKeyRow>> {
        self.all(include_str!("read/site_keys.sql"), [SITE], map::site_key)
    }

    fn device(&self, device: DeviceId) -> Read<Option<DeviceRow>> {
        let params = params![SITE, device.as_bytes()];
        self.one(include_str!("read/device.sql"), params, map::device)
    }

    fn devices(&self) -> Read<Vec<DeviceRow>> {
        self.all(include_str!("read/devices.sql"), [SITE], map::device)
    }

    fn authors(&self, user: UserId, device: DeviceId) -> Read<Vec<AuthorRow>> {
        let params = params![SITE, user.as_bytes(), device.as_bytes()];
        self.all(include_str!("read/authors.sql"), params, map::author)
    }

    fn users_of(&self, device: DeviceId) -> Read<Vec<UserId>> {
        const SQL: &str = "SELECT DISTINCT user FROM author WHERE site_id = ?1 AND device = ?2";
        self.all(SQL, params![SITE, device.as_bytes()], |row| {
            Ok(UserId::from_bytes(Columns::of(row, "author").get(0)?))
        })
    }

    fn invitation(&self, invitation: Invitation) -> Read<Option<InvitationRow>> {
        let params = params![SITE, invitation.0];
        self.one(include_str!("read/invitation.sql"), params, map::invitation)
    }

    fn usage(&self, device: DeviceId, day: i64) -> Read<Usage> {
        let params = params![SITE, device.as_bytes(), day];
        let usage = self.one(include_str!("read/usage.sql"), params, |row| {
            let c = Columns::of(row, "device_usage");
            Ok(Usage {
                items: c.count(0)?,
                bytes: c.count(1)?,
                lanes: c.count(2)?,
                branches: c.count(3)?,
            })
        });
        Ok(usage?.unwrap_or_default())
    }

    fn lines(&self, lane: &Lane) -> Read<Vec<LineRow>> {
        let params = params![SITE, lane.to_bytes()];
        self.all(include_str!("read/lines.sql"), params, map::line)
    }

    fn line(&self, line: LineId) -> Read<Option<LineRow>> {
        self.one(
            include_str!("read/line.sql"),
            params![SITE, line.0],
            map::line,
        )
    }

    fn lines_of(&self, device: DeviceId) -> Read<Vec<LineRow>> {
        let params = params![SITE, device.as_bytes()];
        self.all(include_str!("read/lines_of.sql"), params, map::line)
    }

    fn all_lines(&self) -> Read<Vec<LineRow>> {
        self.all(include_str!("read/all_lines.sql"), [SITE], map::line)
    }

    fn unapplied(&self) -> Read<Vec<LineRow>> {
        self.all(include_str!("read/unapplied.sql"), [SITE], map::line)
    }

    fn hashes(&self, line: LineId, from: Seq, through: Seq) -> Read<Vec<(Seq, ChainHash)>> {
        let params = params![SITE, line.0, signed(from), signed(through)];
        self.all(include_str!("read/hashes.sql"), params, |row| {
            let c = Columns::of(row, "item");
            Ok((c.count(0)?, c.get(1)?))
        })
    }

    fn items(&self, line: LineId, from: Seq, max: usize) -> Read<Vec<HeldItem>> {
        let params = params![SITE, line.0, signed(from), signed(max as u64)];
        self.all(include_str!("read/items.sql"), params, map::held_item)
    }

    fn item(&self, line: LineId, seq: Seq) -> Read<Option<HeldItem>> {
        let found = self.items(line, seq, 1)?.pop();
        Ok(found.filter(|item| item.seq == seq))
    }

    fn placeholders(&self, line: LineId, from: Seq, through: Seq) -> Read<Vec<Seq>> {
        let params = params![SITE, line.0, signed(from), signed(through)];
        self.all(include_str!("read/placeholders.sql"), params, |row| {
            Columns::of(row, "item").count(0)
        })
    }

    fn elided(&self, line: LineId, through: Seq) -> Read<Vec<Seq>> {
        let params = params![SITE, line.0, signed(through)];
        self.all(include_str!("read/elided.sql"), params, |row| {
            Columns::of(row, "item").count(0)
        })
    }

    fn items_by_id(&self, id: ItemId) -> Read<Vec<(LineId, HeldItem)>> {
        let params = params![SITE, id.as_bytes()];
        self.all(include_str!("read/items_by_id.sql"), params, |row| {
            let line = LineId(Columns::of(row, "item").get(8)?);
            Ok((line, map::held_item(row)?))
        })
    }

    fn parked_on(&self, line: LineId) -> Read<Vec<(Seq, ParkCode)>> {
        let params = params![SITE, line.0];
        let parked = self.all(include_str!("read/parked_on.sql"), params, map::parked)?;
        Ok(parked.into_iter().map(|row| (row.seq, row.code)).collect())
    }

    fn parked(&self) -> Read<Vec<ParkedRow>> {
        self.all(include_str!("read/parked.sql"), [SITE], map::parked)
    }

    fn entry(&self, id: EntryId) -> Read<Option<EntryRow>> {
        let params = params![SITE, id.as_bytes()];
        self.one(include_str!("read/entry.sql"), params, map::entry)
    }

    fn entries_of(&self, referral: ReferralId) -> Read<Vec<EntryRow>> {
        let params = params![SITE, referral.as_bytes()];
        self.all(include_str!("read/entries_of.sql"), params, map::entry)
    }

    fn entries_of_kind(&self, kind: &str) -> Read<Vec<EntryRow>> {
        let params = params![SITE, kind];
        self.all(include_str!("read/entries_of_kind.sql"), params, map::entry)
    }

    fn each_entry(&self, each: &mut dyn FnMut(EntryRow) -> Read<()>) -> Read<()> {
        self.tx()
            .query_each(include_str!("read/each_entry.sql"), [SITE], |row| {
                each(map::entry(row)?)
            })
    }

    fn referral(&self, referral: ReferralId) -> Read<Option<ReferralRow>> {
        let params = params![SITE, referral.as_bytes()];
        self.one(include_str!("read/referral.sql"), params, map::referral)
    }

    fn referrals(&self) -> Read<Vec<ReferralRow>> {
        self.all(include_str!("read/referrals.sql"), [SITE], map::referral)
    }

    fn people(&self) -> Read<Vec<PersonRow>> {
        self.all(include_str!("read/people.sql"), [SITE], map::person)
    }

    fn scope(&self, scope: Scope) -> Read<Option<ScopeRow>> {
        let params = params![SITE, scope_bytes(scope)];
        self.one(include_str!("read/scope.sql"), params, map::scope)
    }

    fn scopes(&self) -> Read<Vec<ScopeRow>> {
        self.all(include_str!("read/scopes.sql"), [SITE], map::scope)
    }

    fn feed_hash(&self, scope: Scope, position: u64) -> Read<Option<[u8; 32]>> {
        let params = params![SITE, scope_bytes(scope), signed(position)];
        self.one(include_str!("read/feed_hash.sql"), params, |row| {
            Columns::of(row, "feed").get(0)
        })
    }

    fn feed(&self, scope: Scope, after: u64, max: usize) -> Read<Vec<FeedRow>> {
        let params = params![SITE, scope_bytes(scope), signed(after), signed(max as u64)];
        self.all(include_str!("read/feed.sql"), params, map::feed)
    }

    fn alarms(&self) -> Read<Vec<AlarmRow>> {
        const SQL: &str =
            "SELECT code, device, raised_at FROM alarm WHERE site_id = ?1 ORDER BY alarm_id";
        self.all(SQL, [SITE], map::alarm)
    }
}
