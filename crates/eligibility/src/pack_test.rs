//! The `[[test]]` cases of a pack, and running them.
//!
//! Why: whoever writes a pack writes down first what the site's text expects;
//! the cases travel with the pack and run wherever it is checked. How it moves:
//! read with the pack, run by [`run_pack_tests`]. A case starts with nothing
//! answered, or, with `clear = true`, with the answers of the pack's `[clear]`
//! table. What it does not do: a failing case does not stop a pack from being
//! parsed; `handoff pack check` refuses it.

use std::ops::Range;

use chrono::NaiveDate;
use handoff_domain::{Door, Facts, FindingResult, Outcome, Screening};
use serde::Serialize;
use toml::de::DeValue;

use crate::ask::Ask;
use crate::pack::RulePack;
use crate::parse::{DOORS, Found, Meant, PackError, PackMistake, Table, Value, ask_at};
use crate::screen::{DOOR_NOT_OFFERED, screen};
use crate::shorthand::{answer_in, takes};

const OUTCOMES: [(Outcome, &str); 3] = [
    (Outcome::PresumptivelyEligible, "presumptively_eligible"),
    (Outcome::NeedsVerification, "needs_verification"),
    (Outcome::PresumptivelyIneligible, "presumptively_ineligible"),
];

const OTHER_DOORS: [(Option<Door>, &str); 4] = [
    (Some(Door::ArrestDiversion), "arrest_diversion"),
    (Some(Door::SocialContact), "social_contact"),
    (Some(Door::Community), "community"),
    (None, "none"),
];

/// One case.
#[derive(Clone, Debug)]
pub struct PackTest {
    /// What it shows.
    pub name: String,
    /// The line of the pack on which it begins.
    pub line: u32,
    /// The facts.
    pub facts: Facts,
    /// The door.
    pub door: Door,
    /// The date of the encounter.
    pub as_of: NaiveDate,
    expected: Expected,
}

#[derive(Clone, Debug)]
struct Expected {
    outcome: Outcome,
    waivable: Option<bool>,
    hits: Option<Vec<String>>,
    unknown: Option<Vec<String>>,
    open: Option<Vec<String>>,
    /// Given: the door, or none.
    other_door: Option<Option<Door>>,
}

/// How a case came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackTestResult {
    /// The case's name.
    pub name: String,
    /// The line of the pack on which it begins.
    pub line: u32,
    /// What differed; empty = passed.
    pub failures: Vec<PackTestFailure>,
}

/// One way in which a screening differed from what a case expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{what}: expected {expected}, got {got}")]
pub struct PackTestFailure {
    /// The key of the case.
    pub what: &'static str,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub got: String,
}

impl PackTest {
    /// Whether it says itself that its door is not offered.
    pub(crate) fn expects_no_door(&self) -> bool {
        let hits = self.expected.hits.iter().flatten();
        hits.into_iter().any(|rule| rule == DOOR_NOT_OFFERED)
    }
}

/// Runs the cases of a pack.
#[must_use]
pub fn run_pack_tests(pack: &RulePack) -> Vec<PackTestResult> {
    pack.tests
        .iter()
        .map(|test| {
            let screening = screen(pack, &test.facts, test.door, test.as_of);
            PackTestResult {
                name: test.name.clone(),
                line: test.line,
                failures: failures(&test.expected, &screening),
            }
        })
        .collect()
}

fn failures(expected: &Expected, got: &Screening) -> Vec<PackTestFailure> {
    let name = |outcome: Outcome| {
        OUTCOMES
            .iter()
            .find(|(o, _)| *o == outcome)
            .map_or("", |(_, name)| name)
            .to_owned()
    };
    let with = |result: FindingResult| -> Vec<String> {
        let found = got.findings.iter().filter(|f| f.result == result);
        found.map(|f| f.rule.clone()).collect()
    };
    let open: Vec<String> = got
        .open_questions
        .iter()
        .map(|q| q.question.clone())
        .collect();
    let mut failures = Vec::new();
    let mut compare = |what, expected: String, got: String| {
        if expected != got {
            failures.push(PackTestFailure {
                what,
                expected,
                got,
            });
        }
    };
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        format!("[{}]", names.join(", "))
    };
    compare("outcome", name(expected.outcome), name(got.outcome));
    if let Some(waivable) = expected.waivable {
        compare("waivable", waivable.to_string(), got.waivable.to_string());
    }
    if let Some(hits) = &expected.hits {
        compare("hits", sorted(hits), sorted(&with(FindingResult::Hit)));
    }
    if let Some(unknown) = &expected.unknown {
        compare(
            "unknown",
            sorted(unknown),
            sorted(&with(FindingResult::Unknown)),
        );
    }
    if let Some(expected) = &expected.open {
        compare("open", sorted(expected), sorted(&open));
    }
    if let Some(door) = expected.other_door {
        let name = |door: Option<Door>| door.map_or("none", Door::as_str).to_owned();
        compare("other_door", name(door), name(got.other_door));
    }
    failures
}

/// The answers of `[clear]`; what does not read is noted. `before` is how many
/// mistakes the rest of the pack has.
pub(crate) fn clear(
    root: &Table<'_, '_>,
    pack: &RulePack,
    before: usize,
    found: &mut Found,
) -> Facts {
    let mut clear = Facts::default();
    if let Some(value) = root.get("clear")
        && let Some(table) = found.take(Table::of(root.text, "[clear]", value))
    {
        answers(&table, pack, &mut clear, before, found);
    }
    clear
}

