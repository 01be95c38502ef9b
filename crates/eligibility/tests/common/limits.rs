//! One rule and what it finds.

use handoff_domain::{Door, Facts, FindingResult};
use handoff_eligibility::{RulePack, screen};

use super::{date, random_pack, set};

/// What one rule finds for an answer.
pub fn finds(pack: &RulePack, answers: &[(&str, &str)]) -> FindingResult {
    let mut facts = Facts::default();
    set(&mut facts, answers);
    found(pack, &facts, "2020-02-29")
}

pub fn found(pack: &RulePack, facts: &Facts, as_of: &str) -> FindingResult {
    let screening = screen(pack, facts, Door::ArrestDiversion, date(as_of));
    assert_eq!(screening.findings.len(), 1);
    screening.findings[0].result
}

pub fn pack(rule: &str) -> RulePack {
    RulePack::parse(&random_pack::pack_of(&[rule.to_owned()])).unwrap()
}
