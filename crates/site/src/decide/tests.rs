use handoff_domain::ReferralWithdrawn;
use uuid::Uuid;

use super::*;
use crate::testing::{ADMIN, OFFICER, PROSECUTOR, TestDevice, TestSite};

fn referred() -> (TestSite, TestDevice, ReferralId) {
    let site = TestSite::found();
    let mut device = TestDevice::enrol(&site, OFFICER);
    let referral = device.refer();
    site.sync(&device.request(device.everything()));
    (site, device, referral)
}

#[test]
fn the_packs_own_role_decides_and_the_decision_builds_on_the_one_before() {
    let (site, _, referral) = referred();
    let decide = |by| {
        site.site
            .decide(referral, PROSECUTOR, by, "a reason")
            .unwrap()
    };
    let asked = decide(VerificationMove::NeedInformation);
    assert_eq!(asked.verification, VerificationState::NeedsInformation);
    let approved = decide(VerificationMove::Approve);
    assert_eq!(approved.verification, VerificationState::Approved);
    assert!(!approved.has_conflict);
    let entries = site.site.storage().reading(|reads| {
        let name = reads.site()?.name;
        reads
            .entries_of_kind("verification_decided")?
            .iter()
            .map(|row| views::read(&name, row))
            .collect::<Result<Vec<_>, StorageError>>()
    });
    let entries = entries.unwrap();
    assert_eq!(entries[0].record.based_on, [EntryId::from(referral)]);
    assert_eq!(entries[1].record.based_on, [entries[0].id]);
    assert_eq!(entries[1].record.role, Role::ProsecutorLiaison);
}

#[test]
fn whom_the_pack_does_not_name_decides_nothing() {
    let (site, _, referral) = referred();
    for (name, has) in [(OFFICER, Role::Officer), (ADMIN, Role::SiteAdmin)] {
        let refused = site
            .site
            .decide(referral, name, VerificationMove::Approve, "")
            .unwrap_err();
        assert!(
            matches!(&refused, DecideError::NotPermitted { has: roles, decides, .. }
                if roles[..] == [has] && decides[..] == [Role::ProsecutorLiaison]),
            "{refused}"
        );
    }
    let approve = VerificationMove::Approve;
    let nobody = site.site.decide(referral, "Nobody", approve, "");
    assert!(matches!(
        nobody,
        Err(DecideError::Person(PersonError::NotFound))
    ));
    site.site.set_roles(PROSECUTOR, [].into()).unwrap();
    let disabled = site.site.decide(referral, PROSECUTOR, approve, "");
    assert!(matches!(disabled, Err(DecideError::Disabled)));
    let views = site.site.referrals().unwrap();
    assert_eq!(views[0].verification, VerificationState::Pending);
}

#[test]
fn a_move_that_does_not_lead_on_is_refused_with_the_state_named() {
    let (site, mut device, referral) = referred();
    let decide = |id, by, reason: &str| site.site.decide(id, PROSECUTOR, by, reason);
    decide(referral, VerificationMove::NotApprove, "").unwrap();
    let refused = decide(referral, VerificationMove::Approve, "").unwrap_err();
    let expected =
        format!("referral {referral} is not_approved, and from there approve is no step");
    assert_eq!(refused.to_string(), expected);

    let nowhere = decide(ReferralId(Uuid::nil()), VerificationMove::Approve, "");
    assert!(matches!(nowhere, Err(DecideError::NoSuchReferral(_))));
    let long = decide(referral, VerificationMove::Reopen, &"é".repeat(281));
    assert!(matches!(long, Err(DecideError::ReasonTooLong(281))));

    let second = device.refer();
    device.save(
        Role::Officer,
        Body::ReferralWithdrawn(ReferralWithdrawn {
            referral: second,
            reason: String::new(),
        }),
    );
    site.sync(&device.request(device.everything()));
    let withdrawn = decide(second, VerificationMove::Approve, "");
    assert!(matches!(withdrawn, Err(DecideError::Withdrawn(_))));
}
