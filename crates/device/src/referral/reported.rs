//! From a report back to the form, to show what was reported as the officer
//! saw it before sending. A report that another program wrote may say more
//! than the form asks; the rest stays in the report.

use handoff_domain::{
    Age, AgeBasis, Answer, Complainant, ComplainantAnswer, DrugAmount, Facts, Involvement, Offer,
    PersonDescription, ReferralReport, Response, SuspectedOffence, Zone,
};

use super::form::{BANDS, OUTSIDE};
use crate::contract::{
    AgeForm, ComplainantForm, DrugForm, InvolvementForm, OffenceForm, OfferForm, OverdoseForm,
    PlaceForm, ReferralForm, SaidTo, WhoForm, WhyForm,
};

/// The form that reads as this report. The answers of page 4 are not in it:
/// the screening shows them.
#[must_use]
pub fn reported(report: &ReferralReport) -> ReferralForm {
    ReferralForm {
        who: who(&report.person, report.facts.age),
        place: place(report),
        why: why(report),
        offer: offer(report),
        refer_anyway: report.refer_anyway.clone().unwrap_or_default(),
        ..ReferralForm::default()
    }
}

fn who(person: &PersonDescription, known: Option<Age>) -> WhoForm {
    WhoForm {
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        goes_by: person.goes_by.join(", "),
        name_not_known: person.name_not_known,
        age: known.map(age).unwrap_or_default(),
        id_basis: person.id_basis,
        language: person.language.clone().unwrap_or_default(),
        interpreter_needed: person.interpreter_needed,
    }
}

fn age(known: Age) -> AgeForm {
    match known {
        Age::BirthDate(date) => AgeForm::BirthDate {
            year: date.format("%Y").to_string(),
            month: date.format("%-m").to_string(),
            day: date.format("%-d").to_string(),
        },
        Age::Years { years, basis } => AgeForm::Years {
            years: years.to_string(),
            basis,
        },
        Age::Band { from, to } => {
            let band = BANDS
                .iter()
                .find(|(_, lowest, highest)| (*lowest, *highest) == (from, to));
            match band {
                Some((band, ..)) => AgeForm::Band { band: *band },
                // No band of the form: as numbers, which is all that is shown.
                None => AgeForm::Years {
                    years: to.map_or(format!("{from}+"), |to| format!("{from}–{to}")),
                    basis: AgeBasis::Estimated,
                },
            }
        }
    }
}

fn place(report: &ReferralReport) -> PlaceForm {
    let facts = &report.facts;
    let at = facts.encounter_at.map(|at| at.to_rfc3339());
    PlaceForm {
        encounter_at: at.unwrap_or_default(),
        zone: facts.zone.as_ref().and_then(|zone| match &zone.answer {
            Zone::Inside(areas) => areas.first().cloned(),
            Zone::Outside => Some(OUTSIDE.to_owned()),
            Zone::Unknown => None,
        }),
        address: report.place.address.clone(),
        incident_number: report.place.incident_number.clone(),
    }
}

fn why(report: &ReferralReport) -> WhyForm {
    let Facts {
        suspected_offences,
        drugs,
        drugs_found,
        complainant: harmed,
        prior_involvement,
        ..
    } = &report.facts;
    let evidence = prior_involvement.iter().flat_map(|prior| &prior.evidence);
    WhyForm {
        needs: report.needs.clone(),
        offences: suspected_offences.iter().map(offence).collect(),
        drugs: drugs.iter().map(drug).collect(),
        no_drugs: drugs_found.is_some_and(|found| found.answer == Answer::No),
        complainant: harmed.map(complainant).unwrap_or_default(),
        involvement: evidence.map(involvement).collect(),
        no_involvement: prior_involvement
            .as_ref()
            .is_some_and(|prior| prior.answer == Answer::No),
        overdose: report
            .overdose
            .as_ref()
            .map_or_else(OverdoseForm::default, |overdose| OverdoseForm {
                happened: true,
                naloxone_given: overdose.naloxone_given,
                doses: overdose
                    .doses
                    .map(|doses| doses.to_string())
                    .unwrap_or_default(),
            }),
        narrative: report.narrative.clone(),
    }
}

fn offence(offence: &SuspectedOffence) -> OffenceForm {
    OffenceForm {
        code: offence.code.clone().unwrap_or_default(),
        level: offence.level,
        statute: offence.statute.clone().unwrap_or_default(),
    }
}

fn drug(drug: &DrugAmount) -> DrugForm {
    DrugForm {
        drug: drug.drug,
        quantity: drug
            .quantity
            .map(|quantity| quantity.to_string())
            .unwrap_or_default(),
        unit: drug.unit,
        estimated: drug.estimated,
        form: drug.form,
    }
}

fn complainant(answer: ComplainantAnswer) -> ComplainantForm {
    let (present, declines) = match answer.answer {
        Complainant::None => (Some(Answer::No), None),
        Complainant::DeclinesProsecution => (Some(Answer::Yes), Some(Answer::Yes)),
        Complainant::WantsProsecution => (Some(Answer::Yes), Some(Answer::No)),
        Complainant::Unknown => (Some(Answer::Unknown), None),
    };
    ComplainantForm { present, declines }
}

