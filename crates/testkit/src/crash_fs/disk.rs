//! A folder that is watched.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use super::fault::{Answer, Call, Fault};
use super::image::Image;
use super::log::{FileId, Step};
use super::replay::Recording;

static WATCHED: RwLock<Vec<Weak<Watched>>> = RwLock::new(Vec::new());

/// A folder whose files are recorded until this is dropped or stopped.
#[derive(Debug)]
pub struct Disk {
    watched: Arc<Watched>,
}

/// Calls that were made since the disk is watched, or since a fault was armed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Call::ALL.len()]);

impl Counts {
    /// Those of a kind.
    #[must_use]
    pub fn of(&self, call: Call) -> u64 {
        self.0[call.index()]
    }
}

impl Disk {
    /// Watches a folder and what lies below it. SQLite must have none of its
    /// files open.
    ///
    /// # Errors
    /// What the system says about the folder.
    pub fn watch(folder: &Path) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let mut state = State::default();
        for (path, stamp) in listing(&folder)? {
            let bytes = fs::read(folder.join(&path))?;
            state.before.others.insert(path.clone(), bytes);
            state.others.insert(path, stamp);
        }
        let watched = Arc::new(Watched {
            folder,
            state: Mutex::new(state),
        });
        let mut all = WATCHED.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|disk| disk.strong_count() > 0);
        all.push(Arc::downgrade(&watched));
        Ok(Self { watched })
    }

    /// Puts a mark into the recording; says how many steps it has with it.
    #[must_use]
    pub fn mark(&self) -> usize {
        let mut state = self.watched.state();
        state.look(&self.watched.folder);
        state.steps.push(Step::Mark);
        state.steps.len()
    }

    /// Makes a call fail, counted from now on.
    pub fn arm(&self, fault: Fault) {
        let mut state = self.watched.state();
        state.calls = Counts::default();
        state.fired = 0;
        state.fault = Some(fault);
    }

    /// Makes no call fail any more; says how many did.
    pub fn disarm(&self) -> u64 {
        let mut state = self.watched.state();
        state.fault = None;
        std::mem::take(&mut state.fired)
    }

    /// The calls since the disk is watched, or since a fault was armed.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.watched.state().calls
    }

    /// How many bytes all its files may have together; a write that would grow
    /// one beyond that finds the disk full. `None`: as many as they like.
    pub fn limit(&self, bytes: Option<u64>) {
        self.watched.state().limit = bytes;
    }

    /// How many bytes all its files have now.
    ///
    /// # Errors
    /// What the system says about the folder.
    pub fn used(&self) -> io::Result<u64> {
        used(&self.watched.folder)
    }

    /// Ends the recording. SQLite may still have files open.
    #[must_use]
    pub fn stop(self) -> Recording {
        let mut state = self.watched.state();
        state.look(&self.watched.folder);
        Recording {
            before: std::mem::take(&mut state.before),
            steps: std::mem::take(&mut state.steps),
        }
    }
}

#[derive(Debug)]
pub(super) struct Watched {
    folder: PathBuf,
    state: Mutex<State>,
}

/// When a file was changed last, as far as its entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    len: u64,
    changed: (i64, i64),
}

#[derive(Debug, Default)]
pub(super) struct State {
    before: Image,
    steps: Vec<Step>,
    /// How many files SQLite has opened so far.
    files: FileId,
    /// Those that are there: by inode, and under which name.
    known: BTreeMap<u64, FileId>,
    names: BTreeMap<PathBuf, FileId>,
    others: BTreeMap<PathBuf, Stamp>,
    calls: Counts,
    fault: Option<Fault>,
    fired: u64,
    limit: Option<u64>,
}

impl Watched {
    /// The disk in whose folder a file lies.
    pub fn of(path: &Path) -> Option<Arc<Self>> {
        let all = WATCHED.read().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .filter_map(Weak::upgrade)
            .find(|disk| path.starts_with(&disk.folder))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn within(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.folder).unwrap_or(path).to_owned()
    }

