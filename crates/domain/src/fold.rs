//! `fold(entries) -> state`: the only way to a current state.
//!
//! It is total over any subset of entries (a reader behind a wall holds fewer)
//! and does not depend on the order of arrival or on anybody's clock. Two moves
//! or edits that build on the same entry are a conflict: one is shown, chosen
//! by the SHA-256 of its id, and the other is kept beside it. A move whose base
//! is not held is applied as stated and is no conflict, unless another names the
//! same base. A move that is illegal where it stands, or not its author's to make,
//! is kept as a conflict too.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::attachment::AttachmentAdded;
use crate::entry::{Body, Entry};
use crate::ids::{EntryId, ReferralId, UserId};
use crate::offence::SuspectedOffence;
use crate::referral::{ReferralLogged, ReferralReport};
use crate::rights;
use crate::roster::{PackPublished, RosterChanged};
use crate::time::Hlc;
use crate::tracks::{
    Authority, ChargeMove, ChargeState, EngagementMove, EngagementState, Track, VerificationMove,
    VerificationState, Written,
};

/// An entry that is held here, with where it was written (verified from its
/// lane).
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// Where it was written.
    pub written: Written,
}

/// A value with what contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<T> {
    /// The value that is shown.
    pub value: T,
    /// The entry that set it; `None` for the value that everything begins with.
    pub by: Option<EntryId>,
    /// Entries that say otherwise and are kept.
    pub conflicts: BTreeSet<EntryId>,
}

/// Everything that the held entries amount to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Referrals by id.
    pub referrals: BTreeMap<ReferralId, Referral>,
    /// The roster: the newest entry about each person.
    pub roster: BTreeMap<UserId, RosterChanged>,
    /// Published packs by the entry that published them.
    pub packs: BTreeMap<EntryId, PackPublished>,
    /// Entries that this version cannot read, kept.
    pub unknown: BTreeSet<EntryId>,
}

/// One referral.
#[derive(Debug, Clone, PartialEq)]
pub struct Referral {
    /// The entry that logged it; `None` behind a wall.
    pub logged: Option<ReferralLogged>,
    /// Who logged it.
    pub referrer: Option<UserId>,
    /// The report as last amended.
    pub report: Option<Shown<ReferralReport>>,
    /// Withdrawn by its referrer.
    pub withdrawn: Option<EntryId>,
    /// The verification track.
    pub verification: Shown<VerificationState>,
    /// The engagement track.
    pub engagement: Shown<EngagementState>,
    /// The charge track.
    pub charge: Shown<ChargeState>,
    /// Decisions in the order in which they build on one another.
    pub decisions: Vec<EntryId>,
    /// Signatures and photos that were added, by the entry that says so.
    pub attachments: BTreeMap<EntryId, AttachmentAdded>,
}

impl Referral {
    /// The suspected offences as last amended.
    #[must_use]
    pub fn offences(&self) -> &[SuspectedOffence] {
        self.report
            .as_ref()
            .map_or(&[], |report| &report.value.facts.suspected_offences)
    }

    /// Whether anything about it contradicts.
    #[must_use]
    pub fn has_conflict(&self) -> bool {
        !self.verification.conflicts.is_empty()
            || !self.engagement.conflicts.is_empty()
            || !self.charge.conflicts.is_empty()
            || self
                .report
                .as_ref()
                .is_some_and(|report| !report.conflicts.is_empty())
    }
}

/// Folds entries into state.
#[must_use]
pub fn fold<'a>(held: impl IntoIterator<Item = Held<'a>>) -> State {
    let mut state = State::default();
    let mut by_referral: BTreeMap<ReferralId, BTreeMap<EntryId, Held<'a>>> = BTreeMap::new();
    let mut roster: BTreeMap<UserId, (Hlc, [u8; 32])> = BTreeMap::new();
    for held in held {
        let Entry { id, record, .. } = held.entry;
        match &record.body {
            Body::PackPublished(pack) if rights::may_write(record, held.written) => {
                state.packs.insert(*id, pack.clone());
            }
            Body::RosterChanged(change) if rights::may_write(record, held.written) => {
                let rank = (record.captured_at.hlc, tie(id));
                let newest = roster.entry(change.user).or_insert(rank);
                if rank >= *newest {
                    *newest = rank;
                    state.roster.insert(change.user, change.clone());
                }
            }
            Body::PackPublished(_) | Body::RosterChanged(_) | Body::Unknown { .. } => {
                state.unknown.insert(*id);
            }
            body => {
                if let Some(referral) = body.referral(*id) {
                    by_referral.entry(referral).or_default().insert(*id, held);
                }
            }
        }
    }
    for (id, entries) in by_referral {
        state.referrals.insert(id, fold_referral(id, &entries));
    }
    state
}

