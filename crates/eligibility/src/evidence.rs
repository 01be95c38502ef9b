//! Prior involvement: what a site accepts as evidence of it.
//!
//! Why: a social contact is for somebody whom the site could otherwise meet
//! again in an arrest, and sites say what shows that: which kinds of evidence,
//! how recent, in their area, in writing. How it moves: a rule's parameters
//! become [`Wanted`]; one piece of evidence that has all of it is enough. What
//! it does not do: it does not weigh evidence, nor ask who told it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use handoff_domain::{Answer, EvidenceKind, Involvement, InvolvementAnswer};

use crate::expr::{Vector, and, or};
use crate::span::Span;

/// What evidence of prior involvement has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of any of these kinds; empty = of any.
    pub kinds: BTreeSet<EvidenceKind>,
    /// How far back; absent = at any time.
    pub span: Option<Span>,
    /// Whether an event exactly that long ago still counts.
    pub anniversary_counts: bool,
    /// Inside the site's area.
    pub in_zone: bool,
    /// Written down somewhere. Records are, unless the officer says otherwise.
    pub documented: bool,
}

const KINDS: [EvidenceKind; 3] = [
    EvidenceKind::Record,
    EvidenceKind::DirectObservation,
    EvidenceKind::ReliableInformation,
];

impl Wanted {
    /// Whether the answer shows what is wanted.
    pub(crate) fn is_met(&self, answer: &InvolvementAnswer, as_of: NaiveDate) -> Answer {
        match answer.answer {
            Answer::No => Answer::No,
            Answer::Unknown => Answer::Unknown,
            Answer::Yes if self.asks_nothing() => Answer::Yes,
            Answer::Yes if answer.evidence.is_empty() => Answer::Unknown,
            Answer::Yes => answer
                .evidence
                .iter()
                .fold(Answer::No, |any, row| or(any, self.meets(row, as_of))),
        }
    }

    fn asks_nothing(&self) -> bool {
        KINDS.iter().all(|kind| self.accepts(*kind))
            && self.span.is_none()
            && !self.in_zone
            && !self.documented
    }

    fn accepts(&self, kind: EvidenceKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    fn meets(&self, row: &Involvement, as_of: NaiveDate) -> Answer {
        let recent = match (self.span, row.date) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(span), Some(date)) => span
                .reaches(date.latest(), as_of, self.anniversary_counts)
                .into(),
        };
        let needed = |wanted: bool, said: Answer| if wanted { said } else { Answer::Yes };
        and(
            and(self.accepts(row.evidence).into(), recent),
            and(
                needed(self.in_zone, row.in_zone),
                needed(self.documented, written(row)),
            ),
        )
    }

    /// Whether one full piece of evidence has what is wanted.
    fn takes(&self, piece: &Piece) -> bool {
        self.accepts(piece.kind)
            && self.span.is_none_or(|span| {
                let exactly = self.anniversary_counts;
                match piece.age {
                    Age::Since { date, as_of } => span.reaches(date, as_of, exactly),
                    Age::Long { length, is_less } => {
                        length < span.length() || length == span.length() && (is_less || exactly)
                    }
                }
            })
            && (!self.in_zone || piece.in_zone)
            && (!self.documented || piece.documented)
    }
}

/// Whether it is written down: what the officer says, and of a record yes.
fn written(row: &Involvement) -> Answer {
    match (row.documented, row.evidence) {
        (Answer::Unknown, EvidenceKind::Record) => Answer::Yes,
        (said, _) => said,
    }
}

/// One piece of evidence of which everything is known.
#[derive(Clone, Copy)]
struct Piece {
    kind: EvidenceKind,
    age: Age,
    in_zone: bool,
    documented: bool,
}

/// How old a piece of evidence is.
#[derive(Clone, Copy)]
enum Age {
    Since {
        date: NaiveDate,
        as_of: NaiveDate,
    },
    /// As old as a look-back reaches (`Span::length`), or a day less.
    Long {
        length: u64,
        is_less: bool,
    },
}

/// Every age that these look-backs tell apart.
fn ages(all: &[&Wanted]) -> Vec<Age> {
    let spans = all.iter().filter_map(|wanted| wanted.span);
    let cutoffs: BTreeSet<u64> = spans.map(Span::length).chain([u64::MAX]).collect();
    let about = |length| [true, false].map(|is_less| Age::Long { length, is_less });
    cutoffs.into_iter().flat_map(about).collect()
}

/// What an answer can still turn out to be, if it is not yes or no.
fn either(said: Answer) -> &'static [bool] {
    match said {
        Answer::Yes => &[true],
        Answer::No => &[false],
        Answer::Unknown => &[true, false],
    }
}

/// What one piece can do to these rules, of these kinds and ages.
fn of_one(
    all: &[&Wanted],
    kinds: &[EvidenceKind],
    ages: &[Age],
    in_zone: Answer,
    documented: Answer,
    mut found: impl FnMut(Vector),
) {
    for kind in kinds {
        for age in ages {
            for in_zone in either(in_zone) {
                for documented in either(documented) {
                    let piece = Piece {
                        kind: *kind,
                        age: *age,
                        in_zone: *in_zone,
                        documented: *documented,
                    };
                    found(met(all, |wanted| wanted.takes(&piece)));
                }
            }
        }
    }
}

fn met(all: &[&Wanted], is_met: impl Fn(&Wanted) -> bool) -> Vector {
    let mut vector = Vector::default();
    for (i, wanted) in (0u8..).zip(all) {
        vector.set(i, is_met(wanted).into());
    }
    vector
}

/// What any pieces of evidence, at least one, can do to these rules at once.
pub(crate) fn pieces(all: &[&Wanted]) -> BTreeSet<Vector> {
    let anything = Answer::Unknown;
    let mut effects = BTreeSet::new();
    of_one(all, &KINDS, &ages(all), anything, anything, |effect| {
        effects.insert(effect);
    });
    loop {
        let more: Vec<Vector> = effects
            .iter()
            .flat_map(|a| effects.iter().map(|b| a.either(*b)))
            .filter(|both| !effects.contains(both))
            .collect();
        if more.is_empty() {
            return effects;
        }
        effects.extend(more);
    }
}

/// What the pieces that were named can still do: they stay, what was not said of
/// them can be anything, and none is added. What is allocated does not grow with
/// them.
pub(crate) fn left(all: &[&Wanted], rows: &[Involvement], as_of: NaiveDate) -> Vec<Vector> {
    let any_age = ages(all);
    let mut left = vec![met(all, |_| false)];
    let (mut this, mut both) = (Vec::new(), Vec::new());
    for row in rows {
        let date = row.date.map(|date| Age::Since {
            date: date.latest(),
            as_of,
        });
        let ages = date.as_ref().map_or(&*any_age, std::slice::from_ref);
        of_one(
            all,
            &[row.evidence],
            ages,
            row.in_zone,
            written(row),
            |effect| this.push(effect),
        );
        both.extend(left.iter().flat_map(|a| this.iter().map(|b| a.either(*b))));
        both.sort_unstable();
        both.dedup();
        std::mem::swap(&mut left, &mut both);
        both.clear();
        this.clear();
    }
    left
}
