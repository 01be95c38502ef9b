//! Answers as a person types them: `age = 30`, `open_warrant = unknown`.
//!
//! Why: test cases in a pack, trying a pack in a terminal and this crate's own
//! tests all say an answer to a question in a word or two. How it moves:
//! [`answer`] puts the text where the question's answer stands in [`Facts`].
//! What it does not do: it is not the format of records, and it checks only
//! that the text is an answer of the question's kind, not that it is plausible
//! (`Facts::validate`).

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use handoff_domain::{
    Age, AgeBasis, Answer, Answered, Complainant, ComplainantAnswer, DrugAmount, DrugForm, Facts,
    HistoryAnswer, Involvement, InvolvementAnswer, MatterAnswer, MatterPlace, OffenceLevel,
    PartialDate, SuspectedOffence, Zone, ZoneAnswer,
};

use crate::ask::{Ask, named};
use crate::kind_table::{DRUGS, EVIDENCE, UNITS};

/// The text is no answer of the question's kind; this is what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{takes}")]
pub struct NotAnAnswer {
    /// What the question takes.
    pub takes: &'static str,
}

/// What to type for the answer to `ask`.
#[must_use]
pub fn takes(ask: &Ask) -> &'static str {
    match ask {
        Ask::Age => {
            "a birth date (1996-05-04), years (30, or \"17 estimated\"), a band (16-20, 40+) or unknown"
        }
        Ask::SuspectedOffences => {
            "NIBRS codes with commas, each perhaps with a level and a statute in round brackets (\"35A misdemeanor, 90Z misdemeanor (TRC 521.457)\"; ? for a code not known), or unknown"
        }
        Ask::Drugs => {
            "NIBRS drug letters with an amount and a unit, and perhaps pills (\"D 6.1 g, H 40 du pills\"; for an amount not measured \"D ? g\"), none or unknown"
        }
        Ask::EncounterAt => {
            "a date and a time by the clock at the site (2018-03-06 12:00), perhaps with its offset from UTC (2018-03-06T12:00-05:00), or unknown"
        }
        Ask::Complainant => {
            "none (nobody was harmed), consents or declines (does not want prosecution), wants (wants it) or unknown"
        }
        Ask::PriorInvolvement => {
            "no, unknown, or yes, perhaps with evidence (\"yes record 2019-05 in_zone documented\"; more after a semicolon)"
        }
        Ask::PriorDiversions => {
            "a count, perhaps with the date or year of the last (\"2 2019-05\"), or unknown"
        }
        Ask::Zone => "ids of areas with commas, outside or unknown",
        Ask::OpenCase | Ask::OpenWarrant => {
            "no, unknown, or yes, perhaps with a level and local or elsewhere (\"yes felony local\")"
        }
        Ask::SexOffenceHistory | Ask::History(_) => {
            "no, unknown, or yes, perhaps with the most recent date or year (\"yes 2019\")"
        }
        Ask::Supervision(_) | Ask::Nexus(_) | Ask::Plain(_) | Ask::Site(_) => "yes, no or unknown",
    }
}

/// Puts the answer `text` to `ask` into `facts`.
///
/// # Errors
///
/// What the question takes, if the text is not that; `facts` is then as before.
pub fn answer(facts: &mut Facts, ask: &Ask, text: &str) -> Result<(), NotAnAnswer> {
    answer_in(facts, ask, text, None)
}

/// The same, where a moment may be written as the clock on the wall in `zone`
/// shows it.
///
/// # Errors
///
/// What the question takes, if the text is not that, or why the clock never
/// shows that time or shows it twice; `facts` is then as before.
pub fn answer_in(
    facts: &mut Facts,
    ask: &Ask,
    text: &str,
    zone: Option<Tz>,
) -> Result<(), NotAnAnswer> {
    let text = text.trim();
    if let (Ask::EncounterAt, Some(local), Some(zone)) = (ask, local(text), zone) {
        let takes = match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => {
                facts.encounter_at = Some(at.fixed_offset());
                return Ok(());
            }
            LocalResult::None => {
                "that time does not happen: the clock is set forward over it; write another"
            }
            LocalResult::Ambiguous(..) => {
                "that time happens twice, because the clock is set back: add its offset from UTC, as in 2024-11-03T01:30-04:00"
            }
        };
        return Err(NotAnAnswer { takes });
    }
    put(facts, ask, text).ok_or(NotAnAnswer { takes: takes(ask) })
}

