//! A rule pack: one version of one site's policy, as data.
//!
//! Why: every published criterion found differs from site to site and from
//! door to door, and a site that nobody here has heard of must be able to write
//! its own. How it moves: [`RulePack::parse`] reads TOML, [`crate::screen`]
//! uses it, entries keep its [`PackRef`]. What it does not do: it is never
//! changed after parsing, and old screenings are never computed again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use handoff_domain::{
    Door, Facts, FieldError, FieldErrorCode, HistoryBasis, PackHash, PackRef, Role, Severity,
    SitePolicy, Words, Zone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::Ask;
use crate::expr::Expr;
use crate::kind::RuleKind;
use crate::offence_list::names;
use crate::pack_test::PackTest;
use crate::plan::Plan;
use crate::predicate::{Predicate, Test};
use crate::shape::Shape;

/// The source of what names none.
pub(crate) const NOT_RECORDED: &str = "not recorded";

/// A site's policy: rules, questions, areas and everything beside them.
#[derive(Clone, Debug)]
pub struct RulePack {
    pub(crate) reference: PackRef,
    pub(crate) title: Words,
    pub(crate) effective_from: NaiveDate,
    pub(crate) policy: SitePolicy,
    pub(crate) zones: Vec<NamedZone>,
    pub(crate) questions: Vec<PackQuestion>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) clear: Facts,
    pub(crate) tests: Vec<PackTest>,
    pub(crate) plans: [Plan; 3],
}

/// An area that the site names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct NamedZone {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Its bounds in words, as the site's text gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Words>,
    /// Where it is on a map; absent = the officer says.
    #[serde(skip)]
    pub shape: Option<Arc<Shape>>,
    /// Where that stands.
    pub source: String,
    /// Whether it was checked against the site's own text.
    pub verified: bool,
}

/// A question as the pack words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackQuestion {
    /// What it asks.
    pub ask: Ask,
    /// How the pack says it.
    pub words: Words,
    /// For histories: what counts.
    pub basis: HistoryBasis,
    /// The line of the pack on which it begins.
    pub(crate) line: u32,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, unique in the pack.
    pub id: String,
    /// Its kind and parameters.
    pub kind: RuleKind,
    /// The kind's name.
    pub kind_name: &'static str,
    /// The kind's parameters as the pack writes them.
    pub params: BTreeMap<&'static str, String>,
    /// How much it weighs.
    pub severity: Severity,
    /// For which doors; empty = all.
    pub doors: BTreeSet<Door>,
    /// The clause of the site's policy it stands for.
    pub clause: String,
    /// Where that clause stands.
    pub source: String,
    /// Whether it was checked against the site's own text.
    pub verified: bool,
    /// The rule in plain words.
    pub words: Words,
    /// Who may waive it.
    pub waivable_by: Vec<Role>,
    pub(crate) passes: Expr<Test>,
    /// The line of the pack on which it begins.
    pub(crate) line: u32,
}

impl Rule {
    /// Whether it names a text of the site.
    #[must_use]
    pub fn has_source(&self) -> bool {
        self.source != NOT_RECORDED
    }

    /// Whether the rule is for this door.
    #[must_use]
    pub fn applies_to(&self, door: Door) -> bool {
        self.doors.is_empty() || self.doors.contains(&door)
    }

    /// Whether a list of offences that it lets through names this NIBRS code.
    #[must_use]
    pub fn lists_offence(&self, code: &str) -> bool {
        let mut found = false;
        self.passes.visit(&mut |test| {
            if let Predicate::EveryOffenceIn(list) = &test.predicate {
                let mut codes = list.listed.iter().filter_map(|entry| entry.code.as_ref());
                found |= codes.any(|pattern| names(pattern, code));
            }
        });
        found
    }

    /// The questions it asks, in order, each once.
    #[must_use]
    pub fn asks(&self) -> Vec<&Ask> {
        let mut asks = Vec::new();
        self.passes.visit(&mut |test| {
            if !asks.contains(&&test.ask) {
                asks.push(&test.ask);
            }
        });
        asks
    }
}

impl RulePack {
    /// The pack's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.reference.id
    }

    /// The pack's version, as it calls itself.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.reference.version
    }

    /// The programme's name.
    #[must_use]
    pub fn title(&self) -> &Words {
        &self.title
    }

    /// The first day on which it is in force.
    #[must_use]
    pub fn effective_from(&self) -> NaiveDate {
        self.effective_from
    }

    /// SHA-256 of the exact bytes that were parsed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.reference.hash.0
    }

    /// Id, version and hash.
    #[must_use]
    pub fn pack_ref(&self) -> PackRef {
        self.reference.clone()
    }

    /// What the pack says beside its rules.
    #[must_use]
    pub fn policy(&self) -> &SitePolicy {
        &self.policy
    }

    /// The areas that the pack names.
    #[must_use]
    pub fn zones(&self) -> &[NamedZone] {
        &self.zones
    }

    /// The rules, in the order of the pack.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Facts in which every question is answered in the person's favour, as the
    /// pack's `[clear]` table gives them; its cases start from there.
    #[must_use]
    pub fn clear(&self) -> &Facts {
        &self.clear
    }

    pub(crate) fn plan(&self, door: Door) -> &Plan {
        let [arrest, social, community] = &self.plans;
        match door {
            Door::ArrestDiversion => arrest,
            Door::SocialContact => social,
            Door::Community => community,
        }
    }

    /// How the pack says a question, if it does.
    #[must_use]
    pub fn words_of(&self, ask: &Ask) -> Option<&Words> {
        self.question(ask).map(|question| &question.words)
    }

    pub(crate) fn question(&self, ask: &Ask) -> Option<&PackQuestion> {
        self.questions.iter().find(|question| question.ask == *ask)
    }

    /// Answers in `facts` under ids that this pack does not have: a misspelt
    /// class, site question or area, which would otherwise count for nothing.
    #[must_use]
    pub fn check_facts(&self, facts: &Facts) -> Vec<FieldError> {
        let unknown = |path: String| FieldError {
            path,
            code: FieldErrorCode::NotInPack,
        };
        let has = |ask: Ask| self.question(&ask).is_some();
        let classes = facts
            .history
            .keys()
            .filter(|class| !has(Ask::History((*class).clone())));
        let site = facts
            .site
            .keys()
            .filter(|id| !has(Ask::Site((*id).clone())));
        let mut errors: Vec<_> = classes
            .map(|class| unknown(format!("history.{class}")))
            .collect();
        errors.extend(site.map(|id| unknown(format!("site.{id}"))));
        if let Some(Zone::Inside(areas)) = facts.zone.as_ref().map(|zone| &zone.answer) {
            let known = |area: &String| self.zones.iter().any(|zone| zone.id == *area);
            if !areas.iter().all(known) {
                errors.push(unknown("zone.answer.inside".to_owned()));
            }
        }
        errors
    }
}

pub(crate) fn pack_hash(toml: &str) -> PackHash {
    use sha2::Digest;
    PackHash(sha2::Sha256::digest(toml.as_bytes()).into())
}
