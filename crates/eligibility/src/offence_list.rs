//! Lists of offences, and whether one names what a person is suspected of.
//!
//! Why: what a site diverts, and what it never does, are lists of codes, levels
//! and laws. How it moves: `kind.rs` compiles a rule's entries to an
//! [`OffenceList`], `predicate.rs` asks it. What it does not do: it maps no law
//! to a code; where an entry needs what nobody wrote down, it does not know.

use handoff_domain::{Answer, OffenceLevel, SuspectedOffence};

use crate::citation::Citation;
use crate::expr::{and, not, or};

/// A list of offences and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OffenceList {
    pub(crate) listed: Vec<Listed>,
    pub(crate) except: Vec<Listed>,
}

/// One entry of a list of offences.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Listed {
    /// A NIBRS code, or a beginning of codes followed by `*`; absent = any.
    pub(crate) code: Option<String>,
    /// A law; absent = any.
    pub(crate) statute: Option<Citation>,
    /// Only at this level.
    pub(crate) level: Option<OffenceLevel>,
}

/// A suspected offence as lists see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offence<'a> {
    pub(crate) code: Option<&'a str>,
    pub(crate) statute: Option<&'a Citation>,
    pub(crate) level: Option<OffenceLevel>,
}

/// The law that an offence cites, if it cites one.
pub(crate) fn cited(offence: &SuspectedOffence) -> Option<Citation> {
    offence.statute.as_deref().and_then(Citation::parse)
}

impl Listed {
    fn lists(&self, offence: Offence<'_>) -> Answer {
        let code = match (&self.code, offence.code) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(pattern), Some(code)) => names(pattern, code).into(),
        };
        let statute = match (&self.statute, offence.statute) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(wanted), Some(cited)) => wanted.names(cited),
        };
        let level = match (self.level, offence.level) {
            (None, _) => Answer::Yes,
            (Some(_), None) => Answer::Unknown,
            (Some(wanted), Some(level)) => (wanted == level).into(),
        };
        and(and(code, statute), level)
    }
}

/// Whether a NIBRS code, or a beginning of codes followed by `*`, names `code`.
pub(crate) fn names(pattern: &str, code: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => code.starts_with(prefix),
        None => pattern == code,
    }
}

impl OffenceList {
    /// Whether the list names `offence` and does not leave it out.
    pub(crate) fn lists(&self, offence: &SuspectedOffence) -> Answer {
        let statute = cited(offence);
        self.lists_one(Offence {
            code: offence.code.as_deref(),
            statute: statute.as_ref(),
            level: offence.level,
        })
    }

    pub(crate) fn lists_one(&self, offence: Offence<'_>) -> Answer {
        let any = |entries: &[Listed]| {
            entries
                .iter()
                .fold(Answer::No, |any, entry| or(any, entry.lists(offence)))
        };
        and(any(&self.listed), not(any(&self.except)))
    }

    /// The laws that it names.
    pub(crate) fn statutes(&self) -> impl Iterator<Item = &Citation> {
        let entries = self.listed.iter().chain(&self.except);
        entries.filter_map(|entry| entry.statute.as_ref())
    }
}
