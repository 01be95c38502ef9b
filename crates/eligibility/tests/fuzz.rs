//! Packs and facts that something has chewed on: never a panic, and a place
//! for each error.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use common::random_pack;
use handoff_domain::{Door, Facts};
use handoff_eligibility::{RulePack, builtin, run_pack_tests, screen};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// One change of a text: somewhere, something is cut out, doubled or replaced.
#[derive(Clone, Debug)]
struct Bite {
    at: usize,
    len: usize,
    with: String,
}

fn bites() -> impl Strategy<Value = Vec<Bite>> {
    let with = prop_oneof![
        Just(String::new()),
        proptest::sample::select(&TEETH[..]).prop_map(str::to_owned),
        ".{0,6}",
    ];
    let bite =
        (any::<usize>(), 0usize..24, with).prop_map(|(at, len, with)| Bite { at, len, with });
    proptest::collection::vec(bite, 1..4)
}

const TEETH: [&str; 18] = [
    "\"",
    "[[rule]]\n",
    "= -1",
    "= 99999999999999999999",
    "= 1e400",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\u{0}",
    "null",
    "true",
    "{ }",
    "\"\"",
    "\u{1F600}",
    "0000-02-30",
    "-9223372036854775808",
];

fn bitten(text: &str, bites: &[Bite]) -> String {
    let mut text = text.to_owned();
    for bite in bites {
        let near = |at: usize, text: &str| {
            (0..=at.min(text.len()))
                .rev()
                .find(|i| text.is_char_boundary(*i))
                .unwrap_or(0)
        };
        let from = near(bite.at % (text.len() + 1), &text);
        let to = near(from + bite.len, &text).max(from);
        text.replace_range(from..to, &bite.with);
    }
    text
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn a_chewed_pack_is_an_error_with_a_place_or_a_pack_that_screens() {
    let (mut packs, mut errors) = (0u32, 0u32);
    let which = 0..builtin().len();
    let counts = std::cell::RefCell::new((&mut packs, &mut errors));
    let random = random_pack::packs();
    runner(1500)
        .run(
            &(which, random, any::<bool>(), bites()),
            |(which, random, is_random, bites)| {
                let text = if is_random {
                    random.as_str()
                } else {
                    builtin()[which].toml
                };
                let text = bitten(text, &bites);
                let mut counts = counts.borrow_mut();
                match RulePack::parse(&text) {
                    Ok(pack) => {
                        *counts.0 += 1;
                        let _ = run_pack_tests(&pack);
                        for door in Door::ALL {
                            let _ = screen(&pack, pack.clear(), door, pack.effective_from());
                        }
                    }
                    Err(error) => {
                        *counts.1 += 1;
                        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
                        prop_assert!((1..=lines + 1).contains(&error.line), "{}", error);
                        prop_assert!(error.column >= 1);
                        prop_assert!(error.to_string().len() < 4000);
                    }
                }
                Ok(())
            },
        )
        .unwrap();
    println!("{packs} packs, {errors} errors with a place");
    assert!(
        packs >= 50 && errors >= 500,
        "{packs} packs, {errors} errors"
    );
}

/// Facts in which everything is said.
const FULL: &str = r#"{
  "encounter_at": "2026-03-01T23:15:00-05:00",
  "age": { "years": { "years": 30, "basis": "stated" } },
  "suspected_offenses": [{ "code": "35A", "level": "misdemeanor", "statute": "5-601" }, { "code": "23C" }],
  "drugs": [{ "drug": "D", "quantity": "0.5", "unit": "GM", "form": "other" }, { "drug": "U", "unit": "XX" }],
  "drugs_found": { "answer": "yes" },
  "zone": { "answer": { "inside": ["pilot_area"] }, "source": "officer_knowledge" },
  "position": { "latitude_e7": 392904000, "longitude_e7": -766122000, "accuracy_m": 12 },
  "supervision": { "probation": { "answer": "no", "source": "records_query" } },
  "open_case": { "answer": "no" },
  "open_warrant": { "answer": "yes", "most_serious": "misdemeanor", "place": "elsewhere" },
  "history": { "violent": { "answer": "yes", "basis": "convicted", "most_recent": "2004" } },
  "complainant": { "answer": "declines_prosecution" },
  "nexus": { "substance": { "answer": "unknown", "source": "not_checked" } },
  "prior_involvement": { "answer": "yes", "evidence": [{ "evidence": "record", "date": "2025-11", "in_zone": "yes" }] },
  "prior_diversions": 65535,
  "site": { "low_level_drug_offense": { "answer": "yes" } }
}"#;

#[test]
fn chewed_facts_are_refused_or_screened() {
    let mut screened = 0u32;
    let count = std::cell::RefCell::new(&mut screened);
    runner(4000)
        .run(&(bites(), any::<i32>()), |(bites, days)| {
            let Ok(facts) = serde_json::from_str::<Facts>(&bitten(FULL, &bites)) else {
                return Ok(());
            };
            **count.borrow_mut() += 1;
            let epoch = chrono::NaiveDate::default();
            let as_of = epoch
                .checked_add_signed(chrono::Duration::days(i64::from(days)))
                .unwrap_or(chrono::NaiveDate::MAX);
            for builtin in builtin() {
                for door in Door::ALL {
                    let _ = screen(&builtin.pack, &facts, door, as_of);
                }
            }
            Ok(())
        })
        .unwrap();
    println!("{screened} of 4000 still were facts");
    assert!(screened >= 100, "{screened}");
}
