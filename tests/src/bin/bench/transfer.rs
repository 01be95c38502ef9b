//! Push and pull of many entries beside the bare stack: the same records over
//! the same libraries without seals, chains, receipts and views.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use handoff_device::{Core, Host};
use handoff_tests::world::{PASSWORD, Serving, World};
use tokio::runtime::Runtime;

use crate::ceiling::Ceiling;
use crate::device::{Rights, Unlocked};
use crate::measure::{cpu, median, peak_memory};
use crate::report::{Budget, Report, Row};
use crate::{Setup, ceiling};

/// No transfer takes longer.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often it is looked whether all is there.
const LOOK: Duration = Duration::from_millis(50);

/// What one run took.
#[derive(Debug, Default, Clone)]
pub struct Run {
    /// Seconds until everything has a receipt.
    pub push_receipts: f64,
    push_views: f64,
    /// Processor seconds of both sides, until everything is in the site's views.
    pub push_cpu: f64,
    /// Seconds.
    pub pull: f64,
    /// Processor seconds of both sides.
    pub pull_cpu: f64,
    ceiling_push: f64,
    ceiling_push_cpu: f64,
    ceiling_pull: f64,
    ceiling_pull_cpu: f64,
    site_memory: f64,
}

/// `transfer`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let mut runs = Vec::new();
    for turn in 0..setup.runs {
        let mut run = Run::default();
        ours(setup, turn as u64, &mut run)?;
        bare(setup, turn as u64, &mut run)?;
        println!("bench: {run:.3?}");
        runs.push(run);
    }
    let middle = |of: fn(&Run) -> f64| median(&runs.iter().map(of).collect::<Vec<_>>());
    let n = setup.entries;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let each = 1e6 / n as f64;
    let method = format!(
        "medians of {} runs, ours and the bare stack in turns; device and site are two processes on this machine, TLS over loopback; processor time of both sides; whether all is in the views is looked at every {} ms",
        setup.runs,
        LOOK.as_millis()
    );
    let mut row = |what: &str, unit, ours, reference, budget| {
        report.say(Row {
            what: what.to_owned(),
            unit,
            ours,
            reference: Some((ceiling::NAME.to_owned(), reference)),
            budget,
            method: method.clone(),
        });
    };
    let bare = middle(|run| run.ceiling_push);
    let at_least = Budget::SpeedAtLeast;
    let push = middle(|run| run.push_receipts);
    row(
        &format!("push {n} entries, to receipts"),
        "s",
        push,
        bare,
        at_least(0.4),
    );
    let views = middle(|run| run.push_views);
    row(
        &format!("push {n} entries, to visible in the site's views"),
        "s",
        views,
        bare,
        at_least(0.2),
    );
    let (ours, bare) = (
        middle(|run| run.push_cpu),
        middle(|run| run.ceiling_push_cpu),
    );
    row(
        "push, processor time an entry",
        "µs",
        ours * each,
        bare * each,
        Budget::None,
    );
    let (ours, bare) = (middle(|run| run.pull), middle(|run| run.ceiling_pull));
    row(
        &format!("pull {n} entries to a fresh device, encrypted and in its views"),
        "s",
        ours,
        bare,
        at_least(0.2),
    );
    let (ours, bare) = (
        middle(|run| run.pull_cpu),
        middle(|run| run.ceiling_pull_cpu),
    );
    row(
        "pull, processor time an entry",
        "µs",
        ours * each,
        bare * each,
        Budget::None,
    );
    report.say(Row {
        what: format!("the site's memory while it takes and applies {n} entries"),
        unit: "MB",
        ours: middle(|run| run.site_memory),
        reference: None,
        budget: Budget::AtMost(60.0),
        method: "the most resident memory of the site's process".to_owned(),
    });
    Ok(())
}

/// Ours: one device pushes, another device of the same officer pulls.
pub fn ours(setup: &Setup, seed: u64, run: &mut Run) -> Result<()> {
    let world = World::empty_in(&setup.folder);
    world.init("site");
    let site = world.serve("site");
    world.enrol("device");
    world.enrol("fresh");
    Unlocked::open(&world.path("device"), Rights::Reading)?.fill(setup.entries, seed)?;
    let runtime = Runtime::new()?;

    let core = signed_in(&world.path("device"))?;
    let before = spent(&site)?;
    let begun = Instant::now();
    let mut sent = runtime.block_on(core.sync_once(Duration::ZERO));
    run.push_receipts = begun.elapsed().as_secs_f64();
    ensure!(
        sent.waiting == 0 && sent.error.is_none(),
        "not all arrived: {sent:?}"
    );
    while !applied(&core)? {
        ensure!(
            begun.elapsed() < PATIENCE,
            "the site does not apply what it has"
        );
        std::thread::sleep(LOOK);
        sent = runtime.block_on(core.sync_once(Duration::ZERO));
        ensure!(sent.parked == 0, "the site parked entries: {sent:?}");
    }
    run.push_views = begun.elapsed().as_secs_f64();
    run.push_cpu = (spent(&site)? - before).as_secs_f64();
    run.site_memory = peak_memory(site.pid())?;
    drop(core);

    let core = signed_in(&world.path("fresh"))?;
    let before = spent(&site)?;
    let begun = Instant::now();
    let fetched = runtime.block_on(core.sync_once(Duration::ZERO));
    run.pull = begun.elapsed().as_secs_f64();
    run.pull_cpu = (spent(&site)? - before).as_secs_f64();
    ensure!(fetched.error.is_none(), "the pull stopped: {fetched:?}");
    drop(core);
    let there = handoff_device::DeviceList::open(world.path("fresh"), Host::system())?;
    let (user, _) = there.people()?.into_iter().next().context("a person")?;
    let count = there.referrals(user, PASSWORD)?.len();
    ensure!(
        count == setup.entries,
        "{count} of {} were pulled",
        setup.entries
    );
    Ok(())
}

/// The bare stack.
fn bare(setup: &Setup, seed: u64, run: &mut Run) -> Result<()> {
    let ceiling = Ceiling::start(setup, seed)?;
    let before = ceiling.spent()?;
    let (seconds, pushed) = crate::measure::timed(|| ceiling.push());
    pushed?;
    run.ceiling_push = seconds;
    run.ceiling_push_cpu = (ceiling.spent()? - before).as_secs_f64();
    let before = ceiling.spent()?;
    let (seconds, pulled) = crate::measure::timed(|| ceiling.pull());
    ensure!(pulled? == setup.entries, "the bare stack lost some");
    run.ceiling_pull = seconds;
    run.ceiling_pull_cpu = (ceiling.spent()? - before).as_secs_f64();
    Ok(())
}

/// The app's core with its person signed in.
pub fn signed_in(home: &Path) -> Result<Core> {
    let core = Core::open(home, Host::system())?;
    let person = core.people()?.into_iter().next().context("a person")?;
    core.unlock_as(person.user, PASSWORD)?;
    Ok(core)
}

/// Whether the newest receipt says that everything is applied.
fn applied(core: &Core) -> Result<bool> {
    let proof = core.proof()?;
    Ok(proof.applied_through >= proof.through_seq)
}

/// Processor time of this process and the site.
fn spent(site: &Serving) -> Result<Duration> {
    Ok(cpu(site.pid())? + cpu(std::process::id())?)
}
