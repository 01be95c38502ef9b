//! What must hold when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use handoff_domain::{
    AttachmentAdded, Body, Entry, EntryId, Referral, ReferralId, SiteId, State, UserId,
};
use handoff_protocol::ids::{DeviceId, ItemId, Lane, Seq};
use handoff_protocol::item::Item;
use handoff_protocol::pack::Unpacker;
use handoff_protocol::receipt::{Branch, ParkCode};
use handoff_site::storage::{AlarmCode, LineId, LineRow, Reads, ReferralRow, StorageError};
use handoff_sync::Standing;
use handoff_vault::open_attachment;

use super::folded;
use crate::sim::check::may_have;
use crate::sim::device::Place;
use crate::sim::invariant::Invariant;
use crate::sim::ledger::Ordered;
use crate::sim::world::{Held, World};

/// Everything that the site has, read once.
struct AtSite {
    entries: Vec<(Entry, Lane)>,
    rows: Vec<ReferralRow>,
    lines: Vec<LineRow>,
    parked: BTreeMap<(LineId, Seq), ParkCode>,
    flagged: BTreeSet<DeviceId>,
    enabled: BTreeSet<UserId>,
    state: State,
}

impl AtSite {
    fn read(reads: &dyn Reads) -> Result<Self, StorageError> {
        let name: SiteId = reads.site()?.name;
        let mut unpacker = Unpacker::new();
        let mut entries = Vec::new();
        reads.each_entry(&mut |row| {
            let record = row.record.read(&mut unpacker);
            let record = record.map_err(|_| StorageError::Row { table: "entry" })?;
            let entry = Entry {
                id: row.id,
                site: name.clone(),
                author: row.author,
                record,
            };
            entries.push((entry, row.lane));
            Ok(())
        })?;
        let parked = reads.parked()?.into_iter();
        let alarms = reads.alarms()?.into_iter();
        let people = reads.people()?.into_iter();
        Ok(Self {
            rows: reads.referrals()?,
            lines: reads.all_lines()?,
            parked: parked.map(|row| ((row.line, row.seq), row.code)).collect(),
            flagged: alarms
                .filter(|alarm| alarm.code == AlarmCode::Forked)
                .filter_map(|alarm| alarm.device)
                .collect(),
            enabled: people
                .filter(|person| !person.roles.is_empty())
                .map(|person| person.user)
                .collect(),
            state: folded(&entries),
            entries,
        })
    }
}

impl World {
    pub(super) fn compare(&mut self) -> Held {
        let read = self.site.storage().reading(AtSite::read);
        let at_site = match read {
            Ok(at_site) => at_site,
            Err(error) => {
                return self.hold(Invariant::NothingBreaks, false, || error.to_string());
            }
        };
        self.all_judged(&at_site)?;
        self.all_arrived(&at_site)?;
        self.attached_arrived(&at_site)?;
        self.erased_are_gone(&at_site)?;
        self.forms_once(&at_site)?;
        self.forks_flagged(&at_site)?;
        self.views_agree(&at_site)?;
        self.conflicts_stay(&at_site)?;
        self.check_hosts()?;
        for at in 0..self.hosts.len() {
            self.check_whole(at)?;
            self.standings_true(at, &at_site)?;
            self.site_feed_agrees(at, &at_site)?;
            self.vaults_agree(at, &at_site)?;
        }
        Ok(())
    }

    fn all_judged(&mut self, at_site: &AtSite) -> Held {
        let behind = at_site
            .lines
            .iter()
            .find(|line| line.applied_through < line.head.seq);
        self.hold(Invariant::CustodyIsJudged, behind.is_none(), || {
            format!("{behind:?}")
        })
    }

    fn all_arrived(&mut self, at_site: &AtSite) -> Held {
        let kept: BTreeSet<EntryId> = at_site.entries.iter().map(|(entry, _)| entry.id).collect();
        let expected: Vec<EntryId> = self
            .ledger
            .facts
            .iter()
            .filter(|(id, fact)| !fact.gone && !fact.is_back() && self.ledger.ordered(id).is_none())
            .map(|(id, _)| *id)
            .collect();
        for id in expected {
            let held = self
                .site
                .storage()
                .reading(|reads| reads.items_by_id(ItemId(id.0)));
            let held = held.unwrap_or_default();
            let has_body = held
                .iter()
                .any(|(_, held)| matches!(held.item, Item::Entry { .. }));
            let is_parked = held
                .iter()
                .any(|(line, held)| at_site.parked.contains_key(&(*line, held.seq)));
            let is_there = has_body && (is_parked || kept.contains(&id));
            self.hold(Invariant::SavedArrives, is_there, || {
                format!("{id} was reported saved, and is not at the site: {held:?}")
            })?;
        }
        Ok(())
    }

