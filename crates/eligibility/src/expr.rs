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

    /// Only these tests; the others read as no.
    pub(crate) fn only(self, tests: Mask) -> Self {
        Self(self.0 & tests.0)
    }

    /// These tests as in `new`, the others as they were.
    pub(crate) fn keeping(self, new: Self, tests: Mask) -> Self {
        Self(self.0 & !tests.0 | new.0 & tests.0)
    }
}

/// Some of the tests of a [`Vector`]: both of their bits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mask(u64);

impl Mask {
    pub(crate) fn add(&mut self, test: u8) {
        self.0 |= 3 << (2 * test);
    }

    pub(crate) fn has(self, test: u8) -> bool {
        self.0 >> (2 * test) & 3 == 3
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

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{No, Unknown, Yes};

    const ALL: [Answer; 3] = [No, Yes, Unknown];
    const PLACES: std::ops::Range<u8> = 0..32;

    /// Answers of which no two neighbours are the same.
    fn answers(turn: usize) -> Vec<Answer> {
        (0..MAX_TESTS)
            .map(|i| ALL[(i + i / 3 + turn) % 3])
            .collect()
    }

    fn read(vector: Vector) -> Vec<Answer> {
        PLACES.map(|place| vector.get(place)).collect()
    }

    #[test]
    fn each_of_32_tests_has_a_place_of_its_own() {
        assert_eq!(usize::from(PLACES.end), MAX_TESTS);
        for place in PLACES {
            for (before, value) in ALL.into_iter().flat_map(|a| ALL.map(|b| (a, b))) {
                let mut vector = Vector::of(&[before; MAX_TESTS]);
                vector.set(place, value);
                let mut expected = [before; MAX_TESTS];
                expected[usize::from(place)] = value;
                assert_eq!(read(vector), expected, "{place}");
            }
        }
        assert_eq!(read(Vector::UNKNOWN), [Unknown; MAX_TESTS]);
        assert_eq!(read(Vector::default()), [No; MAX_TESTS]);
    }

    #[test]
    fn vectors_are_joined_test_by_test() {
        for (a, b) in (0..3).flat_map(|a| (0..3).map(move |b| (answers(a), answers(b)))) {
            let each = |join: fn(Answer, Answer) -> Answer| -> Vec<Answer> {
                a.iter().zip(&b).map(|(a, b)| join(*a, *b)).collect()
            };
            assert_eq!(read(Vector::of(&a).both(Vector::of(&b))), each(and));
            let known = |answers: &[Answer]| -> Vec<Answer> {
                answers
                    .iter()
                    .map(|answer| if *answer == Unknown { Yes } else { *answer })
                    .collect()
            };
            let (a, b) = (known(&a), known(&b));
            let each: Vec<Answer> = a.iter().zip(&b).map(|(a, b)| or(*a, *b)).collect();
            assert_eq!(read(Vector::of(&a).either(Vector::of(&b))), each);
        }
    }

    #[test]
    fn a_mask_takes_the_tests_that_it_names_and_no_other() {
        let single = PLACES.map(|place| 1u32 << place);
        let more = [0, u32::MAX, 0xAAAA_AAAA, 0x00FF_00FF, 0x8000_0001];
        for mask in single.clone().chain(single.map(|mask| !mask)).chain(more) {
            let (a, b) = (answers(0), answers(1));
            let names = |place: u8| mask >> place & 1 == 1;
            let pick = |otherwise: &[Answer]| -> Vec<Answer> {
                PLACES
                    .map(|place| if names(place) { &b } else { otherwise }[usize::from(place)])
                    .collect()
            };
            let (old, new) = (Vector::of(&a), Vector::of(&b));
            let mut tests = Mask::default();
            PLACES
                .filter(|place| names(*place))
                .for_each(|place| tests.add(place));
            for place in PLACES {
                assert_eq!(tests.has(place), names(place), "{mask:x}");
            }
            assert_eq!(read(new.only(tests)), pick(&[No; MAX_TESTS]), "{mask:x}");
            assert_eq!(read(old.keeping(new, tests)), pick(&a), "{mask:x}");
        }
    }

    /// Kleene's strong logic.
    #[test]
    fn what_is_unknown_matters_only_while_it_can() {
        assert_eq!(ALL.map(not), [Yes, No, Unknown]);
        for (a, b, all, any) in [
            (No, No, No, No),
            (No, Yes, No, Yes),
            (No, Unknown, No, Unknown),
            (Yes, Yes, Yes, Yes),
            (Yes, Unknown, Unknown, Yes),
            (Unknown, Unknown, Unknown, Unknown),
        ] {
            assert_eq!((and(a, b), or(a, b)), (all, any), "{a:?} {b:?}");
            assert_eq!((and(b, a), or(b, a)), (all, any), "{b:?} {a:?}");
            let parts = || -> Vec<Expr<TestRef>> {
                let at = |test| Expr::Test(TestRef { question: 0, test });
                vec![at(0), at(1)]
            };
            let values = [Vector::of(&[a, b])];
            assert_eq!(Expr::All(parts()).eval(&values), all);
            assert_eq!(Expr::Any(parts()).eval(&values), any);
            assert_eq!(Expr::not(Expr::All(parts())).eval(&values), not(all));
            // Nothing was said of a question that is not there.
            assert_eq!(Expr::All(parts()).eval(&[]), Unknown);
        }
        assert_eq!(Expr::<TestRef>::All(Vec::new()).eval(&[]), Yes);
        assert_eq!(Expr::<TestRef>::Any(Vec::new()).eval(&[]), No);
    }
}
