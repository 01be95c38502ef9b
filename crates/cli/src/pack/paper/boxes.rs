//! The boxes of one row of the sheet, and what a tick in each does to the rules
//! beside it.

use handoff_domain::Facts;
use handoff_eligibility::{AnswerKind, Ask, Question, Rule, Tally, shorthand};

use super::{Numbered, Sheet, escape, ticked};

/// What a tick does to rules, by their numbers on the sheet.
#[derive(Default)]
struct Mark {
    /// They are not met, whatever else is answered.
    not_met: Vec<String>,
    /// It depends on other answers, and another box would do less.
    look_at: Vec<String>,
}

/// The ticks that a question offers, as the shorthand writes them; none where
/// something has to be written.
fn ticks(question: &Question) -> Vec<String> {
    let words: &[&str] = match &question.answer {
        AnswerKind::YesNo
        | AnswerKind::History { .. }
        | AnswerKind::Matter { .. }
        | AnswerKind::Involvement { .. } => &["yes", "no"],
        AnswerKind::Complainant => &["none", "declines", "wants"],
        AnswerKind::Zone { areas } => {
            let areas = areas.iter().map(|area| area.id.clone());
            return areas.chain(["outside".to_owned()]).collect();
        }
        AnswerKind::Age
        | AnswerKind::Offences
        | AnswerKind::Drugs { .. }
        | AnswerKind::Time
        | AnswerKind::Count => &[],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Whether a tick alone answers the question.
fn is_ticked(question: &Question) -> bool {
    match &question.answer {
        AnswerKind::YesNo | AnswerKind::Complainant | AnswerKind::Zone { .. } => true,
        AnswerKind::History { needs_date, .. } => !needs_date,
        AnswerKind::Matter {
            needs_level,
            needs_place,
        } => !needs_level && !needs_place,
        AnswerKind::Involvement { .. }
        | AnswerKind::Age
        | AnswerKind::Offences
        | AnswerKind::Drugs { .. }
        | AnswerKind::Time
        | AnswerKind::Count => false,
    }
}

impl Sheet<'_> {
    /// Boxes to tick, or a line to write on.
    pub(super) fn answer(&self, question: &Question, rules: &[Numbered<'_>]) -> String {
        let mine: Vec<&Numbered<'_>> = rules
            .iter()
            .filter(|(_, rule)| question.rules.contains(&rule.id))
            .collect();
        let marks = self.marks(question, &mine);
        let mut tail = self.tick("answer-unknown", "");
        if !mine.is_empty()
            && mine
                .iter()
                .all(|(_, rule)| self.passes_without(question, rule))
        {
            tail += &self.tick("cli-paper-not-applicable", "");
        }
        let mark = |tick: &str| {
            let found = marks.iter().find(|(other, _)| other == tick);
            found.map_or_else(String::new, |(_, mark)| mark.clone())
        };
        let yes_no =
            || self.tick("answer-yes", &mark("yes")) + &self.tick("answer-no", &mark("no"));
        let write_in = |id: &str| format!("<p>{} <span class=\"line\"></span></p>", self.say(id));
        let when = |wanted: bool, id: &str| if wanted { write_in(id) } else { String::new() };
        match &question.answer {
            AnswerKind::YesNo => yes_no() + &tail,
            AnswerKind::History { needs_date, .. } => {
                yes_no() + &when(*needs_date, "cli-paper-most-recent") + &tail
            }
            AnswerKind::Matter {
                needs_level,
                needs_place,
            } => {
                let mut more = String::new();
                if *needs_level {
                    for level in ["infraction", "misdemeanor", "felony"] {
                        more += &self.tick(&format!("offence-level-{level}"), "");
                    }
                }
                if *needs_place {
                    more += &self.tick("cli-matter-local", "");
                    more += &self.tick("cli-matter-elsewhere", "");
                }
                yes_no() + &more + &tail
            }
            AnswerKind::Zone { areas } => {
                let mut boxes = String::new();
                for area in areas {
                    let name = self.speaker.words(&area.name);
                    let bounds = area.bounds.as_ref().map(|words| self.speaker.words(words));
                    let text = [Some(name), bounds];
                    let text = text.into_iter().flatten().collect::<Vec<_>>().join(": ");
                    boxes += &ticked(&escape(&text), &mark(&area.id));
                }
                boxes + &self.tick("cli-zone-outside", &mark("outside")) + &tail
            }
            AnswerKind::Complainant => {
                let mut boxes = String::new();
                for (answer, code) in [
                    ("none", "none"),
                    ("declines", "declines_prosecution"),
                    ("wants", "wants_prosecution"),
                ] {
                    boxes += &self.tick(&format!("cli-complainant-{code}"), &mark(answer));
                }
                boxes + &tail
            }
            AnswerKind::Involvement { needs_date, .. } => {
                let date = when(*needs_date, "cli-paper-most-recent");
                yes_no() + &write_in("cli-paper-evidence") + &date + &tail
            }
            AnswerKind::Age
            | AnswerKind::Offences
            | AnswerKind::Drugs { .. }
            | AnswerKind::Time
            | AnswerKind::Count => write_in("cli-paper-write") + &tail,
        }
    }

    /// Boxes beside a rule that no tick in a row decides alone: something is
    /// written and compared, or several answers meet.
    pub(super) fn verdict(&self, rule: &Rule, questions: &[Question]) -> String {
        let asked: Vec<&Question> = questions
            .iter()
            .filter(|question| question.rules.contains(&rule.id))
            .collect();
        let is_decided = asked.iter().all(|question| {
            is_ticked(question)
                && ticks(question)
                    .iter()
                    .all(|tick| !self.depends(question, rule, tick))
        });
        if is_decided {
            return String::new();
        }
        let boxes = ["met", "unmet", "unknown"].map(|id| {
            let label = self.say(&format!("cli-paper-rule-{id}"));
            format!("<span class=\"choice\"><span class=\"box\"></span> {label}</span>")
        });
        format!("<p class=\"verdict\">{}</p>", boxes.join(" "))
    }

    fn tick(&self, id: &str, mark: &str) -> String {
        ticked(&self.say(id), mark)
    }

    /// What stands behind each box.
    fn marks(&self, question: &Question, rules: &[&Numbered<'_>]) -> Vec<(String, String)> {
        let words = |tick: String| {
            let mut mark = Mark::default();
            for (number, rule) in rules {
                let tally = self.tally(question, rule, &tick);
                if tally.is_some_and(|tally| tally.hits == tally.ways) {
                    mark.not_met.push(number.clone());
                } else if self.depends(question, rule, &tick) {
                    mark.look_at.push(number.clone());
                }
            }
            let say = |id: &str, rules: &[String]| {
                let args = [("rules", &*rules.join(", "))];
                (!rules.is_empty()).then(|| escape(&self.speaker.say(id, &args)))
            };
            let parts = [
                say("cli-paper-not-met", &mark.not_met),
                say("cli-paper-look-at", &mark.look_at),
            ];
            let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
            (tick, text)
        };
        ticks(question).into_iter().map(words).collect()
    }

    /// Whether this tick may hit the rule with other answers, and another tick
    /// would hit it with fewer.
    fn depends(&self, question: &Question, rule: &Rule, tick: &str) -> bool {
        let Some(this) = self.tally(question, rule, tick) else {
            return true;
        };
        let fewest = ticks(question)
            .iter()
            .filter_map(|other| self.tally(question, rule, other))
            .map(|tally| tally.hits)
            .min();
        this.hits < this.ways && fewest.is_some_and(|fewest| fewest < this.hits)
    }

    /// Whether other answers can meet the rule without this one.
    fn passes_without(&self, question: &Question, rule: &Rule) -> bool {
        self.tally(question, rule, "unknown")
            .is_some_and(|tally| tally.passes > 0)
    }

    fn tally(&self, question: &Question, rule: &Rule, answer: &str) -> Option<Tally> {
        let ask: Ask = question.id.parse().ok()?;
        let mut facts = Facts::default();
        shorthand::answer(&mut facts, &ask, answer).ok()?;
        rule.tally(&ask, &facts, self.pack.effective_from())
    }
}
