//! What a site's rule pack says beside its rules: who verifies and decides,
//! timers, what happens to the charge, the words read out.
//!
//! Why: sites differ in all of it, and none of it may be code. How it moves: it
//! is a part of the pack; timers, role checks and screens read it. What it does
//! not do: it is not a rule and never changes a screening's outcome.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::door::Door;
use crate::role::Role;

/// Words in the languages that every pack speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// Spanish.
    pub es: String,
}

/// A site's policy beside its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct SitePolicy {
    /// The site's time zone by its IANA name, for example `America/New_York`.
    pub time_zone: String,
    /// The doors that the site offers.
    pub doors: BTreeSet<Door>,
    /// Who verifies a referral.
    pub verifies: BTreeSet<Role>,
    /// Who decides: approve or not.
    pub decides: BTreeSet<Role>,
    /// Who may waive a presumptive rule that names nobody itself.
    #[serde(default)]
    pub waives: BTreeSet<Role>,
    /// The warm handoff.
    #[serde(default)]
    pub handoff: HandoffPolicy,
    /// The intake.
    #[serde(default)]
    pub intake: IntakePolicy,
    /// What happens to the charge.
    pub charge: ChargePolicy,
    /// The most participants that one case manager carries; absent = no cap known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caseload_cap: Option<u16>,
    /// What the officer reads aloud when offering.
    pub script: Words,
    /// Fields of this policy, by path, that no text of the site bears out.
    #[serde(default)]
    pub unverified: BTreeSet<String>,
}

/// When and where the person is handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct HandoffPolicy {
    /// Minutes within which a handoff should happen; absent = no such timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_minutes: Option<u16>,
    /// Whether the handoff may come before the site's decision.
    #[serde(default)]
    pub may_precede_decision: bool,
    /// Where or how it happens, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Words>,
}

/// When the intake assessment is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct IntakePolicy {
    /// Days after the referral, which is day 0; due at the end of the local day.
    /// Absent = no such timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u16>,
    /// The shorter limit that the site may set, where its text gives a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_days_earliest: Option<u16>,
}

/// What happens to the charge. Moved by the prosecutor only; the program files nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct ChargePolicy {
    /// Until the site decides.
    pub until_decision: ChargeUntilDecision,
    /// What the person does for the charge to go.
    pub succeeds_on: ChargeSuccess,
    /// What happens then.
    pub on_success: ChargeOnSuccess,
    /// What may happen otherwise.
    pub on_failure: ChargeOnFailure,
    /// The same in words.
    pub words: Words,
}

/// The charge until the site decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeUntilDecision {
    /// The officer holds it.
    Held,
    /// It is not entered at all.
    NotEntered,
    /// It is filed as usual.
    Filed,
}

/// What the person does for the charge to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeSuccess {
    /// Is approved and diverted.
    Diverted,
    /// Completes the initial assessment in time.
    AssessmentComplete,
    /// Nothing is asked.
    Nothing,
}

/// What happens to the charge of who does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeOnSuccess {
    /// It is not filed.
    NotFiled,
    /// The case is closed.
    CaseClosed,
    /// The prosecutor decides.
    ProsecutorDecides,
}

/// What may happen to the charge otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeOnFailure {
    /// The ordinary process goes on.
    OrdinaryProcess,
    /// A warrant may be issued.
    WarrantMayIssue,
    /// It may be filed.
    MayBeFiled,
    /// The prosecutor decides.
    ProsecutorDecides,
}