/// The cases that read; what does not is noted. `before` is how many mistakes
/// the rest of the pack has.
pub(crate) fn read(
    root: &Table<'_, '_>,
    pack: &RulePack,
    before: usize,
    found: &mut Found,
) -> Vec<PackTest> {
    let mut tests = Vec::new();
    for value in found.take(root.list("test")).unwrap_or_default() {
        let Some(table) = found.take(Table::of(root.text, "[[test]]", value)) else {
            continue;
        };
        let mut facts = match table.flag("clear") {
            Ok(Some(true)) => pack.clear.clone(),
            _ => Facts::default(),
        };
        if let Some(value) = table.get("answers")
            && let Some(table) = found.take(Table::of(table.text, "answers", value))
        {
            answers(&table, pack, &mut facts, before, found);
        }
        tests.extend(found.take_after(before, case(&table, pack, facts)));
    }
    tests
}

fn case(table: &Table<'_, '_>, pack: &RulePack, facts: Facts) -> Result<PackTest, PackError> {
    table.takes(
        "[[test]]",
        &[
            "name",
            "door",
            "as_of",
            "clear",
            "answers",
            "outcome",
            "waivable",
            "hits",
            "unknown",
            "open",
            "other_door",
        ],
    )?;
    table.flag("clear")?;
    Ok(PackTest {
        name: table.words_text("name")?,
        line: table.text.line_of(table.at.start).0,
        facts,
        door: table.word("door", table.need("door")?, &DOORS)?,
        as_of: table.date("as_of")?,
        expected: Expected {
            outcome: table.word("outcome", table.need("outcome")?, &OUTCOMES)?,
            waivable: table.flag("waivable")?,
            hits: rules(table, pack, "hits")?,
            unknown: rules(table, pack, "unknown")?,
            open: questions(table, pack)?,
            other_door: table
                .get("other_door")
                .map(|value| table.word("other_door", value, &OTHER_DOORS))
                .transpose()?,
        },
    })
}

fn answers(
    table: &Table<'_, '_>,
    pack: &RulePack,
    facts: &mut Facts,
    before: usize,
    found: &mut Found,
) {
    for (id, at, value) in table.entries() {
        let one = read_answer(table, pack, facts, (id, at, value));
        found.take_after(before, one);
    }
}

fn read_answer<'a, 'i>(
    table: &Table<'a, 'i>,
    pack: &RulePack,
    facts: &mut Facts,
    (id, at, value): (&str, Range<usize>, &'a Value<'i>),
) -> Result<(), PackError> {
    let ask = ask_at(table.text, id, at.clone())?;
    if pack.question(&ask).is_none() {
        let meant = Meant::question(id, &pack.questions);
        let id = id.to_owned();
        let mistake = PackMistake::AnswerWithoutQuestion { id, meant };
        return Err(table.text.error(at, mistake));
    }
    let text = match value.get_ref() {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => return Err(table.wrong(id, value, takes(&ask))),
    };
    let no_answer = |takes| {
        let mistake = PackMistake::BadAnswer {
            question: id.to_owned(),
            answer: text.clone(),
            takes,
        };
        table.text.error(value.span(), mistake)
    };
    let zone = pack.policy.time_zone.parse().ok();
    answer_in(facts, &ask, &text, zone).map_err(|error| no_answer(error.takes))?;
    let offences = &facts.suspected_offences;
    let mut codes = offences.iter().filter_map(|o| o.code.as_deref());
    let is_known = codes.all(|code| handoff_domain::offence_by_code(code).is_some());
    if is_known && pack.check_facts(facts).is_empty() {
        return Ok(());
    }
    Err(no_answer(takes(&ask)))
}

fn worded(
    table: &Table<'_, '_>,
    pack: &RulePack,
    id: &str,
    at: Range<usize>,
) -> Result<Ask, PackError> {
    let ask = ask_at(table.text, id, at.clone())?;
    if pack.question(&ask).is_some() {
        return Ok(ask);
    }
    let meant = Meant::question(id, &pack.questions);
    let id = id.to_owned();
    let mistake = PackMistake::QuestionNotWorded { id, meant };
    Err(table.text.error(at, mistake))
}

fn rules(
    table: &Table<'_, '_>,
    pack: &RulePack,
    key: &'static str,
) -> Result<Option<Vec<String>>, PackError> {
    let known = || {
        pack.rules
            .iter()
            .map(|rule| rule.id.as_str())
            .chain([DOOR_NOT_OFFERED])
    };
    let one = |value: &Value<'_>| {
        let Some(id) = value.get_ref().as_str() else {
            return Err(table.wrong(key, value, "ids of rules, in quotes"));
        };
        if known().any(|rule| rule == id) {
            return Ok(id.to_owned());
        }
        let mistake = PackMistake::UnknownRule {
            id: id.to_owned(),
            meant: Meant::among(id, known()),
        };
        Err(table.text.error(value.span(), mistake))
    };
    if table.get(key).is_none() {
        return Ok(None);
    }
    table
        .list(key)?
        .iter()
        .map(one)
        .collect::<Result<_, _>>()
        .map(Some)
}

fn questions(table: &Table<'_, '_>, pack: &RulePack) -> Result<Option<Vec<String>>, PackError> {
    if table.get("open").is_none() {
        return Ok(None);
    }
    let one = |value: &Value<'_>| match value.get_ref().as_str() {
        Some(id) => worded(table, pack, id, value.span()).map(|ask| ask.to_string()),
        None => Err(table.wrong("open", value, "ids of questions, in quotes")),
    };
    table
        .list("open")?
        .iter()
        .map(one)
        .collect::<Result<_, _>>()
        .map(Some)
}
