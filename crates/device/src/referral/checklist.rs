//! Page 4: the rows of the pack's checklist, and where their answers go.

use chrono::NaiveDate;
use handoff_domain::{
    Answer, AnswerSource, Answered, Door, Facts, HistoryAnswer, MatterAnswer, PartialDate,
    Screening,
};
use handoff_eligibility::{AnswerKind, Ask, RulePack};

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
    source: AnswerSource,
    most_recent: Option<PartialDate>,
) -> bool {
    let Ok(ask) = id.parse::<Ask>() else {
        return false;
    };
    let answered = Answered::new(answer, source);
    let history = HistoryAnswer {
        answer,
        most_recent: most_recent.filter(|_| answer == Answer::Yes),
        source: Some(source),
        ..HistoryAnswer::default()
    };
    let matter = MatterAnswer {
        answer,
        source: Some(source),
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
                source: answer.map(|answer| answer.source),
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
