//! From the form as typed to the report as saved.
//!
//! A form may hold anything; a report only what reads. What does not read is
//! named by its path in the form and left out of the report, so that a verdict
//! can be shown while somebody is still typing.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use handoff_domain::{
    Age, Answer, AnswerSource, Answered, Complainant, ComplainantAnswer, ContactDetails,
    DeclinedReason, Door, DrugAmount, Facts, FieldErrorCode, Involvement, InvolvementAnswer, Offer,
    Overdose, PersonDescription, Place, Quantity, ReferralReport, Response, SuspectedOffence,
    Trigger, Zone, ZoneAnswer,
};
use handoff_eligibility::RulePack;

use super::checklist::{self, Given, as_of};
use crate::contract::{
    AgeBand, AgeForm, AnswerForm, FieldError, OfferForm, ReferralForm, SaidTo, WhoForm, WhyForm,
};

const NOT_A_NUMBER: &str = "not_a_number";
const NOT_A_DATE: &str = "not_a_date";

/// The area id that says "outside every area of the site".
pub const OUTSIDE: &str = "outside";

/// The bands of the form, in years; `None` is "and over".
pub(super) const BANDS: [(AgeBand, u16, Option<u16>); 6] = [
    (AgeBand::Under18, 0, Some(17)),
    (AgeBand::From18To24, 18, Some(24)),
    (AgeBand::From25To34, 25, Some(34)),
    (AgeBand::From35To44, 35, Some(44)),
    (AgeBand::From45To54, 45, Some(54)),
    (AgeBand::From55, 55, None),
];

/// What does not read, by path in the form.
#[derive(Debug, Default)]
pub struct FormErrors(Vec<FieldError>);

impl FormErrors {
    fn say(&mut self, path: impl Into<String>, code: &str) {
        self.0.push(FieldError {
            path: path.into(),
            code: code.to_owned(),
            params: BTreeMap::new(),
        });
    }

    /// What was typed, read; `None` when it is empty or does not read, which is
    /// said.
    fn read<T: FromStr>(&mut self, typed: &str, path: &str, code: &str) -> Option<T> {
        let read = match typed.trim() {
            "" => return None,
            text => text.parse().ok(),
        };
        if read.is_none() {
            self.say(path, code);
        }
        read
    }
}

/// Reads a form. The report holds everything that reads; the errors name the
/// rest and what is missing. With errors it must not be saved as a referral.
#[must_use]
pub fn report_of(
    form: &ReferralForm,
    door: Door,
    pack: Option<&RulePack>,
    now: DateTime<Utc>,
) -> (ReferralReport, Vec<FieldError>) {
    let mut errors = FormErrors::default();
    let (offer, contact) = offer(&form.offer, &mut errors);
    let facts = facts(form, &mut errors);
    let report = ReferralReport {
        door,
        trigger: form.why.overdose.happened.then_some(Trigger::PostOverdose),
        person: person(&form.who, contact),
        facts,
        place: Place {
            address: form.place.address.trim().to_owned(),
            incident_number: form.place.incident_number.trim().to_owned(),
        },
        needs: form
            .why
            .needs
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        overdose: overdose(form, &mut errors),
        offer: offer.unwrap_or(Offer::Made(Response::Undecided)),
        narrative: form.why.narrative.trim().to_owned(),
        refer_anyway: Some(form.refer_anyway.trim().to_owned()).filter(|why| !why.is_empty()),
    };
    let said: BTreeSet<String> = errors.0.iter().map(|error| error.path.clone()).collect();
    let checked = report.validate(now).into_iter().map(|error| FieldError {
        path: contract_path(&error.path),
        code: error.code.as_str().to_owned(),
        params: BTreeMap::new(),
    });
    // A field that does not read is missing in the report too: say it once.
    errors
        .0
        .extend(checked.filter(|error| !said.contains(&error.path)));
    if let Some(pack) = pack {
        errors.0.extend(
            pack.check_facts(&report.facts)
                .into_iter()
                .map(|error| FieldError {
                    path: contract_path(&format!("facts.{}", error.path)),
                    code: error.code.as_str().to_owned(),
                    params: BTreeMap::new(),
                }),
        );
    }
    (report, errors.0)
}

