//! The report as tables: a function of its data alone, so that the document
//! and the data that are kept can be compared.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};
use std::fmt::Write as _;

const HEAD: &str = "\
# The torture report

What the long sets of `cargo xtask torture` did and found. Made with its `--record` from
`docs/torture.json`; `cargo xtask tidy` compares the two. *Lost*, *duplicated*, *diverged*, *leaked*
and *corrupt* count findings; a dash stands where a test does not look for that. Each row names the
commit that it ran at.

| test | runs | faults injected | saves acknowledged | lost | duplicated | diverged | leaked | corrupt | recovery p50 / p99 | seeds | seconds | commit |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// The document.
///
/// # Errors
/// When the data is no report.
pub fn markdown(report: &Value) -> Result<String> {
    let parts = report.as_object().context("the report is no object")?;
    let mut text = HEAD.to_owned();
    for part in parts.values() {
        let of = of(part)?;
        match of.get("tests").and_then(Value::as_array) {
            Some(rows) => {
                for row in rows {
                    simulated(&mut text, row, part);
                }
            }
            None => surveyed(&mut text, of, part),
        }
    }
    for (name, part) in parts {
        let of = of(part)?;
        let _ = write!(text, "\n## {}\n", capital(name));
        if of.contains_key("looks_by_fault_and_invariant") {
            matrix(&mut text, of);
        } else {
            lists(&mut text, of);
        }
    }
    Ok(text)
}

fn of(part: &Value) -> Result<&Map<String, Value>> {
    let report = part.get("report").and_then(Value::as_object);
    report.context("a part has no report")
}

/// A row of the simulator's.
fn simulated(text: &mut String, row: &Value, part: &Value) {
    let get = |name: &str| said(row.get(name));
    let steps = get("steps");
    let _ = writeln!(
        text,
        "| {} ({steps} steps) | {} | {} | {} | {} | {} | {} | {} | – | {} / {} steps | {} | {} | {} |",
        get("test"),
        get("runs"),
        get("faults"),
        get("acknowledged"),
        get("lost"),
        get("duplicated"),
        get("diverged"),
        get("leaked"),
        get("recovery_p50_steps"),
        get("recovery_p99_steps"),
        get("seeds"),
        get("seconds"),
        said(part.get("commit")),
    );
}

/// A row of a survey of faults.
fn surveyed(text: &mut String, of: &Map<String, Value>, part: &Value) {
    let get = |name: &str| said(of.get(name));
    let faults: u64 = of
        .get("faults")
        .and_then(Value::as_object)
        .map_or(0, |faults| faults.values().filter_map(Value::as_u64).sum());
    let figure = |name: &str| of.get("figures").and_then(|figures| figures.get(name));
    let both = |name: &str| {
        let half = figure(&format!("{name}_p50_ms"))?;
        let most = figure(&format!("{name}_p99_ms"))?;
        Some(format!("{half} / {most} ms"))
    };
    let recovery = both("recovery").or_else(|| both("to_receipt"));
    let recovery = recovery.unwrap_or_else(|| "–".to_owned());
    let _ = writeln!(
        text,
        "| {} | {} | {faults} | {} | {} | {} | {} | {} | {} | {recovery} | {} | {} | {} |",
        get("test"),
        get("runs"),
        get("acknowledged"),
        get("lost"),
        get("duplicated"),
        get("diverged"),
        get("leaked"),
        get("corrupt"),
        get("seeds"),
        said(part.get("seconds")),
        said(part.get("commit")),
    );
}

/// What fired, and which invariants were looked at in runs in which it did.
fn matrix(text: &mut String, of: &Map<String, Value>) {
    let looks = of
        .get("looks_by_fault_and_invariant")
        .and_then(Value::as_object);
    let violations = of.get("violations_by_fault_and_invariant");
    let invariants: Vec<&String> = looks
        .and_then(|looks| looks.values().find_map(Value::as_object))
        .map(|row| row.keys().collect())
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "\nThe rarest pair of faults in one run: {}. Pairs that never met: {}.\n",
        pair(of.get("rarest_pair")),
        said(of.get("pairs_that_never_met")),
    );
    let _ = writeln!(
        text,
        "| fault | times | runs with the rarest other |\n|---|---|---|"
    );
    for (fault, times) in of
        .get("faults")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let rarest = of.get("rarest_other").and_then(|rarest| rarest.get(fault));
        let _ = writeln!(text, "| {fault} | {times} | {} |", said(rarest));
    }
    let _ = writeln!(
        text,
        "\nLooks at each invariant in runs in which a fault fired; violations in brackets, where \
         there are any:\n"
    );
    let _ = writeln!(
        text,
        "| fault | {} |\n|---|{}",
        invariants
            .iter()
            .map(|name| name.as_str())
            .collect::<Vec<_>>()
            .join(" | "),
        "---|".repeat(invariants.len())
    );
    for (fault, row) in looks.into_iter().flatten() {
        let cells: Vec<String> = invariants
            .iter()
            .map(|invariant| {
                let looks = said(row.get(invariant.as_str()));
                let violated = violations
                    .and_then(|violations| violations.get(fault))
                    .and_then(|row| row.get(invariant.as_str()));
                match violated {
                    Some(count) => format!("{looks} ({count})"),
                    None => looks,
                }
            })
            .collect();
        let _ = writeln!(text, "| {fault} | {} |", cells.join(" | "));
    }
}

