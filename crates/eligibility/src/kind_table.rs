//! The table of rule kinds: names, parameters, what each is for.
//!
//! Why: one table, so that the parser, its errors, the JSON Schema and the guide
//! cannot differ. How it moves: `parse/rule.rs` reads a rule by its row,
//! `schema.rs` prints all rows. What it does not do: it gives no kind a meaning;
//! `kind.rs` does. Vocabulary: ADR 0012.

use crate::ask::{Ask, Plain};
use crate::kind::RuleKind;

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
