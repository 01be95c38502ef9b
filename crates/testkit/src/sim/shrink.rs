//! A failing case, made smaller: fewer operations that still break the same
//! invariant.

use super::case::{Case, run};
use super::invariant::Invariant;

/// Runs that a shrinking takes at most.
const MOST_RUNS: usize = 400;

/// The smallest case that was found to break the same invariant. Operations
/// are left out in runs of halving length.
#[must_use]
pub fn shrink(case: &Case, broken: Invariant) -> Case {
    let mut best = case.clone();
    let mut runs = 0;
    let mut breaks = |ops: &[super::Op]| {
        runs += 1;
        let case = Case {
            ops: ops.to_vec(),
            ..case.clone()
        };
        let violation = (runs <= MOST_RUNS).then(|| run(&case).violation).flatten();
        violation.is_some_and(|violation| violation.invariant == broken)
    };
    // What comes after the violation was never performed.
    if let Some(after) = run(case).violation.and_then(|violation| violation.after) {
        best.ops.truncate(after + 1);
    }
    let mut length = best.ops.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let before = best.ops.len();
        while from < best.ops.len() {
            let to = (from + length).min(best.ops.len());
            let mut fewer = best.ops[..from].to_vec();
            fewer.extend_from_slice(&best.ops[to..]);
            if breaks(&fewer) {
                best.ops = fewer;
            } else {
                from = to;
            }
        }
        if length == 1 && best.ops.len() == before {
            return best;
        }
        length = length.div_ceil(2);
    }
}
