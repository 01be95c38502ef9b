//! The journal commit is the save; the vault follows.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Lab, NAME, NOW, save};
use handoff_domain::EntryId;
use handoff_protocol::ids::ItemId;
use handoff_store::{Draft, SaveError, TakeBackError};
use handoff_sync::Standing;
use handoff_vault::OsRandom;

fn draft_of(entries: &[EntryId]) -> Draft {
    Draft {
        id: entries[0],
        entries: entries.to_vec(),
        form: format!(r#"{{"given_name":"{NAME}"}}"#).into_bytes(),
        page: 3,
        saved_at_ms: NOW,
        version: 1,
    }
}

#[test]
fn what_was_saved_is_there_after_opening_again() {
    let lab = Lab::new();
    let entry = lab.referral();
    let saved = {
        let device = lab.open();
        let saved = save(&lab.unlock(&device), &entry);
        assert!(saved.in_view && !saved.already);
        saved
    };
    let device = lab.open();
    let session = lab.unlock(&device);
    let view = session.referral(entry.id.into()).unwrap().unwrap();
    assert_eq!(view.entries[0].entry, entry);
    let report = view.referral.report.as_ref().unwrap();
    assert_eq!(report.value.person.given_name, NAME);
    let place = view.entries[0].saved.clone().unwrap();
    assert_eq!(place.seq, saved.entries[0].seq);
    assert_eq!(place.hash, saved.entries[0].hash);
    assert_eq!(place.standing, Standing::OnDevice);
    assert_eq!(place.receipt, None);
    let listed = session.referrals(10, None).unwrap();
    assert_eq!(listed, [view]);
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn a_list_goes_on_behind_its_last_referral() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let saved: Vec<EntryId> = (0..7)
        .map(|_| {
            let entry = lab.referral();
            save(&session, &entry);
            entry.id
        })
        .collect();
    let mut listed = Vec::new();
    let mut behind = None;
    loop {
        let page = session.referrals(3, behind).unwrap();
        let Some(last) = page.last() else { break };
        behind = Some(last.order);
        listed.extend(page.iter().map(|view| EntryId::from(view.id)));
    }
    assert_eq!(listed, saved.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn a_vault_write_that_was_lost_is_caught_up_from_redo() {
    let lab = Lab::new();
    drop(lab.unlock(&lab.open()));
    let vault = lab.keep("vault-");
    let entry = lab.referral();
    save(&lab.unlock(&lab.open()), &entry);
    vault.put_back();

    let device = lab.open();
    let officer = &lab.officers[0];
    let keys = handoff_store::SessionKeys::Reading(officer.keys.clone());
    let session = device.unlock(officer.slot, keys).unwrap();
    assert!(session.referral(entry.id.into()).unwrap().is_none());
    let caught_up = session.catch_up().unwrap();
    assert_eq!(caught_up.taken, 1);
    assert!(caught_up.unreadable.is_empty());
    let view = session.referral(entry.id.into()).unwrap().unwrap();
    assert_eq!(view.entries[0].entry, entry);
    assert_eq!(session.catch_up().unwrap().taken, 0);
}

#[test]
fn a_vault_that_was_damaged_is_set_aside_and_made_again() {
    let lab = Lab::new();
    let entry = lab.referral();
    save(&lab.unlock(&lab.open()), &entry);
    let path = lab.file("vault-");
    let mut bytes = std::fs::read(&path).unwrap();
    for byte in &mut bytes[40..4000] {
        *byte ^= 0x55;
    }
    std::fs::write(&path, &bytes).unwrap();

    let device = lab.open();
    let session = lab.unlock(&device);
    assert_eq!(session.set_aside().len(), 1);
    assert_eq!(std::fs::read(&session.set_aside()[0]).unwrap(), bytes);
    assert!(session.referral(entry.id.into()).unwrap().is_some());
}

#[test]
fn a_draft_whose_entries_were_saved_is_dropped_at_unlock() {
    let lab = Lab::new();
    let entry = lab.referral();
    {
        let device = lab.open();
        let session = lab.unlock(&device);
        session.put_draft(&draft_of(&[entry.id])).unwrap();
    }
    let drafts = lab.keep("drafts-");
    {
        let device = lab.open();
        let session = lab.unlock(&device);
        assert_eq!(session.drafts().unwrap(), [draft_of(&[entry.id])]);
        let entries = std::slice::from_ref(&entry);
        session
            .save(&OsRandom, entries, Some(entry.id), NOW)
            .unwrap();
        assert!(session.drafts().unwrap().is_empty());
    }
    // The machine died between the commit and the dropping of the draft.
    drafts.put_back();
    let device = lab.open();
    let session = lab.unlock(&device);
    assert!(session.drafts().unwrap().is_empty());
    assert_eq!(device.counts().unwrap().waiting, 1);
}

#[test]
fn an_older_change_of_a_draft_never_replaces_a_later_one() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let later = Draft {
        version: 5,
        page: 4,
        ..draft_of(&[lab.next_id()])
    };
    session.put_draft(&later).unwrap();
    let earlier = Draft {
        version: 4,
        ..later.clone()
    };
    assert!(session.put_draft(&earlier).is_err());
    let id = later.id;
    assert_eq!(session.drafts().unwrap(), [later]);
    assert!(session.discard_draft(id).unwrap());
    assert!(session.drafts().unwrap().is_empty());
}

#[test]
fn a_form_submitted_twice_enters_nothing_twice() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (first, second) = (lab.referral(), lab.referral());
    let both = [first.clone(), second];
    let once = session.save(&OsRandom, &both, None, NOW).unwrap();
    let twice = session.save(&OsRandom, &both, None, NOW + 5).unwrap();
    assert!(!once.already && twice.already);
    assert_eq!(once.entries, twice.entries);
    assert_eq!(device.counts().unwrap().waiting, 2);

    // Half of it again, with something new, is a mistake of the program.
    let mixed = [first.clone(), lab.referral()];
    let error = session.save(&OsRandom, &mixed, None, NOW).unwrap_err();
    assert!(matches!(error, SaveError::IdTaken(id) if id == first.id));
    assert_eq!(device.counts().unwrap().waiting, 2);
}

#[test]
fn a_save_of_several_entries_is_all_or_nothing() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let good = lab.referral();
    let mut strange = lab.referral();
    strange.author = common::answers::user(0x55);
    let error = session
        .save(&OsRandom, &[good, strange.clone()], None, NOW)
        .unwrap_err();
    assert!(matches!(error, SaveError::NotTheirs(id) if id == strange.id));
    let mut long = lab.referral();
    long.record.body = common::logged(&"long ".repeat(20_000));
    let error = session
        .save(&OsRandom, &[lab.referral(), long.clone()], None, NOW)
        .unwrap_err();
    assert!(matches!(error, SaveError::TooLong { entry, .. } if entry == long.id));
    assert_eq!(device.counts().unwrap().waiting, 0);
    assert!(device.outlook().unwrap().lanes.is_empty());
}