    /// What was attached is at the site whole, and opens with the key in its entry.
    fn attached_arrived(&mut self, at_site: &AtSite) -> Held {
        let kept: BTreeMap<EntryId, &AttachmentAdded> = at_site
            .entries
            .iter()
            .filter_map(|(entry, _)| match &entry.record.body {
                Body::AttachmentAdded(added) => Some((entry.id, added)),
                _ => None,
            })
            .collect();
        let read = self.site.storage().reading(|reads| {
            let mut arrived = BTreeMap::new();
            for (named, _) in reads.attachments()? {
                let sealed = reads.attachment_bytes(named.device, named.address)?;
                let added = kept.get(&named.entry);
                let opened = added.and_then(|added| open_attachment(&added.key, &sealed).ok());
                let is_whole = opened.is_some_and(|plain| {
                    let attached = self.ledger.attached.get(&named.entry);
                    attached.is_some_and(|attached| *attached == *plain)
                });
                *arrived.entry(named.entry).or_insert(true) &= is_whole;
            }
            Ok::<_, StorageError>(arrived)
        });
        let arrived = read.unwrap_or_default();
        for id in kept.into_keys() {
            let fact = self.ledger.facts.get(&id);
            // A disk that went, or a copy that took it back, had the only bytes: those
            // of an entry that is parked stay on its device until it is judged again.
            if fact.is_some_and(|fact| fact.on.is_subset(&fact.back_on)) {
                continue;
            }
            let is_whole = arrived.get(&id) == Some(&true);
            self.hold(Invariant::AttachedArrives, is_whole, || {
                format!(
                    "what {id} names is not all at the site: {:?}",
                    arrived.get(&id)
                )
            })?;
        }
        Ok(())
    }

    /// What was ordered away is nowhere, and its places are kept.
    fn erased_are_gone(&mut self, at_site: &AtSite) -> Held {
        let ordered: Vec<EntryId> = self
            .ledger
            .facts
            .keys()
            .filter(|id| self.ledger.ordered(id) == Some(Ordered::Stands))
            .copied()
            .collect();
        for id in ordered {
            let item = ItemId(id.0);
            let held = self.site.storage().reading(|reads| reads.items_by_id(item));
            let held = held.unwrap_or_default();
            let mut left: Vec<String> = held
                .iter()
                .filter(|(_, held)| !matches!(held.item, Item::Placeholder { .. }))
                .map(|(line, held)| format!("line {} at {}", line.0, held.seq))
                .collect();
            if at_site.entries.iter().any(|(entry, _)| entry.id == id) {
                left.push("the site's entries".to_owned());
            }
            for (at, host) in self.hosts.iter().enumerate() {
                let place = host.files.place(item).ok().flatten();
                let is_content = |place: &Place| !place.is_erased && !place.taken_back;
                if place.as_ref().is_some_and(is_content) {
                    left.push(format!("the journal of device {at}: {place:?}"));
                }
                for user in &host.unlocked {
                    let vault = host.files.vault(*user).ok().flatten().unwrap_or_default();
                    if vault.iter().any(|(entry, _)| entry.id == id) {
                        left.push(format!("the vault of {user} on device {at}"));
                    }
                }
            }
            self.hold(Invariant::ErasedIsGone, left.is_empty(), || {
                format!("{id} was erased, and is in {left:?}")
            })?;
        }
        Ok(())
    }

    fn forms_once(&mut self, at_site: &AtSite) -> Held {
        let kept: BTreeSet<EntryId> = at_site.entries.iter().map(|(entry, _)| entry.id).collect();
        let mut by_form: BTreeMap<u32, BTreeSet<EntryId>> = BTreeMap::new();
        for (id, fact) in &self.ledger.facts {
            if kept.contains(id) {
                by_form.entry(fact.form).or_default().insert(*id);
            }
        }
        let twice = by_form.iter().find(|(_, ids)| ids.len() > 1);
        let twice = twice.map(|(form, ids)| (*form, ids.clone()));
        self.hold(Invariant::FormEnteredOnce, twice.is_none(), || {
            format!("one form became several entries: {twice:?}")
        })
    }

