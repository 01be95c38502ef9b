//! A proposed pack over past screenings: who would gain, who would lose.
//!
//! Why: a change of one word in a policy can close the door to a whole group,
//! and that should be seen before it is published. How it moves: each past
//! screening is screened again by the proposed pack and compared with what came
//! out then (its own record, or the pack in force); only counts leave, and small
//! ones do not (`suppress.rs`). What it does not do: it changes no screening
//! that was made, and it never says anything about one person.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use handoff_domain::{
    Door, Facts, Finding, FindingResult, Outcome, PackRef, Screening, SeenValue, Severity,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pack::RulePack;
use crate::screen::screen;
use crate::suppress::{hidden, with_totals};

/// One past screening, as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct PastScreening {
    /// What was known.
    pub facts: Facts,
    /// The door.
    pub door: Door,
    /// The local date of the encounter.
    pub date: NaiveDate,
    /// The group that it counts in, for example an age band or a district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What came out then. Needed where no pack in force is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether that could be waived.
    #[serde(default)]
    pub waivable: bool,
}

/// What a proposed pack would have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Simulation {
    /// The proposed pack.
    pub proposed: PackRef,
    /// The pack that it is compared with; absent = the outcomes on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<PackRef>,
    /// Counts from 1 to this one are not shown, nor what would give them away.
    pub largest_hidden: u32,
    /// A row for each group, by name.
    pub groups: Vec<GroupCounts>,
    /// Everybody.
    pub all: Counts,
    /// The rules behind the losses, each behind more than `largest_hidden`;
    /// the most frequent first.
    pub losing_rules: Vec<String>,
}

/// The counts of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct GroupCounts {
    /// Its name; absent = screenings without a group.
    pub group: Option<String>,
    /// Its counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Counts; null = not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct Counts {
    /// A better outcome than then.
    pub gain: Option<u32>,
    /// A worse one.
    pub lose: Option<u32>,
    /// The same.
    pub same: Option<u32>,
    /// The proposed pack asks what nobody answered then.
    pub not_known: Option<u32>,
    /// All screenings.
    pub screenings: Option<u32>,
}

/// A record that says no outcome, where no pack in force is named to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {record} has no `outcome`, and no pack in force is named to compare with")]
pub struct NoOutcome {
    /// Which record, from 1.
    pub record: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Gain,
    Lose,
    Same,
    NotKnown,
}

/// Screens past screenings again.
///
/// # Errors
/// [`NoOutcome`] for a record that cannot be compared with anything.
pub fn simulate<'a>(
    proposed: &RulePack,
    current: Option<&RulePack>,
    records: impl IntoIterator<Item = &'a PastScreening>,
    largest_hidden: u32,
) -> Result<Simulation, NoOutcome> {
    let mut groups: BTreeMap<Option<&str>, [u32; 4]> = BTreeMap::new();
    let mut behind: BTreeMap<String, u32> = BTreeMap::new();
    for (i, record) in records.into_iter().enumerate() {
        let then = match (current, record.outcome) {
            (Some(pack), _) => rank_of(&again(pack, record)),
            (None, Some(outcome)) => rank(outcome, record.waivable),
            (None, None) => return Err(NoOutcome { record: i + 1 }),
        };
        let now = again(proposed, record);
        let change = change(then, &now);
        if change == Change::Lose {
            for rule in stopping(&now) {
                *behind.entry(rule.rule.clone()).or_default() += 1;
            }
        }
        let row = groups.entry(record.group.as_deref()).or_default();
        if let Some(count) = row.get_mut(change as usize) {
            *count += 1;
        }
    }
    let inner: Vec<Vec<u32>> = groups.values().map(|row| row.to_vec()).collect();
    let mask = hidden(&inner, largest_hidden);
    let mut shown = with_totals(&inner)
        .into_iter()
        .zip(mask)
        .map(|(row, hidden)| {
            let cells = row.into_iter().zip(hidden);
            counts(cells.map(|(count, hidden)| (!hidden).then_some(count)))
        });
    let rows: Vec<GroupCounts> = groups
        .keys()
        .map(|group| GroupCounts {
            group: group.map(str::to_owned),
            counts: shown.next().unwrap_or_default(),
        })
        .collect();
    let all = shown.next().or(rows.first().map(|row| row.counts));
    let mut behind: Vec<(u32, String)> = behind
        .into_iter()
        .filter(|(_, count)| *count > largest_hidden)
        .map(|(rule, count)| (count, rule))
        .collect();
    behind.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(Simulation {
        proposed: proposed.pack_ref(),
        current: current.map(RulePack::pack_ref),
        largest_hidden,
        groups: rows,
        all: all.unwrap_or_default(),
        losing_rules: behind.into_iter().map(|(_, rule)| rule).collect(),
    })
}

fn counts(mut cells: impl Iterator<Item = Option<u32>>) -> Counts {
    let mut next = || cells.next().flatten();
    Counts {
        gain: next(),
        lose: next(),
        same: next(),
        not_known: next(),
        screenings: next(),
    }
}

fn again(pack: &RulePack, record: &PastScreening) -> Screening {
    screen(pack, &record.facts, record.door, record.date)
}

/// From the worst outcome to the best.
fn rank(outcome: Outcome, waivable: bool) -> u8 {
    match (outcome, waivable) {
        (Outcome::PresumptivelyIneligible, false) => 0,
        (Outcome::PresumptivelyIneligible, true) => 1,
        (Outcome::NeedsVerification, _) => 2,
        (Outcome::PresumptivelyEligible, _) => 3,
    }
}

fn rank_of(screening: &Screening) -> u8 {
    rank(screening.outcome, screening.waivable)
}

fn change(then: u8, now: &Screening) -> Change {
    let verification = rank(Outcome::NeedsVerification, false);
    if rank_of(now) == verification && then != verification && asks_what_nobody_answered(now) {
        return Change::NotKnown;
    }
    match rank_of(now).cmp(&then) {
        std::cmp::Ordering::Greater => Change::Gain,
        std::cmp::Ordering::Less => Change::Lose,
        std::cmp::Ordering::Equal => Change::Same,
    }
}

fn asks_what_nobody_answered(screening: &Screening) -> bool {
    screening.findings.iter().any(|finding| {
        finding.severity != Severity::Advisory
            && finding.result == FindingResult::Unknown
            && finding
                .saw
                .iter()
                .any(|seen| seen.value == SeenValue::Unanswered)
    })
}

fn stopping(screening: &Screening) -> impl Iterator<Item = &Finding> {
    screening.findings.iter().filter(|finding| {
        finding.severity != Severity::Advisory && finding.result == FindingResult::Hit
    })
}
