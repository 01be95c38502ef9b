//! The kinds of rules a pack can use, and what each comes to.
//!
//! Why: a programme manager writes `kind = "no_open_warrant"`, not logic. How
//! it moves: [`KINDS`] is the one table of names and parameters: the parser
//! reads by it, its errors list it, the JSON Schema and the guide are made from
//! it; [`RuleKind::compile`] turns a rule into tests. A new kind is a row of the
//! table, a variant, an arm in the parser and an arm here. What it does not do:
//! it reads no facts. Vocabulary: ADR 0012.

use std::collections::BTreeSet;

use handoff_domain::{HistoryBasis, Nexus, OffenceLevel, Supervision};

use crate::ask::{Ask, Plain};
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

/// A parameter of a rule kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is for.
    pub about: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words.
    ManyOf(&'static [&'static str]),
    /// A look-back: `"lifetime"`, `{ years = 10 }` or `{ months = 6 }`.
    LookBack,
    /// The id of a question of the pack.
    Question,
    /// The name of a class of offences of the pack.
    Class,
    /// Ids of areas of the pack.
    Zones,
    /// Offences: codes, or tables with `code`, `level`, `only_if`.
    Offences,
}

/// A rule kind as packs name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
}

const fn param(name: &'static str, takes: Takes, about: &'static str) -> Param {
    Param { name, takes, about }
}

const LEVELS: Takes = Takes::OneOf(&["infraction", "misdemeanor", "felony"]);
const LOOK_BACK: Param = param(
    "look_back",
    Takes::LookBack,
    "how far back it counts: \"lifetime\" (the default), { years = 10 } or { months = 6 }",
);
const ANNIVERSARY: Param = param(
    "anniversary_counts",
    Takes::Flag,
    "whether an event exactly that long ago still counts (default false)",
);
const OPEN: &[Param] = &[
    param(
        "at_least",
        LEVELS,
        "only matters from this level up; left out = any",
    ),
    param(
        "local_only",
        Takes::Flag,
        "only matters in the site's own courts (default false)",
    ),
];

const fn plain(name: &'static str, about: &'static str) -> Kind {
    Kind {
        name,
        about,
        params: &[],
    }
}

/// Every rule kind, with its parameters.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "min_age",
        about: "the person has reached an age",
        params: &[param("years", Takes::Number, "the age in completed years")],
    },
    Kind {
        name: "offense_in",
        about: "every suspected offence is one that the site diverts",
        params: &[
            param(
                "offenses",
                Takes::Offences,
                "NIBRS codes (\"40A\", \"23*\") or { code, level, only_if }",
            ),
            param(
                "question",
                Takes::Question,
                "a site question, where no list is published",
            ),
        ],
    },
    Kind {
        name: "supervision_none",
        about: "under no supervision of these kinds",
        params: &[param(
            "kinds",
            Takes::ManyOf(&["probation", "parole", "pretrial", "other"]),
            "the kinds that exclude",
        )],
    },
    Kind {
        name: "no_conviction",
        about: "no history of a class of offences; the question's `basis` says what counts",
        params: &[
            param(
                "class",
                Takes::Class,
                "the class; its question is `history.<class>`",
            ),
            LOOK_BACK,
            ANNIVERSARY,
        ],
    },
    Kind {
        name: "sex_offense_history",
        about: "no history of sex offences",
        params: &[LOOK_BACK, ANNIVERSARY],
    },
    Kind {
        name: "no_open_case",
        about: "no open criminal case",
        params: OPEN,
    },
    Kind {
        name: "no_open_warrant",
        about: "no open warrant",
        params: OPEN,
    },
    Kind {
        name: "in_zone",
        about: "the encounter was inside one of these areas",
        params: &[param("zones", Takes::Zones, "ids of [[zone]] tables")],
    },
    Kind {
        name: "substance_nexus",
        about: "any of these lies behind the conduct",
        params: &[param(
            "any_of",
            Takes::ManyOf(&[
                "opioid",
                "substance",
                "behavioral_health",
                "mental_health",
                "poverty",
            ]),
            "the kinds that qualify",
        )],
    },
    plain(
        "threat_to_public_safety",
        "the person is no threat to public safety",
    ),
    plain("volunteers", "the person wants to take part"),
    plain("amenable", "the person is amenable to diversion"),
    plain("residency", "the person lives where the site serves"),
    plain("not_in_treatment_court", "no case in a treatment court"),
    plain("registrant", "no duty to register as a sex offender"),
    plain(
        "no_contact_order_with_participant",
        "no order that bars contact with a participant",
    ),
    plain(
        "not_delivery",
        "not suspected of delivery or of intent to deliver",
    ),
    plain(
        "not_exploiting_minors",
        "not suspected of exploiting minors",
    ),
    plain(
        "not_promoting_prostitution",
        "not suspected of promoting prostitution",
    ),
    plain("not_trafficking", "not suspected of trafficking"),
    plain("program_capacity", "the programme has room"),
    Kind {
        name: "site_question",
        about: "a yes-or-no question of the site's own",
        params: &[
            param("question", Takes::Question, "a question `site.<name>`"),
            param(
                "passes_on",
                Takes::OneOf(&["yes", "no"]),
                "the answer that passes",
            ),
        ],
    },
];

/// The plain question of a kind without parameters, and whether yes passes.
pub(crate) fn plain_kind(name: &str) -> Option<RuleKind> {
    let (plain, passes_on_yes) = match name {
        "threat_to_public_safety" => (Plain::ThreatToPublicSafety, false),
        "volunteers" => (Plain::Volunteers, true),
        "amenable" => (Plain::Amenable, true),
        "residency" => (Plain::Resident, true),
        "not_in_treatment_court" => (Plain::TreatmentCourt, false),
        "registrant" => (Plain::Registrant, false),
        "no_contact_order_with_participant" => (Plain::NoContactOrder, false),
        "not_delivery" => (Plain::Delivery, false),
        "not_exploiting_minors" => (Plain::ExploitsMinors, false),
        "not_promoting_prostitution" => (Plain::PromotesProstitution, false),
        "not_trafficking" => (Plain::Trafficking, false),
        "program_capacity" => (Plain::ProgramHasCapacity, true),
        _ => return None,
    };
    Some(RuleKind::YesNo {
        of: Ask::Plain(plain),
        passes_on_yes,
    })
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