/// A date and a time without an offset.
fn local(text: &str) -> Option<NaiveDateTime> {
    const FORMATS: [&str; 4] = [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
    ];
    FORMATS
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn put(facts: &mut Facts, ask: &Ask, text: &str) -> Option<()> {
    match ask {
        Ask::Age => facts.age = age(text)?,
        Ask::SuspectedOffences => facts.suspected_offences = offences(text)?,
        Ask::Zone => {
            let answer = zone(text)?;
            facts.zone = Some(ZoneAnswer {
                answer,
                ..ZoneAnswer::default()
            });
        }
        Ask::Drugs => (facts.drugs, facts.drugs_found) = drugs(text)?,
        Ask::EncounterAt => facts.encounter_at = moment(text)?,
        Ask::Complainant => {
            facts.complainant = Some(ComplainantAnswer {
                answer: named(&COMPLAINANT, text)?,
                ..ComplainantAnswer::default()
            });
        }
        Ask::PriorInvolvement => facts.prior_involvement = Some(involvement(text)?),
        Ask::PriorDiversions => {
            (facts.prior_diversions, facts.last_diversion) = diversions(text)?;
        }
        Ask::OpenCase => facts.open_case = Some(matter(text)?),
        Ask::OpenWarrant => facts.open_warrant = Some(matter(text)?),
        Ask::SexOffenceHistory => facts.sex_offence_history = Some(history(text)?),
        Ask::History(class) => {
            facts.history.insert(class.clone(), history(text)?);
        }
        Ask::Supervision(kind) => {
            facts.supervision.insert(*kind, answered(text)?);
        }
        Ask::Nexus(kind) => {
            facts.nexus.insert(*kind, answered(text)?);
        }
        Ask::Plain(plain) => *plain.slot(facts) = Some(answered(text)?),
        Ask::Site(id) => {
            facts.site.insert(id.clone(), answered(text)?);
        }
    }
    Some(())
}

fn diversions(text: &str) -> Option<(Option<u16>, Option<PartialDate>)> {
    if text == "unknown" {
        return Some((None, None));
    }
    let (count, date) = match text.split_once(' ') {
        None => (text, None),
        Some((count, date)) => (count, Some(date.trim().parse().ok()?)),
    };
    let count: u16 = count.parse().ok()?;
    (count > 0 || date.is_none()).then_some((Some(count), date))
}

fn yes_no(text: &str) -> Option<Answer> {
    match text {
        "yes" => Some(Answer::Yes),
        "no" => Some(Answer::No),
        "unknown" => Some(Answer::Unknown),
        _ => None,
    }
}

fn answered(text: &str) -> Option<Answered> {
    Some(Answered {
        answer: yes_no(text)?,
        ..Answered::default()
    })
}

fn age(text: &str) -> Option<Option<Age>> {
    if text == "unknown" {
        return Some(None);
    }
    if let Ok(birth) = text.parse::<NaiveDate>() {
        return Some(Some(Age::BirthDate(birth)));
    }
    if let Some(from) = text.strip_suffix('+') {
        return Some(Some(Age::Band {
            from: from.parse().ok()?,
            to: None,
        }));
    }
    if let Some((from, to)) = text.split_once('-') {
        return Some(Some(Age::Band {
            from: from.parse().ok()?,
            to: Some(to.parse().ok()?),
        }));
    }
    let (years, basis) = match text.split_once(' ') {
        None => (text, AgeBasis::Stated),
        Some((years, "stated")) => (years, AgeBasis::Stated),
        Some((years, "estimated")) => (years, AgeBasis::Estimated),
        Some(_) => return None,
    };
    Some(Some(Age::Years {
        years: years.parse().ok()?,
        basis,
    }))
}

fn level(text: &str) -> Option<OffenceLevel> {
    match text {
        "infraction" => Some(OffenceLevel::Infraction),
        "misdemeanor" => Some(OffenceLevel::Misdemeanor),
        "felony" => Some(OffenceLevel::Felony),
        _ => None,
    }
}

fn offences(text: &str) -> Option<Vec<SuspectedOffence>> {
    if text == "unknown" {
        return Some(Vec::new());
    }
    let one = |text: &str| {
        let (text, statute) = match text.trim().strip_suffix(')') {
            Some(text) => text
                .split_once('(')
                .map(|(text, statute)| (text, Some(statute.trim().to_owned())))?,
            None => (text, None),
        };
        let mut words = text.split_whitespace();
        let code = words.next()?;
        let level = match words.next() {
            Some(word) => Some(level(word)?),
            None => None,
        };
        let is_coded = code != "?";
        words.next().is_none().then(|| SuspectedOffence {
            code: is_coded.then(|| code.to_owned()),
            level,
            statute,
            local_text: (!is_coded).then(|| "not coded".to_owned()),
        })
    };
    outside_brackets(text).into_iter().map(one).collect()
}

/// The pieces between commas that stand in no round brackets: a citation may
/// have commas of its own.
fn outside_brackets(text: &str) -> Vec<&str> {
    let (mut pieces, mut depth, mut start) = (Vec::new(), 0i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => {
                pieces.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.extend(text.get(start..));
    pieces
}

fn zone(text: &str) -> Option<Zone> {
    match text {
        "outside" => Some(Zone::Outside),
        "unknown" => Some(Zone::Unknown),
        areas => {
            let areas: BTreeSet<String> = areas.split(',').map(|a| a.trim().to_owned()).collect();
            areas
                .iter()
                .all(|area| crate::ask::is_name(area))
                .then_some(Zone::Inside(areas))
        }
    }
}

fn matter(text: &str) -> Option<MatterAnswer> {
    let mut words = text.split_whitespace();
    let mut matter = MatterAnswer {
        answer: yes_no(words.next()?)?,
        ..MatterAnswer::default()
    };
    for word in words {
        match word {
            "local" => matter.place = Some(MatterPlace::Local),
            "elsewhere" => matter.place = Some(MatterPlace::Elsewhere),
            word => matter.most_serious = Some(level(word)?),
        }
    }
    Some(matter)
}

fn history(text: &str) -> Option<HistoryAnswer> {
    let (answer, date) = match text.split_once(' ') {
        None => (text, None),
        Some((answer, date)) => (answer, Some(date.trim().parse().ok()?)),
    };
    Some(HistoryAnswer {
        answer: yes_no(answer)?,
        most_recent: date,
        ..HistoryAnswer::default()
    })
}

/// Policies ask whether a victim consents, or whether one wants prosecution; it
/// is one fact.
const COMPLAINANT: [(Complainant, &str); 6] = [
    (Complainant::DeclinesProsecution, "consents"),
    (Complainant::WantsProsecution, "objects"),
    (Complainant::None, "none"),
    (Complainant::DeclinesProsecution, "declines"),
    (Complainant::WantsProsecution, "wants"),
    (Complainant::Unknown, "unknown"),
];

fn moment(text: &str) -> Option<Option<DateTime<FixedOffset>>> {
    if text == "unknown" {
        return Some(None);
    }
    let read = |format| DateTime::parse_from_str(text, format).ok();
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| read("%Y-%m-%dT%H:%M%:z"))
        .map(Some)
}

fn drugs(text: &str) -> Option<(Vec<DrugAmount>, Option<Answered>)> {
    match text {
        "none" => return Some((Vec::new(), Some(answered("no")?))),
        "unknown" => return Some((Vec::new(), None)),
        _ => {}
    }
    let one = |text: &str| {
        let mut words = text.split_whitespace();
        let drug = named(&DRUGS, words.next()?)?;
        let quantity = match words.next()? {
            "?" => None,
            number => Some(number.parse().ok()?),
        };
        let unit = named(&UNITS, words.next()?)?;
        let form = match words.next() {
            None => DrugForm::Unstated,
            Some("pills") => DrugForm::PrescriptionPills,
            Some("other") => DrugForm::Other,
            Some(_) => return None,
        };
        words.next().is_none().then_some(DrugAmount {
            drug,
            quantity,
            unit,
            estimated: false,
            form,
        })
    };
    let rows: Option<Vec<_>> = text.split(',').map(one).collect();
    Some((rows?, None))
}

fn involvement(text: &str) -> Option<InvolvementAnswer> {
    let (said, rest) = text.split_once(' ').unwrap_or((text, ""));
    let pieces = rest.split(';').map(str::trim).filter(|row| !row.is_empty());
    let evidence = pieces.map(evidence).collect::<Option<Vec<_>>>()?;
    let answer = yes_no(said)?;
    (answer == Answer::Yes || evidence.is_empty()).then_some(InvolvementAnswer { answer, evidence })
}

fn evidence(text: &str) -> Option<Involvement> {
    let mut words = text.split_whitespace();
    let mut row = Involvement {
        evidence: named(&EVIDENCE, words.next()?)?,
        date: None,
        in_zone: Answer::Unknown,
        documented: Answer::Unknown,
        source_role: None,
        basis: None,
    };
    for word in words {
        match word {
            "in_zone" => row.in_zone = Answer::Yes,
            "out_of_zone" => row.in_zone = Answer::No,
            "documented" => row.documented = Answer::Yes,
            "undocumented" => row.documented = Answer::No,
            date => row.date = Some(date.parse().ok()?),
        }
    }
    Some(row)
}
