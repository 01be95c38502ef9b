//! Reading `[policy]`: everything that is no rule.
//!
//! Why and how: see `parse.rs`. It is read by hand like the rest, because what
//! serde says of a wrong word is for programmers.

use std::collections::BTreeSet;

use handoff_domain::{
    ChargeOnFailure, ChargeOnSuccess, ChargePolicy, ChargeSuccess, ChargeUntilDecision,
    HandoffPolicy, IntakePolicy, Role, SitePolicy, Words,
};

use super::found::Found;
use super::mistake::{Meant, Names, PackError, PackMistake};
use super::reader::{Table, Value};
use super::rule::words;
use super::{DOORS, roles};
use crate::explain::POLICY_FIELDS;

const UNTIL: [(ChargeUntilDecision, &str); 3] = [
    (ChargeUntilDecision::Held, "held"),
    (ChargeUntilDecision::NotEntered, "not_entered"),
    (ChargeUntilDecision::Filed, "filed"),
];
const SUCCEEDS: [(ChargeSuccess, &str); 3] = [
    (ChargeSuccess::Diverted, "diverted"),
    (ChargeSuccess::AssessmentComplete, "assessment_complete"),
    (ChargeSuccess::Nothing, "nothing"),
];
const ON_SUCCESS: [(ChargeOnSuccess, &str); 3] = [
    (ChargeOnSuccess::NotFiled, "not_filed"),
    (ChargeOnSuccess::CaseClosed, "case_closed"),
    (ChargeOnSuccess::ProsecutorDecides, "prosecutor_decides"),
];
const ON_FAILURE: [(ChargeOnFailure, &str); 4] = [
    (ChargeOnFailure::OrdinaryProcess, "ordinary_process"),
    (ChargeOnFailure::WarrantMayIssue, "warrant_may_issue"),
    (ChargeOnFailure::MayBeFiled, "may_be_filed"),
    (ChargeOnFailure::ProsecutorDecides, "prosecutor_decides"),
];

/// The policy, or nothing if a part of it does not read.
pub(super) fn policy(root: &Table<'_, '_>, found: &mut Found) -> Option<SitePolicy> {
    let value = found.take(root.need("policy"))?;
    let table = found.take(Table::of(root.text, "[policy]", value))?;
    found.take(table.takes(
        "[policy]",
        &[
            "time_zone",
            "doors",
            "verifies",
            "decides",
            "waives",
            "handoff",
            "intake",
            "charge",
            "caseload_cap",
            "script",
            "unverified",
        ],
    ));
    let time_zone = found.take(time_zone(&table));
    let doors = found.take(
        some(&table, "doors", PackMistake::NoDoors).and_then(|()| words(&table, "doors", &DOORS)),
    );
    let verifies = found.take(
        table
            .need("verifies")
            .and_then(|_| people(&table, "verifies")),
    );
    let decides = found.take(
        some(&table, "decides", PackMistake::NobodyDecides)
            .and_then(|()| people(&table, "decides")),
    );
    let waives = found.take(people(&table, "waives"));
    let handoff = part(&table, "handoff", "[policy.handoff]", found, handoff);
    let intake = part(&table, "intake", "[policy.intake]", found, intake);
    let charge = found.take(table.need("charge"));
    let charge = charge.and_then(|value| {
        let table = found.take(Table::of(root.text, "[policy.charge]", value))?;
        charge_of(&table, found)
    });
    let caseload_cap = found.take(number(&table, "caseload_cap"));
    let script = found.take(table.words("script"));
    let unverified = found.take(unverified(&table));
    Some(SitePolicy {
        time_zone: time_zone?,
        doors: doors?,
        verifies: verifies?,
        decides: decides?,
        waives: waives?,
        handoff: handoff?,
        intake: intake?,
        charge: charge?,
        caseload_cap: caseload_cap?,
        script: script?,
        unverified: unverified?,
    })
}

/// Holds the place of a policy that did not read, while the cases are read.
pub(super) fn stand_in() -> SitePolicy {
    SitePolicy {
        time_zone: "UTC".to_owned(),
        doors: BTreeSet::new(),
        verifies: BTreeSet::new(),
        decides: BTreeSet::new(),
        waives: BTreeSet::new(),
        handoff: HandoffPolicy::default(),
        intake: IntakePolicy::default(),
        charge: ChargePolicy {
            until_decision: ChargeUntilDecision::Filed,
            succeeds_on: ChargeSuccess::Nothing,
            on_success: ChargeOnSuccess::ProsecutorDecides,
            on_failure: ChargeOnFailure::OrdinaryProcess,
            words: Words::default(),
        },
        caseload_cap: None,
        script: Words::default(),
        unverified: BTreeSet::new(),
    }
}

