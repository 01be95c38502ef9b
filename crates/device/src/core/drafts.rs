//! From the first key to the save.

use std::sync::Arc;

use handoff_domain::{
    Body, CapturedAt, ChargeUntilDecision, Door, Entry, EntryId, OccurredAt, PersonId, Record,
    ReferralId, ReferralLogged, ReferralReport, Screening,
};
use handoff_eligibility::{RulePack, screen};
use handoff_store::{Draft, Saved};
use serde::{Deserialize, Serialize};

use super::{Core, CoreError, SignedIn};
use crate::contract::{
    Advice, ChangeDraftRequest, DraftLine, DraftRequest, DraftView, FieldError, ReferralForm,
    SavedView, SubmitRequest, Topic,
};
use crate::referral::{self, advice_of, checklist, form_of, report_of, verdict_view};

/// The path of the reason for referring against the advice, in form and report.
const REASON: &str = "refer_anyway";

/// How a draft lies in its file.
#[derive(Serialize, Deserialize)]
struct DraftFile {
    door: Door,
    form: ReferralForm,
}

/// A referral that was saved.
#[derive(Debug)]
pub struct Referred {
    /// Its id.
    pub referral: ReferralId,
    /// What it was screened to; `None` where the site has no rules.
    pub screening: Option<Screening>,
    /// Its place in the journal.
    pub saved: Saved,
}

impl Core {
    pub(super) fn start(&self, door: Door) -> Result<DraftView, CoreError> {
        if !self.host.clock_is_possible() {
            return Err(CoreError::ClockImpossible);
        }
        let id = self.host.entry_id();
        let form = form_of(self.host.local(self.zone()).to_rfc3339());
        let signed_in = self.signed_in()?;
        let draft = self.keep(&signed_in, id, door, &form, 1, 1)?;
        self.announce(&[Topic::Drafts]);
        self.view(door, form, &draft)
    }

    pub(super) fn change(&self, request: ChangeDraftRequest) -> Result<DraftView, CoreError> {
        let signed_in = self.signed_in()?;
        let id = EntryId(request.draft);
        let (before, file) = self.read(&signed_in, id)?;
        let page = u32::from(request.page.clamp(1, 5));
        let draft = self.keep(
            &signed_in,
            id,
            file.door,
            &request.form,
            page,
            before.version + 1,
        )?;
        self.announce(&[Topic::Drafts]);
        self.view(file.door, request.form, &draft)
    }

    pub(super) fn open_draft(&self, request: DraftRequest) -> Result<DraftView, CoreError> {
        let signed_in = self.signed_in()?;
        let (draft, file) = self.read(&signed_in, EntryId(request.draft))?;
        self.view(file.door, file.form, &draft)
    }

    pub(super) fn discard(&self, request: DraftRequest) -> Result<(), CoreError> {
        let signed_in = self.signed_in()?;
        if !signed_in.session.discard_draft(EntryId(request.draft))? {
            return Err(CoreError::UnknownDraft);
        }
        self.announce(&[Topic::Drafts]);
        Ok(())
    }

    pub(super) fn draft_lines(&self, signed_in: &SignedIn) -> Result<Vec<DraftLine>, CoreError> {
        let mut lines = Vec::new();
        for draft in signed_in.session.drafts()? {
            let Ok(file) = read_file(&draft) else {
                continue;
            };
            let view = self.view(file.door, file.form, &draft)?;
            let who = &view.form.who;
            let full = format!("{} {}", who.given_name.trim(), who.family_name.trim());
            let name = match full.trim() {
                "" => who.goes_by.trim(),
                name => name,
            };
            lines.push(DraftLine {
                draft: view.draft,
                door: view.door,
                name: name.to_owned(),
                saved_at: view.saved_at,
                missing: u32::try_from(view.missing.len()).unwrap_or(u32::MAX),
            });
        }
        Ok(lines)
    }

