//! The report of many runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use handoff_testkit::sim::fault::{Fault, Faults};
use handoff_testkit::sim::invariant::{Checks, Invariant};
use handoff_testkit::sim::{Depth, Outcome};
use serde::Serialize;
use serde_json::json;

/// Runs at one depth, added up.
#[derive(Debug, Default, Clone)]
struct Runs {
    runs: u64,
    steps: u64,
    seconds: f64,
    saved: u64,
    gone: u64,
    faults: Faults,
    checks: Checks,
    recovery: Vec<u64>,
    first_seed: Option<u64>,
    last_seed: Option<u64>,
}

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Report {
    depths: BTreeMap<Depth, Runs>,
    /// Runs in which both faults fired.
    pairs: BTreeMap<(Fault, Fault), u64>,
    /// Looks at an invariant in runs in which a fault fired.
    looked: BTreeMap<(Fault, Invariant), u64>,
    /// Violations, with the fault kinds of their runs.
    violated: BTreeMap<(Fault, Invariant), u64>,
    violations: BTreeMap<Invariant, Vec<u64>>,
}

/// A row of the table, as `cargo xtask torture` collects them.
#[derive(Debug, Serialize)]
struct Row {
    test: String,
    runs: u64,
    steps: u64,
    faults: u64,
    acknowledged: u64,
    gone_with_a_disk: u64,
    lost: usize,
    duplicated: usize,
    diverged: usize,
    leaked: usize,
    other: usize,
    recovery_p50_steps: u64,
    recovery_p99_steps: u64,
    seeds: String,
    seconds: f64,
}

const LOST: &[Invariant] = &[
    Invariant::SavedIsKept,
    Invariant::SavedArrives,
    Invariant::ReceivedIsAtSite,
    Invariant::CustodyStays,
    Invariant::AppliedIsKeptOrParked,
];
const DUPLICATED: &[Invariant] = &[
    Invariant::HeldOnce,
    Invariant::FormEnteredOnce,
    Invariant::ReplayChangesNothing,
];
const DIVERGED: &[Invariant] = &[
    Invariant::Converged,
    Invariant::ConflictsStay,
    Invariant::ChainsVerify,
    Invariant::StandingIsTrue,
];
const LEAKED: &[Invariant] = &[
    Invariant::FeedLeaksNothing,
    Invariant::VaultHoldsNoMore,
    Invariant::TakenBackStaysBack,
];

impl Report {
    /// Adds a run.
    pub fn add(&mut self, seed: u64, depth: Depth, outcome: Outcome) {
        let runs = self.depths.entry(depth).or_default();
        runs.runs += 1;
        runs.steps += outcome.steps;
        runs.saved += outcome.saved;
        runs.gone += outcome.gone_with_a_disk;
        runs.faults.add(&outcome.faults);
        runs.checks.add(&outcome.checks);
        runs.recovery.push(outcome.recovery);
        runs.first_seed = Some(runs.first_seed.map_or(seed, |first| first.min(seed)));
        runs.last_seed = Some(runs.last_seed.map_or(seed, |last| last.max(seed)));
        let fired: Vec<Fault> = Fault::ALL
            .iter()
            .copied()
            .filter(|fault| outcome.faults.of(*fault) > 0)
            .collect();
        for (at, fault) in fired.iter().enumerate() {
            for other in &fired[at + 1..] {
                *self.pairs.entry((*fault, *other)).or_default() += 1;
            }
            for invariant in Invariant::ALL {
                let looks = outcome.checks.of(*invariant);
                *self.looked.entry((*fault, *invariant)).or_default() += looks;
            }
        }
        if let Some(violation) = outcome.violation {
            let invariant = violation.invariant;
            self.violations.entry(invariant).or_default().push(seed);
            for fault in fired {
                *self.violated.entry((fault, invariant)).or_default() += 1;
            }
        }
    }

    /// Adds what other threads have collected.
    pub fn merge(&mut self, other: Self, depth: Depth, took: Duration) {
        for (depth, runs) in other.depths {
            self.depths.insert(depth, runs);
        }
        if let Some(runs) = self.depths.get_mut(&depth) {
            runs.seconds = took.as_secs_f64();
            runs.recovery.sort_unstable();
        }
        for (pair, count) in other.pairs {
            *self.pairs.entry(pair).or_default() += count;
        }
        for (cell, count) in other.looked {
            *self.looked.entry(cell).or_default() += count;
        }
        for (cell, count) in other.violated {
            *self.violated.entry(cell).or_default() += count;
        }
        for (invariant, seeds) in other.violations {
            self.violations.entry(invariant).or_default().extend(seeds);
        }
    }

    /// Whether nothing of this kind was found yet.
    pub fn is_first(&self, invariant: Invariant) -> bool {
        !self.violations.contains_key(&invariant)
    }

    /// Whether anything was found.
    pub fn has_violations(&self) -> bool {
        !self.violations.is_empty()
    }

