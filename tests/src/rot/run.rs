//! Spoils file after file, and counts verdicts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handoff_protocol::ids::ItemId;
use handoff_vault::OsRandom;

use super::judge::{self, Salvaged, Verdict};
use super::past::Past;
use crate::lab::{SLOT, copy_folder, open_device, open_site};
use crate::power::NOW_MS;
use crate::report::Report;
use crate::synthetic::Seeded;

/// The size of a page, in bytes.
const PAGE: usize = 4096;

/// Turns so many bits in every kind of file, one at a time.
///
/// # Panics
/// When a scratch folder fails.
#[must_use]
pub fn flips(each: usize, seed: u64, folder: &Path) -> Report {
    let past = Past::live(folder);
    let mut report = Report::new("bit flips");
    report.seeds = format!("{seed}..");
    let mut rng = Seeded::new(seed);
    let mut salvaged = Salvaged::default();
    let logs = |name: &str| name.ends_with("-wal");
    let files = |name: &str| !name.ends_with("-shm") && name != "site.toml" && name != "lock";
    for (of, only_logs) in [(&past.resting, false), (&past.cut, true)] {
        for file in files_of(of) {
            let name = file.to_string_lossy().into_owned();
            if !files(&name) || logs(&name) != only_logs {
                continue;
            }
            for _ in 0..each {
                let home = spoiled(&past, of, &file, &mut rng);
                let verdict = judge::device(&past, &home, &mut salvaged);
                count(&mut report, &kind_of("device", &name), verdict);
                std::fs::remove_dir_all(&home).expect("a scratch folder");
            }
        }
    }
    for (of, only_logs) in [(&past.site_resting, false), (&past.site_cut, true)] {
        for file in files_of(of) {
            let name = file.to_string_lossy().into_owned();
            if !files(&name) || logs(&name) != only_logs {
                continue;
            }
            for _ in 0..each {
                let data = spoiled(&past, of, &file, &mut rng);
                let verdict = judge::site(&past, &data);
                count(&mut report, &kind_of("site", &name), verdict);
                std::fs::remove_dir_all(&data).expect("a scratch folder");
            }
        }
    }
    for _ in 0..each {
        let file = past.lab.path("spoiled.backup");
        let bytes = std::fs::read(&past.backup).expect("a backup");
        std::fs::write(&file, turned(bytes, &mut rng)).expect("a file");
        count(&mut report, "backup", judge::backup(&past, &file));
        std::fs::remove_file(&file).expect("a file");
    }
    report.figure("unsent_salvaged", salvaged.read);
    report.figure("unsent_on_the_spoiled_page", salvaged.gone);
    report
}

/// Puts every page that has changed, and every file, back as it was yesterday.
///
/// # Panics
/// When a scratch folder fails.
#[must_use]
pub fn yesterday(folder: &Path) -> Report {
    let past = Past::live(folder);
    let mut report = Report::new("yesterday's pages and files");
    let mut salvaged = Salvaged::default();
    for file in files_of(&past.resting) {
        let name = file.to_string_lossy().into_owned();
        let old = std::fs::read(past.yesterday.join(&file)).unwrap_or_default();
        let new = std::fs::read(past.resting.join(&file)).expect("a file");
        // A draft of yesterday is yesterday's draft: nothing else knows of it.
        if !name.ends_with(".db") || name.starts_with("drafts") || old.is_empty() {
            continue;
        }
        let pages = old.len().min(new.len()) / PAGE;
        for page in (0..pages).map(|page| page * PAGE..(page + 1) * PAGE) {
            if old[page.clone()] == new[page.clone()] {
                continue;
            }
            let mut bytes = new.clone();
            bytes[page.clone()].copy_from_slice(&old[page]);
            let home = past.lab.copy(&past.resting, "paged");
            std::fs::write(home.join(&file), bytes).expect("a file");
            let verdict = judge::device(&past, &home, &mut salvaged);
            count(
                &mut report,
                &format!("{} page", kind_of("device", &name)),
                verdict,
            );
            std::fs::remove_dir_all(&home).expect("a scratch folder");
        }
        let home = past.lab.copy(&past.resting, "filed");
        std::fs::write(home.join(&file), old).expect("a file");
        let kind = format!("{} whole", kind_of("device", &name));
        let verdict = if name == "device.db" {
            forked(&past, &home)
        } else {
            judge::device(&past, &home, &mut salvaged)
        };
        count(&mut report, &kind, verdict);
        std::fs::remove_dir_all(&home).expect("a scratch folder");
    }
    report
}