    fn forks_flagged(&mut self, at_site: &AtSite) -> Held {
        let branches = at_site
            .lines
            .iter()
            .filter(|line| line.branch != Branch::MAIN);
        let unflagged: Vec<_> = branches
            .filter_map(|line| line.lane.device())
            .filter(|device| !at_site.flagged.contains(device))
            .collect();
        self.hold(Invariant::ForkIsFlagged, unflagged.is_empty(), || {
            format!("{unflagged:?}")
        })
    }

    fn views_agree(&mut self, at_site: &AtSite) -> Held {
        for row in &at_site.rows {
            let folded = at_site.state.referrals.get(&row.referral);
            let agrees = folded.is_some_and(|referral| agrees(row, referral));
            self.hold(Invariant::Converged, agrees, || {
                format!(
                    "the site's view of {} is {row:?}, its entries fold to {folded:?}",
                    row.referral
                )
            })?;
        }
        Ok(())
    }

    /// Of edits with one base all but one are conflicts, in the site's view too.
    fn conflicts_stay(&mut self, at_site: &AtSite) -> Held {
        let kept: BTreeSet<EntryId> = at_site.entries.iter().map(|(entry, _)| entry.id).collect();
        let mut by_base: BTreeMap<(ReferralId, EntryId), Vec<EntryId>> = BTreeMap::new();
        for (id, fact) in &self.ledger.facts {
            if let Some(base) = fact.amends.filter(|_| kept.contains(id)) {
                by_base.entry(base).or_default().push(*id);
            }
        }
        for ((referral, base), edits) in by_base {
            let report = at_site
                .state
                .referrals
                .get(&referral)
                .and_then(|referral| referral.report.as_ref());
            let Some(report) = report.filter(|_| edits.len() > 1) else {
                continue;
            };
            let shown = edits.iter().filter(|id| !report.conflicts.contains(id));
            let shown = shown.count();
            let row = at_site.rows.iter().find(|row| row.referral == referral);
            let stays = shown <= 1 && row.is_some_and(|row| row.has_conflict);
            self.hold(Invariant::ConflictsStay, stays, || {
                format!("{edits:?} build on {base} of {referral}: {report:?}, {row:?}")
            })?;
        }
        Ok(())
    }

