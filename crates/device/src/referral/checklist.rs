//! The questions of a pack at one door, and where the answers of page 4 go.

use chrono::NaiveDate;
use handoff_domain::{
    Answer, AnswerSource, Answered, Door, Facts, HistoryAnswer, MatterAnswer, MatterPlace,
    OffenceLevel, PartialDate, Screening,
};
use handoff_eligibility::{AnswerKind, Ask, Plain, RulePack};

use super::verdict::words_of;
use crate::contract::{QuestionKind, QuestionRow};

/// An answer of page 4, read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Given {
    /// Yes, no or unknown; of a question how often: no is never.
    pub answer: Answer,
    /// Where it comes from.
    pub source: Option<AnswerSource>,
    /// The most recent date of a history.
    pub most_recent: Option<PartialDate>,
    /// How often, when that is more than never.
    pub count: Option<u16>,
    /// The level of the most serious open matter.
    pub most_serious: Option<OffenceLevel>,
    /// Whether any open matter is local.
    pub place: Option<MatterPlace>,
}

/// Puts an answer where its question's answer stands. False for an id that no
/// question has, and for questions that other pages answer.
pub fn answer_question(facts: &mut Facts, id: &str, given: Given) -> bool {
    let Ok(ask) = id.parse::<Ask>() else {
        return false;
    };
    let Given { answer, source, .. } = given;
    let is_yes = answer == Answer::Yes;
    let history = HistoryAnswer {
        answer,
        most_recent: given.most_recent.filter(|_| is_yes),
        source,
        ..HistoryAnswer::default()
    };
    let matter = MatterAnswer {
        answer,
        most_serious: given.most_serious.filter(|_| is_yes),
        place: given.place.filter(|_| is_yes),
        source,
        ..MatterAnswer::default()
    };
    match ask {
        Ask::OpenCase => facts.open_case = Some(matter),
        Ask::OpenWarrant => facts.open_warrant = Some(matter),
        Ask::SexOffenceHistory => facts.sex_offence_history = Some(history),
        Ask::History(class) => {
            facts.history.insert(class, history);
        }
        Ask::PriorDiversions => {
            facts.prior_diversions = match answer {
                Answer::No => Some(0),
                Answer::Yes => given.count,
                Answer::Unknown => None,
            };
        }
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => {
            let answered = Answered {
                answer,
                source,
                ..Answered::default()
            };
            return ask.set_yes_no(facts, answered);
        }
        Ask::Age
        | Ask::SuspectedOffences
        | Ask::Drugs
        | Ask::Zone
        | Ask::EncounterAt
        | Ask::Complainant
        | Ask::PriorInvolvement => return false,
    }
    true
}

/// The questions of one door, in the order of the pack, with the rank of those
/// that can still change the outcome.
#[must_use]
pub fn checklist(pack: &RulePack, door: Door, screening: &Screening) -> Vec<QuestionRow> {
    pack.questions(door)
        .into_iter()
        .map(|question| {
            let open = screening.open_questions.iter();
            let rank = open
                .zip(1..)
                .find(|(open, _)| open.question == question.id)
                .map(|(_, rank)| rank);
            let kind = kind_of(&question.id, &question.answer);
            QuestionRow {
                words: words_of(&question.words),
                kind,
                page: kind.page(),
                of_records: of_records(&question.id),
                rank,
                id: question.id,
            }
        })
        .collect()
}

fn kind_of(id: &str, answer: &AnswerKind) -> QuestionKind {
    match *answer {
        // What the person said to the offer answers whether they want to take part.
        AnswerKind::YesNo if id.parse() == Ok(Ask::Plain(Plain::Volunteers)) => QuestionKind::Offer,
        AnswerKind::YesNo => QuestionKind::YesNo,
        AnswerKind::History { needs_date, .. } => QuestionKind::History {
            asks_date: needs_date,
        },
        AnswerKind::Matter {
            needs_level,
            needs_place,
        } => QuestionKind::Matter {
            asks_level: needs_level,
            asks_place: needs_place,
        },
        AnswerKind::Count => QuestionKind::Count,
        AnswerKind::Age => QuestionKind::Age,
        AnswerKind::Time => QuestionKind::Time,
        AnswerKind::Zone { .. } => QuestionKind::Zone,
        AnswerKind::Offences => QuestionKind::Offences,
        AnswerKind::Drugs { needs_form } => QuestionKind::Drugs {
            asks_form: needs_form,
        },
        AnswerKind::Complainant => QuestionKind::Complainant,
        AnswerKind::Involvement {
            needs_date,
            needs_place,
            needs_documented,
        } => QuestionKind::Involvement {
            asks_date: needs_date,
            asks_place: needs_place,
            asks_documented: needs_documented,
        },
    }
}

/// Whether records answer this question, rather than what somebody saw or
/// heard. A question of the site's own is not assumed to be one.
fn of_records(id: &str) -> bool {
    matches!(
        id.parse(),
        Ok(Ask::OpenCase
            | Ask::OpenWarrant
            | Ask::SexOffenceHistory
            | Ask::History(_)
            | Ask::Supervision(_)
            | Ask::PriorDiversions
            | Ask::Plain(Plain::TreatmentCourt | Plain::Registrant | Plain::NoContactOrder))
    )
}

/// The date from which a screening counts: the local day of the encounter.
#[must_use]
pub fn as_of(facts: &Facts, today: NaiveDate) -> NaiveDate {
    facts.encounter_at.map_or(today, |at| at.date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_answer_supervision_history_warrants_and_open_cases() {
        for id in [
            "open_case",
            "open_warrant",
            "sex_offense_history",
            "history.violent",
            "supervision.parole",
            "treatment_court",
            "registrant",
            "no_contact_order",
            "prior_diversions",
        ] {
            assert!(of_records(id), "{id}");
        }
        for id in [
            "amenable",
            "resident",
            "threat_to_public_safety",
            "site.own",
            "age",
        ] {
            assert!(!of_records(id), "{id}");
        }
    }

    #[test]
    fn an_answer_whose_source_nobody_gave_claims_none_and_counts_all_the_same() {
        for id in ["open_warrant", "history.violent", "supervision.parole"] {
            let mut facts = Facts::default();
            let given = Given {
                answer: Answer::No,
                ..Given::default()
            };
            assert!(answer_question(&mut facts, id, given));
            let json = serde_json::to_string(&facts).unwrap();
            assert!(!json.contains("source"), "{json}");
            let relied_on = facts.open_warrant.map(MatterAnswer::relied_on);
            assert!(id != "open_warrant" || relied_on == Some(Answer::No));
        }
    }

    #[test]
    fn what_only_a_yes_has_goes_with_the_yes() {
        let given = |answer| Given {
            answer,
            most_recent: Some(PartialDate::Year(2019)),
            count: Some(2),
            most_serious: Some(OffenceLevel::Felony),
            place: Some(MatterPlace::Local),
            source: None,
        };
        for answer in [Answer::No, Answer::Unknown] {
            let mut facts = Facts::default();
            for id in ["open_case", "history.violent", "prior_diversions"] {
                assert!(answer_question(&mut facts, id, given(answer)), "{id}");
            }
            let case = facts.open_case.unwrap();
            assert_eq!((case.most_serious, case.place), (None, None));
            assert_eq!(facts.history["violent"].most_recent, None);
            let never = (answer == Answer::No).then_some(0);
            assert_eq!(facts.prior_diversions, never);
        }
    }
}
