//! The screening itself.
//!
//! Why: an officer offline, at night, needs to know what the site's policy
//! says, why, and what to ask next. How it moves: facts and a pack in, a
//! [`Screening`] out; three passes: read each question once, evaluate each
//! rule, find the open questions. What it does not do: no IO, clock, randomness
//! or panic; it changes nothing, decides nothing finally, and what it allocates
//! does not grow with a person's history. Precedence: `verdict.rs`. Other doors
//! and order of questions: ADR 0013.

use std::cmp::Reverse;

use chrono::NaiveDate;
use handoff_domain::{
    Answer, AnswerSource, Door, Facts, Finding, FindingResult, OpenQuestion, Outcome, Screening,
    Severity,
};

use crate::expr::Vector;
use crate::open::{Situation, open_questions};
use crate::pack::{Rule, RulePack};
use crate::plan::{Plan, PlanRule};
use crate::seen::seen;
use crate::verdict::{Flags, Verdict};

/// The id of the finding that says that a site does not offer the door.
pub const DOOR_NOT_OFFERED: &str = "door_not_offered";

/// Screens `facts` at `door` by the rules of `pack`.
///
/// `as_of` is the local date of the encounter, from which ages and look-backs
/// are counted.
#[must_use]
pub fn screen(pack: &RulePack, facts: &Facts, door: Door, as_of: NaiveDate) -> Screening {
    let plan = pack.plan(door);
    let reading = Reading::of(plan, facts, as_of);
    let verdict = reading.verdict(pack, door);
    let mut findings: Vec<Finding> = Vec::with_capacity(plan.rules.len() + 1);
    if !offers(pack, door) {
        findings.push(door_not_offered(pack));
    }
    for (rule, result) in plan.rules.iter().zip(&reading.results) {
        if let Some(text) = pack.rules.get(rule.rule) {
            findings.push(finding(pack, plan, rule, text, *result, facts, &reading));
        }
    }
    let open = if verdict == Verdict::IneligibleHard {
        Vec::new()
    } else {
        most_useful_first(
            pack,
            plan,
            &reading,
            open(pack, plan, &reading, facts, door, as_of),
        )
    };
    let is_closed = verdict.outcome() == Outcome::PresumptivelyIneligible;
    Screening {
        outcome: verdict.outcome(),
        waivable: verdict == Verdict::IneligibleWaivable,
        findings,
        open_questions: open,
        other_door: is_closed
            .then(|| other_door(pack, facts, door, as_of))
            .flatten(),
        pack: pack.pack_ref(),
        door,
        as_of,
    }
}

/// What the facts say to one plan.
struct Reading {
    now: Vec<Vector>,
    results: Vec<Answer>,
}

impl Reading {
    fn of(plan: &Plan, facts: &Facts, as_of: NaiveDate) -> Self {
        let now: Vec<Vector> = plan
            .questions
            .iter()
            .map(|question| question.now(facts, as_of))
            .collect();
        let results = plan
            .rules
            .iter()
            .map(|rule| rule.passes.eval(&now))
            .collect();
        Self { now, results }
    }

    fn verdict(&self, pack: &RulePack, door: Door) -> Verdict {
        let rules = pack.plan(door).rules.iter().zip(&self.results);
        rules
            .fold(standing(pack, door), |flags, (rule, result)| {
                flags.with(Flags::of(rule.severity, *result))
            })
            .verdict()
    }
}

fn offers(pack: &RulePack, door: Door) -> bool {
    pack.policy.doors.contains(&door)
}

/// What stands before any rule: a door that the site does not offer is for the
/// site's staff to decide.
fn standing(pack: &RulePack, door: Door) -> Flags {
    if offers(pack, door) {
        Flags::NONE
    } else {
        Flags::of(Severity::ReferUp, Answer::No)
    }
}

fn door_not_offered(pack: &RulePack) -> Finding {
    Finding {
        rule: DOOR_NOT_OFFERED.to_owned(),
        clause: "policy.doors".to_owned(),
        severity: Severity::ReferUp,
        result: FindingResult::Hit,
        saw: Vec::new(),
        source: None,
        decides: pack.policy.decides.iter().copied().collect(),
        waivable_by: Vec::new(),
        verified: !pack.policy.unverified.contains("doors"),
    }
}

