//! `handoff screen`: tries a rule pack on some facts, and keeps nothing.
//!
//! The date is that of `--as-of`, else of the encounter, else today in the
//! site's time zone; only the last reads the clock, and a person is told so.
//! The door is that of `--door`, else of the referral, else the first that the
//! site offers. A referral may be given in place of facts.

pub mod plain;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use handoff_device::Host;
use handoff_domain::{Door, Facts, FieldError, FieldErrorCode, ReferralReport};
use handoff_eligibility::{RulePack, screen};
use serde::de::IgnoredAny;

use crate::input::{self, InputError, Meant, Source, shown};
use crate::language::Speaks;
use crate::output::{self, Failure};
use crate::pack::PackName;

/// Screen facts by the rules of a pack
#[derive(Args)]
pub struct Screen {
    /// A pack that comes with this program, by its id, or a file
    #[arg(long, value_name = "ID|FILE")]
    pack: PackName,
    /// The facts, or a referral, as one JSON object; `-` reads standard input
    #[arg(long, value_name = "FILE|-")]
    facts: Source,
    /// The kind of referral [default: the referral's, else the first of the site's]
    #[arg(long)]
    door: Option<DoorName>,
    /// The date from which ages and look-backs are counted [default: the encounter's, else today]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    speaks: Speaks,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// A door on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum DoorName {
    /// Diversion in place of an arrest
    ArrestDiversion,
    /// A referral without an arrest
    SocialContact,
    /// A referral by somebody in the community
    Community,
}

impl From<DoorName> for Door {
    fn from(name: DoorName) -> Self {
        match name {
            DoorName::ArrestDiversion => Self::ArrestDiversion,
            DoorName::SocialContact => Self::SocialContact,
            DoorName::Community => Self::Community,
        }
    }
}

/// Why nothing was screened.
#[derive(Debug, thiserror::Error)]
enum ScreenError {
    /// The input does not read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Fields that cannot be.
    #[error("{}", refused(.0))]
    Facts(Vec<RefusedField>),
    /// The pack's time zone, which its parser knew, is not known here.
    #[error("the pack's time zone is not known")]
    TimeZone,
}

/// A field that cannot be, and what was probably meant.
#[derive(Debug)]
struct RefusedField {
    error: FieldError,
    meant: Meant,
}

fn refused(fields: &[RefusedField]) -> String {
    let fields = fields.iter().map(|field| {
        format!(
            "`{}`: {}{}",
            shown(&field.error.path),
            field.error.code,
            field.meant
        )
    });
    fields.collect::<Vec<_>>().join("; ")
}

impl ScreenError {
    fn fix(&self) -> &'static str {
        match self {
            Self::Input(error) => error.fix(),
            Self::Facts(_) => "Correct every field that is named and try again",
            Self::TimeZone => "Give a date with --as-of",
        }
    }
}

impl Screen {
    /// Carries the command out.
    ///
    /// # Errors
    /// [`Failure`] with the status that the program ends with.
    pub fn run(self) -> Result<(), Failure> {
        let pack = self.pack.load()?;
        let refuse = |error: ScreenError| {
            let fix = error.fix();
            let whose = &self.facts;
            Failure::refused(format!("{whose}: {error}. Nothing was screened. {fix}."))
        };
        let given = Given::read(&self.facts).map_err(|error| refuse(error.into()))?;
        let encounter = given.facts.encounter_at.map(|at| at.date_naive());
        let as_of = match self.as_of.or(encounter) {
            Some(date) => date,
            None => pack_today(&pack).map_err(refuse)?,
        };
        given
            .check(&pack, encounter.unwrap_or(as_of))
            .map_err(refuse)?;
        let first = pack.policy().doors.first().copied();
        let door = self.door.map(Door::from).or(given.door).or(first);
        let door = door.unwrap_or(Door::ArrestDiversion);
        let screening = screen(&pack, &given.facts, door, as_of);
        let is_today = self.as_of.or(encounter).is_none();
        output::answer(self.json, &screening, |screening| {
            plain::text(screening, &pack, is_today, self.speaks.speaker())
        })
    }
}

/// Today where the site is.
///
/// # Errors
/// [`Failure`] when the pack's time zone is not known here.
pub fn today(pack: &RulePack) -> Result<NaiveDate, Failure> {
    pack_today(pack).map_err(|error| Failure::refused(format!("{error}. {}.", error.fix())))
}

fn pack_today(pack: &RulePack) -> Result<NaiveDate, ScreenError> {
    let zone = pack.policy().time_zone.parse().ok();
    let zone = zone.ok_or(ScreenError::TimeZone)?;
    Ok(Host::system().local(zone).date_naive())
}

/// What is screened: facts, or the facts and the door of a referral.
struct Given {
    facts: Facts,
    door: Option<Door>,
    /// What stands before the paths of the facts.
    prefix: &'static str,
}

impl Given {
    fn read(source: &Source) -> Result<Self, InputError> {
        let object = input::one(source)?;
        let keys: BTreeMap<String, IgnoredAny> =
            serde_json::from_str(&object.text).unwrap_or_default();
        // Facts have no field of that name; a referral holds them under it.
        if keys.contains_key("facts") {
            let report: ReferralReport = object.read()?.value;
            Ok(Self {
                facts: report.facts,
                door: Some(report.door),
                prefix: "facts.",
            })
        } else {
            Ok(Self {
                facts: object.read()?.value,
                door: None,
                prefix: "",
            })
        }
    }

    fn check(&self, pack: &RulePack, encounter: NaiveDate) -> Result<(), ScreenError> {
        let mut errors = self.facts.validate(encounter);
        errors.extend(pack.check_facts(&self.facts));
        let fields: Vec<RefusedField> = errors
            .into_iter()
            .map(|error| RefusedField {
                meant: meant(&error, pack),
                error: FieldError {
                    path: format!("{}{}", self.prefix, error.path),
                    code: error.code,
                },
            })
            .collect();
        if fields.is_empty() {
            Ok(())
        } else {
            Err(ScreenError::Facts(fields))
        }
    }
}

fn meant(error: &FieldError, pack: &RulePack) -> Meant {
    if error.code != FieldErrorCode::NotInPack {
        return Meant(None);
    }
    let ids: Vec<String> = Door::ALL
        .into_iter()
        .flat_map(|door| pack.questions(door))
        .map(|question| question.id)
        .collect();
    Meant::among(&error.path, ids.iter().map(String::as_str))
}
