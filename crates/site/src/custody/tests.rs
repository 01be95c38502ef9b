use chrono::TimeDelta;
use handoff_protocol::ids::Seq;
use handoff_protocol::item::Gone;
use handoff_protocol::message::{FeedPosition, Outcome, ProtocolRange, Refusal};
use handoff_protocol::receipt::{Branch, ParkCode, Receipt};
use handoff_sync::site::MAX_REQUEST_AGE;
use handoff_vault::{OsRandom, SealingKey, SigningKey};
use proptest::prelude::*;

use handoff_protocol::batch::Batch;

use super::*;
use crate::testing::{OFFICER, OTHER, TestDevice, TestSite, enrol};

fn officer() -> (TestSite, TestDevice) {
    let site = TestSite::found();
    let device = TestDevice::enrol(&site, OFFICER);
    (site, device)
}

fn held(site: &TestSite) -> usize {
    let lines = site.site.storage().reading(|reads| {
        let mut items = 0;
        for line in reads.all_lines()? {
            if line.lane.device().is_some() {
                items += reads.items(line.id, 1, 10_000)?.len();
            }
        }
        Ok::<_, StorageError>(items)
    });
    lines.unwrap()
}

#[test]
fn the_same_batch_twice_gets_the_same_receipt_and_doubles_nothing() {
    let (site, mut device) = officer();
    let referral = device.refer();
    let first = site.sync(&device.request(device.everything()));
    let first = site.receipt(&first, &device.lane);
    assert_eq!(first.through, device.head());
    assert_eq!(first.applied_through, 2);
    // The reply was lost; the device sends the same again.
    let again = site.sync(&device.request(device.everything()));
    assert_eq!(site.receipt(&again, &device.lane), first);
    assert_eq!(held(&site), 2);
    let referrals = site.site.referrals().unwrap();
    assert_eq!(referrals.len(), 1);
    assert_eq!(referrals[0].referral, referral);
}

/// A request of a version that shares nothing with ours but its greeting.
#[derive(serde::Serialize, serde::Deserialize)]
struct OfNextYear {
    protocol: ProtocolRange,
    #[serde(with = "codec::bytes16")]
    nonce: [u8; 16],
    lanes: String,
}

impl handoff_protocol::signed::Statement for OfNextYear {
    const TAG: &'static str = "handoff/sync-request/9";
}

fn of_next_year(device: &TestDevice, version: u16) -> Vec<u8> {
    let request = OfNextYear {
        protocol: ProtocolRange {
            oldest: version,
            newest: version,
        },
        nonce: [7; 16],
        lanes: "in another form".to_owned(),
    };
    let signed = device.key.sign_statement(&request).unwrap();
    codec::to_cbor(&signed, "a test").unwrap()
}

#[test]
fn a_request_of_a_version_that_is_not_spoken_here_is_told_so_and_changes_nothing() {
    let (site, mut device) = officer();
    device.refer();
    let before = site.state();
    let ours = ProtocolRange::OURS;
    let (reply, _) = site
        .site
        .take(&of_next_year(&device, ours.newest + 1))
        .unwrap_err();
    let said = (reply.protocol, reply.nonce, reply.outcome);
    assert_eq!(said, (ours, [7; 16], Outcome::UpdateNeeded));
    // One that we speak does not read so: that is another thing.
    let (reply, _) = site
        .site
        .take(&of_next_year(&device, ours.newest))
        .unwrap_err();
    assert_eq!(reply.outcome, Outcome::Refused(Refusal::Unreadable));
    let mut older = device.unsigned(device.everything());
    older.protocol = ProtocolRange {
        oldest: ours.oldest - 1,
        newest: ours.oldest - 1,
    };
    assert_eq!(site.refused(&device.sign(&older)), Outcome::UpdateNeeded);
    assert_eq!(site.state(), before);
}

#[test]
fn a_replayed_request_is_refused_and_changes_nothing() {
    let (site, mut device) = officer();
    device.refer();
    let request = device.request(device.everything());
    site.sync(&request);
    let before = site.state();
    assert_eq!(site.refused(&request), Outcome::Refused(Refusal::Replayed));
    // After its time it is refused for its time, so it need not be remembered.
    site.pass(MAX_REQUEST_AGE * 3);
    assert_eq!(site.refused(&request), Outcome::StaleClock);
    assert_eq!((site.state(), held(&site)), (before, 2));
}