    /// A few lines for a terminal.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for row in self.rows() {
            let _ = writeln!(
                text,
                "{}: {} runs, {} steps in {:.1} s, {} saved, {} gone with a disk, \
                 recovery p50 {} p99 {}",
                row.test,
                row.runs,
                row.steps,
                row.seconds,
                row.acknowledged,
                row.gone_with_a_disk,
                row.recovery_p50_steps,
                row.recovery_p99_steps
            );
        }
        for fault in Fault::ALL {
            let _ = writeln!(text, "  {:<32} {}", fault.name(), self.fired(*fault));
        }
        let _ = writeln!(
            text,
            "  rarest pair: {:?}; pairs that never met: {}",
            self.rarest(),
            self.never_met()
        );
        for (invariant, seeds) in &self.violations {
            let _ = writeln!(text, "violated {}: seeds {seeds:?}", invariant.name());
        }
        text
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let named = |cells: &BTreeMap<(Fault, Invariant), u64>| {
            let mut rows: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
            for ((fault, invariant), count) in cells {
                let row = rows.entry(fault.name()).or_default();
                row.insert(invariant.name(), *count);
            }
            rows
        };
        let faults: BTreeMap<&str, u64> = Fault::ALL
            .iter()
            .map(|fault| (fault.name(), self.fired(*fault)))
            .collect();
        let rarest_other: BTreeMap<&str, u64> = Fault::ALL
            .iter()
            .map(|fault| (fault.name(), self.rarest_with(*fault)))
            .collect();
        let violations: BTreeMap<&str, &Vec<u64>> = self
            .violations
            .iter()
            .map(|(invariant, seeds)| (invariant.name(), seeds))
            .collect();
        let report = json!({
            "tests": self.rows(),
            "faults": faults,
            "rarest_other": rarest_other,
            "rarest_pair": self.rarest(),
            "pairs_that_never_met": self.never_met(),
            "looks_by_fault_and_invariant": named(&self.looked),
            "violations_by_fault_and_invariant": named(&self.violated),
            "violations": violations,
        });
        std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
        Ok(())
    }

    fn rows(&self) -> Vec<Row> {
        let count = |kinds: &[Invariant]| {
            let of_kind = self.violations.iter();
            let of_kind = of_kind.filter(|(invariant, _)| kinds.contains(invariant));
            of_kind.map(|(_, seeds)| seeds.len()).sum::<usize>()
        };
        let (lost, duplicated) = (count(LOST), count(DUPLICATED));
        let (diverged, leaked) = (count(DIVERGED), count(LEAKED));
        let all: usize = self.violations.values().map(Vec::len).sum();
        self.depths
            .iter()
            .map(|(depth, runs)| {
                let at = |hundredths: usize| {
                    let last = runs.recovery.len().saturating_sub(1);
                    let place = last * hundredths / 100;
                    runs.recovery.get(place).copied().unwrap_or(0)
                };
                let (first, last) = (runs.first_seed, runs.last_seed);
                Row {
                    test: match depth {
                        Depth::Model => "simulator, model".to_owned(),
                        Depth::Files => "simulator, SQLCipher files".to_owned(),
                    },
                    runs: runs.runs,
                    steps: runs.steps,
                    faults: Fault::ALL.iter().map(|fault| runs.faults.of(*fault)).sum(),
                    acknowledged: runs.saved,
                    gone_with_a_disk: runs.gone,
                    lost,
                    duplicated,
                    diverged,
                    leaked,
                    other: all - lost - duplicated - diverged - leaked,
                    recovery_p50_steps: at(50),
                    recovery_p99_steps: at(99),
                    seeds: format!("{} to {}", first.unwrap_or(0), last.unwrap_or(0)),
                    seconds: runs.seconds,
                }
            })
            .collect()
    }

    fn fired(&self, fault: Fault) -> u64 {
        let depths = self.depths.values();
        depths.map(|runs| runs.faults.of(fault)).sum()
    }

    fn met(&self, a: Fault, b: Fault) -> u64 {
        let pair = if a < b { (a, b) } else { (b, a) };
        self.pairs.get(&pair).copied().unwrap_or(0)
    }

    fn rarest_with(&self, fault: Fault) -> u64 {
        let others = Fault::ALL.iter().filter(|other| **other != fault);
        others
            .map(|other| self.met(fault, *other))
            .min()
            .unwrap_or(0)
    }

    fn rarest(&self) -> (String, u64) {
        let mut rarest: Option<((Fault, Fault), u64)> = None;
        for (at, a) in Fault::ALL.iter().enumerate() {
            for b in &Fault::ALL[at + 1..] {
                let met = self.met(*a, *b);
                if rarest.is_none_or(|(_, least)| met < least) {
                    rarest = Some(((*a, *b), met));
                }
            }
        }
        rarest.map_or_else(Default::default, |((a, b), met)| {
            (format!("{} and {}", a.name(), b.name()), met)
        })
    }

    fn never_met(&self) -> usize {
        let mut never = 0;
        for (at, a) in Fault::ALL.iter().enumerate() {
            let others = Fault::ALL[at + 1..].iter();
            never += others.filter(|b| self.met(*a, **b) == 0).count();
        }
        never
    }
}
