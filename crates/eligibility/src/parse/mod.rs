//! From TOML to a [`RulePack`].
//!
//! Why: a pack is data that a site writes; everything that could go wrong with
//! it goes wrong here, with a line, a column and a fix, and never at a
//! screening. How it moves: text, spanned TOML, head and policy (this file),
//! rules (`rule.rs`), `[[test]]` cases (`pack_test.rs`), one plan for each
//! door. What it does not do: it runs no tests (`run_pack_tests`).

mod mistake;
mod offences;
mod params;
mod reader;
mod rule;

use handoff_domain::{Door, Facts, HistoryBasis, Role, SitePolicy};
use serde::Deserialize;
use toml::de::{DeTable, ValueDeserializer};

pub use mistake::{Meant, Names, PackError, PackMistake};
pub(crate) use reader::{Table, Text, Value};

use crate::amount::MAX_LIMITS;
use crate::ask::{Ask, NEXUS, Plain, SUPERVISION, is_name};
use crate::explain::POLICY_FIELDS;
use crate::pack::{NamedZone, PackQuestion, Rule, RulePack, pack_hash};
use crate::pack_test;
use crate::plan::{MAX_PER_DOOR, Plan, PlanLimit};
use handoff_domain::PackRef;

/// The largest pack that is read.
const MAX_BYTES: usize = 512 * 1024;

pub(crate) const DOORS: [(Door, &str); 3] = [
    (Door::ArrestDiversion, "arrest_diversion"),
    (Door::SocialContact, "social_contact"),
    (Door::Community, "community"),
];

const BASES: [(HistoryBasis, &str); 3] = [
    (HistoryBasis::Convicted, "convicted"),
    (HistoryBasis::Charged, "charged"),
    (HistoryBasis::HistoryOf, "history_of"),
];

pub(crate) fn roles() -> Vec<(Role, &'static str)> {
    Role::ALL
        .into_iter()
        .map(|role| (role, role.as_str()))
        .collect()
}

impl RulePack {
    /// Reads a pack.
    ///
    /// # Errors
    ///
    /// The first mistake, with its line, its column and what to do.
    pub fn parse(toml: &str) -> Result<Self, PackError> {
        let text = Text(toml);
        if toml.len() > MAX_BYTES {
            return Err(text.error(0..0, PackMistake::TooLarge { limit: MAX_BYTES }));
        }
        let document = DeTable::parse(toml).map_err(|error| {
            let message = error.message().to_owned();
            text.error(
                error.span().unwrap_or(0..0),
                PackMistake::Syntax { message },
            )
        })?;
        let root = Table::root(text, document.get_ref());
        root.takes(
            "the pack",
            &[
                "id",
                "version",
                "effective_from",
                "title",
                "policy",
                "zone",
                "offense_list",
                "question",
                "rule",
                "clear",
                "test",
            ],
        )?;
        let policy = policy(&root)?;
        let zones = each(&root, "zone", "[[zone]]", zone)?;
        unique(&root, "zone", &zones, "area", |zone| zone.id.clone())?;
        let lists = each(&root, "offense_list", "[[offense_list]]", offences::listing)?;
        unique(&root, "offense_list", &lists, "list", |list| {
            list.id.clone()
        })?;
        let questions = each(&root, "question", "[[question]]", question)?;
        unique(&root, "question", &questions, "question", |row| {
            row.ask.to_string()
        })?;
        let site = rule::Site {
            policy: &policy,
            zones: &zones,
            lists: &lists,
            questions: &questions,
        };
        let rules = each(&root, "rule", "[[rule]]", |table| site.rule(table))?;
        unique(&root, "rule", &rules, "rule", |rule| rule.id.clone())?;
        if rules.is_empty() {
            return Err(root.error(PackMistake::NoRules));
        }
        let plan = |door| Plan::of(&rules, door).map_err(|limit| over_limit(limit, &rules));
        let plans = [
            plan(Door::ArrestDiversion)?,
            plan(Door::SocialContact)?,
            plan(Door::Community)?,
        ];
        let mut pack = Self {
            reference: PackRef {
                id: root.id("id")?,
                version: root.words_text("version")?,
                hash: pack_hash(toml),
            },
            title: root.words("title")?,
            effective_from: root.date("effective_from")?,
            policy,
            zones,
            questions,
            rules,
            clear: Facts::default(),
            tests: Vec::new(),
            plans,
        };
        pack.clear = pack_test::clear(&root, &pack)?;
        pack.tests = pack_test::read(&root, &pack)?;
        Ok(pack)
    }
}

fn over_limit(limit: PlanLimit, rules: &[Rule]) -> PackError {
    let (rule, mistake) = match limit {
        PlanLimit::Rules { rule } => {
            let limit = MAX_PER_DOOR;
            (rule, PackMistake::TooManyRules { limit })
        }
        PlanLimit::Tests { rule } => {
            let limit = MAX_PER_DOOR;
            (rule, PackMistake::TooManyTests { limit })
        }
        PlanLimit::Entangled { rule } => (rule, PackMistake::TooEntangled),
        PlanLimit::Amounts { rule } => {
            let limit = MAX_LIMITS;
            (rule, PackMistake::TooManyAmounts { limit })
        }
        PlanLimit::AmountsOverlap { rule } => (rule, PackMistake::AmountsOverlap),
    };
    PackError {
        line: rules.get(rule).map_or(1, |rule| rule.line),
        column: 1,
        mistake,
    }
}

fn each<'a, 'i, T>(
    root: &Table<'a, 'i>,
    key: &'static str,
    name: &'static str,
    read: impl Fn(&Table<'a, 'i>) -> Result<T, PackError>,
) -> Result<Vec<T>, PackError> {
    let values = root.list(key)?.iter();
    values
        .map(|value| read(&Table::of(root.text, name, value)?))
        .collect()
}

