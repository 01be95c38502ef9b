use chrono::DateTime;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::entry::{Decided, Moved, Record};
use crate::ids::SiteId;
use crate::referral::{
    HandoffRecorded, Offer, Place, ReferralAmended, ReferralWithdrawn, Response,
};
use crate::role::Role;
use crate::time::{CapturedAt, OccurredAt};
use crate::{Door, Facts, PersonDescription, PersonId};

fn id(n: u8) -> EntryId {
    EntryId(Uuid::from_bytes([n; 16]))
}

fn user(n: u8) -> UserId {
    UserId(Uuid::from_bytes([n; 16]))
}

fn report(address: &str) -> ReferralReport {
    ReferralReport {
        door: Door::ArrestDiversion,
        trigger: None,
        person: PersonDescription::default(),
        facts: Facts::default(),
        place: Place {
            address: address.into(),
            incident_number: String::new(),
        },
        needs: Vec::new(),
        overdose: None,
        offer: Offer::Made(Response::Accepted),
        narrative: String::new(),
        refer_anyway: None,
    }
}

fn entry(n: u8, author: u8, role: Role, based_on: &[u8], clock: i64, body: Body) -> Entry {
    let at = DateTime::parse_from_rfc3339("2026-11-22T21:00:00-05:00").unwrap();
    Entry {
        id: id(n),
        site: SiteId::new("md-baltimore").unwrap(),
        author: user(author),
        record: Record {
            occurred_at: OccurredAt(at),
            captured_at: CapturedAt {
                clock_ms: clock,
                hlc: Hlc {
                    wall_ms: clock,
                    count: 0,
                },
            },
            role,
            based_on: based_on.iter().map(|n| id(*n)).collect(),
            body,
        },
    }
}

const R: u8 = 1;

fn logged() -> (Entry, Written) {
    let body = Body::ReferralLogged(ReferralLogged {
        person: PersonId(Uuid::from_bytes([9; 16])),
        report: report("Fayette & Greene"),
        screening: None,
        charge_held: false,
    });
    (entry(R, 1, Role::Officer, &[], 0, body), Written::OnDevice)
}

fn decided(n: u8, based_on: &[u8], decision: VerificationMove) -> (Entry, Written) {
    let body = Body::VerificationDecided(Decided {
        referral: id(R).into(),
        decision,
        reason: String::new(),
    });
    (
        entry(n, 2, Role::ProsecutorLiaison, based_on, i64::from(n), body),
        Written::AtSite,
    )
}

fn amended(n: u8, based_on: &[u8], address: &str) -> (Entry, Written) {
    let body = Body::ReferralAmended(ReferralAmended {
        referral: id(R).into(),
        report: report(address),
        reason: String::new(),
    });
    (
        entry(n, 1, Role::Officer, based_on, i64::from(n), body),
        Written::OnDevice,
    )
}

fn run_fold(entries: &[(Entry, Written)]) -> State {
    fold(entries.iter().map(|(entry, written)| Held {
        entry,
        written: *written,
    }))
}

fn check_fold(entries: &[(Entry, Written)], expect: &Expect) {
    let state = run_fold(entries);
    let mut text = String::new();
    for referral in state.referrals.values() {
        let place = referral
            .report
            .as_ref()
            .map_or("-", |report| &report.value.place.address);
        text.push_str(&format!(
            "{place}: {:?} {:?} {:?}",
            referral.verification.value, referral.engagement.value, referral.charge.value
        ));
        let mut conflicts: Vec<u8> = referral
            .verification
            .conflicts
            .iter()
            .chain(&referral.engagement.conflicts)
            .chain(&referral.charge.conflicts)
            .chain(referral.report.iter().flat_map(|report| &report.conflicts))
            .map(|id| id.as_bytes()[0])
            .collect();
        conflicts.sort_unstable();
        text.push_str(&format!(" conflicts {conflicts:?}"));
        if referral.withdrawn.is_some() {
            text.push_str(" withdrawn");
        }
        text.push('\n');
    }
    expect.assert_eq(&text);
}

