//! The kinds of rules a pack can use, and what each comes to.
//!
//! Why: a programme manager writes `kind = "no_open_warrant"`, not logic. How
//! it moves: the parser makes a [`RuleKind`] by the table in `kind_table.rs`;
//! [`RuleKind::compile`] turns it into tests. A new kind is a row of the table,
//! a variant, an arm in the parser and an arm here. What it does not do:
//! it reads no facts. Vocabulary: ADR 0012.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use handoff_domain::{HistoryBasis, Nexus, OffenceLevel, Supervision};

use crate::amount::AmountLimit;
use crate::ask::{Ask, Plain};
use crate::citation::Citation;
use crate::evidence::Wanted;
use crate::expr::Expr;
use crate::hours::Window;
use crate::offence_list::{Listed, OffenceList};
use crate::pack::NamedZone;
use crate::predicate::{Area, LookBack, Predicate, Test};
use crate::span::Span;

/// A kind of rule with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleKind {
    /// The person has reached an age.
    MinAge {
        /// In completed years.
        years: u16,
    },
    /// The person is not older than an age.
    MaxAge {
        /// In completed years; who has this age passes.
        years: u16,
    },
    /// Every suspected offence is on the site's list.
    OffenceIn {
        /// The list; empty = the question alone says.
        list: Vec<ListedOffence>,
        /// What the list leaves out.
        except: Vec<ListedOffence>,
        /// The site's question that says it where no list is published.
        question: Option<Ask>,
    },
    /// No suspected offence is on the site's list.
    OffenceNotIn {
        /// The list.
        list: Vec<ListedOffence>,
        /// What the list leaves out.
        except: Vec<ListedOffence>,
    },
    /// Amounts of drugs stay within a limit.
    AmountMax(AmountLimit),
    /// No delivery, or only for the person's own subsistence.
    DeliveryOnlySubsistence,
    /// Nobody wants prosecution.
    VictimDeclines,
    /// The encounter was within these hours, by the clock at the site.
    InHours {
        /// The windows.
        windows: Vec<Window>,
    },
    /// Prior involvement, shown as wanted.
    PriorInvolvement(Wanted),
    /// Not diverted before more often than this.
    PriorDiversions {
        /// The most that passes.
        at_most: u16,
    },
    /// Not diverted within a span.
    NoDiversionWithin {
        /// How far back.
        span: Span,
        /// Whether one exactly that long ago still counts.
        anniversary_counts: bool,
    },
    /// All of these pass.
    AllOf(Vec<RuleKind>),
    /// Any of these passes.
    AnyOf(Vec<RuleKind>),
    /// This does not pass.
    Not(Box<RuleKind>),
    /// Under no supervision of these kinds.
    SupervisionNone {
        /// The kinds.
        kinds: BTreeSet<Supervision>,
    },
    /// No history of a class of offences within a look-back.
    NoHistory {
        /// The question, which names the class.
        of: Ask,
        /// How far back; absent = lifetime.
        span: Option<Span>,
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
    /// A NIBRS code, or a beginning of codes followed by `*`; absent = any.
    pub code: Option<String>,
    /// A statute as the agency cites it; absent = any.
    pub statute: Option<String>,
    /// Only at this level.
    pub level: Option<OffenceLevel>,
    /// Only if this question of the site's is answered with yes.
    pub only_if: Option<Ask>,
}

/// What rules stand on beside the facts.
pub(crate) struct Ground<'a> {
    pub(crate) zones: &'a [NamedZone],
    pub(crate) time_zone: Tz,
}

fn test(ask: Ask, predicate: Predicate) -> Expr<Test> {
    Expr::Test(Test { ask, predicate })
}