/// The day whose rules a form is read and screened with: that of its encounter,
/// today while it does not read. No rules are needed to read it.
#[must_use]
pub fn day_of(form: &ReferralForm, door: Door, now: DateTime<Utc>, today: NaiveDate) -> NaiveDate {
    as_of(&report_of(form, door, None, now).0.facts, today)
}

fn person(who: &WhoForm, contact: ContactDetails) -> PersonDescription {
    let trimmed = |text: &str| text.trim().to_owned();
    PersonDescription {
        given_name: trimmed(&who.given_name),
        family_name: trimmed(&who.family_name),
        goes_by: Some(trimmed(&who.goes_by))
            .filter(|name| !name.is_empty())
            .into_iter()
            .collect(),
        name_not_known: who.name_not_known,
        id_basis: who.id_basis,
        language: Some(trimmed(&who.language)).filter(|language| !language.is_empty()),
        interpreter_needed: who.interpreter_needed,
        observed: None,
        contact,
    }
}

fn offer(form: &OfferForm, errors: &mut FormErrors) -> (Option<Offer>, ContactDetails) {
    let offer = match (form.made, form.response, form.not_made_reason) {
        (Some(true), Some(SaidTo::Accepted), _) => Some(Offer::Made(Response::Accepted)),
        (Some(true), Some(SaidTo::Undecided), _) => Some(Offer::Made(Response::Undecided)),
        (Some(true), Some(SaidTo::Declined), _) => Some(Offer::Made(Response::Declined(
            form.declined_reason.unwrap_or(DeclinedReason::NotSaid),
        ))),
        (Some(true), None, _) => {
            errors.say("offer.response", FieldErrorCode::Missing.as_str());
            None
        }
        (Some(false), _, Some(reason)) => Some(Offer::NotMade(reason)),
        (Some(false), _, None) => {
            errors.say("offer.not_made_reason", FieldErrorCode::Missing.as_str());
            None
        }
        (None, ..) => {
            errors.say("offer.made", FieldErrorCode::Missing.as_str());
            None
        }
    };
    let contact = ContactDetails {
        where_to_find: form.where_to_find.trim().to_owned(),
        phone: form.phone.trim().to_owned(),
        safe_to_leave_message: form.safe_to_leave_message,
    };
    (offer, contact)
}

fn overdose(form: &ReferralForm, errors: &mut FormErrors) -> Option<Overdose> {
    let overdose = &form.why.overdose;
    let doses = errors.read(&overdose.doses, "why.overdose.doses", NOT_A_NUMBER);
    overdose.happened.then_some(Overdose {
        naloxone_given: overdose.naloxone_given,
        doses,
    })
}

