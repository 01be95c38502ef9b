//! How long a screening takes: every pack that ships, with nothing answered,
//! with everything in the clear, and with a long history.
//!
//! `cargo bench -p handoff-eligibility` prints the median in microseconds. The
//! budget is 50 µs for the largest pack.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark is a host and reads the clock"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use handoff_domain::{Door, Facts, SuspectedOffence};
use handoff_eligibility::{RulePack, builtin, screen};

const ROUNDS: usize = 2000;

fn median(pack: &RulePack, facts: &Facts, as_of: NaiveDate) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let _ = black_box(screen(
                black_box(pack),
                black_box(facts),
                Door::ArrestDiversion,
                as_of,
            ));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// The same facts with ten thousand classes of history that no rule asks for.
fn long_history(facts: &Facts) -> Facts {
    let mut long = facts.clone();
    for n in 0..10_000 {
        let row = facts.sex_offence_history.unwrap_or_default();
        long.history.insert(format!("other-{n}"), row);
    }
    long
}

/// A list of offences as long as anybody would type.
fn many_offences(facts: &Facts) -> Facts {
    let mut many = facts.clone();
    let one = SuspectedOffence {
        code: Some("35A".to_owned()),
        ..SuspectedOffence::default()
    };
    many.suspected_offences = vec![one; 8];
    many
}

fn main() {
    println!("median µs               nothing  clear  history  offences");
    for builtin in builtin() {
        let pack = &builtin.pack;
        let as_of = pack.effective_from();
        let clear = pack.clear();
        let row = [
            Facts::default(),
            clear.clone(),
            long_history(clear),
            many_offences(clear),
        ]
        .map(|facts| median(pack, &facts, as_of).as_nanos() / 100);
        let cells = row.map(|tenths| format!("{:>7}.{}", tenths / 10, tenths % 10));
        println!("{:24}{}", pack.id(), cells.join(""));
    }
}
