//! What reads well in a pack and still cannot be meant.
//!
//! Why: a pack parses although a rule in it can never be hit, two rules leave
//! nobody to divert, or a question is asked for nothing; its author should
//! hear of it before an officer does. How it moves: [`lint`] looks at the rules
//! in pairs over every answer that could be given (`compare.rs`), and runs the
//! pack's own `[clear]` answers. What it does not do: it refuses nothing, and
//! says nothing where answers are too many to try.

mod texts;

use std::collections::BTreeSet;

use handoff_domain::{Door, Outcome, Severity};
use serde::Serialize;

use crate::ask::Ask;
use crate::compare::together;
use crate::pack::{Rule, RulePack};
use crate::screen::screen;

/// One thing to look at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Warning {
    /// The line of the pack, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What it is.
    #[serde(flatten)]
    pub what: WarningKind,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => self.what.fmt(f),
        }
    }
}

/// What cannot be meant, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "warning", rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "each variant's message says what it is and what its fields are"
)]
pub enum WarningKind {
    #[error("no answer can hit the rule `{rule}`: it says nothing; correct it or remove it")]
    NeverHit { rule: String },
    #[error("no answer can pass the rule `{rule}`: everybody hits it; correct it")]
    NeverPassed { rule: String },
    #[error(
        "the rule `{rule}` is only for doors that [policy] does not offer: add the door to `doors` of [policy], or correct the rule's"
    )]
    DoorNotOffered { rule: String },
    #[error(
        "the rules `{rule}` and `{other}` contradict each other: nobody can pass both; correct one"
    )]
    Contradiction { rule: String, other: String },
    #[error(
        "whoever hits the rule `{rule}` also hits `{other}`, which weighs as much or more: `{rule}` changes nothing; remove it, or correct one"
    )]
    Covered { rule: String, other: String },
    #[error(
        "no rule uses the question `{question}`: it is asked for the record only; remove it, or add the rule it was meant for"
    )]
    QuestionNotUsed { question: String },
    #[error("no rule uses the area `{zone}`: remove it, or name it in a rule")]
    ZoneNotUsed { zone: String },
    #[error(
        "[clear] holds the answers of somebody whom no rule stops, but at {} it is stopped by {}: correct the answer, or the rule",
        .door.as_str(), .rules.join(", ")
    )]
    ClearIsNotClear { door: Door, rules: Vec<String> },
    #[error(
        "no case cites what `statute = \"{statute}\"` names: officers may cite it otherwise; add a [[test]] that cites it as your agency does"
    )]
    StatuteWithoutCase { statute: String },
    #[error(
        "`statute = \"{statute}\"` in the rule `{rule}` has no `code` beside it: every offense for which nobody wrote a statute is not known; name the codes that it can have"
    )]
    StatuteWithoutCode { rule: String, statute: String },
    #[error("the Spanish of `{of}` is its English: translate it")]
    NotTranslated { of: String },
    #[error(
        "the case “{case}” is at the door {}, which [policy] does not offer: name a door that it offers, or expect `door_not_offered` among its hits", .door.as_str()
    )]
    CaseWithoutDoor { case: String, door: Door },
    #[error(
        "`target_minutes = 0` is over before anybody can be called: leave it out where your policy names no time"
    )]
    NoMinutes,
    #[error("no case hits these rules: {}. Add a [[test]] for each, so that it is seen to work", .rules.join(", "))]
    RulesWithoutCase { rules: Vec<String> },
}

/// Everything in a pack that cannot be meant, in the order of the pack.
#[must_use]
pub fn lint(pack: &RulePack) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let offered = &pack.policy.doors;
    let live: Vec<&Rule> = pack
        .rules
        .iter()
        .filter(|rule| offered.iter().any(|door| rule.applies_to(*door)))
        .collect();
    for rule in &pack.rules {
        let alone = || together(rule, rule);
        if !live.iter().any(|live| live.id == rule.id) {
            warnings.push(at(rule, WarningKind::DoorNotOffered { rule: id(rule) }));
        } else if alone().is_some_and(|found| !found.first_can_be_hit()) {
            warnings.push(at(rule, WarningKind::NeverHit { rule: id(rule) }));
        } else if alone().is_some_and(|found| !found.first_can_be_passed()) {
            warnings.push(at(rule, WarningKind::NeverPassed { rule: id(rule) }));
        }
    }
    let is_sound = |rule: &Rule| {
        !warnings
            .iter()
            .any(|warning| warning.line == Some(rule.line))
    };
    let sound: Vec<&Rule> = live.into_iter().filter(|rule| is_sound(rule)).collect();
    warnings.extend(pairs(&sound, offered));
    warnings.extend(not_used(pack));
    warnings.extend(not_clear(pack));
    warnings.extend(texts::statutes(pack));
    warnings.extend(texts::not_translated(pack));
    warnings.extend(no_door(pack));
    if pack.policy.handoff.target_minutes == Some(0) {
        let what = WarningKind::NoMinutes;
        warnings.push(Warning { line: None, what });
    }
    warnings.extend(without_case(pack));
    warnings
}

fn id(rule: &Rule) -> String {
    rule.id.clone()
}

