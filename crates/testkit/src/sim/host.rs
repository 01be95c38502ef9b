//! A device: its files, its process, its people.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::UserId;
use handoff_protocol::ids::{DeviceId, ItemId, Lane, SitePin};
use handoff_protocol::message::{Cursor, ProtocolRange};
use handoff_vault::{SigningKey, UserKeys};

use super::device::{DeviceFiles, Image};
use super::driver::Running;
use super::fuse::Fuse;

/// A device.
#[derive(Debug)]
pub(super) struct Host {
    pub device: DeviceId,
    pub site: SitePin,
    pub key: SigningKey,
    pub files: Box<dyn DeviceFiles>,
    pub fuse: Fuse,
    /// Which life of its process this is.
    pub life: u32,
    /// Versions that its program speaks.
    pub speaks: ProtocolRange,
    /// How far its clock is from the right time, in milliseconds.
    pub skew_ms: i64,
    /// How far the site's clock is from its own, as it believes.
    pub offset_ms: i64,
    pub sync: Option<Running>,
    pub keys: BTreeMap<UserId, UserKeys>,
    pub unlocked: BTreeSet<UserId>,
    pub images: Vec<Box<dyn Image>>,
    /// Its files were copied, or are a copy.
    pub was_copied: bool,
    /// Lanes that a receipt has shown to go another way than its own.
    pub strayed: BTreeSet<Lane>,
    pub batch: usize,
    /// What answers have taken from people since it was looked at.
    pub evicted: Vec<(UserId, ItemId, Cursor)>,
    /// What answers have ordered away since.
    pub ordered: Vec<ItemId>,
    /// Commits and life as of which it was looked at.
    pub looked: Option<(u64, u32)>,
}

impl Host {
    /// The process is gone; what is durable stays.
    pub fn reboot(&mut self, is_late: bool) {
        self.files.die(is_late);
        self.life += 1;
        self.sync = None;
        self.unlocked.clear();
    }

    /// What its clock says, in milliseconds.
    pub fn clock(&self, now_ms: i64) -> i64 {
        now_ms.saturating_add(self.skew_ms)
    }
}
