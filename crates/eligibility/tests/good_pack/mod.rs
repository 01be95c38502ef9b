//! The small good pack that each mistake changes in one place.

use expect_test::Expect;
use handoff_eligibility::{KINDS, RulePack};

pub const GOOD: &str = r#"id = "good"
version = "1"
effective_from = "2020-01-01"
title = { en = "Good", es = "Bueno" }

[policy]
time_zone = "America/Denver"
doors = ["arrest_diversion"]
verifies = ["prosecutor_liaison"]
decides = ["prosecutor_liaison"]
waives = ["prosecutor_liaison"]
handoff = { target_minutes = 30, may_precede_decision = true }
intake = { due_days = 14 }
script = { en = "Hello", es = "Hola" }

[policy.charge]
until_decision = "held"
succeeds_on = "diverted"
on_success = "not_filed"
on_failure = "ordinary_process"
words = { en = "C", es = "C" }

[[zone]]
id = "downtown"
name = { en = "Downtown", es = "Centro" }

[[question]]
id = "age"
en = "How old?"
es = "¿Qué edad?"

[[question]]
id = "suspected_offenses"
en = "What?"
es = "¿Qué?"

[[question]]
id = "zone"
en = "Where?"
es = "¿Dónde?"

[[question]]
id = "history.violent"
en = "Violent?"
es = "¿Violento?"

[[question]]
id = "site.small"
en = "Small?"
es = "¿Pequeño?"

[[rule]]
id = "min_age"
kind = "min_age"
years = 18
severity = "hard"
doors = ["arrest_diversion"]
clause = "Age"
words = { en = "Adult.", es = "Adulto." }

[[rule]]
id = "offense_in"
kind = "offense_in"
offenses = ["40A", { code = "35A", level = "misdemeanor", only_if = "site.small" }]
clause = "Offences"
words = { en = "Listed.", es = "En la lista." }

[[rule]]
id = "no_conviction"
kind = "no_conviction"
class = "violent"
look_back = { years = 10 }
clause = "Record"
words = { en = "None.", es = "Ninguno." }

[[rule]]
id = "in_zone"
kind = "in_zone"
zones = ["downtown"]
clause = "Zone"
words = { en = "Inside.", es = "Dentro." }

[clear]
age = 30

[[test]]
name = "an adult"
door = "arrest_diversion"
as_of = "2020-06-01"
clear = true
outcome = "needs_verification"
"#;

#[track_caller]
pub fn check(from: &str, to: &str, expected: Expect) {
    assert_eq!(
        GOOD.matches(from).count().min(1),
        1,
        "the good pack has no {from:?}"
    );
    let broken = GOOD.replacen(from, to, 1);
    let error = RulePack::parse(&broken)
        .err()
        .unwrap_or_else(|| panic!("{to:?} is no mistake"));
    let known: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    expected.assert_eq(&error.to_string().replace(&known.join(", "), "<all kinds>"));
}