fn finding(
    pack: &RulePack,
    plan: &Plan,
    rule: &PlanRule,
    text: &Rule,
    result: Answer,
    facts: &Facts,
    reading: &Reading,
) -> Finding {
    let result = match result {
        Answer::Yes => FindingResult::Pass,
        Answer::No => FindingResult::Hit,
        Answer::Unknown => FindingResult::Unknown,
    };
    let look = |ask: &u8| {
        let puts = |test: u8| {
            let mut found = false;
            rule.passes
                .visit(&mut |at| found |= at.question == *ask && at.test == test);
            found
        };
        plan.questions
            .get(usize::from(*ask))
            .map(|question| seen(question, facts, &puts))
    };
    let saw: Vec<_> = rule.asks.iter().filter_map(look).collect();
    let is_waivable = result == FindingResult::Hit && rule.severity == Severity::Presumptive;
    Finding {
        rule: text.id.clone(),
        clause: text.clause.clone(),
        severity: rule.severity,
        result,
        source: settled_by(rule, reading, &saw),
        saw,
        decides: if result == FindingResult::Pass || rule.severity == Severity::Advisory {
            Vec::new()
        } else {
            pack.policy.decides.iter().copied().collect()
        },
        waivable_by: if is_waivable {
            text.waivable_by.clone()
        } else {
            Vec::new()
        },
        verified: text.verified,
    }
}

/// The source of the answer without which the rule would not be settled; of the
/// first answer, where each would do alone.
fn settled_by(
    rule: &PlanRule,
    reading: &Reading,
    saw: &[handoff_domain::Seen],
) -> Option<AnswerSource> {
    let [first, others @ ..] = saw else {
        return None;
    };
    if rule.passes.eval(&reading.now) == Answer::Unknown {
        return None;
    }
    if others.is_empty() {
        return first.source;
    }
    let mut now = reading.now.clone();
    for (question, seen) in rule.asks.iter().zip(saw) {
        let Some(slot) = now.get_mut(usize::from(*question)) else {
            continue;
        };
        let before = std::mem::replace(slot, Vector::UNKNOWN);
        let needed = rule.passes.eval(&now) == Answer::Unknown;
        if let Some(slot) = now.get_mut(usize::from(*question)) {
            *slot = before;
        }
        if needed {
            return seen.source;
        }
    }
    first.source
}

fn open(
    pack: &RulePack,
    plan: &Plan,
    reading: &Reading,
    facts: &Facts,
    door: Door,
    as_of: NaiveDate,
) -> u64 {
    let left = |question: usize| match (plan.questions.get(question), reading.now.get(question)) {
        (Some(question), Some(now)) => {
            let tests = &question.tests;
            question.complete.left(tests, facts, as_of, *now)
        }
        _ => Vec::new(),
    };
    open_questions(&Situation {
        plan,
        standing: standing(pack, door),
        now: &reading.now,
        results: &reading.results,
        left: &left,
    })
}

/// Questions that can end a screening come first, then those that settle more
/// rules, then those that can settle a rule alone, then the order of the pack.
fn most_useful_first(
    pack: &RulePack,
    plan: &Plan,
    reading: &Reading,
    open: u64,
) -> Vec<OpenQuestion> {
    let mut rows: Vec<_> = plan
        .questions
        .iter()
        .enumerate()
        .filter(|(i, _)| open >> i & 1 == 1)
        .map(|(i, question)| {
            let feeds = |rule: &&PlanRule| rule.asks.iter().any(|ask| usize::from(*ask) == i);
            let undecided = plan.rules.iter().zip(&reading.results);
            let undecided = undecided
                .filter(|(_, result)| **result == Answer::Unknown)
                .map(|(rule, _)| rule);
            let fed: Vec<&PlanRule> = undecided.filter(feeds).collect();
            let weight = fed.iter().map(|rule| rule.severity).min();
            let fewest = fed.iter().map(|rule| rule.asks.len()).min();
            let place = pack
                .questions
                .iter()
                .position(|row| row.ask == question.ask);
            let ids = fed.iter().filter_map(|rule| pack.rules.get(rule.rule));
            let row = OpenQuestion {
                question: question.id.clone(),
                rules: ids.map(|rule| rule.id.clone()).collect(),
            };
            ((weight, Reverse(fed.len()), fewest, place), row)
        })
        .collect();
    rows.sort_by_key(|(usefulness, _)| *usefulness);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A less coercive door that these facts leave open. Nobody is ever pointed
/// towards an arrest.
fn other_door(pack: &RulePack, facts: &Facts, door: Door, as_of: NaiveDate) -> Option<Door> {
    let after = Door::ALL
        .into_iter()
        .skip_while(|other| *other != door)
        .skip(1);
    after.filter(|other| offers(pack, *other)).find(|other| {
        let reading = Reading::of(pack.plan(*other), facts, as_of);
        reading.verdict(pack, *other).outcome() != Outcome::PresumptivelyIneligible
    })
}
