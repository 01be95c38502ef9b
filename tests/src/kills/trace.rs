//! strace: where a process is killed, and where that was.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::world::{Said, World, handoff, run};

/// What changes a file.
const CALLS: &str = "pwrite64,fdatasync,fsync,ftruncate";
/// Journals whose commit is called saved or received: they are synced at once.
const JOURNALS: [&str; 2] = ["/device.db-wal", "/site.db-wal"];

/// A call: the n-th of its name in the thread that comes to so many first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    name: String,
    number: usize,
}

impl Call {
    /// One that no process comes to.
    #[must_use]
    pub fn never() -> Self {
        Self {
            name: "fsync".to_owned(),
            number: 0xffff,
        }
    }
}

/// Calls of a process that ends by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    all: Vec<Call>,
    /// Those of them that lie within a commit.
    within: Vec<Call>,
}

impl Calls {
    /// The call of a turn: every other one lies within a commit; turns that
    /// follow each other are far apart, and all together cover the calls evenly,
    /// however many they are.
    #[must_use]
    pub fn of_turn(&self, turn: usize) -> Call {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let calls = if turn.is_multiple_of(2) && !self.within.is_empty() {
            &self.within
        } else {
            &self.all
        };
        let part = u128::from((turn as u64).wrapping_mul(GOLDEN));
        let place = (part * calls.len() as u128) >> 64;
        let call = usize::try_from(place).ok().and_then(|at| calls.get(at));
        call.cloned().unwrap_or_else(Call::never)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }
}

/// The arguments of strace that kill at the entry of a call that changes one of
/// these files, or any where none is named, and leave a trace of those calls.
#[must_use]
pub fn options(trace: &Path, files: &[PathBuf], call: &Call) -> Vec<OsString> {
    // Without --seccomp-bpf: with it, strace 6.1 injects nothing.
    let words = ["-f", "-qq", "-y", "-s", "0", "-o"].map(OsString::from);
    let mut all: Vec<OsString> = words.into();
    let Call { name, number } = call;
    all.push(trace.into());
    for file in files {
        all.extend(["-P".into(), file.into()]);
    }
    all.extend(["-e".into(), format!("trace={CALLS}").into()]);
    let kill = format!("inject={name}:signal=KILL:when={number}");
    all.extend(["-e".into(), kill.into()]);
    all
}

/// Databases of a folder, and their logs.
#[must_use]
pub fn databases(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder of databases");
    let files = files.map(|file| file.expect("a file").path());
    let databases = files.filter(|file| file.extension().is_some_and(|kind| kind == "db"));
    let with_log = |file: PathBuf| {
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        [file, log.into()]
    };
    databases.flat_map(with_log).collect()
}

/// A command of a device that is killed at a call; what it said, and its calls.
#[must_use]
pub fn device_killed_at(
    world: &World,
    files: &[PathBuf],
    call: &Call,
    arguments: &[&str],
    input: &str,
) -> (Said, String) {
    let trace = world.path("calls");
    let mut before = options(&trace, files, call);
    before.push(handoff().into());
    let command = world.device_command("strace".as_ref(), &before, "device", arguments);
    let said = run(command, input);
    (said, std::fs::read_to_string(trace).expect("a trace"))
}

/// The calls that a device's command makes when nothing kills it, counted by
/// letting it run once.
///
/// # Panics
/// When it fails.
#[must_use]
pub fn calls_of(world: &World, files: &[PathBuf], arguments: &[&str], input: &str) -> Calls {
    let (said, trace) = device_killed_at(world, files, &Call::never(), arguments, input);
    assert_eq!(said.code(), 0, "{said:?}");
    calls_in(&trace)
}

/// The calls in a trace, but for those to memory that processes share.
#[must_use]
pub fn calls_in(trace: &str) -> Calls {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut calls = Calls::default();
    for (Entered { thread, name, file }, is_within) in with_commits(trace) {
        let number = counts.entry((thread, name)).or_default();
        *number += 1;
        if file.ends_with("-shm") {
            continue;
        }
        let call = Call {
            name: name.to_owned(),
            number: *number,
        };
        if is_within {
            calls.within.push(call.clone());
        }
        calls.all.push(call);
    }
    calls
}

