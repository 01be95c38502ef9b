//! Today, the queue, and one referral.

use chrono::{DateTime, Utc};
use handoff_domain::{
    Body, EngagementState, EntryId, ReferralId, VerificationMove, VerificationState,
};
use handoff_protocol::chain::ChainHash;
use handoff_store::ReferralView as Held;
use handoff_sync::Standing;
use uuid::Uuid;

use super::{Core, CoreError, SignedIn};
use crate::contract::{
    DecisionLine, JournalLine, ParkedLine, QueueView, ReferralLine, ReferralRequest, ReferralView,
    StandingView, TodayView, Topic,
};
use crate::referral::{days_between, reported, verdict_view};

/// Referrals on the first screen.
const RECENT: usize = 5;
/// Received referrals in the queue.
const RECEIVED: usize = 100;
/// Referrals that are looked through for those that wait.
const LOOKED_THROUGH: usize = 500;

impl Core {
    pub(super) fn today_view(&self) -> Result<TodayView, CoreError> {
        let signed_in = self.signed_in_quietly()?;
        let recent = signed_in.session.referrals(RECENT, None)?;
        Ok(TodayView {
            drafts: self.draft_lines(&signed_in)?,
            recent: recent.iter().filter_map(line).collect(),
            doors: self.doors()?,
        })
    }

    pub(super) fn queue_view(&self) -> Result<QueueView, CoreError> {
        let signed_in = self.signed_in_quietly()?;
        let device = self.device()?;
        let mut view = QueueView {
            needs_you: Vec::new(),
            waiting: Vec::new(),
            drafts: self.draft_lines(&signed_in)?,
            received: Vec::new(),
            received_total: 0,
            waiting_of_others: count(device.store.waiting_of_others(signed_in.session.slot())?),
            parked: Vec::new(),
        };
        // What waits is what was saved last, so the newest pages hold it all;
        // they are read until nothing more can wait.
        let mut to_find = device.store.waiting_of(signed_in.session.slot())?;
        let mut behind = None;
        let mut looked = 0;
        loop {
            let page = signed_in.session.referrals(RECEIVED, behind)?;
            for held in &page {
                let Some(line) = line(held) else { continue };
                match &line.standing {
                    StandingView::Parked { .. } => view.needs_you.push(line),
                    StandingView::OnDevice | StandingView::Sent => {
                        to_find = to_find.saturating_sub(1);
                        view.waiting.push(line);
                    }
                    StandingView::Received { .. } => {
                        if asks_back(held) {
                            view.needs_you.push(line.clone());
                        }
                        if view.received.len() < RECEIVED {
                            view.received.push(line);
                        }
                    }
                }
            }
            looked += page.len();
            behind = page.last().map(|held| held.order);
            if page.len() < RECEIVED || to_find == 0 || looked >= LOOKED_THROUGH {
                break;
            }
        }
        view.received_total = count(device.store.counts()?.received);
        let shown = |id: Uuid| view.needs_you.iter().any(|line| line.referral == id);
        view.parked = device
            .store
            .parked_of(signed_in.session.slot())?
            .into_iter()
            .filter_map(|item| match item.place.standing {
                Standing::Parked(code) if !shown(item.id.0) => Some(ParkedLine {
                    entry: item.id.0,
                    short: short(item.id.0),
                    saved_at: time(item.place.saved_at_ms),
                    code: code.as_str().to_owned(),
                }),
                _ => None,
            })
            .collect();
        Ok(view)
    }

    pub(super) fn referral_view(
        &self,
        request: ReferralRequest,
    ) -> Result<ReferralView, CoreError> {
        let id = ReferralId(request.referral);
        let signed_in = self.signed_in_quietly()?;
        let held = signed_in
            .session
            .referral(id)?
            .ok_or(CoreError::UnknownReferral(id))?;
        let line = line(&held).ok_or(CoreError::UnknownReferral(id))?;
        let logged = held
            .referral
            .logged
            .as_ref()
            .ok_or(CoreError::UnknownReferral(id))?;
        let report = held
            .referral
            .report
            .as_ref()
            .map_or(&logged.report, |shown| &shown.value);
        let saved = held.logged().and_then(|entry| entry.saved.as_ref());
        let (seq, hash) = match (saved, held.logged()) {
            (Some(saved), _) => (saved.seq, hex(&saved.hash)),
            (None, Some(entry)) => (entry.seq, String::new()),
            (None, None) => (0, String::new()),
        };
        let verdict = logged.screening.as_ref().map(|screening| {
            verdict_view(
                screening,
                self.pack_of(&screening.pack).as_deref(),
                self.rules_age(),
            )
        });
        Ok(ReferralView {
            can_take_back: saved
                .is_some_and(|saved| saved.standing == Standing::OnDevice && !saved.taken_back),
            line,
            form: reported(report),
            verdict,
            charge: held.referral.charge.value,
            decisions: decisions(&held),
            journal: JournalLine { seq, hash },
        })
    }

