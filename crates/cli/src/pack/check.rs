//! `handoff pack check`: a pack is read whole, runs its own cases, and is
//! looked over for what cannot be meant.

use handoff_domain::PackRef;
use handoff_eligibility::{PackError, PackTestResult, RulePack, Warning, lint, run_pack_tests};
use serde::Serialize;

use super::PackName;
use crate::output::{self, Failure};

#[derive(Serialize)]
struct Checked {
    pack: PackRef,
    rules: usize,
    rules_unverified: usize,
    /// Of those: rules that name no text at all.
    rules_without_source: usize,
    cases: Vec<PackTestResult>,
    cases_failed: usize,
    warnings: Vec<Warning>,
}

/// Checks the pack.
///
/// # Errors
/// [`Failure`] when it does not read, or a case comes out otherwise.
pub fn run(name: &PackName, json: bool) -> Result<(), Failure> {
    let pack = match name.load_whole()? {
        Ok(pack) => pack,
        Err(mistakes) => return Err(mistaken(name, mistakes, json)?),
    };
    let checked = checked(&pack);
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

/// Several mistakes are a list of their own; one is the whole error.
fn mistaken(name: &PackName, mistakes: Vec<PackError>, json: bool) -> Result<Failure, Failure> {
    let mut mistakes = mistakes;
    if mistakes.len() == 1
        && let Some(one) = mistakes.pop()
    {
        return Ok(name.mistaken(one));
    }
    let rows = mistakes.iter().map(|error| Mistake {
        line: error.line,
        column: error.column,
        mistake: error.mistake.to_string(),
    });
    let answer = Mistaken {
        mistakes: rows.collect(),
    };
    output::answer(json, &answer, |answer| {
        let lines = answer
            .mistakes
            .iter()
            .map(|row| format!("line {}, column {}: {}.", row.line, row.column, row.mistake));
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(Failure::refused(format!(
        "{name}: {} mistakes, each with its place. Nothing was changed. Correct those places and check again.",
        mistakes.len()
    )))
}

#[derive(Serialize)]
struct Mistaken {
    mistakes: Vec<Mistake>,
}

#[derive(Serialize)]
struct Mistake {
    line: u32,
    column: u32,
    mistake: String,
}

fn checked(pack: &RulePack) -> Checked {
    let cases = run_pack_tests(pack);
    Checked {
        pack: pack.pack_ref(),
        rules: pack.rules().len(),
        rules_unverified: pack.rules().iter().filter(|rule| !rule.verified).count(),
        rules_without_source: pack
            .rules()
            .iter()
            .filter(|rule| !rule.has_source())
            .count(),
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
        "{}, version {}: {} rules; {} name no text of the site (`source`), {} name one that nobody has marked as compared (`verified`).",
        checked.pack.id,
        checked.pack.version,
        checked.rules,
        checked.rules_without_source,
        checked.rules_unverified - checked.rules_without_source
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
