//! Ours beside two designs that are there: PouchDB's replication, which many
//! offline apps use, and atuin's record sync, the nearest to ours.
//!
//! **How.** The same documents, from the same seeds. Ours, PouchDB and atuin run
//! in turns, each with a new server and new devices. Peers run as their
//! documentation says; where something favours them, the method says what.
//!
//! **What it does not do.** It builds no peer: `cargo xtask bench --peers` does,
//! from `tests/peers`.

mod process;

use std::path::{Path, PathBuf};

use anyhow::Result;
use handoff_tests::world::World;

use crate::link::{ENTRIES, LINE, OVER};
use crate::measure::{median, timed};
use crate::report::{Budget, Report, Row};
use crate::shaper::{Shape, Shaper};
use crate::{Setup, documents, link, relay, transfer, wire};
use process::{Peer, Server};

/// What a peer should be beaten by.
struct Against {
    peer: Peer,
    push: f64,
    push_cpu: f64,
    pull: f64,
    /// How it runs.
    how: &'static str,
}

/// As it runs by itself, and in batches as large as ours: the same budgets.
const POUCHDB: Against = Against {
    peer: Peer::PouchDb { batch: 100 },
    push: 10.0,
    push_cpu: 12.0,
    pull: 8.0,
    how: "PouchDB 9.0.0 with LevelDB on disk on both sides, HTTPS, `live: false`, the server with only the parts that replication needs; 100 documents in a request are its default, 500 are as many as in a batch of ours; this favours it: LevelDB is not synced to the disk, nothing is sealed or encrypted at rest, and no rights are judged",
};

const ALL: [Against; 3] = [
    POUCHDB,
    Against {
        peer: Peer::PouchDb { batch: 500 },
        ..POUCHDB
    },
    Against {
        peer: Peer::Atuin,
        push: 1.5,
        push_cpu: 1.5,
        pull: 1.2,
        how: "atuin's libraries 18.16.0 with SQLite on both sides, as `atuin sync` calls them: pages of 100, each record under a key of its own; this favours it: plain HTTP, because its server speaks no TLS, and the server opens, judges and shows nothing",
    },
];

/// What one run of a transfer took.
#[derive(Debug, Default, Clone, Copy)]
struct Run {
    push: f64,
    push_cpu: f64,
    pull: f64,
    pull_cpu: f64,
    read: f64,
}

/// `peers`.
pub fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    transfers(setup, report)?;
    bytes(setup, report)?;
    slow_line(setup, report)
}

fn transfers(setup: &Setup, report: &mut Report) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), ALL.map(|_| Vec::new()));
    for turn in 0..setup.runs as u64 {
        let mut run = transfer::Run::default();
        transfer::ours(setup, turn, &mut run)?;
        println!("bench: {run:.3?}");
        ours.push(Run {
            push: run.push_receipts,
            push_cpu: run.push_cpu,
            pull: run.pull,
            pull_cpu: run.pull_cpu,
            read: 0.0,
        });
        let file = file_of(setup, setup.entries, turn)?;
        for (against, runs) in ALL.iter().zip(&mut theirs) {
            let run = transfer_of(against.peer, setup, &file)?;
            println!("bench: {}: {run:.3?}", against.peer.short());
            runs.push(run);
        }
    }
    for (against, runs) in ALL.iter().zip(&theirs) {
        rows(against, setup, &ours, runs, report);
    }
    Ok(())
}

fn rows(against: &Against, setup: &Setup, ours: &[Run], theirs: &[Run], report: &mut Report) {
    let middle =
        |runs: &[Run], of: fn(&Run) -> f64| median(&runs.iter().map(of).collect::<Vec<_>>());
    let n = setup.entries;
    let name = against.peer.short();
    let method = format!(
        "medians of {} runs in turns, of the same records; device and server are two processes on this machine; processor time of both sides, that of ours until the site has everything in its views; the peer keeps JSON, and its device was started before and has joined; {}",
        ours.len(),
        against.how
    );
    let mut row = |what: String, unit, factor: f64, of: fn(&Run) -> f64, budget, more: &str| {
        report.say(Row {
            what,
            unit,
            ours: middle(ours, of) * factor,
            reference: Some((against.peer.name().to_owned(), middle(theirs, of) * factor)),
            budget,
            method: format!("{method}{more}"),
        });
    };
    let each = 1e6 / count(n);
    row(
        format!("push {n} entries, to receipts, beside {name}"),
        "s",
        1.0,
        |run| run.push,
        Budget::SpeedAtLeast(against.push),
        "",
    );
    row(
        format!("push, processor time an entry, beside {name}"),
        "µs",
        each,
        |run| run.push_cpu,
        Budget::TimesLess(against.push_cpu),
        "",
    );
    let reading = format!(
        "; what was pulled is not read in this time, which took the peer {:.2} s more, ours is opened and in the device's views",
        middle(theirs, |run| run.read)
    );
    row(
        format!("pull {n} entries to a fresh device, beside {name}"),
        "s",
        1.0,
        |run| run.pull,
        Budget::SpeedAtLeast(against.pull),
        &reading,
    );
    row(
        format!("pull, processor time an entry, beside {name}"),
        "µs",
        each,
        |run| run.pull_cpu,
        Budget::None,
        &reading,
    );
}

