//! A recording, walked from its beginning.

use super::image::Image;
use super::log::{Kind, Step};
use super::loss::{Loss, lose};

/// Everything that was done to a disk between two moments.
#[derive(Debug, Clone)]
pub struct Recording {
    pub(super) before: Image,
    pub(super) steps: Vec<Step>,
}

impl Recording {
    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Walks it from the beginning.
    #[must_use]
    pub fn replay(&self) -> Replay<'_> {
        Replay {
            recording: self,
            image: self.before.clone(),
            at: 0,
        }
    }
}

/// A walk over a recording.
#[derive(Debug)]
pub struct Replay<'a> {
    recording: &'a Recording,
    image: Image,
    at: usize,
}

/// The disk behind one step.
#[derive(Debug)]
pub struct Moment<'a> {
    /// How many steps were done.
    pub at: usize,
    /// What the last one was.
    pub kind: Kind,
    image: &'a Image,
}

impl Replay<'_> {
    /// The moment behind the next step; `None` at the end.
    pub fn step(&mut self) -> Option<Moment<'_>> {
        let step = self.recording.steps.get(self.at)?;
        self.image.take(step);
        self.at += 1;
        Some(Moment {
            at: self.at,
            kind: step.kind(),
            image: &self.image,
        })
    }
}

impl Moment<'_> {
    /// The folder after a power cut now. Seed 0 keeps nothing that was not
    /// synced, seed 1 everything, any other some of it.
    #[must_use]
    pub fn lose(&self, seed: u64) -> Loss {
        lose(self.image, seed)
    }

    /// Whether everything is durable, so that all losses are the same.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.image.is_settled()
    }
}
