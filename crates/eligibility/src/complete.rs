//! What an unanswered question could still say.
//!
//! Why: a question is open only if some way of answering it matters, so the
//! engine needs every distinct effect that a full answer can have on the tests
//! put to it: for an age the years around each limit, for a history the days
//! around each cut-off. How it moves: `plan.rs` lists the effects of all full
//! answers once for each pack and door; at a screening a partial answer (a band, a history
//! without a date, an offence without a code) narrows them. What it does not
//! do: it knows nothing of rules; `tests/open_questions.rs` proves the lists by
//! trying real answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use handoff_domain::{Answer, Facts, MatterAnswer, MatterPlace, OffenceLevel};

use crate::amount::AmountLimit;
use crate::evidence::Wanted;
use crate::expr::Vector;
use crate::offence_effects::OffenceEffects;
use crate::predicate::{LookBack, Predicate, Test, matter, open_matter};
use crate::span::Span;
use crate::{amount, evidence, hours};

pub(crate) const LEVELS: [OffenceLevel; 3] = [
    OffenceLevel::Infraction,
    OffenceLevel::Misdemeanor,
    OffenceLevel::Felony,
];

/// The effects of all full answers to one question.
#[derive(Clone, Debug)]
pub(crate) struct Complete {
    all: Vec<Vector>,
    /// For prior involvement: the effects of every yes.
    involved: Vec<Vector>,
    /// For suspected offences: the effects of one offence.
    offences: Option<OffenceEffects>,
}

impl Complete {
    pub(crate) fn of(tests: &[Test]) -> Self {
        let by_value = |value: &dyn Fn(&Predicate) -> bool| vector(tests, value);
        let (mut offences, mut involved) = (None, Vec::new());
        let all: BTreeSet<Vector> = match tests.first().map(|test| &test.predicate) {
            None => BTreeSet::new(),
            Some(Predicate::IsYes) => [by_value(&|_| true), by_value(&|_| false)].into(),
            Some(Predicate::AtLeast(_)) => ages(tests),
            Some(Predicate::HistoryWithin(_)) => histories(tests),
            Some(Predicate::Open { .. }) => matters(tests, MatterAnswer::default()),
            Some(Predicate::InAnyZone(_)) => zones(tests),
            Some(Predicate::AmountWithin(_)) => {
                let effects = amount::effects(&limits(tests));
                effects.iter().map(|passes| Vector::of(passes)).collect()
            }
            Some(Predicate::NobodyWantsProsecution) => {
                [by_value(&|_| true), by_value(&|_| false)].into()
            }
            Some(Predicate::InHours(..)) => hours(tests),
            Some(Predicate::InvolvedAs(_)) => {
                let mut all = evidence::pieces(&wanted(tests));
                involved = all.iter().copied().collect();
                all.insert(by_value(&|_| false));
                all
            }
            Some(Predicate::DivertedAtMost(_) | Predicate::NotDivertedWithin(..)) => {
                diversions(tests)
            }
            Some(Predicate::EveryOffenceIn(_) | Predicate::NoOffenceIn(_)) => {
                let effects = OffenceEffects::of(tests);
                let all = effects.any_number();
                offences = Some(effects);
                all
            }
        };
        Self {
            all: all.into_iter().collect(),
            involved,
            offences,
        }
    }

    /// How many effects there are, "unknown" included.
    pub(crate) fn len(&self) -> usize {
        self.all.len() + 1
    }

    /// What every full answer does.
    pub(crate) fn all(&self) -> &[Vector] {
        &self.all
    }

    /// The effects that are left, given what has been said; not `current` itself.
    pub(crate) fn left(
        &self,
        tests: &[Test],
        facts: &Facts,
        as_of: NaiveDate,
        current: Vector,
    ) -> Vec<Vector> {
        let limits = limits(tests);
        if !limits.is_empty()
            && !facts.drugs.is_empty()
            && let Some(left) = amount::left(&limits, facts)
        {
            return left.iter().map(|passes| Vector::of(passes)).collect();
        }
        if let Some(said) = tests.first().and_then(|test| matter(&test.ask, facts)) {
            return matters(tests, said).into_iter().collect();
        }
        let wanted = wanted(tests);
        if !wanted.is_empty()
            && let Some(said) = &facts.prior_involvement
            && said.answer == Answer::Yes
        {
            return match said.evidence.as_slice() {
                [] => self.involved.clone(),
                rows => evidence::left(&wanted, rows, as_of),
            };
        }
        match &self.offences {
            Some(effects) if !facts.suspected_offences.is_empty() => {
                effects.left(tests, &facts.suspected_offences)
            }
            _ => self
                .all
                .iter()
                .copied()
                .filter(|full| agrees(tests, *full, current))
                .collect(),
        }
    }
}

/// Whether `full` keeps everything that `current` already says.
fn agrees(tests: &[Test], full: Vector, current: Vector) -> bool {
    places(tests).all(|i| match current.get(i) {
        Answer::Unknown => true,
        known => full.get(i) == known,
    })
}

pub(crate) fn places(tests: &[Test]) -> impl Iterator<Item = u8> {
    (0u8..).take(tests.len())
}

fn vector(tests: &[Test], value: &dyn Fn(&Predicate) -> bool) -> Vector {
    let mut vector = Vector::default();
    for (i, test) in places(tests).zip(tests) {
        vector.set(i, value(&test.predicate).into());
    }
    vector
}

