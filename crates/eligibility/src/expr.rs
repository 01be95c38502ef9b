//! Three-valued logic over what answers say.
//!
//! Why: every rule, however it is put together, is all-of, any-of and not over
//! plain tests of single answers, read in Kleene's strong logic, so that an
//! unknown stays unknown only while it can still matter, and knowing more never
//! undoes what was known. How it moves: rule kinds compile to [`Expr`]; the
//! engine evaluates it on one [`Vector`] for each question. What it does not
//! do: it knows no facts and no dates.

use handoff_domain::Answer;

/// The values of all tests that a plan puts to one question: two bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Vector(u64);

/// How many tests one question can take.
pub(crate) const MAX_TESTS: usize = 32;

impl Vector {
    /// The answers of tests, in order.
    pub(crate) fn of(answers: &[Answer]) -> Self {
        let mut vector = Self::default();
        for (i, answer) in (0u8..).zip(answers) {
            vector.set(i, *answer);
        }
        vector
    }

    pub(crate) fn get(self, test: u8) -> Answer {
        match self.0 >> (2 * test) & 3 {
            0 => Answer::No,
            1 => Answer::Yes,
            _ => Answer::Unknown,
        }
    }

    pub(crate) fn set(&mut self, test: u8, value: Answer) {
        let bits = match value {
            Answer::No => 0,
            Answer::Yes => 1,
            Answer::Unknown => 2,
        };
        self.0 = self.0 & !(3 << (2 * test)) | bits << (2 * test);
    }

    /// Every test unknown.
    pub(crate) const UNKNOWN: Self = Self(0xAAAA_AAAA_AAAA_AAAA);

    /// Both hold.
    pub(crate) fn both(self, other: Self) -> Self {
        const YES: u64 = 0x5555_5555_5555_5555;
        let yes = self.0 & other.0 & YES;
        let not_no = |vector: Self| (vector.0 | vector.0 >> 1) & YES;
        let unknown = not_no(self) & not_no(other) & !yes;
        Self(yes | unknown << 1)
    }

    /// Either holds, for vectors without an unknown.
    pub(crate) fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Only the tests in `mask` (one bit each); the others read as no.
    pub(crate) fn only(self, mask: u32) -> Self {
        Self(self.0 & Self::wide(mask))
    }

    /// The tests in `mask` as in `new`, the others as they were.
    pub(crate) fn keeping(self, new: Self, mask: u32) -> Self {
        Self(self.0 & !Self::wide(mask) | new.0 & Self::wide(mask))
    }

    fn wide(mask: u32) -> u64 {
        let mut wide = u64::from(mask);
        wide = (wide | wide << 16) & 0x0000_FFFF_0000_FFFF;
        wide = (wide | wide << 8) & 0x00FF_00FF_00FF_00FF;
        wide = (wide | wide << 4) & 0x0F0F_0F0F_0F0F_0F0F;
        wide = (wide | wide << 2) & 0x3333_3333_3333_3333;
        wide = (wide | wide << 1) & 0x5555_5555_5555_5555;
        wide | wide << 1
    }
}

/// Tests of answers, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr<T> {
    /// One test of one answer.
    Test(T),
    /// The opposite.
    Not(Box<Self>),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
}

/// A test by its place in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TestRef {
    pub(crate) question: u8,
    pub(crate) test: u8,
}

impl<T> Expr<T> {
    pub(crate) fn not(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    /// Calls `visit` for each test, from left to right.
    pub(crate) fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a T)) {
        match self {
            Self::Test(test) => visit(test),
            Self::Not(inner) => inner.visit(visit),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|p| p.visit(visit)),
        }
    }

    /// The same shape over other tests.
    pub(crate) fn try_map<U, E>(
        &self,
        map: &mut impl FnMut(&T) -> Result<U, E>,
    ) -> Result<Expr<U>, E> {
        let mut each = |parts: &[Self]| {
            parts
                .iter()
                .map(|p| p.try_map(map))
                .collect::<Result<Vec<_>, E>>()
        };
        Ok(match self {
            Self::Test(test) => Expr::Test(map(test)?),
            Self::Not(inner) => Expr::not(inner.try_map(map)?),
            Self::All(parts) => Expr::All(each(parts)?),
            Self::Any(parts) => Expr::Any(each(parts)?),
        })
    }
}

impl Expr<TestRef> {
    /// What it comes to under `values`, one vector for each question.
    pub(crate) fn eval(&self, values: &[Vector]) -> Answer {
        match self {
            Self::Test(at) => values
                .get(usize::from(at.question))
                .map_or(Answer::Unknown, |v| v.get(at.test)),
            Self::Not(inner) => not(inner.eval(values)),
            Self::All(parts) => {
                let mut all = Answer::Yes;
                for part in parts {
                    all = and(all, part.eval(values));
                    if all == Answer::No {
                        break;
                    }
                }
                all
            }
            Self::Any(parts) => {
                let mut any = Answer::No;
                for part in parts {
                    any = or(any, part.eval(values));
                    if any == Answer::Yes {
                        break;
                    }
                }
                any
            }
        }
    }
}

pub(crate) const fn not(a: Answer) -> Answer {
    match a {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        Answer::Unknown => Answer::Unknown,
    }
}

pub(crate) const fn and(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
        _ => Answer::Unknown,
    }
}

pub(crate) const fn or(a: Answer, b: Answer) -> Answer {
    not(and(not(a), not(b)))
}
