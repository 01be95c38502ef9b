//! Plain tests of one answer.
//!
//! Why: a rule kind is words and parameters; what it needs from the facts is a
//! few tests, each of a single question, so that the engine can reason about
//! questions one by one. How it moves: `kind.rs` compiles a rule to tests,
//! [`Predicate::test`] reads the facts, `complete.rs` lists what else an
//! unanswered question could still say. What it does not do: it does not
//! combine answers. Calendar arithmetic is `handoff_domain::calendar`.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use handoff_domain::calendar::months_before;
use handoff_domain::{
    Answer, Facts, HistoryAnswer, HistoryBasis, MatterAnswer, MatterPlace, OffenceLevel,
    SuspectedOffence, Zone,
};

use crate::ask::Ask;
use crate::expr::{and, or};

/// One test of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) ask: Ask,
    pub(crate) predicate: Predicate,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Predicate {
    /// The answer is yes.
    IsYes,
    /// The person has reached this age.
    AtLeast(u16),
    /// Every suspected offence is one of these.
    EveryOffenceIn(Vec<Listed>),
    /// There is such a history within the look-back.
    HistoryWithin(LookBack),
    /// There is such an open case or warrant.
    Open {
        at_least: Option<OffenceLevel>,
        local_only: bool,
    },
    /// The encounter was inside one of these areas.
    InAnyZone(BTreeSet<String>),
}

/// A look-back: how far back, and what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LookBack {
    pub(crate) basis: HistoryBasis,
    /// Calendar months; absent = lifetime.
    pub(crate) months: Option<u32>,
    /// Whether an event exactly that long ago still counts.
    pub(crate) anniversary_counts: bool,
}

/// One entry of a list of offences.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Listed {
    /// A NIBRS code, or a beginning of codes followed by `*`.
    pub(crate) code: String,
    /// Only at this level.
    pub(crate) level: Option<OffenceLevel>,
}

impl Listed {
    pub(crate) fn names(&self, code: &str) -> bool {
        match self.code.strip_suffix('*') {
            Some(prefix) => code.starts_with(prefix),
            None => self.code == code,
        }
    }

    pub(crate) fn lists(&self, offence: &SuspectedOffence) -> Answer {
        let code = offence
            .code
            .as_ref()
            .map_or(Answer::Unknown, |c| self.names(c).into());
        let level = match (self.level, offence.level) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(wanted), Some(level)) => (wanted == level).into(),
        };
        and(code, level)
    }
}

/// Whether any entry of `list` lists `offence`.
pub(crate) fn listed(list: &[Listed], offence: &SuspectedOffence) -> Answer {
    list.iter()
        .fold(Answer::No, |any, entry| or(any, entry.lists(offence)))
}

impl LookBack {
    /// Whether an event on `date` counts.
    pub(crate) fn covers(&self, date: NaiveDate, as_of: NaiveDate) -> bool {
        let Some(months) = self.months else {
            return true;
        };
        let cutoff = months_before(as_of, months);
        date > cutoff || self.anniversary_counts && date == cutoff
    }

    fn test(&self, history: HistoryAnswer, as_of: NaiveDate) -> Answer {
        match (
            history.relied_on(self.basis),
            self.months,
            history.most_recent,
        ) {
            (Answer::Yes, None, _) => Answer::Yes,
            (Answer::Yes, Some(_), Some(date)) => self.covers(date.latest(), as_of).into(),
            (Answer::Yes, Some(_), None) => Answer::Unknown,
            (other, ..) => other,
        }
    }
}

pub(crate) fn open_matter(
    matter: MatterAnswer,
    at_least: Option<OffenceLevel>,
    local_only: bool,
) -> Answer {
    let serious = match (at_least, matter.most_serious) {
        (None, _) => Answer::Yes,
        (Some(_), None) => Answer::Unknown,
        (Some(least), Some(level)) => (level >= least).into(),
    };
    let near = match (local_only, matter.place) {
        (false, _) => Answer::Yes,
        (true, None) => Answer::Unknown,
        (true, Some(place)) => (place == MatterPlace::Local).into(),
    };
    and(matter.relied_on(), and(serious, near))
}

impl Test {
    /// What the facts say to it.
    pub(crate) fn test(&self, facts: &Facts, as_of: NaiveDate) -> Answer {
        match &self.predicate {
            Predicate::IsYes => self.ask.relied_on(facts),
            Predicate::AtLeast(years) => facts
                .age
                .map_or(Answer::Unknown, |age| age.at_least(*years, as_of)),
            Predicate::EveryOffenceIn(list) => match facts.suspected_offences.as_slice() {
                [] => Answer::Unknown,
                all => all
                    .iter()
                    .fold(Answer::Yes, |so_far, o| and(so_far, listed(list, o))),
            },
            Predicate::HistoryWithin(look_back) => history(&self.ask, facts)
                .map_or(Answer::Unknown, |answer| look_back.test(answer, as_of)),
            Predicate::Open {
                at_least,
                local_only,
            } => matter(&self.ask, facts).map_or(Answer::Unknown, |answer| {
                open_matter(answer, *at_least, *local_only)
            }),
            Predicate::InAnyZone(areas) => zone(facts).map_or(Answer::Unknown, |zone| match zone {
                Zone::Inside(inside) => areas.iter().any(|area| inside.contains(area)).into(),
                Zone::Outside => Answer::No,
                Zone::Unknown => Answer::Unknown,
            }),
        }
    }
}

/// The history that `ask` asks for.
pub(crate) fn history(ask: &Ask, facts: &Facts) -> Option<HistoryAnswer> {
    match ask {
        Ask::SexOffenceHistory => facts.sex_offence_history,
        Ask::History(class) => facts.history.get(class).copied(),
        _ => None,
    }
}

/// The open case or warrant that `ask` asks for.
pub(crate) fn matter(ask: &Ask, facts: &Facts) -> Option<MatterAnswer> {
    match ask {
        Ask::OpenCase => facts.open_case,
        Ask::OpenWarrant => facts.open_warrant,
        _ => None,
    }
}

/// The area, unless nobody checked it.
fn zone(facts: &Facts) -> Option<&Zone> {
    facts
        .zone
        .as_ref()
        .filter(|zone| zone.source != Some(handoff_domain::AnswerSource::NotChecked))
        .map(|zone| &zone.answer)
}