/// One device pushes, another one pulls and reads.
fn transfer_of(peer: Peer, setup: &Setup, file: &Path) -> Result<Run> {
    let n = setup.entries;
    let mut run = Run::default();
    let server = Server::start(peer, &setup.folder)?;
    let mut device = server.device("device", server.port)?;
    device.tell(&format!("fill {}", file.display()), n)?;
    let before = server.spent(&device)?;
    let (seconds, pushed) = timed(|| device.tell("push", n));
    pushed?;
    run.push = seconds;
    run.push_cpu = (server.spent(&device)? - before).as_secs_f64();
    drop(device);

    let mut device = server.device("fresh", server.port)?;
    let before = server.spent(&device)?;
    let (seconds, pulled) = timed(|| device.tell("pull", n));
    pulled?;
    run.pull = seconds;
    run.pull_cpu = (server.spent(&device)? - before).as_secs_f64();
    let (seconds, read) = timed(|| device.tell("read", n));
    read?;
    run.read = seconds;
    Ok(run)
}

fn bytes(setup: &Setup, report: &mut Report) -> Result<()> {
    let n = setup.entries;
    let ours = wire::bytes_up(setup)?;
    let file = file_of(setup, n, wire::SEED)?;
    for against in &ALL {
        let server = Server::start(against.peer, &setup.folder)?;
        let port = World::free_port();
        let counted = relay::between(port, server.port)?;
        let mut device = server.device("device", port)?;
        device.tell(&format!("fill {}", file.display()), n)?;
        counted.take();
        device.tell("push", n)?;
        let theirs = counted.take().up;
        report.say(Row {
            what: format!("bytes up an entry, beside {}", against.peer.short()),
            unit: "B",
            ours: count_of(ours) / count(n),
            reference: Some((against.peer.name().to_owned(), count_of(theirs) / count(n))),
            budget: Budget::None,
            method: format!(
                "every byte that the device sent for {n} entries of the same seed, counted by the same relay; {}",
                against.how
            ),
        });
    }
    Ok(())
}

fn slow_line(setup: &Setup, report: &mut Report) -> Result<()> {
    let bench = link::Bench::start(setup)?;
    let (mut ours, mut theirs) = (Vec::new(), ALL.map(|_| Vec::new()));
    for run in 0..setup.runs {
        let seed = 0x510e + run as u64;
        let (_, _, taken) = bench.cold(seed)?;
        ours.push(taken);
        let file = file_of(setup, ENTRIES, seed)?;
        for (against, seconds) in ALL.iter().zip(&mut theirs) {
            let taken = over_the_line(against.peer, setup, &file, seed)?;
            println!("bench: {}: {taken:.3} s", against.peer.short());
            seconds.push(taken);
        }
    }
    for (against, seconds) in ALL.iter().zip(&theirs) {
        report.say(Row {
            what: format!(
                "{ENTRIES} entries over a slow line, cold, beside {}",
                against.peer.short()
            ),
            unit: "s",
            ours: median(&ours),
            reference: Some((against.peer.name().to_owned(), median(seconds))),
            budget: Budget::None,
            method: format!(
                "medians of {} runs in turns, of the same records, the same losses and a new connection each; the peer's database at the server is made, and its session begun, while the line is still good; {}; {OVER}",
                ours.len(),
                against.how
            ),
        });
    }
    Ok(())
}

/// How long a new device takes over the line.
fn over_the_line(peer: Peer, setup: &Setup, file: &Path, seed: u64) -> Result<f64> {
    let server = Server::start(peer, &setup.folder)?;
    let port = World::free_port();
    let shaper = Shaper::between(port, server.port)?;
    let mut device = server.device("device", port)?;
    device.tell(&format!("fill {}", file.display()), ENTRIES)?;
    shaper.begin(Shape { seed, ..LINE });
    let (seconds, pushed) = timed(|| device.tell("push", ENTRIES));
    pushed?;
    println!("bench: {:?}", shaper.carried());
    Ok(seconds)
}

fn file_of(setup: &Setup, entries: usize, seed: u64) -> Result<PathBuf> {
    let file = setup.folder.join("documents");
    documents::write(&file, entries, seed)?;
    Ok(file)
}

#[expect(clippy::cast_precision_loss, reason = "thousands")]
fn count(entries: usize) -> f64 {
    entries as f64
}

#[expect(clippy::cast_precision_loss, reason = "millions")]
fn count_of(bytes: u64) -> f64 {
    bytes as f64
}
