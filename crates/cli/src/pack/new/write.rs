//! The text of a new pack.

use std::fmt::Write as _;

use chrono::Datelike as _;
use handoff_domain::Door;
use handoff_eligibility::KINDS;

use super::Answers;
use super::rules::Offer;
use crate::pack::kinds::takes;

/// A whole pack, commented.
pub fn toml(answers: &Answers) -> String {
    let mut text = head(answers);
    if let Some((_, _, name)) = answers
        .rules
        .iter()
        .find(|(offer, ..)| offer.kind == "in_zone")
    {
        let name = quoted(name);
        let _ = write!(
            text,
            "# Areas. Say the bounds in words, as your policy does: bounds = {{ en = \"…\", es = \"…\" }}\n\n[[zone]]\nid = \"area\"\nname = {{ en = {name}, es = {name} }}\n\n"
        );
    }
    text.push_str("# Questions: what the officer is asked. The id says what it is about: the list is\n# in `handoff pack kinds`. A question of your own is `site.<name>`; a class of\n# offences on a record is `history.<class>`, and `basis` says what counts there:\n# convicted, charged or history_of.\n\n");
    if !answers
        .rules
        .iter()
        .any(|(offer, ..)| offer.kind == "offense_in")
    {
        question(
            "suspected_offenses",
            "What is the person suspected of?",
            "¿De qué se sospecha a la persona?",
            &mut text,
        );
    }
    for (offer, ..) in &answers.rules {
        for (id, en, es) in offer.questions {
            question(id, en, es, &mut text);
        }
    }
    text.push_str("# Rules. Each stands for one clause of your policy: put its own words into\n# `clause`. When somebody has compared a rule with the policy's text, say where it\n# stands in `source = \"…\"` and add `verified = true`; until then every screen shows\n# it as not yet confirmed.\n\n");
    for (offer, weight, param) in &answers.rules {
        rule(answers, offer, weight, param, &mut text);
    }
    cases(answers, &mut text);
    text
}

fn head(answers: &Answers) -> String {
    let names = |all: Vec<&'static str>| {
        let all: Vec<String> = all.into_iter().map(quoted).collect();
        all.join(", ")
    };
    let doors = names(answers.doors.iter().map(|door| door.as_str()).collect());
    let decides = names(answers.decides.iter().map(|role| role.as_str()).collect());
    format!(
        r#"# A rule pack: one version of a site's written policy, as data.
#
# Check it after each change: handoff pack check FILE
# Try it as an officer would:  handoff pack try FILE
# The guide is docs/rule-packs.md; the kinds of rules: handoff pack kinds

id = {id}
# Raise the version with each change that is published.
version = "1"
effective_from = "{from}"
title = {{ en = {title}, es = {title_es} }}

[policy]
time_zone = {zone}
doors = [{doors}]
# Who checks records, who decides, and who may set a presumptive rule aside.
verifies = [{decides}]
decides = [{decides}]
waives = [{decides}]
# What nobody has found in a text of the site yet; take out what you confirm.
unverified = ["verifies", "waives", "handoff.target_minutes", "handoff.may_precede_decision", "intake.due_days", "charge", "script"]

[policy.handoff]
target_minutes = 30
# Whether the person may meet the case manager before the decision is made.
may_precede_decision = true

[policy.intake]
# Days after the referral within which the first assessment is due.
due_days = 30

# What happens to the charge. until_decision: held, not_entered, filed. succeeds_on:
# diverted, assessment_complete, nothing. on_success: not_filed, case_closed,
# prosecutor_decides. on_failure: ordinary_process, warrant_may_issue, may_be_filed,
# prosecutor_decides.
[policy.charge]
until_decision = "held"
succeeds_on = "assessment_complete"
on_success = "not_filed"
on_failure = "ordinary_process"
words = {{ en = "Not filed if the person completes the first assessment in time. Otherwise the ordinary process goes on.", es = "No se presenta si la persona completa a tiempo la primera evaluación. Si no, sigue el proceso ordinario." }}

# What the officer reads aloud when making the offer.
[policy.script]
en = "There is a program called LEAD. It is voluntary. You can say no, and then the ordinary process goes on. Do you want to meet somebody from it?"
es = "Existe un programa que se llama LEAD. Es voluntario. Puede decir que no, y entonces sigue el proceso ordinario. ¿Quiere conocer a alguien del programa?"

"#,
        id = quoted(&answers.id),
        from = answers.effective_from,
        title = quoted(&answers.title),
        title_es = quoted(&answers.title_es),
        zone = quoted(&answers.time_zone),
    )
}

fn question(id: &str, en: &str, es: &str, text: &mut String) {
    let basis = match id {
        "sex_offense_history" => "basis = \"history_of\"\n",
        id if id.starts_with("history.") => "basis = \"convicted\"\n",
        _ => "",
    };
    let (id, en, es) = (quoted(id), quoted(en), quoted(es));
    let _ = write!(
        text,
        "[[question]]\nid = {id}\n{basis}en = {en}\nes = {es}\n\n"
    );
}

