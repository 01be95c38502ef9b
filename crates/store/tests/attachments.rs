//! What is attached is saved with its entry or not at all, stays until the site
//! has all of it, and goes with its entry.

#![allow(clippy::unwrap_used)]

mod common;

use common::answers::apply;
use common::{Lab, NOW, pages, save};
use handoff_domain::{AttachmentAdded, AttachmentKind, Body, Entry, EntryId, MAX_ATTACHMENT};
use handoff_protocol::ids::ItemId;
use handoff_protocol::message::ErasureOrder;
use handoff_protocol::receipt::{ParkCode, Receipt};
use handoff_store::{DeviceStore, SaveError, UserSession};
use handoff_sync::Standing;
use handoff_sync::device::AttachmentOutlook;
use handoff_vault::{OsRandom, Random as _, SealedAttachment, seal_attachment};

/// A referral in the journal, and an entry that names a picture of so many bytes.
fn attached(lab: &Lab, session: &UserSession, len: usize) -> (Entry, SealedAttachment, Vec<u8>) {
    let referral = lab.referral();
    save(session, &referral);
    let mut plain = vec![0; len];
    OsRandom.fill(&mut plain);
    let sealed = seal_attachment(&OsRandom, &plain).unwrap();
    let body = Body::AttachmentAdded(AttachmentAdded {
        referral: referral.id.into(),
        what: AttachmentKind::Signature,
        media_type: "image/png".to_owned(),
        len: len as u64,
        address: sealed.address,
        sealed_len: sealed.bytes.len() as u64,
        key: sealed.key.clone(),
    });
    let entry = lab.entry(lab.next_id(), lab.officers[0].user, body);
    (entry, sealed, plain)
}

fn save_with(session: &UserSession, entry: &Entry, sealed: &SealedAttachment) {
    let (entries, attachments) = (std::slice::from_ref(entry), std::slice::from_ref(sealed));
    session
        .save_with(&OsRandom, entries, attachments, None, NOW)
        .unwrap();
}

fn item(entry: &Entry) -> ItemId {
    ItemId(entry.id.0)
}

fn standing(device: &DeviceStore, entry: &Entry) -> Standing {
    device.place(item(entry)).unwrap().unwrap().standing
}

fn read_all(device: &DeviceStore, sealed: &SealedAttachment, piece: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(more) = device
        .read_piece(sealed.address, bytes.len() as u64, piece)
        .unwrap()
    {
        assert!(more.len() <= piece);
        bytes.extend(more);
    }
    bytes
}

fn waiting(device: &DeviceStore) -> Vec<AttachmentOutlook> {
    device.outlook().unwrap().attachments
}

fn outlook(sealed: &SealedAttachment) -> AttachmentOutlook {
    AttachmentOutlook {
        address: sealed.address,
        total: sealed.bytes.len() as u64,
    }
}

/// What device.db holds in any page of file or log.
fn journal_holds(lab: &Lab, needle: &[u8]) -> bool {
    let wrapped = std::fs::read(lab.path().join("device.key")).unwrap();
    let key = handoff_vault::unwrap_device_key(&lab.secret, &wrapped).unwrap();
    let plain = pages::open(&lab.path().join("device.db"), key.expose());
    pages::hold(&plain, needle)
}

#[test]
fn what_was_attached_is_read_in_pieces_of_any_length() {
    for len in [1, 1000, 64 * 1024, 200_000] {
        let lab = Lab::new();
        let device = lab.open();
        let session = lab.unlock(&device);
        let (entry, sealed, plain) = attached(&lab, &session, len);
        save_with(&session, &entry, &sealed);
        for piece in [999, 64 * 1024, 150_000, usize::MAX >> 1] {
            let piece = piece.min(sealed.bytes.len() + 1);
            assert!(read_all(&device, &sealed, piece) == sealed.bytes);
        }
        let referral = entry.record.body.referral(entry.id).unwrap();
        let opened = session.attachment(referral, entry.id).unwrap().unwrap();
        assert!(*opened == plain);
        let none = session.attachment(referral, EntryId(referral.0)).unwrap();
        assert!(none.is_none());
        // Nobody else's, and not while the vault is closed.
        drop(session);
        let session = lab.unlock_to_write(&device);
        assert!(session.attachment(referral, entry.id).unwrap().is_none());
    }
}

