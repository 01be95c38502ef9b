//! The table of rule kinds: names, parameters, what each is for.
//!
//! Why: one table, so that the parser, its errors, the JSON Schema and the guide
//! cannot differ. How it moves: `parse/rule.rs` reads a rule by its row,
//! `schema.rs` prints all rows. What it does not do: it gives no kind a meaning;
//! `kind.rs` does. Vocabulary: ADR 0012.

use handoff_domain::{DrugForm, DrugType, DrugUnit, EvidenceKind};

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
    /// A whole number, nought included.
    Count,
    /// True or false.
    Flag,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words.
    ManyOf(&'static [&'static str]),
    /// A look-back: `"lifetime"`, `{ years = 10 }`, `{ months = 6 }` or
    /// `{ days = 30 }`.
    LookBack,
    /// The id of a question of the pack.
    Question,
    /// The name of a class of offences of the pack.
    Class,
    /// Ids of areas of the pack.
    Zones,
    /// Offences: codes, or tables with `code`, `statute`, `level`, `only_if`, or
    /// `list`, a list of offences of the pack.
    Offences,
    /// When an amount fails: `"> 6 g"` or `">= 4 g"`.
    Limit,
    /// Drugs: NIBRS letters, or tables with `drugs` and `form`.
    Drugs,
    /// Windows of the week: `"Mon-Fri 12:00-20:00"`.
    Windows,
    /// One other condition: a table with a `kind` and its parameters.
    Condition,
    /// Other conditions.
    Conditions,
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
    "how far back it counts: \"lifetime\" (the default), { years = 10 }, { months = 6 } or { days = 30 }",
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

/// NIBRS drug types by their letters.
pub(crate) const DRUGS: [(DrugType, &str); 18] = [
    (DrugType::CrackCocaine, "A"),
    (DrugType::Cocaine, "B"),
    (DrugType::Hashish, "C"),
    (DrugType::Heroin, "D"),
    (DrugType::Marijuana, "E"),
    (DrugType::Morphine, "F"),
    (DrugType::Opium, "G"),
    (DrugType::OtherNarcotic, "H"),
    (DrugType::Lsd, "I"),
    (DrugType::Pcp, "J"),
    (DrugType::OtherHallucinogen, "K"),
    (DrugType::Amphetamine, "L"),
    (DrugType::OtherStimulant, "M"),
    (DrugType::Barbiturate, "N"),
    (DrugType::OtherDepressant, "O"),
    (DrugType::Other, "P"),
    (DrugType::Unknown, "U"),
    (DrugType::OverThree, "X"),
];

/// Units of amounts, as packs and cases write them.
pub(crate) const UNITS: [(DrugUnit, &str); 8] = [
    (DrugUnit::Gram, "g"),
    (DrugUnit::Kilogram, "kg"),
    (DrugUnit::Ounce, "oz"),
    (DrugUnit::Pound, "lb"),
    (DrugUnit::Millilitre, "ml"),
    (DrugUnit::DosageUnit, "du"),
    (DrugUnit::Plant, "plants"),
    (DrugUnit::NotReported, "?"),
];

/// Forms of drugs that a limit can leave out.
pub(crate) const FORMS: [(DrugForm, &str); 2] = [
    (DrugForm::PrescriptionPills, "prescription_pills"),
    (DrugForm::Other, "other"),
];

/// Kinds of evidence of prior involvement.
pub(crate) const EVIDENCE: [(EvidenceKind, &str); 3] = [
    (EvidenceKind::Record, "record"),
    (EvidenceKind::DirectObservation, "direct_observation"),
    (EvidenceKind::ReliableInformation, "reliable_information"),
];

const OFFENCES: Param = param(
    "offenses",
    Takes::Offences,
    "NIBRS codes (\"40A\", \"23*\", \"*\" for any), { code, statute, level, only_if } or { list }; a statute as your agency cites it, or a whole title (\"21 Del. C. *\")",
);
const EXCEPT_OFFENCES: Param = param(
    "except",
    Takes::Offences,
    "offenses that the list leaves out, written the same way, without only_if",
);
const WITHIN: Param = param(
    "within",
    Takes::LookBack,
    "how far back it counts: { years = 2 }, { months = 24 } or { days = 30 }; left out = at any time",
);

