//! Values that cannot be true, found before a referral is saved.
//!
//! Why: a birth date in the future or a negative amount is a slip of the thumb,
//! and the field that holds it must be named. How it moves: forms and the
//! command line call [`Facts::validate`] before they screen or save. What it
//! does not do: it does not judge what is merely unlikely, nor ids that only a
//! rule pack knows (`RulePack::check_facts`), nor whether the encounter's own
//! time is plausible; screening never fails on any of it. Errors hold no answer
//! values, for those are somebody's record.

use chrono::NaiveDate;
use serde::Serialize;

use crate::age::Age;
use crate::answer::{Answer, HistoryAnswer};
use crate::calendar::PartialDate;
use crate::facts::Facts;
use crate::offence::offence_by_code;

/// The oldest age that is taken for a person's.
const OLDEST: u16 = 130;

/// One field that holds an impossible value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {code}")]
pub struct FieldError {
    /// The field, for example `drugs[0].quantity`.
    pub path: String,
    /// What is wrong with it.
    pub code: FieldErrorCode,
}

/// What is wrong with a field, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    /// A birth date after the encounter.
    #[error("the birth date is in the future: correct the date or give an age in years")]
    BirthDateInFuture,
    /// An age over 130 years.
    #[error("no person is that old: correct the age")]
    AgeImpossible,
    /// A band whose end is below its start.
    #[error("the age band ends below its start: give the lower age first")]
    AgeBandReversed,
    /// A code that NIBRS does not know.
    #[error("no NIBRS offence has this code: correct it, or leave it out and write the statute")]
    UnknownOffenceCode,
    /// An offence with neither code nor statute nor words.
    #[error("nothing says which offence: give a code, a statute or the agency's own words")]
    OffenceNotNamed,
    /// A drug amount below zero.
    #[error("an amount cannot be negative: correct it")]
    NegativeAmount,
    /// A history or involvement that begins after the encounter.
    #[error("the date is in the future: correct it, or give only the year")]
    DateInFuture,
    /// A date for something that is answered with no or unknown.
    #[error("there is a date but the answer is not yes: change the answer or remove the date")]
    DateWithoutYes,
    /// A position outside of the globe.
    #[error("no such place: latitude goes to 90 and longitude to 180 degrees")]
    PositionOffTheGlobe,
    /// An area list without an area.
    #[error("inside no area: name the area, or answer `outside`")]
    NoAreaNamed,
    /// Something that has to be given is not.
    #[error("this has to be given before the referral can be sent")]
    Missing,
    /// A character that no keyboard types (NUL, escape, …).
    #[error("a control character is in the text: type it again, or paste it without formatting")]
    ControlCharacter,
    /// More characters than are kept.
    #[error("the text is too long: a line has at most 200 characters, a narrative 280")]
    TooLong,
    /// The encounter lies in the future.
    #[error("the encounter is in the future: correct the time, or the clock of this device")]
    EncounterInFuture,
    /// A name and "name not known" at once.
    #[error("a name is given and also marked as not known: remove one of the two")]
    NameAndNotKnown,
    /// Something is named, and it is also said that there is none.
    #[error("it is said that there is none, and one is named: remove one of the two")]
    NoneAndSome,
    /// An id that the pack does not have.
    #[error("the rule pack has no such question, class or area: see `handoff pack explain`")]
    NotInPack,
}

impl FieldErrorCode {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::BirthDateInFuture,
        Self::AgeImpossible,
        Self::AgeBandReversed,
        Self::UnknownOffenceCode,
        Self::OffenceNotNamed,
        Self::NegativeAmount,
        Self::DateInFuture,
        Self::DateWithoutYes,
        Self::PositionOffTheGlobe,
        Self::NoAreaNamed,
        Self::Missing,
        Self::ControlCharacter,
        Self::TooLong,
        Self::EncounterInFuture,
        Self::NameAndNotKnown,
        Self::NoneAndSome,
        Self::NotInPack,
    ];

    /// The code of a name, as [`Self::as_str`] writes it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The code as it stands in JSON and in message ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BirthDateInFuture => "birth_date_in_future",
            Self::AgeImpossible => "age_impossible",
            Self::AgeBandReversed => "age_band_reversed",
            Self::UnknownOffenceCode => "unknown_offence_code",
            Self::OffenceNotNamed => "offence_not_named",
            Self::NegativeAmount => "negative_amount",
            Self::DateInFuture => "date_in_future",
            Self::DateWithoutYes => "date_without_yes",
            Self::PositionOffTheGlobe => "position_off_the_globe",
            Self::NoAreaNamed => "no_area_named",
            Self::Missing => "missing",
            Self::ControlCharacter => "control_character",
            Self::TooLong => "too_long",
            Self::EncounterInFuture => "encounter_in_future",
            Self::NameAndNotKnown => "name_and_not_known",
            Self::NoneAndSome => "none_and_some",
            Self::NotInPack => "not_in_pack",
        }
    }
}

