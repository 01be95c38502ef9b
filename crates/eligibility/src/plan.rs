//! A pack's rules for one door, laid out for the engine.
//!
//! Why: a screening takes microseconds because everything that depends on the
//! pack alone is done once, when it is parsed: which questions there are, which
//! tests each takes, and what full answers can do to them. How it moves:
//! `RulePack::parse` builds one plan for each door; `screen.rs` and `open.rs`
//! read it. What it does not do: it holds no facts. Its limits keep a screening
//! fast for any pack that parses.

use chrono::NaiveDate;
use handoff_domain::{Door, Facts, Severity};

use crate::amount;
use crate::ask::Ask;
use crate::complete::Complete;
use crate::expr::{Expr, MAX_TESTS, TestRef, Vector};
use crate::pack::Rule;
use crate::predicate::{Predicate, Test};

/// How many rules and how many questions one door may have.
pub(crate) const MAX_PER_DOOR: usize = 64;
/// How many ways of answering the questions that rules share are looked at.
const MAX_SHARED_ANSWERS: usize = 4096;

/// A pack's rules for one door.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) rules: Vec<PlanRule>,
    pub(crate) questions: Vec<PlanQuestion>,
}

#[derive(Clone, Debug)]
pub(crate) struct PlanRule {
    /// The rule's place in the pack.
    pub(crate) rule: usize,
    pub(crate) severity: Severity,
    /// Yes = pass, no = hit.
    pub(crate) passes: Expr<TestRef>,
    /// Its questions, in the order in which it asks them.
    pub(crate) asks: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct PlanQuestion {
    pub(crate) ask: Ask,
    /// The id, as text.
    pub(crate) id: String,
    pub(crate) tests: Vec<Test>,
    pub(crate) complete: Complete,
}

impl PlanQuestion {
    /// What the facts say to its tests.
    pub(crate) fn now(&self, facts: &Facts, as_of: NaiveDate) -> Vector {
        let mut vector = Vector::default();
        for (i, test) in (0u8..).zip(&self.tests) {
            vector.set(i, test.test(facts, as_of));
        }
        vector
    }
}

/// Why rules cannot be laid out; each names the rule at which it showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanLimit {
    Rules { rule: usize },
    Tests { rule: usize },
    Entangled { rule: usize },
    Amounts { rule: usize },
    AmountsOverlap { rule: usize },
    SpansCross { rule: usize },
}

impl Plan {
    pub(crate) fn of(rules: &[Rule], door: Door) -> Result<Self, PlanLimit> {
        let mut plan = Self {
            rules: Vec::new(),
            questions: Vec::new(),
        };
        for (i, rule) in rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.applies_to(door))
        {
            let too_many = PlanLimit::Tests { rule: i };
            let passes = rule
                .passes
                .try_map(&mut |test| plan.place(test).ok_or(too_many))?;
            let mut asks: Vec<u8> = Vec::new();
            passes.visit(&mut |at| {
                if !asks.contains(&at.question) {
                    asks.push(at.question);
                }
            });
            plan.check_amounts(i)?;
            plan.check_spans(i)?;
            plan.rules.push(PlanRule {
                rule: i,
                severity: rule.severity,
                passes,
                asks,
            });
            if plan.rules.len() > MAX_PER_DOOR {
                return Err(PlanLimit::Rules { rule: i });
            }
        }
        for question in &mut plan.questions {
            question.complete = Complete::of(&question.tests);
        }
        plan.check_entanglement()?;
        Ok(plan)
    }

    /// Limits of amounts meet in ways that can be listed only if there are few
    /// and those that add drugs up do not overlap.
    fn check_amounts(&self, rule: usize) -> Result<(), PlanLimit> {
        let tests = self.questions.iter().flat_map(|question| &question.tests);
        let limits: Vec<_> = tests
            .filter_map(|test| match &test.predicate {
                Predicate::AmountWithin(limit) => Some(limit),
                _ => None,
            })
            .collect();
        if limits.len() > amount::MAX_LIMITS {
            return Err(PlanLimit::Amounts { rule });
        }
        let all_go = limits.iter().all(|a| limits.iter().all(|b| a.goes_with(b)));
        all_go
            .then_some(())
            .ok_or(PlanLimit::AmountsOverlap { rule })
    }

    /// Look-backs of one question in days and in months are listed by their
    /// length, which must be in one order on every day.
    fn check_spans(&self, rule: usize) -> Result<(), PlanLimit> {
        let crosses = |question: &PlanQuestion| {
            let spans = question
                .tests
                .iter()
                .filter_map(|test| test.predicate.span());
            let spans: Vec<_> = spans.collect();
            spans.iter().any(|a| spans.iter().any(|b| a.crosses(*b)))
        };
        match self.questions.iter().any(crosses) {
            true => Err(PlanLimit::SpansCross { rule }),
            false => Ok(()),
        }
    }

    fn place(&mut self, test: &Test) -> Option<TestRef> {
        let question = match self.questions.iter().position(|q| q.ask == test.ask) {
            Some(found) => found,
            None => {
                self.questions.push(PlanQuestion {
                    ask: test.ask.clone(),
                    id: test.ask.to_string(),
                    tests: Vec::new(),
                    complete: Complete::of(&[]),
                });
                self.questions.len() - 1
            }
        };
        let tests = &mut self.questions.get_mut(question)?.tests;
        let place = match tests.iter().position(|other| other == test) {
            Some(found) => found,
            None => {
                tests.push(test.clone());
                tests.len() - 1
            }
        };
        if place >= MAX_TESTS || question >= MAX_PER_DOOR {
            return None;
        }
        Some(TestRef {
            question: u8::try_from(question).ok()?,
            test: u8::try_from(place).ok()?,
        })
    }

    /// Questions asked more than once are tried out answer by answer; their
    /// product is bounded so that no pack makes a screening slow.
    fn check_entanglement(&self) -> Result<(), PlanLimit> {
        let mut asked = vec![0usize; self.questions.len()];
        let mut product = 1usize;
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.severity != Severity::Advisory)
        {
            let mut seen = Vec::new();
            rule.passes
                .visit(&mut |at| seen.push(usize::from(at.question)));
            for question in seen {
                let (Some(times), Some(row)) =
                    (asked.get_mut(question), self.questions.get(question))
                else {
                    continue;
                };
                *times += 1;
                if *times == 2 {
                    product = product.saturating_mul(row.complete.len());
                    if product > MAX_SHARED_ANSWERS {
                        return Err(PlanLimit::Entangled { rule: rule.rule });
                    }
                }
            }
        }
        Ok(())
    }
}
