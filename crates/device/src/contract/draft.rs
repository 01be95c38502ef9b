//! The referral as it is being written. Everything is as typed; Rust alone
//! says what cannot stay (`FieldError`), and keeps the draft whatever it holds.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use handoff_domain::{
    AgeBasis, Answer, AnswerSource, DeclinedReason, Door, DrugForm as DrugShape, DrugType,
    DrugUnit, EvidenceKind, IdBasis, MatterPlace, Need, NotMadeReason, OffenceLevel,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::error::FieldError;
use super::verdict::{PackWords, QuestionRow, VerdictView};

/// Begin a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartDraftRequest {
    /// Which door.
    pub door: Door,
}

/// Name one draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftRequest {
    /// The draft's id, which is the id of the referral it will become.
    pub draft: Uuid,
}

/// Save every change, within 400 ms of the last key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChangeDraftRequest {
    /// Which draft.
    pub draft: Uuid,
    /// The page that is open, 1 to 5, so that a closed lid opens where it was.
    pub page: u8,
    /// The whole form.
    pub form: ReferralForm,
}

/// Send the draft as a referral, as it was saved last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SubmitRequest {
    /// Which draft.
    pub draft: Uuid,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedView {
    /// The referral's id, the same as the draft's.
    pub referral: Uuid,
    /// When the journal had it durably.
    pub saved_at: DateTime<Utc>,
}

/// A draft and everything that the five pages show about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// Its id.
    pub draft: Uuid,
    /// The door.
    pub door: Door,
    /// The page that was open last, 1 to 5.
    pub page: u8,
    /// The form as typed.
    pub form: ReferralForm,
    /// When it was last durably saved on this device.
    pub saved_at: DateTime<Utc>,
    /// What has to change before it can be sent.
    pub missing: Vec<FieldError>,
    /// The questions of this door, those of pages 1 to 3 too, in the order of the pack.
    pub checklist: Vec<QuestionRow>,
    /// The live verdict; `None` when the site has no rules for this door.
    pub verdict: Option<VerdictView>,
}

/// What the pages offer to choose from, for one door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChoicesView {
    /// What the officer reads out when making the offer.
    pub script: PackWords,
    /// Named areas of the site.
    pub zones: Vec<ZoneChoice>,
    /// Offence codes, those that the pack names first.
    pub offences: Vec<OffenceChoice>,
    /// Doors that this site has.
    pub doors: Vec<Door>,
}

/// A named area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ZoneChoice {
    /// Its id in the pack.
    pub id: String,
    /// Its name.
    pub words: PackWords,
}

/// An offence code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OffenceChoice {
    /// NIBRS code.
    pub code: String,
    /// NIBRS description.
    pub description: String,
    /// True when the pack of this door names it.
    pub in_pack: bool,
}

/// The referral form, five pages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ReferralForm {
    /// Page 1: who.
    pub who: WhoForm,
    /// Page 2: where.
    pub place: PlaceForm,
    /// Page 2: why.
    pub why: WhyForm,
    /// Page 3: the offer.
    pub offer: OfferForm,
    /// Page 4: what do you know, by question id.
    pub answers: BTreeMap<String, AnswerForm>,
    /// Page 5: why it is referred although the screening advises another
    /// route; asked only then, and no part of the referral otherwise.
    pub refer_anyway: String,
}

/// Page 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct WhoForm {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// What people call them.
    pub goes_by: String,
    /// The name is not known, and that is fine.
    pub name_not_known: bool,
    /// Age in one of the forms that an officer may know.
    pub age: AgeForm,
    /// How the officer knows who it is.
    pub id_basis: Option<IdBasis>,
    /// BCP 47 language that the person speaks best; empty when not asked.
    pub language: String,
    /// An interpreter is needed.
    pub interpreter_needed: bool,
}

/// Age as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgeForm {
    /// Not given yet.
    #[default]
    NotGiven,
    /// A date of birth in three fields, as typed.
    BirthDate {
        /// Four digits.
        year: String,
        /// 1 to 12.
        month: String,
        /// 1 to 31.
        day: String,
    },
    /// Years, with where they come from.
    Years {
        /// As typed.
        years: String,
        /// Stated or estimated.
        basis: AgeBasis,
    },
    /// A band chosen by sight.
    Band {
        /// Which.
        band: AgeBand,
    },
}

