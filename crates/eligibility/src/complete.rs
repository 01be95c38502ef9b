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

use handoff_domain::{
    Answer, Facts, MatterAnswer, MatterPlace, OffenceLevel, SuspectedOffence, nibrs_offences,
};

use crate::amount::AmountLimit;
use crate::expr::{Vector, not};
use crate::predicate::{LookBack, Predicate, Test, open_matter};
use crate::{amount, evidence, hours};

const LEVELS: [OffenceLevel; 3] = [
    OffenceLevel::Infraction,
    OffenceLevel::Misdemeanor,
    OffenceLevel::Felony,
];

/// The effects of all full answers to one question.
#[derive(Clone, Debug)]
pub(crate) struct Complete {
    all: Vec<Vector>,
    /// For suspected offences: the effects of one offence, by level.
    one_offence: Option<[Vec<Vector>; 3]>,
}

impl Complete {
    pub(crate) fn of(tests: &[Test]) -> Self {
        let by_value = |value: &dyn Fn(&Predicate) -> bool| vector(tests, value);
        let mut one_offence = None;
        let all: BTreeSet<Vector> = match tests.first().map(|test| &test.predicate) {
            None => BTreeSet::new(),
            Some(Predicate::IsYes) => [by_value(&|_| true), by_value(&|_| false)].into(),
            Some(Predicate::AtLeast(_)) => ages(tests),
            Some(Predicate::HistoryWithin(_)) => histories(tests),
            Some(Predicate::Open { .. }) => matters(tests),
            Some(Predicate::InAnyZone(_)) => zones(tests),
            Some(Predicate::AmountWithin(_)) => {
                let effects = amount::effects(&limits(tests));
                effects.iter().map(|passes| Vector::of(passes)).collect()
            }
            Some(Predicate::NobodyWantsProsecution) => {
                [by_value(&|_| true), by_value(&|_| false)].into()
            }
            Some(Predicate::InHours(..)) => hours(tests),
            Some(Predicate::InvolvedAs(_)) => involvements(tests),
            Some(Predicate::DivertedAtMost(_)) => counts(tests),
            Some(Predicate::EveryOffenceIn(_) | Predicate::NoOffenceIn(_)) => {
                let single = LEVELS.map(|level| {
                    let offence = SuspectedOffence {
                        level: Some(level),
                        ..SuspectedOffence::default()
                    };
                    full_offences(tests, &offence).into_iter().collect()
                });
                let effects = single.iter().flatten().copied().collect();
                one_offence = Some(single);
                combinations(effects)
            }
        };
        Self {
            all: all.into_iter().collect(),
            one_offence,
        }
    }

    /// How many effects there are, "unknown" included.
    pub(crate) fn len(&self) -> usize {
        self.all.len() + 1
    }