fn fold_referral(id: ReferralId, held: &BTreeMap<EntryId, Held<'_>>) -> Referral {
    let root = EntryId::from(id);
    let logged = held
        .get(&root)
        .and_then(|held| match &held.entry.record.body {
            Body::ReferralLogged(logged) => Some((held.entry, logged)),
            _ => None,
        });
    let mut referral = Referral {
        logged: logged.map(|(_, logged)| logged.clone()),
        referrer: logged.map(|(entry, _)| entry.author),
        report: logged.map(|(_, logged)| Shown {
            value: logged.report.clone(),
            by: Some(root),
            conflicts: BTreeSet::new(),
        }),
        withdrawn: None,
        verification: begin(),
        engagement: begin(),
        charge: begin(),
        decisions: Vec::new(),
        attachments: BTreeMap::new(),
    };
    for Held { entry, written } in held.values() {
        if let Body::AttachmentAdded(added) = &entry.record.body
            && rights::may_write(&entry.record, *written)
        {
            referral.attachments.insert(entry.id, added.clone());
        }
    }

    if let (Some((entry, logged)), Some(report)) = (logged, &mut referral.report) {
        if logged.screening.is_some() {
            referral.engagement.value = EngagementState::Screened;
        }
        if logged.charge_held {
            referral.charge.value = ChargeState::Held;
        }
        let amendments = pick(held, |body| matches!(body, Body::ReferralAmended(_)));
        let (order, conflicts) = follow(root, &amendments);
        report.conflicts = conflicts;
        for step in order {
            // A colleague may correct; only entries of law enforcement are here.
            if let Body::ReferralAmended(amended) = &step.entry.record.body {
                report.value = amended.report.clone();
                report.by = Some(step.entry.id);
            }
        }
        referral.withdrawn = pick(held, |body| matches!(body, Body::ReferralWithdrawn(_)))
            .into_iter()
            .filter(|held| held.entry.author == entry.author)
            .map(|held| held.entry.id)
            .min_by_key(tie);
    }

    let moves = pick(held, |body| matches!(body, Body::VerificationDecided(_)));
    referral.decisions = run::<VerificationState>(
        root,
        &moves,
        &mut referral.verification,
        |body| match body {
            Body::VerificationDecided(decided) => vec![decided.decision],
            _ => Vec::new(),
        },
    );

    let moves = pick(held, |body| {
        matches!(body, Body::EngagementMoved(_) | Body::HandoffRecorded(_))
    });
    run::<EngagementState>(root, &moves, &mut referral.engagement, |body| match body {
        Body::EngagementMoved(moved) => vec![moved.by],
        Body::HandoffRecorded(handoff) => {
            let called = handoff.called_at.map(|_| EngagementMove::CallCaseManager);
            let handed = handoff.handed_off_at.map(|_| EngagementMove::HandOff);
            // A later record repeats the call that an earlier one told of.
            called
                .filter(|_| handed.is_none())
                .into_iter()
                .chain(handed)
                .collect()
        }
        _ => Vec::new(),
    });

    let moves = pick(held, |body| matches!(body, Body::ChargeMoved(_)));
    run::<ChargeState>(root, &moves, &mut referral.charge, |body| match body {
        Body::ChargeMoved(moved) => vec![moved.by],
        _ => Vec::new(),
    });
    referral
}

fn begin<T: Default>() -> Shown<T> {
    Shown {
        value: T::default(),
        by: None,
        conflicts: BTreeSet::new(),
    }
}

fn pick<'a>(held: &BTreeMap<EntryId, Held<'a>>, wanted: impl Fn(&Body) -> bool) -> Vec<Held<'a>> {
    held.values()
        .filter(|held| wanted(&held.entry.record.body))
        .copied()
        .collect()
}