#[test]
fn a_batch_ahead_of_its_predecessor_is_a_gap_and_is_not_taken() {
    let (site, mut device) = officer();
    for _ in 0..3 {
        device.refer();
    }
    let answer = site.sync(&device.request(vec![device.batch(3, 4)]));
    assert_eq!((answer.gaps[0].expected, held(&site)), (1, 0));
    assert!(answer.receipts.is_empty());
    site.sync(&device.request(vec![device.batch(1, 2)]));
    let answer = site.sync(&device.request(vec![device.batch(4, 4)]));
    assert_eq!((answer.gaps[0].expected, held(&site)), (3, 2));
    assert_eq!(site.receipt(&answer, &device.lane).through.seq, 2);
}

#[test]
fn what_was_ahead_is_taken_once_what_it_follows_has_come() {
    let (site, mut device) = officer();
    for _ in 0..3 {
        device.refer();
    }
    let mut ahead = site
        .site
        .take(&device.request(vec![device.batch(3, 4)]))
        .unwrap();
    site.site.take_ahead(&mut ahead).unwrap();
    assert!(ahead.is_ahead());
    assert_eq!(held(&site), 0);

    site.sync(&device.request(vec![device.batch(1, 2)]));
    site.site.take_ahead(&mut ahead).unwrap();
    assert!(!ahead.is_ahead());
    assert_eq!((ahead.gaps.len(), held(&site)), (0, 4));
    let answer = site.site.answer(&ahead).unwrap();
    assert_eq!(site.receipt(&answer, &device.lane).through, device.head());
    // Nothing of it is taken twice.
    site.site.take_ahead(&mut ahead).unwrap();
    assert_eq!(held(&site), 4);
}

#[test]
fn what_stays_ahead_wakes_nobody() {
    let (site, mut device) = officer();
    device.refer();
    let mut clone = device.clone();
    device.refer();
    clone.refer();
    clone.refer();
    site.sync(&device.request(device.everything()));
    // It follows what its twin wrote, which is not what the site has there.
    let mut ahead = site
        .site
        .take(&clone.request(vec![clone.batch(4, 4)]))
        .unwrap();
    assert!(ahead.is_ahead());
    let news = site.site.wake().listen();
    site.site.take_ahead(&mut ahead).unwrap();
    assert!(ahead.is_ahead());
    assert_eq!(ahead.gaps.len(), 1);
    assert!(!news.has_changed().unwrap());
    // What it follows comes after all.
    site.sync(&clone.request(vec![clone.batch(1, 3)]));
    site.site.take_ahead(&mut ahead).unwrap();
    assert!(!ahead.is_ahead() && news.has_changed().unwrap());
}

#[test]
fn batches_of_one_request_are_taken_in_their_order() {
    let (site, mut device) = officer();
    for _ in 0..4 {
        device.refer();
    }
    let batches = vec![device.batch(1, 2), device.batch(3, 3), device.batch(4, 5)];
    let answer = site.sync(&device.request(batches));
    assert_eq!(site.receipt(&answer, &device.lane).through, device.head());
    assert_eq!(site.site.referrals().unwrap().len(), 4);
}

#[test]
fn a_clone_of_a_device_becomes_a_branch_with_a_receipt_of_its_own() {
    let (site, mut device) = officer();
    device.refer();
    let mut clone = device.clone();
    device.refer();
    device.refer();
    clone.refer();
    site.sync(&device.request(device.everything()));
    let answer = site.sync(&clone.request(clone.everything()));
    let receipt = site.receipt(&answer, &clone.lane);
    assert_eq!(receipt.branch, Branch(clone.heads()[3].hash));
    assert_eq!(
        (receipt.through, receipt.applied_through),
        (clone.head(), 3)
    );
    // Both go on; each gets its own receipts, also when it only asks.
    clone.refer();
    device.refer();
    site.sync(&clone.request(vec![clone.batch(4, 4)]));
    site.sync(&device.request(vec![device.batch(5, 5)]));
    for (one, is_main) in [(&device, true), (&clone, false)] {
        let receipt = site.receipt(&site.sync(&one.request(Vec::new())), &one.lane);
        assert_eq!(receipt.through, one.head());
        assert_eq!(receipt.branch == Branch::MAIN, is_main);
    }
    // Sent once more as a whole, nothing is doubled.
    site.sync(&clone.request(clone.everything()));
    assert_eq!((held(&site), site.site.referrals().unwrap().len()), (7, 6));
    let alarms = site.site.storage().reading(|reads| reads.alarms()).unwrap();
    assert_eq!(alarms[0].code, AlarmCode::Forked);
}

