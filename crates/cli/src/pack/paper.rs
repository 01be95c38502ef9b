//! `handoff pack explain --paper`: the checklist on paper, as one HTML file.
//!
//! Why: a car's laptop breaks, and a policy is argued over on paper. How it
//! moves: the pack's rows and rules, numbered; beside each rule what it tests
//! (`tested.rs`), and behind each box the rules that its tick decides
//! (`paper/boxes.rs`). What it does not do: no script, no font or picture from
//! elsewhere, and no room for a person's name: a sheet that is left in a car
//! must name nobody.

mod boxes;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use handoff_domain::{Door, Severity};
use handoff_eligibility::{Question, Rule, RulePack};

use super::tested;
use crate::language::Speaker;

const STYLE: &str = include_str!("paper.css");

/// The whole sheet.
#[must_use]
pub fn html(pack: &RulePack, language: &str, speaker: Speaker) -> String {
    let sheet = Sheet { pack, speaker };
    let title = escape(speaker.words(pack.title()));
    let heading = sheet.say("cli-paper-title");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{heading}: {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{heading}: {title}</h1>\n"
    );
    let effective = pack.effective_from().to_string();
    let args = [
        ("pack", pack.id()),
        ("version", pack.version()),
        ("date", effective.as_str()),
    ];
    page += &format!(
        "<p>{}</p>\n",
        escape(&speaker.say("cli-pack-version", &args))
    );
    page += &format!(
        "<p class=\"note\">{}</p>\n</header>\n",
        sheet.say("cli-paper-no-names")
    );
    page += "<div class=\"lines\">\n";
    for field in ["date", "time", "officer", "number"] {
        let label = sheet.say(&format!("cli-paper-{field}"));
        page += &format!("<p>{label} <span class=\"line\"></span></p>\n");
    }
    page += "</div>\n";
    for door in &pack.policy().doors {
        sheet.door(*door, &mut page);
    }
    sheet.result(&mut page);
    page += "</main>\n</body>\n</html>";
    page
}

/// A rule, and its number on the sheet.
type Numbered<'a> = (String, &'a Rule);

struct Sheet<'a> {
    pack: &'a RulePack,
    speaker: Speaker,
}

impl Sheet<'_> {
    fn say(&self, id: &str) -> String {
        escape(&self.speaker.say(id, &[]))
    }

    fn door(&self, door: Door, page: &mut String) {
        // A rule has one number on the whole sheet.
        let rules: Vec<Numbered<'_>> = (1..)
            .zip(self.pack.rules())
            .filter(|(_, rule)| rule.applies_to(door))
            .map(|(number, rule)| (format!("R{number}"), rule))
            .collect();
        let name = escape(&self.speaker.code("door", door.as_str()));
        let _ = write!(
            page,
            "<section>\n<h2>{name}</h2>\n<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
            self.say("cli-paper-how"),
            self.say("cli-paper-question"),
            self.say("cli-paper-answer"),
            self.say("cli-rules"),
        );
        let questions = self.pack.questions(door);
        let mut explained = BTreeSet::new();
        for question in &questions {
            let words = escape(self.speaker.words(&question.words));
            let answer = self.answer(question, &rules);
            let _ = write!(
                page,
                "<tr><th scope=\"row\">{words}</th><td class=\"answer\">{answer}</td><td>"
            );
            if question.rules.is_empty() {
                page.push_str(&self.say("cli-paper-record-only"));
            } else {
                page.push_str("<ul>\n");
                for (number, rule) in &rules {
                    if !question.rules.contains(&rule.id) {
                        continue;
                    }
                    if explained.insert(&rule.id) {
                        self.rule(number, rule, &questions, page);
                    } else {
                        let above = self.say("cli-paper-above");
                        let _ = writeln!(page, "<li><strong>{number}</strong> {above}</li>");
                    }
                }
                page.push_str("</ul>");
            }
            page.push_str("</td></tr>\n");
        }
        page.push_str("</tbody>\n</table>\n</section>\n");
    }

    /// A rule beside the first question that it asks: its words, its weight, what
    /// it tests.
    fn rule(&self, number: &str, rule: &Rule, questions: &[Question], page: &mut String) {
        let weight = self.speaker.word("cli-severity", &rule.severity);
        let doubt = if rule.verified {
            String::new()
        } else {
            format!(
                " <span class=\"doubt\">({})</span>",
                self.say("finding-unverified")
            )
        };
        let _ = writeln!(
            page,
            "<li><strong>{number}</strong> {} <em>[{}]</em>{doubt}",
            escape(self.speaker.words(&rule.words)),
            escape(&weight),
        );
        for line in tested::lines(rule, self.pack, self.speaker) {
            let text = line.trim_start();
            let deep = (line.len() - text.len()) / 2;
            let _ = writeln!(
                page,
                "<p class=\"test\" style=\"margin-left: {}mm\">{}</p>",
                3 * deep,
                escape(text)
            );
        }
        let _ = writeln!(page, "{}</li>", self.verdict(rule, questions));
    }

    fn result(&self, page: &mut String) {
        let policy = self.pack.policy();
        let rules = self.pack.rules().iter();
        let waives: std::collections::BTreeSet<_> = rules
            .flat_map(|rule| rule.waivable_by.iter().copied())
            .collect();
        let has = |severity| {
            self.pack
                .rules()
                .iter()
                .any(|rule| rule.severity == severity)
        };
        let _ = write!(
            page,
            "<section>\n<h2>{}</h2>\n<p>{}</p>\n<ol>\n",
            self.say("cli-paper-result"),
            self.say("cli-paper-result-how")
        );
        let mut step = |id: &str, args: &[(&str, &str)]| {
            let text = escape(&self.speaker.say(id, args));
            let _ = writeln!(page, "<li><span class=\"box\"></span> {text}</li>");
        };
        if has(Severity::Hard) {
            step("cli-paper-step-hard", &[]);
        }
        step("cli-paper-step-unknown", &[]);
        if has(Severity::Presumptive) {
            let roles = self.speaker.roles(&waives);
            step("cli-paper-step-presumptive", &[("roles", &roles)]);
        }
        step("cli-paper-step-eligible", &[]);
        page.push_str("</ol>\n");
        let roles = self.speaker.roles(&policy.decides);
        let decides = self.speaker.say("cli-provisional-by", &[("roles", &roles)]);
        let _ = writeln!(page, "<p>{}</p>", escape(&decides));
        if let Some(place) = &policy.handoff.place {
            let _ = writeln!(
                page,
                "<p><strong>{}:</strong> {}</p>",
                self.say("cli-policy-handoff-place"),
                escape(self.speaker.words(place))
            );
        }
        let _ = write!(
            page,
            "<h2>{}</h2>\n<blockquote><p>{}</p></blockquote>\n</section>\n<footer><p>SHA-256 {}</p></footer>\n",
            self.say("cli-policy-script"),
            escape(self.speaker.words(&policy.script)),
            self.pack.pack_ref().hash
        );
    }
}

fn ticked(label: &str, mark: &str) -> String {
    let mark = if mark.is_empty() {
        String::new()
    } else {
        format!(" <strong class=\"mark\">{mark}</strong>")
    };
    format!("<p><span class=\"box\"></span> {label}{mark}</p>")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
