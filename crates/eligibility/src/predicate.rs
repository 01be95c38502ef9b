//! Plain tests of one answer.
//!
//! Why: a rule kind is words and parameters; what it needs from the facts is a
//! few tests, each of a single question, so that the engine can reason about
//! questions one by one. How it moves: `kind.rs` compiles a rule to tests,
//! [`Predicate::test`] reads the facts, `complete.rs` lists what else an
//! unanswered question could still say. What it does not do: it does not
//! combine answers. Calendar arithmetic is `handoff_domain::calendar`.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use handoff_domain::{
    Answer, AnswerSource, Complainant, Facts, HistoryAnswer, HistoryBasis, MatterAnswer,
    MatterPlace, OffenceLevel, Position, Zone,
};

use crate::amount::AmountLimit;
use crate::ask::Ask;
use crate::evidence::Wanted;
use crate::expr::{and, not, or};
use crate::hours::{Window, is_open};
use crate::offence_list::OffenceList;
use crate::shape::Shape;
use crate::span::Span;

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
    EveryOffenceIn(OffenceList),
    /// There is such a history within the look-back.
    HistoryWithin(LookBack),
    /// There is such an open case or warrant.
    Open {
        at_least: Option<OffenceLevel>,
        local_only: bool,
    },
    /// The encounter was inside one of these areas.
    InAnyZone(Vec<Area>),
    /// No suspected offence is one of these.
    NoOffenceIn(OffenceList),
    /// The drugs stay within a limit.
    AmountWithin(AmountLimit),
    /// There is no complainant, or they decline prosecution.
    NobodyWantsProsecution,
    /// The encounter was in one of these windows of the site's week.
    InHours(Vec<Window>, Tz),
    /// Some evidence of prior involvement is as wanted.
    InvolvedAs(Wanted),
    /// Diverted before at most this many times.
    DivertedAtMost(u16),
    /// Not diverted within this span; whether exactly that long ago counts.
    NotDivertedWithin(Span, bool),
}

/// An area as tests see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) id: String,
    /// Where it is on a map, if the pack says.
    pub(crate) shape: Option<Arc<Shape>>,
}

/// A look-back: how far back, and what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LookBack {
    pub(crate) basis: HistoryBasis,
    /// How far back; absent = lifetime.
    pub(crate) span: Option<Span>,
    /// Whether an event exactly that long ago still counts.
    pub(crate) anniversary_counts: bool,
}

impl Predicate {
    /// How far back it looks, if it looks back.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::HistoryWithin(look_back) => look_back.span,
            Self::InvolvedAs(wanted) => wanted.span,
            Self::NotDivertedWithin(span, _) => Some(*span),
            _ => None,
        }
    }
}

impl LookBack {
    /// Whether an event on `date` counts.
    pub(crate) fn covers(&self, date: NaiveDate, as_of: NaiveDate) -> bool {
        self.span
            .is_none_or(|span| span.reaches(date, as_of, self.anniversary_counts))
    }

    fn test(&self, history: HistoryAnswer, as_of: NaiveDate) -> Answer {
        match (
            history.relied_on(self.basis),
            self.span,
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
                    .fold(Answer::Yes, |so_far, o| and(so_far, list.lists(o))),
            },
            Predicate::NoOffenceIn(list) => match facts.suspected_offences.as_slice() {
                [] => Answer::Unknown,
                all => all
                    .iter()
                    .fold(Answer::Yes, |so_far, o| and(so_far, not(list.lists(o)))),
            },
            Predicate::HistoryWithin(look_back) => history(&self.ask, facts)
                .map_or(Answer::Unknown, |answer| look_back.test(answer, as_of)),
            Predicate::Open {
                at_least,
                local_only,
            } => matter(&self.ask, facts).map_or(Answer::Unknown, |answer| {
                open_matter(answer, *at_least, *local_only)
            }),
            Predicate::InAnyZone(areas) => match zone(facts) {
                Some(Zone::Inside(inside)) => {
                    areas.iter().any(|area| inside.contains(&area.id)).into()
                }
                Some(Zone::Outside) => Answer::No,
                Some(Zone::Unknown) | None => areas
                    .iter()
                    .fold(Answer::No, |any, area| or(any, area.holds(facts.position))),
            },
            Predicate::AmountWithin(limit) => limit.passes(facts),
            Predicate::NobodyWantsProsecution => complainant(facts),
            Predicate::InHours(windows, zone) => facts
                .encounter_at
                .map_or(Answer::Unknown, |at| is_open(windows, at, *zone).into()),
            Predicate::InvolvedAs(wanted) => facts
                .prior_involvement
                .as_ref()
                .map_or(Answer::Unknown, |answer| wanted.is_met(answer, as_of)),
            Predicate::DivertedAtMost(most) => match facts.prior_diversions {
                Some(count) => (count <= *most).into(),
                // A date says that there was one.
                None if *most == 0 && facts.last_diversion.is_some() => Answer::No,
                None => Answer::Unknown,
            },
            Predicate::NotDivertedWithin(span, exactly) => {
                match (facts.prior_diversions, facts.last_diversion) {
                    (_, Some(last)) => (!span.reaches(last.latest(), as_of, *exactly)).into(),
                    (Some(0), None) => Answer::Yes,
                    (_, None) => Answer::Unknown,
                }
            }
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

impl Area {
    pub(crate) fn holds(&self, position: Option<Position>) -> Answer {
        self.shape
            .as_ref()
            .zip(position)
            .map_or(Answer::Unknown, |(shape, position)| shape.holds(position))
    }
}

/// Whether nobody wants prosecution, unless nobody checked it.
fn complainant(facts: &Facts) -> Answer {
    let checked = facts
        .complainant
        .filter(|row| row.source != Some(AnswerSource::NotChecked));
    match checked.map(|row| row.answer) {
        Some(Complainant::None | Complainant::DeclinesProsecution) => Answer::Yes,
        Some(Complainant::WantsProsecution) => Answer::No,
        Some(Complainant::Unknown) | None => Answer::Unknown,
    }
}

/// The area, unless nobody checked it.
fn zone(facts: &Facts) -> Option<&Zone> {
    facts
        .zone
        .as_ref()
        .filter(|zone| zone.source != Some(AnswerSource::NotChecked))
        .map(|zone| &zone.answer)
}
