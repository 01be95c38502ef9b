//! The vault of somebody who stays away goes, and nothing with it.

#![allow(clippy::unwrap_used)]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::answers::apply;
use common::{Lab, now, save};
use handoff_protocol::message::{Answer, FeedPosition, KEEP_VAULT_DAYS};
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
