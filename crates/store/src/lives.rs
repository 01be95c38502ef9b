//! Lives of the journal: going on after another copy of this device has.
//!
//! A disk was cloned, or an image put back. The site holds what this device
//! signed and does not have, or holds the lane on a branch. What was saved here
//! stays in its lane and is sent; what is saved from now on stands in a lane of
//! its own, whose beginning names the place where the old one was left.

use std::sync::PoisonError;

use handoff_protocol::chain::Parent;
use handoff_protocol::ids::{Incarnation, Lane};

use crate::device::{DeviceReader, DeviceStore, ReadError};
use crate::error::StorageError;
use crate::journal;
use crate::lane;

/// What a receipt has proved of the lane that is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlived {
    /// The site has more of it than this device: these files are a copy of
    /// earlier ones.
    Behind,
    /// The site has it another way than this device from some position on.
    Forked,
}

impl Outlived {
    /// The word that stands in the file.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Behind => "behind",
            Self::Forked => "forked",
        }
    }

    pub(crate) fn from_str(word: &str) -> Self {
        match word {
            "behind" => Self::Behind,
            _ => Self::Forked,
        }
    }
}

/// When and why the journal went on in a new life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WentOn {
    /// What the device's clock said.
    pub at_ms: i64,
    /// Why.
    pub why: Outlived,
}

impl DeviceReader {
    /// When and why the journal last went on in a new life; `None` for a
    /// device of which the site knows no other copy.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn went_on(&self) -> Result<Option<WentOn>, ReadError> {
        self.read(lane::went_on)
    }
}

impl DeviceStore {
    /// Goes on in a new life of the journal, if `from` is still the one that is
    /// written to. What was saved before stays and is sent.
    ///
    /// # Errors
    /// [`StorageError`]; the device goes on in the old one then.
    pub fn go_on(
        &self,
        from: &Lane,
        why: Outlived,
        incarnation: Incarnation,
        now_ms: i64,
    ) -> Result<Option<Lane>, StorageError> {
        // Saves wait: each knows the lane that it seals for.
        let mut current = self
            .shared
            .lane
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if current.lane != *from {
            return Ok(None);
        }
        let lane = Lane::Device {
            device: self.shared.me.device,
            incarnation,
        };
        let key = self.shared.write(|tx| {
            let head = journal::tail(tx, &current)?.head;
            let parent = Parent {
                lane: current.lane,
                seq: head.seq,
                hash: head.hash,
            };
            // The other copy may have sent what stands here, whatever this one
            // remembers of it.
            lane::may_all_have_left(tx, current.number, head.seq)?;
            let number = lane::insert(tx, &lane, Some(&parent))?;
            lane::set_went_on(tx, number, WentOn { at_ms: now_ms, why })?;
            Ok(lane::by_number(tx, number)?.key)
        })?;
        *current = key;
        Ok(Some(lane))
    }
}
