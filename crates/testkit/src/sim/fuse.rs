//! Where a commit fails: the process dies just before it, just after it, or
//! the disk is full.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// The process dies; nothing of this commit is there afterwards.
    Before,
    /// The process dies; all of this commit is there, and nobody was told.
    After,
    /// This commit finds no room, and the process goes on.
    Full,
}

/// What a store does at a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Commits.
    Passes,
    /// Drops what it was about to commit, and nothing works any more.
    DiesBefore,
    /// Commits, and nothing works any more.
    DiesAfter,
    /// Drops what it was about to commit.
    Full,
}

/// Set by the simulator, asked by a store at each commit. Clones are the same
/// fuse.
#[derive(Debug, Clone, Default)]
pub struct Fuse(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Commits that pass before the one that fails.
    set: Option<(u32, Blow)>,
    blown: bool,
    commits: u64,
    hit: Option<Blow>,
}

impl Fuse {
    /// The commit after `passing` more fails so.
    pub fn set(&self, passing: u32, blow: Blow) {
        self.state().set = Some((passing, blow));
    }

    /// Whether the process is dead: nothing may be read or written.
    #[must_use]
    pub fn is_blown(&self) -> bool {
        self.state().blown
    }

    /// A new process: whatever was set no longer is.
    pub fn renew(&self) {
        let mut state = self.state();
        state.blown = false;
        state.set = None;
    }

    /// A commit is about to happen.
    #[must_use]
    pub fn at_commit(&self) -> Gate {
        let mut state = self.state();
        let blow = match &mut state.set {
            None => None,
            Some((0, blow)) => Some(*blow),
            Some((passing, _)) => {
                *passing -= 1;
                None
            }
        };
        let Some(blow) = blow else {
            state.commits += 1;
            return Gate::Passes;
        };
        state.set = None;
        state.hit = Some(blow);
        state.blown = blow != Blow::Full;
        match blow {
            Blow::Before => Gate::DiesBefore,
            Blow::Full => Gate::Full,
            Blow::After => {
                state.commits += 1;
                Gate::DiesAfter
            }
        }
    }

    /// Commits so far.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.state().commits
    }

    /// What hit since this was asked last.
    #[must_use]
    pub fn take_hit(&self) -> Option<Blow> {
        self.state().hit.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
