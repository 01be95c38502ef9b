//! Many devices that come back at once, to one process of the site.
//!
//! **What.** Each device has files, a lane and a connection of its own. All of
//! them have saved while they were away, and sync at the same moment with the
//! shipped `handoff site serve`, with the driver's own pauses between tries.
//!
//! **Why.** After a night without a network a whole department comes back
//! within a second. Nobody may be sent away for good.
//!
//! **How data moves through.** saves → a barrier → sessions until everything is
//! received → the site's store, once its process has ended.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use handoff_device::sync::{StopReason, Summary};
use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;
use handoff_protocol::item::Item;
use handoff_store::DeviceStore;
use handoff_sync::Backoff;
use handoff_sync::device::Stop;
use handoff_vault::OsRandom;
use tokio::sync::Barrier;

use crate::lab::{Lab, SLOT, link, open_device, open_site, sync_once};
use crate::power::NOW_MS;
use crate::report::Report;
use crate::synthetic::Seeded;
use crate::world::{World, comes_true, handoff};

/// How many, and how much each has saved.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Devices.
    pub devices: usize,
    /// Entries of each.
    pub entries: usize,
}

/// How long a device may take before it counts as failed for good.
const PATIENCE: Duration = Duration::from_secs(180);

/// Lets them come back.
///
/// # Panics
/// When a site or a device cannot be set up.
#[must_use]
pub fn run(plan: Plan, folder: &Path) -> Report {
    let lab = Lab::with_in(plan.devices, folder);
    let mut report = Report::new("all devices at once");
    let mut saved: Vec<Vec<EntryId>> = Vec::new();
    let mut stores = Vec::new();
    for number in 0..plan.devices {
        let (store, ids) = filled(&lab, number, plan.entries);
        stores.push(store);
        saved.push(ids);
    }
    let address = SocketAddr::from(([127, 0, 0, 1], World::free_port()));
    let site = Process::serve(&lab.site_folder(), address);
    let barrier = Arc::new(Barrier::new(plan.devices));
    let tasks: Vec<_> = stores
        .into_iter()
        .map(|store| {
            let barrier = Arc::clone(&barrier);
            lab.runtime.spawn(come_back(store, address, barrier))
        })
        .collect();
    let mut times = Vec::new();
    let mut tries = 0;
    for (number, task) in tasks.into_iter().enumerate() {
        let back = lab.runtime.block_on(task).expect("a device");
        tries += back.tries;
        match back.took {
            Ok(took) => times.push(took),
            Err(why) => report.lost(&format!("device {number}"), &[why]),
        }
    }
    let peak = site.peak_kib();
    site.end();
    times.sort_unstable();
    let at = |share: usize| -> u64 {
        let last = times.len().saturating_sub(1);
        let time = times.get(last * share / 100).copied().unwrap_or_default();
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    };
    let figures = [
        ("to_receipt_p50_ms", at(50)),
        ("to_receipt_p99_ms", at(99)),
        ("to_receipt_max_ms", at(100)),
        ("site_peak_kib", peak),
        ("sessions", tries),
        ("devices", plan.devices as u64),
        ("entries_of_each", plan.entries as u64),
    ];
    for (name, value) in figures {
        report.figure(name, value);
    }
    report.runs = plan.devices as u64;
    report.acknowledged = (plan.devices * plan.entries) as u64;
    compare(&lab, &saved, &mut report);
    report
}

/// A device with what it has saved, locked again.
fn filled(lab: &Lab, number: usize, entries: usize) -> (DeviceStore, Vec<EntryId>) {
    let badge = &lab.badges[number];
    let store = open_device(&lab.device_folder(number)).expect("a device");
    let session = store.unlock(SLOT, badge.writing_only()).expect("an unlock");
    let mut rng = Seeded::new(number as u64 + 1);
    let all: Vec<_> = (0..entries).map(|_| badge.referral(&mut rng)).collect();
    for some in all.chunks(40) {
        session.save(&OsRandom, some, None, NOW_MS).expect("a save");
    }
    drop(session);
    (store, all.iter().map(|entry| entry.id).collect())
}

/// How a device came back.
struct Back {
    /// Until everything was received, or why it was not.
    took: Result<Duration, String>,
    /// Sessions that it needed.
    tries: u64,
}

async fn come_back(store: DeviceStore, address: SocketAddr, barrier: Arc<Barrier>) -> Back {
    let link = link(&store, address);
    let mut backoff = Backoff::default();
    let mut tries = 0;
    barrier.wait().await;
    let begun = Instant::now();
    loop {
        tries += 1;
        let summary = sync_once(&link, None).await;
        let waiting = store.counts().map(|counts| counts.waiting);
        if summary.stop.is_none() && matches!(waiting, Ok(0)) {
            let took = Ok(begun.elapsed());
            return Back { took, tries };
        }
        if begun.elapsed() > PATIENCE {
            let took = Err(format!("{waiting:?} entries wait: {summary:?}"));
            return Back { took, tries };
        }
        let [jitter] = link.host.bytes();
        tokio::time::sleep(pause(&summary, &mut backoff, jitter)).await;
    }
}

/// As the driver of the app pauses.
fn pause(summary: &Summary, backoff: &mut Backoff, jitter: u8) -> Duration {
    match &summary.stop {
        None => Duration::from_millis(300),
        Some(StopReason::Site(Stop::Busy(seconds))) => Duration::from_secs(u64::from(*seconds)),
        Some(_) => backoff.failed(true, jitter),
    }
}

/// Each entry is at the site once.
fn compare(lab: &Lab, saved: &[Vec<EntryId>], report: &mut Report) {
    let site = open_site(&lab.site_folder());
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let looked = site.storage().reading(|reads| {
        for id in saved.iter().flatten() {
            let held = reads.items_by_id(ItemId(id.0))?;
            let copies = held
                .iter()
                .filter(|(_, held)| matches!(held.item, Item::Entry { .. }));
            match copies.count() {
                0 => wrong.entry("lost").or_default().push(id.to_string()),
                1 => {}
                _ => wrong.entry("twice").or_default().push(id.to_string()),
            }
        }
        Ok::<_, handoff_site::storage::StorageError>(())
    });
    looked.expect("the store reads");
    report.lost("at the site", wrong.get("lost").map_or(&[], Vec::as_slice));
    report.duplicated("at the site", wrong.get("twice").map_or(&[], Vec::as_slice));
}

/// The shipped program, serving.
struct Process(std::process::Child);

impl Process {
    fn serve(data: &Path, address: SocketAddr) -> Self {
        let child = Command::new("setpriv")
            // It ends with this program, even if that is killed.
            .args(["--pdeathsig", "KILL", "--"])
            .arg(handoff())
            .args(["site", "serve", "--data"])
            .arg(data)
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the site starts");
        let answers = || std::net::TcpStream::connect(address).is_ok();
        assert!(comes_true(PATIENCE, answers), "the site does not answer");
        Self(child)
    }

    /// The most memory that it has had.
    fn peak_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.0.id());
        let text = std::fs::read_to_string(status).unwrap_or_default();
        text.lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|number| number.parse().ok())
            .unwrap_or(0)
    }

    fn end(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
