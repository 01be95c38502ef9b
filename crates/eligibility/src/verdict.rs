//! From what the rules found to an outcome: the order of precedence.
//!
//! Any hard hit makes a person presumptively ineligible; else anything unknown
//! on a hard or presumptive rule, or a refer-up rule hit or unknown, needs
//! verification; else a presumptive hit makes presumptively ineligible, and
//! that can be waived; else presumptively eligible. An advisory rule changes
//! nothing. What it does not do: it decides nothing finally; the site does.

use handoff_domain::{Answer, Outcome, Severity};

/// The three things about a set of rules that the outcome depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(u8);

/// Outcome and waivability in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Eligible,
    NeedsVerification,
    IneligibleWaivable,
    IneligibleHard,
}

const HARD_HIT: u8 = 1;
const BLOCKED: u8 = 2;
const PRESUMPTIVE_HIT: u8 = 4;

impl Flags {
    pub(crate) const NONE: Self = Self(0);

    /// What one rule adds; yes = pass, no = hit.
    pub(crate) const fn of(severity: Severity, passes: Answer) -> Self {
        Self(match (severity, passes) {
            (Severity::Advisory, _) | (_, Answer::Yes) => 0,
            (Severity::Hard, Answer::No) => HARD_HIT,
            (Severity::Presumptive, Answer::No) => PRESUMPTIVE_HIT,
            (Severity::ReferUp, Answer::No) | (_, Answer::Unknown) => BLOCKED,
        })
    }

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn verdict(self) -> Verdict {
        if self.0 & HARD_HIT != 0 {
            Verdict::IneligibleHard
        } else if self.0 & BLOCKED != 0 {
            Verdict::NeedsVerification
        } else if self.0 & PRESUMPTIVE_HIT != 0 {
            Verdict::IneligibleWaivable
        } else {
            Verdict::Eligible
        }
    }

    pub(crate) const fn rank(self) -> u32 {
        self.0 as u32
    }

    pub(crate) const fn from_rank(rank: u32) -> Self {
        Self(rank as u8)
    }
}

impl Verdict {
    pub(crate) const fn outcome(self) -> Outcome {
        match self {
            Self::Eligible => Outcome::PresumptivelyEligible,
            Self::NeedsVerification => Outcome::NeedsVerification,
            Self::IneligibleWaivable | Self::IneligibleHard => Outcome::PresumptivelyIneligible,
        }
    }
}