impl RuleKind {
    /// The rule as tests: yes = passes, no = hit.
    pub(crate) fn compile(&self, ground: &Ground<'_>) -> Expr<Test> {
        match self {
            Self::MinAge { years } => test(Ask::Age, Predicate::AtLeast(*years)),
            Self::MaxAge { years } => {
                Expr::not(test(Ask::Age, Predicate::AtLeast(years.saturating_add(1))))
            }
            Self::OffenceIn {
                list,
                except,
                question,
            } => offence_in(list, except, question.as_ref()),
            Self::OffenceNotIn { list, except } => offence_not_in(list, except),
            Self::AmountMax(limit) => test(Ask::Drugs, Predicate::AmountWithin(limit.clone())),
            Self::DeliveryOnlySubsistence => Expr::Any(vec![
                Expr::not(test(Ask::Plain(Plain::Delivery), Predicate::IsYes)),
                test(Ask::Plain(Plain::SubsistenceOnly), Predicate::IsYes),
            ]),
            Self::VictimDeclines => test(Ask::Complainant, Predicate::NobodyWantsProsecution),
            Self::InHours { windows } => test(
                Ask::EncounterAt,
                Predicate::InHours(windows.clone(), ground.time_zone),
            ),
            Self::PriorInvolvement(wanted) => {
                test(Ask::PriorInvolvement, Predicate::InvolvedAs(wanted.clone()))
            }
            Self::PriorDiversions { at_most } => {
                test(Ask::PriorDiversions, Predicate::DivertedAtMost(*at_most))
            }
            Self::NoDiversionWithin {
                span,
                anniversary_counts,
            } => {
                let predicate = Predicate::NotDivertedWithin(*span, *anniversary_counts);
                test(Ask::PriorDiversions, predicate)
            }
            Self::AllOf(parts) => Expr::All(parts.iter().map(|p| p.compile(ground)).collect()),
            Self::AnyOf(parts) => Expr::Any(parts.iter().map(|p| p.compile(ground)).collect()),
            Self::Not(part) => Expr::not(part.compile(ground)),
            Self::SupervisionNone { kinds } => {
                let no =
                    |kind: &Supervision| Expr::not(test(Ask::Supervision(*kind), Predicate::IsYes));
                Expr::All(kinds.iter().map(no).collect())
            }
            Self::NoHistory {
                of,
                span,
                anniversary_counts,
                basis,
            } => {
                let look_back = LookBack {
                    basis: *basis,
                    span: *span,
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
            Self::InZone { areas } => {
                let area = |id: &String| Area {
                    id: id.clone(),
                    shape: ground
                        .zones
                        .iter()
                        .find(|zone| zone.id == *id)
                        .and_then(|zone| zone.shape.clone()),
                };
                test(
                    Ask::Zone,
                    Predicate::InAnyZone(areas.iter().map(area).collect()),
                )
            }
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
fn offence_in(
    list: &[ListedOffence],
    except: &[ListedOffence],
    question: Option<&Ask>,
) -> Expr<Test> {
    let mut parts: Vec<_> = question
        .map(|ask| test(ask.clone(), Predicate::IsYes))
        .into_iter()
        .collect();
    if !list.is_empty() {
        for holding in sets(&conditions(list)) {
            let outside = entries(list, |condition| {
                condition.is_none_or(|ask| !holding.contains(&ask))
            });
            let list = OffenceList {
                listed: outside,
                except: entries(except, |_| true),
            };
            let mut any = vec![test(
                Ask::SuspectedOffences,
                Predicate::EveryOffenceIn(list),
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

/// No offence may match an entry, unless the entry has a condition and its
/// question is answered with no.
fn offence_not_in(list: &[ListedOffence], except: &[ListedOffence]) -> Expr<Test> {
    let none_of = |of: Option<&Ask>| {
        let list = OffenceList {
            listed: entries(list, |condition| condition == of),
            except: entries(except, |_| true),
        };
        test(Ask::SuspectedOffences, Predicate::NoOffenceIn(list))
    };
    let mut parts = Vec::new();
    if list.iter().any(|entry| entry.only_if.is_none()) {
        parts.push(none_of(None));
    }
    for condition in conditions(list) {
        let holds = test(condition.clone(), Predicate::IsYes);
        parts.push(Expr::Any(vec![none_of(Some(condition)), Expr::not(holds)]));
    }
    Expr::All(parts)
}

/// The conditions of a list, each once.
fn conditions(list: &[ListedOffence]) -> Vec<&Ask> {
    let mut conditions = Vec::new();
    for condition in list.iter().filter_map(|entry| entry.only_if.as_ref()) {
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    conditions
}

/// Every set of these conditions.
fn sets<'a>(conditions: &[&'a Ask]) -> Vec<Vec<&'a Ask>> {
    conditions.iter().fold(vec![Vec::new()], |sets, condition| {
        let with = |set: &Vec<&'a Ask>| [set.as_slice(), &[*condition]].concat();
        let more: Vec<_> = sets.iter().map(with).collect();
        [sets, more].concat()
    })
}

/// The entries whose condition is as wanted, without it.
fn entries(list: &[ListedOffence], wanted: impl Fn(Option<&Ask>) -> bool) -> Vec<Listed> {
    list.iter()
        .filter(|entry| wanted(entry.only_if.as_ref()))
        .map(|entry| Listed {
            code: entry.code.clone(),
            statute: entry.statute.as_deref().and_then(Citation::parse),
            level: entry.level,
        })
        .collect()
}
