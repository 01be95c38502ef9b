//! What every store must do. An implementation calls [`check`] with an empty
//! store for each of [`ALL`]. A store in another crate has this file as a
//! module of its tests.

use chrono::{DateTime, TimeDelta, Utc};
use handoff_domain::{EntryId, Hlc, ReferralId, SiteId, UserId};
use handoff_protocol::KeptRecord;
use handoff_protocol::chain::{genesis, link};
use handoff_protocol::epoch::EpochRecord;
use handoff_protocol::ids::{DeviceId, EpochId, Incarnation, ItemId, Lane};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::receipt::{Branch, ParkCode};
use handoff_site::storage::*;
use handoff_vault::{OsRandom, Random as _, SigningKey};
use uuid::Uuid;

// By its path from here, whatever crate has this file for a module.
#[path = "conformance/attachments.rs"]
mod attachments;
#[path = "conformance/orders.rs"]
mod orders;

type Check = fn(&dyn Storage);
type Change<'a> = &'a dyn Fn(&dyn Writes) -> Result<(), StorageError>;

/// Every promise, by its name.
pub(crate) const ALL: &[(&str, Check)] = &[
    ("an error undoes everything", an_error_undoes_everything),
    ("a part is undone by itself", a_part_is_undone_by_itself),
    ("items come back as they were", items_come_back),
    (
        "a head moves from where it was",
        a_head_moves_from_where_it_was,
    ),
    (
        "a revision rises with what a receipt says",
        a_revision_rises,
    ),
    (
        "a content takes its placeholder's place",
        a_content_takes_its_place,
    ),
    ("what was taken back is named", what_was_taken_back_is_named),
    ("a request is noted once", a_request_is_noted_once),
    ("use adds up by day", use_adds_up_by_day),
    ("a revocation stays", a_revocation_stays),
    (
        "positions rise over all feeds",
        positions_rise_over_all_feeds,
    ),
    ("readings rise whatever the clock does", readings_rise),
    ("one applier holds the lease", one_applier_holds_the_lease),
    (
        "an alarm stands once until it is settled",
        an_alarm_stands_once,
    ),
    ("an entry is kept once", an_entry_is_kept_once),
    (
        "an attachment comes in pieces",
        attachments::an_attachment_comes_in_pieces,
    ),
    (
        "an erased entry takes its attachment",
        attachments::an_erased_entry_takes_its_attachment,
    ),
    (
        "what nobody names is forgotten",
        attachments::what_nobody_names_is_forgotten,
    ),
    (
        "an erased content is gone and its digest stays",
        orders::an_erased_content_is_gone,
    ),
    (
        "an order keeps its place until its device is known",
        orders::an_order_gets_its_device,
    ),
    ("the newest state counts", orders::the_newest_state_counts),
    (
        "alarms about one device are settled together",
        orders::alarms_of_a_device,
    ),
    (
        "an epoch is opened and confirmed",
        an_epoch_is_opened_and_confirmed,
    ),
];

/// Founds a site in an empty store and checks one promise.
pub(crate) fn check(storage: &dyn Storage, promise: Check) {
    let key = SigningKey::make(&OsRandom);
    let record = epoch(&key);
    let site = NewSite {
        name: SiteId::new("md-test").unwrap(),
        identity: key.public(),
        recovery: key.public(),
        epoch: key.sign_statement(&record).unwrap(),
        epoch_record: record,
    };
    write(storage, |writes| writes.found(&site));
    promise(storage);
}

fn id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

