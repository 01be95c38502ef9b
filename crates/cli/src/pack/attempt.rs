//! `handoff pack try`: answers a pack's open questions at a terminal, and says
//! what each answer changes.
//!
//! What it does not do: it keeps nothing, and it invents no order; the engine
//! says which question is the most useful next.

use std::io::{self, BufRead, Write};

use chrono::NaiveDate;
use handoff_domain::{Door, Facts, FindingResult, Screening};
use handoff_eligibility::{AnswerKind, Ask, Question, RulePack, screen, shorthand};
use serde::Serialize;

use super::{PackName, typed};
use crate::language::Speaker;
use crate::output::{self, Failure};
use crate::prompt::Prompt;

/// What came of it.
#[derive(Serialize)]
struct Tried {
    facts: Facts,
    screening: Screening,
}

/// Asks until nothing is open, or the answers end.
///
/// # Errors
/// [`Failure`] when the pack does not read, or the terminal does not.
pub fn run(
    name: &PackName,
    door: Option<Door>,
    as_of: Option<NaiveDate>,
    speaker: Speaker,
    json: bool,
) -> Result<(), Failure> {
    let pack = name.load()?;
    let first = pack.policy().doors.first().copied();
    let door = door.or(first).unwrap_or(Door::ArrestDiversion);
    let as_of = match as_of {
        Some(date) => date,
        None => crate::screen::today(&pack)?,
    };
    let session = Session {
        pack: &pack,
        door,
        as_of,
        speaker,
        questions: pack.questions(door),
    };
    let input = io::stdin().lock();
    let facts = if json {
        session.ask(&mut Prompt::new(input, io::stderr()))?
    } else {
        session.ask(&mut Prompt::new(input, io::stdout()))?
    };
    let screening = session.screen(&facts);
    output::answer(json, &Tried { facts, screening }, |tried| {
        let text = crate::screen::plain::text(&tried.screening, &pack, false, speaker);
        format!("\n{text}")
    })
}

struct Session<'a> {
    pack: &'a RulePack,
    door: Door,
    as_of: NaiveDate,
    speaker: Speaker,
    questions: Vec<Question>,
}

impl Session<'_> {
    fn screen(&self, facts: &Facts) -> Screening {
        screen(self.pack, facts, self.door, self.as_of)
    }

    fn ask<R: BufRead, W: Write>(&self, prompt: &mut Prompt<R, W>) -> Result<Facts, Failure> {
        let say = |id: &str| self.speaker.say(id, &[]);
        let mut facts = Facts::default();
        let mut before: Vec<(Facts, usize)> = Vec::new();
        let mut passed_over: Vec<String> = Vec::new();
        prompt.say(&say("cli-try-how"))?;
        loop {
            let now = self.screen(&facts);
            let next = now
                .open_questions
                .iter()
                .find(|open| !passed_over.contains(&open.question));
            let Some(next) = next else { break };
            let Ok(ask) = next.question.parse::<Ask>() else {
                break;
            };
            let row = self.questions.iter().find(|row| row.id == next.question);
            let words = row.map_or("", |row| self.speaker.words(&row.words));
            prompt.say(&format!("\n{}  {words}", next.question))?;
            let takes = typed::takes(&ask, self.speaker);
            let takes = self.speaker.say("cli-try-takes", &[("takes", &takes)]);
            prompt.say(&format!("    {takes}"))?;
            if let Some(AnswerKind::Zone { areas }) = row.map(|row| &row.answer) {
                for area in areas {
                    let name = self.speaker.words(&area.name);
                    prompt.say(&format!("      {}  {name}", area.id))?;
                }
            }
            let Some(line) = prompt.ask(">")? else { break };
            match &*typed::canonical(&line, &typed::CONTROL, self.speaker) {
                "end" => break,
                "" => {
                    before.push((facts.clone(), passed_over.len()));
                    passed_over.push(next.question.clone());
                }
                "back" => match before.pop() {
                    Some((earlier, count)) => {
                        facts = earlier;
                        passed_over.truncate(count);
                    }
                    None => prompt.say(&say("cli-try-first"))?,
                },
                "?" => {
                    for rule in self.pack.rules() {
                        if next.rules.contains(&rule.id) {
                            prompt.say(&format!("    {}", self.rule(&rule.id)))?;
                        }
                    }
                }
                _ => {
                    let mut changed = facts.clone();
                    let short = typed::answer(&line, &ask, self.speaker);
                    let zone = self.pack.policy().time_zone.parse().ok();
                    let answered = shorthand::answer_in(&mut changed, &ask, &short, zone).is_ok()
                        && changed.validate(self.as_of).is_empty()
                        && self.pack.check_facts(&changed).is_empty();
                    if answered {
                        before.push((facts.clone(), passed_over.len()));
                        let then = self.screen(&changed);
                        for line in self.changes(&next.question, &now, &then) {
                            prompt.say(&format!("    {line}"))?;
                        }
                        // Who says that it is not known, or known in part, is
                        // not asked the same again.
                        passed_over.push(next.question.clone());
                        facts = changed;
                    } else {
                        prompt.say(&format!("    {}", say("cli-try-no-answer")))?;
                    }
                }
            }
        }
        Ok(facts)
    }

    fn rule(&self, id: &str) -> String {
        let rule = self.pack.rules().iter().find(|rule| rule.id == id);
        let words = rule.map_or("", |rule| self.speaker.words(&rule.words));
        let weight = rule.map_or_else(String::new, |rule| {
            self.speaker.word("cli-severity", &rule.severity)
        });
        format!("{id}  {words} [{weight}]")
    }

    /// What an answer changed: rules, the outcome, and how many questions are
    /// left.
    fn changes(&self, answered: &str, before: &Screening, after: &Screening) -> Vec<String> {
        let mut lines = Vec::new();
        let pairs = before.findings.iter().zip(&after.findings);
        for (old, new) in pairs.filter(|(old, new)| old.result != new.result) {
            let result = self.speaker.word("finding", &new.result);
            let mark = if new.result == FindingResult::Hit {
                "!"
            } else {
                "-"
            };
            lines.push(format!("{mark} {result}: {}", self.rule(&old.rule)));
        }
        if (before.outcome, before.waivable) != (after.outcome, after.waivable) {
            lines.push(self.speaker.word("cli-outcome", &after.outcome));
            if after.waivable {
                lines.push(self.speaker.say("cli-waivable", &[]));
            }
        }
        let is_open = |id: &str| after.open_questions.iter().any(|left| left.question == id);
        let ids = before
            .open_questions
            .iter()
            .map(|open| open.question.as_str());
        let gone: Vec<&str> = ids.filter(|id| *id != answered && !is_open(id)).collect();
        if !gone.is_empty() {
            let args = [("questions", &*gone.join(", "))];
            lines.push(self.speaker.say("cli-try-closed", &args));
        }
        let left = after.open_questions.len().to_string();
        lines.push(self.speaker.say("cli-try-left", &[("count", &left)]));
        lines
    }
}
