//! Two rules side by side: which of them some person could ever hit.
//!
//! Why: "can never fire", "contradicts" and "is now stricter" are facts about
//! all answers that could be given, not about the words of a pack. How it
//! moves: two rules are laid out as one plan, and every full answer to the
//! questions they ask is tried. What it does not do: it looks at no person's
//! facts, and gives no answer where the answers would be too many to try.

use std::collections::BTreeSet;

use handoff_domain::{Answer, Door, Severity};

use crate::expr::Vector;
use crate::pack::Rule;
use crate::plan::Plan;

/// As many combinations of full answers are tried; more come to no answer.
const MAX_COMBINATIONS: usize = 50_000;

/// What some full answers can do to two rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Together {
    /// Somebody hits the first and passes the second.
    pub(crate) only_first: bool,
    /// Somebody hits the second and passes the first.
    pub(crate) only_second: bool,
    /// Somebody hits both.
    pub(crate) both: bool,
    /// Somebody passes both.
    pub(crate) neither: bool,
}

impl Together {
    /// Whether the first rule can be hit at all.
    pub(crate) const fn first_can_be_hit(self) -> bool {
        self.only_first || self.both
    }

    /// Whether the first rule can be passed at all.
    pub(crate) const fn first_can_be_passed(self) -> bool {
        self.only_second || self.neither
    }
}

/// Tries every full answer to what two rules ask; absent = too many to try.
pub(crate) fn together(first: &Rule, second: &Rule) -> Option<Together> {
    let anywhere = |rule: &Rule| Rule {
        doors: BTreeSet::new(),
        // Advisory rules are laid out without the limits of a whole pack.
        severity: Severity::Advisory,
        ..rule.clone()
    };
    let plan = Plan::of(&[anywhere(first), anywhere(second)], Door::ArrestDiversion).ok()?;
    let [first, second] = plan.rules.as_slice() else {
        return None;
    };
    let answers: Vec<Vec<Vector>> = plan
        .questions
        .iter()
        .map(|row| row.complete.all().to_vec())
        .collect();
    let combinations = answers
        .iter()
        .try_fold(1usize, |all, row| all.checked_mul(row.len()))?;
    if combinations == 0 || combinations > MAX_COMBINATIONS {
        return None;
    }
    let mut found = Together::default();
    for mut number in 0..combinations {
        let mut pick = |row: &Vec<Vector>| {
            let at = number % row.len();
            number /= row.len();
            row.get(at).copied().unwrap_or(Vector::UNKNOWN)
        };
        let values: Vec<Vector> = answers.iter().map(&mut pick).collect();
        match (first.passes.eval(&values), second.passes.eval(&values)) {
            (Answer::No, Answer::Yes) => found.only_first = true,
            (Answer::Yes, Answer::No) => found.only_second = true,
            (Answer::No, Answer::No) => found.both = true,
            (Answer::Yes, Answer::Yes) => found.neither = true,
            _ => {}
        }
    }
    Some(found)
}