const PARTS: Param = param(
    "of",
    Takes::Conditions,
    "the conditions: [{ kind = \"…\", … }, …], each with the parameters of its kind",
);

/// Every rule kind, with its parameters.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "min_age",
        about: "the person has reached an age",
        params: &[param("years", Takes::Number, "the age in completed years")],
    },
    Kind {
        name: "max_age",
        about: "the person is not older than an age: for a program of under-18s, 17",
        params: &[param(
            "years",
            Takes::Count,
            "the highest age that passes, in completed years",
        )],
    },
    Kind {
        name: "offense_in",
        about: "every suspected offence is one that the site diverts",
        params: &[
            OFFENCES,
            EXCEPT_OFFENCES,
            param(
                "question",
                Takes::Question,
                "a site question, where no list is published",
            ),
        ],
    },
    Kind {
        name: "offense_not_in",
        about: "no suspected offence is one that the site never diverts",
        params: &[OFFENCES, EXCEPT_OFFENCES],
    },
    Kind {
        name: "amount_max",
        about: "no more of a drug than the site's limit; no drugs at all passes",
        params: &[
            param(
                "fails_when",
                Takes::Limit,
                "when an amount fails: \"> 6 g\" (6 g passes) or \">= 4 g\" (4 g fails); g, kg, oz, lb, ml, du or plants",
            ),
            param(
                "drugs",
                Takes::Drugs,
                "the drugs it is for, by NIBRS letter; left out = all",
            ),
            param(
                "except",
                Takes::Drugs,
                "what is left out: \"E\", { form = \"prescription_pills\" } or { drugs, form }",
            ),
            param(
                "together",
                Takes::Flag,
                "whether different drugs are added up (default false: each drug by itself)",
            ),
            param(
                "only_this_unit",
                Takes::Flag,
                "whether amounts in another kind of unit are left to other rules (default false: they are unknown)",
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
        name: "in_hours",
        about: "the encounter was within these hours, by the clock at the site",
        params: &[param(
            "windows",
            Takes::Windows,
            "days and hours: \"Mon-Fri 12:00-20:00\", \"Sat,Sun 22:00-02:00\", \"daily 08:00-24:00\"; the end is outside",
        )],
    },
    Kind {
        name: "prior_involvement",
        about: "prior involvement in what the site diverts, shown by evidence",
        params: &[
            param(
                "evidence",
                Takes::ManyOf(&["record", "direct_observation", "reliable_information"]),
                "the kinds of evidence that count; left out = any",
            ),
            WITHIN,
            ANNIVERSARY,
            param(
                "in_zone",
                Takes::Flag,
                "whether it has to be inside the site's area (default false)",
            ),
            param(
                "documented",
                Takes::Flag,
                "whether it has to be written down; records are (default false)",
            ),
        ],
    },
    Kind {
        name: "prior_diversions",
        about: "not diverted before more often than this",
        params: &[param(
            "at_most",
            Takes::Count,
            "the most earlier diversions that pass; the severity says what comes after",
        )],
    },
    Kind {
        name: "no_recent_diversion",
        about: "not diverted before within a span, however often before that",
        params: &[
            param(
                "within",
                Takes::LookBack,
                "how far back it counts: { years = 1 }, { months = 6 } or { days = 30 }",
            ),
            ANNIVERSARY,
        ],
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
        "delivery_only_subsistence",
        "not suspected of delivery, or only for the person's own subsistence",
    ),
    plain("victim_declines", "nobody was harmed who wants prosecution"),
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
    Kind {
        name: "all_of",
        about: "all of these conditions pass",
        params: &[PARTS],
    },
    Kind {
        name: "any_of",
        about: "any of these conditions passes",
        params: &[PARTS],
    },
    Kind {
        name: "not",
        about: "this condition does not pass",
        params: &[param(
            "of",
            Takes::Condition,
            "the condition: { kind = \"…\", … } with the parameters of its kind",
        )],
    },
];

/// The plain question of a kind without parameters, and whether yes passes.
pub(crate) fn plain_kind(name: &str) -> Option<RuleKind> {
    match name {
        "delivery_only_subsistence" => return Some(RuleKind::DeliveryOnlySubsistence),
        "victim_declines" => return Some(RuleKind::VictimDeclines),
        _ => {}
    }
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