#[test]
fn a_branch_may_leave_a_branch_and_a_lane_may_fork_at_its_first_item() {
    let (site, mut device) = officer();
    let fresh = device.clone();
    device.refer();
    device.refer();
    site.sync(&device.request(device.everything()));
    let mut second = device.clone();
    second.items.truncate(2);
    second.refer();
    second.refer();
    site.sync(&second.request(second.everything()));
    let mut third = second.clone();
    third.items.truncate(3);
    third.refer();
    let mut other = fresh;
    other.refer();
    for one in [&third, &other] {
        let receipt = site.receipt(&site.sync(&one.request(one.everything())), &one.lane);
        assert_eq!(receipt.through, one.head());
        assert_eq!(receipt.applied_through, one.head().seq);
        assert_eq!(receipt.parked, []);
    }
    // 2 + 2 + 1 + 1 entries under 2 contexts.
    assert_eq!((held(&site), site.site.referrals().unwrap().len()), (8, 6));
}

#[test]
fn a_content_that_arrives_for_a_placeholder_is_kept_and_judged() {
    let (site, mut device) = officer();
    device.refer();
    device.refer();
    let whole = device.clone();
    device.items[1] = device.items[1].clone().into_placeholder(Gone::Pruned);
    let answer = site.sync(&device.request(device.everything()));
    let receipt = site.receipt(&answer, &device.lane);
    assert_eq!(receipt.parked, [(2, ParkCode::Lost)]);
    assert_eq!(receipt.through, whole.head());

    let answer = site.sync(&whole.request(whole.everything()));
    assert_eq!(site.receipt(&answer, &device.lane).parked, []);
    assert_eq!((held(&site), site.site.referrals().unwrap().len()), (3, 2));
    // A held content stays when a placeholder comes behind it.
    site.sync(&device.request(device.everything()));
    assert_eq!(site.site.referrals().unwrap().len(), 2);
}

#[test]
fn above_its_cap_a_device_is_told_to_come_again_and_nothing_is_taken() {
    let (site, mut device) = officer();
    let data = site.site.paths().data().to_owned();
    std::fs::write(data.join("site.toml"), "[limits]\nitems_per_day = 3\n").unwrap();
    let site = site.open(&data);
    device.refer();
    device.refer();
    site.sync(&device.request(device.everything()));
    device.refer();
    let request = device.request(vec![device.batch(4, 4)]);
    let busy = Outcome::Busy {
        retry_after_seconds: caps::CAPPED_FOR,
    };
    assert_eq!(site.refused(&request), busy);
    assert_eq!(held(&site), 3);
    // What is held already counts nothing.
    site.sync(&device.request(vec![device.batch(1, 3)]));
    site.pass(TimeDelta::days(1));
    site.sync(&device.request(vec![device.batch(4, 4)]));
    assert_eq!(held(&site), 4);
}

#[test]
fn a_batch_that_was_changed_or_belongs_to_another_device_is_refused() {
    let (site, mut device) = officer();
    let mut other = TestDevice::enrol(&site, OTHER);
    device.refer();
    other.refer();
    let mut changed = device.everything();
    let last = changed[0].items.len() - 1;
    changed[0].items[last] ^= 1;
    for batches in [changed, other.everything()] {
        let refused = site.refused(&device.request(batches));
        assert_eq!(refused, Outcome::Refused(Refusal::BadBatch));
    }
    let mut request = device.unsigned(device.everything());
    request.device = other.device;
    let refused = site.refused(&device.sign(&request));
    assert_eq!(refused, Outcome::Refused(Refusal::BadSignature));
    assert_eq!(held(&site), 0);
}

#[test]
fn bytes_that_are_no_request_are_refused_and_never_a_panic() {
    let site = TestSite::found();
    for bytes in [&b""[..], b"\xa0", b"hello", &[0x9f; 500]] {
        let refused = site.refused(bytes);
        assert_eq!(refused, Outcome::Refused(Refusal::Unreadable));
    }
}

fn rolled_back() -> (TestSite, TestDevice, TestSite) {
    let (site, mut device) = officer();
    device.refer();
    site.sync(&device.request(device.everything()));
    // The database as it was, while device and site go on.
    let old = site.open_copy();
    device.refer();
    let answer = site.sync(&device.request(vec![device.batch(3, 3)]));
    device.receipt = answer.receipts.first().cloned();
    (site, device, old)
}