/// Faults, figures and words of a survey.
fn lists(text: &mut String, of: &Map<String, Value>) {
    for (title, name) in [("Faults", "faults"), ("Figures", "figures")] {
        let Some(rows) = of.get(name).and_then(Value::as_object) else {
            continue;
        };
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n| {} | count |\n|---|---|", title.to_lowercase());
        for (what, count) in rows {
            let _ = writeln!(
                text,
                "| {} | {} |",
                what.replace('|', "\\|"),
                said(Some(count))
            );
        }
    }
    let words = of.get("words").and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    let found: Vec<&str> = words.filter(|word| word.starts_with("! ")).collect();
    if !found.is_empty() {
        text.push_str("\nFound:\n\n");
        for word in found {
            let _ = writeln!(text, "- `{}`", word.replace('`', "'"));
        }
    }
}

fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(float) if !number.is_u64() && !number.is_i64() => format!("{float:.0}"),
            _ => number.to_string(),
        },
        Some(other) => other.to_string(),
    }
}

/// Two faults and how often they met.
fn pair(value: Option<&Value>) -> String {
    match value.and_then(Value::as_array).map(Vec::as_slice) {
        Some([names, count]) => format!("{} ({count} runs)", said(Some(names))),
        _ => "–".to_owned(),
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_becomes_rows_with_what_was_found_and_where_it_ran() {
        let report = json!({
            "power": { "commit": "0123456789ab", "seconds": 9, "report": {
                "test": "power", "runs": 7, "faults": {"cut": 3, "torn": 4}, "acknowledged": 5,
                "lost": 1, "corrupt": 0, "duplicated": 0, "seeds": "1", "figures": {},
                "words": ["done", "! lost: save: entry `7`"],
            }},
            "kills": { "commit": "0123456789ab", "seconds": 9, "report": {
                "test": "processes killed", "runs": 6, "faults": {"device": 3, "site": 2},
                "acknowledged": 8, "lost": 0, "corrupt": 0, "duplicated": 0, "diverged": 0,
                "seeds": "", "words": [],
                "figures": {"recovery_p50_ms": 40, "recovery_p99_ms": 90},
            }},
            "simulator": { "commit": "0123456789ab", "seconds": 9, "report": {
                "tests": [{ "test": "model", "runs": 2, "steps": 90, "faults": 4,
                    "acknowledged": 8, "lost": 0, "duplicated": 0, "diverged": 0, "leaked": 0,
                    "recovery_p50_steps": 3, "recovery_p99_steps": 5, "seeds": "1 to 2",
                    "seconds": 1.25 }],
                "faults": {"cut": 4}, "rarest_other": {"cut": 2},
                "rarest_pair": ["cut and lost", 2], "pairs_that_never_met": 0,
                "looks_by_fault_and_invariant": {"cut": {"held_once": 6}},
                "violations_by_fault_and_invariant": {"cut": {"held_once": 1}},
            }},
        });
        let text = markdown(&report).unwrap();
        for line in [
            "| power | 7 | 7 | 5 | 1 | 0 | – | – | 0 | – | 1 | 9 | 0123456789ab |",
            "| processes killed | 6 | 5 | 8 | 0 | 0 | 0 | – | 0 | 40 / 90 ms | – | 9 | 0123456789ab |",
            "- `! lost: save: entry '7'`",
            "| model (90 steps) | 2 | 4 | 8 | 0 | 0 | 0 | 0 | – | 3 / 5 steps | 1 to 2 | 1 | 0123456789ab |",
            "| cut | 4 | 2 |",
            "| cut | 6 (1) |",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(markdown(&json!([])).is_err());
    }
}
