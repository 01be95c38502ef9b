//! Whether a report can become a referral: what is missing, what cannot be true.
//!
//! Names of any script are kept as they came. What no keyboard types (NUL and
//! other control characters) and what is longer than is kept is refused with a
//! reason, never cut and never mangled. Decided once here; the field app and
//! the command line show the same.

use chrono::{DateTime, TimeDelta, Utc};

use crate::facts_check::{FieldError, FieldErrorCode};
use crate::person::{MAX_LINE, MAX_NARRATIVE};
use crate::referral::ReferralReport;

/// How far ahead of this device's clock an encounter may be stated.
const AHEAD: TimeDelta = TimeDelta::hours(1);

impl ReferralReport {
    /// Everything that keeps this report from being sent, in the order of the
    /// fields. `now` is the device's time.
    #[must_use]
    pub fn validate(&self, now: DateTime<Utc>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut say = |path: &str, code| {
            errors.push(FieldError {
                path: path.into(),
                code,
            })
        };

        let person = &self.person;
        let named = !person.given_name.trim().is_empty()
            || !person.family_name.trim().is_empty()
            || person.goes_by.iter().any(|name| !name.trim().is_empty());
        match (named, person.name_not_known) {
            (false, false) => say("person.given_name", FieldErrorCode::Missing),
            (true, true)
                if !person.given_name.trim().is_empty()
                    || !person.family_name.trim().is_empty() =>
            {
                say("person.name_not_known", FieldErrorCode::NameAndNotKnown);
            }
            _ => {}
        }
        for (path, text) in self.lines() {
            if let Some(code) = check_text(text, MAX_LINE, false) {
                say(&path, code);
            }
        }
        if let Some(code) = check_text(&self.narrative, MAX_NARRATIVE, true) {
            say("narrative", code);
        }
        if let Some(reason) = &self.refer_anyway {
            if reason.trim().is_empty() {
                say("refer_anyway", FieldErrorCode::Missing);
            } else if let Some(code) = check_text(reason, MAX_NARRATIVE, true) {
                say("refer_anyway", code);
            }
        }
        if self.facts.age.is_none() {
            say("facts.age", FieldErrorCode::Missing);
        }
        match self.facts.encounter_at {
            None => say("facts.encounter_at", FieldErrorCode::Missing),
            Some(at) if at.to_utc() > now + AHEAD => {
                say("facts.encounter_at", FieldErrorCode::EncounterInFuture);
            }
            Some(_) => {}
        }
        let as_of = self
            .facts
            .encounter_at
            .map_or_else(|| now.date_naive(), |at| at.date_naive());
        errors.extend(
            self.facts
                .validate(as_of)
                .into_iter()
                .map(|error| FieldError {
                    path: format!("facts.{}", error.path),
                    code: error.code,
                }),
        );
        errors
    }

    /// Every line of text with its path.
    fn lines(&self) -> impl Iterator<Item = (String, &str)> {
        let person = &self.person;
        let fixed = [
            ("person.given_name", person.given_name.as_str()),
            ("person.family_name", person.family_name.as_str()),
            (
                "person.language",
                person.language.as_deref().unwrap_or_default(),
            ),
            (
                "person.contact.where_to_find",
                person.contact.where_to_find.as_str(),
            ),
            ("person.contact.phone", person.contact.phone.as_str()),
            ("place.address", self.place.address.as_str()),
            ("place.incident_number", self.place.incident_number.as_str()),
        ];
        let goes_by = person
            .goes_by
            .iter()
            .enumerate()
            .map(|(i, name)| (format!("person.goes_by[{i}]"), name.as_str()));
        let offences = self
            .facts
            .suspected_offences
            .iter()
            .enumerate()
            .flat_map(|(i, offence)| {
                [
                    ("statute", &offence.statute),
                    ("local_text", &offence.local_text),
                ]
                .into_iter()
                .filter_map(move |(name, text)| {
                    let path = format!("facts.suspected_offenses[{i}].{name}");
                    text.as_deref().map(|text| (path, text))
                })
            });
        fixed
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text))
            .chain(goes_by)
            .chain(offences)
    }
}

fn check_text(text: &str, most: usize, lines: bool) -> Option<FieldErrorCode> {
    let typed = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\r' | '\t'));
    if !text.chars().all(typed) {
        Some(FieldErrorCode::ControlCharacter)
    } else if text.chars().count() > most {
        Some(FieldErrorCode::TooLong)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Age, AgeBasis, Door, Facts, Offer, PersonDescription, Place, Response};

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-11-23T02:00:00Z")
            .unwrap()
            .to_utc()
    }

    fn report() -> ReferralReport {
        ReferralReport {
            door: Door::SocialContact,
            trigger: None,
            person: PersonDescription {
                given_name: "Ana".into(),
                ..Default::default()
            },
            facts: Facts {
                encounter_at: Some(now().fixed_offset()),
                age: Some(Age::Years {
                    years: 30,
                    basis: AgeBasis::Stated,
                }),
                ..Facts::default()
            },
            place: Place::default(),
            needs: Vec::new(),
            overdose: None,
            offer: Offer::Made(Response::Accepted),
            narrative: String::new(),
            refer_anyway: None,
        }
    }

    fn check(change: impl FnOnce(&mut ReferralReport), expected: &[&str]) {
        let mut report = report();
        change(&mut report);
        let got: Vec<String> = report
            .validate(now())
            .iter()
            .map(|error| format!("{} {}", error.path, error.code.as_str()))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn names_of_any_script_are_kept() {
        for name in [
            "Ñandú",
            "李小龍",
            "محمد",
            "Zoë 👩‍🚒",
            "Ṱ̺̺o̞̬m",
            "O'Neil-\u{202e}x",
            &"ж".repeat(200),
        ] {
            check(|r| r.person.given_name = name.into(), &[]);
        }
    }

    #[test]
    fn what_cannot_stay_is_named() {
        check(
            |r| r.person.given_name = " ".into(),
            &["person.given_name missing"],
        );
        check(
            |r| r.person.given_name = "A\0na".into(),
            &["person.given_name control_character"],
        );
        check(
            |r| r.place.address = "a\nb".into(),
            &["place.address control_character"],
        );
        check(|r| r.narrative = "line\nline".into(), &[]);
        check(|r| r.narrative = "n".repeat(281), &["narrative too_long"]);
        check(
            |r| r.person.goes_by = vec!["ж".repeat(201)],
            &["person.goes_by[0] too_long"],
        );
        check(
            |r| r.person.name_not_known = true,
            &["person.name_not_known name_and_not_known"],
        );
        check(|r| r.facts.age = None, &["facts.age missing"]);
        check(
            |r| r.facts.encounter_at = None,
            &["facts.encounter_at missing"],
        );
        check(
            |r| r.facts.encounter_at = Some((now() + TimeDelta::hours(2)).fixed_offset()),
            &["facts.encounter_at encounter_in_future"],
        );
        check(
            |r| r.refer_anyway = Some(String::new()),
            &["refer_anyway missing"],
        );
    }

    #[test]
    fn a_person_without_a_name_can_be_referred() {
        let not_known = |r: &mut ReferralReport| {
            r.person.given_name.clear();
            r.person.name_not_known = true;
            r.person.goes_by = vec!["Red".into()];
        };
        check(not_known, &[]);
    }
}
