//! Judging an item: may it be folded, or does a person have to look?
//!
//! Rights are judged as of the time of capture: what an officer wrote before
//! they changed units or left is theirs to have written. A device's clock is
//! its own word for that time, so a wrong one can make a late entry look early;
//! it is then one more entry for people to look at, under its author's name,
//! and never anything that opens to the author.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use handoff_domain::rights;
use handoff_domain::{
    Body, Entry, EntryId, Hlc, Origin, Record, ReferralId, Role, SiteId, UserId, Written,
};
use handoff_protocol::certificate::AuthorCertificate;
use handoff_protocol::ids::{ContextId, DeviceId, ItemId, Seq};
use handoff_protocol::item::{Gone, Item, ItemDigest};
use handoff_protocol::pack::Unpacker;
use handoff_protocol::receipt::ParkCode;

use super::open::Opener;
use super::views;
use super::{Kept, Verdict};
use crate::site::Site;
use crate::storage::{EntryRow, ErasureRow, HeldItem, LineId, LineRow, Reads, StorageError};

/// What items are judged by: keys, certificates and the roster of one moment.
pub(super) struct Bench<'a> {
    site: &'a Site,
    reads: &'a dyn Reads,
    name: SiteId,
    /// Every roster entry about a person, oldest first: since when, which roles.
    roster: BTreeMap<UserId, Vec<(Hlc, BTreeSet<Role>)>>,
    revoked: BTreeMap<DeviceId, DateTime<Utc>>,
    /// Something was erased here once.
    has_erasures: bool,
}

impl<'a> Bench<'a> {
    pub fn of(site: &'a Site, reads: &'a dyn Reads) -> Result<Self, StorageError> {
        let name = reads.site()?.name;
        let mut roster: BTreeMap<UserId, Vec<(Hlc, BTreeSet<Role>)>> = BTreeMap::new();
        let mut unpacker = Unpacker::new();
        for row in reads.entries_of_kind("roster_changed")? {
            let entry = views::read_with(&name, &row, &mut unpacker)?;
            if let Body::RosterChanged(change) = entry.record.body {
                let since = entry.record.captured_at.hlc;
                roster
                    .entry(change.user)
                    .or_default()
                    .push((since, change.roles));
            }
        }
        for changes in roster.values_mut() {
            changes.sort_by_key(|(since, _)| *since);
        }
        let revoked = reads
            .devices()?
            .into_iter()
            .filter_map(|device| device.revoked_at.map(|at| (device.device, at)))
            .collect();
        Ok(Self {
            site,
            reads,
            name,
            roster,
            revoked,
            has_erasures: reads.has_erasures()?,
        })
    }

    pub fn judge(
        &self,
        opener: &mut Opener,
        line: &LineRow,
        held: &HeldItem,
    ) -> Result<Verdict, StorageError> {
        match &held.item {
            Item::Context { .. } => Ok(Verdict::Nothing),
            Item::Placeholder { gone, .. } => Ok(match gone {
                // Taken back before it left, or erased by an order.
                Gone::Elided | Gone::Erased => Verdict::Nothing,
                // The device no longer has it, and this site never did or was
                // put back to before it had.
                Gone::Pruned => Verdict::Park(ParkCode::Lost),
            }),
            Item::Entry {
                id,
                context,
                sealed,
            } => self.entry(opener, line, held, (*id, *id), *context, sealed),
            Item::Resealed {
                id,
                context,
                of,
                sealed,
            } => {
                let stands_for = self.places_of(line, of)?;
                if stands_for.is_empty() {
                    return Ok(Verdict::Park(ParkCode::Other));
                }
                let verdict = self.entry(opener, line, held, (*id, of.0), *context, sealed)?;
                Ok(match verdict {
                    Verdict::Keep(kept) => Verdict::Keep(Box::new(Kept {
                        stands_for,
                        ..*kept
                    })),
                    Verdict::Erase { order, named, .. } => Verdict::Erase {
                        order,
                        named,
                        stands_for,
                    },
                    Verdict::Nothing | Verdict::Park(_) => verdict,
                })
            }
        }
    }

