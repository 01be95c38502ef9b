//! A lease that has run out: what may still be done, and the way back.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

use std::time::Duration;

use chrono::TimeDelta;
use handoff_device::contract::{Commands as _, Nothing, StatusView, UnlockRequest};
use handoff_device::{Core, CoreError, DeviceList, Host};
use handoff_domain::{ReferralReport, UserId};
use handoff_tests::world::{PASSWORD, World, referral};
use tokio::runtime::Runtime;

/// The clock of a device that nobody has used for two hours.
fn two_hours_later() -> Host {
    let clock = Host::system();
    Host::new(
        move || clock.now() + TimeDelta::hours(2),
        handoff_vault::OsRandom,
    )
}

/// How long the site gives a lease for, from its next start on.
fn give_leases_for(world: &World, hours: u32) {
    let file = world.path("site/site.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let lines = settings
        .lines()
        .map(|line| match line.strip_prefix("hours = ") {
            Some(_) => format!("hours = {hours}\n"),
            None => format!("{line}\n"),
        });
    std::fs::write(&file, lines.collect::<String>()).unwrap();
}

fn unlock(core: &Core, user: UserId, runtime: &Runtime) -> StatusView {
    let request = UnlockRequest {
        user: user.0,
        password: PASSWORD.to_owned(),
    };
    runtime.block_on(core.unlock(request)).unwrap()
}

/// Whether what is stored may not be read, and whether it may be after the next
/// unlock.
fn state(status: &StatusView) -> (bool, bool) {
    let session = status.session.as_ref().unwrap();
    (session.write_only, session.renewed)
}

#[test]
fn what_was_saved_without_a_lease_is_sent_and_read_after_one_sync_and_one_unlock() {
    let world = World::empty();
    world.init("site");
    give_leases_for(&world, 1);
    let site = world.serve("site");
    world.enrol("device");
    site.stop();
    let home = world.path("device");
    let runtime = Runtime::new().unwrap();

    let core = Core::open(&home, two_hours_later()).unwrap();
    let user = core.people().unwrap()[0].user;
    assert_eq!(state(&unlock(&core, user, &runtime)), (true, false));
    let report: ReferralReport = serde_json::from_str(&referral(1)).unwrap();
    let saved = core.refer(report).unwrap().referral;
    let listed = || {
        let list = DeviceList::open(&home, two_hours_later()).unwrap();
        list.referrals(user, PASSWORD)
    };
    assert!(matches!(listed(), Err(CoreError::LeaseRanOut)));

    give_leases_for(&world, 72);
    let _site = world.serve("site");
    let synced = runtime.block_on(core.sync_until_applied(Duration::from_secs(30)));
    assert_eq!((synced.sent, synced.waiting), (1, 0), "{synced:?}");
    let status = runtime.block_on(core.status(Nothing {})).unwrap();
    assert_eq!(state(&status), (true, true));
    assert_eq!(state(&unlock(&core, user, &runtime)), (false, false));
    let listed = listed().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].referral, saved.0);
}
