//! What must go is gone: from files, logs and free pages, and the site is told
//! only then. What cannot be opened is sealed again.

#![allow(clippy::unwrap_used)]

mod common;

use common::answers::apply;
use common::{Lab, NAME, NOW, logged, pages, save};
use handoff_domain::Entry;
use handoff_protocol::KeptRecord;
use handoff_protocol::certificate::{Context, KeyPurpose};
use handoff_protocol::from_cbor;
use handoff_protocol::ids::{DeviceId, Incarnation, ItemId, Lane};
use handoff_protocol::item::{Gone, Item};
use handoff_protocol::message::{Answer, ErasureOrder, FeedItem, FeedPosition, NotServed};
use handoff_protocol::pack::Packer;
use handoff_protocol::receipt::{ParkCode, Receipt};
use handoff_protocol::signed::Signed;
use handoff_store::{DeviceStore, Ignored, UserSession};
use handoff_sync::Standing;
use handoff_vault::{OsRandom, SealingKey};

fn other_lane() -> Lane {
    Lane::Device {
        device: DeviceId::from_bytes([0xd2; 16]),
        incarnation: Incarnation::from_bytes([0x12; 16]),
    }
}

/// Whether the officer's vault holds the name, or a part of an entry as it is
/// kept, in any page of file or log.
fn vault_says(lab: &Lab, entry: &Entry) -> bool {
    const PART: usize = 16;
    let key = lab.officers[0].keys.vault.expose();
    let plain = pages::open(&lab.file("vault-"), key);
    assert!(
        pages::hold(&plain, b"CREATE TABLE entry"),
        "the key is right"
    );
    let kept = KeptRecord::of(
        &mut Packer::new().unwrap(),
        &entry.record.to_bytes().unwrap(),
    )
    .unwrap();
    // Without the zeros of its padding.
    let end = kept.as_bytes().iter().rposition(|byte| *byte != 0).unwrap();
    let mut parts = kept.as_bytes()[..=end].chunks_exact(PART);
    assert!(parts.len() > 4, "it is long enough to search for");
    pages::hold(&plain, NAME.as_bytes()) || parts.any(|part| pages::hold(&plain, part))
}

/// Bytes that device.db holds in any page of file or log.
fn journal_holds(lab: &Lab, needle: &[u8]) -> bool {
    let key = handoff_vault::unwrap_device_key(
        &lab.secret,
        &std::fs::read(lab.path().join("device.key")).unwrap(),
    )
    .unwrap();
    let plain = pages::open(&lab.path().join("device.db"), key.expose());
    assert!(pages::hold(&plain, b"CREATE TABLE journal"));
    pages::hold(&plain, needle)
}

fn others(lab: &Lab) -> Entry {
    lab.entry(lab.next_id(), common::answers::user(9), logged(NAME))
}

#[test]
fn what_was_evicted_is_in_no_page_of_the_file_or_its_log() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let theirs = others(&lab);
    let items = vec![lab.include(&theirs, other_lane(), 1)];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    // The search is not blind.
    assert!(vault_says(&lab, &theirs));
    let evict = vec![FeedItem::Evict(ItemId(theirs.id.0))];
    apply(&device, &lab.user_feed(lab.part(2, false, evict)));
    assert!(!vault_says(&lab, &theirs));
    let (position, _) = session.position().unwrap().unwrap();
    let after = FeedPosition::After(lab.part(2, false, Vec::new()).next);
    assert_eq!(position, after);
}

#[test]
fn a_snapshot_leaves_nothing_of_what_it_replaced() {
    let lab = Lab::new();
    let device = lab.open();
    let _session = lab.unlock(&device);
    let entries: Vec<Entry> = (1..40).map(|_| others(&lab)).collect();
    let many: Vec<_> = (1..)
        .zip(&entries)
        .map(|(n, entry)| lab.include(entry, other_lane(), n))
        .collect();
    apply(&device, &lab.user_feed(lab.part(1, true, many)));
    assert!(entries.iter().all(|entry| vault_says(&lab, entry)));
    apply(&device, &lab.user_feed(lab.part(2, true, Vec::new())));
    assert!(!entries.iter().any(|entry| vault_says(&lab, entry)));
}

#[test]
fn an_eviction_is_not_acknowledged_while_its_traces_are_in_the_log() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let theirs = others(&lab);
    let items = vec![lab.include(&theirs, other_lane(), 1)];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    // Another program reads an earlier moment, and goes on to.
    let file = lab.file("vault-");
    let key = common::key_of(&lab.officers[0].keys.vault);
    let schema = handoff_cipherdb::Migrations::new(&[(1, ""), (2, ""), (3, ""), (4, "")]);
    let reader = handoff_cipherdb::ReadOnlyDatabase::open(&file, &key, &schema).unwrap();
    let read: Result<(), handoff_cipherdb::CipherDbError> = reader.read(|tx| {
        let _: i64 = tx.query_one("SELECT count(*) FROM entry", [], |row| row.get(0))?;
        let evict = vec![FeedItem::Evict(ItemId(theirs.id.0))];
        apply(&device, &lab.user_feed(lab.part(2, false, evict)));
        assert_eq!(session.position().unwrap(), None);
        Ok(())
    });
    read.unwrap();
    assert!(session.position().unwrap().is_some());
    assert!(!vault_says(&lab, &theirs));
}