#[test]
fn decisions_that_build_on_one_another_are_no_conflict() {
    check_fold(
        &[
            logged(),
            decided(2, &[R], VerificationMove::NeedInformation),
            decided(3, &[2], VerificationMove::Approve),
        ],
        &expect![[r#"
            Fayette & Greene: Approved Submitted None conflicts []
        "#]],
    );
}

#[test]
fn two_decisions_on_one_base_are_both_kept() {
    check_fold(
        &[
            logged(),
            decided(2, &[R], VerificationMove::Approve),
            decided(3, &[R], VerificationMove::NotApprove),
        ],
        &expect![[r#"
            Fayette & Greene: Approved Submitted None conflicts [3]
        "#]],
    );
}

#[test]
fn a_decision_from_a_device_is_kept_and_moves_nothing() {
    let (entry, _) = decided(2, &[R], VerificationMove::Approve);
    check_fold(
        &[logged(), (entry, Written::OnDevice)],
        &expect![[r#"
        Fayette & Greene: Pending Submitted None conflicts [2]
    "#]],
    );
}

#[test]
fn an_officer_cannot_decide_and_a_prosecutor_can() {
    let (mut entry, written) = decided(2, &[R], VerificationMove::Approve);
    entry.record.role = Role::Officer;
    check_fold(
        &[logged(), (entry, written)],
        &expect![[r#"
        Fayette & Greene: Pending Submitted None conflicts [2]
    "#]],
    );
}

#[test]
fn behind_a_wall_a_decision_without_its_base_is_applied() {
    check_fold(
        &[decided(3, &[2], VerificationMove::Approve)],
        &expect![[r#"
        -: Approved Submitted None conflicts []
    "#]],
    );
}

/// Their base was taken back, or is behind a wall.
#[test]
fn two_edits_on_one_base_that_is_not_held_are_a_conflict() {
    let edits = [
        logged(),
        amended(3, &[2], "E Lombard"),
        amended(4, &[2], "W Lombard"),
    ];
    let expected = expect![[r#"
        E Lombard: Pending Submitted None conflicts [4]
    "#]];
    check_fold(&edits, &expected);
    // One that builds on another base is none, and what builds on the one that
    // is shown follows it.
    let more = [
        logged(),
        amended(3, &[2], "E Lombard"),
        amended(4, &[2], "W Lombard"),
        amended(5, &[3], "N Lombard"),
        amended(7, &[6], "S Lombard"),
    ];
    check_fold(
        &more,
        &expect![[r#"
            S Lombard: Pending Submitted None conflicts [4]
        "#]],
    );
}

#[test]
fn an_illegal_move_is_a_conflict_and_what_follows_goes_on() {
    check_fold(
        &[
            logged(),
            decided(2, &[R], VerificationMove::Approve),
            decided(3, &[2], VerificationMove::NotApprove),
            decided(4, &[3], VerificationMove::Reopen),
        ],
        &expect![[r#"
            Fayette & Greene: Pending Submitted None conflicts [3]
        "#]],
    );
}

#[test]
fn a_handoff_moves_engagement_while_verification_waits() {
    let at = DateTime::parse_from_rfc3339("2026-11-22T21:05:00-05:00").unwrap();
    let handoff = |n, based_on: &[u8], handed: bool| {
        let body = Body::HandoffRecorded(HandoffRecorded {
            referral: id(R).into(),
            called_at: Some(at),
            handed_off_at: handed.then_some(at),
            to: String::new(),
            place: String::new(),
        });
        (
            entry(n, 1, Role::Officer, based_on, 0, body),
            Written::OnDevice,
        )
    };
    check_fold(
        &[logged(), handoff(2, &[R], false), handoff(3, &[2], true)],
        &expect![[r#"
            Fayette & Greene: Pending HandedOff None conflicts []
        "#]],
    );
}

#[test]
fn only_the_referrer_withdraws() {
    let withdraw = |n, author| {
        let body = Body::ReferralWithdrawn(ReferralWithdrawn {
            referral: id(R).into(),
            reason: "wrong person".into(),
        });
        (
            entry(n, author, Role::Officer, &[R], 0, body),
            Written::OnDevice,
        )
    };
    assert_eq!(
        run_fold(&[logged(), withdraw(2, 7)]).referrals[&id(R).into()].withdrawn,
        None
    );
    let state = run_fold(&[logged(), withdraw(2, 7), withdraw(3, 1)]);
    assert_eq!(state.referrals[&id(R).into()].withdrawn, Some(id(3)));
}

#[test]
fn an_unknown_kind_is_kept() {
    let body = Body::Unknown {
        kind: "kit_given_2031".into(),
        raw: ciborium::Value::Null,
    };
    let state = run_fold(&[(entry(2, 1, Role::Officer, &[], 0, body), Written::OnDevice)]);
    assert_eq!(state.unknown, BTreeSet::from([id(2)]));
}

prop_compose! {
    /// Any mess of amendments and moves with any base links, rings included.
    fn any_entry()(
        n in 2u8..14, base in 0u8..14, kind in 0u8..4, by in 0usize..8, site in any::<bool>(),
        clock in any::<i32>(),
    ) -> (Entry, Written) {
        let based_on: &[u8] = if base == 0 { &[] } else { &[base] };
        let written = if site { Written::AtSite } else { Written::OnDevice };
        let (mut entry, _) = match kind {
            0 => amended(n, based_on, &format!("{n} E Lombard")),
            1 => decided(n, based_on, VerificationMove::ALL[by % 4]),
            2 => {
                let body = Body::ChargeMoved(Moved {
                    referral: id(R).into(), by: ChargeMove::ALL[by], note: String::new(),
                });
                (entry(n, 2, Role::ProsecutorLiaison, based_on, 0, body), written)
            }
            _ => {
                let body = Body::EngagementMoved(Moved {
                    referral: id(R).into(), by: EngagementMove::ALL[by + 4], note: String::new(),
                });
                (entry(n, 2, Role::Supervisor, based_on, 0, body), written)
            }
        };
        entry.record.captured_at.hlc.wall_ms = i64::from(clock);
        (entry, written)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_fold_does_not_depend_on_the_order_of_arrival(
        mess in prop::collection::vec(any_entry(), 0..12),
        with_root in any::<bool>(),
        seed in any::<u64>(),
    ) {
        // One entry a id: two entries with one id cannot both be taken.
        let mut entries: BTreeMap<EntryId, (Entry, Written)> =
            mess.into_iter().map(|held| (held.0.id, held)).collect();
        if with_root {
            let (root, written) = logged();
            entries.insert(root.id, (root, written));
        }
        let entries: Vec<_> = entries.into_values().collect();
        let mut shuffled = entries.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(run_fold(&entries), run_fold(&shuffled));
    }

    #[test]
    fn no_move_vanishes(mess in prop::collection::vec(any_entry(), 1..12)) {
        let mut entries: BTreeMap<EntryId, (Entry, Written)> =
            mess.into_iter().map(|held| (held.0.id, held)).collect();
        let (root, written) = logged();
        entries.insert(root.id, (root, written));
        let entries: Vec<_> = entries.into_values().collect();
        let state = run_fold(&entries);
        let referral = &state.referrals[&id(R).into()];
        let decisions = entries
            .iter()
            .filter(|(entry, _)| matches!(entry.record.body, Body::VerificationDecided(_)))
            .map(|(entry, _)| entry.id)
            .collect::<BTreeSet<_>>();
        let shown: BTreeSet<EntryId> =
            referral.decisions.iter().chain(&referral.verification.conflicts).copied().collect();
        prop_assert_eq!(decisions, shown);
    }
}