/// A journal of yesterday, used: what is saved from then on arrives, what the
/// site had stays, and the next sync says that something is wrong.
fn forked(past: &Past, home: &Path) -> Verdict {
    let data = past.lab.copy(&past.site_resting, "forked-data");
    let site = open_site(&data);
    let serving = past.lab.serve(&site);
    let store = open_device(home).expect("yesterday's device opens");
    let badge = &past.lab.badges[0];
    let session = Arc::new(store.unlock(SLOT, badge.reading()).expect("an unlock"));
    session.catch_up().expect("a catch-up");
    let entry = badge.referral(&mut Seeded::new(0x000f_012c));
    session
        .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
        .expect("a save");
    for _ in 0..4 {
        let _ = past.lab.sync(&store, Some(&session), serving.address());
    }
    past.lab.runtime.block_on(serving.stop());
    let mut wrong = Vec::new();
    site.storage()
        .reading(|reads| {
            for id in past.today.custody.iter().chain([&entry.id]) {
                if reads.items_by_id(ItemId(id.0))?.is_empty() {
                    wrong.push(format!("{id} is not at the site"));
                }
            }
            let lanes = reads.all_lines()?;
            let forks = lanes.iter().filter(|line| line.from.is_some()).count();
            if forks == 0 && reads.alarms()?.is_empty() {
                wrong.push("the site has noticed nothing".to_owned());
            }
            Ok::<_, handoff_site::storage::StorageError>(())
        })
        .expect("the store reads");
    drop((session, store, site));
    std::fs::remove_dir_all(&data).expect("a scratch folder");
    if wrong.is_empty() {
        Verdict::Healed
    } else {
        Verdict::Silent(wrong)
    }
}

/// A copy of a folder with one bit of one file turned.
fn spoiled(past: &Past, of: &Path, file: &Path, rng: &mut Seeded) -> PathBuf {
    let home = past.lab.path("spoiled");
    copy_folder(of, &home);
    let bytes = std::fs::read(home.join(file)).expect("a file");
    std::fs::write(home.join(file), turned(bytes, rng)).expect("a file");
    home
}

fn turned(mut bytes: Vec<u8>, rng: &mut Seeded) -> Vec<u8> {
    let at = usize::try_from(rng.below(bytes.len() as u64)).unwrap_or(0);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << rng.below(8);
    }
    bytes
}

/// Every file below a folder.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("within").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// A file's kind: its name without what is random in it.
fn kind_of(side: &str, name: &str) -> String {
    let kind = match name.split_once('-') {
        Some((kind @ ("vault" | "drafts"), rest)) if rest.ends_with("-wal") => {
            format!("{kind} log")
        }
        Some((kind @ ("vault" | "drafts"), _)) => kind.to_owned(),
        _ if name.starts_with("keys") => "key".to_owned(),
        _ => name.replace("-wal", " log"),
    };
    format!("{side}: {kind}")
}

fn count(report: &mut Report, kind: &str, verdict: Verdict) {
    report.runs += 1;
    report.fault(kind, 1);
    let (word, wrong) = match verdict {
        Verdict::Harmless => ("harmless", Vec::new()),
        Verdict::Detected => ("detected", Vec::new()),
        Verdict::Healed => ("noticed by the next sync", Vec::new()),
        Verdict::Hidden => ("kept and not shown", Vec::new()),
        Verdict::Silent(wrong) => ("silent", wrong),
    };
    report.figure(word, 1);
    report.figure(&format!("{kind}: {word}"), 1);
    if !wrong.is_empty() {
        report.lost(kind, &wrong[..1]);
    }
}
