//! What kills came to.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::time::Duration;

use super::wrong::Wrong;
use crate::report::Report;

/// What came of a number of processes that a kill was set for.
#[derive(Debug, Default)]
pub struct Tally {
    /// Processes that a kill was set for.
    pub runs: usize,
    /// Those that died of it.
    pub killed: usize,
    /// Those, by what they did.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Of those, the ones that died between the first write of a commit to a
    /// journal and its return.
    pub within: usize,
    /// Referrals that were reported saved.
    pub reported: usize,
    /// What a device showed as received when a site was killed.
    pub shown_received: usize,
    /// Until all there was had arrived, by whose process was killed.
    pub recoveries: BTreeMap<&'static str, Vec<Duration>>,
    /// What is not as it was reported.
    pub wrong: Wrong,
}

impl Tally {
    /// A process died of its kill.
    pub fn kill(&mut self, kind: &'static str, within: bool) {
        self.killed += 1;
        self.within += usize::from(within);
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.killed += other.killed;
        self.within += other.within;
        self.reported += other.reported;
        self.shown_received += other.shown_received;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (side, times) in other.recoveries {
            self.recoveries.entry(side).or_default().extend(times);
        }
        self.wrong.add(other.wrong);
    }

    /// As the other parts report.
    #[must_use]
    pub fn report(mut self) -> Report {
        let mut report = Report::new("processes killed");
        report.runs = self.runs as u64;
        report.acknowledged = self.reported as u64;
        for (kind, count) in self.kinds {
            report.fault(kind, count);
        }
        report.figure("killed", self.killed as u64);
        report.figure("killed_within_a_commit", self.within as u64);
        report.figure("shown_received_at_a_kill", self.shown_received as u64);
        let all: Vec<Duration> = self.recoveries.values().flatten().copied().collect();
        for (side, mut times) in [("", all)].into_iter().chain(self.recoveries) {
            times.sort_unstable();
            for hundredths in [50, 99] {
                let last = times.len().saturating_sub(1);
                let time = times.get(last * hundredths / 100).copied();
                let ms = time.unwrap_or_default().as_millis();
                let name = match side {
                    "" => format!("recovery_p{hundredths}_ms"),
                    side => format!("{side}_recovery_p{hundredths}_ms"),
                };
                report.figure(&name, u64::try_from(ms).unwrap_or(u64::MAX));
            }
        }
        let wrong = std::mem::take(&mut self.wrong);
        report.lost("after kills", &wrong.lost);
        report.duplicated("after kills", &wrong.duplicated);
        report.diverged("after kills", &wrong.diverged);
        report.corrupt("after kills", &wrong.failed);
        report
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs, {:?}, {} within a commit, {} saves reported, {:?}",
            self.runs,
            self.kinds,
            self.within,
            self.reported,
            self.wrong.all()
        )
    }
}