#[test]
fn a_receipt_beyond_what_is_held_opens_a_new_epoch_and_raises_an_alarm() {
    let (site, device, old) = rolled_back();
    let epoch = |site: &TestSite| site.site.status().unwrap().epoch_id;
    assert_eq!(epoch(&site), epoch(&old));
    let answer = old.sync(&device.request(Vec::new()));
    assert_ne!(epoch(&site), epoch(&old));
    assert!(old.site.status().unwrap().awaiting);
    let alarms = old.site.storage().reading(|reads| reads.alarms()).unwrap();
    assert_eq!(alarms[0].code, AlarmCode::RolledBack);
    let receipt: Receipt = old.receipt(&answer, &device.lane);
    assert_eq!((receipt.epoch, receipt.through.seq), (epoch(&old), 2));
    // Everything comes back, and the epoch stays.
    let opened = epoch(&old);
    let answer = old.sync(&device.request(device.everything()));
    assert_eq!(old.receipt(&answer, &device.lane).through, device.head());
    assert_eq!(
        (epoch(&old), old.site.referrals().unwrap().len()),
        (opened, 2)
    );
}

#[test]
fn a_rollback_shows_though_another_copy_took_back_what_was_lost() {
    let (site, mut device, old) = rolled_back();
    let epoch = |site: &TestSite| site.site.status().unwrap().epoch_id;
    device.refer();
    let answer = site.sync(&device.request(vec![device.batch(4, 4)]));
    let shown = site.receipt(&answer, &device.lane);
    device.receipt = answer.receipts.first().cloned();
    let mut copy = device.clone();
    copy.receipt = None;
    copy.items[2] = copy.items[2].clone().into_placeholder(Gone::Elided);
    let answer = old.sync(&copy.request(vec![copy.batch(3, 4)]));
    let held = old.receipt(&answer, &copy.lane);
    // The same chain, which only the revision tells apart.
    assert_eq!(held.through, shown.through);
    assert!(held.revision < shown.revision);
    assert_eq!(epoch(&site), epoch(&old));
    old.sync(&device.request(Vec::new()));
    assert_ne!(epoch(&site), epoch(&old));
    old.sync(&device.request(device.everything()));
    assert_eq!(old.site.referrals().unwrap().len(), 3);
}

#[test]
fn a_receipt_that_is_shown_is_not_sent_again_unless_something_came() {
    let (site, mut device) = officer();
    device.refer();
    let answer = site.sync(&device.request(device.everything()));
    device.receipt = answer.receipts.first().cloned();
    assert_eq!(site.sync(&device.request(Vec::new())).receipts, []);
    // The same items again: the device wants to be told.
    let again = site.sync(&device.request(device.everything()));
    assert_eq!(again.receipts.first(), device.receipt.as_ref());
    // One that was changed on the way is not taken for the right one.
    let mut changed = device.clone();
    if let Some(receipt) = &mut changed.receipt {
        let last = receipt.bytes.len() - 1;
        receipt.bytes[last] ^= 1;
    }
    assert_eq!(site.sync(&changed.request(Vec::new())).receipts.len(), 1);
    device.refer();
    assert_eq!(
        site.sync(&device.request(vec![device.batch(3, 3)]))
            .receipts
            .len(),
        1
    );
}

#[test]
fn a_rollback_shows_though_another_copy_filled_the_place_since() {
    let (site, device, old) = rolled_back();
    let epoch = |site: &TestSite| site.site.status().unwrap().epoch_id;
    // A copy from before goes on in the same lane, at the site that was put back.
    let mut copy = device.clone();
    copy.receipt = None;
    copy.items.truncate(2);
    copy.refer();
    copy.refer();
    old.sync(&copy.request(vec![copy.batch(3, 4)]));
    assert_eq!(epoch(&site), epoch(&old));
    old.sync(&device.request(Vec::new()));
    assert_ne!(epoch(&site), epoch(&old));
    old.sync(&device.request(device.everything()));
    assert_eq!(old.site.referrals().unwrap().len(), 4);
}