    /// Where an entry lies that was sealed again on this line: one of exactly these
    /// bytes, in a lane of the same device, or none. Nothing stands for a context.
    fn places_of(
        &self,
        line: &LineRow,
        (id, digest): &(ItemId, ItemDigest),
    ) -> Result<Vec<(LineId, Seq)>, StorageError> {
        let mut places = Vec::new();
        for (at, held) in self.reads.items_by_id(*id)? {
            let absent = StorageError::Absent { table: "line" };
            let of_device = self.reads.line(at)?.ok_or(absent)?.lane.device();
            let is_context = matches!(held.item, Item::Context { .. });
            let is_it = held.item.digest() == *digest && !is_context;
            if is_it && of_device == line.lane.device() {
                places.push((at, held.seq));
            }
        }
        Ok(places)
    }

    /// `ids`: the item's own, and that of the entry in it.
    fn entry(
        &self,
        opener: &mut Opener,
        line: &LineRow,
        held: &HeldItem,
        ids: (ItemId, ItemId),
        context: ContextId,
        sealed: &[u8],
    ) -> Result<Verdict, StorageError> {
        let opened = opener.context(self.reads, self.site.keys(), line, held.seq, context)?;
        let opened = match opened {
            Ok(opened) => opened,
            Err(code) => return Ok(Verdict::Park(code)),
        };
        let (kept, record) = match opener.entry(&opened, &ids.0, sealed) {
            Ok(read) => read,
            Err(code) => return Ok(Verdict::Park(code)),
        };
        let id = EntryId(ids.1.0);
        if let Some(order) = self.erasure(record.body.referral(id))? {
            return Ok(Verdict::Erase {
                order,
                named: super::attachment_of(&record),
                stands_for: Vec::new(),
            });
        }
        let released = self.reads.is_released(ids.1)?;
        if let Err(code) = self.permit(&opened.certificate, &record, held.received_at, released) {
            return Ok(Verdict::Park(code));
        }
        let row = EntryRow {
            id,
            line: line.id,
            lane: line.lane,
            seq: held.seq,
            author: opened.author,
            kind: record.body.kind().to_owned(),
            referral: record.body.referral(id),
            received_at: held.received_at,
            record: kept,
        };
        let entry = Entry {
            id,
            site: self.name.clone(),
            author: opened.author,
            record,
        };
        Ok(Verdict::Keep(Box::new(Kept {
            row,
            entry,
            stands_for: Vec::new(),
        })))
    }

    /// The order that erased a referral of which this is one more entry.
    fn erasure(&self, referral: Option<ReferralId>) -> Result<Option<ErasureRow>, StorageError> {
        match referral.filter(|_| self.has_erasures) {
            Some(referral) => self.reads.erasure(ItemId(referral.0)),
            None => Ok(None),
        }
    }

    fn permit(
        &self,
        certificate: &AuthorCertificate,
        record: &Record,
        received_at: DateTime<Utc>,
        released: bool,
    ) -> Result<(), ParkCode> {
        if matches!(record.body, Body::Unknown { .. }) {
            return Err(ParkCode::UnknownKind);
        }
        // Nothing was captured after it was received, whatever a clock says.
        let received = received_at.timestamp_millis();
        let captured = record.captured_at.hlc.wall_ms.min(received);
        // Somebody answers for it: what its author had no right to any more.
        let is_vouched = released && record.body.origin() == Some(Origin::LawEnforcement);
        if !is_vouched {
            let revoked = self.revoked.get(&certificate.device);
            if revoked.is_some_and(|at| at.timestamp_millis() <= captured) {
                return Err(ParkCode::AuthorDisabled);
            }
            self.role(certificate, record.role, captured)?;
        }
        if rights::may_write(record, Written::OnDevice) {
            Ok(())
        } else {
            Err(ParkCode::NotPermitted)
        }
    }

    fn role(
        &self,
        certificate: &AuthorCertificate,
        role: Role,
        captured: i64,
    ) -> Result<(), ParkCode> {
        let Some(changes) = self.roster.get(&certificate.user) else {
            // This database was put back to a time before the person came.
            return if certificate.roles.contains(&role) {
                Ok(())
            } else {
                Err(ParkCode::NotPermitted)
            };
        };
        let then = changes
            .iter()
            .rev()
            .find(|(since, _)| since.wall_ms <= captured)
            .or(changes.first())
            .map(|(_, roles)| roles);
        let now = changes.last().map(|(_, roles)| roles);
        let had = |roles: Option<&BTreeSet<Role>>| roles.is_some_and(|roles| roles.contains(&role));
        if had(then) || had(now) {
            Ok(())
        } else if then.is_some_and(BTreeSet::is_empty) {
            Err(ParkCode::AuthorDisabled)
        } else {
            Err(ParkCode::NotPermitted)
        }
    }
}
