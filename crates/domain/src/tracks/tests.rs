use expect_test::{Expect, expect};

use super::*;

/// The whole table of a track: a row for each state, a column for each move.
fn check_table<T: Track>(moves: &[T::Move], expect: &Expect) {
    let mut table = String::new();
    for state in T::ALL {
        table.push_str(&format!("{state:?}:"));
        for by in moves {
            if let Ok(to) = state.apply(*by) {
                table.push_str(&format!(" {by:?}->{to:?}"));
            }
        }
        table.push('\n');
    }
    expect.assert_eq(&table);
}

fn check_rights<T: Track>(moves: &[T::Move], expect: &Expect) {
    let mut table = String::new();
    for by in moves {
        table.push_str(&format!("{by:?}:"));
        for written in [Written::OnDevice, Written::AtSite] {
            for role in Role::ALL {
                if T::may(Authority::of(role, written), *by) {
                    table.push_str(&format!(" {written:?}/{}", role.as_str()));
                }
            }
        }
        table.push('\n');
    }
    expect.assert_eq(&table);
}

#[test]
fn every_pair_of_verification_is_decided() {
    check_table::<VerificationState>(
        &VerificationMove::ALL,
        &expect![[r#"
            Pending: Approve->Approved NotApprove->NotApproved NeedInformation->NeedsInformation
            NeedsInformation: Approve->Approved NotApprove->NotApproved Reopen->Pending
            Approved: Reopen->Pending
            NotApproved: Reopen->Pending
        "#]],
    );
}

#[test]
fn every_pair_of_engagement_is_decided() {
    check_table::<EngagementState>(
        &EngagementMove::ALL,
        &expect![[r#"
        Draft: Submit->Submitted
        Submitted: Screen->Screened CallCaseManager->CaseManagerCalled HandOff->HandedOff PersonDeclines->DeclinedByPerson AttemptContact->ContactAttempting CompleteBriefIntake->BriefIntakeDone Close(GoalsMet)->Closed
        Screened: CallCaseManager->CaseManagerCalled HandOff->HandedOff PersonDeclines->DeclinedByPerson AttemptContact->ContactAttempting CompleteBriefIntake->BriefIntakeDone Close(GoalsMet)->Closed
        CaseManagerCalled: HandOff->HandedOff PersonDeclines->DeclinedByPerson AttemptContact->ContactAttempting CompleteBriefIntake->BriefIntakeDone Close(GoalsMet)->Closed
        HandedOff: PersonDeclines->DeclinedByPerson CompleteBriefIntake->BriefIntakeDone CompleteAssessment->AssessmentDone Close(GoalsMet)->Closed
        DeclinedByPerson: AttemptContact->ContactAttempting Close(GoalsMet)->Closed
        ContactAttempting: CallCaseManager->CaseManagerCalled HandOff->HandedOff PersonDeclines->DeclinedByPerson CompleteBriefIntake->BriefIntakeDone CompleteAssessment->AssessmentDone Close(GoalsMet)->Closed
        BriefIntakeDone: PersonDeclines->DeclinedByPerson CompleteAssessment->AssessmentDone LoseContact->Inactive Close(GoalsMet)->Closed
        AssessmentDone: ActivatePlan->PlanActive Engage->Active LoseContact->Inactive Close(GoalsMet)->Closed
        PlanActive: Engage->Active LoseContact->Inactive Close(GoalsMet)->Closed
        Active: LoseContact->Inactive Close(GoalsMet)->Closed
        Inactive: Engage->Active Close(GoalsMet)->Closed
        Closed: Reopen->Active
    "#]],
    );
}

#[test]
fn every_pair_of_the_charge_is_decided() {
    check_table::<ChargeState>(
        &ChargeMove::ALL,
        &expect![[r#"
        None: Hold->Held Send->SentToProsecutor
        Held: Send->SentToProsecutor Accept->Accepted Reject->Rejected
        SentToProsecutor: Accept->Accepted Reject->Rejected
        Accepted: SetIntakeDue->IntakeDue DoNotFile->NotFiled Return->Returned
        Rejected:
        IntakeDue: PassIntakeDue->IntakeOverdue DoNotFile->NotFiled Return->Returned
        NotFiled:
        IntakeOverdue: DoNotFile->NotFiled Return->Returned
        Returned:
    "#]],
    );
}

#[test]
fn who_may_move_verification() {
    check_rights::<VerificationState>(
        &VerificationMove::ALL,
        &expect![[r#"
        Approve: AtSite/sergeant AtSite/supervisor AtSite/prosecutor_liaison AtSite/project_manager
        NotApprove: AtSite/sergeant AtSite/supervisor AtSite/prosecutor_liaison AtSite/project_manager
        NeedInformation: AtSite/sergeant AtSite/supervisor AtSite/prosecutor_liaison AtSite/project_manager
        Reopen: AtSite/sergeant AtSite/supervisor AtSite/prosecutor_liaison AtSite/project_manager
    "#]],
    );
}

#[test]
fn who_may_move_engagement() {
    check_rights::<EngagementState>(
        &EngagementMove::ALL,
        &expect![[r#"
        Submit: OnDevice/officer OnDevice/sergeant OnDevice/peer_specialist OnDevice/project_manager OnDevice/community_referrer AtSite/officer AtSite/sergeant AtSite/peer_specialist AtSite/project_manager AtSite/community_referrer
        Screen: OnDevice/officer OnDevice/sergeant OnDevice/peer_specialist OnDevice/project_manager OnDevice/community_referrer AtSite/officer AtSite/sergeant AtSite/peer_specialist AtSite/project_manager AtSite/community_referrer
        CallCaseManager: OnDevice/officer OnDevice/sergeant OnDevice/peer_specialist AtSite/officer AtSite/sergeant AtSite/peer_specialist
        HandOff: OnDevice/officer OnDevice/sergeant OnDevice/peer_specialist OnDevice/case_manager AtSite/officer AtSite/sergeant AtSite/peer_specialist AtSite/case_manager
        PersonDeclines: OnDevice/officer OnDevice/sergeant OnDevice/peer_specialist OnDevice/case_manager AtSite/officer AtSite/sergeant AtSite/peer_specialist AtSite/case_manager
        AttemptContact: OnDevice/peer_specialist OnDevice/case_manager OnDevice/supervisor AtSite/peer_specialist AtSite/case_manager AtSite/supervisor
        CompleteBriefIntake: OnDevice/peer_specialist OnDevice/case_manager OnDevice/supervisor AtSite/peer_specialist AtSite/case_manager AtSite/supervisor
        CompleteAssessment: OnDevice/case_manager OnDevice/supervisor AtSite/case_manager AtSite/supervisor
        ActivatePlan: OnDevice/case_manager OnDevice/supervisor AtSite/case_manager AtSite/supervisor
        Engage: OnDevice/case_manager OnDevice/supervisor AtSite/case_manager AtSite/supervisor
        LoseContact: OnDevice/case_manager OnDevice/supervisor AtSite/case_manager AtSite/supervisor
        Close(GoalsMet): OnDevice/supervisor AtSite/supervisor
        Reopen: OnDevice/supervisor AtSite/supervisor
    "#]],
    );
}

#[test]
fn only_the_prosecutor_moves_the_charge_to_an_end() {
    check_rights::<ChargeState>(
        &ChargeMove::ALL,
        &expect![[r#"
            Hold: OnDevice/officer OnDevice/sergeant AtSite/officer AtSite/sergeant
            Send: OnDevice/officer OnDevice/sergeant AtSite/officer AtSite/sergeant
            Accept: AtSite/prosecutor_liaison
            Reject: AtSite/prosecutor_liaison
            SetIntakeDue: AtSite/prosecutor_liaison AtSite/project_manager AtSite/site_admin
            PassIntakeDue: AtSite/prosecutor_liaison AtSite/project_manager AtSite/site_admin
            DoNotFile: AtSite/prosecutor_liaison
            Return: AtSite/prosecutor_liaison
        "#]],
    );
}