fn rule(answers: &Answers, offer: &Offer, weight: &str, param: &str, text: &mut String) {
    if let Some(kind) = KINDS.iter().find(|kind| kind.name == offer.kind) {
        let _ = writeln!(text, "# {}: {}.", kind.name, kind.about);
        let written = format!("\n{}\n{param}", offer.fixed);
        for row in kind.params {
            if !written.contains(&format!("\n{} =", row.name)) && offer.kind != "in_zone" {
                let _ = writeln!(
                    text,
                    "# It can also take {}: {} ({}).",
                    row.name,
                    row.about,
                    takes(row.takes)
                );
            }
        }
    }
    let _ = write!(
        text,
        "[[rule]]\nid = {}\nkind = {}\n",
        quoted(offer.key),
        quoted(offer.kind)
    );
    if !offer.fixed.is_empty() {
        let _ = writeln!(text, "{}", offer.fixed);
    }
    match offer.kind {
        "in_zone" => text.push_str("zones = [\"area\"]\n"),
        _ if param.is_empty() => {}
        _ => {
            let _ = writeln!(text, "{param}");
        }
    }
    let _ = writeln!(text, "severity = {}", quoted(weight));
    if offer.arrest_only && answers.doors.len() > 1 {
        text.push_str("doors = [\"arrest_diversion\"]\n");
    }
    let (en, es) = words(offer, param);
    let _ = write!(
        text,
        "clause = \"Put the sentence of your policy here\"\nwords = {{ en = {}, es = {} }}\n\n",
        quoted(&en),
        quoted(&es)
    );
}

/// A rule's words, with its parameter where it has one.
fn words(offer: &Offer, param: &str) -> (String, String) {
    let number = param.rsplit(' ').find_map(|word| word.parse::<u16>().ok());
    match (offer.kind, number) {
        ("min_age", Some(years)) => (
            format!("The person is {years} or older."),
            format!("La persona tiene {years} años o más."),
        ),
        ("no_conviction", Some(years)) => (
            format!("The person was not convicted of a violent felony in the last {years} years."),
            format!(
                "La persona no fue condenada por un delito grave violento en los últimos {years} años."
            ),
        ),
        _ => (offer.rule.0.to_owned(), offer.rule.1.to_owned()),
    }
}

fn cases(answers: &Answers, text: &mut String) {
    text.push_str("# Answers of somebody whom no rule stops; a case with `clear = true` starts here.\n[clear]\n");
    for (offer, _, param) in &answers.rules {
        for (id, ..) in offer.questions {
            let answer = match offer.answers.0 {
                "" => first_code(param),
                answer => answer.to_owned(),
            };
            let _ = writeln!(text, "{} = {}", quoted(id), value(&answer));
        }
    }
    text.push_str(
        "\n# Cases: what your policy expects, written before you look at what comes out.\n",
    );
    for door in &answers.doors {
        case(
            &format!("nothing stands in the way ({})", door.as_str()),
            (answers, *door),
            "",
            "outcome = \"presumptively_eligible\"\nhits = []\nopen = []\n",
            text,
        );
    }
    for (offer, weight, _) in &answers.rules {
        let door = if offer.arrest_only {
            Door::ArrestDiversion
        } else {
            answers
                .doors
                .first()
                .copied()
                .unwrap_or(Door::ArrestDiversion)
        };
        let outcome = match *weight {
            "hard" => "outcome = \"presumptively_ineligible\"\nwaivable = false\n",
            "presumptive" => "outcome = \"presumptively_ineligible\"\nwaivable = true\n",
            "refer_up" => "outcome = \"needs_verification\"\n",
            _ => "outcome = \"presumptively_eligible\"\n",
        };
        let Some((id, ..)) = offer.questions.first() else {
            continue;
        };
        let mut answer = offer.answers.1.to_owned();
        if offer.kind == "no_conviction" {
            // In the year before, which every look-back reaches.
            answer = format!("yes {}", answers.effective_from.year() - 1);
        }
        case(
            &format!("{} is not met", offer.key),
            (answers, door),
            &format!("answers = {{ {} = {} }}\n", quoted(id), value(&answer)),
            &format!("{outcome}hits = [{}]\n", quoted(offer.key)),
            text,
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn case(name: &str, at: (&Answers, Door), given: &str, expected: &str, text: &mut String) {
    let (answers, door) = at;
    let _ = write!(
        text,
        "\n[[test]]\nname = {}\ndoor = {}\nas_of = \"{}\"\nclear = true\n{given}{expected}",
        quoted(name),
        quoted(door.as_str()),
        answers.effective_from,
    );
}

/// The first code of a list of offences, complete.
fn first_code(param: &str) -> String {
    let code = param.split('"').nth(1).unwrap_or_default();
    match code.strip_suffix('*') {
        None => code.to_owned(),
        Some(prefix) => handoff_domain::nibrs_offences()
            .iter()
            .map(|row| row.code)
            .find(|code| code.starts_with(prefix))
            .unwrap_or_default()
            .to_owned(),
    }
}

fn value(answer: &str) -> String {
    match answer.parse::<u16>() {
        Ok(number) => number.to_string(),
        Err(_) => quoted(answer),
    }
}

/// A TOML string: JSON's escapes are TOML's.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