fn epoch(key: &SigningKey) -> EpochRecord {
    EpochRecord {
        site: handoff_protocol::SitePin::of(&key.public()),
        id: EpochId(id()),
        ancestors: Vec::new(),
        opened_at: at(0),
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn write<T>(storage: &dyn Storage, work: impl FnOnce(&dyn Writes) -> Result<T, StorageError>) -> T {
    storage.writing(work).unwrap()
}

fn read<T>(storage: &dyn Storage, work: impl FnOnce(&dyn Reads) -> Result<T, StorageError>) -> T {
    storage.reading(work).unwrap()
}

fn lane() -> Lane {
    Lane::Device {
        device: DeviceId(id()),
        incarnation: Incarnation(id()),
    }
}

fn begin(storage: &dyn Storage, lane: Lane) -> LineRow {
    let line = NewLine {
        lane,
        branch: Branch::MAIN,
        parent: None,
        from: None,
        start: genesis(&lane, None),
        at: at(1),
    };
    write(storage, |writes| writes.begin_line(&line))
}

/// One of each kind.
fn items() -> Vec<Item> {
    let entry = Item::Entry {
        id: ItemId(id()),
        context: ItemId(id()),
        sealed: vec![1; 40],
    };
    vec![
        Item::Context {
            id: ItemId(id()),
            bytes: vec![2; 300],
        },
        Item::Resealed {
            id: ItemId(id()),
            context: ItemId(id()),
            of: (entry.id(), entry.digest()),
            sealed: vec![3; 50],
        },
        entry.clone(),
        entry.clone().into_placeholder(Gone::Elided),
        entry.clone().into_placeholder(Gone::Erased),
        entry.into_placeholder(Gone::Pruned),
    ]
}

fn append(storage: &dyn Storage, line: &LineRow, items: &[Item]) -> Result<LineRow, StorageError> {
    let mut head = line.head;
    let mut linked = Vec::new();
    for item in items {
        head = link(&line.lane, &head, &item.digest());
        linked.push((item, head));
    }
    storage.writing(|writes| {
        writes.lock_lane(&line.lane)?;
        writes.append(line.id, &linked, at(2))?;
        writes
            .line(line.id)?
            .ok_or(StorageError::Absent { table: "line" })
    })
}

fn an_error_undoes_everything(storage: &dyn Storage) {
    let before = read(storage, |reads| reads.site());
    let undone: Result<(), StorageError> = storage.writing(|writes| {
        writes.next_position()?;
        writes.ask_to_judge()?;
        Err(StorageError::Abandoned)
    });
    assert!(undone.is_err());
    assert_eq!(read(storage, |reads| reads.site()), before);
}

fn a_part_is_undone_by_itself(storage: &dyn Storage) {
    write(storage, |writes| {
        writes.ask_to_judge()?;
        let undone: Result<(), StorageError> = writes.part(|writes| {
            writes.ask_to_judge()?;
            Err(StorageError::Abandoned)
        });
        assert!(undone.is_err());
        writes.part(|writes| writes.ask_to_judge())
    });
    assert_eq!(read(storage, |reads| reads.site()).judge_round, 2);
}

fn items_come_back(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let items = items();
    let after = append(storage, &line, &items).unwrap();
    let held = read(storage, |reads| reads.items(line.id, 1, 100));
    let back: Vec<Item> = held.iter().map(|held| held.item.clone()).collect();
    assert_eq!(back, items);
    assert_eq!(held.last().unwrap().hash, after.head.hash);
    assert_eq!(
        read(storage, |reads| reads.items(line.id, 3, 2)),
        held[2..4]
    );
    assert_eq!(
        read(storage, |reads| reads.item(line.id, 3)),
        Some(held[2].clone())
    );
    assert_eq!(read(storage, |reads| reads.item(line.id, 9)), None);
    let hashes = read(storage, |reads| reads.hashes(line.id, 2, 3));
    assert_eq!(hashes, [(2, held[1].hash), (3, held[2].hash)]);
    // The same id stands at four places.
    let by_id = read(storage, |reads| reads.items_by_id(items[2].id()));
    assert_eq!(by_id.len(), 4);
    let lines = read(storage, |reads| reads.lines(&line.lane));
    assert_eq!(lines.first(), Some(&after));
    assert_eq!(read(storage, |reads| reads.unapplied()), lines);
}

fn a_head_moves_from_where_it_was(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let after = append(storage, &line, &items()[..1]).unwrap();
    // Somebody who read the head before that append.
    assert!(append(storage, &line, &items()[..1]).is_err());
    assert_eq!(read(storage, |reads| reads.line(line.id)), Some(after));
}

fn a_revision_rises(storage: &dyn Storage) {
    let line = begin(storage, lane());
    append(storage, &line, &items()).unwrap();
    let revision = || read(storage, |reads| reads.line(line.id)).unwrap().revision;
    let mut last = revision();
    let changes: &[(bool, Change<'_>)] = &[
        (true, &|w| w.applied(line.id, 3)),
        (false, &|w| w.applied(line.id, 3)),
        (false, &|w| w.applied(line.id, 2)),
        (true, &|w| w.park(line.id, 2, ParkCode::KeyMissing, at(3))),
        (false, &|w| w.park(line.id, 2, ParkCode::KeyMissing, at(4))),
        (true, &|w| w.park(line.id, 2, ParkCode::CannotOpen, at(5))),
        (true, &|w| w.unpark(line.id, 2)),
        (false, &|w| w.unpark(line.id, 2)),
        (true, &|w| w.backed_up(line.id, 4)),
        (false, &|w| w.backed_up(line.id, 1)),
    ];
    for (n, (rises, change)) in changes.iter().enumerate() {
        write(storage, |writes| change(writes));
        assert_eq!(revision() > last, *rises, "change {n}");
        last = revision();
    }
    let row = read(storage, |reads| reads.line(line.id)).unwrap();
    assert_eq!((row.applied_through, row.backed_up_through), (3, 4));
}

fn a_content_takes_its_place(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let entry = items()[2].clone();
    append(
        storage,
        &line,
        &[entry.clone().into_placeholder(Gone::Pruned)],
    )
    .unwrap();
    assert_eq!(
        read(storage, |reads| reads.placeholders(line.id, 1, 9)),
        [1]
    );
    // Another content is not its.
    let other = items()[2].clone();
    assert!(
        storage
            .writing(|w| w.keep_body(line.id, 1, &other))
            .is_err()
    );
    write(storage, |writes| writes.keep_body(line.id, 1, &entry));
    let held = read(storage, |reads| reads.item(line.id, 1));
    assert_eq!(held.unwrap().item, entry);
    assert_eq!(
        read(storage, |reads| reads.placeholders(line.id, 1, 9)),
        [0u64; 0]
    );
}

fn what_was_taken_back_is_named(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let [context, first, second] = [0, 2, 3].map(|at| items()[at].clone());
    append(
        storage,
        &line,
        &[
            context,
            first.clone().into_placeholder(Gone::Elided),
            second.into_placeholder(Gone::Erased),
        ],
    )
    .unwrap();
    let elided = |through| read(storage, |reads| reads.elided(line.id, through));
    assert_eq!((elided(3), elided(1)), (vec![2], vec![]));
    write(storage, |writes| writes.keep_body(line.id, 2, &first));
    assert_eq!(elided(3), [0u64; 0]);
}

fn a_request_is_noted_once(storage: &dyn Storage) {
    let (device, other) = (DeviceId(id()), DeviceId(id()));
    let note = |device, seconds| {
        write(storage, |writes| {
            writes.note_request(device, &[1; 16], at(seconds))
        })
    };
    assert_eq!(
        (note(device, 1), note(device, 2), note(other, 3)),
        (true, false, true)
    );
    write(storage, |writes| writes.forget_requests(at(2)));
    assert_eq!((note(device, 4), note(other, 5)), (true, false));
}

fn use_adds_up_by_day(storage: &dyn Storage) {
    let device = DeviceId(id());
    let more = Usage {
        items: 1,
        bytes: 20,
        lanes: 300,
        branches: 4000,
    };
    write(storage, |writes| {
        writes.use_up(device, 7, more)?;
        writes.use_up(device, 7, more)?;
        writes.use_up(device, 8, more)
    });
    let used = read(storage, |reads| reads.usage(device, 7));
    assert_eq!(
        (used.items, used.bytes, used.lanes, used.branches),
        (2, 40, 600, 8000)
    );
    assert_eq!(
        read(storage, |reads| reads.usage(device, 9)),
        Usage::default()
    );
}

fn a_revocation_stays(storage: &dyn Storage) {
    let key = SigningKey::make(&OsRandom);
    let certificate = handoff_protocol::certificate::DeviceCertificate {
        site: handoff_protocol::SitePin::of(&key.public()),
        device: DeviceId(id()),
        name: "Unit 1".to_owned(),
        key: key.public(),
        issued_at: at(0),
    };
    let row = DeviceRow {
        device: certificate.device,
        name: certificate.name.clone(),
        key: key.public(),
        certificate: key.sign_statement(&certificate).unwrap(),
        vouched: false,
        first_seen_at: at(1),
        last_contact_at: None,
        revoked_at: None,
    };
    write(storage, |writes| {
        writes.keep_device(&row)?;
        writes.revoke_device(row.device, at(5))?;
        writes.revoke_device(row.device, at(6))?;
        // It comes again with its certificate, as an unknown one would.
        writes.keep_device(&DeviceRow {
            vouched: true,
            ..row.clone()
        })?;
        writes.touch_device(row.device, at(9))
    });
    let known = read(storage, |reads| reads.device(row.device)).unwrap();
    assert_eq!((known.revoked_at, known.vouched), (Some(at(5)), false));
    assert_eq!(known.last_contact_at, Some(at(9)));
    assert_eq!(read(storage, |reads| reads.devices()), [known]);
}

fn positions_rise_over_all_feeds(storage: &dyn Storage) {
    let scopes = [Scope::Site, Scope::User(UserId(id()))];
    let mut given = Vec::new();
    for n in 0..6u8 {
        let scope = scopes[usize::from(n % 2)];
        let position = write(storage, |writes| {
            writes.lock_head()?;
            let position = writes.next_position()?;
            let row = FeedRow {
                position,
                entry: EntryId(id()),
                evict: n > 3,
                own: n > 2,
                hash: [n; 32],
            };
            writes.append_feed(scope, &row)?;
            Ok(position)
        });
        given.push(position);
    }
    assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
    let rows = read(storage, |reads| reads.feed(scopes[0], given[0], 9));
    let positions: Vec<u64> = rows.iter().map(|row| row.position).collect();
    assert_eq!(positions, [given[2], given[4]]);
    let hash = |at: u64| read(storage, |reads| reads.feed_hash(scopes[1], at));
    assert_eq!((hash(given[1]), hash(given[0])), (Some([1; 32]), None));
    write(storage, |writes| writes.clear_feed(scopes[0]));
    assert_eq!(read(storage, |reads| reads.feed(scopes[0], 0, 9)), []);
    assert_eq!(read(storage, |reads| reads.feed(scopes[1], 0, 9)).len(), 3);
}

fn readings_rise(storage: &dyn Storage) {
    let mut last = Hlc::default();
    for seconds in [5, 5, 900, 3, -900, 901] {
        let next = write(storage, |writes| writes.next_reading(at(seconds)));
        assert!(next > last);
        last = next;
    }
    assert_eq!(last.wall_ms, 901_000);
}

fn one_applier_holds_the_lease(storage: &dyn Storage) {
    let lease = |holder: u8, now: i64| {
        write(storage, |writes| {
            writes.lease_applier(&[holder; 16], at(now), at(now + 10))
        })
    };
    assert!(lease(1, 0));
    assert!(!lease(2, 9));
    assert!(lease(1, 9));
    assert!(!lease(2, 18));
    assert!(lease(2, 19));
    assert!(!lease(1, 20));
    write(storage, |writes| writes.free_applier());
    assert!(lease(1, 20));
}

fn an_alarm_stands_once(storage: &dyn Storage) {
    let device = DeviceId(id());
    for n in 0..2 {
        write(storage, |writes| {
            writes.raise_alarm(AlarmCode::Forked, Some(device), at(n))?;
            writes.raise_alarm(AlarmCode::RolledBack, None, at(n))
        });
    }
    let alarms = read(storage, |reads| reads.alarms());
    assert_eq!(alarms.len(), 2);
    assert_eq!(
        (alarms[0].device, alarms[0].raised_at),
        (Some(device), at(0))
    );
    write(storage, |writes| writes.settle_alarm(AlarmCode::Forked));
    assert_eq!(
        read(storage, |reads| reads.alarms())[0].code,
        AlarmCode::RolledBack
    );
}

fn an_entry_is_kept_once(storage: &dyn Storage) {
    let line = begin(storage, lane());
    let row = EntryRow {
        id: EntryId(id()),
        line: line.id,
        lane: line.lane,
        seq: 4,
        author: UserId(id()),
        kind: "referral_logged".to_owned(),
        referral: Some(ReferralId(id())),
        received_at: at(3),
        record: KeptRecord::from_bytes(vec![7; 30]),
    };
    write(storage, |writes| {
        writes.keep_entry(&row)?;
        writes.keep_entry(&EntryRow {
            record: KeptRecord::from_bytes(vec![8; 30]),
            ..row.clone()
        })
    });
    assert_eq!(
        read(storage, |reads| reads.entry(row.id)),
        Some(row.clone())
    );
    let of = row.referral.unwrap();
    let of_referral = read(storage, |reads| reads.entries_of(of));
    let of_kind = read(storage, |reads| reads.entries_of_kind("referral_logged"));
    assert_eq!(of_kind, of_referral);
    let mut all = Vec::new();
    read(storage, |reads| {
        reads.each_entry(&mut |row| {
            all.push(row);
            Ok(())
        })
    });
    assert_eq!(all, of_kind);
    assert_eq!(all, [row]);
}

fn an_epoch_is_opened_and_confirmed(storage: &dyn Storage) {
    let key = SigningKey::make(&OsRandom);
    let record = epoch(&key);
    let signed = key.sign_statement(&record).unwrap();
    write(storage, |writes| writes.open_epoch(&signed, &record, true));
    let site = read(storage, |reads| reads.site());
    assert!(site.is_in(record.id) && site.awaiting);
    assert_eq!(site.epoch, signed);
    write(storage, |writes| writes.confirm());
    assert!(!read(storage, |reads| reads.site()).awaiting);
}
