//! What became of a spoiled folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;
use handoff_site::{RestoreOptions, Site};

use super::past::Past;
use crate::lab::{SLOT, open_device, open_site, salvage_device};
use crate::power::{Depth, Findings, survey_device, survey_site};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was acknowledged is there and reads.
    Harmless,
    /// Something said so: an opening, a reading, a file that was set aside.
    Detected,
    /// The next sync noticed, or brought back what was gone.
    Healed,
    /// Something is not shown, and is in the journal and at the site.
    Hidden,
    /// Something is gone and nothing said so.
    Silent(Vec<String>),
}

/// What salvage got out of a damaged journal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Salvaged {
    /// Entries that wait for the site and read.
    pub read: u64,
    /// Those that do not: they were on the spoiled page.
    pub gone: u64,
}

/// Looks at a device.
pub fn device(past: &Past, home: &Path, salvaged: &mut Salvaged) -> Verdict {
    let badge = &past.lab.badges[0];
    let found = survey_device(home, badge, &past.today, Depth::Ordinary);
    if found.is_clean() {
        return Verdict::Harmless;
    }
    if found.corrupt.is_empty() {
        return healed(past, home, &found);
    }
    let set_aside = home.join("quarantine/1/device.db");
    if set_aside.exists() {
        count_salvaged(past, home, &set_aside, salvaged);
        return Verdict::Detected;
    }
    // Only a person's file was set aside: the view is made again.
    let opens = open_device(home).is_ok();
    if opens && home.join("quarantine").exists() {
        rebuilt(past, home)
    } else {
        Verdict::Detected
    }
}

fn count_salvaged(past: &Past, home: &Path, file: &Path, salvaged: &mut Salvaged) {
    let Ok(found) = salvage_device(home, file) else {
        salvaged.gone += past.unsent.len() as u64;
        return;
    };
    let ids: BTreeSet<ItemId> = found
        .runs
        .iter()
        .flat_map(|run| run.items.iter().map(|item| item.id()))
        .collect();
    for id in &past.unsent {
        if ids.contains(&ItemId(id.0)) {
            salvaged.read += 1;
        } else {
            salvaged.gone += 1;
        }
    }
}

/// Syncs with a copy of the site, and looks once more.
fn healed(past: &Past, home: &Path, before: &Findings) -> Verdict {
    if let Err(error) = sync(past, home) {
        return Verdict::Silent(vec![error]);
    }
    let badge = &past.lab.badges[0];
    let found = survey_device(home, badge, &past.today, Depth::Ordinary);
    if found.is_clean() {
        Verdict::Healed
    } else if found.lost.is_empty() && found.corrupt.is_empty() {
        Verdict::Hidden
    } else {
        let all = before.lost.iter().chain(&found.lost).chain(&found.corrupt);
        Verdict::Silent(all.cloned().collect())
    }
}

/// After a sync the view has everything again.
fn rebuilt(past: &Past, home: &Path) -> Verdict {
    match sync(past, home).map(|()| missing_in_view(past, home)) {
        Ok(missing) if missing.is_empty() => Verdict::Detected,
        Ok(missing) => Verdict::Silent(missing),
        Err(error) => Verdict::Silent(vec![error]),
    }
}

/// One real sync with a copy of today's site.
fn sync(past: &Past, home: &Path) -> Result<(), String> {
    let data = past.lab.copy(&past.site_resting, "sync-data");
    let site = open_site(&data);
    let serving = past.lab.serve(&site);
    let store = open_device(home)?;
    let session = Arc::new(unlock(past, &store)?);
    let mut said = Ok(());
    for _ in 0..4 {
        let summary = past.lab.sync(&store, Some(&session), serving.address());
        said = match summary.stop {
            Some(stop) => Err(format!("the sync stopped: {stop:?}")),
            None => Ok(()),
        };
    }
    past.lab.runtime.block_on(serving.stop());
    drop(site);
    std::fs::remove_dir_all(&data).expect("a scratch folder");
    said
}

fn unlock(
    past: &Past,
    store: &handoff_store::DeviceStore,
) -> Result<handoff_store::UserSession, String> {
    let session = store
        .unlock(SLOT, past.lab.badges[0].reading())
        .map_err(|error| format!("{error:?}"))?;
    session.catch_up().map_err(|error| format!("{error:?}"))?;
    Ok(session)
}

fn missing_in_view(past: &Past, home: &Path) -> Vec<String> {
    let session = open_device(home).and_then(|store| unlock(past, &store));
    let session = match session {
        Ok(session) => session,
        Err(error) => return vec![error],
    };
    let is_missing = |id: &&EntryId| !matches!(session.referral((**id).into()), Ok(Some(_)));
    let missing = past.today.saved.iter().filter(is_missing);
    missing
        .map(|id| format!("{id} is not in the view"))
        .collect()
}

/// Looks at a site.
pub fn site(past: &Past, data: &Path) -> Verdict {
    let found = survey_site(data, &past.today);
    if found.is_clean() {
        return Verdict::Harmless;
    }
    if !found.corrupt.is_empty() {
        return Verdict::Detected;
    }
    // Whoever holds receipts brings back what they cover.
    let home = past.lab.copy(&past.resting, "sync-home");
    let site = open_site(data);
    let serving = past.lab.serve(&site);
    let store = open_device(&home).expect("a device");
    for _ in 0..4 {
        let _ = past.lab.sync(&store, None, serving.address());
    }
    past.lab.runtime.block_on(serving.stop());
    let missing = lacking(&site, &past.today.custody);
    drop((store, site));
    std::fs::remove_dir_all(&home).expect("a scratch folder");
    if missing.is_empty() {
        Verdict::Healed
    } else {
        Verdict::Silent(found.lost.into_iter().chain(missing).collect())
    }
}

/// What a site lacks of what it gave receipts over.
fn lacking(site: &Site, custody: &BTreeSet<EntryId>) -> Vec<String> {
    let held = |id: &EntryId| {
        let held = site
            .storage()
            .reading(|reads| reads.items_by_id(ItemId(id.0)));
        held.is_ok_and(|held| !held.is_empty())
    };
    let missing = custody.iter().filter(|id| !held(id));
    missing
        .map(|id| format!("{id} is not at the site"))
        .collect()
}

/// Restores a backup.
pub fn backup(past: &Past, file: &Path) -> Verdict {
    let data = past.lab.path("restored");
    let options = RestoreOptions {
        data: &data,
        file,
        recovery_key: &past.lab.recovery_key,
        control_log: None,
    };
    let restored = handoff_site::restore(&options, &handoff_site::Host::system());
    let verdict = match restored {
        Err(_) => Verdict::Detected,
        Ok(_) => {
            let missing = lacking(&open_site(&data), &past.today.custody);
            if missing.is_empty() {
                Verdict::Harmless
            } else {
                Verdict::Silent(missing)
            }
        }
    };
    let _ = std::fs::remove_dir_all(&data);
    verdict
}
