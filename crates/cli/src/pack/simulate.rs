//! `handoff pack simulate`: a proposed pack over past screenings.

mod table;

use handoff_eligibility::{Counts, PastScreening, Simulation, simulate};

use super::PackName;
use crate::input::{self, Source, shown};
use crate::language::{Speaker, Speaks};
use crate::output::{self, Failure};

/// Where everything comes from.
pub struct Inputs<'a> {
    pub proposed: &'a PackName,
    pub current: Option<&'a PackName>,
    pub records: &'a Source,
    pub hide_up_to: u32,
}

/// Screens the records again.
///
/// # Errors
/// [`Failure`] when a pack or a record does not read.
pub fn run(inputs: &Inputs<'_>, speaks: Speaks, json: bool) -> Result<(), Failure> {
    const SAFE: &str = "Nothing was simulated";
    let proposed = inputs.proposed.load()?;
    let current = inputs.current.map(PackName::load).transpose()?;
    let whose = inputs.records;
    let records = if is_table(whose) {
        let zone = proposed.policy().time_zone.parse().ok();
        table::read(whose, zone).map_err(|error| {
            Failure::refused(format!(
                "{whose}: {error}. {SAFE}. Correct it and try again."
            ))
        })?
    } else {
        input::all::<PastScreening>(whose).map_err(|error| error.failure(whose, SAFE))?
    };
    for record in &records {
        let mut errors = record.value.facts.validate(record.value.date);
        errors.extend(
            current
                .iter()
                .flat_map(|pack| pack.check_facts(&record.value.facts)),
        );
        if let Some(error) = errors.first() {
            return Err(Failure::refused(format!(
                "{whose}: line {}: `facts.{}`: {}. {SAFE}. Correct it and try again.",
                record.line,
                shown(&error.path),
                error.code
            )));
        }
    }
    let values = records.iter().map(|record| &record.value);
    let simulation = simulate(&proposed, current.as_ref(), values, inputs.hide_up_to);
    let simulation = simulation.map_err(|error| {
        let line = records.get(error.record - 1).map_or(0, |record| record.line);
        Failure::refused(format!(
            "{whose}: line {line}: the record has no `outcome`, and no pack in force is named to compare with. {SAFE}. Add the outcome that came out then, or name the pack with --current."
        ))
    })?;
    output::answer(json, &simulation, |simulation| {
        text(simulation, speaks.speaker())
    })
}

/// Whether the name says that it is a spreadsheet's table.
fn is_table(records: &Source) -> bool {
    match records {
        Source::StandardInput => false,
        Source::File(path) => path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv")),
    }
}

fn text(simulation: &Simulation, speaker: Speaker) -> String {
    let proposed = &simulation.proposed;
    let mut lines = vec![speaker.say(
        "cli-simulated",
        &[("pack", &proposed.id), ("version", &proposed.version)],
    )];
    lines.push(match &simulation.current {
        Some(pack) => speaker.say(
            "cli-simulated-against",
            &[("pack", &pack.id), ("version", &pack.version)],
        ),
        None => speaker.say("cli-simulated-then", &[]),
    });
    lines.push(String::new());
    let everybody = (speaker.say("cli-simulated-all", &[]), simulation.all);
    let groups = simulation.groups.iter().map(|row| {
        let name = row.group.clone();
        let name = name.unwrap_or_else(|| speaker.say("cli-simulated-no-group", &[]));
        (name, row.counts)
    });
    let rows: Vec<(String, Counts)> = groups.chain([everybody]).collect();
    let heads = ["gain", "lose", "same", "not_known", "screenings"];
    let heads = heads.map(|head| speaker.code("cli-simulated", head));
    let width = rows.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    lines.push(format!("{:width$}  {}", "", heads.join("  ")));
    for (name, counts) in &rows {
        let Counts {
            gain,
            lose,
            same,
            not_known,
            screenings,
        } = *counts;
        let cells = [gain, lose, same, not_known, screenings]
            .into_iter()
            .zip(&heads);
        let cells = cells.map(|(count, head)| {
            let count = count.map_or_else(|| "·".to_owned(), |count| count.to_string());
            format!("{count:>width$}", width = head.chars().count())
        });
        let cells = cells.collect::<Vec<_>>().join("  ");
        lines.push(format!("{name:width$}  {cells}"));
    }
    lines.push(String::new());
    if simulation.largest_hidden > 0 {
        let limit = simulation.largest_hidden.to_string();
        lines.push(speaker.say("cli-simulated-hidden", &[("limit", &limit)]));
    }
    lines.push(speaker.say("cli-simulated-not_known-means", &[]));
    if !simulation.losing_rules.is_empty() {
        let rules = simulation.losing_rules.join(", ");
        lines.push(speaker.say("cli-simulated-rules", &[("rules", &rules)]));
    }
    lines.join("\n")
}
