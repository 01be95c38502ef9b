//! What people do at devices.

use fastrand::Rng;
use handoff_domain::{
    AttachmentAdded, AttachmentKind, Body, CapturedAt, Door, Entry, EntryId, Facts, OccurredAt,
    Offer, PersonDescription, PersonId, Place, Record, Referral, ReferralAmended, ReferralId,
    ReferralLogged, ReferralReport, ReferralWithdrawn, Response, Role, SiteId, UserId,
};
use handoff_store::Draft;
use handoff_vault::{SealedAttachment, seal_attachment};

use crate::sim::device::{FilesError, Opening};
use crate::sim::fault::Fault;
use crate::sim::invariant::Invariant;
use crate::sim::site::time;
use crate::sim::world::{Held, World};

/// An entry that is about to be saved.
pub(crate) struct Writing {
    pub entry: Entry,
    pub form: u32,
    pub amends: Option<(ReferralId, EntryId)>,
    pub attached: Option<Attached>,
}

/// An attachment, sealed and as it was.
pub(crate) struct Attached {
    pub sealed: SealedAttachment,
    pub plain: Vec<u8>,
}

impl World {
    pub(super) fn unlock(&mut self, rng: &mut Rng) -> Held {
        match self.any_host(rng) {
            Some(at) => self.unlock_on(at, rng),
            None => Ok(()),
        }
    }

    /// Somebody signs in on a device.
    pub(super) fn unlock_on(&mut self, at: usize, rng: &mut Rng) -> Held {
        let host = &self.hosts[at];
        let users: Vec<UserId> = host.keys.keys().copied().collect();
        let user = users[rng.usize(..users.len())];
        let how = if rng.u8(..8) == 0 {
            Opening::WritingOnly
        } else {
            Opening::Reading
        };
        self.sign_in(at, user, how)
    }

    /// Signs somebody in on a device, if they are not.
    pub(crate) fn sign_in(&mut self, at: usize, user: UserId, how: Opening) -> Held {
        let host = &mut self.hosts[at];
        let Some(keys) = host
            .keys
            .get(&user)
            .filter(|_| !host.unlocked.contains(&user))
        else {
            return Ok(());
        };
        let done = host.files.unlock(user, keys, how);
        if self.survives(at, &done)? {
            self.hosts[at].unlocked.insert(user);
            if how == Opening::WritingOnly {
                self.fired(Fault::LeaseOver);
            }
        }
        Ok(())
    }

    pub(super) fn lock(&mut self, rng: &mut Rng) -> Held {
        if let Some((at, user)) = self.anybody(rng) {
            let host = &mut self.hosts[at];
            host.files.lock(user);
            host.unlocked.remove(&user);
        }
        Ok(())
    }

    pub(super) fn save(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let mut writings = Vec::new();
        for _ in 0..rng.usize(1..=3) {
            let id = EntryId(self.random.id());
            let form = self.ledger.form();
            let body = logged(&self.random.id(), form);
            writings.extend(self.writing(at, user, id, form, body, None)?);
        }
        self.save_all(at, user, &writings, None)
    }

    pub(super) fn draft(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let drafts = self.hosts[at].files.drafts(user);
        let drafts = drafts.unwrap_or_default();
        let draft = match drafts.first().filter(|_| rng.bool()) {
            Some(draft) => Draft {
                version: draft.version + 1,
                ..draft.clone()
            },
            None => {
                let id = EntryId(self.random.id());
                Draft {
                    id,
                    entries: vec![id],
                    form: self.ledger.form().to_be_bytes().to_vec(),
                    page: 1,
                    saved_at_ms: self.now_ms,
                    version: 1,
                }
            }
        };
        let done = self.hosts[at].files.put_draft(user, &draft);
        self.survives(at, &done).map(|_| ())
    }

    pub(super) fn submit(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let drafts = self.hosts[at].files.drafts(user).unwrap_or_default();
        if drafts.is_empty() {
            return Ok(());
        }
        let draft = &drafts[rng.usize(..drafts.len())];
        let form = draft.form.as_slice().try_into().map(u32::from_be_bytes);
        let form = form.unwrap_or_default();
        let body = logged(&draft.id.0, form);
        let id = draft.entries[0];
        let writing = self.writing(at, user, id, form, body, None)?;
        let writings: Vec<Writing> = writing.into_iter().collect();
        self.save_all(at, user, &writings, Some(draft.id))
    }