/// A table of its own, which can be left out.
fn part<'a, 'i, T: Default>(
    policy: &Table<'a, 'i>,
    key: &'static str,
    name: &'static str,
    found: &mut Found,
    read: impl Fn(&Table<'a, 'i>) -> Result<T, PackError>,
) -> Option<T> {
    match policy.get(key) {
        None => Some(T::default()),
        Some(value) => {
            found.take(Table::of(policy.text, name, value).and_then(|table| read(&table)))
        }
    }
}

fn time_zone(table: &Table<'_, '_>) -> Result<String, PackError> {
    let value = table.need("time_zone")?;
    let name = table.text_of("time_zone", value)?;
    if name.parse::<chrono_tz::Tz>().is_err() {
        let name = name.to_owned();
        let mistake = PackMistake::UnknownTimeZone { name };
        return Err(table.text.error(value.span(), mistake));
    }
    Ok(name.to_owned())
}

/// Refuses a list that is empty, in words of its own.
fn some(table: &Table<'_, '_>, key: &'static str, empty: PackMistake) -> Result<(), PackError> {
    let value = table.need(key)?;
    match table.list(key)? {
        [] => Err(table.text.error(value.span(), empty)),
        _ => Ok(()),
    }
}

fn people(table: &Table<'_, '_>, key: &'static str) -> Result<BTreeSet<Role>, PackError> {
    words(table, key, &roles())
}

fn number(table: &Table<'_, '_>, key: &'static str) -> Result<Option<u16>, PackError> {
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    let number = table.number(key, value, 0..u64::from(u16::MAX) + 1)?;
    Ok(u16::try_from(number).ok())
}

fn handoff(table: &Table<'_, '_>) -> Result<HandoffPolicy, PackError> {
    table.takes(
        "[policy.handoff]",
        &["target_minutes", "may_precede_decision", "place"],
    )?;
    Ok(HandoffPolicy {
        target_minutes: number(table, "target_minutes")?,
        may_precede_decision: table.flag("may_precede_decision")?.unwrap_or(false),
        place: match table.get("place") {
            Some(_) => Some(table.words("place")?),
            None => None,
        },
    })
}

fn intake(table: &Table<'_, '_>) -> Result<IntakePolicy, PackError> {
    table.takes("[policy.intake]", &["due_days", "due_days_earliest"])?;
    Ok(IntakePolicy {
        due_days: number(table, "due_days")?,
        due_days_earliest: number(table, "due_days_earliest")?,
    })
}

fn charge_of(table: &Table<'_, '_>, found: &mut Found) -> Option<ChargePolicy> {
    found.take(table.takes(
        "[policy.charge]",
        &[
            "until_decision",
            "succeeds_on",
            "on_success",
            "on_failure",
            "words",
        ],
    ));
    let until_decision = found.take(one_of(table, "until_decision", &UNTIL));
    let succeeds_on = found.take(one_of(table, "succeeds_on", &SUCCEEDS));
    let on_success = found.take(one_of(table, "on_success", &ON_SUCCESS));
    let on_failure = found.take(one_of(table, "on_failure", &ON_FAILURE));
    let words: Option<Words> = found.take(table.words("words"));
    Some(ChargePolicy {
        until_decision: until_decision?,
        succeeds_on: succeeds_on?,
        on_success: on_success?,
        on_failure: on_failure?,
        words: words?,
    })
}

fn one_of<T: Copy>(
    table: &Table<'_, '_>,
    key: &'static str,
    known: &[(T, &'static str)],
) -> Result<T, PackError> {
    table.word(key, table.need(key)?, known)
}

fn unverified(table: &Table<'_, '_>) -> Result<BTreeSet<String>, PackError> {
    let one = |value: &Value<'_>| {
        let field = match value.get_ref().as_str() {
            Some(field) => field,
            None => return Err(table.wrong("unverified", value, "parts of [policy], in quotes")),
        };
        if POLICY_FIELDS.contains(&field) {
            return Ok(field.to_owned());
        }
        let mistake = PackMistake::UnknownWord {
            key: "unverified".to_owned(),
            word: field.to_owned(),
            meant: Meant::among(field, POLICY_FIELDS),
            known: Names(POLICY_FIELDS.map(str::to_owned).into()),
        };
        Err(table.text.error(value.span(), mistake))
    };
    table.list("unverified")?.iter().map(one).collect()
}
