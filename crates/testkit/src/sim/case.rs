//! A run: what goes in and what comes out.

use serde::{Deserialize, Serialize};

use super::fault::Faults;
use super::invariant::{Checks, Violation};
use super::plan::{Op, plan};
use super::world::World;

/// How deep the storage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// A model of the device's files, a site's store in memory.
    Model,
    /// The real files on both sides.
    Files,
}

/// Everything that decides a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Decides keys, ids, how many devices and people there are, and batches.
    pub seed: u64,
    /// How deep the storage is.
    pub depth: Depth,
    /// What is done.
    pub ops: Vec<Op>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Events delivered and commits.
    pub steps: u64,
    /// Of those, steps until everything had come to rest after healing.
    pub recovery: u64,
    /// Saves that were reported.
    pub saved: u64,
    /// Saves whose last copy went with a disk: an image or a backup was put
    /// back over it.
    pub gone_with_a_disk: u64,
    /// How often each fault fired.
    pub faults: Faults,
    /// How often each invariant was looked at.
    pub checks: Checks,
    /// What did not hold; the run ends there.
    pub violation: Option<Violation>,
}

impl Case {
    /// The case of a seed.
    #[must_use]
    pub fn of(seed: u64, depth: Depth, ops: usize) -> Self {
        Self {
            seed,
            depth,
            ops: plan(seed, ops),
        }
    }

    /// As JSON, one line: how a failing case is printed and kept.
    ///
    /// # Panics
    /// Never: a case encodes.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a case encodes")
    }

    /// Reads [`Self::to_text`].
    ///
    /// # Errors
    /// What the decoder says.
    pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Runs a case. The same case gives the same outcome, whenever and wherever.
#[must_use]
pub fn run(case: &Case) -> Outcome {
    let mut world = World::new(case.seed, case.depth);
    let done = case
        .ops
        .iter()
        .enumerate()
        .try_for_each(|(at, op)| world.perform(at, *op))
        .and_then(|()| world.heal());
    world.outcome(done.err())
}
