//! The JSON Schema of a pack.
//!
//! Why: editors complete and check TOML by a JSON Schema, and `handoff schema
//! pack` prints it. How it moves: made from the table of rule kinds and from the
//! policy's type, so that it cannot differ from what the parser takes. What it
//! does not do: it cannot say that a question has words or an area exists; the
//! parser does.

use handoff_domain::{Role, SitePolicy};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::kind_table::{DRUGS, FORMS, KINDS, Kind, Takes};
use crate::parse::DOORS;

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn words() -> Value {
    object(&[("en", text()), ("es", text())], &["en", "es"])
}

fn one_of(names: &[&str]) -> Value {
    json!({ "enum": names })
}

fn many_of(names: &[&str]) -> Value {
    json!({ "type": "array", "items": one_of(names), "uniqueItems": true, "minItems": 1 })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn object(properties: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> = properties
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn takes(takes: Takes) -> Value {
    match takes {
        Takes::Number => json!({ "type": "integer", "minimum": 1 }),
        Takes::Count => json!({ "type": "integer", "minimum": 0 }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::OneOf(names) => one_of(names),
        Takes::ManyOf(names) => many_of(names),
        Takes::LookBack => json!({ "anyOf": [
            { "const": "lifetime" },
            object(&[("years", takes_number())], &["years"]),
            object(&[("months", takes_number())], &["months"]),
            object(&[("days", takes_number())], &["days"]),
        ] }),
        Takes::Question | Takes::Class => text(),
        Takes::Zones => json!({ "type": "array", "items": text(), "minItems": 1 }),
        Takes::Limit => json!({
            "type": "string",
            "pattern": "^>=? *[0-9]+(\\.[0-9]{1,3})? *(g|kg|oz|lb|ml|du|plants)$"
        }),
        Takes::Drugs => list(json!({ "anyOf": [
            one_of(&DRUGS.map(|(_, letter)| letter)),
            object(
                &[
                    ("drugs", many_of(&DRUGS.map(|(_, letter)| letter))),
                    ("form", one_of(&FORMS.map(|(_, form)| form))),
                ],
                &[],
            ),
        ] })),
        Takes::Windows => json!({ "type": "array", "items": text(), "minItems": 1 }),
        Takes::Condition => json!({ "type": "object", "required": ["kind"] }),
        Takes::Conditions => json!({
            "type": "array",
            "items": { "type": "object", "required": ["kind"] },
            "minItems": 1
        }),
        Takes::Offences => offences(),
    }
}

fn offences() -> Value {
    list(json!({ "anyOf": [
            text(),
            object(&[("list", text())], &["list"]),
            object(
                &[
                    ("code", text()),
                    ("statute", text()),
                    ("level", one_of(&["infraction", "misdemeanor", "felony"])),
                    ("only_if", text()),
                ],
                &[],
            ),
    ] }))
}

fn takes_number() -> Value {
    takes(Takes::Number)
}

fn rule(kind: &Kind) -> Value {
    let doors: Vec<&str> = DOORS.iter().map(|(_, name)| *name).collect();
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let mut properties = vec![
        ("id", text()),
        (
            "kind",
            json!({ "const": kind.name, "description": kind.about }),
        ),
        (
            "severity",
            one_of(&["hard", "presumptive", "refer_up", "advisory"]),
        ),
        ("doors", many_of(&doors)),
        ("clause", text()),
        ("source", text()),
        ("verified", json!({ "type": "boolean" })),
        ("words", words()),
        ("waivable_by", many_of(&roles)),
    ];
    for param in kind.params {
        let mut value = takes(param.takes);
        if let Some(object) = value.as_object_mut() {
            object.insert("description".to_owned(), json!(param.about));
        }
        properties.push((param.name, value));
    }
    object(&properties, &["id", "kind", "clause", "words"])
}

/// The JSON Schema of a rule pack.
#[must_use]
pub fn pack_schema() -> Schema {
    let mut generator = SchemaGenerator::default();
    let policy = generator.subschema_for::<SitePolicy>().to_value();
    let basis = one_of(&["convicted", "charged", "history_of"]);
    let zone = object(
        &[
            ("id", text()),
            ("name", words()),
            ("bounds", words()),
            ("geojson", text()),
            ("source", text()),
            ("verified", json!({ "type": "boolean" })),
        ],
        &["id", "name"],
    );
    let question = object(
        &[
            ("id", text()),
            ("en", text()),
            ("es", text()),
            ("basis", basis),
        ],
        &["id", "en", "es"],
    );
    let offense_list = object(
        &[("id", text()), ("offenses", offences())],
        &["id", "offenses"],
    );
    let kinds: Vec<Value> = KINDS.iter().map(rule).collect();
    let mut schema = object(
        &[
            ("id", text()),
            ("version", text()),
            ("effective_from", text()),
            ("title", words()),
            ("policy", policy),
            ("zone", list(zone)),
            ("offense_list", list(offense_list)),
            ("question", list(question)),
            ("rule", list(json!({ "oneOf": kinds }))),
            ("clear", json!({ "type": "object" })),
            (
                "test",
                list(json!({ "type": "object", "required": ["name", "door", "as_of", "outcome"] })),
            ),
        ],
        &[
            "id",
            "version",
            "effective_from",
            "title",
            "policy",
            "question",
            "rule",
        ],
    );
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!("Handoff rule pack"));
        object.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        object.insert(
            "$defs".to_owned(),
            Value::Object(generator.take_definitions(true)),
        );
    }
    Schema::try_from(schema).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::pack_schema;
    use crate::kind_table::KINDS;

    #[test]
    fn the_schema_names_every_kind_and_parameter() {
        let schema = pack_schema().to_value();
        let kinds = schema["properties"]["rule"]["items"]["oneOf"]
            .as_array()
            .unwrap();
        assert_eq!(kinds.len(), KINDS.len());
        for (kind, rule) in KINDS.iter().zip(kinds) {
            assert_eq!(rule["properties"]["kind"]["const"], kind.name);
            assert!(
                kind.params
                    .iter()
                    .all(|p| rule["properties"][p.name].is_object())
            );
        }
        assert!(schema["$defs"]["SitePolicy"]["properties"]["decides"].is_object());
    }
}
