//! A screening in plain words, for a terminal.

use handoff_domain::{
    Age, Finding, FindingResult, OpenQuestion, Screening, Seen, SeenOffence, SeenValue, Zone,
};
use handoff_eligibility::{DOOR_NOT_OFFERED, RulePack};

use crate::language::Speaker;

/// The whole screening: outcome, findings (what stands in the way first), open
/// questions.
#[must_use]
pub fn text(screening: &Screening, pack: &RulePack, is_today: bool, speaker: Speaker) -> String {
    let say = Saying { pack, speaker };
    let mut lines = vec![speaker.word("cli-outcome", &screening.outcome)];
    if screening.waivable {
        lines.push(speaker.say("cli-waivable", &[]));
    }
    if let Some(door) = screening.other_door {
        let door = speaker.code("door", door.as_str());
        lines.push(speaker.say("verdict-other-door", &[("door", &door)]));
    }
    let roles = speaker.roles(&pack.policy().decides);
    lines.push(speaker.say("cli-provisional-by", &[("roles", &roles)]));
    lines.push(String::new());
    let counted = if is_today {
        "cli-counted-from-today"
    } else {
        "cli-counted-from"
    };
    let args = [
        ("door", &*speaker.code("door", screening.door.as_str())),
        ("date", &*screening.as_of.to_string()),
    ];
    lines.push(speaker.say(counted, &args));
    let args = [
        ("pack", screening.pack.id.as_str()),
        ("version", screening.pack.version.as_str()),
    ];
    lines.push(speaker.say("verdict-pack", &args));
    for result in [
        FindingResult::Hit,
        FindingResult::Unknown,
        FindingResult::Pass,
    ] {
        let findings: Vec<&Finding> = screening
            .findings
            .iter()
            .filter(|finding| finding.result == result)
            .collect();
        if !findings.is_empty() {
            lines.push(String::new());
            lines.push(speaker.word("finding", &result));
        }
        for finding in findings {
            say.finding(finding, &mut lines);
        }
    }
    lines.push(String::new());
    say.open(screening, &mut lines);
    lines.join("\n")
}

struct Saying<'a> {
    pack: &'a RulePack,
    speaker: Speaker,
}

