//! Which rules are in force.

use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use handoff_domain::{Door, PackRef};
use handoff_eligibility::RulePack;

use super::{Core, CoreError, locked};
use crate::contract::{ChoicesView, OffenceChoice, PackWords, StartDraftRequest, ZoneChoice};
use crate::referral::words_of;

impl Core {
    /// The rules in force on a day, from what the site has published.
    pub(super) fn pack_on(&self, day: NaiveDate) -> Result<Option<Arc<RulePack>>, CoreError> {
        let published = self.device()?.store.packs()?;
        // The order of the list is that of the dates from which they are in
        // force; the newest that has begun counts.
        let in_force = published.iter().rev().find(|pack| pack.effective <= day);
        let in_force = in_force.or(published.first());
        Ok(in_force.and_then(|pack| self.parsed(&pack.pack, &pack.text)))
    }

    /// The very version that a screening was made with.
    pub(super) fn pack_of(&self, reference: &PackRef) -> Option<Arc<RulePack>> {
        if let Some(pack) = locked(&self.packs).get(&reference.hash) {
            return Some(Arc::clone(pack));
        }
        let published = self.device().ok()?.store.packs().ok()?;
        let pack = published
            .iter()
            .find(|pack| pack.pack.hash == reference.hash)?;
        self.parsed(&pack.pack, &pack.text)
    }

    fn parsed(&self, reference: &PackRef, text: &str) -> Option<Arc<RulePack>> {
        let mut packs = locked(&self.packs);
        if let Some(pack) = packs.get(&reference.hash) {
            return Some(Arc::clone(pack));
        }
        match RulePack::parse(text) {
            Ok(pack) if pack.pack_ref().hash == reference.hash => {
                let pack = Arc::new(pack);
                packs.insert(reference.hash, Arc::clone(&pack));
                Some(pack)
            }
            Ok(_) => {
                tracing::error!(pack = %reference.id, "a published pack is not the text that it names");
                None
            }
            Err(error) => {
                tracing::error!(pack = %reference.id, %error, "a published pack does not read");
                None
            }
        }
    }

    /// The site's time zone, as its rules say.
    pub(super) fn zone(&self) -> Tz {
        let today = self.host.now().date_naive();
        self.pack_on(today)
            .ok()
            .flatten()
            .and_then(|pack| pack.policy().time_zone.parse().ok())
            .unwrap_or(Tz::UTC)
    }

    /// The local day at the site.
    pub(super) fn today_there(&self) -> NaiveDate {
        self.host.local(self.zone()).date_naive()
    }

    pub(super) fn doors(&self) -> Result<Vec<Door>, CoreError> {
        let pack = self.pack_on(self.today_there())?;
        Ok(pack.map_or_else(Vec::new, |pack| {
            pack.policy().doors.iter().copied().collect()
        }))
    }

    pub(super) fn choices_for(&self, request: StartDraftRequest) -> Result<ChoicesView, CoreError> {
        let pack = self.pack_on(self.today_there())?;
        let listed = |code: &str| {
            pack.as_ref()
                .is_some_and(|pack| names(pack, request.door, code))
        };
        let mut offences: Vec<OffenceChoice> = handoff_domain::nibrs_offences()
            .iter()
            .map(|offence| OffenceChoice {
                code: offence.code.to_owned(),
                description: offence.description.to_owned(),
                in_pack: listed(offence.code),
            })
            .collect();
        offences.sort_by_key(|offence| !offence.in_pack);
        let zones = pack
            .iter()
            .flat_map(|pack| pack.zones())
            .map(|zone| ZoneChoice {
                id: zone.id.clone(),
                words: words_of(&zone.name),
            });
        Ok(ChoicesView {
            script: pack
                .as_ref()
                .map_or_else(PackWords::default, |pack| words_of(&pack.policy().script)),
            zones: zones.collect(),
            offences,
            doors: pack.as_ref().map_or_else(Vec::new, |pack| {
                pack.policy().doors.iter().copied().collect()
            }),
        })
    }
}

/// Whether a rule of this door lists the offence by its code.
fn names(pack: &RulePack, door: Door, code: &str) -> bool {
    pack.rules()
        .iter()
        .filter(|rule| rule.applies_to(door))
        .any(|rule| rule.lists_offence(code))
}
