//! Many entries over a slow line that loses packets, one that comes and goes,
//! and one that breaks.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use handoff_device::Core;
use handoff_store::{Access, DeviceReader, Folder, open_reader};
use handoff_tests::synthetic::Seeded;
use handoff_tests::world::{Serving, World};
use handoff_vault::{DeviceSecretStore as _, FileDeviceSecret};
use tokio::runtime::Runtime;

use crate::Setup;
use crate::device::{Rights, Unlocked};
use crate::measure::median;
use crate::report::{Budget, Report, Row};
use crate::shaper::{Carried, Shape, Shaper, Windows};
use crate::transfer::signed_in;

/// Entries that wait when the line begins.
pub const ENTRIES: usize = 500;
/// Entries that wait when the line is going to break: four batches.
const MORE_ENTRIES: usize = 2_000;
/// Bytes that so many entries put on the wire at the very least.
const LEAST_BYTES: u64 = MORE_ENTRIES as u64 * 280;
/// Most entries of a batch.
const BATCH: f64 = 500.0;
/// Runs of each kind for one run of a transfer.
const RUNS: usize = 3;
/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often it is looked whether all is received.
const LOOK: Duration = Duration::from_millis(5);
/// A line as a car has it at the edge of a cell.
pub const LINE: Shape = Shape {
    up: 1_000_000,
    down: 4_000_000,
    latency: Duration::from_millis(50),
    lost_per_mille: 20,
    windows: None,
    seed: 0,
};
const WINDOW: Duration = Duration::from_secs(10);
const OUTAGE: Duration = Duration::from_secs(20);
/// What is left of a window in which only a part of the entries gets through.
const SHORT: Duration = Duration::from_secs(1);

/// What the line is, for the methods.
pub const OVER: &str = "over a relay in user space between the kernel's TCP on both sides: 1 Mbit/s up, 4 Mbit/s down, 50 ms each way, 2 % of packets lost, each once more after 200 ms, then 400 ms; opening a connection takes a round trip, and a second more for each loss; headers of 52 bytes a packet use the line too; the kernel's own acknowledgements do not, and TCP's first window does not show, which is larger than this line's bandwidth × round trip; the device's core in this process without Argon2, the site a process of its own";

/// `link`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let bench = Bench::start(setup)?;
    cold(&bench, setup, report)?;
    flapping(&bench, setup, report)?;
    broken(&bench, setup, report)
}

/// A device, its line, and its site.
pub struct Bench {
    world: World,
    _site: Serving,
    shaper: Arc<Shaper>,
    runtime: Runtime,
}

impl Bench {
    /// Sets a site up, and a device on a line that is still good.
    pub fn start(setup: &Setup) -> Result<Self> {
        let world = World::empty_in(&setup.folder);
        world.init("site");
        let site_port = World::free_port();
        let site = world.serve_at("site", site_port);
        let shaper = Shaper::between(world.port, site_port)?;
        world.enrol("device");
        let bench = Self {
            world,
            _site: site,
            shaper,
            runtime: Runtime::new()?,
        };
        bench.settle()?;
        Ok(bench)
    }

    fn home(&self) -> std::path::PathBuf {
        self.world.path("device")
    }

    /// Everything is at the site, and applied.
    fn settle(&self) -> Result<()> {
        let core = signed_in(&self.home())?;
        self.runtime.block_on(core.sync_until_applied(PATIENCE));
        ensure!(reader(&self.home())?.counts()?.waiting == 0, "some wait");
        Ok(())
    }

    /// A core that was just opened, so that it has no connection, on a device
    /// on which so many entries wait.
    fn with_waiting(&self, entries: usize, seed: u64) -> Result<Core> {
        Unlocked::open(&self.home(), Rights::Reading)?.fill(entries, seed)?;
        signed_in(&self.home())
    }

    /// Syncs until everything is received: how many entries were put on the
    /// wire, and how many seconds it took.
    fn all_received(&self, core: &Core) -> Result<(u64, f64)> {
        let (mut sent, begun) = (0, Instant::now());
        loop {
            let view = self.runtime.block_on(core.sync_once(Duration::ZERO));
            sent += u64::from(view.sent);
            if view.waiting == 0 {
                return Ok((sent, begun.elapsed().as_secs_f64()));
            }
            ensure!(begun.elapsed() < PATIENCE, "not all arrive: {view:?}");
        }
    }

