//! The commands of the contract, each a line.

use std::time::Duration;

use handoff_domain::UserId;

use super::Core;
use crate::contract::*;

impl Commands for Core {
    async fn status(&self, _: Nothing) -> Result<StatusView, CommandError> {
        Ok(self.status_view()?)
    }

    async fn enrol(&self, request: EnrolRequest) -> Result<StatusView, CommandError> {
        self.enrol_with(&request.code, &request.password).await?;
        Ok(self.status_view()?)
    }

    async fn unlock(&self, request: UnlockRequest) -> Result<StatusView, CommandError> {
        self.unlock_as(UserId(request.user), &request.password)?;
        Ok(self.status_view()?)
    }

    async fn lock(&self, _: Nothing) -> Result<StatusView, CommandError> {
        self.lock_now();
        Ok(self.status_view()?)
    }

    async fn set_preferences(&self, request: Preferences) -> Result<StatusView, CommandError> {
        self.keep_preferences(request)?;
        Ok(self.status_view()?)
    }

    async fn today(&self, _: Nothing) -> Result<TodayView, CommandError> {
        Ok(self.today_view()?)
    }

    async fn choices(&self, request: StartDraftRequest) -> Result<ChoicesView, CommandError> {
        Ok(self.choices_for(request)?)
    }

    async fn start_draft(&self, request: StartDraftRequest) -> Result<DraftView, CommandError> {
        Ok(self.start(request.door)?)
    }

    async fn draft(&self, request: DraftRequest) -> Result<DraftView, CommandError> {
        Ok(self.open_draft(request)?)
    }

    async fn change_draft(&self, request: ChangeDraftRequest) -> Result<DraftView, CommandError> {
        Ok(self.change(request)?)
    }

    async fn delete_draft(&self, request: DraftRequest) -> Result<TodayView, CommandError> {
        self.discard(request)?;
        Ok(self.today_view()?)
    }

    async fn submit(&self, request: SubmitRequest) -> Result<SavedView, CommandError> {
        Ok(self.send(request)?)
    }

    async fn queue(&self, _: Nothing) -> Result<QueueView, CommandError> {
        Ok(self.queue_view()?)
    }

    async fn referral(&self, request: ReferralRequest) -> Result<ReferralView, CommandError> {
        Ok(self.referral_view(request)?)
    }

    async fn take_back(&self, request: ReferralRequest) -> Result<QueueView, CommandError> {
        self.take_back_referral(request)?;
        Ok(self.queue_view()?)
    }

    async fn sync_now(&self, _: Nothing) -> Result<SyncView, CommandError> {
        Ok(self.sync_once(Duration::ZERO).await)
    }
}