#[test]
fn one_context_serves_an_unlock_and_no_longer_than_twelve_hours() {
    let lab = Lab::new();
    let device = lab.open();
    let lane = device.lane_reports().unwrap()[0].lane;
    let contexts = || {
        let (_, items) = device.read_items(&lane, 1, 500).unwrap();
        items.iter().filter(|item| item.kind() == 1).count()
    };
    let session = lab.unlock(&device);
    let at = |ms| {
        let entry = lab.referral();
        session.save(&OsRandom, &[entry], None, ms).unwrap();
    };
    at(NOW);
    at(NOW + 11 * 3_600_000);
    assert_eq!(contexts(), 1);
    at(NOW + 12 * 3_600_000);
    assert_eq!(contexts(), 2);
    session.lock();
    save(&lab.unlock(&device), &lab.referral());
    assert_eq!(contexts(), 3);
}

#[test]
fn without_a_lease_one_may_save_and_not_read() {
    let lab = Lab::new();
    let entry = lab.referral();
    {
        let device = lab.open();
        let session = lab.unlock_to_write(&device);
        assert!(!session.can_read());
        let saved = save(&session, &entry);
        assert!(!saved.in_view);
        assert!(session.catch_up().is_err());
        assert!(session.referral(entry.id.into()).unwrap().is_none());
        assert!(session.referrals(10, None).unwrap().is_empty());
        assert_eq!(session.position().unwrap(), None);
    }
    // With a lease again, catch-up brings it into view.
    let device = lab.open();
    let session = lab.unlock(&device);
    let view = session.referral(entry.id.into()).unwrap().unwrap();
    assert_eq!(view.entries[0].entry, entry);
}

