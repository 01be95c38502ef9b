//! What changed between two packs, as data.
//!
//! Why: before a new version is published, whoever signs it wants to read what
//! is different, and above all whom a changed rule now stops. How it moves:
//! [`diff`] compares rows by their ids and says for each changed rule, over
//! every answer that could be given (`compare.rs`), whether it stops more
//! people, fewer, or others. What it does not do: it writes no prose; the
//! command line does.

use std::collections::BTreeMap;

use handoff_domain::{PackRef, Severity, Words};
use schemars::JsonSchema;
use serde::Serialize;

use crate::compare::together;
use crate::explain::explain;
use crate::pack::{Rule, RulePack};

/// What changed from one pack to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct PackDiff {
    /// The first pack.
    pub from: PackRef,
    /// The second.
    pub to: PackRef,
    /// Title and first day in force.
    pub head: Vec<FieldChange>,
    /// What is said beside the rules.
    pub policy: Vec<FieldChange>,
    /// The areas.
    pub zones: Vec<RowChange>,
    /// The questions.
    pub questions: Vec<RowChange>,
    /// The rules.
    pub rules: Vec<RowChange>,
}

impl PackDiff {
    /// Whether both packs say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let fields = [&self.head, &self.policy];
        let rows = [&self.zones, &self.questions, &self.rules];
        fields.iter().all(|all| all.is_empty()) && rows.iter().all(|all| all.is_empty())
    }
}

/// A value that is not the same; empty = there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct FieldChange {
    /// Its name.
    pub field: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// A row that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub struct RowChange {
    /// Its id.
    pub id: String,
    /// Its words: the new ones, unless it went.
    pub words: Words,
    /// What happened to it.
    pub change: RowChangeKind,
    /// For a changed row: its fields.
    pub fields: Vec<FieldChange>,
    /// For a rule that came, went or changed: whom it stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stops: Option<Stops>,
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// Whom a changed rule stops, beside whom it stopped before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stops {
    /// The same people.
    Same,
    /// Everybody whom it stopped, and others.
    More,
    /// Only some of those whom it stopped.
    Fewer,
    /// Some whom it did not stop, and not all of those whom it did.
    Others,
    /// Nobody any more: it is gone.
    Nobody,
    /// It is new: people whom no rule of its own stopped before.
    New,
}

type Fields = BTreeMap<String, String>;

/// Compares two packs.
#[must_use]
pub fn diff(from: &RulePack, to: &RulePack) -> PackDiff {
    let mut rules = rows(&rules(from), &rules(to));
    for change in &mut rules {
        let find =
            |pack: &'_ RulePack| pack.rules.iter().find(|rule| rule.id == change.id).cloned();
        let weighs = |rule: &Rule| rule.severity != Severity::Advisory;
        change.stops = match (find(from), find(to)) {
            (Some(old), Some(new)) => stops(&old, &new),
            (Some(old), None) => weighs(&old).then_some(Stops::Nobody),
            (None, Some(new)) => weighs(&new).then_some(Stops::New),
            (None, None) => None,
        };
    }
    PackDiff {
        from: from.pack_ref(),
        to: to.pack_ref(),
        head: fields(&head(from), &head(to)),
        policy: fields(&policy(from), &policy(to)),
        zones: rows(&zones(from), &zones(to)),
        questions: rows(&questions(from), &questions(to)),
        rules,
    }
}

fn stops(old: &Rule, new: &Rule) -> Option<Stops> {
    let found = together(old, new)?;
    Some(match (found.only_first, found.only_second) {
        (false, false) => Stops::Same,
        (false, true) => Stops::More,
        (true, false) => Stops::Fewer,
        (true, true) => Stops::Others,
    })
}

fn list<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let all = all.into_iter().map(|one| one.to_string());
    all.collect::<Vec<_>>().join(", ")
}

