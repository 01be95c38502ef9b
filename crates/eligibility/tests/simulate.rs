//! A proposed pack over past screenings.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use handoff_domain::{Age, AgeBasis, Door, Facts, Outcome};
use handoff_eligibility::{
    Counts, NoOutcome, PastScreening, RulePack, builtin, builtin_pack, simulate,
};

fn current() -> &'static RulePack {
    builtin_pack("md-baltimore-2017").unwrap()
}

fn proposed(from: &str, to: &str) -> RulePack {
    let packs = builtin().iter();
    let mut texts = packs.filter(|builtin| builtin.pack.id() == "md-baltimore-2017");
    let text = texts.next().unwrap().toml;
    assert!(text.contains(from), "{from}");
    RulePack::parse(&text.replacen(from, to, 1)).unwrap()
}

/// So many people of an age, clear otherwise, in a group.
fn people(count: usize, years: u16, group: &str) -> Vec<PastScreening> {
    let facts = Facts {
        age: Some(Age::Years {
            years,
            basis: AgeBasis::Stated,
        }),
        ..current().clear().clone()
    };
    let one = PastScreening {
        facts,
        door: Door::ArrestDiversion,
        date: "2017-03-01".parse().unwrap(),
        group: Some(group.to_owned()),
        outcome: None,
        waivable: false,
    };
    vec![one; count]
}

fn counts(row: [Option<u32>; 5]) -> Counts {
    let [gain, lose, same, not_known, screenings] = row;
    Counts {
        gain,
        lose,
        same,
        not_known,
        screenings,
    }
}

#[test]
fn who_would_lose_and_by_which_rule_is_counted_by_group() {
    let stricter = proposed("years = 18", "years = 21");
    let mut records = people(12, 19, "downtown");
    records.extend(people(30, 40, "downtown"));
    records.extend(people(20, 19, "harbor"));
    let found = simulate(&stricter, Some(current()), &records, 10).unwrap();
    let rows: Vec<_> = found
        .groups
        .iter()
        .map(|row| (row.group.as_deref(), row.counts))
        .collect();
    let [downtown, harbor] = [
        counts([Some(0), Some(12), Some(30), Some(0), Some(42)]),
        counts([Some(0), Some(20), Some(0), Some(0), Some(20)]),
    ];
    assert_eq!(
        rows,
        [(Some("downtown"), downtown), (Some("harbor"), harbor)]
    );
    assert_eq!(
        found.all,
        counts([Some(0), Some(32), Some(30), Some(0), Some(62)])
    );
    assert_eq!(found.losing_rules, ["min_age"]);
    // The other way round the same people gain.
    let back = simulate(current(), Some(&stricter), &records, 10).unwrap();
    assert_eq!(
        back.all,
        counts([Some(32), Some(0), Some(30), Some(0), Some(62)])
    );
    assert!(back.losing_rules.is_empty());
}

#[test]
fn a_small_count_is_hidden_and_so_is_what_gives_it_away() {
    let stricter = proposed("years = 18", "years = 21");
    let mut records = people(3, 19, "downtown");
    records.extend(people(30, 40, "downtown"));
    records.extend(people(15, 19, "harbor"));
    records.extend(people(25, 40, "harbor"));
    let found = simulate(&stricter, Some(current()), &records, 10).unwrap();
    // 3 alone would be 33 - 30, and 18 - 15: a whole rectangle goes.
    assert_eq!(
        found.groups[0].counts,
        counts([Some(0), None, None, Some(0), Some(33)])
    );
    assert_eq!(
        found.groups[1].counts,
        counts([Some(0), None, None, Some(0), Some(40)])
    );
    assert_eq!(
        found.all,
        counts([Some(0), Some(18), Some(55), Some(0), Some(73)])
    );
    // A rule behind ten or fewer is not named.
    let few = simulate(&stricter, Some(current()), &people(3, 19, "downtown"), 10).unwrap();
    assert_eq!(few.all, counts([Some(0), None, Some(0), Some(0), None]));
    assert!(few.losing_rules.is_empty());
    let everything = simulate(&stricter, Some(current()), &records, 0).unwrap();
    assert_eq!(everything.groups[0].counts.lose, Some(3));
}

#[test]
fn a_question_that_nobody_asked_then_is_neither_gain_nor_loss() {
    let asks_more = proposed(
        "[[rule]]\nid = \"volunteers\"",
        "[[question]]\nid = \"resident\"\nen = \"R\"\nes = \"R\"\n[[rule]]\nid = \"resident\"\nkind = \"residency\"\nseverity = \"hard\"\nclause = \"c\"\nwords = { en = \"R\", es = \"R\" }\n[[rule]]\nid = \"volunteers\"",
    );
    let found = simulate(&asks_more, Some(current()), &people(40, 30, "downtown"), 10).unwrap();
    assert_eq!(
        found.all,
        counts([Some(0), Some(0), Some(0), Some(40), Some(40)])
    );
}

#[test]
fn without_a_pack_in_force_the_outcome_on_record_is_compared() {
    let mut records = people(11, 30, "downtown");
    for record in &mut records {
        record.outcome = Some(Outcome::PresumptivelyIneligible);
        record.waivable = true;
    }
    let found = simulate(current(), None, &records, 10).unwrap();
    assert_eq!((found.all.gain, found.current), (Some(11), None));
    records[4].outcome = None;
    assert_eq!(
        simulate(current(), None, &records, 10),
        Err(NoOutcome { record: 5 })
    );
}
