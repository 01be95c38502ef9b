//! Which questions can still change the outcome.
//!
//! A question is open if and only if, for some setting of the other unanswered
//! questions, two of its answers ("unknown" is one of them) give a different
//! outcome or waivability. Trying all settings is exponential; this is exact
//! and takes microseconds, because rules that share no unanswered question meet
//! only in three flags (a hard hit, something that blocks, a presumptive hit):
//!
//! 1. Rules that are already decided stay decided; only their flags are kept.
//! 2. The undecided ones fall into islands that share no unanswered question.
//!    For each island the set of flags it can reach is a byte, and what all
//!    islands can reach is the union-product of those bytes. An island is not
//!    taken out of it: with its own flags added, a pair gives two verdicts
//!    exactly if it did without, for the gravest flag alone gives the verdict.
//! 3. Inside an island, a question that is asked once is independent of the
//!    rest of its rule; only questions asked more than once are tried answer by
//!    answer.
//! 4. For the question in hand each answer is followed through its island
//!    together with no answer, as a *pair*, the other questions being the same
//!    on both sides. If a reachable pair of flags, joined with what the islands
//!    can reach, gives two verdicts, the question is open. Where two answers
//!    differ, one of them differs from no answer: other pairs add nothing.
//!
//! What it does not do: it asks nobody and orders nothing (`screen.rs` does).
//! Proved equal to trying everything in `tests/open_questions.rs`; decided in
//! ADR 0011.

use handoff_domain::{Answer, Severity};

use crate::expr::{Expr, Mask, TestRef, Vector, and, not, or};
use crate::plan::Plan;
use crate::verdict::Flags;

/// What [`open_questions`] needs of one screening.
pub(crate) struct Situation<'a> {
    pub(crate) plan: &'a Plan,
    /// Flags that stand whatever the rules say.
    pub(crate) standing: Flags,
    /// What each question says now.
    pub(crate) now: &'a [Vector],
    /// What each rule of the plan says now.
    pub(crate) results: &'a [Answer],
    /// The effects that answers to each question can still have.
    pub(crate) left: &'a dyn Fn(usize) -> Vec<Vector>,
}

/// The open questions, as a bit for each question of the plan.
pub(crate) fn open_questions(situation: &Situation<'_>) -> u64 {
    let mut decided = situation.standing;
    let mut undecided = Vec::new();
    for (rule, result) in situation.plan.rules.iter().zip(situation.results) {
        if *result != Answer::Unknown {
            decided = decided.with(Flags::of(rule.severity, *result));
        } else if rule.severity != Severity::Advisory {
            undecided.push(Live {
                severity: rule.severity,
                passes: &rule.passes,
                asks: 0,
            });
        }
    }
    if undecided.is_empty() {
        return 0;
    }
    let mut questions = vec![Asked::default(); situation.plan.questions.len()];
    for rule in &mut undecided {
        let mut asks = 0;
        note_live(rule.passes, situation.now, &mut questions, &mut asks);
        rule.asks = asks;
    }
    for (i, question) in questions
        .iter_mut()
        .enumerate()
        .filter(|(_, q)| q.times > 0)
    {
        let now = situation.now.get(i).copied().unwrap_or(Vector::UNKNOWN);
        question.effects.push(now.only(question.tests));
        for effect in (situation.left)(i) {
            let effect = effect.only(question.tests);
            if !question.effects.contains(&effect) {
                question.effects.push(effect);
            }
        }
    }
    let islands = islands(undecided);
    let mut now = situation.now.to_vec();
    let reach = islands.iter().fold(Reach::only(decided), |reach, island| {
        reach.join(island.reach(&questions, &mut now))
    });
    let mut open = 0;
    for island in &islands {
        for question in bits(island.asks) {
            if island.is_open(question, reach, &questions, &mut now) {
                open |= 1 << question;
            }
        }
    }
    open
}

/// An unanswered question as the undecided rules ask it.
#[derive(Clone, Debug, Default)]
struct Asked {
    /// In how many places.
    times: u32,
    /// Which of its tests are still of interest.
    tests: Mask,
    /// The distinct effects of its answers on those; the first is now.
    effects: Vec<Vector>,
}

/// An undecided rule.
struct Live<'a> {
    severity: Severity,
    passes: &'a Expr<TestRef>,
    /// The unanswered questions that it asks, a bit each.
    asks: u64,
}

/// Undecided rules that share unanswered questions with no other.
struct Island<'a> {
    rules: Vec<Live<'a>>,
    asks: u64,
}

fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        next
    })
}

/// Notes each test that can still move `expr`.
fn note_live(expr: &Expr<TestRef>, now: &[Vector], questions: &mut [Asked], asks: &mut u64) {
    if expr.eval(now) != Answer::Unknown {
        return;
    }
    match expr {
        Expr::Test(at) => {
            if let Some(question) = questions.get_mut(usize::from(at.question)) {
                question.times += 1;
                question.tests.add(at.test);
                *asks |= 1 << at.question;
            }
        }
        Expr::Not(inner) => note_live(inner, now, questions, asks),
        Expr::All(parts) | Expr::Any(parts) => {
            parts
                .iter()
                .for_each(|part| note_live(part, now, questions, asks));
        }
    }
}