fn named<const N: usize>(fields: [(&str, String); N]) -> Fields {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn head(pack: &RulePack) -> Fields {
    named([
        ("title.en", pack.title.en.clone()),
        ("title.es", pack.title.es.clone()),
        ("effective_from", pack.effective_from.to_string()),
    ])
}

fn policy(pack: &RulePack) -> Fields {
    let rows = explain(pack).policy_rows.into_iter();
    let mut fields: Fields = rows.map(|row| (row.field.to_owned(), row.value)).collect();
    let charge = &pack.policy.charge;
    let code = |value: Option<serde_json::Value>| {
        value
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let more = [
        (
            "charge.until_decision",
            code(serde_json::to_value(charge.until_decision).ok()),
        ),
        (
            "charge.succeeds_on",
            code(serde_json::to_value(charge.succeeds_on).ok()),
        ),
        (
            "charge.on_success",
            code(serde_json::to_value(charge.on_success).ok()),
        ),
        (
            "charge.on_failure",
            code(serde_json::to_value(charge.on_failure).ok()),
        ),
        ("script.es", pack.policy.script.es.clone()),
        ("unverified", list(&pack.policy.unverified)),
    ];
    fields.extend(named(more));
    fields
}

type Row = (Words, Fields);

fn rules(pack: &RulePack) -> Vec<(String, Row)> {
    let row = |rule: &Rule| {
        let mut fields = named([
            ("words.en", rule.words.en.clone()),
            ("words.es", rule.words.es.clone()),
            ("kind", rule.kind_name.to_owned()),
            ("severity", severity(rule)),
            ("doors", list(rule.doors.iter().map(|door| door.as_str()))),
            ("clause", rule.clause.clone()),
            ("source", rule.source.clone()),
            ("verified", rule.verified.to_string()),
            (
                "waivable_by",
                list(rule.waivable_by.iter().map(|role| role.as_str())),
            ),
        ]);
        let params = rule.params.iter();
        fields.extend(params.map(|(name, value)| ((*name).to_owned(), value.clone())));
        (rule.id.clone(), (rule.words.clone(), fields))
    };
    pack.rules.iter().map(row).collect()
}

fn severity(rule: &Rule) -> String {
    let value = serde_json::to_value(rule.severity).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn zones(pack: &RulePack) -> Vec<(String, Row)> {
    let row = |zone: &crate::pack::NamedZone| {
        // A zone is plain data but for its map.
        let value = serde_json::to_value(zone).unwrap_or_default();
        let mut fields = Fields::new();
        flat("", &value, &mut fields);
        if let Some(shape) = &zone.shape {
            // A map is compared, and named by a few figures of its hash.
            let hash = crate::pack::pack_hash(&format!("{shape:?}")).0;
            let short: String = hash
                .iter()
                .take(4)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            fields.insert("geojson".to_owned(), short);
        }
        (zone.id.clone(), (zone.name.clone(), fields))
    };
    pack.zones.iter().map(row).collect()
}

fn flat(path: &str, value: &serde_json::Value, fields: &mut Fields) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                flat(&path, value, fields);
            }
        }
        serde_json::Value::String(text) => {
            fields.insert(path.to_owned(), text.clone());
        }
        other => {
            fields.insert(path.to_owned(), other.to_string());
        }
    }
}

fn questions(pack: &RulePack) -> Vec<(String, Row)> {
    let row = |row: &crate::pack::PackQuestion| {
        let basis = serde_json::to_value(row.basis).unwrap_or_default();
        let fields = named([
            ("words.en", row.words.en.clone()),
            ("words.es", row.words.es.clone()),
            ("basis", basis.as_str().unwrap_or_default().to_owned()),
        ]);
        (row.ask.to_string(), (row.words.clone(), fields))
    };
    pack.questions.iter().map(row).collect()
}

fn fields(from: &Fields, to: &Fields) -> Vec<FieldChange> {
    let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
    names.sort();
    names.dedup();
    let change = |name: &String| {
        let value = |fields: &Fields| fields.get(name).cloned().unwrap_or_default();
        let (from, to) = (value(from), value(to));
        (from != to).then(|| FieldChange {
            field: name.clone(),
            from,
            to,
        })
    };
    names.into_iter().filter_map(change).collect()
}

/// Rows by id: those that went, then those that came or changed.
fn rows(from: &[(String, Row)], to: &[(String, Row)]) -> Vec<RowChange> {
    let find = |rows: &[(String, Row)], id: &String| {
        rows.iter()
            .find(|(other, _)| other == id)
            .map(|(_, row)| row.clone())
    };
    let change = |id: &String, words: &Words, change, fields| RowChange {
        id: id.clone(),
        words: words.clone(),
        change,
        fields,
        stops: None,
    };
    let mut changes = Vec::new();
    for (id, (words, _)) in from {
        if find(to, id).is_none() {
            changes.push(change(id, words, RowChangeKind::Removed, Vec::new()));
        }
    }
    for (id, (words, new)) in to {
        match find(from, id) {
            None => changes.push(change(id, words, RowChangeKind::Added, Vec::new())),
            Some((_, old)) => {
                let fields = fields(&old, new);
                if !fields.is_empty() {
                    changes.push(change(id, words, RowChangeKind::Changed, fields));
                }
            }
        }
    }
    changes
}
