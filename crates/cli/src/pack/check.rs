//! `handoff pack check`: a pack is read whole, runs its own cases, and is
//! looked over for what cannot be meant.

use handoff_domain::PackRef;
use handoff_eligibility::{PackTestResult, RulePack, Warning, lint, run_pack_tests};
use serde::Serialize;

use super::PackName;
use crate::output::{self, Failure};

#[derive(Serialize)]
struct Checked {
    pack: PackRef,
    rules: usize,
    rules_unverified: usize,
    cases: Vec<PackTestResult>,
    cases_failed: usize,
    warnings: Vec<Warning>,
}

/// Checks the pack.
///
/// # Errors
/// [`Failure`] when it does not read, or a case comes out otherwise.
pub fn run(name: &PackName, json: bool) -> Result<(), Failure> {
    let checked = checked(&name.load()?);
    output::answer(json, &checked, text)?;
    if checked.cases_failed == 0 {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{name}: {} of {} cases came out otherwise than the pack expects. Nothing was changed. Correct the rule or the case, and check again.",
        checked.cases_failed,
        checked.cases.len()
    )))
}

fn checked(pack: &RulePack) -> Checked {
    let cases = run_pack_tests(pack);
    Checked {
        pack: pack.pack_ref(),
        rules: pack.rules().len(),
        rules_unverified: pack.rules().iter().filter(|rule| !rule.verified).count(),
        cases_failed: cases
            .iter()
            .filter(|case| !case.failures.is_empty())
            .count(),
        cases,
        warnings: lint(pack),
    }
}

fn text(checked: &Checked) -> String {
    let mut lines = vec![format!(
        "{}, version {}: {} rules, of which {} rest on no text of the site.",
        checked.pack.id, checked.pack.version, checked.rules, checked.rules_unverified
    )];
    for case in &checked.cases {
        let result = if case.failures.is_empty() {
            "ok    "
        } else {
            "FAILED"
        };
        lines.push(format!("  {result}  line {:<4}  {}", case.line, case.name));
        lines.extend(
            case.failures
                .iter()
                .map(|failure| format!("          {failure}")),
        );
    }
    lines.push(match (checked.cases.len(), checked.cases_failed) {
        (0, _) => {
            "It has no cases: add [[test]] tables that say what the policy expects.".to_owned()
        }
        (_, 0) => "Every case comes out as the pack expects.".to_owned(),
        (all, failed) => format!("{failed} of {all} cases came out otherwise."),
    });
    if !checked.warnings.is_empty() {
        lines.push("Look at these again:".to_owned());
        let warnings = checked.warnings.iter();
        lines.extend(warnings.map(|warning| format!("  {warning}")));
    }
    lines.join("\n")
}