    /// A call comes; it may have to fail.
    pub fn admit(&self, call: Call) -> Result<(), Answer> {
        let mut state = self.state();
        state.calls.0[call.index()] += 1;
        let count = state.calls.of(call);
        match state.fault {
            Some(fault) if fault.hits(call, count) => {
                state.fired += 1;
                Err(fault.answer)
            }
            _ => Ok(()),
        }
    }

    /// Whether a file may grow by so many bytes.
    pub fn has_room(&self, bytes: u64) -> bool {
        let limit = self.state().limit;
        limit.is_none_or(|limit| used(&self.folder).is_ok_and(|used| used + bytes <= limit))
    }

    /// SQLite has opened a file.
    pub fn opened(&self, path: &Path, is_new: bool) -> FileId {
        let mut state = self.state();
        state.look(&self.folder);
        let inode = fs::metadata(path).map_or(0, |metadata| metadata.ino());
        if let Some(file) = state.known.get(&inode) {
            return *file;
        }
        state.files += 1;
        let file = state.files;
        let within = self.within(path);
        state.known.insert(inode, file);
        state.names.insert(within.clone(), file);
        state.others.remove(&within);
        let bytes = fs::read(path).unwrap_or_default();
        state.steps.push(Step::Open {
            file,
            path: within,
            bytes,
            is_new,
        });
        file
    }

    /// SQLite has deleted a file.
    pub fn deleted(&self, path: &Path, inode: u64, is_durable: bool) {
        let mut state = self.state();
        state.look(&self.folder);
        let path = self.within(path);
        state.known.remove(&inode);
        state.names.remove(&path);
        state.others.remove(&path);
        state.steps.push(Step::Delete { path, is_durable });
    }

    /// SQLite has changed or synced a file.
    pub fn push(&self, step: Step) {
        let mut state = self.state();
        if matches!(step, Step::Sync { .. }) {
            state.look(&self.folder);
        }
        state.steps.push(step);
    }
}

impl State {
    /// Notices what happened past SQLite.
    fn look(&mut self, folder: &Path) {
        let Ok(now) = listing(folder) else { return };
        for (path, stamp) in &now {
            if let Some(file) = self.known.get(&stamp.inode) {
                if self.names.get(path) != Some(file) {
                    let file = *file;
                    self.names.retain(|_, named| *named != file);
                    self.names.insert(path.clone(), file);
                    self.others.remove(path);
                    let path = path.clone();
                    self.steps.push(Step::Renamed { file, path });
                }
            } else if self.others.get(path) != Some(stamp)
                && let Ok(bytes) = fs::read(folder.join(path))
            {
                self.others.insert(path.clone(), *stamp);
                let path = path.clone();
                self.steps.push(Step::Put { path, bytes });
            }
        }
        let gone: Vec<PathBuf> = self
            .names
            .keys()
            .chain(self.others.keys())
            .filter(|path| !now.contains_key(*path))
            .cloned()
            .collect();
        for path in gone {
            if let Some(file) = self.names.remove(&path) {
                self.known.retain(|_, known| *known != file);
            }
            self.others.remove(&path);
            self.steps.push(Step::Gone { path });
        }
    }
}

/// Every file below a folder, but indexes of logs, which are no part of the data.
fn listing(folder: &Path) -> io::Result<BTreeMap<PathBuf, Stamp>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at)? {
            let path = entry?.path();
            let metadata = path.symlink_metadata()?;
            if metadata.is_dir() {
                folders.push(path);
                continue;
            }
            if path.to_string_lossy().ends_with("-shm") {
                continue;
            }
            let stamp = Stamp {
                inode: metadata.ino(),
                len: metadata.len(),
                changed: (metadata.mtime(), metadata.mtime_nsec()),
            };
            let within = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            found.insert(within, stamp);
        }
    }
    Ok(found)
}

fn used(folder: &Path) -> io::Result<u64> {
    Ok(listing(folder)?.values().map(|stamp| stamp.len).sum())
}
