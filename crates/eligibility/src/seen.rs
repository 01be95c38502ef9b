//! What a rule saw, as data.
//!
//! Why: a finding must say what it looked at, so that it can be explained years
//! later. How it moves: `screen.rs` asks for one [`Seen`] for each question of
//! each rule. What it does not do: no prose, no statute or narrative text, and
//! a bounded number of values.

use chrono::{DateTime, FixedOffset};
use handoff_domain::{AnswerSource, Facts, Seen, SeenOffence, SeenValue};

use crate::ask::Ask;
use crate::expr::or;
use crate::plan::PlanQuestion;
use crate::predicate::{Predicate, history, listed, matter};

/// How many offences a finding repeats.
const MAX_OFFENCES: usize = 16;

type Provenance = (Option<AnswerSource>, Option<DateTime<FixedOffset>>);

/// What a rule saw of `question`, to which it puts the tests that `puts` names.
pub(crate) fn seen(question: &PlanQuestion, facts: &Facts, puts: &dyn Fn(u8) -> bool) -> Seen {
    let found = match &question.ask {
        Ask::Age => facts
            .age
            .map(|age| (SeenValue::Age(age), (age.source(), None))),
        Ask::SuspectedOffences => offences(question, facts, puts),
        Ask::Zone => facts.zone.as_ref().map(|zone| {
            (
                SeenValue::Zone(zone.answer.clone()),
                (zone.source, zone.checked_at),
            )
        }),
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
            Predicate::EveryOffenceIn(list) => Some(list),
            _ => None,
        });
        lists.fold(handoff_domain::Answer::No, |any, list| {
            or(any, listed(list, offence))
        })
    };
    let row = |offence: &handoff_domain::SuspectedOffence| SeenOffence {
        code: offence.code.clone(),
        level: offence.level,
        listed: is_listed(offence),
    };
    let rows = facts
        .suspected_offences
        .iter()
        .take(MAX_OFFENCES)
        .map(row)
        .collect();
    Some((SeenValue::Offences(rows), (None, None)))
}
