//! Ways of answering each question, and what a partial answer can still become.
//!
//! Full answers stand at and on both sides of every limit that the packs under
//! test use; look-backs are counted from [`AS_OF`].

use handoff_eligibility::{AnswerKind, Question};

/// A leap day: the hardest date to count from.
pub const AS_OF: &str = "2020-02-29";

const CODES: [&str; 5] = ["35A", "40A", "23C", "23D", "13A"];
const LEVELS: [&str; 3] = ["infraction", "misdemeanor", "felony"];

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn one_offence() -> Vec<String> {
    CODES
        .iter()
        .flat_map(|code| LEVELS.iter().map(move |l| format!("{code} {l}")))
        .collect()
}

/// One, two or three offences.
fn offences() -> Vec<String> {
    let single = one_offence();
    let mut all = single.clone();
    for (i, a) in single.iter().enumerate() {
        for (j, b) in single.iter().enumerate().skip(i + 1) {
            all.push(format!("{a}, {b}"));
            for c in single.iter().skip(j + 1) {
                all.push(format!("{a}, {b}, {c}"));
            }
        }
    }
    all
}

fn yes_dates() -> Vec<String> {
    // Cut-offs: 6 months 2019-08-29, 12 months 2019-02-28, 10 years 2010-02-28.
    owned(&[
        "yes 2020-01-01",
        "yes 2019-08-30",
        "yes 2019-08-29",
        "yes 2019-08-28",
        "yes 2019-03-01",
        "yes 2019-02-28",
        "yes 2019-02-27",
        "yes 2010-03-01",
        "yes 2010-02-28",
        "yes 2010-02-27",
        "yes 2010",
        "yes 2009",
        "yes 1980",
    ])
}

/// Every full answer to a question.
pub fn full(question: &Question) -> Vec<String> {
    match &question.answer {
        AnswerKind::Age => owned(&["0", "17", "18", "20", "21", "40"]),
        AnswerKind::Offences => offences(),
        AnswerKind::YesNo => owned(&["yes", "no"]),
        AnswerKind::History { .. } => {
            let mut all = owned(&["no"]);
            all.extend(yes_dates());
            all
        }
        AnswerKind::Matter { .. } => {
            let mut all = owned(&["no"]);
            all.extend(matters(&LEVELS, &["local", "elsewhere"]));
            all
        }
        AnswerKind::Zone { areas } => {
            let mut all = owned(&["outside"]);
            for set in 1u32..1 << areas.len().min(5) {
                let inside = areas.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
                all.push(
                    inside
                        .map(|(_, a)| a.id.clone())
                        .collect::<Vec<_>>()
                        .join(","),
                );
            }
            all
        }
    }
}

fn matters(levels: &[&str], places: &[&str]) -> Vec<String> {
    levels
        .iter()
        .flat_map(|l| places.iter().map(move |p| format!("yes {l} {p}")))
        .collect()
}

/// Partial answers, each with the full ones that it can become.
pub fn partial(question: &Question) -> Vec<(String, Vec<String>)> {
    let all = || full(question);
    let mut partial = vec![("unknown".to_owned(), all())];
    let mut add = |text: &str, becomes: Vec<String>| partial.push((text.to_owned(), becomes));
    match &question.answer {
        AnswerKind::Age => {
            add("16-17", owned(&["16", "17"]));
            add("17-18", owned(&["17", "18"]));
            add("16-20", owned(&["16", "17", "18", "20"]));
            add("19-30", owned(&["19", "20", "21", "30"]));
            add("17+", owned(&["17", "18", "20", "21", "90"]));
        }
        AnswerKind::Offences => {
            let coded = |level: &str| CODES.iter().map(|c| format!("{c} {level}")).collect();
            let levels = |code: &str| LEVELS.iter().map(|l| format!("{code} {l}")).collect();
            add("?", one_offence());
            add("? felony", coded("felony"));
            add("35A", levels("35A"));
            add("23C", levels("23C"));
            add(
                "40A felony, 35A",
                LEVELS
                    .iter()
                    .map(|l| format!("40A felony, 35A {l}"))
                    .collect(),
            );
            add(
                "13A felony, ?",
                one_offence()
                    .iter()
                    .map(|o| format!("13A felony, {o}"))
                    .collect(),
            );
        }
        AnswerKind::History { .. } => add("yes", yes_dates()),
        AnswerKind::Matter { .. } => {
            add("yes", matters(&LEVELS, &["local", "elsewhere"]));
            add("yes felony", matters(&["felony"], &["local", "elsewhere"]));
            add("yes local", matters(&LEVELS, &["local"]));
            add("yes elsewhere", matters(&LEVELS, &["elsewhere"]));
        }
        AnswerKind::YesNo | AnswerKind::Zone { .. } => {}
    }
    partial
}