#[test]
fn what_has_not_left_can_be_taken_back_and_what_has_cannot() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let (first, second) = (lab.referral(), lab.referral());
    save(&session, &first);
    save(&session, &second);

    session.take_back(second.id).unwrap();
    assert!(session.referral(second.id.into()).unwrap().is_none());
    assert_eq!(device.counts().unwrap().waiting, 1);
    let place = device.place(ItemId(second.id.0)).unwrap().unwrap();
    assert!(place.taken_back);
    let again = session.take_back(second.id).unwrap_err();
    assert!(matches!(again, TakeBackError::AlreadyTakenBack(_)));
    let error = session
        .save(&OsRandom, std::slice::from_ref(&second), None, NOW)
        .unwrap_err();
    assert!(matches!(error, SaveError::TakenBack(id) if id == second.id));

    lab.send_all(&device);
    let late = session.take_back(first.id).unwrap_err();
    assert!(matches!(late, TakeBackError::AlreadySent(id) if id == first.id));
    assert!(session.referral(first.id.into()).unwrap().is_some());
}

#[test]
fn what_was_read_for_the_wire_cannot_be_taken_back_any_more() {
    let lab = Lab::new();
    let device = lab.open();
    let session = lab.unlock(&device);
    let entry = lab.referral();
    save(&session, &entry);
    let lane = device.outlook().unwrap().lanes[0];
    device.read_items(&lane.lane, 1, 500).unwrap();
    let error = session.take_back(entry.id).unwrap_err();
    assert!(matches!(error, TakeBackError::AlreadySent(_)));
    // Whoever read it has the content; nothing was sent before it is marked.
    device.mark_sent(&lane.lane, lane.head.seq).unwrap();
}

#[test]
fn a_take_back_whose_vault_write_was_lost_is_caught_up() {
    let lab = Lab::new();
    let entry = lab.referral();
    save(&lab.unlock(&lab.open()), &entry);
    let vault = lab.keep("vault-");
    lab.unlock(&lab.open()).take_back(entry.id).unwrap();
    vault.put_back();
    let device = lab.open();
    let session = lab.unlock(&device);
    assert!(session.referral(entry.id.into()).unwrap().is_none());
}

#[test]
fn colleagues_see_numbers_of_each_other_and_nothing_else() {
    let lab = Lab::with_two();
    let device = lab.open();
    let entry = lab.referral();
    let first = lab.unlock(&device);
    save(&first, &entry);
    let second = lab.unlock_as(&device, 1);
    assert!(second.referral(entry.id.into()).unwrap().is_none());
    assert!(second.take_back(entry.id).is_err());
    let own = lab.referral_by(1);
    save(&second, &own);
    save(&second, &lab.referral_by(1));
    assert_eq!(device.waiting_of_others(first.slot()).unwrap(), 2);
    assert_eq!(device.waiting_of(first.slot()).unwrap(), 1);
    assert_eq!(device.waiting_of_others(second.slot()).unwrap(), 1);
    assert!(first.referral(own.id.into()).unwrap().is_none());
    // Under the same id nobody else saves anything.
    let mut stolen = own.clone();
    stolen.author = lab.officers[0].user;
    assert!(first.save(&OsRandom, &[stolen], None, NOW).is_err());
}
