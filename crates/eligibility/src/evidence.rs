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
        self.kinds.is_empty() && self.span.is_none() && !self.in_zone && !self.documented
    }

    fn meets(&self, row: &Involvement, as_of: NaiveDate) -> Answer {
        let kind = self.kinds.is_empty() || self.kinds.contains(&row.evidence);
        let recent = match (self.span, row.date) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(span), Some(date)) => span
                .reaches(date.latest(), as_of, self.anniversary_counts)
                .into(),
        };
        let written = match (row.documented, row.evidence) {
            (Answer::Unknown, EvidenceKind::Record) => Answer::Yes,
            (said, _) => said,
        };
        let needed = |wanted: bool, said: Answer| if wanted { said } else { Answer::Yes };
        and(
            and(kind.into(), recent),
            and(
                needed(self.in_zone, row.in_zone),
                needed(self.documented, written),
            ),
        )
    }

    /// Whether one full piece of evidence has what is wanted.
    fn takes(&self, piece: &Piece) -> bool {
        let recent = self.span.is_none_or(|span| {
            piece.length < span.length()
                || piece.length == span.length() && (piece.is_less || self.anniversary_counts)
        });
        (self.kinds.is_empty() || self.kinds.contains(&piece.kind))
            && recent
            && (!self.in_zone || piece.in_zone)
            && (!self.documented || piece.documented)
    }
}

struct Piece {
    kind: EvidenceKind,
    /// How old it is (`Span::length`).
    length: u64,
    /// Whether it is a day less.
    is_less: bool,
    in_zone: bool,
    documented: bool,
}

/// What full answers can do to these rules at once.
pub(crate) fn effects(all: &[&Wanted]) -> BTreeSet<Vector> {
    let by = |met: &dyn Fn(&Wanted) -> bool| {
        let met: Vec<Answer> = all.iter().map(|wanted| met(wanted).into()).collect();
        Vector::of(&met)
    };
    let spans = all.iter().filter_map(|wanted| wanted.span);
    let cutoffs: BTreeSet<u64> = spans.map(Span::length).collect();
    let mut effects = BTreeSet::from([by(&|_| false)]);
    for length in cutoffs.iter().copied().chain([u64::MAX]) {
        for (is_less, kind) in [true, false]
            .into_iter()
            .flat_map(|less| KINDS.map(|kind| (less, kind)))
        {
            for (in_zone, documented) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let piece = Piece {
                    kind,
                    length,
                    is_less,
                    in_zone,
                    documented,
                };
                effects.insert(by(&|wanted| wanted.takes(&piece)));
            }
        }
    }
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