#[test]
fn an_entry_without_what_it_names_is_not_saved() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, 500);
    let (_, other, _) = attached(&lab, &session, 500);
    let mut changed = sealed.clone();
    changed.bytes[3] ^= 1;
    let mut of_other_key = entry.clone();
    if let Body::AttachmentAdded(added) = &mut of_other_key.record.body {
        added.key = other.key.clone();
    }
    let before = device.counts().unwrap().waiting;
    for (entry, given) in [
        (&entry, vec![]),
        (&entry, vec![other]),
        (&entry, vec![changed]),
        (&of_other_key, vec![sealed.clone()]),
    ] {
        let entries = std::slice::from_ref(entry);
        let refused = session.save_with(&OsRandom, entries, &given, None, NOW);
        assert!(matches!(refused, Err(SaveError::OtherAttachment(id)) if id == entry.id));
    }
    assert_eq!(device.counts().unwrap().waiting, before);
    assert!(read_all(&device, &sealed, 1000).is_empty());
    save_with(&session, &entry, &sealed);
    // The same saved again is saved once.
    save_with(&session, &entry, &sealed);
    assert_eq!(device.counts().unwrap().waiting, before + 1);
}

#[test]
fn it_is_received_when_the_site_has_opened_the_entry_and_has_all_of_it() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, 5000);
    save_with(&session, &entry, &sealed);
    assert_eq!(waiting(&device), []);
    lab.send_all(&device);
    let good = lab.receipt(&device, 1);
    let seq = good.through.seq;
    let told = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = good.clone();
        change(&mut receipt);
        apply(&device, &lab.answer(vec![lab.sign(&receipt)]));
        (standing(&device, &entry), waiting(&device))
    };
    let misses = (Standing::Sent, vec![outlook(&sealed)]);
    // In custody, and nobody has opened it yet.
    assert_eq!(told(&|of| of.applied_through = seq - 1), misses);
    assert_eq!(device.counts().unwrap().waiting, 1);
    // The queue shows it, and so does the site's board.
    let slot = lab.officers[0].slot;
    assert_eq!(device.waiting_of(slot).unwrap(), 1);
    assert_eq!(device.waiting_of_others(slot).unwrap(), 0);
    let queue = device.queue(10).unwrap();
    assert_eq!(
        queue.iter().map(|of| of.id).collect::<Vec<_>>(),
        [item(&entry)]
    );
    let state = device.state().unwrap();
    assert_eq!(
        (state.waiting, state.oldest_waiting_minute.is_some()),
        (1, true)
    );
    let parked = told(&|of| {
        of.revision = 2;
        of.parked = vec![(seq, ParkCode::KeyMissing)];
    });
    assert_eq!(parked, (Standing::Parked(ParkCode::KeyMissing), vec![]));
    let missing = told(&|of| {
        of.revision = 3;
        of.blobs_missing = vec![seq];
    });
    assert_eq!(missing, misses);
    let whole = told(&|of| of.revision = 4);
    assert_eq!(whole, (Standing::Received, vec![]));
    assert_eq!(device.counts().unwrap().waiting, 0);
    assert_eq!(device.queue(10).unwrap(), []);
    // The last piece came behind everything else: a site that was put back notices
    // by this lane alone, whichever is written to.
    let lane = device.lane_reports().unwrap()[0].lane;
    let next = handoff_protocol::ids::Incarnation::from_bytes([9; 16]);
    device
        .go_on(&lane, handoff_store::Outlived::Forked, next, NOW)
        .unwrap();
    save(&session, &lab.referral());
    lab.sync(&device, 1);
    assert_eq!(device.lane_reports().unwrap().len(), 2);
    // A site that was put back may want it again.
    assert!(read_all(&device, &sealed, 1000) == sealed.bytes);
}

