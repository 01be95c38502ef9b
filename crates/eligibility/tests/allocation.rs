//! What a screening allocates does not grow with what is on record of a person.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod common;

use allocation_counter::measure;
use common::{date, random_pack, set};
use handoff_domain::{Door, Facts, PartialDate};
use handoff_eligibility::{RulePack, builtin, screen};

/// So many pieces of evidence are repeated in a finding, and no more.
const REPEATED: usize = 16;

/// The same facts with `classes` more classes of history, each with a date, and
/// `evidence` pieces of evidence of prior involvement.
fn on_record(facts: &Facts, classes: usize, evidence: usize) -> Facts {
    let mut facts = facts.clone();
    let mut one = facts.sex_offence_history.unwrap_or_default();
    one.most_recent = Some(PartialDate::Year(1999));
    for n in 0..classes {
        facts.history.insert(format!("other-{n}"), one);
    }
    set(
        &mut facts,
        &[("prior_involvement", "yes record 2019-12-01")],
    );
    let row = facts.prior_involvement.as_mut().unwrap();
    row.evidence = vec![row.evidence[0].clone(); evidence];
    facts
}

fn allocated(pack: &RulePack, facts: &Facts, door: Door) -> (u64, u64) {
    let screened = measure(|| {
        let _ = screen(pack, facts, door, date("2020-02-29"));
    });
    (screened.count_total, screened.bytes_total)
}

fn check(pack: &RulePack, facts: &Facts, door: Door) {
    let short = allocated(pack, &on_record(facts, 0, REPEATED), door);
    let long = allocated(pack, &on_record(facts, 10_000, 10_000), door);
    assert_eq!(short, long, "{} at {door}", pack.id());
    assert!(short.0 > 0, "something is counted");
}

#[test]
fn what_is_allocated_is_flat_in_the_length_of_history() {
    for builtin in builtin() {
        for door in Door::ALL {
            check(&builtin.pack, &Facts::default(), door);
            check(&builtin.pack, builtin.pack.clear(), door);
        }
    }
}

#[test]
fn it_is_flat_where_rules_ask_for_history_and_evidence_too() {
    let rules = [
        "kind = \"no_conviction\"\nclass = \"a\"\nlook_back = { years = 10 }",
        "kind = \"sex_offense_history\"",
        "kind = \"prior_involvement\"\nwithin = { months = 24 }\nin_zone = true\ndocumented = true",
        "kind = \"prior_involvement\"\nevidence = [\"record\"]",
    ];
    let pack = RulePack::parse(&random_pack::pack_of(&rules.map(str::to_owned))).unwrap();
    let mut facts = Facts::default();
    check(&pack, &facts, Door::ArrestDiversion);
    set(&mut facts, &[("history.a", "yes 2015")]);
    check(&pack, &facts, Door::ArrestDiversion);
}
