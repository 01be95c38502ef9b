//! The kinds of rules a pack can use, and what each comes to.
//!
//! Why: a programme manager writes `kind = "no_open_warrant"`, not logic. How
//! it moves: the parser makes a [`RuleKind`] by the table in `kind_table.rs`;
//! [`RuleKind::compile`] turns it into tests. A new kind is a row of the table,
//! a variant, an arm in the parser and an arm here. What it does not do:
//! it reads no facts. Vocabulary: ADR 0012.

use std::collections::BTreeSet;

use handoff_domain::{HistoryBasis, Nexus, OffenceLevel, Supervision};

use crate::ask::Ask;
use crate::expr::Expr;
use crate::predicate::{Listed, LookBack, Predicate, Test};

/// A kind of rule with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleKind {
    /// The person has reached an age.
    MinAge {
        /// In completed years.
        years: u16,
    },
    /// Every suspected offence is on the site's list.
    OffenceIn {
        /// The list; empty = the question alone says.
        list: Vec<ListedOffence>,
        /// The site's question that says it where no list is published.
        question: Option<Ask>,
    },
    /// Under no supervision of these kinds.
    SupervisionNone {
        /// The kinds.
        kinds: BTreeSet<Supervision>,
    },
    /// No history of a class of offences within a look-back.
    NoHistory {
        /// The question, which names the class.
        of: Ask,
        /// How far back in calendar months; absent = lifetime.
        months: Option<u32>,
        /// Whether an event exactly that long ago still counts.
        anniversary_counts: bool,
        /// What counts: a conviction, a charge, any history.
        basis: HistoryBasis,
    },
    /// No open case, or no open warrant.
    NoOpenMatter {
        /// [`Ask::OpenCase`] or [`Ask::OpenWarrant`].
        of: Ask,
        /// Only from this level up; absent = any.
        at_least: Option<OffenceLevel>,
        /// Only in the site's own courts.
        local_only: bool,
    },
    /// The encounter was inside one of these areas.
    InZone {
        /// The areas, by id.
        areas: BTreeSet<String>,
    },
    /// Any of these lies behind the conduct.
    SubstanceNexus {
        /// The kinds.
        any_of: BTreeSet<Nexus>,
    },
    /// A yes-or-no question passes on yes, or on no.
    YesNo {
        /// The question.
        of: Ask,
        /// Whether yes is the answer that passes.
        passes_on_yes: bool,
    },
}

/// One entry of a site's list of offences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedOffence {
    /// A NIBRS code, or a beginning of codes followed by `*`.
    pub code: String,
    /// Only at this level.
    pub level: Option<OffenceLevel>,
    /// Only if this question of the site's is answered with yes.
    pub only_if: Option<Ask>,
}

fn test(ask: Ask, predicate: Predicate) -> Expr<Test> {
    Expr::Test(Test { ask, predicate })
}

impl RuleKind {
    /// The rule as tests: yes = passes, no = hit.
    pub(crate) fn compile(&self) -> Expr<Test> {
        match self {
            Self::MinAge { years } => test(Ask::Age, Predicate::AtLeast(*years)),
            Self::OffenceIn { list, question } => offence_in(list, question.as_ref()),
            Self::SupervisionNone { kinds } => {
                let no =
                    |kind: &Supervision| Expr::not(test(Ask::Supervision(*kind), Predicate::IsYes));
                Expr::All(kinds.iter().map(no).collect())
            }
            Self::NoHistory {
                of,
                months,
                anniversary_counts,
                basis,
            } => {
                let look_back = LookBack {
                    basis: *basis,
                    months: *months,
                    anniversary_counts: *anniversary_counts,
                };
                Expr::not(test(of.clone(), Predicate::HistoryWithin(look_back)))
            }
            Self::NoOpenMatter {
                of,
                at_least,
                local_only,
            } => Expr::not(test(
                of.clone(),
                Predicate::Open {
                    at_least: *at_least,
                    local_only: *local_only,
                },
            )),
            Self::InZone { areas } => test(Ask::Zone, Predicate::InAnyZone(areas.clone())),
            Self::SubstanceNexus { any_of } => Expr::Any(
                any_of
                    .iter()
                    .map(|kind| test(Ask::Nexus(*kind), Predicate::IsYes))
                    .collect(),
            ),
            Self::YesNo { of, passes_on_yes } => {
                let yes = test(of.clone(), Predicate::IsYes);
                if *passes_on_yes { yes } else { Expr::not(yes) }
            }
        }
    }
}

/// Every offence must match an entry, and an entry with a condition only counts
/// if its question is answered with yes.
///
/// For each offence that is "any entry: it matches and its condition holds".
/// Multiplied out (three-valued logic is distributive), it is, for each set of
/// conditions: every offence matches an entry outside of the set, or one of the
/// set's conditions holds. In that shape no test mixes offences with answers.
fn offence_in(list: &[ListedOffence], question: Option<&Ask>) -> Expr<Test> {
    let mut parts: Vec<_> = question
        .map(|ask| test(ask.clone(), Predicate::IsYes))
        .into_iter()
        .collect();
    if !list.is_empty() {
        let mut conditions: Vec<&Ask> = Vec::new();
        for condition in list.iter().filter_map(|entry| entry.only_if.as_ref()) {
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        }
        for set in 0..1u32 << conditions.len() {
            let holding = conditions
                .iter()
                .enumerate()
                .filter(|(i, _)| set >> i & 1 == 1);
            let holding: Vec<&Ask> = holding.map(|(_, ask)| *ask).collect();
            let outside = list
                .iter()
                .filter(|entry| {
                    entry
                        .only_if
                        .as_ref()
                        .is_none_or(|ask| !holding.contains(&ask))
                })
                .map(|entry| Listed {
                    code: entry.code.clone(),
                    level: entry.level,
                })
                .collect();
            let mut any = vec![test(
                Ask::SuspectedOffences,
                Predicate::EveryOffenceIn(outside),
            )];
            any.extend(
                holding
                    .into_iter()
                    .map(|ask| test(ask.clone(), Predicate::IsYes)),
            );
            parts.push(Expr::Any(any));
        }
    }
    Expr::All(parts)
}
