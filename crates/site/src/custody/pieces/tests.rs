use handoff_domain::{AttachmentAdded, AttachmentKind, Body, EntryId, ReferralId, Role};
use handoff_protocol::message::{Answer, Outcome};
use handoff_protocol::receipt::Receipt;
use handoff_vault::{OsRandom, SealedAttachment, seal_attachment};

use super::*;
use crate::AttachmentError;
use crate::storage::ErasureReason;
use crate::testing::{OFFICER, TestDevice, TestSite};

const PLAIN: &[u8] = b"\x89PNG\r\n\x1a\n and three hundred bytes more or less of a signature";

fn added(referral: ReferralId, sealed: &SealedAttachment) -> Body {
    Body::AttachmentAdded(AttachmentAdded {
        referral,
        what: AttachmentKind::Signature,
        media_type: "image/png".to_owned(),
        len: PLAIN.len() as u64,
        address: sealed.address,
        sealed_len: sealed.bytes.len() as u64,
        key: sealed.key.clone(),
    })
}

/// A referral with a signature, on a device that has sent nothing yet.
struct Signed {
    site: TestSite,
    device: TestDevice,
    referral: ReferralId,
    entry: EntryId,
    sealed: SealedAttachment,
}

impl Signed {
    fn new() -> Self {
        let site = TestSite::found();
        let mut device = TestDevice::enrol(&site, OFFICER);
        let referral = device.refer();
        let sealed = seal_attachment(&OsRandom, PLAIN).unwrap();
        let entry = device.save(Role::Officer, added(referral, &sealed));
        Self {
            site,
            device,
            referral,
            entry,
            sealed,
        }
    }

    fn piece(&self, from: usize, to: usize) -> Piece {
        Piece {
            address: self.sealed.address,
            total: self.sealed.bytes.len() as u64,
            offset: from as u64,
            bytes: self.sealed.bytes[from..to].to_vec(),
        }
    }

    fn send(&self, pieces: Vec<Piece>) -> Answer {
        let request = SyncRequest {
            pieces,
            ..self.device.unsigned(Vec::new())
        };
        self.site.sync(&self.device.sign(&request))
    }

    fn send_entries(&self) -> Receipt {
        let answer = self
            .site
            .sync(&self.device.request(self.device.everything()));
        self.site.receipt(&answer, &self.device.lane)
    }

    fn held(&self, answer: &Answer) -> u64 {
        let [held] = answer.attachments.as_slice() else {
            panic!("{:?}", answer.attachments);
        };
        assert_eq!(held.address, self.sealed.address);
        held.held
    }
}

#[test]
fn an_entry_is_received_when_all_that_it_names_is_here() {
    let it = Signed::new();
    let receipt = it.send_entries();
    assert_eq!(
        (receipt.applied_through, &receipt.blobs_missing[..]),
        (3, &[3][..])
    );
    let whole = it.sealed.bytes.len();
    assert_eq!(it.held(&it.send(vec![it.piece(0, 0)])), 0);
    assert_eq!(it.held(&it.send(vec![it.piece(0, 40)])), 40);
    let refused = it.site.site.attachment(it.entry);
    assert!(matches!(
        refused,
        Err(AttachmentError::NotWhole { held: 40, .. })
    ));
    // What came before, and what is further on, change nothing.
    assert_eq!(it.held(&it.send(vec![it.piece(0, 40)])), 40);
    assert_eq!(it.held(&it.send(vec![it.piece(41, whole)])), 40);
    let answer = it.send(vec![it.piece(40, whole)]);
    assert_eq!(it.held(&answer), whole as u64);
    let last = it.site.receipt(&answer, &it.device.lane);
    assert!(last.blobs_missing.is_empty());
    assert!(last.revision > receipt.revision);
    assert_eq!(&**it.site.site.attachment(it.entry).unwrap(), PLAIN);
    let listed = it.site.site.attachments().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].referral, listed[0].held),
        (it.referral, whole as u64)
    );
}

#[test]
fn pieces_may_come_before_their_entry_and_in_one_request() {
    let it = Signed::new();
    let whole = it.sealed.bytes.len();
    let answer = it.send(vec![it.piece(0, 40), it.piece(40, whole)]);
    assert_eq!(it.held(&answer), whole as u64);
    let receipt = it.send_entries();
    assert_eq!(
        (receipt.applied_through, &receipt.blobs_missing[..]),
        (3, &[][..])
    );
}

#[test]
fn bytes_that_are_not_what_their_address_says_are_dropped() {
    let it = Signed::new();
    let mut wrong = it.piece(0, it.sealed.bytes.len());
    wrong.bytes[7] ^= 1;
    assert_eq!(it.held(&it.send(vec![wrong])), 0);
    let receipt = it.send_entries();
    assert_eq!(receipt.blobs_missing, [3]);
    let right = it.piece(0, it.sealed.bytes.len());
    assert_eq!(it.held(&it.send(vec![right.clone()])), right.total);
}

