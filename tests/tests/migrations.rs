//! The files of every released version become those of this one, whenever the
//! migration is killed or loses its power, and nothing that was saved is lost.
//!
//! `HANDOFF_LOSSES` sets how many losses are looked at behind each call to the
//! disk; without it the two ends are: all that was written is there, and
//! nothing that was not synced.
//!
//! Processes that are killed while they migrate are in `kill.rs`: a child that is
//! being started holds the lock of a device that is open here.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;

use handoff_testkit::crash_fs;
use handoff_tests::power::{
    Aged, Plan, Size, at_every_step, made_new, scenes_of, schemas_of, upgraded,
};
use handoff_tests::released::versions;

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
