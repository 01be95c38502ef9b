//! Open questions by their definition: try every way of answering everything.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use handoff_domain::{Door, Facts, FindingResult, Severity};
use handoff_eligibility::{RulePack, screen};

use super::set;

/// A question with what it says now and everything a fuller answer could say.
#[derive(Clone, Debug)]
pub struct Row {
    pub question: String,
    /// The first is the answer now.
    pub options: Vec<String>,
}

fn flags(severity: Severity, result: FindingResult) -> u8 {
    use FindingResult::{Hit, Pass, Unknown};
    match (severity, result) {
        (Severity::Advisory, _) | (_, Pass) => 0,
        (Severity::Hard, Hit) => 1,
        (Severity::ReferUp, Hit | Unknown) | (_, Unknown) => 2,
        (Severity::Presumptive, Hit) => 4,
    }
}

/// (outcome, waivable) as a number, straight from the order of precedence.
fn verdict(flags: u8) -> u8 {
    if flags & 1 != 0 {
        3
    } else if flags & 2 != 0 {
        2
    } else {
        flags & 4
    }
}

/// One rule's flags for every combination of its own questions' answers.
struct Table {
    /// (place among the rows, weight in the index).
    digits: Vec<(usize, usize)>,
    flags: Vec<u8>,
}

fn table(pack: &RulePack, rule: &str, rows: &[Row], door: Door, as_of: NaiveDate) -> Table {
    let rule = pack.rules().iter().find(|r| r.id == rule).unwrap();
    let asks: Vec<String> = rule.asks().iter().map(|ask| ask.to_string()).collect();
    let places = asks
        .iter()
        .map(|ask| rows.iter().position(|r| r.question == *ask).unwrap());
    let mut size = 1;
    let mut digits = Vec::new();
    for place in places {
        digits.push((place, size));
        size *= rows[place].options.len();
    }
    let result = |index: usize| {
        let mut facts = Facts::default();
        for (place, weight) in &digits {
            let row = &rows[*place];
            let option = &row.options[index / weight % row.options.len()];
            set(&mut facts, &[(row.question.as_str(), option)]);
        }
        let screening = screen(pack, &facts, door, as_of);
        let finding = screening
            .findings
            .iter()
            .find(|f| f.rule == rule.id)
            .unwrap();
        flags(finding.severity, finding.result)
    };
    let flags = (0..size).map(result).collect();
    Table { digits, flags }
}

/// How many combinations `rows` have.
pub fn combinations(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.options.len()).product()
}

/// The questions for which, for some setting of the others, two answers give a
/// different (outcome, waivable).
pub fn open_by_trying_everything(
    pack: &RulePack,
    rows: &[Row],
    door: Door,
    as_of: NaiveDate,
) -> BTreeSet<String> {
    let rules = pack.rules().iter().filter(|rule| rule.applies_to(door));
    let tables: Vec<Table> = rules
        .map(|rule| table(pack, &rule.id, rows, door, as_of))
        .collect();
    let standing = if pack.policy().doors.contains(&door) {
        0
    } else {
        2
    };
    let total = combinations(rows);
    let mut verdicts = Vec::with_capacity(total);
    let mut at = vec![0usize; rows.len()];
    for _ in 0..total {
        let mut flags = standing;
        for table in &tables {
            let index: usize = table
                .digits
                .iter()
                .map(|(place, weight)| at[*place] * weight)
                .sum();
            flags |= table.flags[index];
        }
        verdicts.push(verdict(flags));
        for (digit, row) in at.iter_mut().zip(rows) {
            *digit += 1;
            if *digit < row.options.len() {
                break;
            }
            *digit = 0;
        }
    }
    let mut open = BTreeSet::new();
    let mut stride = 1;
    for row in rows {
        let span = stride * row.options.len();
        let differs = verdicts.chunks(span).any(|block| {
            block
                .iter()
                .enumerate()
                .any(|(i, verdict)| *verdict != block[i % stride])
        });
        if differs {
            open.insert(row.question.clone());
        }
        stride = span;
    }
    open
}

/// What the engine says, for the answers of now.
pub fn open_by_engine(
    pack: &RulePack,
    rows: &[Row],
    door: Door,
    as_of: NaiveDate,
) -> BTreeSet<String> {
    let mut facts = Facts::default();
    for row in rows {
        set(
            &mut facts,
            &[(row.question.as_str(), row.options[0].as_str())],
        );
    }
    let screening = screen(pack, &facts, door, as_of);
    screening
        .open_questions
        .into_iter()
        .map(|open| open.question)
        .collect()
}
