//! Page 4: the rows of the pack's checklist, and where their answers go.

use chrono::NaiveDate;
use handoff_domain::{
    Answer, AnswerSource, Answered, Door, Facts, HistoryAnswer, MatterAnswer, PartialDate,
    Screening,
};
use handoff_eligibility::{AnswerKind, Ask, Plain, RulePack};

use super::verdict::words_of;
use crate::contract::{QuestionRow, ReferralForm};

/// The question that the offer page answers.
const VOLUNTEERS: &str = "volunteers";

/// Puts an answer where its question's answer stands. False for an id that no
/// question has, and for questions that other pages answer.
pub fn answer_question(
    facts: &mut Facts,
    id: &str,
    answer: Answer,
    source: impl Into<Option<AnswerSource>>,
    most_recent: Option<PartialDate>,
) -> bool {
    let source = source.into();
    let Ok(ask) = id.parse::<Ask>() else {
        return false;
    };
    let answered = Answered {
        answer,
        source,
        ..Answered::default()
    };
    let history = HistoryAnswer {
        answer,
        most_recent: most_recent.filter(|_| answer == Answer::Yes),
        source,
        ..HistoryAnswer::default()
    };
    let matter = MatterAnswer {
        answer,
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
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => {
            return ask.set_yes_no(facts, answered);
        }
        Ask::Age
        | Ask::SuspectedOffences
        | Ask::Drugs
        | Ask::Zone
        | Ask::EncounterAt
        | Ask::Complainant
        | Ask::PriorInvolvement
        | Ask::PriorDiversions => return false,
    }
    true
}

/// The rows of one door, in the order of the pack, with the answers so far and
/// the rank of those that can still change the outcome.
#[must_use]
pub fn checklist(
    pack: &RulePack,
    door: Door,
    form: &ReferralForm,
    screening: Option<&Screening>,
) -> Vec<QuestionRow> {
    pack.questions(door)
        .into_iter()
        .filter(|question| {
            question.id != VOLUNTEERS
                && matches!(
                    question.answer,
                    AnswerKind::YesNo | AnswerKind::History { .. } | AnswerKind::Matter { .. }
                )
        })
        .map(|question| {
            let answer = form.answers.get(&question.id);
            let rank = screening.and_then(|screening| {
                screening
                    .open_questions
                    .iter()
                    .filter(|open| form_asks(&open.question))
                    .position(|open| open.question == question.id)
                    .and_then(|at| u32::try_from(at + 1).ok())
            });
            QuestionRow {
                words: words_of(&question.words),
                answer: answer.map(|answer| answer.answer),
                source: answer.and_then(|answer| answer.source),
                of_records: of_records(&question.id),
                asks_date: matches!(
                    question.answer,
                    AnswerKind::History {
                        needs_date: true,
                        ..
                    }
                ),
                most_recent: answer
                    .map(|answer| answer.most_recent.clone())
                    .unwrap_or_default(),
                rank,
                id: question.id,
            }
        })
        .collect()
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
            | Ask::Plain(Plain::TreatmentCourt | Plain::Registrant | Plain::NoContactOrder))
    )
}

/// Whether page 4 asks this question; the other pages ask the rest.
fn form_asks(id: &str) -> bool {
    id != VOLUNTEERS
        && !matches!(
            id.parse(),
            Ok(Ask::Age
                | Ask::SuspectedOffences
                | Ask::Drugs
                | Ask::Zone
                | Ask::EncounterAt
                | Ask::Complainant
                | Ask::PriorInvolvement
                | Ask::PriorDiversions)
                | Err(_)
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
            assert!(answer_question(&mut facts, id, Answer::No, None, None));
            let json = serde_json::to_string(&facts).unwrap();
            assert!(!json.contains("source"), "{json}");
            let relied_on = facts.open_warrant.map(MatterAnswer::relied_on);
            assert!(id != "open_warrant" || relied_on == Some(Answer::No));
        }
    }
}
