//! What suspected offences that are not, or not fully, known could still do to
//! the lists that ask for them. Why and how: see `complete.rs`.

use std::collections::BTreeSet;

use handoff_domain::{Answer, OffenceLevel, SuspectedOffence, nibrs_offences};

use crate::citation::Citation;
use crate::complete::{LEVELS, places};
use crate::expr::{Vector, not};
use crate::offence_list::{Offence, OffenceList, cited};
use crate::predicate::{Predicate, Test};

/// What one offence of which nothing is known can be.
#[derive(Clone, Debug)]
pub(crate) struct OffenceEffects {
    /// The effects of one offence, by level.
    single: [Vec<Vector>; 3],
    /// Citations that lists tell apart; none where no list names a law.
    citations: Vec<Citation>,
}

impl OffenceEffects {
    pub(crate) fn of(tests: &[Test]) -> Self {
        let mut effects = Self {
            single: Default::default(),
            citations: citations(tests),
        };
        effects.single = LEVELS.map(|level| {
            let all = effects.full(tests, &SuspectedOffence::default(), level);
            all.into_iter().collect()
        });
        effects
    }

    /// The effects of any number of offences.
    pub(crate) fn any_number(&self) -> BTreeSet<Vector> {
        combinations(self.single.iter().flatten().copied().collect())
    }

    /// The effects of all that `offence`, at this level, can be.
    fn full(
        &self,
        tests: &[Test],
        offence: &SuspectedOffence,
        level: OffenceLevel,
    ) -> BTreeSet<Vector> {
        let codes: Vec<&str> = match &offence.code {
            Some(code) => vec![code],
            None => nibrs_offences().iter().map(|row| row.code).collect(),
        };
        let statutes: Vec<Option<Citation>> = match cited(offence) {
            None if self.citations.is_empty() => vec![None],
            None => self.citations.iter().cloned().map(Some).collect(),
            given => vec![given],
        };
        let all = codes.into_iter().flat_map(|code| {
            statutes.iter().map(move |statute| Offence {
                code: Some(code),
                statute: statute.as_ref(),
                level: Some(level),
            })
        });
        all.map(|offence| one(tests, offence)).collect()
    }

    /// What these offences can still come to.
    pub(crate) fn left(&self, tests: &[Test], offences: &[SuspectedOffence]) -> Vec<Vector> {
        let mut effects: BTreeSet<Option<Vector>> = BTreeSet::from([None]);
        for offence in offences {
            let levels = LEVELS
                .into_iter()
                .zip(&self.single)
                .filter(|(level, _)| offence.level.is_none_or(|known| known == *level));
            let is_open = offence.code.is_none() && cited(offence).is_none();
            let options: BTreeSet<Vector> = levels
                .flat_map(|(level, all)| match is_open {
                    true => all.iter().copied().collect(),
                    false => self.full(tests, offence, level),
                })
                .collect();
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
}

fn lists(tests: &[Test]) -> impl Iterator<Item = &OffenceList> {
    tests.iter().filter_map(|test| match &test.predicate {
        Predicate::EveryOffenceIn(list) | Predicate::NoOffenceIn(list) => Some(list),
        _ => None,
    })
}

fn citations(tests: &[Test]) -> Vec<Citation> {
    let mut citations: Vec<Citation> = Vec::new();
    let listed = lists(tests).flat_map(OffenceList::statutes);
    for citation in listed.flat_map(Citation::variants) {
        if !citations.contains(&citation) {
            citations.push(citation);
        }
    }
    if !citations.is_empty() {
        citations.push(Citation::of_no_list());
    }
    citations
}

/// What one offence does to each test; several have to hold for each.
fn one(tests: &[Test], offence: Offence<'_>) -> Vector {
    let mut vector = Vector::default();
    for (i, test) in places(tests).zip(tests) {
        vector.set(
            i,
            match &test.predicate {
                Predicate::EveryOffenceIn(list) => list.lists_one(offence),
                Predicate::NoOffenceIn(list) => not(list.lists_one(offence)),
                _ => Answer::Unknown,
            },
        );
    }
    vector
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
