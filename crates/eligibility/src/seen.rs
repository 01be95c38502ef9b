//! What a rule saw, as data.
//!
//! Why: a finding must say what it looked at, so that it can be explained years
//! later. How it moves: `screen.rs` asks for one [`Seen`] for each question of
//! each rule. What it does not do: no prose, no statute or narrative text, and
//! a bounded number of values.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset};
use handoff_domain::{
    Answer, AnswerSource, Facts, Involvement, InvolvementAnswer, Seen, SeenOffence, SeenValue, Zone,
};

use crate::ask::Ask;
use crate::expr::or;
use crate::plan::PlanQuestion;
use crate::predicate::{Predicate, history, matter};

/// How many offences, drugs or pieces of evidence a finding repeats.
const MAX_ROWS: usize = 16;

type Provenance = (Option<AnswerSource>, Option<DateTime<FixedOffset>>);

/// What a rule saw of `question`, to which it puts the tests that `puts` names.
pub(crate) fn seen(question: &PlanQuestion, facts: &Facts, puts: &dyn Fn(u8) -> bool) -> Seen {
    let found = match &question.ask {
        Ask::Age => facts
            .age
            .map(|age| (SeenValue::Age(age), (age.source(), None))),
        Ask::SuspectedOffences => offences(question, facts, puts),
        Ask::Zone => zone(question, facts),
        Ask::Drugs => drugs(facts),
        Ask::EncounterAt => facts
            .encounter_at
            .map(|at| (SeenValue::Time(at), (None, None))),
        Ask::Complainant => facts.complainant.map(|row| {
            (
                SeenValue::Complainant(row.answer),
                (row.source, row.checked_at),
            )
        }),
        Ask::PriorInvolvement => facts.prior_involvement.as_ref().map(involvement),
        Ask::PriorDiversions => facts
            .last_diversion
            .filter(|_| looks_back(question, puts))
            .map(|last| SeenValue::History {
                answer: Answer::Yes,
                basis: None,
                most_recent: Some(last),
            })
            .or_else(|| facts.prior_diversions.map(|n| SeenValue::Count(n.into())))
            .map(|value| (value, (None, None))),
        Ask::OpenCase | Ask::OpenWarrant => matter(&question.ask, facts).map(|matter| {
            let value = SeenValue::Matter {
                answer: matter.answer,
                most_serious: matter.most_serious,
                place: matter.place,
            };
            (value, (matter.source, matter.checked_at))
        }),
        Ask::SexOffenceHistory | Ask::History(_) => history(&question.ask, facts).map(|history| {
            let value = SeenValue::History {
                answer: history.answer,
                basis: history.basis,
                most_recent: history.most_recent,
            };
            (value, (history.source, history.checked_at))
        }),
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => question
            .ask
            .yes_no(facts)
            .map(|row| (SeenValue::Answer(row.answer), (row.source, row.checked_at))),
    };
    let (value, (source, checked_at)) = found.unwrap_or((SeenValue::Unanswered, (None, None)));
    let counted_as = match &value {
        SeenValue::History {
            most_recent: Some(date),
            ..
        } if !date.is_exact() => Some(date.latest()),
        _ => None,
    };
    Seen {
        question: question.id.clone(),
        value,
        source,
        checked_at,
        counted_as,
    }
}

/// Whether one of these tests looks at a date.
fn looks_back(question: &PlanQuestion, puts: &dyn Fn(u8) -> bool) -> bool {
    let mut tests = (0u8..).zip(&question.tests).filter(|(i, _)| puts(*i));
    tests.any(|(_, test)| test.predicate.span().is_some())
}

/// What somebody said of the area; else what the position says of areas that
/// are on a map. The position itself is not repeated.
fn zone(question: &PlanQuestion, facts: &Facts) -> Option<(SeenValue, Provenance)> {
    let said = facts.zone.as_ref();
    if let Some(zone) = said.filter(|zone| zone.answer != Zone::Unknown) {
        let value = SeenValue::Zone(zone.answer.clone());
        return Some((value, (zone.source, zone.checked_at)));
    }
    let areas = question
        .tests
        .iter()
        .flat_map(|test| match &test.predicate {
            Predicate::InAnyZone(areas) => areas.as_slice(),
            _ => &[],
        });
    let placed: Vec<_> = areas
        .map(|area| (area, area.holds(facts.position)))
        .collect();
    let inside = placed.iter().filter(|(_, holds)| *holds == Answer::Yes);
    let inside: BTreeSet<String> = inside.map(|(area, _)| area.id.clone()).collect();
    let value = match inside.is_empty() {
        false => Zone::Inside(inside),
        true if placed.iter().all(|(_, holds)| *holds == Answer::No) => Zone::Outside,
        true => return said.map(|_| (SeenValue::Zone(Zone::Unknown), (None, None))),
    };
    Some((SeenValue::Zone(value), (None, None)))
}

fn drugs(facts: &Facts) -> Option<(SeenValue, Provenance)> {
    if !facts.drugs.is_empty() {
        let rows = facts.drugs.iter().take(MAX_ROWS).cloned().collect();
        return Some((SeenValue::Drugs(rows), (None, None)));
    }
    let found = facts.drugs_found?;
    Some((
        SeenValue::Answer(found.answer),
        (found.source, found.checked_at),
    ))
}

/// The evidence without its words, which may name somebody.
fn involvement(row: &InvolvementAnswer) -> (SeenValue, Provenance) {
    let plain = |evidence: &Involvement| Involvement {
        basis: None,
        ..evidence.clone()
    };
    let value = SeenValue::Involvement {
        answer: row.answer,
        evidence: row.evidence.iter().take(MAX_ROWS).map(plain).collect(),
    };
    (value, (None, None))
}

fn offences(
    question: &PlanQuestion,
    facts: &Facts,
    puts: &dyn Fn(u8) -> bool,
) -> Option<(SeenValue, Provenance)> {
    if facts.suspected_offences.is_empty() {
        return None;
    }
    let is_listed = |offence: &handoff_domain::SuspectedOffence| {
        let tests = (0u8..).zip(&question.tests).filter(|(i, _)| puts(*i));
        let lists = tests.filter_map(|(_, test)| match &test.predicate {
            Predicate::EveryOffenceIn(list) | Predicate::NoOffenceIn(list) => Some(list),
            _ => None,
        });
        lists.fold(Answer::No, |any, list| or(any, list.lists(offence)))
    };
    let row = |offence: &handoff_domain::SuspectedOffence| SeenOffence {
        code: offence.code.clone(),
        level: offence.level,
        listed: is_listed(offence),
    };
    let rows = facts
        .suspected_offences
        .iter()
        .take(MAX_ROWS)
        .map(row)
        .collect();
    Some((SeenValue::Offences(rows), (None, None)))
}
