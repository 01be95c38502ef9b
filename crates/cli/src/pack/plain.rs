//! A pack in plain words, for a terminal.

use handoff_domain::{Answer, PackRef, Words};
use handoff_eligibility::{Explanation, RuleRow};

use super::Explained;
use crate::language::Speaker;

/// The whole explanation.
#[must_use]
pub fn text(explained: &Explained, speaker: Speaker) -> String {
    let pack = &explained.explanation;
    let mut lines = vec![
        speaker.words(&pack.title).to_owned(),
        version(&pack.pack, pack.effective_from, speaker),
        format!("SHA-256 {}", pack.pack.hash),
    ];
    policy(pack, speaker, &mut lines);
    if !pack.zones.is_empty() {
        heading("cli-zones", speaker, &mut lines);
    }
    for zone in &pack.zones {
        let bounds = zone.bounds.as_ref().map(|words| speaker.words(words));
        let name = [Some(speaker.words(&zone.name)), bounds];
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(": ");
        lines.push(format!("  {}  {name}", zone.id));
        lines.push(format!(
            "      {}",
            source(&zone.source, zone.verified, speaker)
        ));
    }
    heading("cli-questions", speaker, &mut lines);
    for asked in &explained.questions {
        let words = speaker.words(&asked.words);
        lines.push(format!("  {}  {words}", asked.id));
    }
    heading("cli-rules", speaker, &mut lines);
    for row in &pack.rules {
        let tests = explained
            .tests
            .get(&row.rule)
            .map_or(&[][..], Vec::as_slice);
        rule(row, tests, speaker, &mut lines);
    }
    lines.join("\n")
}

fn version(pack: &PackRef, from: chrono::NaiveDate, speaker: Speaker) -> String {
    let date = from.to_string();
    let args = [
        ("pack", pack.id.as_str()),
        ("version", pack.version.as_str()),
        ("date", date.as_str()),
    ];
    speaker.say("cli-pack-version", &args)
}

fn heading(id: &str, speaker: Speaker, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(speaker.say(id, &[]));
}

fn policy(pack: &Explanation, speaker: Speaker, lines: &mut Vec<String>) {
    heading("cli-policy", speaker, lines);
    let policy = &pack.policy;
    let words = |words: &Words| speaker.words(words).to_owned();
    for row in &pack.policy_rows {
        // The rows speak English: what has words is said anew.
        let value = match row.field {
            "doors" => speaker.doors(&policy.doors),
            "verifies" => speaker.roles(&policy.verifies),
            "decides" => speaker.roles(&policy.decides),
            "waives" => speaker.roles(&policy.waives),
            "handoff.may_precede_decision" => {
                speaker.word("answer", &Answer::from(policy.handoff.may_precede_decision))
            }
            "handoff.place" => policy
                .handoff
                .place
                .as_ref()
                .map_or_else(String::new, words),
            "charge" => words(&policy.charge.words),
            "script" => words(&policy.script),
            _ => row.value.clone(),
        };
        let label = speaker.say(&format!("cli-policy-{}", row.field.replace('.', "-")), &[]);
        let doubt = if row.verified {
            String::new()
        } else {
            format!(" ({})", speaker.say("cli-pack-unverified", &[]))
        };
        lines.push(format!("  {label}: {value}{doubt}"));
    }
}

fn rule(rule: &RuleRow, tests: &[String], speaker: Speaker, lines: &mut Vec<String>) {
    lines.push(format!("  {}  {}", rule.rule, speaker.words(&rule.words)));
    let severity = speaker.word("cli-severity", &rule.severity);
    let mut more = vec![speaker.say("cli-rule-weighs", &[("severity", &severity)])];
    more.push(if rule.doors.len() == handoff_domain::Door::ALL.len() {
        speaker.say("cli-rule-doors-all", &[])
    } else {
        speaker.say("cli-rule-doors", &[("doors", &speaker.doors(&rule.doors))])
    });
    let asks = rule.asks.iter().map(|words| speaker.words(words));
    more.extend(asks.map(|question| speaker.say("cli-rule-asks", &[("question", question)])));
    more.push(speaker.say("cli-rule-tests", &[]));
    more.extend(tests.iter().map(|line| format!("  {line}")));
    more.push(speaker.say("cli-clause", &[("clause", &rule.clause)]));
    more.push(source(&rule.source, rule.verified, speaker));
    if !rule.waivable_by.is_empty() {
        let roles = speaker.roles(&rule.waivable_by);
        more.push(speaker.say("cli-waived-by", &[("roles", &roles)]));
    }
    lines.extend(more.into_iter().map(|line| format!("      {line}")));
}

fn source(source: &str, is_verified: bool, speaker: Speaker) -> String {
    let state = if is_verified {
        "cli-pack-confirmed"
    } else {
        "finding-unverified"
    };
    format!(
        "{} ({})",
        speaker.say("cli-rule-source", &[("source", source)]),
        speaker.say(state, &[])
    )
}
