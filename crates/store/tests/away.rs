//! The vault of somebody who stays away goes, and nothing with it.

#![allow(clippy::unwrap_used)]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::answers::{apply, epoch};
use common::{Lab, now, save, sign_epoch};
use handoff_protocol::message::{Answer, Cursor, FeedPart, FeedPosition, KEEP_VAULT_DAYS};
use handoff_protocol::receipt::Receipt;
use handoff_store::DeviceStore;

/// The last moment at which the vault of who had leave for 72 hours is kept.
fn last(keep_days: u16) -> DateTime<Utc> {
    now() + TimeDelta::hours(72) + TimeDelta::days(i64::from(keep_days))
}

fn answered(lab: &Lab, device: &DeviceStore, keep_vault_days: Option<u16>, at: DateTime<Utc>) {
    let answer = Answer {
        keep_vault_days,
        ..lab.answer(Vec::new())
    };
    assert_eq!(device.apply(&answer, at).unwrap().ignored.len(), 0);
}

fn files(lab: &Lab, kind: &str) -> usize {
    let names = lab.files().into_iter().map(|(path, _)| path);
    let names = names.filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(kind)
    });
    names.count()
}

#[test]
fn the_vault_of_somebody_who_stays_away_goes_when_the_site_says_so() {
    for (said, days) in [(None, KEEP_VAULT_DAYS), (Some(7), 7)] {
        let lab = Lab::new();
        let device = lab.open();
        save(&lab.unlock(&device), &lab.referral());
        answered(&lab, &device, said, last(days));
        assert_eq!(files(&lab, "vault-"), 1, "{days}");
        answered(&lab, &device, said, last(days) + TimeDelta::seconds(1));
        assert_eq!(files(&lab, "vault-"), 0, "{days}");
        assert_eq!(files(&lab, "drafts-"), 1);
        // Once more, with nothing there.
        answered(&lab, &device, said, last(days) + TimeDelta::days(1));
    }
}

#[test]
fn a_vault_that_is_open_or_kept_for_good_stays() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    answered(&lab, &device, Some(1), last(900));
    assert!(session.referral(entry.id.into()).unwrap().is_some());
    drop(session);
    answered(&lab, &device, Some(0), last(900));
    assert!(files(&lab, "vault-") > 0);
}

#[test]
fn a_site_whose_clock_is_beyond_all_years_takes_nothing_down() {
    let lab = Lab::new();
    let device = lab.open();
    let entry = lab.referral();
    save(&lab.unlock(&device), &entry);
    let receipt = lab.receipt(&device, 1);
    let answer = Answer {
        keep_sealed_days: Some(u16::MAX),
        keep_vault_days: Some(u16::MAX),
        receipts: vec![lab.sign(&Receipt {
            backed_up_through: receipt.through.seq,
            ..receipt
        })],
        ..lab.answer(Vec::new())
    };
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let _ = device.apply(&answer, at);
    }
    assert!(
        lab.unlock(&device)
            .referral(entry.id.into())
            .unwrap()
            .is_some()
    );
}

#[test]
fn who_comes_back_has_everything_again() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (received, waiting) = (lab.referral(), lab.referral());
    save(&session, &received);
    lab.sync(&device, 1);
    save(&session, &waiting);
    drop(session);
    answered(
        &lab,
        &device,
        None,
        last(KEEP_VAULT_DAYS) + TimeDelta::days(1),
    );
    assert_eq!(files(&lab, "vault-"), 0);

    let back = last(KEEP_VAULT_DAYS) + TimeDelta::days(2);
    let answer = Answer {
        leases: vec![lab.lease(lab.officers[0].user, back)],
        ..lab.answer(Vec::new())
    };
    device.apply(&answer, back).unwrap();
    let session = lab.unlock(&device);
    // What waits comes out of the journal, what the site has out of the feed.
    assert!(session.referral(waiting.id.into()).unwrap().is_some());
    assert!(session.referral(received.id.into()).unwrap().is_none());
    let (position, wants_own) = session.position().unwrap().unwrap();
    assert_eq!((position, wants_own), (FeedPosition::Start, true));
    let lane = device.lane_reports().unwrap()[0].lane;
    let part = lab.part(1, true, vec![lab.include(&received, lane, 2)]);
    apply(&device, &lab.user_feed(part));
    assert!(session.referral(received.id.into()).unwrap().is_some());
    assert!(session.referral(waiting.id.into()).unwrap().is_some());
}

#[test]
fn who_comes_back_to_a_site_that_was_put_back_asks_until_it_has_everything_again() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    lab.sync(&device, 1);
    drop(session);
    answered(
        &lab,
        &device,
        None,
        last(KEEP_VAULT_DAYS) + TimeDelta::days(1),
    );
    // The site knows nothing of the entry in its new epoch.
    let session = lab.unlock(&device);
    let epoch = epoch(0xe2);
    let answer = Answer {
        epoch: sign_epoch(&lab.site, epoch, &[lab.epoch_id]),
        ..lab.answer(Vec::new())
    };
    let part = |position: u64, snapshot: bool, items| {
        let part = lab.part(position, snapshot, items);
        FeedPart {
            next: Cursor { epoch, ..part.next },
            ..part
        }
    };
    let fed = |part: FeedPart, receipts| {
        let user_feeds = vec![(lab.officers[0].user, part)];
        let answer = Answer {
            user_feeds,
            receipts,
            ..answer.clone()
        };
        apply(&device, &answer)
    };
    fed(part(1, true, Vec::new()), Vec::new());
    let wants_own = || session.position().unwrap().unwrap().1;
    assert!(wants_own());
    assert!(session.referral(entry.id.into()).unwrap().is_none());
    // It comes again from this very device, and back in the feed.
    lab.send_all(&device);
    let receipt = Receipt {
        epoch,
        ..lab.receipt(&device, 1)
    };
    let items = vec![lab.include(&entry, receipt.lane, 2)];
    fed(part(2, false, items), vec![lab.sign(&receipt)]);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
    assert!(!wants_own());
}