/// An age by sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AgeBand {
    /// Under 18.
    Under18,
    /// 18 to 24.
    From18To24,
    /// 25 to 34.
    From25To34,
    /// 35 to 44.
    From35To44,
    /// 45 to 54.
    From45To54,
    /// 55 and over.
    From55,
}

/// What the person said to the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Response")]
pub enum SaidTo {
    /// Wants help.
    Accepted,
    /// Said no.
    Declined,
    /// Wants to think about it.
    Undecided,
}

/// Page 2, where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PlaceForm {
    /// Local date and time with offset, `2026-11-22T21:04:00-05:00`.
    pub encounter_at: String,
    /// A named area of the site.
    pub zone: Option<String>,
    /// Address or cross street.
    pub address: String,
    /// The agency's incident or case number.
    pub incident_number: String,
}

/// Page 2, why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct WhyForm {
    /// Observed needs.
    pub needs: Vec<Need>,
    /// Arrest door: suspected offences.
    pub offences: Vec<OffenceForm>,
    /// Drugs and amounts.
    pub drugs: Vec<DrugForm>,
    /// Somebody looked, and there are no drugs; an empty list alone does not say so.
    pub no_drugs: bool,
    /// Arrest door: somebody was harmed and is here.
    pub complainant: ComplainantForm,
    /// The basis of prior involvement.
    pub involvement: Vec<InvolvementForm>,
    /// There was none; an empty list alone does not say so.
    pub no_involvement: bool,
    /// An overdose in this encounter.
    pub overdose: OverdoseForm,
    /// At most 280 characters, without health details.
    pub narrative: String,
}

/// A suspected offence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OffenceForm {
    /// NIBRS code.
    pub code: String,
    /// Misdemeanour or felony, when known.
    pub level: Option<OffenceLevel>,
    /// Local statute.
    pub statute: String,
}

/// A drug and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DrugForm {
    /// NIBRS drug type.
    pub drug: DrugType,
    /// As typed.
    pub quantity: String,
    /// NIBRS unit.
    pub unit: DrugUnit,
    /// Estimated by sight.
    pub estimated: bool,
    /// The form that it comes in; drafts of before it was asked have none.
    #[serde(default)]
    pub form: DrugShape,
}

/// Somebody who was harmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ComplainantForm {
    /// There is one.
    pub present: Option<Answer>,
    /// They decline prosecution.
    pub declines: Option<Answer>,
}

/// Why the officer expects involvement again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct InvolvementForm {
    /// Kind of evidence.
    pub evidence: Option<EvidenceKind>,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, as typed.
    pub when: String,
    /// Inside the site's area.
    pub in_zone: Option<Answer>,
    /// Written down somewhere.
    pub documented: Option<Answer>,
    /// In few words, no informant's name.
    pub basis: String,
}

/// An overdose in this encounter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OverdoseForm {
    /// It happened.
    pub happened: bool,
    /// Naloxone was given.
    pub naloxone_given: bool,
    /// Doses, as typed.
    pub doses: String,
}

/// Page 3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct OfferForm {
    /// `Some(true)` when the offer was made, `Some(false)` when it was not.
    pub made: Option<bool>,
    /// Why it was not made.
    pub not_made_reason: Option<NotMadeReason>,
    /// What the person said.
    pub response: Option<SaidTo>,
    /// Why they declined, if they said.
    pub declined_reason: Option<DeclinedReason>,
    /// Where to find them.
    pub where_to_find: String,
    /// A phone number.
    pub phone: String,
    /// A message may be left there.
    pub safe_to_leave_message: Option<bool>,
}

/// An answer on page 4. What a question does not ask stays empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct AnswerForm {
    /// Yes, no or unknown; of a question how often: no is never, yes needs the count.
    pub answer: Answer,
    /// Where it comes from; `None` claims nothing, above all no look at records.
    pub source: Option<AnswerSource>,
    /// The most recent date, as typed; empty when not asked or not known.
    pub most_recent: String,
    /// How often, as typed.
    pub count: String,
    /// The level of the most serious open matter.
    pub most_serious: Option<OffenceLevel>,
    /// Whether any open matter is local.
    pub place: Option<MatterPlace>,
}
