use handoff_domain::{Body, Role, VerificationMove};
use handoff_protocol::item::Gone;
use handoff_protocol::message::{Answer, ErasureOrder, FeedItem, FeedPosition};
use handoff_protocol::receipt::ParkCode;

use super::*;
use crate::testing::{ADMIN, OFFICER, OTHER, PROSECUTOR, TestDevice, TestSite, logged};

const COURT: ErasureReason = ErasureReason::CourtOrder;

/// A referral on its way to the prosecutor, with a decision about it.
fn decided() -> (TestSite, TestDevice, ReferralId) {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let referral = device.refer();
    device.refer();
    site.sync(&device.request(device.everything()));
    site.site
        .decide(referral, PROSECUTOR, VerificationMove::Approve, "")
        .unwrap();
    (site, device, referral)
}

fn order(site: &TestSite, answer: &Answer) -> Option<ErasureOrder> {
    let key = site.receipt_key();
    let signed = answer.erasures.as_ref()?;
    Some(signed.open(&key).unwrap())
}

fn pull(site: &TestSite, device: &mut TestDevice) -> Vec<FeedItem> {
    device.pull.get_or_insert(FeedPosition::Start);
    let mut answer = site.sync(&device.request(Vec::new()));
    let (_, part) = answer.user_feeds.remove(0);
    device.pull = Some(FeedPosition::After(part.next));
    part.items
}

/// The place where an item is held.
fn held(site: &TestSite, referral: ReferralId) -> Item {
    let id = ItemId(referral.0);
    let mut found = site
        .site
        .storage()
        .reading(|reads| reads.items_by_id(id))
        .unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0).1.item
}

#[test]
fn an_order_takes_content_views_and_feeds_and_leaves_the_chain() {
    let (site, mut device, referral) = decided();
    let mut prosecutor = TestDevice::enrol(&site, PROSECUTOR);
    assert_eq!(pull(&site, &mut prosecutor).len(), 3);
    let refused = site.site.erase_referral(referral, OFFICER, COURT);
    assert!(matches!(
        refused,
        Err(EraseError::Person(PersonError::NotPermitted))
    ));
    let erased = site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    assert_eq!(erased.items, 2);
    assert_eq!(erased.devices, [device.device].into());
    assert!(erased.is_swept);
    assert!(matches!(
        held(&site, referral),
        Item::Placeholder {
            gone: Gone::Erased,
            ..
        }
    ));
    assert_eq!(site.site.referrals().unwrap().len(), 1);
    // Those who had it are told to let it go.
    let items = pull(&site, &mut prosecutor);
    let evicted = |item: &FeedItem| matches!(item, FeedItem::Evict(_));
    assert!(items.len() == 2 && items.iter().all(evicted));
    // A vault that is made anew never hears of it.
    prosecutor.pull = None;
    let items = pull(&site, &mut prosecutor);
    let included = |item: &&FeedItem| matches!(item, FeedItem::Include(_));
    assert_eq!(items.iter().filter(included).count(), 1);
    // The device goes on in its lane as before.
    device.refer();
    let answer = site.sync(&device.request(vec![device.batch(4, 4)]));
    let receipt = site.receipt(&answer, &device.lane);
    assert_eq!(
        (receipt.through, receipt.parked),
        (device.head(), Vec::new())
    );
    site.site.rebuild_views().unwrap();
    assert_eq!(site.site.referrals().unwrap().len(), 2);
}

#[test]
fn a_device_is_told_until_it_says_that_it_has_erased() {
    let (site, mut device, referral) = decided();
    assert!(order(&site, &site.sync(&device.request(Vec::new()))).is_none());
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let pending = |site: &TestSite| site.site.board().unwrap()[0].erasures_pending;
    assert_eq!(pending(&site), 1);
    for _ in 0..2 {
        let told = order(&site, &site.sync(&device.request(Vec::new()))).unwrap();
        assert_eq!(told.items, [ItemId(referral.0)]);
        assert_eq!((told.device, told.more), (device.device, false));
        device.state.erased_through = told.through - 1;
    }
    device.state.erased_through += 1;
    assert!(order(&site, &site.sync(&device.request(Vec::new()))).is_none());
    assert_eq!(pending(&site), 0);
}

