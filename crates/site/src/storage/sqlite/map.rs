//! From rows to what the operations return.

use std::collections::BTreeSet;

use chrono::DateTime;
use handoff_cipherdb::Row;
use handoff_domain::{EntryId, ReferralId, SiteId, UserId};
use handoff_protocol::KeptRecord;
use handoff_protocol::chain::Head;
use handoff_protocol::enrolment::Invitation;
use handoff_protocol::ids::{DeviceId, EpochId, ItemId, Lane};
use handoff_protocol::item::{Gone, Item, ItemDigest};
use handoff_protocol::receipt::Branch;

use super::columns::{Columns, scope_of};
use crate::storage::{
    AlarmCode, AlarmRow, AuthorRow, DeviceRow, EntryRow, FeedRow, HeldItem, InvitationRow, LineId,
    LineRow, ParkedRow, PersonRow, ReferralRow, ScopeRow, SiteKeyRow, SiteRow, StorageError,
};

type Mapped<T> = Result<T, StorageError>;

pub(super) fn site(row: &Row<'_>) -> Mapped<SiteRow> {
    let c = Columns::of(row, "site");
    Ok(SiteRow {
        name: SiteId::new(&c.get::<String>(0)?).map_err(|_| c.damaged())?,
        identity: c.key(1)?,
        recovery: c.key(2)?,
        epoch_id: EpochId::from_bytes(c.get(3)?),
        epoch: c.cbor(4)?,
        awaiting: c.flag(5)?,
        feed_position: c.count(6)?,
        judge_round: c.count(7)?,
        judged_round: c.count(8)?,
    })
}

pub(super) fn site_key(row: &Row<'_>) -> Mapped<SiteKeyRow> {
    let c = Columns::of(row, "site_key");
    Ok(SiteKeyRow {
        purpose: c.name(0)?,
        key: c.key(1)?,
        certificate: c.cbor(2)?,
        announced: c.flag(3)?,
        made_at: c.time(4)?,
    })
}

pub(super) fn device(row: &Row<'_>) -> Mapped<DeviceRow> {
    let c = Columns::of(row, "device");
    Ok(DeviceRow {
        device: DeviceId::from_bytes(c.get(0)?),
        name: c.get(1)?,
        key: c.key(2)?,
        certificate: c.cbor(3)?,
        vouched: c.flag(4)?,
        first_seen_at: c.time(5)?,
        last_contact_at: c.time_if(6)?,
        revoked_at: c.time_if(7)?,
    })
}

pub(super) fn author(row: &Row<'_>) -> Mapped<AuthorRow> {
    let c = Columns::of(row, "author");
    Ok(AuthorRow {
        user: UserId::from_bytes(c.get(0)?),
        device: DeviceId::from_bytes(c.get(1)?),
        signing_key: c.key(2)?,
        certificate: c.cbor(3)?,
        issued_at: c.time(4)?,
        vouched: c.flag(5)?,
    })
}

pub(super) fn invitation(row: &Row<'_>) -> Mapped<InvitationRow> {
    let c = Columns::of(row, "invitation");
    let used_by: Option<[u8; 16]> = c.get(5)?;
    Ok(InvitationRow {
        invitation: Invitation(c.get(0)?),
        user: UserId::from_bytes(c.get(1)?),
        token_seed: c.get(2)?,
        expires_at: c.time(3)?,
        used: c.time_if(4)?.zip(used_by.map(DeviceId::from_bytes)),
        failures: c.get(6)?,
    })
}

pub(super) fn line(row: &Row<'_>) -> Mapped<LineRow> {
    let c = Columns::of(row, "line");
    let lane: Vec<u8> = c.get(1)?;
    let parent = match c.get::<Option<Vec<u8>>>(4)? {
        None => None,
        Some(_) => Some(c.cbor(4)?),
    };
    Ok(LineRow {
        id: LineId(c.get(0)?),
        lane: Lane::from_bytes(&lane).ok_or_else(|| c.damaged())?,
        branch: Branch(c.get(2)?),
        start_hash: c.get(3)?,
        parent,
        from: c.get::<Option<i64>>(5)?.map(LineId),
        from_seq: c.count(6)?,
        head: Head {
            seq: c.count(7)?,
            hash: c.get(8)?,
        },
        applied_through: c.count(9)?,
        revision: c.count(10)?,
        received_at: c.time(11)?,
        backed_up_through: c.count(12)?,
    })
}

