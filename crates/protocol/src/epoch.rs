//! Epochs: which state of the site a receipt speaks of.
//!
//! A restored site opens a new epoch. The id is random, never a counter: two
//! restores of one backup must not look the same.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{EpochId, SitePin};
use crate::signed::Statement;

/// An epoch of a site. Signed by the identity key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Which site.
    pub site: SitePin,
    /// Its id.
    pub id: EpochId,
    /// The epochs that it descends from, its parent first.
    pub ancestors: Vec<EpochId>,
    /// When it was opened, site time.
    pub opened_at: DateTime<Utc>,
}

impl Statement for EpochRecord {
    const TAG: &'static str = "handoff/epoch/1";
}

/// How an epoch that a device names relates to the one that the site is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// The same.
    Same,
    /// The site has moved on from it: an ordinary restore that was announced.
    Ancestor,
    /// It descends from the site's epoch: the site was rolled back without
    /// being told.
    Descendant,
    /// Neither: another branch of restores of the same site.
    Sibling,
}

impl EpochRecord {
    /// How `other` relates to this, the current epoch.
    #[must_use]
    pub fn kinship(&self, other: &Self) -> Kinship {
        if other.id == self.id {
            Kinship::Same
        } else if self.ancestors.contains(&other.id) {
            Kinship::Ancestor
        } else if other.ancestors.contains(&self.id) {
            Kinship::Descendant
        } else {
            Kinship::Sibling
        }
    }
}