/// Two copies of a device have the same begun form: one saves it, it is erased,
/// and then the other saves it, which has acknowledged the order.
#[test]
fn a_copy_that_saves_it_after_the_order_is_told_again() {
    let (site, mut device, referral) = decided();
    let mut copy = device.clone();
    copy.items.truncate(1);
    copy.go_on();
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let through = order(&site, &site.sync(&copy.request(Vec::new())))
        .unwrap()
        .through;
    for one in [&mut device, &mut copy] {
        one.state.erased_through = through;
    }
    copy.unlock();
    let bytes = copy.record(Role::Officer, logged("Fayette & Greene"));
    let sealed = copy.seal(ItemId(referral.0), &bytes.to_bytes().unwrap());
    copy.items.push(sealed);
    let answer = site.sync(&copy.request(copy.everything()));
    let told = order(&site, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0)]);
    copy.state.erased_through = told.through;
    // A placeholder brings nothing: nobody is told for ever.
    let last = copy.items.len() - 1;
    copy.items[last] = copy.items[last].clone().into_placeholder(Gone::Erased);
    let answer = site.sync(&copy.request(copy.everything()));
    assert!(order(&site, &answer).is_none());
}

fn amended(referral: ReferralId) -> Body {
    let Body::ReferralLogged(logged) = logged("Fayette & Greene") else {
        panic!("a referral");
    };
    Body::ReferralAmended(handoff_domain::ReferralAmended {
        referral,
        report: logged.report,
        reason: String::new(),
    })
}

#[test]
fn what_is_parked_of_an_erased_referral_goes_too() {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let mut other = TestDevice::enrol(&site, OTHER);
    let nobody = std::collections::BTreeSet::new();
    site.site.set_roles(OFFICER, nobody).unwrap();
    site.pass(chrono::TimeDelta::minutes(1));
    let referral = device.refer();
    let parked = device.save(Role::Officer, amended(referral));
    let answer = site.sync(&device.request(device.everything()));
    let codes = site.receipt(&answer, &device.lane).parked;
    let disabled = ParkCode::AuthorDisabled;
    assert_eq!(codes, [(2, disabled), (3, disabled)]);
    // Somebody else has written about it, so that the site knows of it.
    other.save(Role::Officer, amended(referral));
    site.sync(&other.request(other.everything()));
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let answer = site.sync(&device.request(Vec::new()));
    let told = order(&site, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0), ItemId(parked.0)]);
    assert!(matches!(held(&site, referral), Item::Placeholder { .. }));
    assert!(matches!(
        held(&site, parked.into()),
        Item::Placeholder { .. }
    ));
}

#[test]
fn what_comes_later_of_an_erased_referral_goes_the_same_way() {
    let (site, mut device, referral) = decided();
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    // The same bytes again change nothing.
    site.sync(&device.request(device.everything()));
    assert!(matches!(held(&site, referral), Item::Placeholder { .. }));
    let late = device.save(handoff_domain::Role::Officer, amended(referral));
    let answer = site.sync(&device.request(vec![device.batch(4, 4)]));
    let parked = site.receipt(&answer, &device.lane).parked;
    assert_eq!(parked, [(4, ParkCode::Erased)]);
    let told = order(&site, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0), ItemId(late.0)]);
    assert_eq!(site.site.referrals().unwrap().len(), 1);
}

#[test]
fn what_is_sealed_again_of_an_erased_referral_takes_the_first_with_it() {
    let (site, mut device, referral) = decided();
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let bytes = device.record(Role::Officer, amended(referral));
    let bytes = bytes.to_bytes().unwrap();
    let late = ItemId(crate::testing::id());
    let first = device.seal(late, &bytes);
    let let_go = first.clone().into_placeholder(Gone::Pruned);
    device.items.push(let_go);
    site.sync(&device.request(vec![device.batch(4, 4)]));
    device.seal_again((late, first.digest()), &bytes);
    let again = device.items[4].id();
    let answer = site.sync(&device.request(vec![device.batch(5, 5)]));
    let erased = ParkCode::Erased;
    let parked = site.receipt(&answer, &device.lane).parked;
    assert_eq!(parked, [(4, erased), (5, erased)]);
    let told = order(&site, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0), late, again]);
}

/// A context cannot be erased: one such item must not hold the applier up.
#[test]
fn what_says_that_it_was_sealed_again_for_a_context_blocks_nothing() {
    let (site, mut device, referral) = decided();
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let bytes = device.record(Role::Officer, amended(referral));
    let context = (device.items[0].id(), device.items[0].digest());
    device.seal_again(context, &bytes.to_bytes().unwrap());
    device.refer();
    let answer = site.sync(&device.request(vec![device.batch(4, 5)]));
    let receipt = site.receipt(&answer, &device.lane);
    assert_eq!(receipt.parked, [(4, ParkCode::Other)]);
    assert_eq!(receipt.applied_through, 5);
}

