//! A screening in the words of its pack.

use chrono::NaiveDate;
use handoff_domain::{Finding, FindingResult, Outcome, Screening, SeenValue, Severity, Words};
use handoff_eligibility::RulePack;

use crate::contract::{Advice, FindingRow, PackLine, PackWords, VerdictView};

/// What the officer is advised to do.
#[must_use]
pub fn advice_of(screening: &Screening) -> Advice {
    let hard_hit = screening
        .findings
        .iter()
        .any(|f| f.result == FindingResult::Hit && f.severity == Severity::Hard);
    match screening.outcome {
        Outcome::PresumptivelyEligible => Advice::LooksEligible,
        Outcome::PresumptivelyIneligible if hard_hit => Advice::UseOtherRoute,
        Outcome::PresumptivelyIneligible => Advice::StaffWillReview,
        Outcome::NeedsVerification => {
            let hit = screening
                .findings
                .iter()
                .any(|f| f.result == FindingResult::Hit && f.severity != Severity::Advisory);
            if hit {
                Advice::StaffWillReview
            } else {
                Advice::RecordsCheckNeeded
            }
        }
    }
}

/// The screening as the window shows it: hits first, then unknowns, then
/// passes, each in the order of the pack. `pack` is the version that was used;
/// without it (a pack that has gone from this device) rules are named by id.
#[must_use]
pub fn verdict_view(
    screening: &Screening,
    pack: Option<&RulePack>,
    checked_days_ago: Option<u32>,
) -> VerdictView {
    let mut findings: Vec<FindingRow> = screening
        .findings
        .iter()
        .map(|finding| row(finding, pack))
        .collect();
    findings.sort_by_key(|finding| match finding.result {
        FindingResult::Hit => 0,
        FindingResult::Unknown => 1,
        FindingResult::Pass => 2,
    });
    VerdictView {
        outcome: screening.outcome,
        waivable: screening.waivable,
        advice: advice_of(screening),
        findings,
        open_questions: screening
            .open_questions
            .iter()
            .map(|q| q.question.clone())
            .collect(),
        other_door: screening.other_door,
        pack: PackLine {
            id: screening.pack.id.clone(),
            version: screening.pack.version.clone(),
            hash: screening.pack.hash.to_string(),
            effective: pack.map(RulePack::effective_from),
            checked_days_ago,
        },
    }
}

fn row(finding: &Finding, pack: Option<&RulePack>) -> FindingRow {
    let rule = pack.and_then(|pack| pack.rules().iter().find(|rule| rule.id == finding.rule));
    let seen = finding.saw.first();
    FindingRow {
        rule: finding.rule.clone(),
        words: rule.map_or_else(
            || PackWords {
                en: finding.rule.clone(),
                es: String::new(),
            },
            |rule| words_of(&rule.words),
        ),
        clause: finding.clause.clone(),
        severity: finding.severity,
        result: finding.result,
        question: seen.map(|seen| seen.question.clone()),
        answer: seen.and_then(|seen| match &seen.value {
            SeenValue::Answer(answer)
            | SeenValue::History { answer, .. }
            | SeenValue::Matter { answer, .. }
            | SeenValue::Involvement { answer, .. } => Some(*answer),
            _ => None,
        }),
        source: finding.source,
        decides: finding.decides.first().map(|role| role.as_str().to_owned()),
        verified: finding.verified,
    }
}

/// A pack's words for the window.
#[must_use]
pub fn words_of(words: &Words) -> PackWords {
    PackWords {
        en: words.en.clone(),
        es: words.es.clone(),
    }
}

/// Whole days between two days, 0 when the second is earlier.
#[must_use]
pub fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days()).unwrap_or(0)
}