    /// Sends [`ENTRIES`] over the slow line with a new core: what it carried, how
    /// many entries were put on it, and how many seconds it took.
    pub fn cold(&self, seed: u64) -> Result<(Carried, u64, f64)> {
        let core = self.with_waiting(ENTRIES, seed)?;
        self.shaper.begin(Shape { seed, ..LINE });
        let (put, taken) = self.all_received(&core)?;
        let carried = self.shaper.carried();
        println!("bench: {taken:.3} s, {put} entries sent, {carried:?}");
        drop(core);
        self.heal()?;
        Ok((carried, put, taken))
    }

    /// Applies what is left over a good line, so that runs do not differ.
    fn heal(&self) -> Result<()> {
        self.shaper.begin(Shape {
            up: u64::MAX,
            down: u64::MAX,
            latency: Duration::ZERO,
            lost_per_mille: 0,
            ..LINE
        });
        self.settle()
    }
}

fn reader(home: &Path) -> Result<DeviceReader> {
    let folder = Folder::new(home, Access::Owner);
    let secret = FileDeviceSecret::new(home.join("device.secret"), folder.access()).load()?;
    Ok(open_reader(&folder, &secret)?)
}

/// What the line alone would take: every byte up at its rate, and one answer
/// after the other.
fn reference(carried: &Carried) -> f64 {
    let bits = carried.up * 8;
    let (bits, rate, trips) = (f64_of(bits), f64_of(LINE.up), f64_of(carried.round_trips));
    bits / rate + trips * 2.0 * LINE.latency.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "millions")]
fn f64_of(number: u64) -> f64 {
    number as f64
}

