//! `handoff pack diff A B`: what changed from one pack to another, in words.

use handoff_eligibility::{FieldChange, PackDiff, RowChange, RowChangeKind, diff};

use super::PackName;
use crate::language::{Speaker, Speaks};
use crate::output::{self, Failure};

/// Compares two packs.
///
/// # Errors
/// [`Failure`] when one of them does not read.
pub fn run(from: &PackName, to: &PackName, speaks: Speaks, json: bool) -> Result<(), Failure> {
    let diff = diff(&from.load()?, &to.load()?);
    output::answer(json, &diff, |diff| text(diff, speaks.speaker()))
}

fn text(diff: &PackDiff, speaker: Speaker) -> String {
    let args = [
        ("from", diff.from.id.as_str()),
        ("from_version", diff.from.version.as_str()),
        ("to", diff.to.id.as_str()),
        ("to_version", diff.to.version.as_str()),
    ];
    let mut lines = vec![speaker.say("cli-diff", &args)];
    if diff.is_empty() {
        lines.push(speaker.say("cli-diff-none", &[]));
        return lines.join("\n");
    }
    let mut section = |heading: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            lines.push(String::new());
            lines.push(speaker.say(heading, &[]));
            lines.extend(rows);
        }
    };
    let fields = |fields: &[FieldChange]| {
        let rows = fields.iter();
        rows.flat_map(|change| field(change, "  ", speaker))
            .collect()
    };
    section("cli-diff-head", fields(&diff.head));
    section("cli-policy", fields(&diff.policy));
    let rows = |rows: &[RowChange]| rows.iter().flat_map(|row| of_row(row, speaker)).collect();
    section("cli-zones", rows(&diff.zones));
    section("cli-diff-questions", rows(&diff.questions));
    section("cli-rules", rows(&diff.rules));
    lines.join("\n")
}

fn of_row(row: &RowChange, speaker: Speaker) -> Vec<String> {
    let change = match row.change {
        RowChangeKind::Added => "cli-diff-added",
        RowChangeKind::Removed => "cli-diff-removed",
        RowChangeKind::Changed => "cli-diff-changed",
    };
    let args = [
        ("id", row.id.as_str()),
        ("words", speaker.words(&row.words)),
    ];
    let mut lines = vec![format!("  {}", speaker.say(change, &args))];
    for change in &row.fields {
        lines.extend(field(change, "      ", speaker));
    }
    if let Some(stops) = &row.stops {
        lines.push(format!("      {}", speaker.word("cli-diff-stops", stops)));
    }
    lines
}

/// One value, over two lines where it is long.
fn field(change: &FieldChange, indent: &str, speaker: Speaker) -> Vec<String> {
    let name = label(&change.field, speaker);
    let (from, to) = (
        value(change, &change.from, speaker),
        value(change, &change.to, speaker),
    );
    let args = [("field", &*name), ("from", &*from), ("to", &*to)];
    let short = from.chars().count() + to.chars().count() < 70;
    if short {
        return vec![format!("{indent}{}", speaker.say("cli-diff-field", &args))];
    }
    vec![
        format!("{indent}{name}:"),
        format!(
            "{indent}    {}",
            speaker.say("cli-diff-was", &[("text", &from)])
        ),
        format!(
            "{indent}    {}",
            speaker.say("cli-diff-is", &[("text", &to)])
        ),
    ]
}

/// The name of a field, where the catalogue has one.
fn label(field: &str, speaker: Speaker) -> String {
    let id = field.replace('.', "-");
    let policy = speaker.code("cli-policy", &id);
    if policy != id {
        return policy;
    }
    let named = speaker.code("cli-field", &id);
    if named == id { field.to_owned() } else { named }
}

/// A value in words: codes are said, text is given as it stands.
fn value(change: &FieldChange, text: &str, speaker: Speaker) -> String {
    if text.is_empty() {
        return speaker.say("cli-diff-nothing", &[]);
    }
    let group = match change.field.as_str() {
        "severity" => "cli-severity",
        "doors" => "door",
        "waivable_by" | "verifies" | "decides" | "waives" => "role",
        "basis" => "cli-history-basis",
        "verified" | "handoff.may_precede_decision" => {
            let answer = if text == "true" { "yes" } else { "no" };
            return speaker.code("answer", answer);
        }
        _ => return text.to_owned(),
    };
    let codes = text.split(", ").map(|code| speaker.code(group, code));
    codes.collect::<Vec<_>>().join(", ")
}