    fn standings_true(&mut self, at: usize, at_site: &AtSite) -> Held {
        let ids: Vec<EntryId> = self
            .ledger
            .facts
            .iter()
            .filter(|(_, fact)| fact.on.contains(&at) && !fact.back_on.contains(&at))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            let item = ItemId(id.0);
            let Ok(Some(place)) = self.hosts[at].files.place(item) else {
                continue;
            };
            let held = self.site.storage().reading(|reads| reads.items_by_id(item));
            let held = held.unwrap_or_default();
            let here = held.iter().find(|(_, held)| held.hash == place.hash);
            let parked = here.and_then(|(line, held)| at_site.parked.get(&(*line, held.seq)));
            let is_true = match (parked, place.standing) {
                (Some(code), Standing::Parked(shown)) => shown == *code,
                (None, Standing::Received) => here.is_some(),
                // No receipt covers a lane that the site has gone on with.
                (_, Standing::OnDevice | Standing::Sent) => {
                    self.hosts[at].strayed.contains(&place.lane)
                }
                (Some(_), Standing::Received) | (None, Standing::Parked(_)) => false,
            };
            self.hold(Invariant::StandingIsTrue, is_true, || {
                format!(
                    "{id} on device {at} is {:?}, at the site {parked:?}",
                    place.standing
                )
            })?;
        }
        Ok(())
    }

    fn site_feed_agrees(&mut self, at: usize, at_site: &AtSite) -> Held {
        let state = self.hosts[at].files.site_state();
        let expected = (&at_site.state.packs, &at_site.state.roster);
        let agrees = state
            .as_ref()
            .is_ok_and(|state| (&state.packs, &state.roster) == expected);
        self.hold(Invariant::Converged, agrees, || {
            let roster = state.map(|state| state.roster);
            format!(
                "the roster on device {at}: {roster:?}, at the site: {:?}",
                expected.1
            )
        })
    }

    fn vaults_agree(&mut self, at: usize, at_site: &AtSite) -> Held {
        let users: Vec<UserId> = self.hosts[at].unlocked.iter().copied().collect();
        for user in users {
            let Ok(Some(vault)) = self.hosts[at].files.vault(user) else {
                continue;
            };
            if !at_site.enabled.contains(&user) {
                self.vault_is_emptied(at, user, &vault, at_site)?;
                continue;
            }
            let mut allowed = Vec::new();
            for (entry, lane) in &at_site.entries {
                let may = self
                    .site
                    .storage()
                    .reading(|reads| may_have(reads, user, entry));
                if may.unwrap_or(false) {
                    allowed.push((entry.clone(), *lane));
                }
            }
            self.vault_agrees(at, user, vault, &allowed)?;
        }
        Ok(())
    }

    /// Somebody whose account is disabled holds nothing that the site has applied.
    fn vault_is_emptied(
        &mut self,
        at: usize,
        user: UserId,
        vault: &[(Entry, Lane)],
        at_site: &AtSite,
    ) -> Held {
        let applied: BTreeSet<EntryId> =
            at_site.entries.iter().map(|(entry, _)| entry.id).collect();
        let host = &self.hosts[at];
        // No receipt tells a copy what became of what its twin has sent.
        let is_excused = |lane: &Lane| host.was_copied && lane.device() == Some(host.device);
        let left = vault
            .iter()
            .find(|(entry, lane)| applied.contains(&entry.id) && !is_excused(lane));
        let left = left.map(|(entry, lane)| (entry.id, entry.author, *lane));
        self.hold(Invariant::VaultHoldsNoMore, left.is_none(), || {
            format!("{user} is disabled, and their vault on device {at} holds {left:?}")
        })
    }

    fn vault_agrees(
        &mut self,
        at: usize,
        user: UserId,
        vault: Vec<(Entry, Lane)>,
        allowed: &[(Entry, Lane)],
    ) -> Held {
        let may: BTreeMap<EntryId, &Entry> =
            allowed.iter().map(|(entry, _)| (entry.id, entry)).collect();
        let more = vault
            .iter()
            .map(|(entry, _)| entry)
            .find(|entry| entry.author != user && !may.contains_key(&entry.id));
        let more = more.map(|entry| (entry.id, entry.record.body.kind().to_owned()));
        self.hold(Invariant::VaultHoldsNoMore, more.is_none(), || {
            format!("the vault of {user} on device {at} holds {more:?}")
        })?;
        // An own entry that is parked is in the vault and not among the site's.
        let common: Vec<(Entry, Lane)> = vault
            .into_iter()
            .filter(|(entry, _)| may.contains_key(&entry.id))
            .collect();
        let has: BTreeSet<EntryId> = common.iter().map(|(entry, _)| entry.id).collect();
        let host = &self.hosts[at];
        let is_erased = |entry: &Entry| {
            let place = host.files.place(ItemId(entry.id.0)).ok().flatten();
            place.is_some_and(|place| place.is_erased)
        };
        // What its twin has written the site takes for its own. What an order has
        // taken from its author does not come back to them, though a site that was
        // put back has forgotten the order.
        let is_excused = |entry: &Entry, lane: &Lane| {
            let is_own = entry.author == user && lane.device() == Some(host.device);
            is_own && (host.was_copied || is_erased(entry))
        };
        let missing = allowed
            .iter()
            .find(|(entry, lane)| !has.contains(&entry.id) && !is_excused(entry, lane));
        let missing = missing.map(|(entry, lane)| (entry.id, entry.author, *lane));
        let position = self.hosts[at].files.position(user);
        self.hold(Invariant::Converged, missing.is_none(), || {
            format!("the vault of {user} on device {at} ({position:?}) lacks {missing:?}")
        })?;
        let expected: Vec<(Entry, Lane)> = allowed
            .iter()
            .filter(|(entry, _)| has.contains(&entry.id))
            .cloned()
            .collect();
        let (shown, expected) = (folded(&common), folded(&expected));
        self.hold(Invariant::Converged, shown == expected, || {
            format!("the vault of {user} on device {at} shows {shown:?}, not {expected:?}")
        })
    }
}

fn agrees(row: &ReferralRow, referral: &Referral) -> bool {
    row.verification == referral.verification.value
        && row.engagement == referral.engagement.value
        && row.charge == referral.charge.value
        && row.withdrawn == referral.withdrawn.is_some()
        && row.has_conflict == referral.has_conflict()
        && row.referrer == referral.referrer
}
