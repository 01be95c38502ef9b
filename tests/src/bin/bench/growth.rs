//! Devices with a long history beside one with a short one: what an officer
//! waits for must not grow with what was ever written.
//!
//! **How.** Each device is filled by its own saves, and everything goes to a
//! site of its own that applies it, as in life. Then the devices take turns, so
//! that each figure is beside the same one of the smallest device.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use handoff_device::Core;
use handoff_device::contract::{Commands as _, Nothing};
use handoff_tests::synthetic::Seeded;
use handoff_tests::world::{Serving, World};
use handoff_vault::OsRandom;
use tokio::runtime::Runtime;

use crate::Setup;
use crate::device::{Keys, NOW_MS, Rights, Unlocked};
use crate::measure::{median, timed};
use crate::relay::{self, Counted};
use crate::report::{Budget, Report, Row};
use crate::transfer::signed_in;

/// How much more each has than the one before.
const STEP: usize = 10;
/// Times that each device is opened.
const OPENED: usize = 15;
/// Saves and views of each device.
const TIMES: usize = 60;
/// The first of anything prepares statements and reads pages.
const WARM: usize = 5;
/// No site takes longer to apply an entry, or to answer.
const PATIENCE_AN_ENTRY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(60);
/// The most that anything may take beside the smallest device.
const MOST: f64 = 1.5;

/// `growth`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let runtime = Runtime::new()?;
    let mut devices = Vec::new();
    let mut entries = setup.growth_least;
    while entries <= setup.growth_most {
        println!("bench: a device with {entries} entries");
        devices.push(Grown::make(setup, &runtime, entries)?);
        entries = entries.saturating_mul(STEP);
    }
    let mut table = Table {
        devices: &devices,
        report,
    };
    files(&mut table)?;
    app(&mut table, &runtime)
}

/// A device with a history, and its site.
struct Grown {
    entries: usize,
    world: World,
    _site: Serving,
    counted: Arc<Counted>,
    keys: Keys,
}

impl Grown {
    fn make(setup: &Setup, runtime: &Runtime, entries: usize) -> Result<Self> {
        let world = World::empty_in(&setup.folder);
        world.init("site");
        raise_cap(&world.path("site").join("site.toml"))?;
        let site_port = World::free_port();
        let site = world.serve_at("site", site_port);
        let counted = relay::between(world.port, site_port)?;
        world.enrol("device");
        let home = world.path("device");
        // Rules and roster first, so that the vault has a place in its feed.
        settle(&signed_in(&home)?, runtime, 0)?;
        let keys = Keys::of(&home, Rights::Reading)?;
        let (filling, filled) =
            timed(|| Unlocked::with(&keys)?.fill(entries, 0x9607 + entries as u64));
        filled?;
        let core = signed_in(&home)?;
        let (sending, settled) = timed(|| settle(&core, runtime, entries));
        settled?;
        println!("bench: saved in {filling:.1} s, at the site and applied in {sending:.1} s");
        Ok(Self {
            entries,
            world,
            _site: site,
            counted,
            keys,
        })
    }

    fn home(&self) -> PathBuf {
        self.world.path("device")
    }
}

/// Lets a device hand in more on one day than a million items.
fn raise_cap(settings: &Path) -> Result<()> {
    let text = fs::read_to_string(settings)?;
    let raised = text.replace(
        "items_per_day = 1_000_000\n",
        "items_per_day = 1_000_000_000\n",
    );
    ensure!(raised != text, "the cap in site.toml is another one");
    fs::write(settings, raised)?;
    Ok(())
}

/// Everything is at the site, and applied. A site that is busy is asked again.
fn settle(core: &Core, runtime: &Runtime, entries: usize) -> Result<()> {
    let patience = PATIENCE + PATIENCE_AN_ENTRY * u32::try_from(entries)?;
    let begun = Instant::now();
    loop {
        let view = runtime.block_on(core.sync_until_applied(PATIENCE));
        let proof = core.proof()?;
        if view.waiting == 0 && proof.applied_through == proof.through_seq {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < patience,
            "not all is applied: {view:?}, {proof:?}"
        );
    }
}

/// One figure of every device.
struct Table<'a> {
    devices: &'a [Grown],
    report: &'a mut Report,
}

