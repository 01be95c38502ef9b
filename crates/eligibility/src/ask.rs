//! The questions a rule can ask, and their ids.
//!
//! Why: a checklist row, an open question, a finding and a pack all name a
//! question by one id, which is the path of its answer in [`Facts`]. How it
//! moves: packs name ids, the parser turns them into [`Ask`], predicates and
//! explanations read the answer through it. What it does not do: it holds no
//! words (the pack does) and judges no answer.

use std::fmt;
use std::str::FromStr;

use handoff_domain::{Answer, Answered, Facts, Nexus, Supervision};

/// A question by what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// How old the person is.
    Age,
    /// What the person is suspected of.
    SuspectedOffences,
    /// Drugs and amounts.
    Drugs,
    /// In which of the site's areas the encounter was.
    Zone,
    /// When it was.
    EncounterAt,
    /// Whether somebody was harmed who may want prosecution.
    Complainant,
    /// Prior involvement, and what shows it.
    PriorInvolvement,
    /// How many times the person was diverted before.
    PriorDiversions,
    /// An open criminal case.
    OpenCase,
    /// An open warrant.
    OpenWarrant,
    /// A history of sex offences.
    SexOffenceHistory,
    /// A history of a class of offences that the pack names.
    History(String),
    /// One kind of supervision.
    Supervision(Supervision),
    /// One kind of nexus.
    Nexus(Nexus),
    /// A plain yes-or-no question that every pack may use.
    Plain(Plain),
    /// A yes-or-no question of the site's own.
    Site(String),
}

/// Yes-or-no questions with a field of their own in [`Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Plain {
    /// A case in a treatment court.
    TreatmentCourt,
    /// A duty to register as a sex offender.
    Registrant,
    /// An order that bars contact with a participant.
    NoContactOrder,
    /// A threat to public safety.
    ThreatToPublicSafety,
    /// Suspected of delivery or of intent to deliver.
    Delivery,
    /// Deals only for subsistence, if at all.
    SubsistenceOnly,
    /// Exploits minors or others in dealing.
    ExploitsMinors,
    /// Promotes prostitution.
    PromotesProstitution,
    /// Trafficking.
    Trafficking,
    /// Lives where the site serves.
    Resident,
    /// Amenable to diversion.
    Amenable,
    /// Wants to take part.
    Volunteers,
    /// The programme has room.
    ProgramHasCapacity,
}

impl Plain {
    /// Every one of them with its id.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::TreatmentCourt, "treatment_court"),
        (Self::Registrant, "registrant"),
        (Self::NoContactOrder, "no_contact_order"),
        (Self::ThreatToPublicSafety, "threat_to_public_safety"),
        (Self::Delivery, "delivery"),
        (Self::SubsistenceOnly, "subsistence_only"),
        (Self::ExploitsMinors, "exploits_minors"),
        (Self::PromotesProstitution, "promotes_prostitution"),
        (Self::Trafficking, "trafficking"),
        (Self::Resident, "resident"),
        (Self::Amenable, "amenable"),
        (Self::Volunteers, "volunteers"),
        (Self::ProgramHasCapacity, "program_has_capacity"),
    ];

    /// Where its answer stands.
    pub(crate) fn slot(self, facts: &mut Facts) -> &mut Option<Answered> {
        match self {
            Self::TreatmentCourt => &mut facts.treatment_court,
            Self::Registrant => &mut facts.registrant,
            Self::NoContactOrder => &mut facts.no_contact_order,
            Self::ThreatToPublicSafety => &mut facts.threat_to_public_safety,
            Self::Delivery => &mut facts.delivery,
            Self::SubsistenceOnly => &mut facts.subsistence_only,
            Self::ExploitsMinors => &mut facts.exploits_minors,
            Self::PromotesProstitution => &mut facts.promotes_prostitution,
            Self::Trafficking => &mut facts.trafficking,
            Self::Resident => &mut facts.resident,
            Self::Amenable => &mut facts.amenable,
            Self::Volunteers => &mut facts.volunteers,
            Self::ProgramHasCapacity => &mut facts.program_has_capacity,
        }
    }

    fn get(self, facts: &Facts) -> Option<Answered> {
        match self {
            Self::TreatmentCourt => facts.treatment_court,
            Self::Registrant => facts.registrant,
            Self::NoContactOrder => facts.no_contact_order,
            Self::ThreatToPublicSafety => facts.threat_to_public_safety,
            Self::Delivery => facts.delivery,
            Self::SubsistenceOnly => facts.subsistence_only,
            Self::ExploitsMinors => facts.exploits_minors,
            Self::PromotesProstitution => facts.promotes_prostitution,
            Self::Trafficking => facts.trafficking,
            Self::Resident => facts.resident,
            Self::Amenable => facts.amenable,
            Self::Volunteers => facts.volunteers,
            Self::ProgramHasCapacity => facts.program_has_capacity,
        }
    }
}

