//! What has to be true after kills.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::world::World;

/// What is not as it was reported, in words.
#[derive(Debug, Default)]
pub struct Wrong {
    /// Reported saved, and not at the site, or not received.
    pub lost: Vec<String>,
    /// At the site more than once.
    pub duplicated: Vec<String>,
    /// On one side only.
    pub diverged: Vec<String>,
    /// A process that nobody killed failed.
    pub failed: Vec<String>,
}

impl Wrong {
    /// Everything, worst first.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        let all = [&self.lost, &self.duplicated, &self.diverged, &self.failed];
        all.into_iter().flatten().map(String::as_str).collect()
    }

    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.duplicated.extend(other.duplicated);
        self.diverged.extend(other.diverged);
        self.failed.extend(other.failed);
    }
}

/// The referrals that a process said it has saved.
#[must_use]
pub fn reported(out: &str) -> Vec<String> {
    out.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|row| row["referral"].as_str().map(str::to_owned))
        .collect()
}

/// What is not so: every reported save is at the site once, with a receipt on
/// the device, and the site has nothing that the device does not know.
///
/// # Panics
/// When a listing is not one.
#[must_use]
pub fn wrong(world: &World, ledger: &[String]) -> Wrong {
    let id = |row: &Value| row["referral"].as_str().expect("an id").to_owned();
    let mut at_site: BTreeMap<String, usize> = BTreeMap::new();
    for row in world.referrals() {
        *at_site.entry(id(&row)).or_default() += 1;
    }
    let mut wrong = Wrong::default();
    for saved in ledger {
        if !at_site.contains_key(saved) {
            let what = format!("{saved} was reported saved and is not at the site");
            wrong.lost.push(what);
        }
    }
    for (referral, count) in &at_site {
        if *count != 1 {
            let what = format!("{referral} is at the site {count} times");
            wrong.duplicated.push(what);
        }
    }
    let listed = world.listed("device");
    for row in listed.iter().filter(|row| row["standing"] != "received") {
        let what = format!("{} has no receipt on the device", id(row));
        wrong.lost.push(what);
    }
    // A kill may come after the commit and before the word of it: more may be
    // there than was reported, never less.
    let on_device: BTreeSet<String> = listed.iter().map(id).collect();
    let at_site: BTreeSet<String> = at_site.into_keys().collect();
    for referral in on_device.symmetric_difference(&at_site) {
        let what = format!("{referral} is on one side only");
        wrong.diverged.push(what);
    }
    wrong
}

/// One sync that nobody kills brings all that waits.
pub(super) fn one_sync_brings_all(world: &World) -> Wrong {
    let said = world.device("device", &["sync", "--json"]);
    let up: Value = serde_json::from_str(&said.out).unwrap_or(Value::Null);
    let mut wrong = Wrong::default();
    if said.code() != 0 {
        wrong.failed.push(format!("a sync failed: {said:?}"));
    } else if (up["waiting"].as_u64(), up["parked"].as_u64()) != (Some(0), Some(0)) {
        let what = format!("one sync did not bring all: {up}");
        wrong.lost.push(what);
    }
    wrong
}
