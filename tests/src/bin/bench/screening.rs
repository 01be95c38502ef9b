//! Screening: microseconds for the largest pack, whatever the person's history.

use anyhow::{Context as _, Result};
use handoff_domain::{Body, Door, Facts};
use handoff_eligibility::{builtin, screen};
use handoff_tests::synthetic::{Seeded, record};

use crate::Setup;
use crate::measure::{median, timed};
use crate::report::{Budget, Report, Row};

/// Screenings of each pack.
const SCREENINGS: usize = 2_000;

/// `screening`.
pub fn measure(_: &Setup, report: &mut Report) -> Result<()> {
    let mut rng = Seeded::new(0x5c4e);
    let facts: Vec<(Facts, Door)> = (0..SCREENINGS)
        .filter_map(|_| match record(&mut rng).body {
            Body::ReferralLogged(logged) => Some((logged.report.facts, logged.report.door)),
            _ => None,
        })
        .collect();
    let mut slowest: Option<(f64, String)> = None;
    for pack in builtin().iter().map(|built_in| &built_in.pack) {
        let mut taken = Vec::with_capacity(facts.len());
        for (facts, door) in &facts {
            let day = facts.encounter_at.context("a day")?.date_naive();
            let (seconds, screening) = timed(|| screen(pack, facts, *door, day));
            // What nobody looks at might not be computed.
            std::hint::black_box(screening);
            taken.push(seconds * 1e6);
        }
        let middle = median(&taken);
        if slowest.as_ref().is_none_or(|(most, _)| middle > *most) {
            slowest = Some((
                middle,
                format!("{}, {} rules", pack.id(), pack.rules().len()),
            ));
        }
    }
    let (ours, which) = slowest.context("a pack")?;
    report.say(Row {
        what: format!("screening, the slowest built-in pack ({which})"),
        unit: "µs",
        ours,
        reference: None,
        budget: Budget::AtMost(50.0),
        method: format!("median of {SCREENINGS} synthetic reports, open questions included"),
    });
    Ok(())
}