fn unique<T>(
    root: &Table<'_, '_>,
    key: &'static str,
    rows: &[T],
    what: &'static str,
    id: impl Fn(&T) -> String,
) -> Result<(), PackError> {
    let mut seen = std::collections::BTreeSet::new();
    for (row, value) in rows.iter().zip(root.list(key)?) {
        let id = id(row);
        if !seen.insert(id.clone()) {
            return Err(root
                .text
                .error(value.span(), PackMistake::Duplicate { what, id }));
        }
    }
    Ok(())
}

fn policy(root: &Table<'_, '_>) -> Result<SitePolicy, PackError> {
    let value = root.need("policy")?;
    let table = Table::of(root.text, "[policy]", value)?;
    let policy =
        SitePolicy::deserialize(ValueDeserializer::from(value.clone())).map_err(|error| {
            let at = error.span().unwrap_or_else(|| value.span());
            root.text.error(
                at,
                PackMistake::Policy {
                    message: error.message().to_owned(),
                },
            )
        })?;
    let at = |key: &str| table.get(key).map_or_else(|| value.span(), Value::span);
    if policy.time_zone.parse::<chrono_tz::Tz>().is_err() {
        let mistake = PackMistake::UnknownTimeZone {
            name: policy.time_zone,
        };
        return Err(root.text.error(at("time_zone"), mistake));
    }
    if let Some(field) = policy
        .unverified
        .iter()
        .find(|f| !POLICY_FIELDS.contains(&f.as_str()))
    {
        let mistake = PackMistake::UnknownWord {
            key: "unverified".to_owned(),
            word: field.clone(),
            meant: Meant::among(field, POLICY_FIELDS),
            known: Names(POLICY_FIELDS.map(str::to_owned).into()),
        };
        return Err(root.text.error(at("unverified"), mistake));
    }
    if policy.decides.is_empty() {
        return Err(root.text.error(at("decides"), PackMistake::NobodyDecides));
    }
    if policy.doors.is_empty() {
        return Err(root.text.error(at("doors"), PackMistake::NoDoors));
    }
    if policy.script.en.trim().is_empty() || policy.script.es.trim().is_empty() {
        let mistake = PackMistake::NoWords {
            key: "script".to_owned(),
        };
        return Err(root.text.error(at("script"), mistake));
    }
    Ok(policy)
}

fn zone(table: &Table<'_, '_>) -> Result<NamedZone, PackError> {
    table.takes(
        "[[zone]]",
        &["id", "name", "bounds", "geojson", "source", "verified"],
    )?;
    let (source, verified) = provenance(table)?;
    Ok(NamedZone {
        id: table.id("id")?,
        name: table.words("name")?,
        bounds: table
            .get("bounds")
            .map(|_| table.words("bounds"))
            .transpose()?,
        shape: params::shape(table)?,
        source,
        verified,
    })
}

/// Where a text stands and whether it was checked; what is not recorded is not
/// verified.
fn provenance(table: &Table<'_, '_>) -> Result<(String, bool), PackError> {
    let source = table
        .optional("source")?
        .map(str::trim)
        .filter(|source| !source.is_empty());
    let verified = table.flag("verified")?.unwrap_or(false);
    match source {
        None if verified => Err(table.error(PackMistake::VerifiedWithoutSource)),
        None => Ok(("not recorded".to_owned(), false)),
        Some("not recorded") if verified => Err(table.error(PackMistake::VerifiedWithoutSource)),
        Some(source) => Ok((source.to_owned(), verified)),
    }
}

fn question(table: &Table<'_, '_>) -> Result<PackQuestion, PackError> {
    table.takes("[[question]]", &["id", "en", "es", "basis"])?;
    let basis = table
        .get("basis")
        .map(|value| table.word("basis", value, &BASES))
        .transpose()?;
    Ok(PackQuestion {
        ask: ask(table, "id", table.need("id")?)?,
        words: table.own_words()?,
        basis: basis.unwrap_or(HistoryBasis::HistoryOf),
        line: table.text.line_of(table.at.start).0,
    })
}

pub(crate) fn ask(table: &Table<'_, '_>, key: &str, value: &Value<'_>) -> Result<Ask, PackError> {
    let Some(id) = value.get_ref().as_str() else {
        return Err(table.wrong(key, value, "the id of a question, in quotes"));
    };
    ask_at(table.text, id, value.span())
}

pub(crate) fn ask_at(
    text: Text<'_>,
    id: &str,
    at: std::ops::Range<usize>,
) -> Result<Ask, PackError> {
    id.parse().map_err(|_| {
        let mistake = match id.split_once('.') {
            Some(("history" | "site", name)) if !is_name(name) => PackMistake::BadId {
                id: name.to_owned(),
            },
            _ => {
                let ids = question_ids();
                let meant = Meant::among(id, ids.iter().map(String::as_str));
                PackMistake::UnknownQuestion {
                    id: id.to_owned(),
                    meant,
                }
            }
        };
        text.error(at, mistake)
    })
}

/// The ids of all questions that every pack may ask.
#[must_use]
pub fn question_ids() -> Vec<String> {
    let structured = Ask::STRUCTURED;
    let supervision = SUPERVISION.map(|(kind, _)| Ask::Supervision(kind));
    let nexus = NEXUS.map(|(kind, _)| Ask::Nexus(kind));
    let plain = Plain::ALL.map(|(plain, _)| Ask::Plain(plain));
    let all = structured
        .into_iter()
        .chain(supervision)
        .chain(nexus)
        .chain(plain);
    all.map(|ask| ask.to_string()).collect()
}
