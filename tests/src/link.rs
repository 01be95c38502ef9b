//! Real devices and a real site, over TLS, with a bad line between them.
//!
//! **What.** Each device has a line of its own ([`handoff_testkit::chaos`]). It
//! saves, syncs with the real driver while something befalls the connection,
//! and shows where its entries stand; again and again. In the end the line is
//! good, and everything is compared.
//!
//! **Why.** A link in a car cuts out behind any byte: of a request, of a reply
//! whose request the site has taken. Cuts go through every byte of a session
//! that sends something, both ways.
//!
//! **How data moves through.** ledger of saves → sessions → after each, whatever
//! a device shows as received is looked for in the site's store → good sessions
//! → each save is at the site once.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use handoff_device::sync::Link;
use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;
use handoff_protocol::item::Item;
use handoff_site::Site;
use handoff_store::{DeviceStore, UserSession};
use handoff_sync::Standing;
use handoff_testkit::chaos::{Passed, Proxy, Trouble, Way};
use handoff_vault::OsRandom;

use crate::lab::{Badge, Lab, link, open_device, open_site, request, sync_once};
use crate::power::NOW_MS;
use crate::report::Report;
use crate::synthetic::Seeded;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Sessions with a trouble.
    pub sessions: u64,
    /// Devices that are in touch at once.
    pub devices: usize,
    /// Where seeds begin.
    pub seed: u64,
}

/// Most entries that a device has not yet seen received.
const MOST_WAITING: usize = 4;
/// Good sessions that a device may need in the end.
const TO_HEAL: usize = 40;

/// Syncs devices with a site over bad lines.
///
/// # Panics
/// When something fails that no trouble explains.
#[must_use]
pub fn run(plan: Plan, folder: &Path) -> Report {
    let lab = Lab::with_in(plan.devices, folder);
    let site = open_site(&lab.site_folder());
    let serving = lab.serve(&site);
    let address = serving.address();
    let mut report = Report::new("broken link");
    report.seeds = format!("{}..", plan.seed);
    let usual = lab.runtime.block_on(usual(&lab, address));
    report.say(&format!("a session that sends one entry: {usual:?} bytes"));
    let each = plan.sessions.div_ceil(plan.devices as u64);
    let tasks: Vec<_> = (0..plan.devices)
        .map(|number| {
            let car = Car::of(&lab, number, plan, usual, &site);
            lab.runtime.spawn(car.run(address, each))
        })
        .collect();
    for task in tasks {
        report.add(lab.runtime.block_on(task).expect("a car"));
    }
    lab.runtime.block_on(serving.stop());
    report
}

/// The bytes that a device sends in each of three sessions on one connection,
/// of one entry each; `before` stands in front of each.
///
/// # Panics
/// When an entry does not arrive.
#[must_use]
pub fn bytes_up_in_turn(before: impl Fn(usize, &Link)) -> [u64; 3] {
    let lab = Lab::with(1);
    let site = open_site(&lab.site_folder());
    let serving = lab.serve(&site);
    let address = serving.address();
    let mut rng = Seeded::new(7);
    let bytes = lab.runtime.block_on(async {
        let proxy = Proxy::before(address).await.expect("a line");
        let store = open_device(&lab.device_folder(0)).expect("a device");
        let session = lab.badges[0].unlock(&store);
        let link = link(&store, proxy.address());
        let mut bytes = [0; 3];
        for (turn, bytes) in bytes.iter_mut().enumerate() {
            save(&session, &lab.badges[0].referral(&mut rng));
            before(turn, &link);
            let summary = sync_once(&link, Some(&session)).await;
            assert_eq!(summary.received, 1, "{:?}", summary.stop);
            *bytes = proxy.passed().up;
        }
        bytes
    });
    lab.runtime.block_on(serving.stop());
    bytes
}

/// The bytes of a session that sends one entry.
async fn usual(lab: &Lab, address: SocketAddr) -> Passed {
    let proxy = Proxy::before(address).await.expect("a line");
    let home = lab.device_folder(0);
    let store = open_device(&home).expect("a device");
    let session = lab.badges[0].unlock(&store);
    let entry = lab.badges[0].referral(&mut Seeded::new(0));
    save(&session, &entry);
    let _ = sync_once(&link(&store, proxy.address()), Some(&session)).await;
    let _ = proxy.passed();
    save(&session, &lab.badges[0].referral(&mut Seeded::new(1)));
    let _ = sync_once(&link(&store, proxy.address()), Some(&session)).await;
    proxy.passed()
}

fn save(session: &UserSession, entry: &handoff_domain::Entry) {
    session
        .save(&OsRandom, std::slice::from_ref(entry), None, NOW_MS)
        .expect("a save");
}

/// A device, its line, and what it was told is safe.
struct Car {
    number: u64,
    devices: u64,
    store: DeviceStore,
    session: Arc<UserSession>,
    badge: Badge,
    site: Arc<Site>,
    usual: Passed,
    rng: Seeded,
    saved: Vec<EntryId>,
    received: BTreeSet<EntryId>,
    report: Report,
}

impl Car {
    fn of(lab: &Lab, number: usize, plan: Plan, usual: Passed, site: &Arc<Site>) -> Self {
        let badge = lab.badges[number].clone();
        let store = open_device(&lab.device_folder(number)).expect("a device");
        let number = number as u64;
        Self {
            number,
            devices: plan.devices as u64,
            session: badge.unlock(&store),
            store,
            badge,
            site: Arc::clone(site),
            usual,
            rng: Seeded::new(plan.seed.wrapping_mul(0x1_0001).wrapping_add(number)),
            saved: Vec::new(),
            received: BTreeSet::new(),
            report: Report::new("broken link"),
        }
    }