fn cold(bench: &Bench, setup: &Setup, report: &mut Report) -> Result<()> {
    let (mut ours, mut references, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS * setup.runs {
        let (carried, put, taken) = bench.cold(0xc01d + run as u64)?;
        ours.push(taken);
        sent.push(f64_of(put));
        references.push(reference(&carried));
    }
    report.say(Row {
        what: format!("{ENTRIES} entries over a slow line, cold, to all receipts"),
        unit: "s",
        ours: median(&ours),
        reference: Some((
            "bytes ÷ bandwidth + round trips × 100 ms".to_owned(),
            median(&references),
        )),
        budget: Budget::RatioAtMost(1.6),
        method: format!(
            "medians of {} runs, a new core and so a new connection each; {OVER}; bytes and round trips are those of the same runs: bytes up with headers, each packet once, and the answers that were waited for on the connection that had the most of them, its opening being one",
            ours.len()
        ),
    });
    report.say(Row {
        what: format!("of {ENTRIES} entries over a slow line, cold, put on the wire"),
        unit: "entries",
        ours: median(&sent),
        reference: None,
        budget: Budget::AtMost(f64_of(ENTRIES as u64)),
        method: "as the device counts what it posts in the same runs: more than there are were sent again, which the ratio above does not show, because it is to the bytes that were sent".to_owned(),
    });
    Ok(())
}

fn flapping(bench: &Bench, setup: &Setup, report: &mut Report) -> Result<()> {
    let (mut first, mut after) = (Vec::new(), Vec::new());
    for run in 0..setup.runs {
        let seed = 0xf1a9 + run as u64;
        first.push(driven(bench, seed, Duration::ZERO)?.as_secs_f64());
        // When it is up again after the rest of a window and an outage.
        let up_again = SHORT + OUTAGE;
        let done = driven(bench, !seed, WINDOW.saturating_sub(SHORT))?;
        println!("bench: {:.3} s, then {done:.3?}", first[run]);
        after.push(done.saturating_sub(up_again).as_secs_f64());
    }
    let method = |which: &str| {
        format!(
            "medians of {} runs, by the driver that the app runs, a new core each, {which}; {OVER}; up for 10 s and down for 20 s, what is on a connection when it goes down never arrives and nobody is told, and a connection that is opened while it is down opens by the first of TCP's tries (1, 3, 7 … s later) that finds it up",
            setup.runs
        )
    };
    report.say(Row {
        what: format!("{ENTRIES} entries over a flapping line, begun with a window, to receipts"),
        unit: "s",
        ours: median(&first),
        reference: None,
        budget: Budget::AtMost(WINDOW.as_secs_f64()),
        method: method("begun as a window opens: the budget is that window"),
    });
    report.say(Row {
        what: format!(
            "{ENTRIES} entries over a flapping line, begun 1 s before an outage, to receipts after the line is up again"
        ),
        unit: "s",
        ours: median(&after),
        reference: None,
        budget: Budget::AtMost(3.5),
        method: method(
            "begun 1 s before the line goes down, so that it fails within the batch; counted from when it is up again",
        ),
    });
    Ok(())
}

/// How long the driver takes to receipts for everything.
fn driven(bench: &Bench, seed: u64, passed: Duration) -> Result<Duration> {
    let core = Arc::new(bench.with_waiting(ENTRIES, seed)?);
    let reader = reader(&bench.home())?;
    let windows = Some(Windows {
        up: WINDOW,
        down: OUTAGE,
        passed,
    });
    bench.shaper.begin(Shape {
        windows,
        seed,
        ..LINE
    });
    let driver = bench.runtime.spawn(Arc::clone(&core).drive());
    let begun = Instant::now();
    while reader.counts()?.waiting > 0 {
        ensure!(
            begun.elapsed() < PATIENCE,
            "the driver does not get through"
        );
        std::thread::sleep(LOOK);
    }
    let done = begun.elapsed();
    core.close();
    // It ends by itself, and lets go of the device's files.
    let ended = async { tokio::time::timeout(PATIENCE, driver).await };
    bench.runtime.block_on(ended)??;
    drop(core);
    bench.heal()?;
    Ok(done)
}

fn broken(bench: &Bench, setup: &Setup, report: &mut Report) -> Result<()> {
    let mut rng = Seeded::new(0xb40c);
    let (mut again, mut seconds, mut unbroken) = (Vec::new(), Vec::new(), 0);
    for run in 0..=RUNS * setup.runs {
        let seed = 0xb40c + run as u64;
        let core = bench.with_waiting(MORE_ENTRIES, seed)?;
        bench.shaper.begin(Shape { seed, ..LINE });
        let is_broken = run > 0;
        if is_broken {
            let place = LEAST_BYTES / 10 + rng.below(LEAST_BYTES * 8 / 10);
            bench.shaper.cut_behind(place);
        }
        let (sent, taken) = bench.all_received(&core)?;
        let twice = sent
            .checked_sub(MORE_ENTRIES as u64)
            .context("entries arrived that were not sent")?;
        println!("bench: {twice} sent again, {taken:.3} s");
        if is_broken {
            ensure!(!bench.shaper.is_cut_to_come(), "the line did not break");
            again.push(f64_of(twice));
            seconds.push(taken);
        } else {
            unbroken = twice;
        }
        drop(core);
        bench.heal()?;
    }
    let method = format!(
        "{} runs; both ends of each connection see it break at a place from a seed, between a tenth and nine tenths of all bytes; in a run before them, without a break, {unbroken} were sent again; the next sync begins at once; as the device counts what it posts, so that a batch counts whole of which a byte may have left; {OVER}",
        again.len()
    );
    report.say(Row {
        what: format!(
            "of {MORE_ENTRIES} entries, sent again after the line broke within a batch, worst run"
        ),
        unit: "entries",
        ours: again.iter().copied().fold(0.0, f64::max),
        reference: Some(("median run".to_owned(), median(&again))),
        budget: Budget::AtMost(BATCH),
        method: method.clone(),
    });
    report.say(Row {
        what: format!("{MORE_ENTRIES} entries over a slow line that breaks once, to all receipts"),
        unit: "s",
        ours: median(&seconds),
        reference: None,
        budget: Budget::None,
        method,
    });
    Ok(())
}
