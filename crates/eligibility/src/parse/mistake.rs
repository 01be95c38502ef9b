//! What can be wrong with a pack, where, and what to do about it.
//!
//! Why: a pack's author is a programme manager, not a programmer; the first
//! error must name the line and the way out. How it moves:
//! `RulePack::parse` stops at the first mistake; `handoff pack check` prints
//! it. What it does not do: it quotes the pack, never a person's answers.

use std::fmt;

use crate::pack::PackQuestion;

/// A mistake in a pack, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {mistake}")]
pub struct PackError {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub mistake: PackMistake,
}

/// A list of names in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// The name that was probably meant, as a clause of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant(pub Option<String>);

impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, " (did you mean `{name}`?)"),
            None => Ok(()),
        }
    }
}

impl Meant {
    /// The question of the pack that was probably meant.
    pub(crate) fn question(id: &str, questions: &[PackQuestion]) -> Self {
        let ids: Vec<String> = questions.iter().map(|row| row.ask.to_string()).collect();
        Self::among(id, ids.iter().map(String::as_str))
    }

    /// The nearest of `names`, if it is near.
    pub(crate) fn among<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let nearest = names
            .into_iter()
            .map(|name| (distance(word, name), name))
            .min();
        Self(
            nearest
                .filter(|(distance, name)| *distance <= name.len().min(word.len()).div_ceil(3))
                .map(|(_, name)| name.to_owned()),
        )
    }
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(80).enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let left = next.last().copied().unwrap_or(usize::MAX / 2);
            next.push(
                (at(j) + usize::from(x != *y))
                    .min(at(j + 1) + 1)
                    .min(left + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// What is wrong with a pack, and the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "each variant's message says what it is and what its fields are"
)]
pub enum PackMistake {
    #[error("this is not TOML: {message}")]
    Syntax { message: String },
    #[error(
        "`{quote}` is a quotation mark of a word processor: write straight ones, \", and save the file as plain text"
    )]
    CurlyQuotes { quote: char },
    #[error(
        "the file is over {limit} bytes: a pack is text of a few pages; remove what is no rule"
    )]
    TooLarge { limit: usize },
    #[error("{table} has no `{key}`: add it")]
    Missing {
        table: &'static str,
        key: &'static str,
    },
    #[error("{table} has no key `{key}`{meant}: it takes {known}")]
    UnknownKey {
        table: String,
        key: String,
        meant: Meant,
        known: Names,
    },
    #[error("`{key}` takes {takes}, not {found}")]
    WrongType {
        key: String,
        takes: &'static str,
        found: &'static str,
    },
    #[error("there is no rule kind `{kind}`{meant}: the kinds are {known}")]
    UnknownKind {
        kind: String,
        meant: Meant,
        known: Names,
    },
    #[error("`{key}` cannot be `{word}`{meant}: it is one of {known}")]
    UnknownWord {
        key: String,
        word: String,
        meant: Meant,
        known: Names,
    },
    #[error(
        "no question has the id `{id}`{meant}: `handoff pack kinds` lists the ids; your own begin with `site.`, as in `site.{}`, and classes on a record with `history.`", .id.replace('.', "_")
    )]
    UnknownQuestion { id: String, meant: Meant },
    #[error("the pack does not word the question `{id}`{meant}: add a [[question]] with that id")]
    QuestionNotWorded { id: String, meant: Meant },
    #[error(
        "there is an answer to `{id}`{meant}, and the pack has no such [[question]]: delete the answer, or add the question"
    )]
    AnswerWithoutQuestion { id: String, meant: Meant },
    #[error("`{key}` needs a question `{wanted}`, not `{id}`")]
    WrongQuestion {
        key: String,
        wanted: &'static str,
        id: String,
    },
    #[error("the pack has no area `{id}`{meant}: add a [[zone]] with that id")]
    UnknownZone { id: String, meant: Meant },
    #[error("a second {what} with the id `{id}`: give each its own id")]
    Duplicate { what: &'static str, id: String },
    #[error("`{id}` cannot be an id: use a-z, 0-9, _ and -, at most 64 of them")]
    BadId { id: String },
    #[error(
        "no NIBRS offence has the code `{code}`: correct it; a trailing * stands for any ending"
    )]
    UnknownOffence { code: String },
    #[error("`{key}` is empty: name at least one")]
    Empty { key: String },
    #[error("`{key}` has no words: write what the officer reads")]
    NoWords { key: String },
    #[error("`{key}` must be a whole number from {min} to {max}")]
    OutOfRange { key: String, min: u64, max: u64 },
    #[error("`{key}` is not a date: write \"YYYY-MM-DD\"")]
    NotADate { key: String },
    #[error("`{name}` is no time zone: use an IANA name such as America/New_York")]
    UnknownTimeZone { name: String },
    #[error("policy: nobody decides: name a role in `decides`")]
    NobodyDecides,
    #[error("policy: no door is offered: name one in `doors`")]
    NoDoors,
    #[error(
        "a presumptive rule that nobody may waive: add `waivable_by`, or `waives` to [policy], or make it hard"
    )]
    NobodyWaives,
    #[error("only a presumptive rule can be waived: remove `waivable_by` or make it presumptive")]
    NotWaivable,
    #[error(
        "verified without a source: say in `source` where the text stands, or set verified = false"
    )]
    VerifiedWithoutSource,
    #[error(
        "verified without a severity in the site's text: give `severity`, or set verified = false"
    )]
    VerifiedWithoutSeverity,
    #[error("the rule says of no offence whether it is diverted: give `offenses` or `question`")]
    NoOffences,
    #[error(
        "more than {limit} different conditions in one list of offences: join them in one question"
    )]
    TooManyConditions { limit: usize },
    #[error("more than {limit} rules at one door: join some")]
    TooManyRules { limit: usize },
    #[error(
        "more than {limit} questions at one door, or 32 tests of one question: join some rules"
    )]
    TooManyTests { limit: usize },
    #[error(
        "this rule and others share too many questions with each other: join them in one question"
    )]
    TooEntangled,
    #[error("`{question}` cannot be answered with `{answer}`: {takes}")]
    BadAnswer {
        question: String,
        answer: String,
        takes: &'static str,
    },
    #[error("the pack has no rule `{id}`{meant}")]
    UnknownRule { id: String, meant: Meant },
    #[error("an offense needs a `code` or a `statute`: add one, or name a list with `list`")]
    NoCodeNorStatute,
    #[error(
        "`statute` names no law: write it as your agency cites it, \"TRC 521.457\", or a whole part of it, \"21 Del. C. *\""
    )]
    NoCitation,
    #[error("the pack has no list of offenses `{id}`{meant}: add an [[offense_list]] with that id")]
    UnknownList { id: String, meant: Meant },
    #[error("what a list leaves out takes no `only_if`: put the condition on what is listed")]
    ConditionInExcept,
    #[error(
        "`{text}` is no limit: write when it fails, \"> 6 g\" or \">= 4 g\", with at most three decimals, in g, kg, oz, lb, ml, du or plants"
    )]
    BadLimit { text: String },
    #[error(
        "`{text}` are no days and hours: write \"Mon-Fri 12:00-20:00\", \"Sat,Sun 22:00-02:00\" or \"daily 00:00-24:00\""
    )]
    BadWindow { text: String },
    #[error("`geojson` is no area, for {why}: draw a Polygon and copy its GeoJSON")]
    BadShape { why: &'static str },
    #[error("the area has more than {limit} positions: draw it with fewer")]
    TooManyPositions { limit: usize },
    #[error(
        "conditions lie in each other more than {limit} deep: make it several rules, or a question"
    )]
    TooDeep { limit: usize },
    #[error("more than {limit} different limits of amounts at one door: join some")]
    TooManyAmounts { limit: usize },
    #[error(
        "this limit adds drugs up that another limit counts otherwise: let both cover the same drugs, or leave out `together`"
    )]
    AmountsOverlap,
    #[error(
        "this question has look-backs in days and in months of nearly one length, and which is the longer depends on the month: write both in days, or both in months"
    )]
    SpansCross,
    #[error("the pack has no rules: add a [[rule]]")]
    NoRules,
}

impl PackMistake {
    /// Whether it is about a part of the pack that stands elsewhere, and may
    /// only not have been read.
    pub(crate) const fn is_about_another_part(&self) -> bool {
        matches!(
            self,
            Self::QuestionNotWorded { .. }
                | Self::AnswerWithoutQuestion { .. }
                | Self::UnknownZone { .. }
                | Self::UnknownList { .. }
                | Self::UnknownRule { .. }
        )
    }
}
