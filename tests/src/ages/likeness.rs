//! What an answer lacks of an older one to the same question.
//!
//! A reader of the older version skips fields that it does not know, and stops
//! at one that it misses, that has another form, or that is a variant which it
//! never heard of. So: every field of the older answer is there, in the same
//! form and with the same words; more fields may be.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use chrono::DateTime;
use ciborium::Value;

/// Byte strings of these lengths are ids, hashes, keys and signatures: their
/// length is part of their form.
const FIXED: [usize; 5] = [8, 16, 32, 64, 65];
/// Lists of one-of-several, by name, with all that the first version knows.
const KINDS: [(&str, &[&str]); 1] = [("items", &["include", "evict"])];

/// What `new` lacks of `old`, by place. Nothing: a reader of the old one reads
/// the new one.
///
/// # Errors
/// When either is no CBOR.
pub fn lacks(old: &[u8], new: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    compare(&value(old)?, &value(new)?, "", &mut found);
    Ok(found)
}

fn value(bytes: &[u8]) -> Result<Value> {
    ciborium::from_reader(bytes).map_err(|error| anyhow!("no CBOR: {error}"))
}

fn compare(old: &Value, new: &Value, at: &str, found: &mut Vec<String>) {
    match (old, new) {
        (Value::Map(old), Value::Map(new)) => {
            for (key, value) in old {
                let place = format!("{at}/{}", word(key));
                match new.iter().find(|(other, _)| other == key) {
                    Some((_, other)) => compare(value, other, &place, found),
                    None => found.push(format!("{place} is missing")),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => lists(old, new, at, found),
        (Value::Bytes(old), Value::Bytes(new)) => {
            // What was signed is CBOR in itself.
            let is_message = at.ends_with("/bytes");
            match (is_message, value(old), value(new)) {
                (true, Ok(old @ Value::Map(_)), Ok(new)) => compare(&old, &new, at, found),
                (true, Ok(Value::Map(_)), Err(_)) => found.push(format!("{at} does not read")),
                _ if FIXED.contains(&old.len()) && old.len() != new.len() => {
                    found.push(format!("{at} has {} bytes, not {}", new.len(), old.len()));
                }
                _ => {}
            }
        }
        (Value::Text(old), Value::Text(new)) => {
            let is_time = |text: &str| DateTime::parse_from_rfc3339(text).is_ok();
            if old != new && !(is_time(old) && is_time(new)) {
                found.push(format!("{at} says {new:?}, not {old:?}"));
            }
        }
        (Value::Integer(_), Value::Integer(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Float(_), Value::Float(_))
        | (Value::Null, Value::Null) => {}
        _ => found.push(format!("{at} is {}, not {}", form(new), form(old))),
    }
}

/// Each element of the old list has its like in the new one.
fn lists(old: &[Value], new: &[Value], at: &str, found: &mut Vec<String>) {
    for (n, value) in old.iter().enumerate() {
        let place = format!("{at}/{n}");
        let best = new
            .iter()
            .map(|other| {
                let mut found = Vec::new();
                compare(value, other, &place, &mut found);
                found
            })
            .min_by_key(Vec::len);
        match best {
            Some(best) => found.extend(best),
            None => found.push(format!("{place} is missing")),
        }
    }
    let name = at.rsplit('/').next().unwrap_or_default();
    if let Some((_, known)) = KINDS.iter().find(|(list, _)| *list == name) {
        let kinds: BTreeSet<String> = new.iter().filter_map(kind).collect();
        for kind in kinds.iter().filter(|kind| !known.contains(&kind.as_str())) {
            found.push(format!("{at} has {kind}, which nobody knew"));
        }
    }
}

/// The name of a variant; ids in a list of that name have none.
fn kind(value: &Value) -> Option<String> {
    match value {
        Value::Map(fields) => fields.first().map(|(key, _)| word(key)),
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => form(other).to_owned(),
    }
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "a map",
        Value::Array(_) => "a list",
        Value::Bytes(_) => "bytes",
        Value::Text(_) => "text",
        Value::Integer(_) => "a number",
        Value::Bool(_) => "yes or no",
        Value::Null => "nothing",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use ciborium::cbor;

    use super::*;

    fn check(old: &Value, new: &Value) -> Vec<String> {
        let mut found = Vec::new();
        compare(old, new, "", &mut found);
        found
    }

    #[test]
    fn what_a_reader_of_the_older_one_would_stop_at_is_named() {
        let old = cbor!({ "outcome" => { "done" => { "receipts" => [{ "revision" => 3 }] } },
            "items" => [{ "include" => { "author" => "a" } }], "at" => "2026-01-01T00:00:00Z" });
        let old = old.unwrap();
        let like = cbor!({ "at" => "2027-02-02T00:00:00.5Z", "more" => true,
            "items" => [{ "include" => { "author" => "a", "kind" => 3 } }, { "evict" => "b" }],
            "outcome" => { "done" => { "receipts" => [{ "revision" => 9 }] } } });
        assert_eq!(check(&old, &like.unwrap()), Vec::<String>::new());

        let renamed = cbor!({ "outcome" => { "done" => { "receipt" => [] } },
            "items" => [{ "include" => { "author" => "b" } }, { "hide" => 1 }],
            "at" => 1_767_225_600 });
        assert_eq!(
            check(&old, &renamed.unwrap()),
            [
                "/outcome/done/receipts is missing",
                "/items/0/include/author says \"b\", not \"a\"",
                "/items has hide, which nobody knew",
                "/at is a number, not text",
            ]
        );
        let empty = cbor!({ "outcome" => { "done" => { "receipts" => [] } }, "items" => [],
            "at" => "2026-01-01T00:00:00Z" });
        assert_eq!(
            check(&old, &empty.unwrap()),
            ["/outcome/done/receipts/0 is missing", "/items/0 is missing"]
        );
    }

    #[test]
    fn what_was_signed_is_looked_into() {
        let bytes = |value: &Value| {
            let mut bytes = Vec::new();
            ciborium::into_writer(value, &mut bytes).unwrap();
            Value::Bytes(bytes)
        };
        let signed = |inner: Value| Value::Map(vec![("bytes".into(), bytes(&inner))]);
        let old = signed(cbor!({ "through" => 3 }).unwrap());
        let new = signed(cbor!({ "upto" => 3 }).unwrap());
        assert_eq!(check(&old, &new), ["/bytes/through is missing"]);
        let key = |n| Value::Bytes(vec![1; n]);
        assert_eq!(check(&key(16), &key(17)), [" has 17 bytes, not 16"]);
    }
}