    /// The effects that are left, given what has been said; not `current` itself.
    pub(crate) fn left(&self, tests: &[Test], facts: &Facts, current: Vector) -> Vec<Vector> {
        let limits = limits(tests);
        if !limits.is_empty()
            && !facts.drugs.is_empty()
            && let Some(left) = amount::left(&limits, facts)
        {
            return left.iter().map(|passes| Vector::of(passes)).collect();
        }
        match &self.one_offence {
            Some(single) if !facts.suspected_offences.is_empty() => {
                offences_left(tests, &facts.suspected_offences, single)
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

fn places(tests: &[Test]) -> impl Iterator<Item = u8> {
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
    let cutoffs: BTreeSet<u32> = tests
        .iter()
        .filter_map(|test| look_back(&test.predicate)?.months)
        .collect();
    let event = |counts: &dyn Fn(u32, bool) -> bool| {
        vector(tests, &|predicate| {
            look_back(predicate).is_some_and(|look_back| {
                look_back
                    .months
                    .is_none_or(|months| counts(months, look_back.anniversary_counts))
            })
        })
    };
    let mut effects = BTreeSet::from([vector(tests, &|_| false), event(&|_, _| true)]);
    for cutoff in cutoffs {
        effects.insert(event(&|months, counts| {
            months > cutoff || months == cutoff && counts
        }));
        effects.insert(event(&|months, _| months > cutoff));
    }
    effects
}

fn matters(tests: &[Test]) -> BTreeSet<Vector> {
    let effect = |matter: MatterAnswer| {
        vector(tests, &|predicate| match predicate {
            Predicate::Open {
                at_least,
                local_only,
            } => open_matter(matter, *at_least, *local_only) == Answer::Yes,
            _ => false,
        })
    };
    let no = MatterAnswer {
        answer: Answer::No,
        ..MatterAnswer::default()
    };
    let mut effects = BTreeSet::from([effect(no)]);
    for level in LEVELS {
        for place in [MatterPlace::Local, MatterPlace::Elsewhere] {
            effects.insert(effect(MatterAnswer {
                answer: Answer::Yes,
                most_serious: Some(level),
                place: Some(place),
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

fn involvements(tests: &[Test]) -> BTreeSet<Vector> {
    let wanted = tests.iter().filter_map(|test| match &test.predicate {
        Predicate::InvolvedAs(wanted) => Some(wanted),
        _ => None,
    });
    evidence::effects(&wanted.collect::<Vec<_>>())
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

fn counts(tests: &[Test]) -> BTreeSet<Vector> {
    let limits = tests.iter().filter_map(|test| match test.predicate {
        Predicate::DivertedAtMost(most) => Some(most),
        _ => None,
    });
    let at = |count: u32| {
        vector(
            tests,
            &|predicate| matches!(predicate, Predicate::DivertedAtMost(most) if count <= u32::from(*most)),
        )
    };
    limits
        .map(|most| u32::from(most) + 1)
        .filter(|count| *count <= u32::from(u16::MAX))
        .chain([0])
        .map(at)
        .collect()
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

/// What one offence does to each test; several have to hold for each.
fn one(tests: &[Test], offence: &SuspectedOffence) -> Vector {
    let mut vector = Vector::default();
    for (i, test) in places(tests).zip(tests) {
        vector.set(
            i,
            match &test.predicate {
                Predicate::EveryOffenceIn(list) => list.lists(offence),
                Predicate::NoOffenceIn(list) => not(list.lists(offence)),
                _ => Answer::Unknown,
            },
        );
    }
    vector
}

/// The statutes that lists name, and one that none names; nothing where no list
/// names any.
fn statutes(tests: &[Test]) -> Vec<String> {
    let lists = tests.iter().filter_map(|test| match &test.predicate {
        Predicate::EveryOffenceIn(list) | Predicate::NoOffenceIn(list) => Some(list),
        _ => None,
    });
    let entries = lists.flat_map(|list| list.listed.iter().chain(&list.except));
    let mut statutes: Vec<String> = entries.filter_map(|e| e.statute.clone()).collect();
    if !statutes.is_empty() {
        statutes.push(String::new());
    }
    statutes
}

/// The effects of every offence that `offence`, whose level is known, can be.
fn full_offences(tests: &[Test], offence: &SuspectedOffence) -> BTreeSet<Vector> {
    let codes: Vec<String> = match &offence.code {
        Some(code) => vec![code.clone()],
        None => nibrs_offences()
            .iter()
            .map(|row| row.code.to_owned())
            .collect(),
    };
    let statutes: Vec<Option<String>> = match (&offence.statute, statutes(tests)) {
        (Some(statute), _) => vec![Some(statute.clone())],
        (None, listed) if listed.is_empty() => vec![None],
        (None, listed) => listed.into_iter().map(Some).collect(),
    };
    let all = codes.iter().flat_map(|code| {
        statutes.iter().map(move |statute| SuspectedOffence {
            code: Some(code.clone()),
            statute: statute.clone(),
            level: offence.level,
            local_text: None,
        })
    });
    all.map(|offence| one(tests, &offence)).collect()
}

/// The effects of any number of offences: a test holds if it holds for each.
fn combinations(single: BTreeSet<Vector>) -> BTreeSet<Vector> {
    let mut all = single.clone();
    loop {
        let more: Vec<_> = all
            .iter()
            .flat_map(|a| single.iter().map(|b| a.both(*b)))
            .filter(|both| !all.contains(both))
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn offences_left(
    tests: &[Test],
    offences: &[SuspectedOffence],
    single: &[Vec<Vector>; 3],
) -> Vec<Vector> {
    let statutes_matter = !statutes(tests).is_empty();
    let mut effects: BTreeSet<Option<Vector>> = BTreeSet::from([None]);
    for offence in offences {
        let levels = LEVELS
            .into_iter()
            .zip(single)
            .filter(|(l, _)| offence.level.is_none_or(|o| o == *l));
        let options: BTreeSet<Vector> = if offence.code.is_some() || statutes_matter {
            levels
                .flat_map(|(level, _)| {
                    full_offences(
                        tests,
                        &SuspectedOffence {
                            level: Some(level),
                            ..offence.clone()
                        },
                    )
                })
                .collect()
        } else {
            levels
                .flat_map(|(_, effects)| effects.iter().copied())
                .collect()
        };
        effects = effects
            .iter()
            .flat_map(|so_far| {
                options
                    .iter()
                    .map(|option| Some(so_far.map_or(*option, |s| s.both(*option))))
            })
            .collect();
    }
    effects.into_iter().flatten().collect()
}