/// Columns: seq, item id, kind, digest, hash, context, received, body.
pub(super) fn held_item(row: &Row<'_>) -> Mapped<HeldItem> {
    let c = Columns::of(row, "item");
    let id = ItemId::from_bytes(c.get(1)?);
    let kind: u8 = c.get(2)?;
    let digest: ItemDigest = c.get(3)?;
    let context = c.get::<Option<[u8; 16]>>(5)?.map(ItemId::from_bytes);
    let body: Option<Vec<u8>> = c.get(7)?;
    let item = match (kind, body, context) {
        (super::kind::CONTEXT, Some(bytes), _) => Item::Context { id, bytes },
        (super::kind::ENTRY, Some(sealed), Some(context)) => Item::Entry {
            id,
            context,
            sealed,
        },
        (super::kind::RESEALED, Some(bytes), Some(context)) => {
            let (of, rest) = bytes.split_first_chunk::<16>().ok_or_else(|| c.damaged())?;
            let (of_digest, sealed) = rest.split_first_chunk::<32>().ok_or_else(|| c.damaged())?;
            Item::Resealed {
                id,
                context,
                of: (ItemId::from_bytes(*of), *of_digest),
                sealed: sealed.to_vec(),
            }
        }
        (kind, _, _) => Item::Placeholder {
            id,
            gone: match kind {
                super::kind::ELIDED => Gone::Elided,
                super::kind::ERASED => Gone::Erased,
                super::kind::PRUNED => Gone::Pruned,
                // Its content went from this store.
                _ => Gone::Pruned,
            },
            digest,
        },
    };
    Ok(HeldItem {
        seq: c.count(0)?,
        item,
        hash: c.get(4)?,
        received_at: c.time(6)?,
    })
}

pub(super) fn parked(row: &Row<'_>) -> Mapped<ParkedRow> {
    let c = Columns::of(row, "parked");
    Ok(ParkedRow {
        line: LineId(c.get(0)?),
        seq: c.count(1)?,
        code: c.name(2)?,
        parked_at: c.time(3)?,
    })
}

pub(super) fn entry(row: &Row<'_>) -> Mapped<EntryRow> {
    let c = Columns::of(row, "entry");
    let lane: Vec<u8> = c.get(2)?;
    Ok(EntryRow {
        id: EntryId::from_bytes(c.get(0)?),
        line: LineId(c.get(1)?),
        lane: Lane::from_bytes(&lane).ok_or_else(|| c.damaged())?,
        seq: c.count(3)?,
        author: UserId::from_bytes(c.get(4)?),
        kind: c.get(5)?,
        referral: c.get::<Option<[u8; 16]>>(6)?.map(ReferralId::from_bytes),
        received_at: c.time(7)?,
        record: KeptRecord::from_bytes(c.get(8)?),
    })
}

pub(super) fn referral(row: &Row<'_>) -> Mapped<ReferralRow> {
    let c = Columns::of(row, "referral");
    let occurred_at = match c.get::<Option<String>>(9)? {
        None => None,
        Some(text) => Some(DateTime::parse_from_rfc3339(&text).map_err(|_| c.damaged())?),
    };
    let logged = match c.get::<Option<Vec<u8>>>(10)? {
        None => None,
        Some(lane) => Some((
            Lane::from_bytes(&lane).ok_or_else(|| c.damaged())?,
            c.count(11)?,
            c.time(12)?,
        )),
    };
    Ok(ReferralRow {
        referral: ReferralId::from_bytes(c.get(0)?),
        logged,
        referrer: c.get::<Option<[u8; 16]>>(1)?.map(UserId::from_bytes),
        door: c.name_if(2)?,
        verification: c.name(3)?,
        engagement: c.name(4)?,
        charge: c.name(5)?,
        withdrawn: c.flag(6)?,
        has_conflict: c.flag(7)?,
        outcome: c.name_if(8)?,
        occurred_at,
    })
}

pub(super) fn person(row: &Row<'_>) -> Mapped<PersonRow> {
    let c = Columns::of(row, "person");
    let roles: String = c.get(2)?;
    let mut known = BTreeSet::new();
    for name in roles.split(',').filter(|name| !name.is_empty()) {
        let role = handoff_domain::Role::ALL
            .into_iter()
            .find(|role| role.as_str() == name);
        known.insert(role.ok_or_else(|| c.damaged())?);
    }
    Ok(PersonRow {
        user: UserId::from_bytes(c.get(0)?),
        name: c.get(1)?,
        roles: known,
        agency: c.get(3)?,
    })
}

pub(super) fn scope(row: &Row<'_>) -> Mapped<ScopeRow> {
    let c = Columns::of(row, "feed_scope");
    Ok(ScopeRow {
        scope: scope_of(c.get(0)?),
        version: c.count(1)?,
        stale: c.flag(2)?,
        last_position: c.count(3)?,
        last_hash: c.get(4)?,
    })
}

pub(super) fn feed(row: &Row<'_>) -> Mapped<FeedRow> {
    let c = Columns::of(row, "feed");
    Ok(FeedRow {
        position: c.count(0)?,
        entry: EntryId::from_bytes(c.get(1)?),
        evict: c.flag(2)?,
        own: c.flag(3)?,
        hash: c.get(4)?,
    })
}

pub(super) fn alarm(row: &Row<'_>) -> Mapped<AlarmRow> {
    let c = Columns::of(row, "alarm");
    let code: String = c.get(0)?;
    let code = AlarmCode::ALL
        .into_iter()
        .find(|known| known.as_str() == code)
        .ok_or_else(|| c.damaged())?;
    Ok(AlarmRow {
        code,
        device: c.get::<Option<[u8; 16]>>(1)?.map(DeviceId::from_bytes),
        raised_at: c.time(2)?,
    })
}
