//! Bytes and round trips, counted between device and site.

use std::time::Duration;

use anyhow::{Result, ensure};
use handoff_tests::world::World;
use tokio::runtime::Runtime;

use crate::Setup;
use crate::device::{Rights, Unlocked};
use crate::measure::{cpu, cpu_of_threads, median};
use crate::relay;
use crate::report::{Budget, Report, Row};
use crate::transfer::signed_in;

/// Entries of a small batch.
const FEW: usize = 20;
/// Small batches.
const TIMES: usize = 25;
/// Syncs with nothing new.
const IDLE: usize = 50;

/// `wire`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let world = World::empty_in(&setup.folder);
    world.init("site");
    let site_port = World::free_port();
    let _site = world.serve_at("site", site_port);
    let counted = relay::between(world.port, site_port)?;
    world.enrol("device");
    let home = world.path("device");
    let runtime = Runtime::new()?;

    // Many at once, over a warm connection.
    let core = signed_in(&home)?;
    runtime.block_on(core.sync_until_applied(Duration::from_secs(60)));
    drop(core);
    Unlocked::open(&home, Rights::Reading)?.fill(setup.entries, 0x317e)?;
    let core = signed_in(&home)?;
    counted.take();
    let sent = runtime.block_on(core.sync_once(Duration::ZERO));
    ensure!(sent.waiting == 0, "not all arrived: {sent:?}");
    let many = counted.take();
    row(
        report,
        "bytes up an entry, batches of 500",
        many.up,
        setup.entries,
        310.0,
    );
    runtime.block_on(core.sync_until_applied(Duration::from_secs(60)));
    drop(core);

    // Few at once: each time a device that was just unlocked, as in a car.
    let mut up = Vec::new();
    for turn in 0..TIMES {
        Unlocked::open(&home, Rights::Reading)?.fill(FEW, 0xfe3 + turn as u64)?;
        let core = signed_in(&home)?;
        counted.take();
        let sent = runtime.block_on(core.sync_once(Duration::ZERO));
        ensure!(sent.waiting == 0, "not all arrived: {sent:?}");
        up.push(counted.take().up);
    }
    let all: u64 = up.iter().sum();
    row(
        report,
        "bytes up an entry, one batch of 20 in a new connection",
        all,
        FEW * TIMES,
        f64::INFINITY,
    );

    idle(report, setup, &runtime, &home, &counted)
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
fn idle(
    report: &mut Report,
    setup: &Setup,
    runtime: &Runtime,
    home: &std::path::Path,
    counted: &relay::Counted,
) -> Result<()> {
    let core = signed_in(home)?;
    runtime.block_on(core.sync_until_applied(Duration::from_secs(60)));
    drop(core);
    let core = signed_in(home)?;
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
