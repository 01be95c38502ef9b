//! The files of every released version become those of this one, whenever the
//! migration is killed or loses its power, and nothing that was saved is lost.
//!
//! `HANDOFF_LOSSES` sets how many losses are looked at behind each call to the
//! disk; without it the two ends are: all that was written is there, and
//! nothing that was not synced. `HANDOFF_KILLS` sets how many processes are
//! killed on each side of each version.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;

use handoff_testkit::crash_fs;
use handoff_tests::kills::{calls_of, killed_at, place, reported, wrong};
use handoff_tests::power::{
    Aged, Plan, Size, at_every_step, made_new, scenes_of, schemas_of, upgraded,
};
use handoff_tests::released::{found, versions};
use handoff_tests::world::{World, handoff, referral, run};

/// The schemas that each release wrote. A release adds its row; none is edited.
const WROTE: [(&str, [u32; 4]); 2] = [("0.1.0", [4, 4, 1, 4]), ("0.1.0-alpha", [2, 1, 1, 1])];

fn losses() -> usize {
    let set = std::env::var("HANDOFF_LOSSES").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(2)
}

#[test]
fn a_migration_of_a_released_version_is_killed_at_every_call_and_loses_nothing() {
    crash_fs::install();
    let plan = Plan {
        points: 0,
        size: Size::Small,
        threads: 2,
        seed: 1,
    };
    for version in versions() {
        let scenes = scenes_of(&version);
        let report = at_every_step(&scenes, losses(), plan, &std::env::temp_dir());
        println!("{}", report.to_json());
        assert!(report.is_clean(), "{:#?}", report.words);
        let steps: usize = scenes.iter().map(|scene| scene.recording.len()).sum();
        assert!(report.runs >= steps as u64, "{} of {steps}", report.runs);
    }
}

#[test]
fn released_files_have_the_schemas_that_their_version_wrote() {
    for version in versions() {
        let found = schemas_of(&version);
        let name = &found[0].version;
        let (_, wrote) = WROTE.iter().find(|(of, _)| of == name).unwrap();
        let expected: Vec<Aged> = ["device", "vault", "drafts", "site"]
            .into_iter()
            .zip(*wrote)
            .map(|(file, schema)| Aged {
                version: name.clone(),
                file,
                schema,
            })
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn released_files_end_with_the_very_schema_of_new_ones() {
    let new: BTreeMap<_, _> = made_new().into_iter().collect();
    assert_eq!(new.len(), 4);
    for version in versions() {
        for (file, tables) in upgraded(&version) {
            assert!(tables.len() > 1, "{file}");
            assert_eq!(tables, new[file], "{file} of {}", version.display());
        }
    }
}

/// How many processes are killed on each side of a version.
fn kills() -> usize {
    let set = std::env::var("HANDOFF_KILLS").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// Saves one more referral on the device that a version left: opening it brings
/// its three files up to date. Says what was saved.
fn refer(world: &World, before: &[String]) -> (Option<String>, bool) {
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let program = if before.is_empty() {
        handoff().as_os_str()
    } else {
        "strace".as_ref()
    };
    let arguments = ["refer", "--file", "-", "--json"];
    let command = world.device_command(program, &before, "device", &arguments);
    let said = run(command, &referral(7));
    (reported(&said.out).pop(), said.code() != 0)
}

#[test]
fn a_program_that_is_killed_while_it_migrates_loses_nothing() {
    for version in versions() {
        let (counted, _) = found(&version).unwrap();
        let calls = calls_of(&counted, &["refer", "--file", "-", "--json"], &referral(7));
        let (_, opening) = counted.open_site_killed_at_write("site", usize::MAX >> 48);
        let kills = kills();
        let mut killed = 0;
        for n in 0..kills {
            let (world, known) = found(&version).unwrap();
            let (saved, was_killed) = refer(&world, &killed_at(place(n, kills, calls)));
            killed += usize::from(was_killed);
            let mut ledger: Vec<String> = ["approved", "received", "waiting"]
                .map(|name| known[name].as_str().unwrap().to_owned())
                .into();
            ledger.extend(saved);
            let (site_died, _) = world.open_site_killed_at_write("site", place(n, kills, opening));
            killed += usize::from(site_died);
            let _site = world.serve("site");
            let up = world.device("device", &["sync", "--json"]).json();
            assert_eq!(up["waiting"].as_u64(), Some(0), "{up}");
            assert_eq!(wrong(&world, &ledger), Vec::<String>::new());
        }
        println!(
            "{}: {killed} of {} killed, at {calls} calls of a device and {opening} of a site",
            version.display(),
            2 * kills
        );
        assert!(killed >= kills, "only {killed} of {} died", 2 * kills);
    }
}