fn facts(form: &ReferralForm, errors: &mut FormErrors) -> Facts {
    let mut facts = Facts {
        age: age(&form.who.age, errors),
        ..Facts::default()
    };
    match form.place.encounter_at.trim() {
        "" => {}
        text => match DateTime::parse_from_rfc3339(text) {
            Ok(at) => facts.encounter_at = Some(at),
            Err(_) => errors.say("place.encounter_at", "not_a_time"),
        },
    }
    facts.zone = form
        .place
        .zone
        .as_deref()
        .filter(|zone| !zone.is_empty())
        .map(|zone| ZoneAnswer {
            answer: if zone == OUTSIDE {
                Zone::Outside
            } else {
                Zone::Inside(BTreeSet::from([zone.to_owned()]))
            },
            source: Some(AnswerSource::OfficerKnowledge),
            checked_at: None,
        });
    facts.suspected_offences = form
        .why
        .offences
        .iter()
        .map(|offence| SuspectedOffence {
            code: Some(offence.code.trim().to_owned()).filter(|code| !code.is_empty()),
            level: offence.level,
            statute: Some(offence.statute.trim().to_owned()).filter(|text| !text.is_empty()),
            local_text: None,
        })
        .collect();
    for (i, drug) in form.why.drugs.iter().enumerate() {
        let path = format!("why.drugs.{i}.quantity");
        facts.drugs.push(DrugAmount {
            drug: drug.drug,
            quantity: errors.read::<Quantity>(&drug.quantity, &path, NOT_A_NUMBER),
            unit: drug.unit,
            estimated: drug.estimated,
            form: drug.form,
        });
    }
    facts.drugs_found = form
        .why
        .no_drugs
        .then(|| Answered::new(Answer::No, AnswerSource::OfficerKnowledge));
    facts.complainant = complainant(form);
    facts.prior_involvement = involvement(&form.why, errors);
    // What the person said to the offer answers whether they want to take part.
    facts.volunteers = match (form.offer.made, form.offer.response) {
        (Some(true), Some(SaidTo::Accepted)) => Some(Answer::Yes),
        (Some(true), Some(SaidTo::Declined)) => Some(Answer::No),
        (Some(true), Some(SaidTo::Undecided)) => Some(Answer::Unknown),
        _ => None,
    }
    .map(|answer| Answered::new(answer, AnswerSource::ParticipantStatement));
    for (id, answer) in &form.answers {
        let given = given(id, answer, errors);
        if !checklist::answer_question(&mut facts, id, given) {
            errors.say(format!("answers.{id}"), FieldErrorCode::NotInPack.as_str());
        }
    }
    facts
}

/// An answer of page 4, read. What only a yes has is not looked at otherwise.
fn given(id: &str, answer: &AnswerForm, errors: &mut FormErrors) -> Given {
    let (most_recent, count) = match answer.answer {
        Answer::Yes => (answer.most_recent.as_str(), answer.count.as_str()),
        Answer::No | Answer::Unknown => ("", ""),
    };
    Given {
        answer: answer.answer,
        source: answer.source,
        most_recent: errors.read(
            most_recent,
            &format!("answers.{id}.most_recent"),
            NOT_A_DATE,
        ),
        count: errors.read(count, &format!("answers.{id}.count"), NOT_A_NUMBER),
        most_serious: answer.most_serious,
        place: answer.place,
    }
}

fn age(form: &AgeForm, errors: &mut FormErrors) -> Option<Age> {
    match form {
        AgeForm::NotGiven => None,
        AgeForm::BirthDate { year, month, day } => {
            if [year, month, day].iter().all(|part| part.trim().is_empty()) {
                return None;
            }
            let read = || {
                NaiveDate::from_ymd_opt(
                    year.trim().parse().ok()?,
                    month.trim().parse().ok()?,
                    day.trim().parse().ok()?,
                )
            };
            let date = read().filter(|_| year.trim().len() == 4);
            if date.is_none() {
                errors.say("who.age", NOT_A_DATE);
            }
            date.map(Age::BirthDate)
        }
        AgeForm::Years { years, basis } => {
            errors
                .read(years, "who.age", NOT_A_NUMBER)
                .map(|years| Age::Years {
                    years,
                    basis: *basis,
                })
        }
        AgeForm::Band { band } => {
            BANDS
                .iter()
                .find(|(one, ..)| one == band)
                .map(|(_, from, to)| Age::Band {
                    from: *from,
                    to: *to,
                })
        }
    }
}

fn complainant(form: &ReferralForm) -> Option<ComplainantAnswer> {
    let complainant = &form.why.complainant;
    let answer = match (complainant.present?, complainant.declines) {
        (Answer::No, _) => Complainant::None,
        (Answer::Yes, Some(Answer::Yes)) => Complainant::DeclinesProsecution,
        (Answer::Yes, Some(Answer::No)) => Complainant::WantsProsecution,
        _ => Complainant::Unknown,
    };
    Some(ComplainantAnswer {
        answer,
        source: Some(AnswerSource::OfficerKnowledge),
        checked_at: None,
    })
}

