//! `handoff pack new`: asks what a site's policy says, and writes a commented
//! pack that passes its check.
//!
//! Why: an empty file teaches nobody a format. How it moves: the answers come
//! from `--answer`, else from standard input a line at a time, else are the
//! defaults; `new/rules.rs` says which rules are offered, `new/write.rs` writes
//! the text, and the text is parsed and run before it is kept. What it does not
//! do: it makes no policy: what nobody said is left out, or marked as what no
//! text bears out.

mod rules;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::str::FromStr;

use chrono::NaiveDate;
use chrono_tz::Tz;
use handoff_device::Host;
use handoff_domain::{Door, Role};
use handoff_eligibility::{RulePack, is_pack_id, lint, run_pack_tests};
use serde::Serialize;

use crate::input::Source;
use crate::output::{self, Failure};
use crate::prompt::Prompt;
use rules::{OFFERS, Offer};

/// `KEY=TEXT`.
#[derive(Clone, Debug)]
pub struct Given {
    key: String,
    text: String,
}

impl FromStr for Given {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, text) = text.split_once('=').ok_or("write it as KEY=ANSWER")?;
        Ok(Self {
            key: key.trim().to_owned(),
            text: text.trim().to_owned(),
        })
    }
}

/// What the questions came to.
pub struct Answers {
    pub title: String,
    pub title_es: String,
    pub id: String,
    pub effective_from: NaiveDate,
    pub time_zone: String,
    pub doors: Vec<Door>,
    pub decides: Vec<Role>,
    /// Each rule with its severity and the text of its parameter.
    pub rules: Vec<(&'static Offer, &'static str, String)>,
}

#[derive(Serialize)]
struct Written {
    file: String,
    pack: handoff_domain::PackRef,
    rules: usize,
    cases: usize,
}

/// Asks and writes.
///
/// # Errors
/// [`Failure`] when an answer is missing, or the file is there already.
pub fn run(file: &Source, given: &[Given], defaults: bool, json: bool) -> Result<(), Failure> {
    if let Source::File(path) = file
        && path.exists()
    {
        return Err(Failure::refused(format!(
            "{file}: there is such a file already. Nothing was changed. Give a file that does not exist yet."
        )));
    }
    let mut asker = Asker::of(given, defaults)?;
    let mut prompt = Prompt::new(io::stdin().lock(), io::stderr());
    let answers = asker.all(&mut prompt)?;
    let text = write::toml(&answers);
    let pack = checked(&text)?;
    let Source::File(path) = file else {
        return output::answer(false, &text, |text| text.trim_end().to_owned());
    };
    File::create_new(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            let fix = match error.kind() {
                io::ErrorKind::AlreadyExists => "Give a file that does not exist yet",
                _ => "Check the folder and who may write there",
            };
            Failure::refused(format!(
                "{file}: the pack cannot be written ({error}). Nothing was changed. {fix}."
            ))
        })?;
    let written = Written {
        file: file.to_string(),
        pack: pack.pack_ref(),
        rules: pack.rules().len(),
        cases: run_pack_tests(&pack).len(),
    };
    output::answer(json, &written, |written| {
        format!(
            "{}: a pack of {} rules and {} cases. It passes its check; it is not your policy yet.\nNext: open the file, put your policy's own words into each clause, and run: handoff pack check {}",
            written.file, written.rules, written.cases, written.file
        )
    })
}

/// The text is a pack that passes its own check, or nothing is written.
fn checked(text: &str) -> Result<RulePack, Failure> {
    let wrong = |what: String| {
        Failure::refused(format!(
            "these answers do not make a pack: {what}. Nothing was written. Answer otherwise and try again."
        ))
    };
    let pack = RulePack::parse(text).map_err(|error| wrong(error.mistake.to_string()))?;
    let results = run_pack_tests(&pack);
    if let Some(case) = results.iter().find(|case| !case.failures.is_empty()) {
        return Err(wrong(format!(
            "the case “{}” comes out otherwise",
            case.name
        )));
    }
    match lint(&pack).first() {
        Some(warning) => Err(wrong(warning.what.to_string())),
        None => Ok(pack),
    }
}

struct Asker<'a> {
    given: BTreeMap<&'a str, &'a str>,
    defaults: bool,
}

impl<'a> Asker<'a> {
    fn of(given: &'a [Given], defaults: bool) -> Result<Self, Failure> {
        let mut known = vec![
            "title",
            "title_es",
            "effective_from",
            "id",
            "time_zone",
            "doors",
            "decides",
        ];
        for offer in OFFERS {
            known.push(offer.key);
            known.extend(offer.param.map(|param| param.key));
        }
        if let Some(given) = given.iter().find(|given| !known.contains(&&*given.key)) {
            let meant = crate::input::Meant::among(&given.key, known.iter().copied());
            return Err(Failure::usage(format!(
                "--answer: there is no question `{}`{meant}; the questions are {}.",
                given.key,
                known.join(", ")
            )));
        }
        let given = given.iter().map(|given| (&*given.key, &*given.text));
        Ok(Self {
            given: given.collect(),
            defaults,
        })
    }