    pub(super) fn send(&self, request: SubmitRequest) -> Result<SavedView, CoreError> {
        let signed_in = self.signed_in()?;
        let id = EntryId(request.draft);
        let (_, file) = self.read(&signed_in, id)?;
        let judged = self.judge(&file.form, file.door)?;
        if !judged.missing.is_empty() {
            return Err(CoreError::Form(judged.missing));
        }
        let referred = self.save(&signed_in, id, judged.report, Some(id))?;
        Ok(SavedView {
            referral: referred.referral.0,
            saved_at: self.host.now(),
        })
    }

    /// Whether a report could be saved as it stands.
    ///
    /// # Errors
    /// [`CoreError::Form`] names every field that cannot stay, by its path in
    /// the report.
    pub fn check(&self, report: &ReferralReport) -> Result<(), CoreError> {
        let mut errors: Vec<FieldError> = report
            .validate(self.host.now())
            .into_iter()
            .map(|error| field(error.path, error.code))
            .collect();
        let day = referral::as_of(&report.facts, self.today_there());
        if let Some(pack) = self.pack_on(day)? {
            let unknown = pack.check_facts(&report.facts);
            let path = |error: &handoff_domain::FieldError| format!("facts.{}", error.path);
            errors.extend(
                unknown
                    .into_iter()
                    .map(|error| field(path(&error), error.code)),
            );
            let screening = screen(&pack, &report.facts, report.door, day);
            if needs_a_reason(Some(&screening)) && report.refer_anyway.is_none() {
                errors.push(no_reason());
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(CoreError::Form(errors))
        }
    }

    /// Saves a report as a referral: screens it with the rules in force on the
    /// day of the encounter, and returns only after it is durable.
    ///
    /// # Errors
    /// As [`Self::check`], and what the files say.
    pub fn refer(&self, report: ReferralReport) -> Result<Referred, CoreError> {
        let signed_in = self.signed_in()?;
        self.check(&report)?;
        let id = self.host.entry_id();
        self.save(&signed_in, id, report, None)
    }

    fn save(
        &self,
        signed_in: &SignedIn,
        id: EntryId,
        report: ReferralReport,
        draft: Option<EntryId>,
    ) -> Result<Referred, CoreError> {
        if !self.host.clock_is_possible() {
            return Err(CoreError::ClockImpossible);
        }
        let role =
            super::people::referring_role(&signed_in.roles).ok_or(CoreError::NotPermitted)?;
        let day = referral::as_of(&report.facts, self.today_there());
        let pack = self.pack_on(day)?;
        let screening = pack
            .as_ref()
            .map(|pack| screen(pack, &report.facts, report.door, day));
        if needs_a_reason(screening.as_ref()) && report.refer_anyway.is_none() {
            return Err(CoreError::Form(vec![no_reason()]));
        }
        let charge_held = report.door == Door::ArrestDiversion
            && pack.is_some_and(|pack| {
                pack.policy().charge.until_decision == ChargeUntilDecision::Held
            });
        let device = self.device()?;
        let now = self.host.now();
        let now_ms = now.timestamp_millis();
        let site_ms = device.store.enrolment()?.site_time.timestamp_millis();
        let occurred_at = report
            .facts
            .encounter_at
            .unwrap_or_else(|| now.fixed_offset());
        let entry = Entry {
            id,
            site: device.store.enrolment()?.site.site,
            author: signed_in.user,
            record: Record {
                occurred_at: OccurredAt(occurred_at),
                captured_at: CapturedAt {
                    clock_ms: now_ms,
                    hlc: device
                        .store
                        .hlc()?
                        .next(now_ms, known_site_time(site_ms, now_ms)),
                },
                role,
                based_on: Vec::new(),
                body: Body::ReferralLogged(ReferralLogged {
                    person: PersonId(self.host.uuid_v7()),
                    report,
                    screening: screening.clone(),
                    charge_held,
                }),
            },
        };
        let saved = signed_in
            .session
            .save(self.host.random(), &[entry], draft, now_ms)?;
        self.announce(&[Topic::Drafts, Topic::Referrals, Topic::Queue]);
        self.wake.notify_one();
        Ok(Referred {
            referral: id.into(),
            screening,
            saved,
        })
    }

    fn keep(
        &self,
        signed_in: &SignedIn,
        id: EntryId,
        door: Door,
        form: &ReferralForm,
        page: u32,
        version: u32,
    ) -> Result<Draft, CoreError> {
        let file = DraftFile {
            door,
            form: form.clone(),
        };
        let draft = Draft {
            id,
            entries: vec![id],
            form: serde_json::to_vec(&file).map_err(|_| CoreError::UnknownDraft)?,
            page,
            saved_at_ms: self.host.now().timestamp_millis(),
            version,
        };
        signed_in.session.put_draft(&draft)?;
        Ok(draft)
    }

    fn read(&self, signed_in: &SignedIn, id: EntryId) -> Result<(Draft, DraftFile), CoreError> {
        let drafts = signed_in.session.drafts()?;
        let draft = drafts
            .into_iter()
            .find(|draft| draft.id == id)
            .ok_or(CoreError::UnknownDraft)?;
        let file = read_file(&draft)?;
        Ok((draft, file))
    }

    fn view(&self, door: Door, form: ReferralForm, draft: &Draft) -> Result<DraftView, CoreError> {
        let judged = self.judge(&form, door)?;
        let (pack, screening) = (judged.pack, judged.screening);
        let rows = pack
            .as_ref()
            .zip(screening.as_ref())
            .map(|(pack, screening)| checklist(pack, door, screening))
            .unwrap_or_default();
        let verdict = screening
            .as_ref()
            .map(|screening| verdict_view(screening, pack.as_deref(), self.rules_age()));
        Ok(DraftView {
            draft: draft.id.0,
            door,
            page: u8::try_from(draft.page).unwrap_or(1),
            saved_at: super::referrals::time(draft.saved_at_ms),
            form,
            missing: judged.missing,
            checklist: rows,
            verdict,
        })
    }

    /// Reads a form, screens it with the rules of the day of the encounter, and
    /// names everything that has to change before it can be sent.
    fn judge(&self, form: &ReferralForm, door: Door) -> Result<Judged, CoreError> {
        let now = self.host.now();
        let day = referral::day_of(form, door, now, self.today_there());
        let pack = self.pack_on(day)?;
        let (mut report, mut missing) = report_of(form, door, pack.as_deref(), now);
        let screening = pack
            .as_ref()
            .map(|pack| screen(pack, &report.facts, door, day));
        if !needs_a_reason(screening.as_ref()) {
            // Typed while another route was advised: kept with the draft, no
            // part of a referral that nothing advises against.
            report.refer_anyway = None;
            missing.retain(|error| error.path != REASON);
        } else if report.refer_anyway.is_none() {
            missing.push(no_reason());
        }
        Ok(Judged {
            report,
            missing,
            pack,
            screening,
        })
    }
}

/// A form as it was read and screened.
struct Judged {
    report: ReferralReport,
    missing: Vec<FieldError>,
    pack: Option<Arc<RulePack>>,
    screening: Option<Screening>,
}

/// Whoever refers against the advice says why.
fn needs_a_reason(screening: Option<&Screening>) -> bool {
    screening.is_some_and(|screening| advice_of(screening) == Advice::UseOtherRoute)
}

fn no_reason() -> FieldError {
    let missing = handoff_domain::FieldErrorCode::Missing;
    field(REASON.to_owned(), missing)
}

fn read_file(draft: &Draft) -> Result<DraftFile, CoreError> {
    serde_json::from_slice(&draft.form).map_err(|_| CoreError::UnknownDraft)
}

fn field(path: String, code: handoff_domain::FieldErrorCode) -> FieldError {
    FieldError {
        path,
        code: code.as_str().to_owned(),
        params: std::collections::BTreeMap::new(),
    }
}

/// Site time as far as it bounds a logical clock: what the site last said only
/// ever falls behind, so it bounds a clock that is ahead of it by days, not one
/// that was simply offline. A device that was offline for long has no bound.
pub(super) fn known_site_time(site_ms: i64, now_ms: i64) -> Option<i64> {
    const OFFLINE_MS: i64 = 31 * 24 * 60 * 60 * 1000;
    let ahead = now_ms.saturating_sub(site_ms);
    (ahead > OFFLINE_MS).then_some(site_ms.saturating_add(OFFLINE_MS))
}