/// Whether the last call in the trace of a killed process lies between the
/// first write of a commit to a journal and its return.
#[must_use]
pub fn was_within_a_commit(trace: &str) -> bool {
    with_commits(trace)
        .last()
        .is_some_and(|(_, is_within)| is_within)
}

/// Calls, and whether each was entered between the first write of a commit to a
/// journal and its return.
fn with_commits(trace: &str) -> impl Iterator<Item = (Entered<'_>, bool)> {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    entered(trace).map(move |call| {
        let Entered { name, file, .. } = call;
        let is_journal = JOURNALS.iter().any(|journal| file.ends_with(journal));
        let is_within = is_journal && written.contains(file);
        if name == "pwrite64" {
            written.insert(file);
        } else {
            written.remove(file);
        }
        (call, is_within)
    })
}

/// A call that was entered.
#[derive(Clone, Copy)]
struct Entered<'a> {
    thread: &'a str,
    name: &'a str,
    file: &'a str,
}

/// Calls in the order in which they were entered; one that was interrupted
/// stands twice in a trace.
fn entered(trace: &str) -> impl Iterator<Item = Entered<'_>> {
    trace.lines().filter_map(|line| {
        let (thread, line) = line.split_once(' ')?;
        let (name, rest) = line.trim_start().split_once('(')?;
        let (_, rest) = rest.split_once('<')?;
        let (file, _) = rest.split_once('>')?;
        Some(Entered { thread, name, file })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
7 ftruncate(13</d/device.db-shm>, 3) = 0
7 pwrite64(12</d/device.db-wal>, \"\"..., 32, 0) = 32
8 fsync(12</d/device.db-wal> <unfinished ...>
8 <... fsync resumed>) = 0
7 pwrite64(12</d/device.db-wal>, \"\"..., 24, 32) = 24
7 pwrite64(22</d/vault-b4.db-wal>, \"\"..., 24, 32) = 24
7 fsync(12</d/device.db-wal>) = ?
8 +++ killed by SIGKILL +++
";

    #[test]
    fn a_trace_says_where_a_process_died() {
        let lines: Vec<&str> = TRACE.lines().collect();
        let dies_at = |line: usize| was_within_a_commit(&lines[..line].join("\n"));
        let within: Vec<usize> = (1..=7).filter(|line| dies_at(*line)).collect();
        // Of the header, and of what follows it; the vault is not synced.
        assert_eq!(within, [3, 4, 7]);
        assert!(was_within_a_commit(TRACE));
        let calls = calls_in(TRACE);
        let named = |calls: &[Call]| -> Vec<(String, usize)> {
            let each = calls.iter();
            each.map(|call| (call.name.clone(), call.number)).collect()
        };
        let expected = [
            ("pwrite64", 1),
            ("fsync", 1),
            ("pwrite64", 2),
            ("pwrite64", 3),
            ("fsync", 1),
        ]
        .map(|(name, number)| (name.to_owned(), number));
        assert_eq!(named(&calls.all), expected);
        // Of one thread the second, of the other the first.
        let within = [1, 4].map(|at: usize| expected[at].clone());
        assert_eq!(named(&calls.within), within);
    }

    #[test]
    fn turns_cover_every_call() {
        let call = |number| Call {
            name: "fsync".to_owned(),
            number,
        };
        let calls = Calls {
            all: (1..=40).map(call).collect(),
            within: (7..=12).map(call).collect(),
        };
        let turns: Vec<Call> = (0..200).map(|turn| calls.of_turn(turn)).collect();
        let places: BTreeSet<&Call> = turns.iter().collect();
        assert_eq!(places.len(), calls.count());
        let within = turns.iter().filter(|call| calls.within.contains(call));
        assert!(within.count() >= turns.len() / 2);
    }
}