#[test]
fn what_was_taken_back_takes_its_attachment() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, 5000);
    save_with(&session, &entry, &sealed);
    let part = &sealed.bytes[100..160];
    assert!(journal_holds(&lab, part), "the search is not blind");
    session.take_back(entry.id).unwrap();
    assert!(read_all(&device, &sealed, 1000).is_empty());
    assert!(!journal_holds(&lab, part));
}

/// Also while the vault is closed, which alone knows what belongs together.
#[test]
fn a_referral_that_is_taken_back_takes_its_attachments() {
    for is_open in [true, false] {
        let lab = Lab::new();
        let device = lab.open();
        let session = lab.unlock(&device);
        let (entry, sealed, _) = attached(&lab, &session, 300);
        save_with(&session, &entry, &sealed);
        let (other, its, _) = attached(&lab, &session, 300);
        save_with(&session, &other, &its);
        let referral = entry.record.body.referral(entry.id).unwrap();
        if is_open {
            session.take_back(referral.into()).unwrap();
            assert!(session.referral(referral).unwrap().is_none());
        } else {
            drop(session);
            let session = lab.unlock_to_write(&device);
            session.take_back(referral.into()).unwrap();
        }
        assert!(read_all(&device, &sealed, 1000).is_empty());
        assert!(read_all(&device, &its, 1000) == its.bytes);
        let taken_back = |entry: &Entry| device.place(item(entry)).unwrap().unwrap().taken_back;
        assert!(taken_back(&entry) && !taken_back(&other));
    }
}

#[test]
fn an_order_takes_the_attachment_with_its_entry() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, 5000);
    let (kept, its, _) = attached(&lab, &session, 700);
    save_with(&session, &entry, &sealed);
    save_with(&session, &kept, &its);
    lab.sync(&device, 1);
    let part = &sealed.bytes[100..160];
    assert!(journal_holds(&lab, part), "the search is not blind");
    let order = ErasureOrder {
        site: lab.pin(),
        device: lab.device,
        epoch: lab.epoch_id,
        items: vec![item(&entry)],
        through: 1,
        more: false,
    };
    let mut answer = lab.answer(Vec::new());
    answer.erasures = Some(lab.site.receipt.sign_statement(&order).unwrap());
    apply(&device, &answer);
    assert!(read_all(&device, &sealed, 1000).is_empty());
    assert!(!journal_holds(&lab, part));
    assert!(read_all(&device, &its, 1000) == its.bytes);
}

/// The site cannot open the entry: what is sealed again names the same bytes.
#[test]
fn what_is_sealed_again_names_the_same_attachment() {
    use handoff_protocol::certificate::KeyPurpose;
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, 5000);
    save_with(&session, &entry, &sealed);
    lab.send_all(&device);
    let mut receipt = lab.receipt(&device, 1);
    receipt.parked = vec![(receipt.through.seq, ParkCode::KeyMissing)];
    let mut answer = lab.answer(vec![lab.sign(&receipt)]);
    let newer = handoff_vault::SealingKey::make(&OsRandom);
    let later = common::now() + chrono::TimeDelta::hours(1);
    let announced = lab.site.certify(KeyPurpose::Sealing, newer.public(), later);
    answer.keys = vec![announced.unwrap()];
    apply(&device, &answer);
    assert_eq!(waiting(&device), []);
    assert_eq!(session.reseal(&OsRandom, NOW).unwrap(), 1);
    lab.send_all(&device);
    let again = lab.receipt(&device, 2);
    let missing = Receipt {
        parked: receipt.parked.clone(),
        blobs_missing: vec![again.through.seq],
        ..again
    };
    apply(&device, &lab.answer(vec![lab.sign(&missing)]));
    assert_eq!(waiting(&device), [outlook(&sealed)]);
    assert!(read_all(&device, &sealed, 1000) == sealed.bytes);
}

#[test]
fn the_longest_is_saved() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (entry, sealed, _) = attached(&lab, &session, MAX_ATTACHMENT);
    save_with(&session, &entry, &sealed);
    assert!(read_all(&device, &sealed, 1 << 20) == sealed.bytes);
}
