//! What a torture test has done and found, for people and for programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Findings that are kept in words.
const WORDS: usize = 20;

/// The outcome of one test.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Which test.
    pub test: &'static str,
    /// How many times something was tried.
    pub runs: u64,
    /// Faults that were injected, by kind.
    pub faults: BTreeMap<String, u64>,
    /// Things that were said to be safe.
    pub acknowledged: u64,
    /// Times that such a thing was not there.
    pub lost: u64,
    /// Times that something did not read.
    pub corrupt: u64,
    /// Times that something was there twice.
    pub duplicated: u64,
    /// Times that both sides did not agree; `None` where nobody looked for it.
    pub diverged: Option<u64>,
    /// What seeds were used.
    pub seeds: String,
    /// Numbers that only this test has: counts, when reports are added.
    pub figures: BTreeMap<String, Value>,
    /// The first findings in words, and what was done.
    pub words: Vec<String>,
}

impl Report {
    /// An empty one.
    #[must_use]
    pub fn new(test: &'static str) -> Self {
        Self {
            test,
            ..Self::default()
        }
    }

    /// Counts faults of a kind.
    pub fn fault(&mut self, kind: &str, count: u64) {
        *self.faults.entry(kind.to_owned()).or_default() += count;
    }

    /// Counts what was lost at a place.
    pub fn lost(&mut self, place: &str, what: &[String]) {
        self.lost += what.len() as u64;
        self.find("lost", place, what);
    }

    /// Counts what did not read at a place.
    pub fn corrupt(&mut self, place: &str, what: &[String]) {
        self.corrupt += what.len() as u64;
        self.find("corrupt", place, what);
    }

    /// Counts what was there twice at a place.
    pub fn duplicated(&mut self, place: &str, what: &[String]) {
        self.duplicated += what.len() as u64;
        self.find("twice", place, what);
    }

    /// Counts on what the two sides did not agree at a place.
    pub fn diverged(&mut self, place: &str, what: &[String]) {
        *self.diverged.get_or_insert(0) += what.len() as u64;
        self.find("on one side", place, what);
    }

    fn find(&mut self, kind: &str, place: &str, what: &[String]) {
        let found = self
            .words
            .iter()
            .filter(|word| word.starts_with("! "))
            .count();
        for what in what.iter().take(WORDS.saturating_sub(found)) {
            self.words.push(format!("! {kind}: {place}: {what}"));
        }
    }

    /// Says something about the run.
    pub fn say(&mut self, what: &str) {
        self.words.push(what.to_owned());
    }

    /// Counts something that only this test has.
    pub fn figure(&mut self, name: &str, more: u64) {
        let sum = self.figures.entry(name.to_owned()).or_insert(0.into());
        *sum = (sum.as_u64().unwrap_or(0) + more).into();
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.corrupt += other.corrupt;
        self.duplicated += other.duplicated;
        if let Some(more) = other.diverged {
            *self.diverged.get_or_insert(0) += more;
        }
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (name, value) in other.figures {
            self.figure(&name, value.as_u64().unwrap_or(0));
        }
        self.words.extend(other.words);
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let diverged = self.diverged.unwrap_or(0);
        self.lost + self.corrupt + self.duplicated + diverged == 0
    }

    /// For a program.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "test": self.test,
            "runs": self.runs,
            "faults": self.faults,
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "corrupt": self.corrupt,
            "duplicated": self.duplicated,
            "diverged": self.diverged,
            "seeds": self.seeds,
            "figures": self.figures,
            "words": self.words,
        })
    }
}