fn involvement(why: &WhyForm, errors: &mut FormErrors) -> Option<InvolvementAnswer> {
    let mut evidence = Vec::new();
    for (i, form) in why.involvement.iter().enumerate() {
        let Some(kind) = form.evidence else { continue };
        let path = format!("why.involvement.{i}.when");
        evidence.push(Involvement {
            evidence: kind,
            date: errors.read(&form.when, &path, NOT_A_DATE),
            in_zone: form.in_zone.unwrap_or_default(),
            documented: form.documented.unwrap_or_default(),
            source_role: None,
            basis: Some(form.basis.trim().to_owned()).filter(|basis| !basis.is_empty()),
        });
    }
    let answer = match (why.no_involvement, evidence.is_empty()) {
        (true, _) => Answer::No,
        (false, false) => Answer::Yes,
        (false, true) => return None,
    };
    Some(InvolvementAnswer { answer, evidence })
}

/// The form path of a report path: `facts.suspected_offenses[1].code` is
/// `why.offences.1.code` in the form.
#[must_use]
pub fn contract_path(path: &str) -> String {
    let dotted = path.replace('[', ".").replace(']', "");
    let renamed = [
        ("person.contact.", "offer."),
        ("person.", "who."),
        ("facts.encounter_at", "place.encounter_at"),
        ("facts.zone", "place.zone"),
        ("facts.age", "who.age"),
        ("facts.suspected_offenses", "why.offences"),
        ("facts.suspected_offences", "why.offences"),
        ("facts.drugs_found", "why.drugs"),
        ("facts.drugs", "why.drugs"),
        ("facts.complainant", "why.complainant"),
        ("facts.prior_involvement.evidence", "why.involvement"),
        ("facts.prior_involvement.answer", "why.involvement"),
        ("facts.prior_involvement", "why.involvement"),
        ("facts.", "answers."),
        ("narrative", "why.narrative"),
    ]
    .into_iter()
    .find_map(|(from, to)| dotted.strip_prefix(from).map(|rest| format!("{to}{rest}")))
    .unwrap_or(dotted);
    // A person is called one thing in the form and may be called many.
    if renamed.starts_with("who.goes_by") {
        "who.goes_by".to_owned()
    } else {
        renamed
    }
}

/// An empty form for an encounter that begins now.
#[must_use]
pub fn form_of(encounter_at: String) -> ReferralForm {
    let mut form = ReferralForm::default();
    form.place.encounter_at = encounter_at;
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(typed: &str) -> Option<String> {
        let form = ReferralForm {
            refer_anyway: typed.to_owned(),
            ..ReferralForm::default()
        };
        report_of(&form, Door::ArrestDiversion, None, DateTime::UNIX_EPOCH)
            .0
            .refer_anyway
    }

    #[test]
    fn a_reason_to_refer_anyway_is_part_of_the_report_unless_it_is_empty() {
        assert_eq!(
            reason(" Prosecutor asked. "),
            Some("Prosecutor asked.".to_owned())
        );
        assert_eq!(reason("  "), None);
    }

    #[test]
    fn the_day_of_the_encounter_chooses_the_rules_not_the_day_of_writing() {
        let now: DateTime<Utc> = "2026-04-02T08:00:00Z".parse().unwrap();
        let today = now.date_naive();
        let day = |encounter_at: &str| {
            let mut form = ReferralForm::default();
            form.place.encounter_at = encounter_at.to_owned();
            day_of(&form, Door::SocialContact, now, today)
        };
        let last_night: NaiveDate = "2026-03-31".parse().unwrap();
        assert_eq!(day("2026-03-31T23:50:00-04:00"), last_night);
        assert_eq!(day(""), today);
        assert_eq!(day("half past"), today);
    }

    #[test]
    fn a_draft_of_an_earlier_version_reads_without_a_reason() {
        let form: ReferralForm = serde_json::from_str("{}").unwrap();
        assert_eq!(form, ReferralForm::default());
    }
}