/// Runs a track over its moves and returns those that were applied, in order.
fn run<T: Track>(
    root: EntryId,
    moves: &[Held<'_>],
    shown: &mut Shown<T>,
    read: impl Fn(&Body) -> Vec<T::Move>,
) -> Vec<EntryId> {
    let (order, conflicts) = follow(root, moves);
    shown.conflicts = conflicts;
    let mut applied = Vec::new();
    for step in order {
        let record = &step.entry.record;
        let authority = Authority::of(record.role, step.written);
        let mut value = shown.value;
        let mut legal = rights::may_write(record, step.written);
        for by in read(&record.body) {
            match value.apply(by) {
                Ok(next) if T::may(authority, by) => value = next,
                _ => legal = false,
            }
        }
        if legal {
            shown.value = value;
            shown.by = Some(step.entry.id);
            applied.push(step.entry.id);
        } else {
            shown.conflicts.insert(step.entry.id);
        }
    }
    applied
}

/// Puts steps in the order in which they build on one another. Steps that
/// build on the same one as another are conflicts, with all that builds on
/// them. Steps whose base is not held follow at the end; of those that name the
/// same base all but one are conflicts.
fn follow<'a>(root: EntryId, steps: &[Held<'a>]) -> (Vec<Held<'a>>, BTreeSet<EntryId>) {
    let ids: BTreeSet<EntryId> = steps.iter().map(|held| held.entry.id).collect();
    let mut children: BTreeMap<EntryId, Vec<Held<'a>>> = BTreeMap::new();
    let mut orphans: BTreeMap<&[EntryId], Vec<Held<'a>>> = BTreeMap::new();
    for step in steps {
        let based_on = &step.entry.record.based_on;
        // A step builds on the step of this track that it names, or else on
        // the referral itself.
        if let Some(base) = based_on.iter().find(|base| ids.contains(base)) {
            children.entry(*base).or_default().push(*step);
        } else if based_on.is_empty() || based_on.contains(&root) {
            children.entry(root).or_default().push(*step);
        } else {
            orphans.entry(based_on).or_default().push(*step);
        }
    }
    let mut order = Vec::new();
    let mut conflicts = BTreeSet::new();
    walk(root, &children, &mut order, &mut conflicts);
    // Those that name the same base are a conflict, held or not.
    let winners = orphans.values().filter_map(|same| {
        let winner = same.iter().min_by_key(|held| tie(&held.entry.id))?;
        let others = same.iter().map(|held| held.entry.id);
        conflicts.extend(others.filter(|id| *id != winner.entry.id));
        Some(*winner)
    });
    let mut winners: Vec<Held<'a>> = winners.collect();
    winners.sort_by_key(|held| (held.entry.record.captured_at.hlc, tie(&held.entry.id)));
    for orphan in winners {
        order.push(orphan);
        walk(orphan.entry.id, &children, &mut order, &mut conflicts);
    }
    // Steps in a ring reach nothing and are reached by nothing.
    let reached: BTreeSet<EntryId> = order.iter().map(|held| held.entry.id).collect();
    conflicts.extend(ids.difference(&reached).copied());
    (order, conflicts)
}

fn walk<'a>(
    from: EntryId,
    children: &BTreeMap<EntryId, Vec<Held<'a>>>,
    order: &mut Vec<Held<'a>>,
    conflicts: &mut BTreeSet<EntryId>,
) {
    let mut at = from;
    let mut seen = BTreeSet::from([from]);
    while let Some(next) = children.get(&at) {
        let Some(winner) = next.iter().min_by_key(|held| tie(&held.entry.id)) else {
            return;
        };
        for loser in next.iter().filter(|held| held.entry.id != winner.entry.id) {
            conflicts.insert(loser.entry.id);
        }
        if !seen.insert(winner.entry.id) {
            return;
        }
        order.push(*winner);
        at = winner.entry.id;
    }
}

/// Ties are broken by SHA-256 of the id: the same everywhere, and nobody can
/// win by setting a clock.
fn tie(id: &EntryId) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

/// Who may make which move next, for buttons and refusals.
#[must_use]
pub fn verification_moves(state: VerificationState) -> Vec<VerificationMove> {
    VerificationMove::ALL
        .into_iter()
        .filter(|by| state.apply(*by).is_ok())
        .collect()
}

/// The moves of the charge that lead on from a state.
#[must_use]
pub fn charge_moves(state: ChargeState) -> Vec<ChargeMove> {
    ChargeMove::ALL
        .into_iter()
        .filter(|by| state.apply(*by).is_ok())
        .collect()
}

#[cfg(test)]
mod tests;
