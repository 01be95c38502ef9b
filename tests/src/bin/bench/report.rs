//! The report: a table to read and the same as JSON.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

/// What a budget bounds, from which side.
#[derive(Debug, Clone, Copy)]
pub enum Budget {
    /// `ours / reference` is at most this.
    RatioAtMost(f64),
    /// `reference / ours` is at least this: a speed.
    SpeedAtLeast(f64),
    /// `reference / ours` is at least this: a cost.
    TimesLess(f64),
    /// `ours` is at most this, in its own unit.
    AtMost(f64),
    /// Said for its own sake.
    None,
}

/// One figure beside its reference.
#[derive(Debug)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// In this unit.
    pub unit: &'static str,
    /// Our median.
    pub ours: f64,
    /// What it is compared with, and that one's median.
    pub reference: Option<(String, f64)>,
    /// What it should keep.
    pub budget: Budget,
    /// How it was measured.
    pub method: String,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        let reference = self.reference.as_ref()?.1;
        Some(match self.budget {
            Budget::SpeedAtLeast(_) | Budget::TimesLess(_) => reference / self.ours,
            _ => self.ours / reference,
        })
    }

    fn kept(&self) -> Option<bool> {
        match self.budget {
            Budget::RatioAtMost(most) => self.ratio().map(|ratio| ratio <= most),
            Budget::SpeedAtLeast(least) | Budget::TimesLess(least) => {
                self.ratio().map(|ratio| ratio >= least)
            }
            Budget::AtMost(most) => Some(self.ours <= most),
            Budget::None => None,
        }
    }

    fn budget_text(&self) -> String {
        match self.budget {
            Budget::RatioAtMost(most) => format!("≤ {most}×"),
            Budget::SpeedAtLeast(least) => format!("≥ {least}× its speed"),
            Budget::TimesLess(least) => format!("≥ {least}× less"),
            Budget::AtMost(most) => format!("≤ {most} {}", self.unit),
            Budget::None => String::new(),
        }
    }
}

/// Rows, in the order in which they were measured.
#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// Adds a figure and says it.
    pub fn say(&mut self, row: Row) {
        println!("{}", line(&row));
        self.0.push(row);
    }

    /// Writes `bench.md` and `bench.json`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut text = String::from(
            "| what | ours | reference | ratio | budget | kept |\n|---|---|---|---|---|---|\n",
        );
        for row in &self.0 {
            writeln!(text, "{}", line(row))?;
        }
        text.push_str("\nHow each was measured:\n\n");
        for row in &self.0 {
            writeln!(text, "- **{}**: {}", row.what, row.method)?;
        }
        std::fs::write(folder.join("bench.md"), text)?;
        let rows: Vec<Value> = self.0.iter().map(as_json).collect();
        std::fs::write(
            folder.join("bench.json"),
            serde_json::to_string_pretty(&rows)?,
        )?;
        println!("bench: {}", folder.join("bench.md").display());
        Ok(())
    }
}

fn line(row: &Row) -> String {
    let reference = row
        .reference
        .as_ref()
        .map_or_else(String::new, |(name, value)| {
            format!("{name}: {} {}", figure(*value), row.unit)
        });
    let ratio = row
        .ratio()
        .map_or_else(String::new, |ratio| format!("{ratio:.2}×"));
    let kept = match row.kept() {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "",
    };
    format!(
        "| {} | {} {} | {reference} | {ratio} | {} | {kept} |",
        row.what,
        figure(row.ours),
        row.unit,
        row.budget_text(),
    )
}

fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn as_json(row: &Row) -> Value {
    json!({
        "what": row.what,
        "unit": row.unit,
        "ours": row.ours,
        "reference": row.reference.as_ref().map(|(name, value)| json!({"name": name, "value": value})),
        "ratio": row.ratio(),
        "budget": row.budget_text(),
        "kept": row.kept(),
        "method": row.method,
    })
}
