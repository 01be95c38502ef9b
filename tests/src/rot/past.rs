//! A device and a site that have lived for two days.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use handoff_domain::{EntryId, VerificationMove};
use handoff_site::Site;
use handoff_store::{DeviceStore, UserSession};
use handoff_vault::OsRandom;

use crate::lab::{Badge, Lab, copy_folder, open_device, open_site};
use crate::power::{Fact, Known, Ledger, NOW_MS, draft_of};
use crate::synthetic::Seeded;
use crate::world::LIAISON;

/// Folders as they were left, and what holds of them.
pub struct Past {
    /// The laboratory.
    pub lab: Lab,
    /// The device, closed, a day ago.
    pub yesterday: PathBuf,
    /// The device, closed, today.
    pub resting: PathBuf,
    /// The device as a killed process leaves it: with its logs.
    pub cut: PathBuf,
    /// The site, closed.
    pub site_resting: PathBuf,
    /// The site as a killed process leaves it.
    pub site_cut: PathBuf,
    /// A backup of the site.
    pub backup: PathBuf,
    /// What holds of all of them but yesterday's.
    pub today: Known,
    /// What was saved and no receipt covers.
    pub unsent: Vec<EntryId>,
}

impl Past {
    /// Lives through two days.
    ///
    /// # Panics
    /// When something fails.
    #[must_use]
    pub fn live(folder: &Path) -> Self {
        let lab = Lab::with_in(1, folder);
        let badge = lab.badges[0].clone();
        let home = lab.copy(&lab.device_folder(0), "home");
        let data = lab.copy(&lab.site_folder(), "data");
        let site = open_site(&data);
        let serving = lab.serve(&site);
        let mut life = Life {
            badge,
            rng: Seeded::new(0x9a57),
            ledger: Ledger::default(),
        };

        let (store, session) = life.begin(&home);
        let first: Vec<EntryId> = (0..4).map(|_| life.save(&session)).collect();
        lab.sync_all(&store, Some(&session), serving.address());
        life.decide(&site, first[0]);
        lab.sync_all(&store, Some(&session), serving.address());
        drop((session, store));
        let yesterday = lab.copy(&home, "yesterday");

        let (store, session) = life.begin(&home);
        let second: Vec<EntryId> = (0..3).map(|_| life.save(&session)).collect();
        lab.sync_all(&store, Some(&session), serving.address());
        for id in first.iter().chain(&second) {
            life.ledger.note(0, Fact::Received(*id));
            life.ledger.note(0, Fact::Custody(*id));
        }
        let unsent: Vec<EntryId> = (0..3).map(|_| life.save(&session)).collect();
        let begun = life.badge.referral(&mut life.rng);
        session.put_draft(&draft_of(&begun, 2)).expect("a draft");
        life.ledger.note(0, Fact::Draft(begun.id, 2));
        // The very last commit of a log cannot be told from one that a power
        // cut took back: nothing is asked of it.
        let other = life.badge.referral(&mut life.rng);
        session.put_draft(&draft_of(&other, 1)).expect("a draft");
        store.set_preference(None, "look", "{}").expect("a choice");
        let backup = lab.path("a.backup");
        site.back_up(&backup).expect("a backup");
        let cut = lab.path("cut");
        copy_folder(&home, &cut);
        let site_cut = lab.path("site-cut");
        copy_folder(&data, &site_cut);
        drop((session, store));
        lab.runtime.block_on(serving.stop());
        drop(site);
        Self {
            lab,
            yesterday,
            resting: home,
            cut,
            site_resting: data,
            site_cut,
            backup,
            today: life.ledger.known(0),
            unsent,
        }
    }
}

/// What is said while it is lived.
struct Life {
    badge: Badge,
    rng: Seeded,
    ledger: Ledger,
}

impl Life {
    fn begin(&self, home: &Path) -> (DeviceStore, Arc<UserSession>) {
        let store = open_device(home).expect("a device");
        let session = self.badge.unlock(&store);
        (store, session)
    }

    fn save(&mut self, session: &UserSession) -> EntryId {
        let entry = self.badge.referral(&mut self.rng);
        session
            .save(&OsRandom, std::slice::from_ref(&entry), None, NOW_MS)
            .expect("a save");
        self.ledger.note(0, Fact::Saved(entry.id));
        entry.id
    }

    fn decide(&mut self, site: &Site, id: EntryId) {
        site.decide(id.into(), LIAISON, VerificationMove::Approve, "")
            .expect("a decision");
        self.ledger.note(0, Fact::Decided(id));
    }
}