/// A device with a referral that the site has applied, and an order about it.
fn ordered() -> (Lab, DeviceStore, Entry, Answer) {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    lab.sync(&device, 1);
    let answer = order(&lab, vec![ItemId(entry.id.0)], 7);
    (lab, device, entry, answer)
}

fn order(lab: &Lab, items: Vec<ItemId>, through: u64) -> Answer {
    let order = ErasureOrder {
        site: lab.pin(),
        device: lab.device,
        epoch: lab.epoch_id,
        items,
        through,
        more: false,
    };
    Answer {
        erasures: Some(lab.site.receipt.sign_statement(&order).unwrap()),
        ..lab.answer(Vec::new())
    }
}

/// The sealed bytes of an entry.
fn sealed(device: &DeviceStore) -> Vec<u8> {
    let lane = device.lane_reports().unwrap()[0].lane;
    let (_, items) = device.read_items(&lane, 2, 1).unwrap();
    match &items[0] {
        Item::Entry { sealed, .. } => sealed.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_takes_the_content_and_leaves_the_chain() {
    let (lab, device, entry, answer) = ordered();
    let (before, sealed) = (device.lane_reports().unwrap()[0].head, sealed(&device));
    assert!(journal_holds(&lab, &sealed));
    let session = lab.unlock(&device);
    assert!(vault_says(&lab, &entry));
    let applied = apply(&device, &answer);
    // It asks once more, to say so.
    assert_eq!((applied.erased, applied.more), (1, true));
    assert!(session.referral(entry.id.into()).unwrap().is_none());
    assert!(!vault_says(&lab, &entry) && !journal_holds(&lab, &sealed));
    assert_eq!(device.state().unwrap().erased_through, 7);
    let report = device.lane_reports().unwrap().remove(0);
    assert_eq!(report.head, before);
    let (_, items) = device.read_items(&report.lane, 2, 1).unwrap();
    assert_eq!(items[0].gone(), Some(Gone::Erased));
    let counts = device.counts().unwrap();
    assert_eq!((counts.waiting, counts.received), (0, 0));
    // Opening checks the chain; the same order again changes nothing.
    drop((session, device));
    let device = lab.open();
    let again = apply(&device, &answer);
    assert_eq!((again.erased, again.more), (0, false));
    save(&lab.unlock(&device), &lab.referral());
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn a_vault_that_was_closed_lets_go_before_anything_is_shown() {
    let (lab, device, entry, answer) = ordered();
    drop(lab.unlock(&device));
    assert!(vault_says(&lab, &entry));
    apply(&device, &answer);
    let session = lab.unlock(&device);
    assert!(session.referral(entry.id.into()).unwrap().is_none());
    assert!(!vault_says(&lab, &entry));
}

/// Another copy of the device saved it, or this one before its journal was
/// damaged: the vault has it from the feed.
#[test]
fn a_vault_that_was_closed_lets_go_of_what_is_in_no_lane_here() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (own, theirs) = (lab.referral(), others(&lab));
    let items = vec![
        lab.include(&own, other_lane(), 2),
        lab.include(&theirs, other_lane(), 3),
    ];
    apply(&device, &lab.user_feed(lab.part(1, true, items)));
    let shows = |session: &UserSession, entry: &Entry| {
        let found = session.referral(entry.id.into()).unwrap();
        found.is_some()
    };
    assert!(shows(&session, &own) && shows(&session, &theirs));
    drop(session);
    // What is not the reader's own, their feed takes away.
    let both = vec![ItemId(own.id.0), ItemId(theirs.id.0)];
    apply(&device, &order(&lab, both, 7));
    let session = lab.unlock(&device);
    assert!(!shows(&session, &own) && shows(&session, &theirs));
    // A new epoch gives its orders again.
    let remembered = || common::peek(&lab, "SELECT count(*) FROM erased");
    assert_eq!(remembered(), 2);
    let epoch = common::answers::epoch(0xe2);
    let answer = Answer {
        epoch: common::sign_epoch(&lab.site, epoch, &[lab.epoch_id]),
        ..lab.answer(Vec::new())
    };
    apply(&device, &answer);
    assert_eq!(remembered(), 0);
}

#[test]
fn an_order_that_the_site_has_not_signed_for_this_device_erases_nothing() {
    let (lab, device, entry, good) = ordered();
    let signed = good.erasures.clone().unwrap();
    let mut forged = signed.clone();
    forged.signature.0[9] ^= 1;
    let read: ErasureOrder = from_cbor(&signed.bytes, "an order").unwrap();
    let others = ErasureOrder {
        device: DeviceId::from_bytes([0xdd; 16]),
        ..read.clone()
    };
    let earlier = ErasureOrder {
        epoch: common::answers::epoch(0x99),
        ..read
    };
    let sign = |order: &ErasureOrder| lab.site.receipt.sign_statement(order).unwrap();
    for bad in [forged, sign(&others), sign(&earlier)] {
        let answer = Answer {
            erasures: Some(bad),
            ..lab.answer(Vec::new())
        };
        let applied = apply(&device, &answer);
        assert!(matches!(applied.ignored.as_slice(), [Ignored::Erasures]));
        assert_eq!(applied.erased, 0);
    }
    let place = device.place(ItemId(entry.id.0)).unwrap().unwrap();
    assert_eq!(place.standing, Standing::Received);
    assert_eq!(device.state().unwrap().erased_through, 0);
}

#[test]
fn a_disabled_person_may_write_and_not_read_and_their_vault_is_emptied() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (applied, waiting) = (lab.referral(), lab.referral());
    save(&session, &applied);
    lab.sync(&device, 1);
    save(&session, &waiting);
    let user = lab.officers[0].user;
    let disabled = |snapshot| Answer {
        not_served: vec![(user, NotServed::Disabled)],
        ..lab.user_feed(lab.part(0, snapshot, Vec::new()))
    };
    let first = apply(&device, &disabled(true));
    assert_eq!(first.disabled, [user]);
    // It goes on asking until it can say that the vault is empty.
    assert!(first.more && apply(&device, &disabled(true)).more);
    assert!(!apply(&device, &disabled(false)).more);
    assert_eq!(device.person(user).unwrap().unwrap().lease, None);
    assert!(session.referral(applied.id.into()).unwrap().is_none());
    // What the site does not have yet is nobody's but theirs.
    assert!(session.referral(waiting.id.into()).unwrap().is_some());
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn what_the_site_cannot_open_is_sealed_again_to_its_new_key_once() {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    lab.send_all(&device);
    let good = lab.receipt(&device, 1);
    let parked = Receipt {
        parked: vec![(good.through.seq, ParkCode::KeyMissing)],
        ..good.clone()
    };
    apply(&device, &lab.answer(vec![lab.sign(&parked)]));
    let reseal = || lab.unlock(&device).reseal(&OsRandom, NOW).unwrap();
    // To the same key it would be as lost as before.
    assert_eq!(reseal(), 0);
    let key = SealingKey::make(&OsRandom);
    let later = common::now() + chrono::TimeDelta::minutes(1);
    let announced = lab
        .site
        .certify(KeyPurpose::Sealing, key.public(), later)
        .unwrap();
    let answer = Answer {
        keys: vec![announced],
        ..lab.answer(Vec::new())
    };
    apply(&device, &answer);
    assert_eq!(reseal(), 1);
    assert_eq!(reseal(), 0);

    let (_, items) = device.read_items(&good.lane, 2, 10).unwrap();
    let [first, Item::Context { bytes, .. }, again] = &items[..] else {
        panic!("{items:?}");
    };
    let Item::Resealed { id, of, sealed, .. } = again else {
        panic!("{again:?}");
    };
    assert_eq!(*of, (ItemId(entry.id.0), first.digest()));
    let signed: Signed<Context> = from_cbor(bytes, "a context").unwrap();
    let context = signed.open(&lab.officers[0].keys.signing.public()).unwrap();
    let opened = handoff_vault::open_context(&key, &context).unwrap();
    let packed = opened.open(id, sealed).unwrap();
    let mut unpacker = handoff_protocol::pack::Unpacker::new();
    let plain = unpacker.unpack(&packed).unwrap();
    assert_eq!(plain, entry.record.to_bytes().unwrap());
    assert_eq!(device.counts().unwrap().waiting, 1);

    // The site has it: nothing is parked, and nothing is sealed a third time.
    lab.send_all(&device);
    let fine = lab.receipt(&device, 9);
    apply(&device, &lab.answer(vec![lab.sign(&fine)]));
    let place = device.place(ItemId(entry.id.0)).unwrap().unwrap();
    assert_eq!(place.standing, Standing::Received);
    assert_eq!(reseal(), 0);
}

#[test]
fn what_is_parked_is_listed_for_its_author_alone_without_their_keys() {
    let lab = Lab::with_two();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    lab.send_all(&device);
    let good = lab.receipt(&device, 1);
    let parked = Receipt {
        parked: vec![(good.through.seq, ParkCode::AuthorDisabled)],
        ..good
    };
    apply(&device, &lab.answer(vec![lab.sign(&parked)]));
    let [item] = &device.parked_of(lab.officers[0].slot).unwrap()[..] else {
        panic!("one is parked");
    };
    assert_eq!(item.id, ItemId(entry.id.0));
    let code = Standing::Parked(ParkCode::AuthorDisabled);
    assert_eq!(item.place.standing, code);
    assert!(device.parked_of(lab.officers[1].slot).unwrap().is_empty());
}