#[test]
fn what_is_sealed_again_speaks_for_no_other_device() {
    let (site, mut device, referral) = decided();
    let mut other = TestDevice::enrol(&site, OTHER);
    let bytes = other.record(Role::Officer, amended(referral));
    let bytes = bytes.to_bytes().unwrap();
    let theirs = (ItemId(referral.0), device.items[1].digest());
    device.refer();
    other.seal_again(theirs, &bytes);
    let answer = site.sync(&other.request(other.everything()));
    let parked = site.receipt(&answer, &other.lane).parked;
    assert_eq!(parked, [(2, ParkCode::Other)]);
}

#[test]
fn what_an_order_took_that_is_not_known_any_more_comes_from_another_copy() {
    let (site, mut device, referral) = decided();
    let late = device.save(Role::Officer, amended(referral));
    let before = site.open_copy();
    // One copy has carried an order out of which this database knows nothing.
    let mut carried_out = device.clone();
    let place = carried_out.items[3].clone();
    carried_out.items[3] = place.into_placeholder(Gone::Erased);
    let request = carried_out.request(vec![carried_out.batch(4, 4)]);
    let answer = before.sync(&request);
    let receipt = before.receipt(&answer, &device.lane);
    assert_eq!((receipt.parked, receipt.elided), (Vec::new(), vec![4]));
    // The referral is erased once more: the other copy is told, when it comes.
    before.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let answer = before.sync(&device.request(vec![device.batch(4, 4)]));
    let receipt = before.receipt(&answer, &device.lane);
    assert_eq!(receipt.parked, [(4, ParkCode::Erased)]);
    assert_eq!(receipt.elided, Vec::<u64>::new());
    let told = order(&before, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0), ItemId(late.0)]);
}

/// The order was given on a database that had not had all of it again; the one that
/// is put back has.
#[test]
fn an_order_that_is_done_again_takes_what_it_does_not_name() {
    let (site, mut device, referral) = decided();
    let log = |site: &TestSite| {
        let file = site.site.paths().control_log();
        let lines = crate::control_log::read(&file, &site.site.keys().identity().public());
        lines.unwrap()
    };
    let older = site.open_copy();
    let known = log(&older).len();
    let late = device.save(Role::Officer, amended(referral));
    site.sync(&device.request(device.everything()));
    older.site.erase_referral(referral, ADMIN, COURT).unwrap();
    let news = log(&older).into_iter().skip(known);
    let news: Vec<_> = news.map(|(line, _)| line).collect();
    site.site
        .storage()
        .writing(|writes| site.site.replay(writes, &news))
        .unwrap();
    let left = site.site.storage().reading(|reads| {
        let held = reads.items_by_id(ItemId(late.0))?;
        Ok::<_, StorageError>((reads.entries_of(referral)?, held[0].1.item.gone()))
    });
    assert_eq!(left.unwrap(), (vec![], Some(Gone::Erased)));
    let named = log(&site).into_iter().any(|(line, _)| {
        matches!(line.event, ControlEvent::Erased { item, .. } if item == ItemId(late.0))
    });
    assert!(named, "the next database that is put back is told of it");
}

#[test]
fn a_database_put_back_forgets_no_erasure() {
    let (site, mut device, referral) = decided();
    let known = crate::control_log::read(
        &site.site.paths().control_log(),
        &site.site.keys().identity().public(),
    )
    .unwrap()
    .len();
    let before = site.open_copy();
    site.site.erase_referral(referral, ADMIN, COURT).unwrap();
    // What came later of it, and is known only by having been read.
    let late = device.save(Role::Officer, amended(referral));
    site.sync(&device.request(device.everything()));
    let log = crate::control_log::read(
        &site.site.paths().control_log(),
        &site.site.keys().identity().public(),
    )
    .unwrap();
    let news: Vec<_> = log.into_iter().skip(known).map(|(line, _)| line).collect();
    before
        .site
        .storage()
        .writing(|writes| before.site.replay(writes, &news))
        .unwrap();
    assert_eq!(before.site.referrals().unwrap().len(), 1);
    // One copy of the device has carried it out: its content does not come again.
    device.items[3] = device.items[3].clone().into_placeholder(Gone::Erased);
    let answer = before.sync(&device.request(device.everything()));
    assert_eq!(before.site.referrals().unwrap().len(), 1);
    assert!(matches!(held(&before, referral), Item::Placeholder { .. }));
    let told = order(&before, &answer).unwrap();
    assert_eq!(told.items, [ItemId(referral.0), ItemId(late.0)]);
}
