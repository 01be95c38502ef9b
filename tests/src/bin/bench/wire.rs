//! Bytes and round trips, counted between device and site.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use handoff_device::Core;
use handoff_tests::world::{Serving, World};
use tokio::runtime::Runtime;

use crate::Setup;
use crate::device::{Rights, Unlocked};
use crate::measure::{cpu, cpu_of_threads, median};
use crate::relay::{self, Counted};
use crate::report::{Budget, Report, Row};
use crate::transfer::signed_in;

/// Of the entries that are sent at once; the dictionary never saw them.
pub const SEED: u64 = 0x317e;
/// Entries of a small batch.
const FEW: usize = 20;
/// Small batches.
const TIMES: usize = 25;
/// Syncs with nothing new.
const IDLE: usize = 50;

/// `wire`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let wire = Wire::start(setup)?;
    wire.settle()?;
    row(
        report,
        "bytes up an entry, batches of 500",
        wire.push(setup.entries, SEED)?,
        setup.entries,
        310.0,
    );
    wire.settle()?;

    // Few at once: each time a device that was just unlocked, as in a car.
    let mut all = 0;
    for turn in 0..TIMES {
        all += wire.push(FEW, 0xfe3 + turn as u64)?;
    }
    row(
        report,
        "bytes up an entry, one batch of 20 in a new connection",
        all,
        FEW * TIMES,
        f64::INFINITY,
    );

    idle(report, setup, &wire)
}

/// Bytes that a device of ours sends for so many entries, everything included.
pub fn bytes_up(setup: &Setup) -> Result<u64> {
    let wire = Wire::start(setup)?;
    wire.settle()?;
    wire.push(setup.entries, SEED)
}

/// A device, its site, and what counts between them.
struct Wire {
    _site: Serving,
    world: World,
    counted: Arc<Counted>,
    runtime: Runtime,
}

impl Wire {
    fn start(setup: &Setup) -> Result<Self> {
        let world = World::empty_in(&setup.folder);
        world.init("site");
        let site_port = World::free_port();
        let site = world.serve_at("site", site_port);
        let counted = relay::between(world.port, site_port)?;
        world.enrol("device");
        Ok(Self {
            _site: site,
            world,
            counted,
            runtime: Runtime::new()?,
        })
    }

    fn core(&self) -> Result<Core> {
        signed_in(&self.world.path("device"))
    }

    /// Everything is at the site, and applied.
    fn settle(&self) -> Result<()> {
        let core = self.core()?;
        self.runtime
            .block_on(core.sync_until_applied(Duration::from_secs(60)));
        Ok(())
    }

    /// Saves so many entries and sends them, in a session of its own; the bytes
    /// from the device.
    fn push(&self, entries: usize, seed: u64) -> Result<u64> {
        Unlocked::open(&self.world.path("device"), Rights::Reading)?.fill(entries, seed)?;
        let core = self.core()?;
        self.counted.take();
        let sent = self.runtime.block_on(core.sync_once(Duration::ZERO));
        ensure!(sent.waiting == 0, "not all arrived: {sent:?}");
        Ok(self.counted.take().up)
    }
}

fn row(report: &mut Report, what: &str, bytes: u64, entries: usize, most: f64) {
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let each = bytes as f64 / entries as f64;
    report.say(Row {
        what: what.to_owned(),
        unit: "B",
        ours: each,
        reference: None,
        budget: if most.is_finite() {
            Budget::AtMost(most)
        } else {
            Budget::None
        },
        method: "every byte that the device sent in the session, TLS handshake, HTTP and hello included, counted by a relay; synthetic records from a seed that the dictionary never saw (the size of the batches alone is bounded by a test)".to_owned(),
    });
}

/// A sync with nothing new, on a device with many entries.
fn idle(report: &mut Report, setup: &Setup, wire: &Wire) -> Result<()> {
    wire.settle()?;
    let core = wire.core()?;
    let (runtime, counted) = (&wire.runtime, &wire.counted);
    counted.take();
    runtime.block_on(core.sync_once(Duration::ZERO));
    let cold = counted.take();
    runtime.block_on(core.sync_once(Duration::ZERO));
    let warm = counted.take();
    let device_cpu = || -> Result<Duration> {
        Ok(cpu(std::process::id())?.saturating_sub(cpu_of_threads(relay::THREADS)?))
    };
    let before = device_cpu()?;
    let mut taken = Vec::new();
    for _ in 0..IDLE {
        let (seconds, _) =
            crate::measure::timed(|| runtime.block_on(core.sync_once(Duration::ZERO)));
        taken.push(seconds * 1e3);
    }
    #[expect(clippy::cast_precision_loss, reason = "fifty")]
    let spent = device_cpu()?.saturating_sub(before).as_secs_f64() * 1e3 / IDLE as f64;
    let n = setup.entries;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let mut say = |what: &str, unit, ours: u64, most| {
        report.say(Row {
            what: format!("nothing new to sync with {n} entries, {what}"),
            unit,
            ours: ours as f64,
            reference: None,
            budget: Budget::AtMost(most),
            method: "counted by the relay; TCP's own handshake counts as a round trip".to_owned(),
        });
    };
    say("cold", "round trips", cold.round_trips, 3.0);
    say("warm", "round trips", warm.round_trips, 1.0);
    say("cold, both ways", "B", cold.up + cold.down, 3500.0);
    report.say(Row {
        what: format!("nothing new to sync with {n} entries, warm, processor time of the device"),
        unit: "ms",
        ours: spent,
        reference: Some(("its wall time".to_owned(), median(&taken))),
        budget: Budget::AtMost(5.0),
        method: format!("mean over {IDLE} syncs; the threads of the counting relay, in the same process, are taken off"),
    });
    Ok(())
}