    fn all<R: BufRead, W: Write>(&mut self, prompt: &mut Prompt<R, W>) -> Result<Answers, Failure> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        const WORDS: &str = "some words";
        let title = self.one(
            prompt,
            "title",
            "The programme's name, in English",
            None,
            (WORDS, text),
        )?;
        let title_es = self.one(
            prompt,
            "title_es",
            "The same in Spanish",
            Some(&title),
            (WORDS, text),
        )?;
        let zone = self.one(
            prompt,
            "time_zone",
            "The site's time zone, such as America/Chicago",
            Some("America/New_York"),
            ("an IANA name such as America/Chicago", time_zone),
        )?;
        let today = Host::system().local(zone).date_naive().to_string();
        let effective_from: NaiveDate = self.one(
            prompt,
            "effective_from",
            "The first day on which the policy is in force, as YYYY-MM-DD",
            Some(&today),
            ("a day as YYYY-MM-DD", |text: &str| {
                text.parse::<NaiveDate>().ok()
            }),
        )?;
        let id = format!("{}-{}", slug(&title), effective_from.format("%Y"));
        let id = self.one(
            prompt,
            "id",
            "The pack's id: a-z, 0-9, - and _",
            Some(&id),
            ("a-z, 0-9, - and _, at most 64 of them", |text: &str| {
                is_pack_id(text).then(|| text.to_owned())
            }),
        )?;
        let doors = self.one(
            prompt,
            "doors",
            "The kinds of referral that the site takes: arrest_diversion, social_contact, community",
            Some("arrest_diversion, social_contact"),
            (&names(&Door::ALL, |door| door.as_str()), |text: &str| {
                list(text, &Door::ALL, |door| door.as_str())
            }),
        )?;
        let decides = self.one(
            prompt,
            "decides",
            "Who decides on a referral: prosecutor_liaison, project_manager, case_manager, …",
            Some("prosecutor_liaison"),
            (&names(&Role::ALL, |role| role.as_str()), |text: &str| {
                list(text, &Role::ALL, |role| role.as_str())
            }),
        )?;
        prompt.say("\nNow the rules. For each: no, or how much it weighs in your policy:\n  hard         who does not meet it is excluded\n  presumptive  excluded, unless somebody sets it aside\n  refer_up     staff decide\n  advisory     for information only\n")?;
        let mut rules = Vec::new();
        for offer in OFFERS {
            if offer.arrest_only && !doors.contains(&Door::ArrestDiversion) {
                continue;
            }
            let ask = format!("“{}”", offer.rule.0);
            let weight = |text: &str| rules::WEIGHTS.into_iter().find(|weight| *weight == text);
            let weight = self.one(
                prompt,
                offer.key,
                &ask,
                Some(offer.default),
                (&rules::WEIGHTS.join(", "), weight),
            )?;
            if weight == "no" {
                continue;
            }
            let param = match offer.param {
                None => String::new(),
                Some(param) => self.one(
                    prompt,
                    param.key,
                    param.ask,
                    Some(param.default),
                    (param.takes, param.write),
                )?,
            };
            rules.push((offer, weight, param));
        }
        Ok(Answers {
            title,
            title_es,
            id,
            effective_from,
            time_zone: zone.name().to_owned(),
            doors,
            decides,
            rules,
        })
    }

    /// One answer: given beforehand, by default, or asked until it reads.
    /// `takes` says what does, and reads it.
    fn one<T, R: BufRead, W: Write>(
        &self,
        prompt: &mut Prompt<R, W>,
        key: &'static str,
        ask: &str,
        default: Option<&str>,
        (takes, read): (&str, impl Fn(&str) -> Option<T>),
    ) -> Result<T, Failure> {
        let known = self.given.get(key).copied();
        let known = known.or(default.filter(|_| self.defaults));
        if let Some(text) = known {
            return read(text).ok_or_else(|| {
                Failure::refused(format!(
                    "the answer to `{key}` does not read. Nothing was written. It takes: {takes}."
                ))
            });
        }
        let shown = default.map_or_else(String::new, |default| format!(" [{default}]"));
        loop {
            let Some(line) = prompt.ask(&format!("{ask}{shown}:"))? else {
                let or = match default {
                    Some(_) => ", or take the defaults with --defaults",
                    None => "; it has no default",
                };
                return Err(Failure::refused(format!(
                    "the answers end before `{key}` ({ask}). Nothing was written. Answer it, or give it as --answer {key}=…{or}."
                )));
            };
            let line = if line.is_empty() {
                default.unwrap_or("")
            } else {
                &line
            };
            match read(line) {
                Some(value) => return Ok(value),
                None => prompt.say(&format!(
                    "  That does not read; it takes {takes}. Once more:"
                ))?,
            }
        }
    }
}

/// A zone by its IANA name, or by its city alone where only one has it.
fn time_zone(text: &str) -> Option<Tz> {
    text.parse().ok().or_else(|| {
        let city = text.replace(' ', "_");
        let is_city = |zone: &&Tz| {
            let last = zone.name().rsplit('/').next();
            zone.name().starts_with("America/")
                && last.is_some_and(|l| l.eq_ignore_ascii_case(&city))
        };
        let mut found = chrono_tz::TZ_VARIANTS.iter().filter(is_city);
        found.next().copied().filter(|_| found.next().is_none())
    })
}

fn names<T>(all: &[T], name: impl Fn(&T) -> &'static str) -> String {
    let all: Vec<&str> = all.iter().map(name).collect();
    format!("one or more of {}, with commas", all.join(", "))
}

fn list<T: Copy>(text: &str, all: &[T], name: impl Fn(&T) -> &'static str) -> Option<Vec<T>> {
    let one = |word: &str| all.iter().find(|value| name(value) == word.trim()).copied();
    text.split(',').map(one).collect()
}

/// A name as an id: letters and figures, with single hyphens between.
fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(48).collect();
    if slug.is_empty() {
        "pack".to_owned()
    } else {
        slug
    }
}