#[test]
fn a_receipt_that_was_changed_or_is_of_another_epoch_proves_nothing() {
    let (_site, mut device, old) = rolled_back();
    let before = old.site.status().unwrap().epoch_id;
    let receipt = device.receipt.take().unwrap();
    let mut forged = receipt.clone();
    forged.signature.0[5] ^= 1;
    device.receipt = Some(forged);
    old.sync(&device.request(Vec::new()));
    assert_eq!(old.site.status().unwrap().epoch_id, before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_order_and_repetition_of_batches_gives_the_same_state(
        cuts in prop::collection::vec(1usize..4, 1..5),
        order in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..30),
    ) {
        let site = TestSite::found();
        let mut devices = [OFFICER, OTHER].map(|name| TestDevice::enrol(&site, name));
        let other = site.open_copy();
        let mut batches: Vec<(usize, Batch)> = Vec::new();
        for (at, device) in devices.iter_mut().enumerate() {
            let mut first = 1;
            for cut in &cuts {
                for _ in 0..*cut {
                    device.refer();
                }
                let last = device.items.len() as Seq;
                batches.push((at, device.batch(first, last)));
                first = last + 1;
            }
        }
        // In order, at one site.
        for (at, batch) in &batches {
            site.sync(&devices[*at].request(vec![batch.clone()]));
        }
        // In any order and again and again, at another; then whatever is missing.
        for (index, apply) in order {
            let (at, batch) = &batches[index.index(batches.len())];
            let request = devices[*at].request(vec![batch.clone()]);
            other.site.take(&request).map_err(|(reply, _)| reply).unwrap();
            if apply {
                other.apply();
            }
        }
        for (at, batch) in &batches {
            other.sync(&devices[*at].request(vec![batch.clone()]));
        }
        prop_assert_eq!(other.state(), site.state());
        for device in &devices {
            let receipts = [&site, &other].map(|site| {
                site.receipt(&site.sync(&device.request(Vec::new())), &device.lane).through
            });
            prop_assert_eq!(receipts, [device.head(); 2]);
        }
    }
}

#[test]
fn what_one_copy_took_back_and_the_other_sends_is_judged_when_it_comes() {
    let (site, mut device) = officer();
    let referral = device.refer();
    let mut other = device.clone();
    // One copy takes it back before anything left; the other knows nothing of it.
    let entry = device.items.pop().unwrap();
    device.items.push(entry.into_placeholder(Gone::Elided));
    device.refer();
    let answer = site.sync(&device.request(device.everything()));
    assert_eq!(site.receipt(&answer, &device.lane).elided, [2]);
    assert_eq!(site.site.referrals().unwrap().len(), 1);
    // The other, which is behind, is told so as far as it reaches.
    let answer = site.sync(&other.request(Vec::new()));
    let told = site.receipt(&answer, &other.lane);
    assert_eq!((told.through.seq, told.elided), (2, vec![2]));
    // On the same line, and on a branch that leaves it later.
    let mut branch = other.clone();
    branch.refer();
    let answer = site.sync(&branch.request(branch.everything()));
    assert_eq!(site.receipt(&answer, &branch.lane).parked, []);
    other.items.truncate(2);
    let answer = site.sync(&other.request(other.everything()));
    assert_eq!(site.receipt(&answer, &other.lane).elided, [0u64; 0]);
    let referrals = site.site.referrals().unwrap();
    assert_eq!(referrals.len(), 3);
    assert!(referrals.iter().any(|row| row.referral == referral));
}

#[test]
fn somebody_whom_a_rollback_forgot_is_asked_for_and_judged() {
    let (site, device) = officer();
    let before = site.open_copy();
    // Somebody is added to the device, and writes.
    let code = site.site.invite(OTHER).unwrap().code;
    let (signing, sealing) = (SigningKey::make(&OsRandom), SealingKey::make(&OsRandom));
    let keys = (&device.key, &signing, &sealing);
    let reply = enrol(&site, &code, device.device, keys).unwrap();
    let mut theirs = device.clone();
    theirs.user = site.user(OTHER);
    theirs.signing = signing;
    theirs.certificates.authors.push(reply.author);
    theirs.pull = Some(FeedPosition::Start);
    theirs.refer();
    // The database that was put back knows the device, and not them.
    let asked = Outcome::SendCertificates;
    assert_eq!(before.refused(&theirs.request(theirs.everything())), asked);
    assert_eq!(before.refused(&theirs.request(Vec::new())), asked);
    let answer = before.sync(&theirs.introduction(theirs.everything()));
    assert_eq!(before.receipt(&answer, &theirs.lane).parked, []);
    assert_eq!(before.site.referrals().unwrap().len(), 1);
    assert_eq!(answer.not_served, []);
}
