//! `handoff pack kinds`: what a rule can be, from the table that the parser
//! reads packs by.

use handoff_eligibility::{KINDS, Kind, Takes, question_ids};
use serde::Serialize;

use crate::output::{self, Failure};

#[derive(Serialize)]
struct Listed {
    kinds: Vec<KindRow>,
    /// The ids of the questions that every pack may ask, beside `site.<name>`
    /// and `history.<class>`.
    questions: Vec<String>,
}

#[derive(Serialize)]
struct KindRow {
    kind: &'static str,
    about: &'static str,
    params: Vec<ParamRow>,
}

#[derive(Serialize)]
struct ParamRow {
    name: &'static str,
    takes: String,
    about: &'static str,
}

/// Lists the kinds, or one.
///
/// # Errors
/// [`Failure`] when there is no kind of that name.
pub fn run(name: Option<&str>, json: bool) -> Result<(), Failure> {
    let kinds: Vec<&Kind> = KINDS
        .iter()
        .filter(|kind| name.is_none_or(|name| kind.name == name))
        .collect();
    if let (Some(name), true) = (name, kinds.is_empty()) {
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let meant = crate::input::Meant::among(name, known.iter().copied());
        return Err(Failure::refused(format!(
            "there is no rule kind `{name}`{meant}; the kinds are {}. Give one of them, or none for all.",
            known.join(", ")
        )));
    }
    let listed = Listed {
        kinds: kinds.into_iter().map(row).collect(),
        questions: question_ids(),
    };
    output::answer(json, &listed, |listed| text(listed, name.is_none()))
}

fn row(kind: &Kind) -> KindRow {
    let params = kind.params.iter().map(|param| ParamRow {
        name: param.name,
        takes: takes(param.takes),
        about: param.about,
    });
    KindRow {
        kind: kind.name,
        about: kind.about,
        params: params.collect(),
    }
}

/// What a parameter takes, in words.
pub fn takes(takes: Takes) -> String {
    match takes {
        Takes::Number => "a whole number".to_owned(),
        Takes::Flag => "true or false".to_owned(),
        Takes::OneOf(words) => format!("one of {}", words.join(", ")),
        Takes::ManyOf(words) => format!("a list of {}", words.join(", ")),
        Takes::LookBack => "\"lifetime\", { years = … }, { months = … } or { days = … }".to_owned(),
        Takes::Question => "the id of a [[question]]".to_owned(),
        Takes::Class => "the name of a class; its question is history.<class>".to_owned(),
        Takes::Zones => "ids of [[zone]] tables".to_owned(),
        Takes::Offences => "NIBRS codes, { code, statute, level, only_if } or { list }".to_owned(),
        Takes::Count => "a whole number, nought included".to_owned(),
        Takes::Limit => "\"> 6 g\" or \">= 4 g\"".to_owned(),
        Takes::Drugs => "NIBRS drug letters, or { drugs, form }".to_owned(),
        Takes::Windows => "days and hours, such as \"Mon-Fri 12:00-20:00\"".to_owned(),
        Takes::Condition => "{ kind = \"…\" } with the parameters of that kind".to_owned(),
        Takes::Conditions => "a list of { kind = \"…\" } with the parameters of each".to_owned(),
    }
}

fn text(listed: &Listed, with_questions: bool) -> String {
    let mut lines = Vec::new();
    for kind in &listed.kinds {
        lines.push(format!("{}  {}", kind.kind, kind.about));
        for param in &kind.params {
            lines.push(format!("    {}  {}", param.name, param.about));
            lines.push(format!("        takes {}", param.takes));
        }
    }
    if with_questions {
        lines.push(String::new());
        lines.push("Every rule also takes id, kind, severity, doors, clause, source, verified, words and (if presumptive) waivable_by.".to_owned());
        lines.push(format!(
            "Questions that every pack may ask: {}; and the site's own: site.<name>, history.<class>.",
            listed.questions.join(", ")
        ));
    }
    lines.join("\n")
}