#[test]
fn what_is_too_long_or_does_not_add_up_is_left() {
    let it = Signed::new();
    let piece = it.piece(0, 40);
    let longest = sealed_attachment_len(MAX_ATTACHMENT) as u64;
    for total in [longest + 1, u64::MAX, 39, 0] {
        let answer = it.send(vec![Piece {
            total,
            ..piece.clone()
        }]);
        assert_eq!(it.held(&answer), 0, "{total}");
    }
    assert_eq!(it.held(&it.send(vec![piece.clone()])), 40);
    // Of another length all at once.
    let other = Piece {
        total: 41,
        ..it.piece(40, 41)
    };
    assert_eq!(it.held(&it.send(vec![other])), 40);
    let offset = u64::MAX - 3;
    assert_eq!(it.held(&it.send(vec![Piece { offset, ..piece }])), 40);
}

#[test]
fn more_pieces_than_a_request_has_are_no_request() {
    let it = Signed::new();
    let request = SyncRequest {
        pieces: vec![it.piece(0, 0); MOST_PIECES + 1],
        ..it.device.unsigned(Vec::new())
    };
    let refused = it.site.site.take(&it.device.sign(&request));
    let (reply, _) = refused.unwrap_err();
    assert!(matches!(reply.outcome, Outcome::Refused(_)), "{reply:?}");
}

/// An order takes the bytes too, whether they come before it or after it.
#[test]
fn an_erased_referral_takes_its_attachments() {
    for late in [false, true] {
        let mut it = Signed::new();
        it.send_entries();
        let whole = it.piece(0, it.sealed.bytes.len());
        if !late {
            it.send(vec![whole.clone()]);
        }
        let erased = it.site.site.erase_referral(
            it.referral,
            crate::testing::ADMIN,
            ErasureReason::CourtOrder,
        );
        assert!(erased.unwrap().is_swept);
        assert!(it.site.site.attachments().unwrap().is_empty());
        if late {
            // One more entry of the same referral, with its bytes before it.
            let sealed = seal_attachment(&OsRandom, PLAIN).unwrap();
            it.sealed = sealed;
            let body = added(it.referral, &it.sealed);
            it.entry = it.device.save(Role::Officer, body);
            it.send(vec![it.piece(0, it.sealed.bytes.len())]);
            it.send_entries();
        }
        let device = it.device.device;
        let left = it.site.site.storage().reading(|reads| {
            Ok::<_, StorageError>((
                reads.attachments()?,
                reads.attachment(device, it.sealed.address)?,
                reads.attachment_bytes(device, it.sealed.address)?,
            ))
        });
        assert_eq!(left.unwrap(), (vec![], None, vec![]), "late: {late}");
    }
}

/// What is attached never keeps an entry back: half of the cap is left to them, and
/// what is above waits.
#[test]
fn above_its_half_of_the_cap_a_piece_waits_and_an_entry_does_not() {
    let mut it = Signed::new();
    let data = it.site.site.paths().data().to_owned();
    let limits = "[limits]\nbytes_per_day = 8_000\n";
    std::fs::write(data.join("site.toml"), limits).unwrap();
    it.site = it.site.open(&data);
    it.send_entries();
    let plain = [7; 6_000];
    it.sealed = seal_attachment(&OsRandom, &plain).unwrap();
    let mut held = 0;
    for _ in 0..4 {
        let to = (held + 1_000).min(it.sealed.bytes.len());
        held = usize::try_from(it.held(&it.send(vec![it.piece(held, to)]))).unwrap();
    }
    assert!((1_000..4_000).contains(&held), "{held}");
    it.device.refer();
    assert_eq!(it.send_entries().through, it.device.head());
    // It goes on the next day.
    it.site.pass(TimeDelta::days(1));
    let more = it.send(vec![it.piece(held, held + 1_000)]);
    assert_eq!(it.held(&more), held as u64 + 1_000);
}

#[test]
fn a_short_piece_that_is_not_the_last_is_left() {
    let it = Signed::new();
    let whole = it.sealed.bytes.len();
    assert_eq!(it.held(&it.send(vec![it.piece(0, LEAST - 1)])), 0);
    assert_eq!(
        it.held(&it.send(vec![it.piece(0, whole - 1)])),
        whole as u64 - 1
    );
    assert_eq!(
        it.held(&it.send(vec![it.piece(whole - 1, whole)])),
        whole as u64
    );
}

/// A device that alone has the bytes is not shown as done.
#[test]
fn the_board_counts_what_is_not_whole() {
    let it = Signed::new();
    it.send_entries();
    let waiting = |it: &Signed| it.site.site.board().unwrap()[0].waiting;
    assert_eq!(waiting(&it), Some(1));
    it.send(vec![it.piece(0, it.sealed.bytes.len())]);
    assert_eq!(waiting(&it), Some(0));
}

/// A late entry of an erased referral takes nothing from another that names the same.
#[test]
fn what_another_entry_names_stays_when_one_is_erased_late() {
    let mut it = Signed::new();
    let other = it.device.refer();
    it.send_entries();
    it.send(vec![it.piece(0, it.sealed.bytes.len())]);
    let reason = ErasureReason::CourtOrder;
    let erased = it
        .site
        .site
        .erase_referral(other, crate::testing::ADMIN, reason);
    erased.unwrap();
    let body = added(other, &it.sealed);
    it.device.save(Role::Officer, body);
    it.send_entries();
    assert_eq!(&**it.site.site.attachment(it.entry).unwrap(), PLAIN);
}
