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
    // Cut-offs: 30 days 2020-01-30, 6 months 2019-08-29, 12 months 2019-02-28, 10 years 2010-02-28.
    owned(&[
        "yes 2020-01-31",
        "yes 2020-01-30",
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

const DRUGS: [&str; 5] = ["D", "L", "H", "E", "F"];
/// At and beside 4 g, 0.2 oz (5.669… g) and 6 g.
const GRAMS: [&str; 7] = ["0.5", "3.999", "4", "5.669", "5.67", "6", "6.001"];

/// No drugs, one, or two.
fn drugs() -> Vec<String> {
    let mut single = Vec::new();
    for grams in GRAMS {
        single.push(format!("D {grams} g"));
        single.push(format!("L {grams} g"));
    }
    let more = [
        "H 5.8 g pills",
        "H 7 g pills",
        "H 10 du pills",
        "H 11 du pills",
        "H 11 du other",
    ];
    single.extend(owned(&more));
    single.extend(owned(&["D 10 du other", "D 11 du other", "L 11 du other"]));
    let mut all = owned(&["none"]);
    for (i, a) in single.iter().enumerate() {
        all.push(a.clone());
        all.extend(single.iter().skip(i + 1).map(|b| format!("{a}, {b}")));
    }
    all
}

/// At and beside the edges of the windows in the random packs.
fn moments() -> Vec<String> {
    let days = ["2020-02-28", "2020-02-29", "2020-03-01", "2020-03-02"];
    let times = [
        "00:00", "01:59", "02:00", "11:59", "12:00", "19:59", "20:00", "21:59", "22:00",
    ];
    days.iter()
        .flat_map(|day| times.iter().map(move |time| format!("{day}T{time}-05:00")))
        .collect()
}

fn involvement() -> Vec<String> {
    let mut single = Vec::new();
    for kind in ["record", "direct_observation", "reliable_information"] {
        // Cut-offs: 30 days 2020-01-30, 6 months 2019-08-29, 24 months 2018-02-28.
        for date in [
            "2020-01-31",
            "2020-01-30",
            "2020-01-01",
            "2019-08-29",
            "2018-03-01",
            "2018-02-28",
            "2017-01-01",
        ] {
            for zone in ["in_zone", "out_of_zone"] {
                for paper in ["documented", "undocumented"] {
                    single.push(format!("{kind} {date} {zone} {paper}"));
                }
            }
        }
    }
    let mut all = owned(&["no"]);
    for (i, a) in single.iter().enumerate() {
        all.push(format!("yes {a}"));
        all.extend(single.iter().skip(i + 1).map(|b| format!("yes {a}; {b}")));
    }
    all
}

/// Every full answer to a question.
pub fn full(question: &Question) -> Vec<String> {
    match &question.answer {
        AnswerKind::Age => owned(&["0", "17", "18", "20", "21", "40"]),
        AnswerKind::Offences => offences(),
        AnswerKind::YesNo => owned(&["yes", "no"]),
        AnswerKind::Drugs { .. } => drugs(),
        AnswerKind::Complainant => owned(&["none", "declines", "wants"]),
        AnswerKind::Count => {
            let mut all = owned(&["0"]);
            for count in 1..=3 {
                all.extend(last_diversions(count));
            }
            all
        }
        AnswerKind::Time => moments(),
        AnswerKind::Involvement { .. } => involvement(),
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

/// So many diversions, the last at or beside a cut-off: 30 days 2020-01-30, a
/// year 2019-02-28.
fn last_diversions(count: u8) -> Vec<String> {
    let dates = [
        "2020-01-31",
        "2020-01-30",
        "2019-03-01",
        "2019-02-28",
        "2015",
    ];
    dates.map(|date| format!("{count} {date}")).into()
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
            // What is judged by sight is five years off at most.
            for (estimate, from, to) in [("17 estimated", 12, 22), ("25 estimated", 20, 30)] {
                add(estimate, (from..=to).map(|age| age.to_string()).collect());
            }
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
        AnswerKind::Drugs { .. } => {
            let grams = |before: &str, after: &str| {
                let gram = |grams: &&str| format!("{before}{grams} g{after}");
                GRAMS.iter().map(gram).collect()
            };
            add("D ? g", grams("D ", ""));
            add("L ? g", grams("L ", ""));
            add("D 3.999 g, L ? g", grams("D 3.999 g, L ", ""));
            add(
                "D 3 g, D ? g",
                owned(&[
                    "D 3 g, D 0.5 g",
                    "D 3 g, D 1 g",
                    "D 3 g, D 2.67 g",
                    "D 3 g, D 3.001 g",
                ]),
            );
            let each = |rest: &str| DRUGS.iter().map(|drug| format!("{drug} {rest}")).collect();
            add("U 5 g", each("5 g"));
            add("U 11 du other", each("11 du other"));
            add("H 11 du", owned(&["H 11 du pills", "H 11 du other"]));
            add("D 11 du", owned(&["D 11 du pills", "D 11 du other"]));
        }
        AnswerKind::Involvement { .. } => {
            let pieces = |kind: &str, date: &str, zone: &str, paper: &str| -> Vec<String> {
                involvement()
                    .into_iter()
                    .filter(|text| !text.contains(';'))
                    .filter(|text| {
                        text.split(' ').nth(1) == Some(kind)
                            && (date.is_empty() || text.contains(date))
                            && (zone.is_empty() || text.contains(&format!(" {zone}")))
                            && (paper.is_empty() || text.contains(&format!(" {paper}")))
                    })
                    .collect()
            };
            add(
                "yes",
                involvement()
                    .into_iter()
                    .filter(|text| text != "no")
                    .collect(),
            );
            add(
                "yes direct_observation in_zone documented",
                pieces("direct_observation", "", "in_zone", "documented"),
            );
            add(
                "yes record documented",
                pieces("record", "", "", "documented"),
            );
            add(
                "yes reliable_information 2018-02-28",
                pieces("reliable_information", "2018-02-28", "", ""),
            );
            // One piece of which all is said, and one of which it is not.
            let whole = "yes record 2017-01-01 out_of_zone undocumented";
            let besides = |more: Vec<String>| -> Vec<String> {
                let rows = more.iter().filter_map(|text| text.strip_prefix("yes "));
                rows.map(|row| format!("{whole}; {row}")).collect()
            };
            add(
                &format!("{whole}; direct_observation 2020-01-01"),
                besides(pieces("direct_observation", "2020-01-01", "", "")),
            );
            add(
                &format!("{whole}; reliable_information in_zone documented"),
                besides(pieces("reliable_information", "", "in_zone", "documented")),
            );
            add(
                "yes record 2020-01-01 documented",
                pieces("record", "2020-01-01", "", "documented"),
            );
            add(
                "yes direct_observation 2020-01-01 in_zone",
                pieces("direct_observation", "2020-01-01", "in_zone", ""),
            );
        }
        AnswerKind::History { .. } => add("yes", yes_dates()),
        AnswerKind::Matter { .. } => {
            add("yes", matters(&LEVELS, &["local", "elsewhere"]));
            add("yes felony", matters(&["felony"], &["local", "elsewhere"]));
            add("yes local", matters(&LEVELS, &["local"]));
            add("yes elsewhere", matters(&LEVELS, &["elsewhere"]));
        }
        AnswerKind::Count => {
            add("1", last_diversions(1));
            add("3", last_diversions(3));
        }
        AnswerKind::YesNo
        | AnswerKind::Zone { .. }
        | AnswerKind::Complainant
        | AnswerKind::Time => {}
    }
    partial
}
