//! The mistakes found so far in a pack.
//!
//! Why: a programme manager mends a pack in one go, not one mistake a run. How
//! it moves: each part of a pack is read on its own; what does not read is noted
//! here and the rest is read all the same. What it does not do: it notes nothing
//! that follows from a mistake noted before, for example that a question is not
//! worded whose [[question]] did not read.

use std::collections::BTreeSet;

use super::mistake::{PackError, PackMistake};
use super::reader::Table;

#[derive(Default)]
pub(crate) struct Found(Vec<PackError>);

impl Found {
    /// What was read, or nothing and its mistake noted.
    pub(crate) fn take<T>(&mut self, read: Result<T, PackError>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.note(error);
                None
            }
        }
    }

    /// The same for a part that refers to others: if anything was wrong with
    /// those, what is missing may only not have been read.
    pub(crate) fn take_after<T>(&mut self, before: usize, read: Result<T, PackError>) -> Option<T> {
        match read {
            Err(error) if before > 0 && error.mistake.is_about_another_part() => None,
            read => self.take(read),
        }
    }

    pub(crate) fn note(&mut self, error: PackError) {
        if !self.0.contains(&error) {
            self.0.push(error);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The rows of an array of tables that read.
    pub(crate) fn each<'a, 'i, T>(
        &mut self,
        root: &Table<'a, 'i>,
        key: &'static str,
        name: &'static str,
        read: impl Fn(&Table<'a, 'i>) -> Result<T, PackError>,
    ) -> Vec<T> {
        let before = self.count();
        let values = self.take(root.list(key)).unwrap_or_default().iter();
        values
            .filter_map(|value| {
                let row = Table::of(root.text, name, value).and_then(|table| read(&table));
                self.take_after(before, row)
            })
            .collect()
    }

    /// Notes every id that stands on a second row.
    pub(crate) fn unique(&mut self, root: &Table<'_, '_>, key: &'static str, what: &'static str) {
        let mut seen = BTreeSet::new();
        for value in root.list(key).unwrap_or_default() {
            let Ok(table) = Table::of(root.text, key, value) else {
                continue;
            };
            let Some(id) = table.get("id").and_then(|id| id.get_ref().as_str()) else {
                continue;
            };
            if !seen.insert(id) {
                let id = id.to_owned();
                let mistake = PackMistake::Duplicate { what, id };
                self.note(root.text.error(value.span(), mistake));
            }
        }
    }

    /// The mistakes in the order in which they were found.
    pub(crate) fn into_errors(self) -> Vec<PackError> {
        self.0
    }
}