impl Facts {
    /// Every field that holds an impossible value, in the order of the fields;
    /// `as_of` is the local date of the encounter.
    #[must_use]
    pub fn validate(&self, as_of: NaiveDate) -> Vec<FieldError> {
        let mut errors = Errors(Vec::new());
        errors.age(self.age, as_of);
        for (i, offence) in self.suspected_offences.iter().enumerate() {
            let path = format!("suspected_offenses[{i}]");
            let blank = |text: &Option<String>| text.as_ref().is_none_or(|t| t.trim().is_empty());
            match &offence.code {
                Some(code) if offence_by_code(code).is_none() => {
                    errors.push(format!("{path}.code"), FieldErrorCode::UnknownOffenceCode);
                }
                None if blank(&offence.statute) && blank(&offence.local_text) => {
                    errors.push(path, FieldErrorCode::OffenceNotNamed);
                }
                _ => {}
            }
        }
        for (i, drug) in self.drugs.iter().enumerate() {
            if drug
                .quantity
                .is_some_and(|quantity| quantity.thousandths() < 0)
            {
                errors.push(
                    format!("drugs[{i}].quantity"),
                    FieldErrorCode::NegativeAmount,
                );
            }
        }
        if !self.drugs.is_empty()
            && self
                .drugs_found
                .is_some_and(|found| found.answer == Answer::No)
        {
            errors.push("drugs_found".into(), FieldErrorCode::NoneAndSome);
        }
        if let Some(crate::Zone::Inside(areas)) = self.zone.as_ref().map(|zone| &zone.answer)
            && areas.is_empty()
        {
            errors.push("zone.answer.inside".into(), FieldErrorCode::NoAreaNamed);
        }
        if let Some(position) = self.position {
            if position.latitude_e7.unsigned_abs() > 900_000_000 {
                errors.push(
                    "position.latitude_e7".into(),
                    FieldErrorCode::PositionOffTheGlobe,
                );
            }
            if position.longitude_e7.unsigned_abs() > 1_800_000_000 {
                errors.push(
                    "position.longitude_e7".into(),
                    FieldErrorCode::PositionOffTheGlobe,
                );
            }
        }
        for (class, history) in &self.history {
            errors.history(&format!("history.{class}"), history, as_of);
        }
        if let Some(history) = &self.sex_offence_history {
            errors.history("sex_offense_history", history, as_of);
        }
        if self.last_diversion.is_some() && self.prior_diversions == Some(0) {
            errors.push("last_diversion".into(), FieldErrorCode::DateWithoutYes);
        }
        errors.not_future("last_diversion".into(), self.last_diversion, as_of);
        if let Some(involvement) = &self.prior_involvement {
            if involvement.answer == Answer::No && !involvement.evidence.is_empty() {
                errors.push(
                    "prior_involvement.answer".into(),
                    FieldErrorCode::NoneAndSome,
                );
            }
            for (i, evidence) in involvement.evidence.iter().enumerate() {
                let path = format!("prior_involvement.evidence[{i}].date");
                errors.not_future(path, evidence.date, as_of);
            }
        }
        errors.0
    }
}

struct Errors(Vec<FieldError>);

impl Errors {
    fn push(&mut self, path: String, code: FieldErrorCode) {
        self.0.push(FieldError { path, code });
    }

    fn age(&mut self, age: Option<Age>, as_of: NaiveDate) {
        match age {
            Some(Age::BirthDate(birth)) if birth > as_of => {
                self.push("age.birth_date".into(), FieldErrorCode::BirthDateInFuture);
            }
            Some(Age::BirthDate(birth))
                if crate::calendar::birthday(birth, OLDEST + 1) <= as_of =>
            {
                self.push("age.birth_date".into(), FieldErrorCode::AgeImpossible);
            }
            Some(Age::Years { years, .. }) if years > OLDEST => {
                self.push("age.years.years".into(), FieldErrorCode::AgeImpossible);
            }
            Some(Age::Band { from, .. }) if from > OLDEST => {
                self.push("age.band.from".into(), FieldErrorCode::AgeImpossible);
            }
            Some(Age::Band { from, to: Some(to) }) if to < from => {
                self.push("age.band.to".into(), FieldErrorCode::AgeBandReversed);
            }
            Some(Age::Band { to: Some(to), .. }) if to > OLDEST => {
                self.push("age.band.to".into(), FieldErrorCode::AgeImpossible);
            }
            _ => {}
        }
    }

    fn history(&mut self, path: &str, history: &HistoryAnswer, as_of: NaiveDate) {
        let path = format!("{path}.most_recent");
        if history.most_recent.is_some() && history.answer != Answer::Yes {
            self.push(path.clone(), FieldErrorCode::DateWithoutYes);
        }
        self.not_future(path, history.most_recent, as_of);
    }

    fn not_future(&mut self, path: String, date: Option<PartialDate>, as_of: NaiveDate) {
        if date.is_some_and(|date| date.earliest() > as_of) {
            self.push(path, FieldErrorCode::DateInFuture);
        }
    }
}
