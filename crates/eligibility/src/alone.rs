//! What a rule says to a few answers, and what one answer does to it whatever
//! else is answered.
//!
//! Why: a checklist on paper marks the boxes that stand in the way, and must not
//! leave out one that always does because another question is still open. How it
//! moves: [`Rule::reads`] reads a rule alone; [`Rule::tally`] holds one answer
//! still and tries every full answer to the rest. What it does not do: it gives
//! no outcome; `screen.rs` does.

use chrono::NaiveDate;
use handoff_domain::{Answer, Door, Facts, FindingResult};

use crate::ask::Ask;
use crate::expr::Vector;
use crate::pack::Rule;
use crate::plan::Plan;

/// As many combinations of full answers are tried; more come to no answer.
const MAX_COMBINATIONS: usize = 50_000;

/// How many ways of answering the rest hit and pass a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Ways that hit it.
    pub hits: usize,
    /// Ways that pass it.
    pub passes: usize,
    /// All ways; those that neither hit nor pass leave it unknown.
    pub ways: usize,
}

impl Rule {
    /// What the facts say to this rule alone.
    #[must_use]
    pub fn reads(&self, facts: &Facts, as_of: NaiveDate) -> FindingResult {
        let Some(plan) = self.plan() else {
            return FindingResult::Unknown;
        };
        let values: Vec<Vector> = plan
            .questions
            .iter()
            .map(|question| question.now(facts, as_of))
            .collect();
        let result = plan.rules.first().map(|rule| rule.passes.eval(&values));
        match result.unwrap_or_default() {
            Answer::Yes => FindingResult::Pass,
            Answer::No => FindingResult::Hit,
            Answer::Unknown => FindingResult::Unknown,
        }
    }

    /// What the answer to `held` in `facts` does to this rule, whatever the
    /// answers to its other questions; none where those are too many to try.
    #[must_use]
    pub fn tally(&self, held: &Ask, facts: &Facts, as_of: NaiveDate) -> Option<Tally> {
        let plan = self.plan()?;
        let answers: Vec<Vec<Vector>> = plan
            .questions
            .iter()
            .map(|question| {
                if question.ask == *held {
                    vec![question.now(facts, as_of)]
                } else {
                    question.complete.all().to_vec()
                }
            })
            .collect();
        let ways = answers
            .iter()
            .try_fold(1usize, |all, row| all.checked_mul(row.len()))?;
        if ways > MAX_COMBINATIONS {
            return None;
        }
        let passes = &plan.rules.first()?.passes;
        let mut tally = Tally {
            ways,
            ..Tally::default()
        };
        for mut number in 0..ways {
            let mut pick = |row: &Vec<Vector>| {
                let at = number % row.len();
                number /= row.len();
                row.get(at).copied().unwrap_or(Vector::UNKNOWN)
            };
            let values: Vec<Vector> = answers.iter().map(&mut pick).collect();
            match passes.eval(&values) {
                Answer::No => tally.hits += 1,
                Answer::Yes => tally.passes += 1,
                Answer::Unknown => {}
            }
        }
        Some(tally)
    }

    /// The rule laid out alone, at any door.
    fn plan(&self) -> Option<Plan> {
        let alone = Self {
            doors: std::collections::BTreeSet::new(),
            ..self.clone()
        };
        Plan::of(&[alone], Door::ArrestDiversion).ok()
    }
}
