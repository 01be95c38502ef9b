//! What the tests of this crate share.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what went wrong by failing"
)]

pub mod answers;
pub mod brute;
pub mod limits;
pub mod random_pack;

use chrono::NaiveDate;
use handoff_domain::{Facts, FindingResult, Screening};
use handoff_eligibility::{RulePack, shorthand};

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Puts answers, written as in a pack's cases, into `facts`.
pub fn set(facts: &mut Facts, answers: &[(&str, &str)]) {
    for (question, text) in answers {
        let ask = question
            .parse()
            .unwrap_or_else(|_| panic!("no question {question}"));
        shorthand::answer(facts, &ask, text).unwrap_or_else(|e| panic!("{question} = {text}: {e}"));
    }
}

/// The facts of the pack's `[clear]` table.
pub fn clear_of(pack: &RulePack) -> Facts {
    pack.clear().clone()
}

pub fn findings_with(screening: &Screening, result: FindingResult) -> Vec<String> {
    let found = screening
        .findings
        .iter()
        .filter(|finding| finding.result == result);
    found.map(|finding| finding.rule.clone()).collect()
}
