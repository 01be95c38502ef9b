//! The checklist rows of a pack.
//!
//! Why: a form is made from the pack, not from code. How it moves:
//! [`RulePack::questions`] gives the rows for one door; the answer goes to the
//! row's id in `Facts`; `screen` says which rows are still open. What it does
//! not do: it orders rows as the pack does, not by use.

use handoff_domain::{Door, HistoryBasis, Words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::Ask;
use crate::evidence::Wanted;
use crate::pack::RulePack;
use crate::predicate::Predicate;

/// One row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Question {
    /// Its id, the path of its answer in the facts.
    pub id: String,
    /// How the pack says it.
    pub words: Words,
    /// What kind of answer it takes.
    pub answer: AnswerKind,
    /// The rules at this door that use it; empty = kept for the record.
    pub rules: Vec<String>,
}

/// What kind of answer a question takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// A birth date, years or a band.
    Age,
    /// Suspected offences.
    Offences,
    /// Yes, no or unknown.
    YesNo,
    /// A history of a class of offences.
    History {
        /// What counts.
        basis: HistoryBasis,
        /// Whether some rule looks at the date.
        needs_date: bool,
    },
    /// An open case or warrant.
    Matter {
        /// Whether some rule looks at the level.
        needs_level: bool,
        /// Whether some rule looks at the place.
        needs_place: bool,
    },
    /// Drugs and amounts, or none.
    Drugs {
        /// Whether some rule looks at the form that a drug comes in.
        needs_form: bool,
    },
    /// A moment.
    Time,
    /// No complainant, one who declines prosecution, or one who wants it.
    Complainant,
    /// Prior involvement, with what shows it.
    Involvement {
        /// Whether some rule looks at the date.
        needs_date: bool,
        /// Whether some rule looks at the place.
        needs_place: bool,
        /// Whether some rule looks at whether it is written down.
        needs_documented: bool,
    },
    /// How many times.
    Count,
    /// One or more of these areas, none, or unknown.
    Zone {
        /// The areas of the pack.
        areas: Vec<Area>,
    },
}

/// An area to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Area {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Its bounds in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Words>,
}

impl RulePack {
    /// The checklist rows for one door, in the order of the pack. A row that no
    /// rule of any door uses is kept for the record and stands at every door.
    #[must_use]
    pub fn questions(&self, door: Door) -> Vec<Question> {
        let uses = |ask: &Ask, at: Option<Door>| -> Vec<String> {
            let rules = self
                .rules
                .iter()
                .filter(|r| at.is_none_or(|door| r.applies_to(door)));
            rules
                .filter(|rule| rule.asks().contains(&ask))
                .map(|rule| rule.id.clone())
                .collect()
        };
        self.questions
            .iter()
            .filter_map(|row| {
                let rules = uses(&row.ask, Some(door));
                if rules.is_empty() && !uses(&row.ask, None).is_empty() {
                    return None;
                }
                Some(Question {
                    id: row.ask.to_string(),
                    words: row.words.clone(),
                    answer: self.answer_kind(&row.ask, row.basis, door),
                    rules,
                })
            })
            .collect()
    }

    fn answer_kind(&self, ask: &Ask, basis: HistoryBasis, door: Door) -> AnswerKind {
        let some = |wanted: &dyn Fn(&Predicate) -> bool| {
            let mut found = false;
            for rule in self.rules.iter().filter(|rule| rule.applies_to(door)) {
                rule.passes
                    .visit(&mut |test| found |= test.ask == *ask && wanted(&test.predicate));
            }
            found
        };
        let involved = |wanted: &dyn Fn(&Wanted) -> bool| {
            some(&|test| matches!(test, Predicate::InvolvedAs(row) if wanted(row)))
        };
        match ask {
            Ask::Age => AnswerKind::Age,
            Ask::SuspectedOffences => AnswerKind::Offences,
            Ask::Drugs => AnswerKind::Drugs {
                needs_form: some(&|test| {
                    matches!(
                        test,
                        Predicate::AmountWithin(limit)
                            if limit.except.iter().any(|exempt| exempt.form.is_some())
                    )
                }),
            },
            Ask::EncounterAt => AnswerKind::Time,
            Ask::Complainant => AnswerKind::Complainant,
            Ask::PriorDiversions => AnswerKind::Count,
            Ask::PriorInvolvement => AnswerKind::Involvement {
                needs_date: involved(&|row| row.span.is_some()),
                needs_place: involved(&|row| row.in_zone),
                needs_documented: involved(&|row| row.documented),
            },
            Ask::Zone => AnswerKind::Zone {
                areas: self
                    .zones
                    .iter()
                    .map(|zone| Area {
                        id: zone.id.clone(),
                        name: zone.name.clone(),
                        bounds: zone.bounds.clone(),
                    })
                    .collect(),
            },
            Ask::SexOffenceHistory | Ask::History(_) => AnswerKind::History {
                basis,
                needs_date: some(
                    &|test| matches!(test, Predicate::HistoryWithin(row) if row.span.is_some()),
                ),
            },
            Ask::OpenCase | Ask::OpenWarrant => AnswerKind::Matter {
                needs_level: some(&|test| {
                    matches!(
                        test,
                        Predicate::Open {
                            at_least: Some(_),
                            ..
                        }
                    )
                }),
                needs_place: some(&|test| {
                    matches!(
                        test,
                        Predicate::Open {
                            local_only: true,
                            ..
                        }
                    )
                }),
            },
            Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => AnswerKind::YesNo,
        }
    }
}
