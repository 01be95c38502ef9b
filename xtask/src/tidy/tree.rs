//! The tracked text files, read once.

use crate::process::Cmd;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Path from the root, with `/`, to content. Files that are not UTF-8 (pictures,
/// fixtures) and links are left out.
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    /// What `git ls-files` lists, as it lies in the work tree.
    pub fn tracked(root: &Path) -> Result<Self> {
        // In a container the clone may belong to another user: trust this one.
        let trust = format!("safe.directory={}", root.display());
        let listed = Cmd::new("git", root)
            .args(["-c", &trust, "ls-files", "-z"])
            .output()?;
        let mut files = BTreeMap::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let full = root.join(path);
            if full.is_symlink() {
                continue;
            }
            if let Ok(text) = std::fs::read_to_string(full) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Self(files))
    }

    /// Each file with its path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }
}

/// Whether `path` ends in one of these extensions (without the dot).
pub fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// Whether `text` holds `word` where a name begins: not after a letter, a digit,
/// `_`, `.` or `-`.
pub fn holds_at_start_of_name(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        text[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !(before.is_alphanumeric() || "_.-".contains(before)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_at_its_first_letter() {
        assert!(holds_at_start_of_name("await invoke(x)", "invoke("));
        assert!(!holds_at_start_of_name("reinvoke(x)", "invoke("));
        assert!(holds_at_start_of_name("invoke(x)", "invoke("));
    }

    #[test]
    fn extensions_are_compared_whole() {
        assert!(has_extension("a/b.svelte.ts", &["ts"]));
        assert!(!has_extension("a/b.tsx", &["ts"]));
        assert!(!has_extension("Makefile", &["file"]));
    }
}
