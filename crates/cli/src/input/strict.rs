//! One text to one value, with every field accounted for.

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::{Segment, Track};

use super::hint::{self, Hints, Meant, Step};
use super::once::Once;
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
        Ok(value) if unknown.is_empty() => return given_once(text, line).map(|()| value),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    // A value of another kind than an enum's can count as bad syntax too.
    let json: Value =
        serde_json::from_str(text).map_err(|error| not_json(text, line, column, &error))?;
    let hints = Hints::of::<T>();
    // A field that seems to be missing may be the one that is misspelt.
    let Some(error) = data_error.filter(|_| unknown.is_empty()) else {
        let fields = unknown
            .into_iter()
            .map(|steps| unknown_field(with_variants(&json, steps), &hints))
            .collect();
        return Err(InputError::UnknownFields { line, fields });
    };
    let mut at: Vec<Step> = track.path().iter().filter_map(step_of).collect();
    let fault = match fault(&error, &mut at, &hints) {
        // The word is a name in the text: the key of a map, the kind of a value.
        Fault::Word(word, known)
            if value_at(&json, &at).is_some_and(|v| v.get(&word).is_some()) =>
        {
            let meant = Meant::among(&word, known.iter().map(String::as_str));
            at.push(Step::Key(word));
            let path = hint::path(&at);
            let fields = vec![UnknownField { path, meant }];
            return Err(InputError::UnknownFields { line, fields });
        }
        Fault::Word(word, known) => {
            let meant = Meant::among(&word, known.iter().map(String::as_str));
            FieldFault::NotOneOf { known, meant }
        }
        Fault::Field(fault) => fault,
    };
    Err(InputError::Field {
        line: line + line_within(&error),
        path: hint::path(&at),
        fault,
    })
}

fn given_once(text: &str, line: u32) -> Result<(), InputError> {
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, Once>(&mut json) {
        Ok(Once) => Ok(()),
        Err(error) => {
            let mut at: Vec<Step> = error.path().iter().filter_map(step_of).collect();
            let said = error.inner().to_string();
            at.extend(quoted(without_place(&said), "duplicate field `").map(Step::Key));
            Err(InputError::Field {
                line: line + line_within(error.inner()),
                path: hint::path(&at),
                fault: FieldFault::Twice,
            })
        }
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
    // The reader counts bytes up to the one it stopped at, and stands before a
    // line's first when it stopped at the end of the line above.
    let (within, bytes) = match (line_within(error), error.column()) {
        (within, 0) if within > 0 => (within - 1, usize::MAX),
        (within, column) => (within, column.saturating_sub(1)),
    };
    let before = text.lines().nth(within as usize).map_or(0, |text| {
        text.char_indices()
            .take_while(|(at, _)| *at < bytes)
            .count()
    });
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    let said = error.to_string();
    InputError::NotJson {
        line: line + within,
        column: before + if within == 0 { column } else { 1 },
        what: without_place(&said).replace("EOF while parsing", "it ends within"),
    }
}

fn without_place(said: &str) -> &str {
    said.rsplit_once(" at line ").map_or(said, |(said, _)| said)
}

enum Fault {
    /// A word that is not in a list.
    Word(String, Vec<String>),
    Field(FieldFault),
}

/// What serde says, without the value that it says it of.
fn fault(error: &serde_json::Error, at: &mut Vec<Step>, hints: &Hints) -> Fault {
    let said = error.to_string();
    let said = without_place(&said);
    if let Some(field) = quoted(said, "missing field `") {
        at.push(Step::Key(field));
        return Fault::Field(FieldFault::Missing);
    }
    if let Some(field) = quoted(said, "duplicate field `") {
        at.push(Step::Key(field));
        return Fault::Field(FieldFault::Twice);
    }
    if let Some(rest) = said.strip_prefix("unknown variant `")
        && let Some((word, known)) = rest.rsplit_once("`, expected ")
    {
        let known = known.split('`').skip(1).step_by(2);
        return Fault::Word(word.to_owned(), known.map(str::to_owned).collect());
    }
    // Our own types say what they take themselves, without the value.
    let is_ours = error.classify() == Category::Data && !said.starts_with("invalid ");
    Fault::Field(match hints.takes(at) {
        Some(takes) if !is_ours || hints.is_date(at) => FieldFault::Takes(takes),
        _ if is_ours => FieldFault::Written(said.to_owned()),
        _ => {
            let expected = said.rsplit_once(", expected ");
            let takes = expected.map_or("something else", |(_, takes)| takes);
            FieldFault::Takes(takes.to_owned())
        }
    })
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

fn unknown_field(steps: Vec<Step>, hints: &Hints) -> UnknownField {
    let meant = match steps.split_last() {
        Some((Step::Key(name), parent)) => Meant::among(name, hints.fields(parent)),
        _ => Meant(None),
    };
    UnknownField {
        path: hint::path(&steps),
        meant,
    }
}

fn value_at<'a>(value: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
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
        at = at.and_then(|value| value_at(value, std::slice::from_ref(&step)));
        whole.push(step);
    }
    whole
}
