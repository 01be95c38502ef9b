//! Small sets as bits: pairs of values, flags, pairs of flags.
//!
//! Why: `open.rs` follows everything that could still happen at once; there
//! are 9 pairs of values, 8 combinations of flags and 64 pairs of those, so a
//! set is one word. What it does not do: it gives the bits no meaning beyond
//! [`Flags`] and [`Answer`].

use handoff_domain::Answer;

use crate::verdict::Flags;

/// The places of the bits of `set`.
fn ranks(mut set: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let next = (set != 0).then(|| set.trailing_zeros());
        set &= set.wrapping_sub(1);
        next
    })
}

const fn answer(rank: u32) -> Answer {
    match rank {
        0 => Answer::No,
        1 => Answer::Yes,
        _ => Answer::Unknown,
    }
}

const fn rank(answer: Answer) -> u32 {
    match answer {
        Answer::No => 0,
        Answer::Yes => 1,
        Answer::Unknown => 2,
    }
}

/// A set of pairs of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pairs(u16);

impl Pairs {
    pub(crate) const NOTHING: Self = Self(0);

    pub(crate) fn only(a: Answer, b: Answer) -> Self {
        Self(1 << (3 * rank(a) + rank(b)))
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = (Answer, Answer)> {
        ranks(u64::from(self.0)).map(|bit| (answer(bit / 3), answer(bit % 3)))
    }

    pub(crate) fn map(self, f: fn(Answer) -> Answer) -> Self {
        self.iter()
            .fold(Self::NOTHING, |all, (a, b)| all.or(Self::only(f(a), f(b))))
    }

    pub(crate) fn join(self, other: Self, f: fn(Answer, Answer) -> Answer) -> Self {
        self.iter().fold(Self::NOTHING, |all, (a, b)| {
            other
                .iter()
                .fold(all, |all, (c, d)| all.or(Self::only(f(a, c), f(b, d))))
        })
    }
}

/// A set of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach(u8);

impl Reach {
    pub(crate) const NOTHING: Self = Self(0);

    pub(crate) fn only(flags: Flags) -> Self {
        Self(1 << flags.rank())
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_everything(self) -> bool {
        self.0 == u8::MAX
    }

    fn iter(self) -> impl Iterator<Item = Flags> {
        ranks(u64::from(self.0)).map(Flags::from_rank)
    }

    /// Everything that either side together with the other can come to.
    pub(crate) fn join(self, other: Self) -> Self {
        self.iter().fold(Self::NOTHING, |all, a| {
            other
                .iter()
                .fold(all, |all, b| all.or(Self::only(a.with(b))))
        })
    }
}

/// A set of pairs of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PairReach(u64);

impl PairReach {
    pub(crate) const NOTHING: Self = Self(0);

    pub(crate) fn only(a: Flags, b: Flags) -> Self {
        Self(1 << (8 * a.rank() + b.rank()))
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn iter(self) -> impl Iterator<Item = (Flags, Flags)> {
        ranks(self.0).map(|bit| (Flags::from_rank(bit / 8), Flags::from_rank(bit % 8)))
    }

    pub(crate) fn join(self, other: Self) -> Self {
        self.iter().fold(Self::NOTHING, |all, (a, b)| {
            other
                .iter()
                .fold(all, |all, (c, d)| all.or(Self::only(a.with(c), b.with(d))))
        })
    }

    /// Whether some pair, joined with something beside it, gives two verdicts.
    pub(crate) fn tells_apart(self, beside: Reach) -> bool {
        self.iter().any(|(a, b)| {
            a != b
                && beside
                    .iter()
                    .any(|o| a.with(o).verdict() != b.with(o).verdict())
        })
    }
}