    pub(super) fn take_back_referral(&self, request: ReferralRequest) -> Result<(), CoreError> {
        let signed_in = self.signed_in()?;
        signed_in.session.take_back(EntryId(request.referral))?;
        self.announce(&[Topic::Referrals, Topic::Queue]);
        Ok(())
    }

    /// Days since the site last said which rules are in force.
    pub(super) fn rules_age(&self) -> Option<u32> {
        let last = super::locked(&self.connection).last_success_at;
        let seen = last.or_else(|| {
            self.device()
                .ok()?
                .store
                .enrolment()
                .ok()
                .map(|e| e.site_time)
        });
        seen.map(|seen| days_between(seen.date_naive(), self.host.now().date_naive()))
    }

    /// The signed-in person, for a view that is read because something changed
    /// and not because somebody is there.
    fn signed_in_quietly(&self) -> Result<SignedIn, CoreError> {
        self.state().signed_in.clone().ok_or(CoreError::Locked)
    }
}

/// A referral in a list; `None` when its first entry is behind a wall.
#[must_use]
pub fn line(held: &Held) -> Option<ReferralLine> {
    let logged = held.logged()?;
    let report = held.referral.report.as_ref().map(|shown| &shown.value)?;
    let saved = logged.saved.as_ref();
    let standing = match saved.map(|saved| saved.standing) {
        Some(Standing::OnDevice) => StandingView::OnDevice,
        Some(Standing::Sent) => StandingView::Sent,
        Some(Standing::Parked(code)) => StandingView::Parked {
            code: code.as_str().to_owned(),
        },
        Some(Standing::Received) | None => StandingView::Received {
            received_at: logged
                .received_at
                .or_else(|| saved.and_then(|saved| saved.received_at))
                .unwrap_or_else(|| time(logged.entry.record.captured_at.clock_ms)),
            receipt: saved
                .and_then(|saved| saved.receipt.clone())
                .unwrap_or_default(),
        },
    };
    if saved.is_some_and(|saved| saved.taken_back) {
        return None;
    }
    let id = held.id.0;
    Some(ReferralLine {
        referral: id,
        short: short(id),
        door: report.door,
        name: report.person.shown_name(),
        saved_at: time(logged.entry.record.captured_at.clock_ms),
        standing,
        verification: held.referral.verification.value,
        engagement: engagement(held),
    })
}

/// The end of an id, for reading aloud.
fn short(id: Uuid) -> String {
    id.simple().to_string()[24..].to_uppercase()
}

fn engagement(held: &Held) -> EngagementState {
    held.referral.engagement.value
}

/// The site has a question for the referrer.
fn asks_back(held: &Held) -> bool {
    held.referral.verification.value == VerificationState::NeedsInformation
}

fn decisions(held: &Held) -> Vec<DecisionLine> {
    let mut lines: Vec<DecisionLine> = held
        .referral
        .decisions
        .iter()
        .filter_map(|id| held.entries.iter().find(|entry| entry.entry.id == *id))
        .filter_map(|entry| match &entry.entry.record.body {
            Body::VerificationDecided(decided) => Some(DecisionLine {
                verification: match decided.decision {
                    VerificationMove::Approve => VerificationState::Approved,
                    VerificationMove::NotApprove => VerificationState::NotApproved,
                    VerificationMove::NeedInformation => VerificationState::NeedsInformation,
                    VerificationMove::Reopen => VerificationState::Pending,
                },
                decided_at: entry.entry.record.occurred_at.0.to_utc(),
                reason: decided.reason.clone(),
            }),
            _ => None,
        })
        .collect();
    lines.reverse();
    lines
}

/// Milliseconds since 1970 as a time.
pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

fn hex(hash: &ChainHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn count(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
