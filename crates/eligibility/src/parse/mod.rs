//! From TOML to a [`RulePack`].
//!
//! Why: a pack is data that a site writes; everything that could go wrong with
//! it goes wrong here, with a line, a column and a fix, and never at a
//! screening. How it moves: text, spanned TOML, `[policy]` (`policy.rs`), areas
//! and questions (this file), rules (`rule.rs`), one plan for each door,
//! `[[test]]` cases (`pack_test.rs`); what does not read is noted (`found.rs`)
//! and the rest is read all the same. What it does not do: it runs no tests (`run_pack_tests`).

mod found;
mod mistake;
mod offences;
mod params;
mod policy;
mod reader;
mod rule;

use handoff_domain::{Door, Facts, HistoryBasis, PackRef, Role};
use toml::de::DeTable;

pub(crate) use found::Found;
pub use mistake::{Meant, Names, PackError, PackMistake};
pub(crate) use reader::{Table, Text, Value};

use crate::amount::MAX_LIMITS;
use crate::ask::{Ask, NEXUS, Plain, SUPERVISION, is_name};
use crate::pack::{NOT_RECORDED, NamedZone, PackQuestion, Rule, RulePack, pack_hash};
use crate::pack_test;
use crate::plan::{MAX_PER_DOOR, Plan, PlanLimit};

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
        let mut found = Found::default();
        let pack = read(toml, &mut found);
        match (found.into_errors().into_iter().next(), pack) {
            (None, Some(pack)) => Ok(pack),
            (Some(error), _) => Err(error),
            (None, None) => Err(Text(toml).error(0..0, PackMistake::NoRules)),
        }
    }

    /// Reads a pack, and does not stop at the first mistake.
    ///
    /// # Errors
    ///
    /// Every mistake that is not a consequence of another, in the order of the
    /// lines. Parts that only make sense together are looked at when each of
    /// them reads, so a second run may find more.
    pub fn read_whole(toml: &str) -> Result<Self, Vec<PackError>> {
        let mut found = Found::default();
        let pack = read(toml, &mut found);
        let mut errors = found.into_errors();
        match pack {
            Some(pack) if errors.is_empty() => Ok(pack),
            _ => {
                errors.sort_by_key(|error| (error.line, error.column));
                Err(errors)
            }
        }
    }
}

fn read(toml: &str, found: &mut Found) -> Option<RulePack> {
    let text = Text(toml);
    if toml.len() > MAX_BYTES {
        let mistake = PackMistake::TooLarge { limit: MAX_BYTES };
        found.note(text.error(0..0, mistake));
        return None;
    }
    let document = match DeTable::parse(toml) {
        Ok(document) => document,
        Err(error) => {
            found.note(text.syntax(error.span().unwrap_or(0..0), error.message()));
            return None;
        }
    };
    let root = Table::root(text, document.get_ref());
    found.take(root.takes(
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
    ));
    let policy = policy::policy(&root, found);
    let zones = found.each(&root, "zone", "[[zone]]", zone);
    found.unique(&root, "zone", "area");
    let lists = found.each(&root, "offense_list", "[[offense_list]]", offences::listing);
    found.unique(&root, "offense_list", "list");
    let questions = found.each(&root, "question", "[[question]]", question);
    found.unique(&root, "question", "question");
    let site = rule::Site {
        policy: policy.as_ref(),
        zones: &zones,
        lists: &lists,
        questions: &questions,
    };
    let before = found.count();
    let rules = found.each(&root, "rule", "[[rule]]", |table| site.rule(table));
    found.unique(&root, "rule", "rule");
    if rules.is_empty() && found.count() == before {
        found.note(root.error(PackMistake::NoRules));
    }
    let mut plan = |door| {
        let plan = Plan::of(&rules, door).map_err(|limit| over_limit(limit, &rules));
        found.take(plan)
    };
    let plans = [
        plan(Door::ArrestDiversion),
        plan(Door::SocialContact),
        plan(Door::Community),
    ];
    let id = found.take(root.id("id"));
    let version = found.take(root.words_text("version"));
    let title = found.take(root.words("title"));
    let effective_from = found.take(root.date("effective_from"));
    let [arrest, social, community] = plans;
    // Where a part did not read, a stand-in holds its place for the cases; a pack
    // with a mistake is never handed out.
    let mut pack = RulePack {
        reference: PackRef {
            id: id.unwrap_or_default(),
            version: version.unwrap_or_default(),
            hash: pack_hash(toml),
        },
        title: title.unwrap_or_default(),
        effective_from: effective_from.unwrap_or_default(),
        policy: policy.unwrap_or_else(policy::stand_in),
        zones,
        questions,
        rules,
        clear: Facts::default(),
        tests: Vec::new(),
        plans: [
            arrest.unwrap_or_default(),
            social.unwrap_or_default(),
            community.unwrap_or_default(),
        ],
    };
    let before = found.count();
    pack.clear = pack_test::clear(&root, &pack, before, found);
    pack.tests = pack_test::read(&root, &pack, before, found);
    Some(pack)
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
        PlanLimit::SpansCross { rule } => (rule, PackMistake::SpansCross),
    };
    PackError {
        line: rules.get(rule).map_or(1, |rule| rule.line),
        column: 1,
        mistake,
    }
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
        None => Ok((NOT_RECORDED.to_owned(), false)),
        Some(NOT_RECORDED) if verified => Err(table.error(PackMistake::VerifiedWithoutSource)),
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
                // Whoever writes `site_crisis` or `crisis` may have meant a
                // question of their own; the message says how those begin.
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