    pub(super) fn amend(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let Some((id, referral)) = self.any_referral(at, user, rng)? else {
            return Ok(());
        };
        let Some(base) = referral.report.as_ref().and_then(|report| report.by) else {
            return Ok(());
        };
        let form = self.ledger.form();
        let amended = Body::ReferralAmended(ReferralAmended {
            referral: id,
            report: report(form),
            reason: "the address was wrong".to_owned(),
        });
        let entry = EntryId(self.random.id());
        let writing = self.writing(at, user, entry, form, amended, Some((id, base)))?;
        let writings: Vec<Writing> = writing.into_iter().collect();
        self.save_all(at, user, &writings, None)
    }

    pub(super) fn attach(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let Some((referral, _)) = self.any_referral(at, user, rng)? else {
            return Ok(());
        };
        let plain: Vec<u8> = (0..rng.usize(..600)).map(|_| rng.u8(..)).collect();
        let sealed = seal_attachment(&self.random, &plain).expect("it is short");
        let body = Body::AttachmentAdded(AttachmentAdded {
            referral,
            what: AttachmentKind::Signature,
            media_type: "image/png".to_owned(),
            len: plain.len() as u64,
            address: sealed.address,
            sealed_len: sealed.bytes.len() as u64,
            key: sealed.key.clone(),
        });
        let form = self.ledger.form();
        let entry = EntryId(self.random.id());
        let Some(mut writing) = self.writing(at, user, entry, form, body, None)? else {
            return Ok(());
        };
        writing.attached = Some(Attached { sealed, plain });
        self.save_all(at, user, &[writing], None)
    }

    pub(super) fn withdraw(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let Some((id, _)) = self.any_referral(at, user, rng)? else {
            return Ok(());
        };
        let form = self.ledger.form();
        let withdrawn = Body::ReferralWithdrawn(ReferralWithdrawn {
            referral: id,
            reason: "logged twice".to_owned(),
        });
        let entry = EntryId(self.random.id());
        let writing = self.writing(at, user, entry, form, withdrawn, None)?;
        let writings: Vec<Writing> = writing.into_iter().collect();
        self.save_all(at, user, &writings, None)
    }

    pub(super) fn take_back(&mut self, rng: &mut Rng) -> Held {
        let Some((at, user)) = self.anybody(rng) else {
            return Ok(());
        };
        let facts = self.ledger.facts.iter();
        let theirs: Vec<EntryId> = facts
            .filter(|(_, fact)| {
                fact.author == user && fact.on.contains(&at) && !fact.back_on.contains(&at)
            })
            .map(|(id, _)| *id)
            .collect();
        if theirs.is_empty() {
            return Ok(());
        }
        let id = theirs[rng.usize(..theirs.len())];
        let done = self.hosts[at].files.take_back(user, id);
        let is_done = self.survives(at, &done)?;
        let is_back = is_done
            || self.hosts[at]
                .files
                .place(handoff_protocol::ids::ItemId(id.0))
                .is_ok_and(|place| place.is_some_and(|place| place.taken_back));
        if is_back && let Some(fact) = self.ledger.facts.get_mut(&id) {
            fact.back_on.insert(at);
        }
        // What was attached to it has gone with it.
        let files = &self.hosts[at].files;
        for (entry, fact) in &mut self.ledger.facts {
            let is_attached = fact.referral == id.into() && *entry != id;
            if is_back && is_attached && self.ledger.attached.contains_key(entry) {
                let place = files.place(handoff_protocol::ids::ItemId(entry.0));
                if place.is_ok_and(|place| place.is_some_and(|place| place.taken_back)) {
                    fact.back_on.insert(at);
                }
            }
        }
        Ok(())
    }

    /// Saves, and writes down what was reported.
    fn save_all(
        &mut self,
        at: usize,
        user: UserId,
        writings: &[Writing],
        draft: Option<EntryId>,
    ) -> Held {
        if writings.is_empty() {
            return Ok(());
        }
        let entries: Vec<Entry> = writings
            .iter()
            .map(|writing| writing.entry.clone())
            .collect();
        let clock = self.hosts[at].clock(self.now_ms);
        let attached = writings
            .iter()
            .filter_map(|writing| writing.attached.as_ref());
        let attachments: Vec<_> = attached.map(|attached| attached.sealed.clone()).collect();
        let files = &self.hosts[at].files;
        let done = files.save(user, &entries, &attachments, draft, clock);
        let has_died = done == Err(FilesError::Died);
        let reported = self.survives(at, &done)?;
        for writing in writings {
            let id = writing.entry.id;
            let item = handoff_protocol::ids::ItemId(id.0);
            let is_there = reported || self.is_saved(at, item);
            if reported || (has_died && is_there) {
                let referral = writing.entry.record.body.referral(id);
                let referral = referral.expect("people write about referrals");
                self.ledger
                    .saved(id, at, user, writing.form, referral, writing.amends);
                if let Some(Attached { plain, .. }) = &writing.attached {
                    self.ledger.attached.insert(id, plain.clone());
                }
            } else if !self.ledger.facts.contains_key(&id) {
                self.hold(Invariant::FailedSaveLeavesNothing, !is_there, || {
                    format!("{id} is in the journal of device {at}, and its save failed")
                })?;
            }
        }
        Ok(())
    }

