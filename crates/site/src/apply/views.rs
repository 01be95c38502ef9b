//! From opened entries to tables that can be listed.
//!
//! A view is never written to by itself: every row is what
//! [`handoff_domain::fold`] makes of the entries that are kept, so that
//! [`rebuild`] gives the same rows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use handoff_domain::{Body, Entry, Held, ReferralId, RosterChanged, SiteId, State, Written, fold};
use handoff_protocol::KeptRecord;
use handoff_protocol::pack::Unpacker;

use crate::feed;
use crate::planted;
use crate::storage::{EntryRow, PersonRow, Reads, ReferralRow, StorageError, Writes};

/// Keeps an opened entry, sets the views that it changes, and puts it into the
/// feeds of those who may have it. Whoever calls knows that it is not kept yet.
pub(crate) fn keep(writes: &dyn Writes, row: &EntryRow, entry: &Entry) -> Result<(), StorageError> {
    writes.keep_entry(row)?;
    let mut of_referral = Vec::new();
    if let Some(referral) = row.referral {
        of_referral = writes.entries_of(referral)?;
        show(writes, &entry.site, referral, &of_referral, Some(entry))?;
    }
    if let Body::RosterChanged(change) = &entry.record.body {
        set_roster(writes, &entry.site)?;
        feed::scope_changed(writes, change.user)?;
        // What was parked for want of an account, or because of one.
        writes.ask_to_judge()?;
    }
    feed::spread(writes, entry, &of_referral)
}

/// Empties the views and sets all of them from the entries that are kept.
///
/// # Errors
/// [`StorageError`].
pub(crate) fn rebuild(writes: &dyn Writes) -> Result<(), StorageError> {
    let site = writes.site()?.name;
    writes.clear_views()?;
    let mut referrals: BTreeSet<ReferralId> = BTreeSet::new();
    writes.each_entry(&mut |row| {
        referrals.extend(row.referral);
        Ok(())
    })?;
    for referral in referrals {
        set_referral(writes, &site, referral)?;
    }
    set_roster(writes, &site)
}

/// Sets the view of a referral from its entries; without any it goes.
pub(crate) fn set_referral(
    writes: &dyn Writes,
    site: &SiteId,
    id: ReferralId,
) -> Result<(), StorageError> {
    show(writes, site, id, &writes.entries_of(id)?, None)
}

/// Sets the view of a referral from `rows`, all of its entries; `read` is one
/// that has been read already.
fn show(
    writes: &dyn Writes,
    site: &SiteId,
    id: ReferralId,
    rows: &[EntryRow],
    read: Option<&Entry>,
) -> Result<(), StorageError> {
    let state = if planted::merge_by_arrival() {
        let mut rows = rows.to_vec();
        keep_first_arrivals(site, &mut rows)?;
        folded(site, &rows)?
    } else {
        folded_beside(site, rows, read)?
    };
    let Some(referral) = state.referrals.get(&id) else {
        return writes.drop_referral(id);
    };
    let occurred_at = referral
        .report
        .as_ref()
        .and_then(|report| report.value.facts.encounter_at);
    writes.set_referral(&ReferralRow {
        referral: id,
        logged: None,
        referrer: referral.referrer,
        door: referral.report.as_ref().map(|report| report.value.door),
        verification: referral.verification.value,
        engagement: referral.engagement.value,
        charge: referral.charge.value,
        withdrawn: referral.withdrawn.is_some(),
        has_conflict: referral.has_conflict(),
        outcome: referral
            .logged
            .as_ref()
            .and_then(|logged| logged.screening.as_ref())
            .map(|screening| screening.outcome),
        occurred_at,
    })
}

/// The planted bug: of entries that build on the same one the first to arrive
/// stays.
fn keep_first_arrivals(site: &SiteId, rows: &mut Vec<EntryRow>) -> Result<(), StorageError> {
    rows.sort_by_key(|row| (row.received_at, row.seq));
    let mut built_on = BTreeSet::new();
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        let base = read(site, &row)?.record.based_on;
        if base.is_empty() || built_on.insert(base) {
            kept.push(row);
        }
    }
    *rows = kept;
    Ok(())
}

fn set_roster(writes: &dyn Writes, site: &SiteId) -> Result<(), StorageError> {
    let rows = writes.entries_of_kind("roster_changed")?;
    for RosterChanged {
        user,
        name,
        roles,
        agency,
    } in folded(site, &rows)?.roster.into_values()
    {
        writes.set_person(&PersonRow {
            user,
            name,
            roles,
            agency,
        })?;
    }
    Ok(())
}

/// The state that kept entries amount to.
pub(crate) fn folded(site: &SiteId, rows: &[EntryRow]) -> Result<State, StorageError> {
    folded_beside(site, rows, None)
}

fn folded_beside(
    site: &SiteId,
    rows: &[EntryRow],
    known: Option<&Entry>,
) -> Result<State, StorageError> {
    let mut unpacker = Unpacker::new();
    let entries = rows
        .iter()
        .map(|row| {
            let entry = match known.filter(|known| known.id == row.id) {
                Some(known) => Cow::Borrowed(known),
                None => Cow::Owned(read_with(site, row, &mut unpacker)?),
            };
            Ok((entry, written(row)))
        })
        .collect::<Result<Vec<_>, StorageError>>()?;
    Ok(fold(entries.iter().map(|(entry, written)| Held {
        entry: entry.as_ref(),
        written: *written,
    })))
}

/// Whether two kept records are the same one: it may have been packed twice.
pub(crate) fn is_same(one: &KeptRecord, other: &KeptRecord) -> bool {
    one == other || matches!((one.plain(), other.plain()), (Ok(one), Ok(other)) if one == other)
}

/// An entry as it was written.
pub(crate) fn read(site: &SiteId, row: &EntryRow) -> Result<Entry, StorageError> {
    read_with(site, row, &mut Unpacker::new())
}

/// The same, with an unpacker that many of them share.
pub(crate) fn read_with(
    site: &SiteId,
    row: &EntryRow,
    unpacker: &mut Unpacker,
) -> Result<Entry, StorageError> {
    let record = row.record.read(unpacker);
    let record = record.map_err(|_| StorageError::Row { table: "entry" })?;
    Ok(Entry {
        id: row.id,
        site: site.clone(),
        author: row.author,
        record,
    })
}

/// Where an entry was written: its verified lane says so.
pub(crate) fn written(row: &EntryRow) -> Written {
    if row.lane.device().is_some() {
        Written::OnDevice
    } else {
        Written::AtSite
    }
}

/// The decisions and moves that a new one of the same kind builds on: what is
/// folded now, or else the referral itself.
pub(crate) fn state_of(
    reads: &dyn Reads,
    site: &SiteId,
    id: ReferralId,
) -> Result<Option<handoff_domain::Referral>, StorageError> {
    let mut state = folded(site, &reads.entries_of(id)?)?;
    Ok(state.referrals.remove(&id))
}