impl Table<'_> {
    /// Says a figure of every device beside that of the smallest.
    fn say(&mut self, what: &str, unit: &'static str, method: &str, figures: &[f64]) {
        let least = self.devices.first().map(|device| device.entries);
        for (device, ours) in self.devices.iter().zip(figures) {
            let n = device.entries;
            let is_least = Some(n) == least;
            let reference = figures.first().filter(|_| !is_least);
            self.report.say(Row {
                what: format!("{what}, {n} entries on the device"),
                unit,
                ours: *ours,
                reference: reference
                    .zip(least)
                    .map(|(value, least)| (format!("{least} entries"), *value)),
                budget: if is_least {
                    Budget::None
                } else {
                    Budget::RatioAtMost(MOST)
                },
                method: method.to_owned(),
            });
        }
    }

    /// Times something on every device, in turns, and says the medians in ms.
    fn time(
        &mut self,
        what: &str,
        method: &str,
        times: usize,
        mut work: impl FnMut(usize) -> Result<()>,
    ) -> Result<()> {
        let mut taken = vec![Vec::new(); self.devices.len()];
        for turn in 0..WARM + times {
            for (place, taken) in taken.iter_mut().enumerate() {
                let (seconds, done) = timed(|| work(place));
                done?;
                if turn >= WARM {
                    taken.push(seconds * 1e3);
                }
            }
        }
        let figures: Vec<f64> = taken.iter().map(|taken| median(taken)).collect();
        let method = format!(
            "medians of {times}, the devices in turns, behind {WARM} that do not count; {method}; {FILLED}"
        );
        self.say(what, "ms", &method, &figures);
        Ok(())
    }
}

/// How the devices came to be.
const FILLED: &str = "each device was filled by the store's own saves, 50 entries in each durable commit, and its own site has applied all of them, so that redo is settled";

/// What the files alone cost.
fn files(table: &mut Table<'_>) -> Result<()> {
    let devices = table.devices;
    table.time(
        "open and unlock",
        "journal, drafts and vault opened, the vault caught up, as at an unlock, without Argon2; the operating system has the files in memory",
        OPENED,
        |place| {
            let device = Unlocked::with(&devices[place].keys)?;
            device.session.catch_up()?;
            device.session.reseal(&OsRandom, NOW_MS)?;
            Ok(())
        },
    )?;
    let open: Result<Vec<_>> = devices
        .iter()
        .map(|device| Unlocked::with(&device.keys))
        .collect();
    let open = open?;
    let mut rngs: Vec<_> = (0..open.len() as u64)
        .map(|place| Seeded::new(0x5a7e + place))
        .collect();
    table.time(
        "save one entry, to visible in the vault",
        "packing, sealing twice, chaining, a durable commit of the journal and one of the vault",
        TIMES,
        |place| {
            let entry = open[place].entry(&mut rngs[place]);
            let saved =
                open[place]
                    .session
                    .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)?;
            ensure!(saved.in_view, "the vault lags");
            Ok(())
        },
    )
}

/// What the app's core costs, with somebody signed in.
fn app(table: &mut Table<'_>, runtime: &Runtime) -> Result<()> {
    let devices = table.devices;
    let (mut cores, mut cold, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for device in devices {
        settle(&signed_in(&device.home())?, runtime, TIMES)?;
        let core = signed_in(&device.home())?;
        let bytes = || {
            device.counted.take();
            runtime.block_on(core.sync_once(Duration::ZERO));
            let seen = device.counted.take();
            f64_of(seen.up + seen.down)
        };
        cold.push(bytes());
        warm.push(bytes());
        cores.push(core);
    }
    let method = format!("one sync, both ways, TLS included, counted by a relay; {FILLED}");
    table.say("nothing new to sync, cold", "B", &method, &cold);
    table.say("nothing new to sync, warm", "B", &method, &warm);
    table.time(
        "nothing new to sync, warm",
        "over TLS and a counting relay on this machine; the site's process has as many entries",
        TIMES,
        |place| {
            let view = runtime.block_on(cores[place].sync_once(Duration::ZERO));
            ensure!(view.error.is_none(), "the sync stopped: {view:?}");
            Ok(())
        },
    )?;
    table.time(
        "the queue",
        "the command of the app, with a hundred received referrals in it",
        TIMES,
        |place| {
            let view = runtime.block_on(cores[place].queue(Nothing {}));
            view.map(drop).map_err(|error| anyhow!("{error:?}"))
        },
    )?;
    table.time(
        "today",
        "the command of the app; there is no search on a device yet",
        TIMES,
        |place| {
            let view = runtime.block_on(cores[place].today(Nothing {}));
            view.map(drop).map_err(|error| anyhow!("{error:?}"))
        },
    )
}

#[expect(clippy::cast_precision_loss, reason = "thousands")]
fn f64_of(bytes: u64) -> f64 {
    bytes as f64
}
