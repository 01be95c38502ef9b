//! The state of a disk: what is durable, and what is on its way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::log::{FileId, Step};

/// Whether a change survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was synced.
    Sure,
    /// It was not synced yet.
    Open,
    /// Its sync failed: no later one saves it, and chance may.
    Doomed,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub change: Change,
    pub fate: Fate,
}

#[derive(Debug, Clone, Default)]
pub(super) struct FileState {
    pub durable: Vec<u8>,
    pub pending: Vec<Pending>,
}

/// A name that appears or goes, and is not durable.
#[derive(Debug, Clone)]
pub(super) struct NameChange {
    pub path: PathBuf,
    pub to: Option<FileId>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    pub files: BTreeMap<FileId, FileState>,
    /// Names that are on the disk.
    pub names: BTreeMap<PathBuf, FileId>,
    pub pending_names: Vec<NameChange>,
    /// Files that SQLite has nothing to do with.
    pub others: BTreeMap<PathBuf, Vec<u8>>,
}

impl Image {
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Open {
                file,
                path,
                bytes,
                is_new,
            } => self.open(*file, path.clone(), bytes.clone(), *is_new),
            Step::Write { file, at, bytes } => self.pend(
                *file,
                Change::Write {
                    at: *at,
                    bytes: bytes.clone(),
                },
            ),
            Step::Truncate { file, len } => self.pend(*file, Change::Truncate { len: *len }),
            Step::Sync { file, names } => {
                if let Some(state) = self.files.get_mut(file) {
                    state.sync();
                }
                if *names {
                    self.sync_names();
                }
            }
            Step::FailedSync { file } => {
                if let Some(state) = self.files.get_mut(file) {
                    let open = state.pending.iter_mut().filter(|p| p.fate == Fate::Open);
                    open.for_each(|pending| pending.fate = Fate::Doomed);
                }
            }
            Step::Delete { path, is_durable } => {
                self.pending_names.push(NameChange {
                    path: path.clone(),
                    to: None,
                });
                if *is_durable {
                    self.sync_names();
                }
            }
            Step::Renamed { file, path } => {
                self.sync_names();
                self.names.retain(|_, named| named != file);
                self.others.remove(path);
                self.names.insert(path.clone(), *file);
            }
            Step::Put { path, bytes } => {
                self.others.insert(path.clone(), bytes.clone());
            }
            Step::Gone { path } => {
                self.others.remove(path);
                self.names.remove(path);
                self.pending_names.retain(|change| change.path != *path);
            }
            Step::Mark => {}
        }
    }

    fn open(&mut self, file: FileId, path: PathBuf, bytes: Vec<u8>, is_new: bool) {
        self.files.entry(file).or_insert(FileState {
            durable: bytes,
            pending: Vec::new(),
        });
        self.others.remove(&path);
        if is_new {
            self.pending_names.push(NameChange {
                path,
                to: Some(file),
            });
        } else {
            self.names.insert(path, file);
        }
    }

    fn pend(&mut self, file: FileId, change: Change) {
        let state = self.files.entry(file).or_default();
        state.pending.push(Pending {
            change,
            fate: Fate::Open,
        });
    }

    fn sync_names(&mut self) {
        for change in self.pending_names.drain(..) {
            match change.to {
                Some(file) => self.names.insert(change.path, file),
                None => self.names.remove(&change.path),
            };
        }
    }

    /// Whether a loss could keep one thing and not another.
    pub fn is_settled(&self) -> bool {
        self.pending_names.is_empty() && self.files.values().all(|file| file.pending.is_empty())
    }
}

impl FileState {
    fn sync(&mut self) {
        for pending in &mut self.pending {
            if pending.fate == Fate::Open {
                pending.fate = Fate::Sure;
            }
        }
        let sure = self
            .pending
            .iter()
            .take_while(|pending| pending.fate == Fate::Sure)
            .count();
        for pending in self.pending.drain(..sure) {
            apply(&mut self.durable, &pending.change);
        }
    }
}

/// Makes a whole change.
pub(super) fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate { len } => bytes.resize(*len, 0),
        Change::Write { at, bytes: new } => {
            let end = at + new.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(new);
        }
    }
}