fn at(rule: &Rule, what: WarningKind) -> Warning {
    Warning {
        line: Some(rule.line),
        what,
    }
}

fn pairs(rules: &[&Rule], offered: &BTreeSet<Door>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (i, second) in rules.iter().enumerate() {
        let mut is_covered = false;
        for first in rules.iter().take(i) {
            let shares_question = first.asks().iter().any(|ask| second.asks().contains(ask));
            let meet: Vec<&Door> = offered
                .iter()
                .filter(|door| first.applies_to(**door) && second.applies_to(**door))
                .collect();
            if !shares_question || meet.is_empty() {
                continue;
            }
            let Some(found) = together(first, second) else {
                continue;
            };
            let (of, other) = (id(second), id(first));
            let both_count =
                first.severity != Severity::Advisory && second.severity != Severity::Advisory;
            let everywhere = |narrow: &Rule, wide: &Rule| {
                offered
                    .iter()
                    .filter(|door| narrow.applies_to(**door))
                    .all(|door| wide.applies_to(*door))
            };
            if !found.neither && both_count {
                let what = WarningKind::Contradiction { rule: of, other };
                warnings.push(at(second, what));
            } else if !found.only_second
                && outweighs(first.severity, second.severity)
                && everywhere(second, first)
            {
                if !is_covered {
                    warnings.push(at(second, WarningKind::Covered { rule: of, other }));
                }
                is_covered = true;
            } else if !found.only_first
                && outweighs(second.severity, first.severity)
                && everywhere(first, second)
            {
                let what = WarningKind::Covered {
                    rule: id(first),
                    other: id(second),
                };
                warnings.push(at(first, what));
            }
        }
    }
    warnings
}

/// Whether a hit of `one` leaves nothing for a hit of `other` to change.
fn outweighs(one: Severity, other: Severity) -> bool {
    one == other || one == Severity::Hard || other == Severity::Advisory
}

fn not_used(pack: &RulePack) -> Vec<Warning> {
    let asked = |ask| pack.rules.iter().any(|rule| rule.asks().contains(&ask));
    // What somebody is suspected of is on every record, rule or not.
    let questions = pack
        .questions
        .iter()
        .filter(|row| row.ask != Ask::SuspectedOffences && !asked(&row.ask));
    let mut warnings: Vec<Warning> = questions
        .map(|row| Warning {
            line: Some(row.line),
            what: WarningKind::QuestionNotUsed {
                question: row.ask.to_string(),
            },
        })
        .collect();
    // As the pack writes it, so that a part of a rule counts too; a rule about
    // involvement `in_zone` means every area of the site.
    let means_every_area = |rule: &Rule| rule.params.contains_key("in_zone");
    let named = |zone: &str| {
        let quoted = format!("\"{zone}\"");
        let mut written = pack.rules.iter().flat_map(|rule| rule.params.values());
        written.any(|text| text.contains(&quoted)) || pack.rules.iter().any(means_every_area)
    };
    let zones = pack.zones.iter().filter(|zone| !named(&zone.id));
    warnings.extend(zones.map(|zone| Warning {
        line: None,
        what: WarningKind::ZoneNotUsed {
            zone: zone.id.clone(),
        },
    }));
    warnings
}

/// The pack's own `[clear]` answers, at each door that the site offers.
fn not_clear(pack: &RulePack) -> Vec<Warning> {
    if pack.clear == handoff_domain::Facts::default() {
        return Vec::new();
    }
    let doors = pack.policy.doors.iter();
    doors
        .filter_map(|door| {
            let screening = screen(pack, &pack.clear, *door, pack.effective_from);
            if screening.outcome == Outcome::PresumptivelyEligible {
                return None;
            }
            let stops = screening.findings.into_iter().filter(|finding| {
                finding.severity != Severity::Advisory
                    && finding.result != handoff_domain::FindingResult::Pass
            });
            Some(Warning {
                line: None,
                what: WarningKind::ClearIsNotClear {
                    door: *door,
                    rules: stops.map(|finding| finding.rule).collect(),
                },
            })
        })
        .collect()
}

fn no_door(pack: &RulePack) -> Vec<Warning> {
    let lost = pack
        .tests
        .iter()
        .filter(|test| !pack.policy.doors.contains(&test.door) && !test.expects_no_door());
    lost.map(|test| Warning {
        line: Some(test.line),
        what: WarningKind::CaseWithoutDoor {
            case: test.name.clone(),
            door: test.door,
        },
    })
    .collect()
}

fn without_case(pack: &RulePack) -> Option<Warning> {
    if pack.tests.is_empty() {
        return None;
    }
    let mut hit = BTreeSet::new();
    for test in &pack.tests {
        let screening = screen(pack, &test.facts, test.door, test.as_of);
        let hits = screening
            .findings
            .into_iter()
            .filter(|finding| finding.result == handoff_domain::FindingResult::Hit);
        hit.extend(hits.map(|finding| finding.rule));
    }
    let rules: Vec<String> = pack
        .rules
        .iter()
        .filter(|rule| !hit.contains(&rule.id))
        .map(id)
        .collect();
    (!rules.is_empty()).then_some(Warning {
        line: None,
        what: WarningKind::RulesWithoutCase { rules },
    })
}