    fn is_saved(&self, at: usize, id: handoff_protocol::ids::ItemId) -> bool {
        let place = self.hosts[at].files.place(id);
        place.is_ok_and(|place| place.is_some_and(|place| !place.taken_back))
    }

    /// Whether it was done. A process that died begins again at once; what
    /// nobody foresaw ends the run.
    pub(crate) fn survives<T>(&mut self, at: usize, done: &Result<T, FilesError>) -> Held<bool> {
        match done {
            Ok(_) => Ok(true),
            Err(FilesError::Died) => {
                self.settle_deaths()?;
                Ok(false)
            }
            Err(FilesError::DiskFull | FilesError::Refused(_)) => Ok(false),
            Err(FilesError::Broken(what)) => {
                let what = what.clone();
                self.hold(Invariant::NothingBreaks, false, || {
                    format!("device {at}: {what}")
                })?;
                Ok(false)
            }
        }
    }

    /// Somebody who is signed in somewhere.
    fn anybody(&self, rng: &mut Rng) -> Option<(usize, UserId)> {
        let mut signed_in = Vec::new();
        for (at, host) in self.hosts.iter().enumerate() {
            signed_in.extend(host.unlocked.iter().map(|user| (at, *user)));
        }
        (!signed_in.is_empty()).then(|| signed_in[rng.usize(..signed_in.len())])
    }

    /// A referral that somebody sees.
    fn any_referral(
        &mut self,
        at: usize,
        user: UserId,
        rng: &mut Rng,
    ) -> Held<Option<(ReferralId, Referral)>> {
        let vault = self.hosts[at].files.vault(user);
        if !self.survives(at, &vault)? {
            return Ok(None);
        }
        let Ok(Some(held)) = vault else {
            return Ok(None);
        };
        let state = crate::sim::heal::folded(&held);
        let referrals: Vec<_> = state.referrals.into_iter().collect();
        if referrals.is_empty() {
            return Ok(None);
        }
        Ok(Some(referrals[rng.usize(..referrals.len())].clone()))
    }

    fn writing(
        &mut self,
        at: usize,
        user: UserId,
        id: EntryId,
        form: u32,
        body: Body,
        amends: Option<(ReferralId, EntryId)>,
    ) -> Held<Option<Writing>> {
        let host = &self.hosts[at];
        let clock_ms = host.clock(self.now_ms);
        let site_ms = clock_ms.saturating_add(host.offset_ms);
        let hlc = host.files.hlc();
        if !self.survives(at, &hlc)? {
            return Ok(None);
        }
        let hlc = hlc.unwrap_or_default().next(clock_ms, Some(site_ms));
        let role = self.people.iter().find(|person| person.user == user);
        let entry = Entry {
            id,
            site: SiteId::new("md-baltimore").expect("a name"),
            author: user,
            record: Record {
                occurred_at: OccurredAt(time(clock_ms).fixed_offset()),
                captured_at: CapturedAt { clock_ms, hlc },
                role: role.map_or(Role::Officer, |person| person.role),
                based_on: amends.iter().map(|(_, base)| *base).collect(),
                body,
            },
        };
        Ok(Some(Writing {
            entry,
            form,
            amends,
            attached: None,
        }))
    }
}

fn logged(person: &uuid::Uuid, form: u32) -> Body {
    Body::ReferralLogged(ReferralLogged {
        person: PersonId(*person),
        report: report(form),
        screening: None,
        charge_held: false,
    })
}

fn report(form: u32) -> ReferralReport {
    ReferralReport {
        door: Door::SocialContact,
        trigger: None,
        person: PersonDescription::default(),
        facts: Facts::default(),
        place: Place::default(),
        needs: Vec::new(),
        overdose: None,
        offer: Offer::Made(Response::Accepted),
        narrative: format!("form {form}"),
        refer_anyway: None,
    }
}