fn involvement(evidence: &Involvement) -> InvolvementForm {
    InvolvementForm {
        evidence: Some(evidence.evidence),
        when: evidence
            .date
            .map(|date| date.to_string())
            .unwrap_or_default(),
        in_zone: Some(evidence.in_zone),
        documented: Some(evidence.documented),
        basis: evidence.basis.clone().unwrap_or_default(),
    }
}

fn offer(report: &ReferralReport) -> OfferForm {
    let (made, response, declined_reason, not_made_reason) = match report.offer {
        Offer::Made(Response::Accepted) => (true, Some(SaidTo::Accepted), None, None),
        Offer::Made(Response::Undecided) => (true, Some(SaidTo::Undecided), None, None),
        Offer::Made(Response::Declined(why)) => (true, Some(SaidTo::Declined), Some(why), None),
        Offer::NotMade(why) => (false, None, None, Some(why)),
    };
    let contact = &report.person.contact;
    OfferForm {
        made: Some(made),
        not_made_reason,
        response,
        declined_reason,
        where_to_find: contact.where_to_find.clone(),
        phone: contact.phone.clone(),
        safe_to_leave_message: contact.safe_to_leave_message,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use handoff_domain::{
        DeclinedReason, Door, DrugForm as DrugShape, DrugType, DrugUnit, EvidenceKind, IdBasis,
        Need, NotMadeReason, OffenceLevel,
    };

    use super::*;
    use crate::contract::AgeBand;
    use crate::referral::report_of;

    /// Everything that pages 1 to 3 ask, answered.
    fn full() -> ReferralForm {
        ReferralForm {
            who: WhoForm {
                given_name: "José".into(),
                family_name: "Álvarez".into(),
                goes_by: "Zé".into(),
                age: AgeForm::Band {
                    band: AgeBand::From25To34,
                },
                id_basis: Some(IdBasis::KnownToOfficer),
                language: "es".into(),
                interpreter_needed: true,
                ..WhoForm::default()
            },
            place: PlaceForm {
                encounter_at: "2026-11-22T21:04:00-05:00".into(),
                zone: Some("phase-1".into()),
                address: "Howard St".into(),
                incident_number: "7-26".into(),
            },
            why: WhyForm {
                needs: vec![Need::Housing],
                offences: vec![OffenceForm {
                    code: "35A".into(),
                    level: Some(OffenceLevel::Misdemeanor),
                    statute: "CR 5-601".into(),
                }],
                drugs: vec![DrugForm {
                    drug: DrugType::Heroin,
                    quantity: "2.5".into(),
                    unit: DrugUnit::Gram,
                    estimated: true,
                    form: DrugShape::Other,
                }],
                no_drugs: false,
                complainant: ComplainantForm {
                    present: Some(Answer::Yes),
                    declines: Some(Answer::Yes),
                },
                involvement: vec![InvolvementForm {
                    evidence: Some(EvidenceKind::Record),
                    when: "2025-03".into(),
                    in_zone: Some(Answer::Yes),
                    documented: Some(Answer::No),
                    basis: "Stopped before".into(),
                }],
                no_involvement: false,
                overdose: OverdoseForm {
                    happened: true,
                    naloxone_given: true,
                    doses: "2".into(),
                },
                narrative: "Waits at the corner.".into(),
            },
            offer: OfferForm {
                made: Some(true),
                response: Some(SaidTo::Declined),
                declined_reason: Some(DeclinedReason::NotNow),
                where_to_find: "The shelter".into(),
                phone: "410 555 0100".into(),
                safe_to_leave_message: Some(false),
                ..OfferForm::default()
            },
            refer_anyway: "The prosecutor asked.".into(),
            ..ReferralForm::default()
        }
    }

    fn back_from(form: &ReferralForm) -> ReferralForm {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        reported(&report_of(form, Door::ArrestDiversion, None, now).0)
    }

    #[test]
    fn what_was_reported_reads_as_the_form_that_was_sent() {
        let mut form = full();
        assert_eq!(back_from(&form), form);
        let ages = [
            AgeForm::NotGiven,
            AgeForm::BirthDate {
                year: "1990".into(),
                month: "2".into(),
                day: "28".into(),
            },
            AgeForm::Years {
                years: "41".into(),
                basis: AgeBasis::Stated,
            },
            AgeForm::Band {
                band: AgeBand::Under18,
            },
            AgeForm::Band {
                band: AgeBand::From55,
            },
        ];
        for age in ages {
            form.who.age = age;
            assert_eq!(back_from(&form), form);
        }
        form.why.drugs.clear();
        form.why.no_drugs = true;
        form.why.involvement.clear();
        form.why.no_involvement = true;
        assert_eq!(back_from(&form), form);
        form.place.zone = Some(OUTSIDE.into());
        form.offer = OfferForm {
            made: Some(false),
            not_made_reason: Some(NotMadeReason::Safety),
            ..OfferForm::default()
        };
        assert_eq!(back_from(&form), form);
    }

    #[test]
    fn a_band_that_the_form_does_not_offer_is_shown_in_numbers() {
        for (to, shown) in [(Some(30), "20–30"), (None, "20+")] {
            let AgeForm::Years { years, .. } = age(Age::Band { from: 20, to }) else {
                panic!("no number");
            };
            assert_eq!(years, shown);
        }
    }
}