fn ages(tests: &[Test]) -> BTreeSet<Vector> {
    let limits = tests.iter().filter_map(|test| match test.predicate {
        Predicate::AtLeast(years) => Some(years),
        _ => None,
    });
    let at = |age: u16| {
        vector(
            tests,
            &|predicate| matches!(predicate, Predicate::AtLeast(years) if age >= *years),
        )
    };
    limits.chain([0]).map(at).collect()
}

fn histories(tests: &[Test]) -> BTreeSet<Vector> {
    fn look_back(predicate: &Predicate) -> Option<&LookBack> {
        match predicate {
            Predicate::HistoryWithin(look_back) => Some(look_back),
            _ => None,
        }
    }
    let cutoffs: BTreeSet<u64> = tests
        .iter()
        .filter_map(|test| look_back(&test.predicate)?.span)
        .map(Span::length)
        .collect();
    let event = |counts: &dyn Fn(u64, bool) -> bool| {
        vector(tests, &|predicate| {
            look_back(predicate).is_some_and(|look_back| {
                look_back
                    .span
                    .is_none_or(|span| counts(span.length(), look_back.anniversary_counts))
            })
        })
    };
    let mut effects = BTreeSet::from([vector(tests, &|_| false), event(&|_, _| true)]);
    for cutoff in cutoffs {
        effects.insert(event(&|length, counts| {
            length > cutoff || length == cutoff && counts
        }));
        effects.insert(event(&|length, _| length > cutoff));
    }
    effects
}

/// What an answer can still come to: a yes keeps the level and the place that
/// were said.
fn matters(tests: &[Test], said: MatterAnswer) -> BTreeSet<Vector> {
    let effect = |matter: MatterAnswer| {
        vector(tests, &|predicate| match predicate {
            Predicate::Open {
                at_least,
                local_only,
            } => open_matter(matter, *at_least, *local_only) == Answer::Yes,
            _ => false,
        })
    };
    let is_kept = said.relied_on() == Answer::Yes;
    let mut effects = BTreeSet::new();
    if !is_kept {
        effects.insert(vector(tests, &|_| false));
    }
    for level in LEVELS {
        for place in [MatterPlace::Local, MatterPlace::Elsewhere] {
            effects.insert(effect(MatterAnswer {
                answer: Answer::Yes,
                most_serious: said.most_serious.filter(|_| is_kept).or(Some(level)),
                place: said.place.filter(|_| is_kept).or(Some(place)),
                ..MatterAnswer::default()
            }));
        }
    }
    effects
}

fn limits(tests: &[Test]) -> Vec<&AmountLimit> {
    let limits = tests.iter().filter_map(|test| match &test.predicate {
        Predicate::AmountWithin(limit) => Some(limit),
        _ => None,
    });
    limits.collect()
}

fn wanted(tests: &[Test]) -> Vec<&Wanted> {
    let wanted = tests.iter().filter_map(|test| match &test.predicate {
        Predicate::InvolvedAs(wanted) => Some(wanted),
        _ => None,
    });
    wanted.collect()
}

fn hours(tests: &[Test]) -> BTreeSet<Vector> {
    fn windows(test: &Test) -> &[hours::Window] {
        match &test.predicate {
            Predicate::InHours(windows, _) => windows,
            _ => &[],
        }
    }
    let at = |minute: u32| {
        vector(
            tests,
            &|predicate| matches!(predicate, Predicate::InHours(windows, _) if hours::holds(windows, minute)),
        )
    };
    let minutes = hours::turning_points(tests.iter().flat_map(windows));
    minutes.into_iter().map(at).collect()
}

/// None before, or so many before, the last of them so long ago.
fn diversions(tests: &[Test]) -> BTreeSet<Vector> {
    let limits = tests.iter().filter_map(|test| match test.predicate {
        Predicate::DivertedAtMost(most) => Some(u32::from(most) + 1),
        _ => None,
    });
    let counts: BTreeSet<u32> = limits
        .filter(|count| *count <= u32::from(u16::MAX))
        .chain([1])
        .collect();
    let spans = tests.iter().filter_map(|test| test.predicate.span());
    let cutoffs: BTreeSet<u64> = spans.map(Span::length).chain([u64::MAX]).collect();
    let mut effects = BTreeSet::from([vector(tests, &|_| true)]);
    for count in counts {
        for cutoff in &cutoffs {
            // Exactly so long ago, and a day less.
            for exactly in [true, false] {
                effects.insert(vector(tests, &|predicate| match predicate {
                    Predicate::DivertedAtMost(most) => count <= u32::from(*most),
                    Predicate::NotDivertedWithin(span, counts) => {
                        let length = span.length();
                        length < *cutoff || length == *cutoff && exactly && !counts
                    }
                    _ => false,
                }));
            }
        }
    }
    effects
}

fn zones(tests: &[Test]) -> BTreeSet<Vector> {
    let areas: BTreeSet<&String> = tests
        .iter()
        .filter_map(|test| match &test.predicate {
            Predicate::InAnyZone(areas) => Some(areas),
            _ => None,
        })
        .flatten()
        .map(|area| &area.id)
        .collect();
    let mut effects = BTreeSet::from([vector(tests, &|_| false)]);
    for area in areas {
        let inside = vector(
            tests,
            &|predicate| matches!(predicate, Predicate::InAnyZone(areas) if areas.iter().any(|a| a.id == **area)),
        );
        let wider: Vec<_> = effects.iter().map(|effect| effect.either(inside)).collect();
        effects.extend(wider);
    }
    effects
}
