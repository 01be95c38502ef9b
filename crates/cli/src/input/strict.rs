//! One text to one value, with every field accounted for.

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Segment, Track};

use super::hint::{self, Hints, Meant, Step};
use super::{FieldFault, InputError, UnknownField};

/// Reads the JSON object `text`, whose first character stands in `line`,
/// `column` of its source.
///
/// # Errors
/// [`InputError`] when it is not JSON, or not a `T` field by field.
pub fn parse<T: DeserializeOwned + JsonSchema>(
    text: &str,
    line: u32,
    column: u32,
) -> Result<T, InputError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = Track::new();
    let mut unknown = Vec::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let read = serde_ignored::deserialize::<_, _, T>(tracked, |at| unknown.push(steps_of(&at)));
    let read = read.and_then(|value| json.end().map(|()| value));
    let data_error = match read {
        Ok(value) if unknown.is_empty() => return Ok(value),
        Ok(_) => None,
        Err(error) if error.classify() == Category::Data => Some(error),
        Err(error) => return Err(not_json(text, line, column, &error)),
    };
    let hints = Hints::of::<T>();
    match data_error {
        // A field that seems to be missing may be the one that is misspelt.
        Some(error) if unknown.is_empty() => {
            let mut at = track.path().iter().filter_map(step_of).collect();
            let fault = fault(&error.to_string(), &mut at, &hints);
            Err(InputError::Field {
                line: line + line_within(&error),
                path: hint::path(&at),
                fault,
            })
        }
        _ => Err(InputError::UnknownFields {
            line,
            fields: unknown_fields(text, unknown, &hints),
        }),
    }
}

/// What makes `text` no JSON before it ends.
pub(super) fn syntax_error(text: &str, line: u32, column: u32) -> Option<InputError> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let is_cut = error.classify() == Category::Eof;
    (!is_cut).then(|| not_json(text, line, column, &error))
}

fn line_within(error: &serde_json::Error) -> u32 {
    u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX)
}

fn not_json(text: &str, line: u32, column: u32, error: &serde_json::Error) -> InputError {
    let within = line_within(error);
    // The reader counts bytes up to and including the one it stopped at.
    let bytes = error.column().saturating_sub(1);
    let before = text
        .lines()
        .nth(within as usize)
        .and_then(|text| text.get(..bytes))
        .map_or(bytes, |text| text.chars().count());
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
    InputError::NotJson {
        line: line + within,
        column: before + if within == 0 { column } else { 1 },
        what: what.to_owned(),
    }
}

/// What serde says, without the value that it says it of.
fn fault(said: &str, at: &mut Vec<Step>, hints: &Hints) -> FieldFault {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    if let Some(field) = quoted(said, "missing field `") {
        at.push(Step::Key(field));
        return FieldFault::Missing;
    }
    if let Some(field) = quoted(said, "duplicate field `") {
        at.push(Step::Key(field));
        return FieldFault::Twice;
    }
    if let Some(rest) = said.strip_prefix("unknown variant `")
        && let Some((word, known)) = rest.rsplit_once("`, expected ")
    {
        let known: Vec<String> = known
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        let meant = Meant::among(word, known.iter().map(String::as_str));
        return FieldFault::NotOneOf { known, meant };
    }
    // Our own types say it themselves, without the value.
    let is_ours = !said.starts_with("invalid ");
    match hints.takes(at) {
        Some(takes) if !is_ours || hints.is_date(at) => FieldFault::Takes(takes),
        _ if is_ours => FieldFault::Written(said.to_owned()),
        _ => {
            let expected = said.rsplit_once(", expected ");
            let takes = expected.map_or("something else", |(_, takes)| takes);
            FieldFault::Takes(takes.to_owned())
        }
    }
}

fn quoted(said: &str, before: &str) -> Option<String> {
    let name = said.strip_prefix(before)?.strip_suffix('`')?;
    Some(name.to_owned())
}

fn step_of(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } | Segment::Enum { variant: key } => Some(Step::Key(key.clone())),
        Segment::Unknown => None,
    }
}

fn steps_of(at: &serde_ignored::Path<'_>) -> Vec<Step> {
    use serde_ignored::Path;
    let (parent, step) = match at {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Index(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Key(key.clone()))),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut steps = steps_of(parent);
    steps.extend(step);
    steps
}

fn unknown_fields(text: &str, unknown: Vec<Vec<Step>>, hints: &Hints) -> Vec<UnknownField> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let field = |steps: Vec<Step>| {
        let steps = with_variants(&value, steps);
        let meant = match steps.split_last() {
            Some((Step::Key(name), parent)) => Meant::among(name, hints.fields(parent)),
            _ => Meant(None),
        };
        UnknownField {
            path: hint::path(&steps),
            meant,
        }
    };
    unknown.into_iter().map(field).collect()
}

/// The same steps with the names of variants, which are fields to whoever wrote
/// the text: `age.bases` is `age.years.bases`.
fn with_variants(value: &Value, steps: Vec<Step>) -> Vec<Step> {
    let mut at = Some(value);
    let mut whole = Vec::with_capacity(steps.len());
    for step in steps {
        if let (Step::Key(key), Some(Value::Object(fields))) = (&step, at)
            && !fields.contains_key(key)
            && let Some((variant, inner)) = fields.iter().next()
            && inner.get(key).is_some()
        {
            whole.push(Step::Key(variant.clone()));
            at = Some(inner);
        }
        at = at.and_then(|value| match &step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        });
        whole.push(step);
    }
    whole
}