    async fn run(mut self, address: SocketAddr, sessions: u64) -> Report {
        let proxy = Proxy::before(address).await.expect("a line");
        for turn in 0..sessions {
            if self.saved.len() - self.received.len() < MOST_WAITING {
                let entry = self.badge.referral(&mut self.rng);
                save(&self.session, &entry);
                self.saved.push(entry.id);
            }
            let trouble = self.trouble(turn * self.devices + self.number);
            self.under(trouble, &proxy, address).await;
            self.look();
        }
        self.heal(address).await;
        self.report
    }

    /// The n-th session of all: cuts go through every byte, the others are
    /// chosen by the seed.
    fn trouble(&mut self, n: u64) -> Option<Trouble> {
        // More than usual: some sessions send more, and say hello twice.
        let (up, down) = (self.usual.up + 256, self.usual.down + 256);
        let way = if self.rng.below(2) == 0 {
            Way::Up
        } else {
            Way::Down
        };
        let most = if way == Way::Up { up } else { down };
        let place = self.rng.below(most);
        Some(match n % 10 {
            0..4 => Trouble::Cut {
                way: Way::Up,
                after: (n / 10 * 4 + n % 10) % up,
            },
            4..7 => Trouble::Cut {
                way: Way::Down,
                after: (n / 10 * 3 + n % 10 - 4) % down,
            },
            7 => Trouble::Corrupt { way, at: place },
            8 => match self.rng.below(8) {
                0 => Trouble::Silence { way, after: place },
                1 | 2 => Trouble::Delay(Duration::from_millis(self.rng.below(120))),
                3 => Trouble::Refuse,
                4 | 5 => Trouble::Replay,
                _ => Trouble::HalfClose { way, after: place },
            },
            _ => return None,
        })
    }

    async fn under(&mut self, trouble: Option<Trouble>, proxy: &Proxy, address: SocketAddr) {
        self.report.runs += 1;
        let Some(trouble) = trouble else {
            return self.twice(address).await;
        };
        proxy.next(trouble);
        let link = link(&self.store, proxy.address());
        if self.rng.below(3) == 0 {
            // As after an answer a moment ago: no hello first.
            let now = link.host.now().timestamp_millis();
            link.answered_ms.store(now, Ordering::Relaxed);
        }
        let session = (self.rng.below(2) == 0).then(|| Arc::clone(&self.session));
        let summary = sync_once(&link, session.as_ref()).await;
        drop(link);
        if proxy.calm() > 0 {
            self.report.fault(trouble.name(), 1);
        } else {
            self.report.fault("none: the session was shorter", 1);
        }
        let ended = if summary.stop.is_some() {
            "stopped"
        } else {
            "done"
        };
        self.report.figure(ended, 1);
    }

    /// The same request reaches the site twice, and the device hears neither
    /// answer.
    async fn twice(&mut self, address: SocketAddr) {
        let store = self.store.clone();
        let body = tokio::task::spawn_blocking(move || request(&store, None))
            .await
            .expect("a request");
        let client = link(&self.store, address).client;
        for _ in 0..2 {
            let _ = client.post("v1/sync", body.clone(), Duration::ZERO).await;
        }
        self.report.fault("the same request twice", 1);
    }

    /// What is shown as received is at the site.
    fn look(&mut self) {
        let (mut falsely, mut newly) = (Vec::new(), Vec::new());
        for id in &self.saved {
            if self.received.contains(id) {
                continue;
            }
            let place = self.store.place(ItemId(id.0)).expect("the journal reads");
            match place.map(|place| place.standing) {
                Some(Standing::Received) if self.copies(*id) == 0 => {
                    falsely.push(format!("{id} is shown as received"));
                }
                Some(Standing::Received) => newly.push(*id),
                Some(_) => {}
                None => falsely.push(format!("{id} is not in the journal")),
            }
        }
        self.received.extend(newly);
        self.report
            .lost(&format!("device {}", self.number), &falsely);
    }

    /// How many copies of an entry the site holds.
    fn copies(&self, id: EntryId) -> usize {
        let held = self
            .site
            .storage()
            .reading(|reads| reads.items_by_id(ItemId(id.0)))
            .expect("the store reads");
        held.iter()
            .filter(|(_, held)| matches!(held.item, Item::Entry { .. }))
            .count()
    }

    /// The line is good: everything arrives, once.
    async fn heal(&mut self, address: SocketAddr) {
        let link = link(&self.store, address);
        let mut wrong = Vec::new();
        for _ in 0..TO_HEAL {
            let summary = sync_once(&link, Some(&self.session)).await;
            if summary.stop.is_none() && !summary.not_yet_applied {
                break;
            }
        }
        self.report.acknowledged += self.saved.len() as u64;
        let mut doubled = Vec::new();
        for id in &self.saved {
            match self.copies(*id) {
                0 => wrong.push(format!("{id} is not at the site")),
                1 => {}
                copies => doubled.push(format!("{id} is at the site {copies} times")),
            }
            let place = self.store.place(ItemId(id.0)).expect("the journal reads");
            let standing = place.map(|place| place.standing);
            if standing != Some(Standing::Received) {
                wrong.push(format!("{id} is {standing:?} in the end"));
            }
        }
        let place = format!("device {} in the end", self.number);
        self.report.lost(&place, &wrong);
        self.report.duplicated(&place, &doubled);
    }
}