pub(crate) const SUPERVISION: [(Supervision, &str); 4] = [
    (Supervision::Probation, "probation"),
    (Supervision::Parole, "parole"),
    (Supervision::Pretrial, "pretrial"),
    (Supervision::Other, "other"),
];

pub(crate) const NEXUS: [(Nexus, &str); 5] = [
    (Nexus::Opioid, "opioid"),
    (Nexus::Substance, "substance"),
    (Nexus::BehaviouralHealth, "behavioral_health"),
    (Nexus::MentalHealth, "mental_health"),
    (Nexus::Poverty, "poverty"),
];

pub(crate) fn named<T: Copy>(table: &[(T, &'static str)], name: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, id)| *id == name)
        .map(|(value, _)| *value)
}

fn name_of<T: Copy + PartialEq>(table: &[(T, &'static str)], value: T) -> &'static str {
    table
        .iter()
        .find(|(other, _)| *other == value)
        .map_or("", |(_, id)| id)
}

impl Ask {
    /// Questions that take more than yes, no or unknown, and have no name of
    /// the pack's in them.
    pub(crate) const STRUCTURED: [Self; 11] = [
        Self::Age,
        Self::SuspectedOffences,
        Self::Drugs,
        Self::Zone,
        Self::EncounterAt,
        Self::Complainant,
        Self::PriorInvolvement,
        Self::PriorDiversions,
        Self::OpenCase,
        Self::OpenWarrant,
        Self::SexOffenceHistory,
    ];

    /// The answer, when the question is answered by yes, no or unknown alone.
    #[must_use]
    pub fn yes_no(&self, facts: &Facts) -> Option<Answered> {
        match self {
            Self::Supervision(kind) => facts.supervision.get(kind).copied(),
            Self::Nexus(kind) => facts.nexus.get(kind).copied(),
            Self::Plain(plain) => plain.get(facts),
            Self::Site(id) => facts.site.get(id).copied(),
            _ => None,
        }
    }

    /// Puts an answer where this question's stands. False for a question that
    /// yes, no or unknown alone does not answer.
    pub fn set_yes_no(&self, facts: &mut Facts, answered: Answered) -> bool {
        match self {
            Self::Supervision(kind) => {
                facts.supervision.insert(*kind, answered);
            }
            Self::Nexus(kind) => {
                facts.nexus.insert(*kind, answered);
            }
            Self::Plain(plain) => *plain.slot(facts) = Some(answered),
            Self::Site(id) => {
                facts.site.insert(id.clone(), answered);
            }
            _ => return false,
        }
        true
    }

    /// The same as what rules may rely on.
    pub(crate) fn relied_on(&self, facts: &Facts) -> Answer {
        self.yes_no(facts).unwrap_or_default().relied_on()
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age => f.write_str("age"),
            Self::SuspectedOffences => f.write_str("suspected_offenses"),
            Self::Drugs => f.write_str("drugs"),
            Self::Zone => f.write_str("zone"),
            Self::EncounterAt => f.write_str("encounter_at"),
            Self::Complainant => f.write_str("complainant"),
            Self::PriorInvolvement => f.write_str("prior_involvement"),
            Self::PriorDiversions => f.write_str("prior_diversions"),
            Self::OpenCase => f.write_str("open_case"),
            Self::OpenWarrant => f.write_str("open_warrant"),
            Self::SexOffenceHistory => f.write_str("sex_offense_history"),
            Self::History(class) => write!(f, "history.{class}"),
            Self::Supervision(kind) => write!(f, "supervision.{}", name_of(&SUPERVISION, *kind)),
            Self::Nexus(kind) => write!(f, "nexus.{}", name_of(&NEXUS, *kind)),
            Self::Plain(plain) => f.write_str(name_of(&Plain::ALL, *plain)),
            Self::Site(id) => write!(f, "site.{id}"),
        }
    }
}

/// No question has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no question has this id")]
pub struct NoSuchQuestion;

impl FromStr for Ask {
    type Err = NoSuchQuestion;

    fn from_str(id: &str) -> Result<Self, NoSuchQuestion> {
        if let Some((group, name)) = id.split_once('.') {
            return match group {
                "history" if is_name(name) => Some(Self::History(name.to_owned())),
                "site" if is_name(name) => Some(Self::Site(name.to_owned())),
                "supervision" => named(&SUPERVISION, name).map(Self::Supervision),
                "nexus" => named(&NEXUS, name).map(Self::Nexus),
                _ => None,
            }
            .ok_or(NoSuchQuestion);
        }
        let structured = Self::STRUCTURED.iter().find(|ask| ask.to_string() == id);
        structured
            .cloned()
            .or_else(|| named(&Plain::ALL, id).map(Self::Plain))
            .ok_or(NoSuchQuestion)
    }
}

/// Whether `name` may be an id in a pack: `a-z`, `0-9`, `_`, `-`, at most 64.
#[must_use]
pub fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}