fn islands(rules: Vec<Live<'_>>) -> Vec<Island<'_>> {
    let mut islands: Vec<Island<'_>> = Vec::new();
    for rule in rules {
        let mut joined = Island {
            asks: rule.asks,
            rules: vec![rule],
        };
        let mut apart = Vec::with_capacity(islands.len() + 1);
        for island in islands {
            if island.asks & joined.asks == 0 {
                apart.push(island);
            } else {
                joined.asks |= island.asks;
                joined.rules.extend(island.rules);
            }
        }
        apart.push(joined);
        islands = apart;
    }
    islands
}

impl Island<'_> {
    fn shared(&self, questions: &[Asked]) -> Vec<usize> {
        bits(self.asks)
            .filter(|q| questions.get(*q).is_some_and(|a| a.times > 1))
            .collect()
    }

    /// Every combination of flags that this island can come to.
    fn reach(&self, questions: &[Asked], now: &mut [Vector]) -> Reach {
        let shared = self.shared(questions);
        let mut all = Reach::NOTHING;
        each_setting(&shared, questions, now, &mut |now| {
            let walk = Walk {
                questions,
                now,
                pair: None,
                fixed: &shared,
            };
            let one = self
                .rules
                .iter()
                .fold(Reach::only(Flags::NONE), |so_far, rule| {
                    let mut reach = Reach::NOTHING;
                    for pair in walk.pairs(rule.passes).iter() {
                        reach = reach.or(Reach::only(Flags::of(rule.severity, pair.0)));
                    }
                    so_far.join(reach)
                });
            all = all.or(one);
            all.is_everything()
        });
        all
    }

    fn is_open(
        &self,
        question: usize,
        beside: Reach,
        questions: &[Asked],
        now: &mut [Vector],
    ) -> bool {
        let mut fixed = self.shared(questions);
        fixed.retain(|other| *other != question);
        let effects = questions
            .get(question)
            .map(|asked| asked.effects.as_slice());
        let Some([unanswered, answers @ ..]) = effects else {
            return false;
        };
        each_setting(&fixed, questions, now, &mut |now| {
            answers.iter().any(|answer| {
                let walk = Walk {
                    questions,
                    now,
                    pair: Some((question, *unanswered, *answer)),
                    fixed: &fixed,
                };
                self.pair_reach(&walk).tells_apart(beside)
            })
        })
    }

    fn pair_reach(&self, walk: &Walk<'_>) -> PairReach {
        self.rules
            .iter()
            .fold(PairReach::only(Flags::NONE, Flags::NONE), |so_far, rule| {
                let mut reach = PairReach::NOTHING;
                for (a, b) in walk.pairs(rule.passes).iter() {
                    reach = reach.or(PairReach::only(
                        Flags::of(rule.severity, a),
                        Flags::of(rule.severity, b),
                    ));
                }
                so_far.join(reach)
            })
    }
}

/// Calls `look` for each way of answering `which`, until it says enough.
fn each_setting(
    which: &[usize],
    questions: &[Asked],
    now: &mut [Vector],
    look: &mut dyn FnMut(&[Vector]) -> bool,
) -> bool {
    let Some((first, rest)) = which.split_first() else {
        return look(now);
    };
    let Some(question) = questions.get(*first) else {
        return each_setting(rest, questions, now, look);
    };
    let before = now.get(*first).copied();
    for effect in &question.effects {
        if let Some(slot) = now.get_mut(*first) {
            *slot = before.unwrap_or_default().keeping(*effect, question.tests);
        }
        if each_setting(rest, questions, now, look) {
            return restore(now, *first, before, true);
        }
    }
    restore(now, *first, before, false)
}

fn restore(now: &mut [Vector], at: usize, before: Option<Vector>, enough: bool) -> bool {
    if let (Some(slot), Some(before)) = (now.get_mut(at), before) {
        *slot = before;
    }
    enough
}

/// One way through an expression in which each question that is not fixed is
/// asked once.
struct Walk<'a> {
    questions: &'a [Asked],
    now: &'a [Vector],
    /// The question in hand and its two answers.
    pair: Option<(usize, Vector, Vector)>,
    fixed: &'a [usize],
}

impl Walk<'_> {
    /// The pairs of values that `expr` can take.
    fn pairs(&self, expr: &Expr<TestRef>) -> Pairs {
        match expr {
            Expr::Test(at) => self.test(*at),
            Expr::Not(inner) => self.pairs(inner).map(not),
            Expr::All(parts) => parts
                .iter()
                .fold(Pairs::only(Answer::Yes, Answer::Yes), |a, p| {
                    a.join(self.pairs(p), and)
                }),
            Expr::Any(parts) => parts
                .iter()
                .fold(Pairs::only(Answer::No, Answer::No), |a, p| {
                    a.join(self.pairs(p), or)
                }),
        }
    }

    fn test(&self, at: TestRef) -> Pairs {
        let place = usize::from(at.question);
        let now = self.now.get(place).copied().unwrap_or(Vector::UNKNOWN);
        let Some(question) = self.questions.get(place) else {
            return Pairs::only(now.get(at.test), now.get(at.test));
        };
        if !question.tests.has(at.test) {
            return Pairs::only(now.get(at.test), now.get(at.test));
        }
        if let Some((in_hand, a, b)) = self.pair
            && in_hand == place
        {
            return Pairs::only(a.get(at.test), b.get(at.test));
        }
        if self.fixed.contains(&place) {
            return Pairs::only(now.get(at.test), now.get(at.test));
        }
        question.effects.iter().fold(Pairs::NOTHING, |all, effect| {
            all.or(Pairs::only(effect.get(at.test), effect.get(at.test)))
        })
    }
}

pub(crate) use sets::{PairReach, Pairs, Reach};

#[path = "open_sets.rs"]
mod sets;