impl Saying<'_> {
    fn finding(&self, finding: &Finding, lines: &mut Vec<String>) {
        let speaker = self.speaker;
        let rule = self
            .pack
            .rules()
            .iter()
            .find(|rule| rule.id == finding.rule);
        let words = match rule {
            Some(rule) => speaker.words(&rule.words).to_owned(),
            None if finding.rule == DOOR_NOT_OFFERED => {
                speaker.say("cli-rule-door_not_offered", &[])
            }
            None => String::new(),
        };
        let weight = match finding.result {
            FindingResult::Pass => String::new(),
            _ => format!(" [{}]", speaker.word("cli-severity", &finding.severity)),
        };
        lines.push(format!("  {}  {words}{weight}", finding.rule));
        let clause = speaker.say("cli-clause", &[("clause", &finding.clause)]);
        let mut more = vec![if finding.verified {
            clause
        } else {
            format!("{clause} ({})", speaker.say("finding-unverified", &[]))
        }];
        more.extend(finding.saw.iter().map(|seen| self.seen(seen)));
        if !finding.decides.is_empty() {
            let roles = speaker.roles(&finding.decides);
            more.push(speaker.say("cli-decides", &[("roles", &roles)]));
        }
        if !finding.waivable_by.is_empty() {
            let roles = speaker.roles(&finding.waivable_by);
            more.push(speaker.say("cli-waived-by", &[("roles", &roles)]));
        }
        lines.extend(more.into_iter().map(|line| format!("      {line}")));
    }

    fn open(&self, screening: &Screening, lines: &mut Vec<String>) {
        if screening.open_questions.is_empty() {
            lines.push(self.speaker.say("cli-open-none", &[]));
            return;
        }
        lines.push(self.speaker.say("cli-open", &[]));
        let questions = self.pack.questions(screening.door);
        for (i, OpenQuestion { question, rules }) in screening.open_questions.iter().enumerate() {
            let row = questions.iter().find(|row| row.id == *question);
            let words = row.map_or("", |row| self.speaker.words(&row.words));
            let feeds = self
                .speaker
                .say("cli-open-feeds", &[("rules", &rules.join(", "))]);
            lines.push(format!("  {}. {question}  {words} ({feeds})", i + 1));
        }
    }

    fn seen(&self, seen: &Seen) -> String {
        let speaker = self.speaker;
        let mut answer = self.value(&seen.value);
        if let Some(date) = seen.counted_as {
            let counted = speaker.say("cli-counted-as", &[("date", &date.to_string())]);
            answer = format!("{answer}, {counted}");
        }
        let question = ("question", seen.question.as_str());
        // An age in years says itself where it comes from.
        let is_age = matches!(seen.value, SeenValue::Age(_));
        match seen.source.as_ref().filter(|_| !is_age) {
            None => speaker.say("cli-saw", &[question, ("answer", &answer)]),
            Some(source) => {
                let source = speaker.word("source", source);
                let args = [question, ("answer", &*answer), ("source", &*source)];
                speaker.say("cli-saw-from", &args)
            }
        }
    }

    fn value(&self, value: &SeenValue) -> String {
        let speaker = self.speaker;
        let mut parts: Vec<String> = Vec::new();
        match value {
            SeenValue::Unanswered => parts.push(speaker.say("cli-unanswered", &[])),
            SeenValue::Answer(answer) | SeenValue::Involvement { answer, .. } => {
                parts.push(speaker.word("answer", answer));
            }
            SeenValue::Age(age) => parts.push(self.age(*age)),
            SeenValue::Offences(offences) => {
                let offences = offences.iter().map(|offence| self.offence(offence));
                return offences.collect::<Vec<_>>().join("; ");
            }
            SeenValue::History {
                answer,
                basis,
                most_recent,
            } => {
                parts.push(speaker.word("answer", answer));
                parts.extend(basis.map(|basis| speaker.word("cli-history-basis", &basis)));
                parts
                    .extend(most_recent.map(|date| {
                        speaker.say("cli-most-recent", &[("date", &date.to_string())])
                    }));
            }
            SeenValue::Matter {
                answer,
                most_serious,
                place,
            } => {
                parts.push(speaker.word("answer", answer));
                parts.extend(most_serious.map(|level| speaker.word("offence-level", &level)));
                parts.extend(place.map(|place| speaker.word("cli-matter", &place)));
            }
            SeenValue::Zone(Zone::Inside(areas)) => parts.extend(areas.iter().cloned()),
            SeenValue::Zone(Zone::Outside) => parts.push(speaker.say("cli-zone-outside", &[])),
            SeenValue::Zone(Zone::Unknown) => parts.push(speaker.say("answer-unknown", &[])),
            SeenValue::Complainant(stand) => parts.push(speaker.word("cli-complainant", stand)),
            SeenValue::Drugs(drugs) => {
                parts.extend(drugs.iter().map(|drug| {
                    let name = speaker.word("drug", &drug.drug);
                    let unit = speaker.word("unit", &drug.unit);
                    let quantity = drug.quantity.map_or_else(String::new, |q| q.to_string());
                    let args = [("drug", &*name), ("quantity", &*quantity), ("unit", &*unit)];
                    speaker.say("summary-drug", &args)
                }));
            }
            SeenValue::Count(count) => parts.push(count.to_string()),
            SeenValue::Time(time) => parts.push(time.to_rfc3339()),
        }
        parts.join(", ")
    }

    fn age(&self, age: Age) -> String {
        let speaker = self.speaker;
        match age {
            Age::BirthDate(date) => {
                speaker.say("summary-birth_date", &[("date", &date.to_string())])
            }
            Age::Years { years, basis } => {
                let basis = speaker.word("age-basis", &basis);
                let args = [("years", &*years.to_string()), ("basis", &*basis)];
                speaker.say("summary-years", &args)
            }
            Age::Band { from, to: Some(to) } => {
                let args = [("from", &*from.to_string()), ("to", &*to.to_string())];
                speaker.say("cli-age-band", &args)
            }
            Age::Band { from, to: None } => {
                speaker.say("cli-age-over", &[("from", &from.to_string())])
            }
        }
    }

    fn offence(&self, offence: &SeenOffence) -> String {
        let speaker = self.speaker;
        let level = offence
            .level
            .map(|level| speaker.word("offence-level", &level));
        let named = [offence.code.clone(), level];
        let named = named.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let answer = speaker.word("answer", &offence.listed);
        let args = [("offence", named.as_str()), ("answer", answer.as_str())];
        speaker.say("cli-offence-listed", &args)
    }
}
