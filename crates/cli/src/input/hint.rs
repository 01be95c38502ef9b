//! What a field takes and what a misspelt one probably meant, from the schema.

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The longest name that is repeated in an error, in characters.
const LONGEST_NAME: usize = 64;

/// As much of a name's beginning says which name is meant, in bytes.
const LEAST_BEGINNING: usize = 4;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a field.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

/// The name that was probably meant, as a clause of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant(pub Option<String>);

impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, " (did you mean `{name}`?)"),
            None => Ok(()),
        }
    }
}

impl Meant {
    /// The nearest of `names`, if it is near; the one that goes on from
    /// `word`, if there is one.
    #[must_use]
    pub fn among<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let word: String = word.chars().take(LONGEST_NAME).collect();
        let distance = |name: &str| match name.strip_prefix(&word) {
            Some(_) if word.len() >= LEAST_BEGINNING => 0,
            _ => strsim::damerau_levenshtein(&word, name),
        };
        let nearest = names.into_iter().map(|name| (distance(name), name)).min();
        Self(
            nearest
                .filter(|(distance, name)| *distance <= name.len().min(word.len()).div_ceil(3))
                .map(|(_, name)| name.to_owned()),
        )
    }
}

/// A path as errors show it: `facts.drugs[0].quantity`.
#[must_use]
pub fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&shown(key));
            }
        }
    }
    path
}

/// A name from the input, fit for a terminal: not endless, and without signs
/// that move the cursor or turn the line around.
#[must_use]
pub fn shown(name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut text = String::new();
    for (i, c) in name.chars().enumerate() {
        if i == LONGEST_NAME {
            text.push('…');
            break;
        }
        if c.is_control() || turns(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}

/// The schema of a type of input.
pub struct Hints(Value);

impl Hints {
    /// The schema of `T`.
    pub fn of<T: JsonSchema>() -> Self {
        let generator = SchemaSettings::draft2020_12().into_generator();
        Self(generator.into_root_schema_for::<T>().to_value())
    }

    /// The fields that the object at `steps` has.
    pub fn fields(&self, steps: &[Step]) -> Vec<&str> {
        self.at(steps)
            .into_iter()
            .filter_map(|node| node.get("properties")?.as_object())
            .flat_map(|fields| fields.keys().map(String::as_str))
            .collect()
    }

    /// What the value at `steps` takes, in words.
    pub fn takes(&self, steps: &[Step]) -> Option<String> {
        let (words, others): (Vec<_>, Vec<_>) = self
            .at(steps)
            .into_iter()
            .partition(|node| word(node).is_some());
        let words: Vec<_> = words.into_iter().filter_map(word).collect();
        let mut takes: Vec<String> = others.into_iter().filter_map(kind).collect();
        match words.as_slice() {
            [] => {}
            [word] => takes.insert(0, format!("\"{word}\"")),
            words => takes.insert(0, format!("one of {}", words.join(", "))),
        }
        (!takes.is_empty()).then(|| takes.join(", or "))
    }

    /// Whether the value at `steps` is a date or a time.
    pub fn is_date(&self, steps: &[Step]) -> bool {
        let is_date = |node: &&Value| {
            let format = node.get("format").and_then(Value::as_str);
            format.is_some_and(|format| format.starts_with("date"))
        };
        self.at(steps).iter().any(is_date)
    }

    fn at(&self, steps: &[Step]) -> Vec<&Value> {
        let mut nodes = self.spread(&self.0);
        for step in steps {
            nodes = nodes
                .into_iter()
                .flat_map(|node| into(node, step))
                .flat_map(|node| self.spread(node))
                .collect();
        }
        nodes
    }

    /// A node, or all of its alternatives.
    fn spread<'a>(&'a self, node: &'a Value) -> Vec<&'a Value> {
        if let Some(name) = node.get("$ref").and_then(Value::as_str) {
            let place = name.strip_prefix('#').and_then(|at| self.0.pointer(at));
            return place.map_or_else(Vec::new, |node| self.spread(node));
        }
        match node.get("anyOf").or_else(|| node.get("oneOf")) {
            Some(Value::Array(nodes)) => nodes.iter().flat_map(|node| self.spread(node)).collect(),
            _ => vec![node],
        }
    }
}

fn into<'a>(node: &'a Value, step: &Step) -> Option<&'a Value> {
    match step {
        Step::Index(_) => node.get("items"),
        Step::Key(key) => node
            .get("properties")
            .and_then(|fields| fields.get(key))
            .or_else(|| {
                node.get("additionalProperties")
                    .filter(|rest| rest.is_object())
            }),
    }
}

fn word(node: &Value) -> Option<&str> {
    node.get("const")?.as_str()
}

fn kind(node: &Value) -> Option<String> {
    let format = node.get("format").and_then(Value::as_str);
    let names: Vec<&str> = match node.get("type")? {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let name = names.into_iter().find(|name| *name != "null")?;
    Some(match (name, format) {
        ("string", Some("date")) => "a date, such as \"2026-03-01\"".to_owned(),
        ("string", Some("date-time")) => {
            "a local time with its offset, such as \"2026-03-01T23:15:00-05:00\"".to_owned()
        }
        ("string", _) => "a text in quotes".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("integer", _) => match (node.get("minimum"), node.get("maximum")) {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (Some(least), None) => format!("a whole number from {least}"),
            _ => "a whole number".to_owned(),
        },
        ("number", _) => "a number".to_owned(),
        ("array", _) => "a list [ … ]".to_owned(),
        _ => match node.get("properties").and_then(Value::as_object) {
            Some(fields) if fields.len() == 1 => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                format!("an object {{ \"{}\": … }}", names.join(", "))
            }
            _ => "an object { … }".to_owned(),
        },
    })
}
